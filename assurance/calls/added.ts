/** Added calls: what a profile can claim beyond the standard calls. */
import type { Added } from './added-call.ts';
import { BATCHES } from './batches.ts';
import { REFERENCES } from './references.ts';
import { REGIONS } from './regions.ts';
import { RUNS } from './runs.ts';

export const ADDED: readonly Added[] = [...REFERENCES, ...BATCHES, ...REGIONS, ...RUNS];

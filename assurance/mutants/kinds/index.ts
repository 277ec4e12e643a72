/**
 * Kinds of managers: for each claim of a profile, a correct manager that needs it and broken ones that it must not excuse. Each is our
 * implementation with some calls changed.
 */
import { FREE_KINDS } from './frees.ts';
import { KEPT_KINDS } from './kept-pages.ts';
import type { Kind } from './kind.ts';
import { MEMORY_KINDS } from './memory.ts';
import { RUN_KINDS } from './runs.ts';
import { ZONE_KINDS } from './zones.ts';

export const KINDS: readonly Kind[] = [
  ...FREE_KINDS,
  ...RUN_KINDS,
  ...ZONE_KINDS,
  ...KEPT_KINDS,
  ...MEMORY_KINDS,
];

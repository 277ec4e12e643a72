/** Our implementation as a target. It promises both policies. */
import { createPmm } from '../impl/manager/index.ts';
import { POLICIES } from '../spec/index.ts';
import { factoryTarget } from './factory-target.ts';
import type { Target } from './target.ts';

export const OURS: Target = factoryTarget({ name: 'frameproof', policies: POLICIES, create: createPmm });

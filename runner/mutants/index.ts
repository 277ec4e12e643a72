/** All mutants, by what they change. */
import { ANSWER_MUTANTS } from './answers.ts';
import { BATCH_MUTANTS } from './batches.ts';
import { CONTIGUOUS_MUTANTS } from './contiguous.ts';
import { FREE_MUTANTS } from './frees.ts';
import { INIT_MUTANTS } from './init.ts';
import type { Mutant } from './mutant.ts';
import { SINGLE_PAGE_MUTANTS } from './single-pages.ts';

export { isHeld } from './frees.ts';
export {
  areU64,
  type Change,
  type FoundRun,
  factoryOf,
  type Mutant,
  missing,
  type Parts,
  panicOf,
  targetOf,
  withCalls,
} from './mutant.ts';

export const MUTANTS: readonly Mutant[] = [
  ...INIT_MUTANTS,
  ...SINGLE_PAGE_MUTANTS,
  ...BATCH_MUTANTS,
  ...CONTIGUOUS_MUTANTS,
  ...FREE_MUTANTS,
  ...ANSWER_MUTANTS,
];

/** Our implementation as a target. It promises both policies. And how its mutants are named, without their code. */
import { createPmm } from '../impl/manager/index.ts';
import { POLICIES } from '../spec/index.ts';
import { ownTarget } from './factory-target.ts';
import type { Target } from './target.ts';

/** The prefix of the name of a mutant where a target is named. */
export const MUTANT_PREFIX = 'mutant:';

/**
 * The prefix of a shell command where a target is named: a kernel serves the allocator on its console.
 * @internal
 */
export const RUN_PREFIX = 'run:';

export const OURS: Target = ownTarget(createPmm, { name: 'frameproof', policies: POLICIES });

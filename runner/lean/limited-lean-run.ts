/**
 * Lean runs within the time that a program may take. A run that did not return, or that changed built-in objects, says nothing: the program is
 * run under the model's judge instead.
 */
import { firstLimit } from '../limited-execution.ts';
import { isSuspected, unlessChanged } from '../realm.ts';
import type { Claims, Target } from '../target.ts';
import { TimeLimitError, within } from '../time-limit.ts';
import type { World } from '../world.ts';
import { isAddressable, isKnown, type LeanObserver } from './judge.ts';
import { LeanRun } from './lean-run.ts';

/** Performs a program on a run, up to where a clause is broken. */
export type LeanDrive = (run: LeanRun) => void;

/** A program for the lean judge. */
interface LeanProgram {
  readonly target: Target;
  readonly world: World;
  /** Operations at most, for the time that the program may take. */
  readonly length: number;
  /** Default: the target's own. */
  readonly policies?: Claims['policies'];
  readonly observer?: LeanObserver | undefined;
  readonly drive: LeanDrive;
}

/** A lean run that has ended in one way or another. */
export interface EndedLeanRun {
  /** Operations that were performed. */
  readonly performed: number;
  /** Null where it did not return, or changed built-in objects. */
  readonly lean: LeanRun | null;
}

/** Runs a program under the lean judge. Returns null where that does not know the target or its world. */
export function runLeanly({ target, world, length, ...program }: LeanProgram): EndedLeanRun | null {
  const { factory, profile, checks, policies } = target;
  const isJudged = checks.length === 0 && isKnown(profile) && isAddressable(world);
  if (factory === null || isSuspected(factory)) return null;
  const limit = isJudged ? firstLimit(target, world, length) : null;
  if (limit === null) return null;
  const claims = { name: target.name, profile, policies: program.policies ?? policies };
  const ended: { run: LeanRun | null; hasReturned: boolean } = { run: null, hasReturned: false };
  try {
    const returned = unlessChanged(factory, () =>
      within(limit, () => {
        const run = new LeanRun(factory, claims, world, program.observer ?? null);
        ended.run = run;
        if (run.holds) program.drive(run);
        return [run.finish()];
      }),
    );
    ended.hasReturned = returned !== null;
  } catch (error) {
    if (!(error instanceof TimeLimitError)) throw error;
  } finally {
    if (!ended.hasReturned) ended.run?.abandon();
  }
  const { run, hasReturned } = ended;
  return { performed: run?.performed ?? 0, lean: hasReturned ? run : null };
}

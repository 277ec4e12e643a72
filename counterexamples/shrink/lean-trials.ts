/**
 * Drafts under the lean judge: most hold, and it is faster than the model. It only says that a draft holds, or that it cannot be run because
 * it names what was not handed out; whatever else is the case, the model says.
 */
import type { Target } from '../../runner/index.ts';
import { type LeanRun, runLeanly } from '../../runner/lean/index.ts';
import { beyond, type Program, type Scenario } from '../../spec/index.ts';
import { changesNothing } from './holding-with.ts';

/** Runs a program of the operations `asked`, as `drive` makes them. Returns whether the lean judge has accepted every answer; null where it does not know the target. */
function accepts(
  target: Target,
  world: Scenario,
  asked: Program,
  drive: (run: LeanRun) => void,
): boolean | null {
  if (asked.some((operation) => beyond(target.profile, operation) !== null)) return null;
  const ended = runLeanly({ target, world, policies: world.policies, length: asked.length, drive });
  return ended === null ? null : ended.lean?.holds === true;
}

interface KnownOptions {
  readonly isOver: () => boolean;
  /** The answer for a scenario that holds until it names what was not handed out. */
  readonly whereDangling: boolean;
}

/** Whether a scenario is known to hold. */
export function isKnownToHold(
  target: Target,
  scenario: Scenario,
  { isOver, whereDangling }: KnownOptions,
): boolean {
  const { operations } = scenario;
  let isKnown = false;
  const drive = (run: LeanRun): void => {
    for (const operation of operations) {
      if (isOver()) return;
      if (run.take(operation)) run.perform();
      else {
        isKnown = whereDangling;
        return;
      }
    }
    isKnown = true;
  };
  return accepts(target, scenario, operations, drive) === true && isKnown;
}

/**
 * Performs a program and then, on the same manager, each of the last operations that changes nothing. Returns of each, by its place, whether the program is
 * known to hold with it, or not to run; of none where any answer was not as the specification demands. Null where the lean judge does not know the target.
 */
export function leanlyHoldingWith(
  target: Target,
  scenario: Scenario,
  lasts: Program,
): readonly boolean[] | null {
  const { operations } = scenario;
  const holding: boolean[] = [];
  const drive = (run: LeanRun): void => {
    const canRun = operations.every((operation) => run.take(operation) && run.perform());
    for (const last of lasts) {
      if (!run.holds) return;
      const isDangling = !canRun || !run.take(last);
      holding.push(isDangling || (changesNothing(run.state, run.call.toResolved(run.half)) && run.perform()));
    }
  };
  const isAccepted = accepts(target, scenario, [...operations, ...lasts], drive);
  return isAccepted === true ? holding : isAccepted === null ? null : [];
}

/**
 * Drafts under the lean judge: most hold, and it is faster than the model. It only says that a draft holds, or that it cannot be run because
 * it names what was not handed out; whatever else is the case, the model says.
 */
import type { Target } from '../../runner/index.ts';
import { type LeanRun, type NumberedCall, runLeanly } from '../../runner/lean/index.ts';
import { beyond, describedCall, expectation, type Program, type Scenario } from '../../spec/index.ts';

/** Runs a program of the operations `asked`, as `drive` makes them. Returns whether the lean judge has accepted every answer. */
function accepts(target: Target, world: Scenario, asked: Program, drive: (run: LeanRun) => void): boolean {
  if (asked.some((operation) => beyond(target.profile, operation) !== null)) return false;
  const ended = runLeanly({ target, world, policies: world.policies, length: asked.length, drive });
  return ended?.lean?.holds === true;
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
  return accepts(target, scenario, operations, drive) && isKnown;
}

/** Whether an operation is about no page frame at all, such as a region of 0. */
function isOfNothing({ call, count, named }: NumberedCall): boolean {
  const { effect } = describedCall(call);
  return effect === 'named'
    ? named === 0
    : (effect === 'batch' || effect === 'region') && Number(count) === 0;
}

/** Whether an operation changes nothing where it is answered as it must be: it is to be refused, is misuse, asks for an amount or is of nothing. */
export function changesNothing({ call, half, state }: LeanRun): boolean {
  if (describedCall(call.call).effect === 'none' || isOfNothing(call)) return true;
  return expectation(state, call.toResolved(half)).kind !== 'granted';
}

/**
 * Performs a program and then, on the same manager, each of the last operations that changes nothing. Returns of each, by its place, whether the program is
 * known to hold with it, or not to run; of none where any answer was not as the specification demands.
 */
export function holdingWith(target: Target, scenario: Scenario, lasts: Program): readonly boolean[] {
  const { operations } = scenario;
  const holding: boolean[] = [];
  const drive = (run: LeanRun): void => {
    const canRun = operations.every((operation) => run.take(operation) && run.perform());
    for (const last of lasts) {
      if (!run.holds) return;
      const isDangling = !canRun || !run.take(last);
      holding.push(isDangling || (changesNothing(run) && run.perform()));
    }
  };
  return accepts(target, scenario, [...operations, ...lasts], drive) ? holding : [];
}

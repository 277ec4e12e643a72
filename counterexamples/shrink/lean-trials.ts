/**
 * Drafts under the lean judge: most hold, and it is faster than the model. It only says that a draft holds, or that it cannot be run because
 * it names what was not handed out; whatever else is the case, the model says.
 */
import type { Target } from '../../runner/index.ts';
import { type LeanRun, runLeanly } from '../../runner/lean/index.ts';
import {
  beyond,
  describedCall,
  expectation,
  type Operation,
  type Program,
  type Reference,
  type Scenario,
} from '../../spec/index.ts';

/** Runs a program of the operations `asked`, as `drive` makes them. Returns whether the lean judge has accepted every answer. */
function accepts(target: Target, world: Scenario, asked: Program, drive: (run: LeanRun) => void): boolean {
  if (asked.some((operation) => beyond(target.profile, operation) !== null)) return false;
  const ended = runLeanly({ target, world, policies: world.policies, length: asked.length, drive });
  return ended?.lean?.holds === true;
}

/** Whether a scenario is known to hold, or not to run. */
export function isKnownToHold(target: Target, scenario: Scenario, isOver: () => boolean): boolean {
  const { operations } = scenario;
  let isKnown = false;
  const drive = (run: LeanRun): void => {
    for (const operation of operations) {
      if (isOver()) return;
      if (!run.take(operation)) break;
      run.perform();
    }
    isKnown = true;
  };
  return accepts(target, scenario, operations, drive) && isKnown;
}

/** Whether an operation changes nothing where it is answered as it must be: it is to be refused, is misuse, or asks for an amount. */
function changesNothing({ call, half, state }: LeanRun): boolean {
  const isQuery = describedCall(call.call).effect === 'none';
  return isQuery || expectation(state, call.toResolved(half)).kind !== 'granted';
}

/**
 * Performs a program and then, on the same manager, each of the last operations that changes nothing. Returns the ones with which the program is known to
 * hold, or not to run; none where any answer was not as the specification demands.
 */
export function holdingWith(
  target: Target,
  scenario: Scenario,
  lasts: Program,
): ReadonlySet<Operation<Reference>> {
  const { operations } = scenario;
  const holding = new Set<Operation<Reference>>();
  const drive = (run: LeanRun): void => {
    const canRun = operations.every((operation) => run.take(operation) && run.perform());
    for (const last of lasts) {
      if (!run.holds) return;
      const isDangling = !canRun || !run.take(last);
      if (isDangling || (changesNothing(run) && run.perform())) holding.add(last);
    }
  };
  return accepts(target, scenario, [...operations, ...lasts], drive) ? holding : new Set();
}

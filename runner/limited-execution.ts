/**
 * Executions within a time limit: a target that never returns from a call is a counterexample like any other, which names the
 * operation.
 */
import { type Program, type Response, SpecError, type Trace } from '../spec/index.ts';
import { Execution, type ExecutionOptions, type Observer } from './execution.ts';
import type { Performer } from './performer.ts';
import { unlessChanged } from './realm.ts';
import type { Target } from './target.ts';
import { CONFIRMATION_HERE, TimeLimitError, timeOf, unlessHeldUp, within } from './time-limit.ts';
import type { World } from './world.ts';

/** Performs operations on an execution, up to where it is violated. */
export type Drive = (execution: Execution) => void;

/** Returns the milliseconds that a program may take at first; null for a target that is known not to return. */
export function firstLimit(target: Target, world: World, operations: number): number | null {
  const time = timeOf(target, target.programMs);
  return time.isEndlessOn(world) ? null : time.limitOf(world, operations);
}

/** The performer of a program whose init never returned. */
function stuckInInit(message: string): Performer {
  const started: Response = { outcome: { kind: 'malformed', message } };
  return {
    started,
    isRecorded: false,
    omission: null,
    perform: () => started,
    passOver: () => {},
    inspect: () => null,
    close: () => {},
  };
}

interface Run {
  readonly target: Target;
  readonly world: World;
  readonly options: ExecutionOptions;
}

function started({ target, world, options }: Run): Execution {
  return new Execution(target, world, options);
}

function driven(execution: Execution, drive: Drive): Execution {
  if (execution.violation === null) drive(execution);
  execution.finish();
  return execution;
}

/** Returns the execution of a program that never returned, with the violation that this is. */
function concluded(run: Run, execution: Execution | null, message: string): Execution {
  if (execution === null)
    return started({ ...run, options: { ...run.options, performer: stuckInInit(message) } });
  execution.endUnanswered(message);
  return execution;
}

/** Performs the operations of a program, up to where it is violated. */
function performing(program: Program): Drive {
  return (execution) => {
    for (const operation of program) if (!execution.perform(operation)) break;
  };
}

/**
 * Runs a program on a target within the time that it may take, and returns its execution. `drive` performs the operations, of
 * which there are `length` at most.
 */
export function runWithin(run: Run, length: number, drive: Drive): Execution {
  return withStack(run.target, runUnchanged(run, length, drive));
}

/** Runs a program. One that changes built-in objects runs again, and is judged with them put back after each call. */
function runUnchanged(run: Run, length: number, drive: Drive): Execution {
  let program: Program = [];
  const noting: Drive = (execution) => {
    program = execution.operations;
    drive(execution);
  };
  const factory = run.target.factory ?? run.target;
  const execution = unlessChanged(factory, () => runOnce(run, length, noting));
  if (execution !== null) return execution;
  const { target, world, options } = run;
  const again = { target, world, options: { policies: options.policies } };
  const second = unlessChanged(factory, () => runOnce(again, program.length, performing(program)));
  if (second !== null) return second;
  throw new SpecError(
    `${target.name}: expected a target that leaves built-in objects alone: it changes them outside its calls`,
  );
}

/** Runs a program again that an error without a stack ended, for its stack; returns the first run where the second ends otherwise. */
export function withStack(target: Target, first: Execution): Execution {
  if (first.stack !== '') return first;
  const { operations, violation, world, policies } = first;
  const again = runOnce({ target, world, options: { policies } }, operations.length, performing(operations));
  const isSame = again.violation?.at === violation?.at && again.violation?.clause === violation?.clause;
  return isSame && again.stack !== null ? again : first;
}

function runOnce(run: Run, length: number, drive: Drive): Execution {
  const { target, world } = run;
  if (!Number.isFinite(target.programMs)) return driven(started(run), drive);
  const time = timeOf(target, target.programMs);
  const limit = time.limitOf(world, length);
  // Of the last attempt; null until init has returned.
  let execution: Execution | null = null;
  const attempt = (ms: number): Execution | null => {
    execution = null;
    try {
      return within(ms, () => {
        execution = started(run);
        return driven(execution, drive);
      });
    } catch (error) {
      if (error instanceof TimeLimitError) return null;
      throw error;
    }
  };
  return (
    attempt(limit) ??
    time.confirm(world, limit, (ms) => unlessHeldUp(ms, attempt), CONFIRMATION_HERE) ??
    concluded(run, execution, time.message)
  );
}

/**
 * Runs a scenario on a target to its end or to the first broken clause, and returns the execution. No operation is started once
 * `isOver` returns true; the execution has fewer operations than the scenario then. `performer`: of the program, if it has been started.
 */
export function execute(
  target: Target,
  { map, config, policies, operations }: Trace['scenario'],
  observer?: Observer,
  isOver: () => boolean = () => false,
  performer?: Performer,
): Execution {
  const options = {
    policies,
    observer,
    program: operations,
    ...(performer === undefined ? {} : { performer }),
  };
  return runWithin({ target, world: { map, config }, options }, operations.length, (execution) => {
    for (const operation of operations) if (isOver() || !execution.perform(operation)) break;
  });
}

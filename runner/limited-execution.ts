/**
 * Executions within a time limit: a target that never returns from a call is a counterexample like any other, which names the
 * operation. A time-out counts only when it is confirmed: the program runs once more, alone, with ten times the limit. From
 * then on the target is known not to return, and less time is spent on its programs, so that they can be shrunk.
 */
import type { Operation, Program, Reference, Response, Trace } from '../spec/index.ts';
import { restoreStacks } from './call-end.ts';
import { Execution, type ExecutionOptions, type Observer } from './execution.ts';
import type { Performer } from './performer.ts';
import type { Target } from './target.ts';
import { TimeLimitError, within } from './time-limit.ts';
import type { World } from './world.ts';

/** A time-out is confirmed with this many times the limit. */
const CONFIRMATION = 10;
/** The limit of a target that is known not to return. */
const KNOWN_MS = 100;
/** An allocator may look at each page frame when it starts: 64 GiB get 1.7 s more, and nothing gets more than a minute. */
const MS_A_PAGE = 1e-4;
const LONGEST_MS = 60_000;
/** An operation may take this long without passing for one that never returns. */
const MS_AN_OPERATION = 10;

/** Targets that were seen not to return, even in the time of a confirmation. */
const ENDLESS = new WeakSet<Target>();

/** Performs operations on an execution, up to where it is violated. */
export type Drive = (execution: Execution) => void;

/** Returns the milliseconds that a program may take. */
function limitOf({ programMs }: Target, { map }: World, operations: number): number {
  if (!Number.isFinite(programMs)) return programMs;
  const pages = map.descriptors.reduce((sum, d) => sum + d.pages, 0);
  return Math.min(LONGEST_MS, programMs + pages * MS_A_PAGE + operations * MS_AN_OPERATION);
}

/** Returns the milliseconds that a program may take at first; null for a target that is known not to return. */
export function firstLimit(target: Target, world: World, operations: number): number | null {
  return ENDLESS.has(target) ? null : limitOf(target, world, operations);
}

function stuckMessage(ms: number): string {
  const time = ms >= 1000 ? `${(ms / 1000).toFixed(0)} s` : `${ms.toFixed(0)} ms`;
  return `still running after ${time}: if it is slow, pass --program-time, or claim memoryBelow`;
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

/** A program that was ended by its time limit, as far as it got. */
interface Stuck {
  readonly execution: Execution | null;
  readonly ms: number;
}

interface Run {
  readonly target: Target;
  readonly world: World;
  readonly options: ExecutionOptions;
}

/** Runs a program, and returns its execution, or how far it got within the limit. */
function attempt({ target, world, options }: Run, drive: Drive, ms: number): Execution | Stuck {
  let execution: Execution | null = null;
  const { stackTraceLimit } = Error;
  try {
    return within(ms, () => {
      const started = new Execution(target, world, options);
      execution = started;
      if (started.violation === null) drive(started);
      started.finish();
      return started;
    });
  } catch (error) {
    if (!(error instanceof TimeLimitError)) throw error;
    // The call that was ended had omitted stacks, and could not restore them.
    restoreStacks(stackTraceLimit);
    return { execution, ms };
  }
}

/** Returns the execution of a program that never returned, with the violation that this is. */
function concluded({ target, world, options }: Run, { execution, ms }: Stuck): Execution {
  const message = stuckMessage(ms);
  if (execution === null)
    return new Execution(target, world, { ...options, performer: stuckInInit(message) });
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
  const { target, world } = run;
  const limit = limitOf(target, world, length);
  if (!Number.isFinite(limit)) {
    const execution = new Execution(target, world, run.options);
    if (execution.violation === null) drive(execution);
    execution.finish();
    return execution;
  }
  const isKnown = ENDLESS.has(target);
  const first = attempt(run, drive, isKnown ? Math.min(KNOWN_MS, limit) : limit);
  if (first instanceof Execution) return first;
  if (isKnown) return concluded(run, first);
  const program: readonly Operation<Reference>[] = first.execution?.operations ?? [];
  const second = attempt(run, performing(program), limit * CONFIRMATION);
  if (second instanceof Execution && second.violation === null) return again(run, drive, limit);
  if (second instanceof Execution) return second;
  ENDLESS.add(target);
  return concluded(run, second);
}

/** Runs a program that is slow and not endless to its end. */
function again(run: Run, drive: Drive, limit: number): Execution {
  const last = attempt(run, drive, limit * CONFIRMATION);
  return last instanceof Execution ? last : concluded(run, last);
}

/**
 * Runs a scenario on a target to its end or to the first broken clause, and returns the execution. No operation is started
 * after the time `until`, as `performance.now()` has it; the execution has fewer operations than the scenario then.
 */
export function execute(
  target: Target,
  { map, config, policies, operations }: Trace['scenario'],
  observer?: Observer,
  until = Number.POSITIVE_INFINITY,
): Execution {
  const options =
    observer === undefined ? { policies, program: operations } : { policies, observer, program: operations };
  return runWithin({ target, world: { map, config }, options }, operations.length, (execution) => {
    for (const operation of operations)
      if (performance.now() >= until || !execution.perform(operation)) break;
  });
}

/**
 * Runs of drawn programs: by the lean judge where it knows the target, by the model's judge elsewhere. What breaks a clause is
 * named by the model in either case: on the answers that the lean run has recorded.
 */
import { Execution, type Observer, runWithin, type Target, withStack } from '../../runner/index.ts';
import { type LeanObserver, type LeanRun, runLeanly } from '../../runner/lean/index.ts';
import { mostCalls } from './arbitraries/bursts.ts';
import { type CommandContext, type DrawnProgram, LeanContext } from './commands.ts';
import { runCommands } from './fast-check.ts';

/** Who watches programs, whichever judge they run under. */
export interface Watcher {
  readonly observer: Observer;
  readonly lean: LeanObserver;
}

/** A program that has run. */
export interface RanProgram {
  readonly performed: number;
  readonly holds: boolean;
  /** Whether init said that it cannot manage such a world. */
  readonly isRefused: boolean;
  /** Returns the execution: the answers as the model judges them, from the first to the last. */
  execution(): Execution;
}

interface RunOptions {
  /** Operations at most, a burst counted as one, for the time that the program may take. */
  readonly length: number;
  readonly watcher?: Watcher | undefined;
  /** Whether the model judges every answer. */
  readonly reference?: boolean | undefined;
  /** Whether time is up: under the model's judge, the program ends then. */
  readonly isOver?: (() => boolean) | undefined;
}

/** Runs a program as it was drawn: the target's answers decide what its numbers mean. */
export function runProgram(
  target: Target,
  drawn: DrawnProgram,
  { length: steps, watcher, reference = false, isOver }: RunOptions,
): RanProgram {
  const length = steps + (drawn.bursts === undefined ? 0 : mostCalls(drawn.bursts));
  const { world, commands } = drawn;
  const isLean = !reference && drawn.isNumbered === true;
  const run = isLean
    ? runLeanly({
        target,
        world,
        length,
        observer: watcher?.lean,
        drive: (started) =>
          runCommands<CommandContext | LeanContext>(new LeanContext(started, drawn), commands),
      })
    : null;
  if (run === null) return byModel(target, drawn, { length, observer: watcher?.observer, isOver });
  const { lean } = run;
  if (lean === null)
    return byModel(target, drawn, { length, observer: from(run.performed, watcher?.observer), isOver });
  // A violation is counted by the model, up to the clause that it names.
  const ended = lean.holds ? null : withStack(target, replayed(target, drawn, lean, watcher?.observer));
  // A target whose answers change while they are looked at.
  if (ended !== null && ended.violation === null)
    return byModel(target, drawn, { length, observer: from(run.performed, watcher?.observer), isOver });
  return {
    performed: lean.performed,
    holds: lean.holds,
    isRefused: false,
    execution: () => ended ?? replayed(target, drawn, lean),
  };
}

function byModel(
  target: Target,
  { world, commands, ...drawn }: DrawnProgram,
  {
    length,
    observer,
    isOver,
  }: Pick<RunOptions, 'length' | 'isOver'> & { readonly observer: Observer | undefined },
): RanProgram {
  const { policies } = target;
  const options = { policies, observer };
  const execution = runWithin({ target, world, options }, length, (started) => {
    if (!started.isRefused) runCommands({ ...drawn, isOver, execution: started }, commands);
  });
  return {
    performed: execution.performed,
    holds: execution.violation === null,
    isRefused: execution.isRefused,
    execution: () => execution,
  };
}

/** Returns an observer that is told of what follows the first steps, which were counted before. */
function from(steps: number, observer: Observer | undefined): Observer | undefined {
  if (observer === undefined) return undefined;
  let seen = 0;
  return {
    tally: (...check) => seen >= steps && observer.tally(...check),
    onStep: (step) => {
      if (seen >= steps) observer.onStep(step);
      seen += 1;
    },
  };
}

/** Returns the execution of a program with the answers of a lean run; only the answer that broke a clause is counted. */
function replayed(
  target: Target,
  { world, commands, ...drawn }: DrawnProgram,
  run: LeanRun,
  observer?: Observer,
): Execution {
  const { policies } = target;
  let isCounted = false;
  const performer = run.recording(() => {
    isCounted = observer !== undefined;
  });
  const muted: Observer = {
    tally: (...check) => isCounted && observer?.tally(...check),
    onStep: (step) => isCounted && observer?.onStep(step),
  };
  const execution = new Execution(target, world, { policies, observer: muted, performer });
  if (execution.violation === null && !execution.isRefused) runCommands({ ...drawn, execution }, commands);
  execution.finish();
  return execution;
}

/**
 * Runs of drawn programs: by the lean judge where it knows the target, by the model's judge elsewhere. What breaks a clause is
 * named by the model in either case: on the answers that the lean run has recorded.
 */
import { type Claims, Execution, type Observer, type Target } from '../../runner/index.ts';
import { isAddressable, isKnown, type LeanObserver, LeanRun } from '../../runner/lean/index.ts';
import type { PmmFactory } from '../../spec/index.ts';
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
  /** Returns the execution: the answers as the model judges them, from the first to the last. */
  execution(): Execution;
}

interface RunOptions {
  readonly watcher?: Watcher | undefined;
  /** Whether the model judges every answer. */
  readonly reference?: boolean | undefined;
}

/** Runs a program as it was drawn: the target's answers decide what its numbers mean. */
export function runProgram(
  target: Target,
  drawn: DrawnProgram,
  { watcher, reference = false }: RunOptions = {},
): RanProgram {
  const { factory } = target;
  const isLean = !reference && drawn.isNumbered === true && isKnown(target.profile);
  if (!isLean || factory === null || !isAddressable(drawn.world))
    return byModel(target, drawn, watcher?.observer);
  const lean = leanRun(factory, target, drawn, watcher?.lean ?? null);
  // What broke a clause is counted by the model, up to the clause that it names.
  const ended = lean.holds ? null : replayed(target, drawn, lean, watcher?.observer);
  if (ended !== null && ended.violation === null)
    throw new Error('the lean judge refuses what the model accepts');
  return {
    performed: lean.performed,
    holds: lean.holds,
    execution: () => ended ?? replayed(target, drawn, lean),
  };
}

function byModel(target: Target, { world, calls, commands }: DrawnProgram, observer?: Observer): RanProgram {
  const { policies } = target;
  const watched = observer === undefined ? { policies } : { policies, observer };
  const execution = new Execution(target, world, watched);
  if (execution.violation === null) runCommands({ execution, calls }, commands);
  execution.finish();
  return {
    performed: execution.performed,
    holds: execution.violation === null,
    execution: () => execution,
  };
}

/** Returns the run of a program under the lean judge. */
function leanRun(
  create: PmmFactory,
  claims: Claims,
  { world, calls, commands }: DrawnProgram,
  observer: LeanObserver | null,
): LeanRun {
  const run = new LeanRun(create, claims, world, observer);
  try {
    if (run.holds) runCommands<CommandContext | LeanContext>(new LeanContext(run, calls), commands);
  } finally {
    run.finish();
  }
  return run;
}

/** Returns the execution of a program with the answers of a lean run; only the answer that broke a clause is counted. */
function replayed(
  target: Target,
  { world, calls, commands }: DrawnProgram,
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
  if (execution.violation === null) runCommands({ execution, calls }, commands);
  execution.finish();
  return execution;
}

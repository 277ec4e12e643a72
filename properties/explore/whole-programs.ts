/**
 * Programs of a target that is only asked whole ones: every program up to a length, each by itself, while the ones after it are under way. A program
 * that holds tells the state in which the next operation is made, and so which operations the target leaves undefined there.
 */
import { setImmediate } from 'node:timers/promises';
import { Names } from '../../counterexamples/names/index.ts';
import type { ModelState } from '../../model/index.ts';
import { type Execution, execute, type StartedProgram, type Target } from '../../runner/index.ts';
import { leftUndefined, mapAddresses, type Operation, type Scenario, type Trace } from '../../spec/index.ts';

/** Programs on a target, which end at a time by `performance.now()`. */
interface WholePrograms {
  readonly target: Target;
  /** Its own operations do not count. */
  readonly scenario: Scenario;
  readonly operations: readonly Operation[];
  /** Most operations in a program. */
  readonly depth: number;
  readonly deadline: number;
  readonly signal?: AbortSignal | undefined;
  /** Called now and then with the number of programs run. */
  readonly onProgress?: ((programs: number) => void) | undefined;
}

type Steps = readonly Operation[];

/** A program that holds, and the state after it. */
interface Held {
  readonly steps: Steps;
  readonly state: ModelState;
}

/** Programs ahead of the judge. */
const AHEAD = 4;
/** Programs between two checks of the clock. */
const TURN = 100;

/** Lists the programs of one operation more. One that ends in an operation which the target leaves undefined is like the program without it. */
function* longer(held: readonly Held[], operations: Steps): Generator<Steps> {
  for (const { steps, state } of held)
    for (const operation of operations)
      if (leftUndefined(state, operation) === null) yield [...steps, operation];
}

/** Runs programs, and judges one after the other. */
function* judged({ target, scenario }: WholePrograms, programs: Iterable<Steps>): Generator<Run> {
  const underWay: (Pick<Run, 'steps'> & { readonly asked: Scenario; readonly started: StartedProgram })[] =
    [];
  const first = (): readonly Run[] =>
    underWay.splice(0, 1).map(({ steps, asked, started }) => {
      const run = execute(target, asked, undefined, undefined, started.performer());
      return { steps, run };
    });
  try {
    for (const steps of programs) {
      const operations = steps.map((operation) => mapAddresses(operation, (absolute) => ({ absolute })));
      const asked = { ...scenario, operations };
      underWay.push({ steps, asked, started: target.start(asked, operations) });
      if (underWay.length > AHEAD) yield* first();
    }
    while (underWay.length > 0) yield* first();
  } finally {
    for (const { started } of underWay) started.drop?.();
  }
}

interface Run {
  readonly steps: Steps;
  readonly run: Execution;
}

/** Returns the trace of a program that breaks a clause, as one that refers to results where that breaks it too. */
function namedTrace({ target, scenario }: WholePrograms, { steps, run }: Run): Trace {
  const names = new Names(scenario);
  const operations = steps.slice(0, run.operations.length).map((operation, at) => {
    const named = names.named(operation);
    const response = run.responses[at + 1];
    if (response !== undefined) names.note(operation, response);
    return named;
  });
  const renamed = execute(target, { ...scenario, operations });
  return (renamed.violation === null ? run : renamed).trace();
}

/** Runs every program of up to `depth` operations, shorter ones first, up to one that breaks a clause. Returns its trace, or how it ended. */
export async function runWhole(options: WholePrograms): Promise<Trace | 'done' | 'given up'> {
  const { operations, depth, deadline, signal, onProgress } = options;
  let programs = 0;
  let shorter: readonly Held[] = [];
  for (let length = 0; length <= depth; length += 1) {
    const held: Held[] = [];
    for (const judgedRun of judged(options, length === 0 ? [[]] : longer(shorter, operations))) {
      const { steps, run } = judgedRun;
      if (run.violation !== null) return namedTrace(options, judgedRun);
      if (length < depth && !run.isRefused) held.push({ steps, state: run.state });
      programs += 1;
      if (programs % TURN !== 0) continue;
      await setImmediate();
      onProgress?.(programs);
      if (performance.now() > deadline || signal?.aborted === true) return 'given up';
    }
    shorter = held;
  }
  return 'done';
}

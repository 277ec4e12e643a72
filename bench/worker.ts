/**
 * The process that runs one subject, named by its argument: frames, addresses, naive, or wasm and the path of the module. Reads "ROW SIZE" lines, answers
 * "NANOSECONDS OPERATIONS" or "error TEXT", as `page_stack_bench.c` does. The first answer for a row and size is one cold repetition;
 * later answers repeat for about 20 ms.
 */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { ENGINE } from '../runner/wasm/index.ts';
import { isScenarioName, type Prepared, SCENARIOS, type ScenarioName } from './scenarios.ts';
import { measureState } from './state-size.ts';
import type { Subject } from './subject.ts';
import { Addresses } from './subjects/addresses.ts';
import { Frames } from './subjects/frames.ts';
import { Naive } from './subjects/naive.ts';

const TARGET_NS = 20e6;

interface Current {
  readonly key: string;
  readonly prepared: Prepared;
  reps: number;
}

interface Timing {
  readonly spent: number;
  readonly operations: number;
}

/** Times by the processor: other load on the machine takes cores away, and by the clock that would be ours. */
function clocked(run: (reps: number) => number, reps: number): Timing {
  const start = process.cpuUsage();
  const operations = run(reps);
  const { user, system } = process.cpuUsage(start);
  return { spent: (user + system) * 1000, operations };
}

/** Times `reps` repetitions, one by one if the state must be prepared before each. */
function timed({ run, before }: Prepared, reps: number): Timing {
  if (before === undefined) return clocked(run, reps);
  let [spent, operations] = [0, 0];
  for (let r = 0; r < reps; r += 1) {
    before();
    const one = clocked(run, 1);
    [spent, operations] = [spent + one.spent, operations + one.operations];
  }
  return { spent, operations };
}

function repsFor({ before }: Prepared, spent: number, reps: number): number {
  const most = before === undefined ? 1e7 : 100;
  return Math.max(1, Math.min(most, Math.floor(TARGET_NS / (spent / reps + 1))));
}

/** Prepares a row for a size. */
type Prepare = (name: ScenarioName, size: number) => Prepared;

/** Returns the rows of `page_stack_wasm.c`, which numbers them as they are listed here. */
function wasmRows(path: string): Prepare {
  const { exports } = new ENGINE.Instance(new ENGINE.Module(readFileSync(path)), {});
  return (name, size) => {
    const row = Object.keys(SCENARIOS).indexOf(name);
    exports.prepare?.(row, size);
    const run = (reps: number): number => Number(exports.run?.(row, reps));
    return PREPARED_ANEW.includes(name) ? { run, before: () => exports.before?.(row) } : { run };
  };
}

/** Rows of which each repetition needs a fresh state. */
const PREPARED_ANEW: readonly ScenarioName[] = ['fill', 'region'];

async function serve(prepare: Prepare, state: (frames: number) => readonly number[]): Promise<void> {
  let current = null as Current | null;
  for await (const line of createInterface({ input: process.stdin })) {
    const [name = '', text = ''] = line.split(' ');
    if (name === 'state') {
      console.log(state(Number(text)).join(' '));
      continue;
    }
    if (!isScenarioName(name)) throw new Error(`no row ${name}`);
    if (current?.key !== line) current = { key: line, prepared: prepare(name, Number(text)), reps: 1 };
    const { spent, operations } = timed(current.prepared, current.reps);
    console.log(`${spent} ${operations}`);
    current.reps = repsFor(current.prepared, spent, current.reps);
  }
}

function serveSubject<P, B>(subject: Subject<P, B>): Promise<void> {
  return serve(
    (name, size) => SCENARIOS[name](subject, size),
    (frames) => measureState(subject, frames),
  );
}

const [, , subject, path = ''] = process.argv;
switch (subject) {
  case 'frames':
    await serveSubject(new Frames());
    break;
  case 'addresses':
    await serveSubject(new Addresses());
    break;
  case 'naive':
    await serveSubject(new Naive());
    break;
  case 'wasm':
    await serve(wasmRows(path), () => []);
    break;
  default:
    throw new Error('expected frames, addresses, naive or wasm');
}

/** The program of a thread of a search: takes states of a level, a few at a time, and expands them until none is left. */
import { inspect } from 'node:util';
import { parentPort, workerData } from 'node:worker_threads';
import { loadTarget } from '../../runner/load/index.ts';
import { isSpecError } from '../../spec/index.ts';
import { expandStretch, type FromThread, type ThreadData, type ToThread } from './crew.ts';
import type { Findings } from './expander.ts';
import { ManagerDriver } from './manager-driver.ts';
import { Patience, StuckError } from './patience.ts';
import { type Searcher, searcherOf } from './search.ts';
import { CONTROL } from './state-table.ts';

/** States that a thread takes at a time. */
const PIECE = 4;

/** The parts that one thread searches with, and how long it waits for the target. */
interface PatientSearcher extends Searcher {
  readonly patience: Patience;
}

async function searcherFor(data: ThreadData): Promise<PatientSearcher> {
  const { source, policies, world, operations, buffers, patienceMs } = data;
  const target = await loadTarget(source.name, policies, source);
  const searcher = searcherOf({
    world,
    policies,
    operations,
    targetName: source.name,
    buffers,
    driver: (judge) => new ManagerDriver(target, world, judge),
  });
  return { ...searcher, patience: new Patience(target, world, patienceMs) };
}

function expand(
  { expander, table, patience }: PatientSearcher,
  level: Int32Array,
  note: (n: number) => void,
): Findings {
  while (!table.isStopped) {
    const from = Atomics.add(table.control, CONTROL.cursor, PIECE);
    if (from >= level.length) break;
    const isOver = (place: number): boolean => place >= from + PIECE || table.isStopped;
    expandStretch({ expander, patience, isOver }, level, from);
    note(expander.transitions);
  }
  return expander.take();
}

async function serve(data: ThreadData): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error('this program runs in a thread of a search');
  const answer = (message: FromThread): void => port.postMessage(message);
  const done = new Float64Array(data.done);
  let total = 0;
  const searcher = searcherFor(data);
  const answerTo = async (message: ToThread): Promise<FromThread> => {
    const ready = await searcher;
    if (message.kind === 'close') return { kind: 'closed', sides: ready.checked.sides };
    const findings = expand(ready, message.level, (n) => {
      done[data.index] = total + n;
    });
    total += findings.transitions;
    return { kind: 'expanded', findings };
  };
  port.on('message', (message: ToThread) => {
    answerTo(message).then(answer, (error: unknown) => {
      if (error instanceof StuckError)
        answer({ kind: 'stuck', place: error.place, operation: error.operation });
      else if (isSpecError(error)) answer({ kind: 'failed', message: error.message, isSpec: true });
      else answer({ kind: 'failed', message: inspect(error), isSpec: false });
    });
  });
  await searcher.catch(() => {
    // The answer to the first request reports the error.
  });
}

const data: ThreadData = workerData;
await serve(data);

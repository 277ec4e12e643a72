/**
 * The thread of one caller: attaches to the shared state, and makes the calls of a workload on request. The time before and after
 * each call comes from one counter that all threads share.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { ATOMICS, openSharedState } from '../../../impl/index.ts';
import { Config, decode, MemoryMap } from '../../../spec/index.ts';
import { Workload } from '../../log/workload.ts';
import { CallerSession } from '../caller-session.ts';
import { loadConcurrentTarget } from '../load-concurrent-target.ts';
import { type CallerThreadData, CLOCK_AT, PRESENT_AT, type RecordedCall, type Round } from './messages.ts';

async function work(data: CallerThreadData): Promise<void> {
  const map = decode(MemoryMap, data.map, 'the memory map of a thread');
  const config = decode(Config, data.config, 'the configuration of a thread');
  const target = await loadConcurrentTarget(data.module);
  const shared = { words: openSharedState(map, config, data.state), steps: ATOMICS };
  const waiting = { patienceMs: data.patienceMs };
  const session = new CallerSession(config, (warn) => target.attach(map, { config, warn, shared, waiting }));
  const workload = new Workload({ map, config, seed: data.seed, provokesFrom: 0 });
  const barrier = new Int32Array(data.barrier);
  parentPort?.on('message', ({ calls }: Round) => {
    parentPort?.postMessage(round(session, workload, { barrier, callers: data.callers, calls }));
  });
  parentPort?.postMessage('attached');
}

interface RoundOptions {
  readonly barrier: Int32Array;
  readonly callers: number;
  readonly calls: number;
}

function round(
  session: CallerSession,
  workload: Workload,
  { barrier, callers, calls }: RoundOptions,
): RecordedCall[] {
  awaitAll(barrier, callers);
  const recorded: RecordedCall[] = [];
  for (let k = 0; k < calls; k += 1) {
    const operation = workload.next();
    const invoked = Atomics.add(barrier, CLOCK_AT, 1);
    const response = session.perform(operation);
    const returned = Atomics.add(barrier, CLOCK_AT, 1);
    workload.note(operation, response);
    recorded.push({ operation, response, invoked, returned, turn: session.pmm.turn ?? null });
  }
  return recorded;
}

/** Waits until all callers are here. */
function awaitAll(barrier: Int32Array, callers: number): void {
  if (Atomics.add(barrier, PRESENT_AT, 1) === callers - 1) Atomics.notify(barrier, PRESENT_AT);
  for (let present = 0; present < callers; present = Atomics.load(barrier, PRESENT_AT))
    if (present > 0) Atomics.wait(barrier, PRESENT_AT, present);
}

await work(workerData);

/**
 * The thread of one caller: attaches to the shared state, and makes the calls of a workload when it is told to. Times are taken
 * from one counter that all threads share, before each call and after it.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { ATOMICS, openSharedState } from '../../../impl/index.ts';
import { Config, decode, MemoryMap } from '../../../spec/index.ts';
import { Workload } from '../../log/workload.ts';
import { loadConcurrentTarget } from '../load-concurrent-target.ts';
import { Voice } from '../voice.ts';
import { CLOCK_AT, type Commission, PRESENT_AT, type RecordedCall, type Round } from './messages.ts';

async function work(commission: Commission): Promise<void> {
  const map = decode(MemoryMap, commission.map, 'the memory map of a thread');
  const config = decode(Config, commission.config, 'the configuration of a thread');
  const target = await loadConcurrentTarget(commission.module);
  const shared = { words: openSharedState(map, config, commission.state), steps: ATOMICS };
  const waiting = { patienceMs: commission.patienceMs };
  const voice = new Voice((warn) => target.attach(map, { config, warn, shared, waiting }));
  const workload = new Workload({ map, config, seed: commission.seed, provokesFrom: 0 });
  const meeting = new Int32Array(commission.meeting);
  parentPort?.on('message', ({ calls }: Round) => {
    parentPort?.postMessage(round(voice, workload, { meeting, callers: commission.callers, calls }));
  });
  parentPort?.postMessage('attached');
}

interface RoundOptions {
  readonly meeting: Int32Array;
  readonly callers: number;
  readonly calls: number;
}

function round(voice: Voice, workload: Workload, { meeting, callers, calls }: RoundOptions): RecordedCall[] {
  meet(meeting, callers);
  const recorded: RecordedCall[] = [];
  for (let k = 0; k < calls; k += 1) {
    const operation = workload.next();
    const invoked = Atomics.add(meeting, CLOCK_AT, 1);
    const response = voice.perform(operation);
    const returned = Atomics.add(meeting, CLOCK_AT, 1);
    workload.note(operation, response);
    recorded.push({ operation, response, invoked, returned, turn: voice.pmm.turn ?? null });
  }
  return recorded;
}

/** Waits until all callers are there. */
function meet(meeting: Int32Array, callers: number): void {
  if (Atomics.add(meeting, PRESENT_AT, 1) === callers - 1) Atomics.notify(meeting, PRESENT_AT);
  for (let present = 0; present < callers; present = Atomics.load(meeting, PRESENT_AT))
    if (present > 0) Atomics.wait(meeting, PRESENT_AT, present);
}

await work(workerData);

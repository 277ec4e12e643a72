/**
 * The thread of one caller: attaches to the shared state, and makes the calls of a workload on request. The time before and after
 * each call comes from one counter that all threads share.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { ATOMICS } from '../../../impl/index.ts';
import {
  beyond,
  Config,
  decode,
  MemoryMap,
  type Operation,
  type Profile,
  ramPages,
  WHOLE,
} from '../../../spec/index.ts';
import { Workload } from '../../log/workload.ts';
import { CallerSession } from '../caller-session.ts';
import { loadConcurrentTarget } from '../load-concurrent-target.ts';
import { type CallerOptions, type CallerPmm, wordsOf } from '../target.ts';
import { type CallerThreadData, CLOCK_AT, PRESENT_AT, type RecordedCall, type Round } from './messages.ts';

async function work(data: CallerThreadData): Promise<void> {
  const map = decode(MemoryMap, data.map, 'the memory map of a thread');
  const config = decode(Config, data.config, 'the configuration of a thread');
  const target = await loadConcurrentTarget(data.module);
  const shared = { words: wordsOf(target, map, config, data.state), steps: ATOMICS };
  const waiting = { patienceMs: data.patienceMs };
  const { profile } = target;
  const attach = (warn: CallerOptions['warn']): CallerPmm =>
    target.attach(map, { config, warn, shared, waiting });
  const session = new CallerSession(config, attach, profile);
  const held = profile === undefined ? undefined : Math.ceil(ramPages(map) / data.callers);
  const workload = new Workload({ map, config, seed: data.seed, provokesFrom: 0, profile, held });
  const barrier = new Int32Array(data.barrier);
  parentPort?.on('message', ({ calls }: Round) => {
    const { callers } = data;
    parentPort?.postMessage(round(session, workload, { barrier, callers, calls, profile }));
  });
  parentPort?.postMessage('attached');
}

interface RoundOptions {
  readonly barrier: Int32Array;
  readonly callers: number;
  readonly calls: number;
  readonly profile: Profile | undefined;
}

/** Returns the next call of a workload that the profile has. */
function nextWithin(workload: Workload, profile: Profile = WHOLE): Operation {
  for (;;) {
    const operation = workload.next();
    if (beyond(profile, operation) === null) return operation;
  }
}

function round(
  session: CallerSession,
  workload: Workload,
  { barrier, callers, calls, profile }: RoundOptions,
): RecordedCall[] {
  awaitAll(barrier, callers);
  const recorded: RecordedCall[] = [];
  for (let k = 0; k < calls; k += 1) {
    const operation = nextWithin(workload, profile);
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

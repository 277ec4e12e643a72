/**
 * The thread of one contender: takes turns until it is stopped, and reports how many pages it allocated and freed. All contenders
 * start and stop together.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { attachPmm, SharedFrames } from '../impl/index.ts';
import { config } from '../spec/index.ts';
import { type Contest, type Taker, turnOf } from './contest.ts';

const WAIT = 0;
const GO = 1;
/** Pages allocated before the contest, so that the engine has compiled the code. */
const WARM_UP = 100_000;

function takerOf({ face, map, state }: Contest): Taker {
  return face === 'frames'
    ? new SharedFrames(map, { config: config(), state })
    : attachPmm(map, { config: config(), warn: () => {}, state });
}

/** Takes turns until the signal ends them. Returns the number of pages allocated and freed. */
function contend(contest: Contest): number {
  const { pages, isBatch } = contest;
  const signal = new Int32Array(contest.signal);
  const turn = turnOf(takerOf(contest), pages, isBatch);
  for (let i = 0; i < WARM_UP / pages; i += 1) turn();
  parentPort?.postMessage('ready');
  Atomics.wait(signal, 0, WAIT);
  let turns = 0;
  for (; Atomics.load(signal, 0) === GO; turns += 1) turn();
  return 2 * turns * pages;
}

parentPort?.postMessage(contend(workerData));

/**
 * The thread of one contender: takes turns for as long as it is told, and reports how many pages it took and gave back. All
 * contenders begin and end together.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { attachPmm, SharedFrames } from '../impl/index.ts';
import { config } from '../spec/index.ts';
import { type Contest, type Taker, turnOf } from './contest.ts';

const WAIT = 0;
const GO = 1;
/** Pages that are taken before the contest, for the engine to compile. */
const WARM_UP = 100_000;

function takerOf({ face, map, state }: Contest): Taker {
  return face === 'frames'
    ? new SharedFrames(map, { config: config(), state })
    : attachPmm(map, { config: config(), warn: () => {}, state });
}

/** Takes turns until the signal ends them; returns how many pages were taken and given back. */
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

/**
 * The thread of one contender: takes turns until it is stopped, and reports what it has done. All contenders
 * start and stop together.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { attachPmm, SharedFrames } from '../impl/index.ts';
import { config } from '../spec/index.ts';
import { type Contended, type Contest, type Taker, timedTurn, turnOf } from './contest.ts';

const WAIT = 0;
const GO = 1;
/** Pages allocated before the contest, so that the engine has compiled the code. */
const WARM_UP = 100_000;

function takerOf({ face, map, state }: Contest): Taker {
  return face === 'frames'
    ? new SharedFrames(map, { config: config(), state })
    : attachPmm(map, { config: config(), warn: () => {}, state });
}

/** Returns a turn, which says how long its longest call took. */
function turnIn(contest: Contest): () => number {
  const { pages, isBatch, isTimed, map, state } = contest;
  if (isTimed) {
    const held = new Uint32Array(pages);
    const frames = new SharedFrames(map, { config: config(), state });
    return () => timedTurn(frames, held);
  }
  const turn = turnOf(takerOf(contest), pages, isBatch);
  return () => {
    turn();
    return 0;
  };
}

/** Takes turns until the signal ends them. */
function contend(contest: Contest): Contended {
  const { pages } = contest;
  const signal = new Int32Array(contest.signal);
  const turn = turnIn(contest);
  for (let i = 0; i < WARM_UP / pages; i += 1) turn();
  parentPort?.postMessage('ready');
  Atomics.wait(signal, 0, WAIT);
  let [turns, longestMs] = [0, 0];
  for (; Atomics.load(signal, 0) === GO; turns += 1) longestMs = Math.max(longestMs, turn());
  return { pages: 2 * turns * pages, longestMs };
}

parentPort?.postMessage(contend(workerData));

/**
 * The thread that watches over a process, whose main thread may be busy. It hears from the supervisor, where there is one, that the command
 * is interrupted, and ends the process where that takes too much memory, which no limit of the engine covers outside its heap, or where
 * code of a target that runs outside its calls does not return. Limits on calls do not reach such code, and the main thread may work
 * for minutes without a turn of its event loop: so it is paused for some milliseconds, and is not to blame while anything of ours is on its stack.
 *
 * Source: `inspector.Session.connectToMainThread`, https://nodejs.org/api/inspector.html.
 */
import { writeSync } from 'node:fs';
import { type Debugger, Session } from 'node:inspector';
import { Socket } from 'node:net';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { workerData } from 'node:worker_threads';
import type { WatchData } from './index.ts';

/** Code of a target that runs outside its calls, while it is loaded or in a timer, has this long. */
const STUCK_MS = 20_000;
/** Then it has this much longer, so that no timer is blamed that began where other work has just ended. */
const SURE_MS = 1000;
const STANDARD_ERROR = 2;

/** Memory is looked at this often: a target fills a GiB in a second. */
const WATCH_MS = 50;

const { shared, at, supervision, limitBytes }: WatchData = workerData;
/** All of our code that runs in the process. */
const OURS = new URL('../..', import.meta.url).href;

/** Ends this process, and with a signal to its group what it has started. */
function end(pid: number): void {
  process.kill(pid, 'SIGKILL');
}

/** Ends this process for a reason, of which `verb` says which it is. */
function endOnly(verb: 'takes' | 'sticks', reason: string): void {
  if (supervision === null)
    writeSync(STANDARD_ERROR, `frameproof: this process of tests is ended: ${reason}\n`);
  else writeSync(supervision.reports, `${supervision.word} ${verb} ${reason}\n`);
  end(process.pid);
}

function endStuck(place: string | null): void {
  const when = 'while it was loaded, or in a timer or a promise';
  const where = place === null ? '' : ` (${place})`;
  endOnly('sticks', `the target ran for ${STUCK_MS / 1000} s outside its calls: ${when}${where}`);
}

/** The code on a stack: something of ours; or code of a target that runs outside its calls, at `file:line:column`; or only the engine. */
type Found = { readonly who: 'ours' | 'engine' } | { readonly who: 'target'; readonly place: string };

function foundOn(frames: readonly Debugger.CallFrame[], urlOf: ReadonlyMap<string, string>): Found {
  const known = frames.flatMap(({ location: { scriptId, lineNumber, columnNumber = 0 } }) => {
    const url = urlOf.get(scriptId) ?? '';
    return url.startsWith('node:') ? [] : [{ url, place: `${lineNumber + 1}:${columnNumber + 1}` }];
  });
  const [first] = known;
  if (first === undefined) return { who: 'engine' };
  if (known.some(({ url }) => url.startsWith(OURS))) return { who: 'ours' };
  const file = first.url.startsWith('file:') ? relative('', fileURLToPath(first.url)) : first.url;
  return { who: 'target', place: `${file}:${first.place}` };
}

/** Pauses the main thread as soon as it runs code, and calls `onFound` with what it runs. */
function lookInside(onFound: (found: Found) => void): void {
  const session = new Session();
  session.connectToMainThread();
  const urlOf = new Map<string, string>();
  session.on('Debugger.scriptParsed', ({ params: { scriptId, url } }) => urlOf.set(scriptId, url));
  session.on('Debugger.paused', ({ params: { callFrames } }) => {
    onFound(foundOn(callFrames, urlOf));
    session.post('Debugger.resume');
    session.post('Debugger.disable', () => session.disconnect());
  });
  session.post('Debugger.enable');
  session.post('Debugger.pause');
}

/** A counter that is looked at now and then. */
class Stillness {
  readonly #at: number;
  #value = 0;
  #since = performance.now();

  constructor(at: number) {
    this.#at = at;
  }

  /** Milliseconds for which it has not changed. */
  get ms(): number {
    const value = Atomics.load(shared, this.#at);
    if (value !== this.#value) [this.#value, this.#since] = [value, performance.now()];
    return performance.now() - this.#since;
  }
}

const turns = new Stillness(at.turns);
const waits = new Stillness(at.waits);
/** Milliseconds of stillness at which the main thread is looked into. */
let dueMs = STUCK_MS;

function onFound(found: Found): void {
  const stillMs = turns.ms;
  if (found.who === 'target' && stillMs > STUCK_MS + SURE_MS) endStuck(found.place);
  dueMs = stillMs + (found.who === 'ours' ? STUCK_MS : SURE_MS);
}

function watch(): void {
  if (process.memoryUsage.rss() > limitBytes)
    endOnly('takes', `it took more than ${(limitBytes / 2 ** 30).toFixed(1)} GiB of memory`);
  const stillMs = turns.ms;
  if (stillMs < STUCK_MS) dueMs = STUCK_MS;
  if (stillMs > dueMs) {
    dueMs = Number.POSITIVE_INFINITY;
    lookInside(onFound);
  }
  // It waits for code that waits: a promise that is never resolved.
  if (Atomics.load(shared, at.waiting) > 0 && waits.ms > STUCK_MS && stillMs < STUCK_MS) endStuck(null);
}

if (supervision !== null) {
  const pipe = new Socket({ fd: supervision.reports, allowHalfOpen: true });
  // It ends when the supervisor does: then nobody is left to end the process group.
  for (const event of ['end', 'error']) pipe.on(event, () => end(-process.pid));
  pipe.on('data', () => Atomics.store(shared, at.interrupted, 1));
}
setInterval(watch, WATCH_MS);

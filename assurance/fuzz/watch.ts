/**
 * Watching: a decoder runs in a separate thread, so that a file on which it never returns, or that takes all the thread's memory, is
 * noticed from outside. The thread is then ended, and another one continues after that file.
 */
import { Worker } from 'node:worker_threads';
import type { Finding, Fuzzed, Stretch } from './fuzz.ts';

/** The task of a thread. */
export interface ThreadTask {
  /** The module that exports `DECODERS`, and which of them is tried. */
  readonly module: string;
  readonly name: string;
  readonly stretch: Stretch;
  /** The file that is being read. */
  readonly place: SharedArrayBuffer;
}

const EXTENSION = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
const THREAD = new URL(`thread${EXTENSION}`, import.meta.url);

/** The decoders of this project. */
export const ALL = new URL(`decoders${EXTENSION}`, import.meta.url).href;

/** The limits of one file, at which its thread is ended. Sound files take a hundredth. */
export interface Limits {
  readonly hangMs: number;
  readonly memoryMib: number;
}

const LIMITS: Limits = { hangMs: 20_000, memoryMib: 1024 };
const LOOK_MS = 250;

/** How a thread ended: with what it found, or before that. */
type Ended = { readonly fuzzed: Fuzzed } | { readonly what: string };

/** Runs a thread to its end, or ends it where `hangMs` pass with one file. */
function ended(worker: Worker, place: Int32Array, hangMs: number): Promise<Ended> {
  return new Promise((resolve) => {
    let [file, since] = [-1, performance.now()];
    const watch = setInterval(() => {
      const now = Atomics.load(place, 0);
      if (now !== file) [file, since] = [now, performance.now()];
      else if (performance.now() - since > hangMs) end({ what: `it did not end within ${hangMs / 1000} s` });
    }, LOOK_MS);
    const end = (how: Ended): void => {
      clearInterval(watch);
      void worker.terminate();
      resolve(how);
    };
    worker.once('message', (fuzzed: Fuzzed) => end({ fuzzed }));
    worker.once('error', (error) => end({ what: `it ended its thread: ${String(error)}` }));
    worker.once('exit', (code) => end({ what: `it ended its thread with ${code}` }));
  });
}

/** Has a decoder of a module read the files of a stretch. */
export async function watched(
  module: string,
  name: string,
  { seed, from, to }: Stretch,
  { hangMs, memoryMib }: Limits = LIMITS,
): Promise<Fuzzed> {
  let [accepted, refused, start] = [0, 0, from];
  const findings: Finding[] = [];
  while (start < to) {
    const place = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
    const words = new Int32Array(place);
    const workerData: ThreadTask = { module, name, stretch: { seed, from: start, to }, place };
    const worker = new Worker(THREAD, { workerData, resourceLimits: { maxOldGenerationSizeMb: memoryMib } });
    const how = await ended(worker, words, hangMs);
    if ('fuzzed' in how) {
      accepted += how.fuzzed.accepted;
      refused += how.fuzzed.refused;
      findings.push(...how.fuzzed.findings);
      break;
    }
    const file = Math.max(start, Atomics.load(words, 0));
    findings.push({ decoder: name, seed, file, what: how.what });
    // The counts of the ended thread are lost.
    start = file + 1;
  }
  return { accepted, refused, findings };
}

/**
 * Time limits on code that cannot be trusted to return: an endless loop in a target's call is ended where it is, and what ran
 * it goes on. V8 ends the loop at its next back edge, in JavaScript and in WebAssembly alike, so this needs no process and no
 * thread. Some 90 µs a use: one is wrapped around a whole program, not around a call.
 *
 * Source: `vm.Script.runInThisContext` with `timeout`, https://nodejs.org/api/vm.html.
 */
import { Script } from 'node:vm';
import { getEnvironmentData } from 'node:worker_threads';
import { codeOf } from '../spec/files/index.ts';
import { pfnEnd, type Trace } from '../spec/index.ts';
import { restoreStacks } from './call-end.ts';
import type { Target } from './target.ts';
import type { World } from './world.ts';

/** Thrown by {@link within}: the work had not returned when its time was over. */
export class TimeLimitError extends Error {
  override readonly name = 'TimeLimitError';
  readonly ms: number;

  constructor(ms: number) {
    super(`still running after ${ms} ms`);
    this.ms = ms;
  }
}

/**
 * Where the script finds the work: a script shares nothing with its caller but the global object, the main one of the process. Test
 * runners may give this file another.
 */
const WORK = Symbol('the work of a time limit');
const GLOBALS: { [WORK]?: (() => void) | undefined } & typeof globalThis = new Script(
  'globalThis',
).runInThisContext();
/** Two copies of this package may run in one process. */
const KEY = `__frameproofWork${Object.getOwnPropertyNames(GLOBALS).filter((name) => name.startsWith('__frameproofWork')).length}`;
Object.defineProperty(GLOBALS, KEY, { get: () => GLOBALS[WORK], enumerable: false });
const SCRIPT = new Script(`${KEY}()`);

/**
 * Does the work and returns its result. Whatever the work throws, this throws.
 *
 * @throws TimeLimitError where the work is still running after `ms` milliseconds: it has ended by then, somewhere in its midst.
 *   Limits do not nest.
 */
export function within<T>(ms: number, work: () => T): T {
  if (!Number.isFinite(ms)) return work();
  if (GLOBALS[WORK] !== undefined) throw new Error('time limits do not nest');
  const { stackTraceLimit } = Error;
  let done: { readonly result: T } | null = null;
  GLOBALS[WORK] = () => {
    done = { result: work() };
  };
  try {
    // An error of the work is passed on as it is.
    SCRIPT.runInThisContext({ timeout: Math.max(1, Math.ceil(ms)), displayErrors: false });
  } catch (error) {
    if (codeOf(error) !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    // The call that was ended may have omitted stacks, and could not restore them.
    restoreStacks(stackTraceLimit);
    throw new TimeLimitError(ms);
  } finally {
    GLOBALS[WORK] = undefined;
  }
  const { result } = done ?? unfinished();
  return result;
}

function unfinished(): never {
  throw new Error('the work neither returned nor threw');
}

/** Counters of a supervised command, which all its threads share: how many of them wait so, and how often one has begun or ended to. */
function outside(): Int32Array | null {
  const counters: unknown = getEnvironmentData('frameproof-outside');
  return counters instanceof Int32Array ? counters : null;
}

/**
 * Does work in which code of a target runs outside its calls: while it is loaded, or in timers and promises. Where that does not return,
 * only the end of the process ends it, which a supervised command sees to.
 */
export async function outsideCalls<T>(work: () => Promise<T>): Promise<T> {
  const counters = outside();
  if (counters === null) return work();
  const note = (waiting: number): void => {
    Atomics.add(counters, 0, waiting);
    Atomics.add(counters, 1, 1);
  };
  note(1);
  return work().finally(() => note(-1));
}

/** Milliseconds for a program on a small memory map, where `--program-time` does not say. */
export const PROGRAM_MS = 1000;
/** An allocator may look at each page frame when it starts: 64 GiB get 1.7 s more, and nothing gets more than a minute. */
const MS_A_PAGE = 1e-4;
const LONGEST_MS = 60_000;
/** An operation may take this long without passing for one that never returns. */
const MS_AN_OPERATION = 1;
/** The limit of a target that is known not to return: longer than a machine under load holds anything up. */
const KNOWN_MS = 100;
/** A time-out is confirmed with this many times the limit. */
const CONFIRMATION = 10;
/** The first words on it. */
const STILL_RUNNING = 'still running after';
/** In this thread, whose processor time is known, with this many. */
export const CONFIRMATION_HERE = 3;
/** On a machine that others use, a thread may wait for the processor for this many times its share. */
const MOST_TIMES = 10;

function pagesOf({ map }: World): number {
  return map.descriptors.reduce((sum, { pages }) => sum + pages, 0);
}

/** Milliseconds of processor time that this thread has used; the whole process where Node.js does not tell. */
function processorMs(): number {
  const { user, system } = process.threadCpuUsage?.() ?? process.cpuUsage();
  return (user + system) / 1000;
}

/**
 * Makes an attempt in this thread, which returns null where `ms` milliseconds were too little. Where others had the processor for most of
 * them, it is made once more, with the time in which this thread gets as much of the processor.
 */
export function unlessHeldUp<T>(ms: number, attempt: (ms: number) => T | null): T | null {
  const [start, before] = [performance.now(), processorMs()];
  const result = attempt(ms);
  const usedMs = processorMs() - before;
  const idleMs = performance.now() - start - usedMs;
  return result ?? (idleMs < ms / 2 ? null : attempt(Math.min(ms * MOST_TIMES, (ms * ms) / usedMs)));
}

/**
 * The milliseconds that programs of one target may take. A time-out is not an answer: it counts only when it is confirmed by a second
 * run, alone, with ten times the limit, or three times in this thread. From then on the target is known not to return, and its programs get a tenth of the limit, so
 * that they can be shrunk.
 */
export class ProgramTime {
  readonly #programMs: number;
  /** The time in which a program did not return, even with nothing beside it; null so far. */
  #endlessMs: number | null = null;
  /** Where the world of that program ends, as a page frame number. */
  #confirmedEnd = Number.POSITIVE_INFINITY;
  /** Where the lowest world ends on which that counts: worlds below are not the reason. */
  #endlessEnd = 0;

  constructor(programMs: number) {
    this.#programMs = programMs;
  }

  /** Returns the time of a target of which nothing is known. */
  atFirst(): ProgramTime {
    return new ProgramTime(this.#programMs);
  }

  /** Whether a program did not return, even with nothing beside it, on a world that ended no higher. */
  isEndlessOn(world: World): boolean {
    return this.#endlessMs !== null && pfnEnd(world.map) >= this.#endlessEnd;
  }

  /**
   * Notes that a program did not return because its world is too large: smaller ones have all their time, and are confirmed. Where
   * one was confirmed on a smaller world, the size is not the reason.
   */
  noteTooLarge({ map }: World): void {
    const end = pfnEnd(map);
    if (end <= this.#confirmedEnd)
      this.#endlessEnd = Math.min(end, this.#endlessEnd || Number.POSITIVE_INFINITY);
  }

  /** Returns the milliseconds that a program may take before it must be confirmed that it does not return. */
  limitOf(world: World, operations: number): number {
    const more = pagesOf(world) * MS_A_PAGE + operations * MS_AN_OPERATION;
    const ms = Math.ceil(Math.min(Math.max(LONGEST_MS, this.#programMs), this.#programMs + more));
    return this.isEndlessOn(world) ? Math.min(ms, Math.max(KNOWN_MS, Math.ceil(ms / CONFIRMATION))) : ms;
  }

  /**
   * Confirms a time-out: `attempt` runs the program again with more time, and returns null where it was too little. Returns null
   * where the program does not return.
   */
  confirm<T>(
    world: World,
    limitMs: number,
    attempt: (ms: number) => T | null,
    times = CONFIRMATION,
  ): T | null {
    if (this.isEndlessOn(world)) return null;
    const result = attempt(limitMs * times);
    if (result !== null) return result;
    this.#endlessMs = limitMs * times;
    this.#confirmedEnd = pfnEnd(world.map);
    this.#endlessEnd = 0;
    return null;
  }

  /** The behaviour of a program that did not return. The same words for each, so that two runs of one program are the same. */
  get message(): string {
    const ms = this.#endlessMs ?? 0;
    const time = ms >= 1000 ? `${(ms / 1000).toFixed(0)} s` : `${ms.toFixed(0)} ms`;
    return `${STILL_RUNNING} ${time}: if it is slow, pass --program-time, or claim memoryBelow`;
  }
}

/** Whether a program violates a clause because it did not return. */
export function isTimeOut({ violation }: Pick<Trace, 'violation'>): boolean {
  return violation?.explanation.includes(STILL_RUNNING) === true;
}

const TIMES = new WeakMap<object, ProgramTime>();

/** Returns the time of the programs of a target, the same each time. */
export function timeOf(target: object, programMs: number): ProgramTime {
  const time = TIMES.get(target) ?? new ProgramTime(programMs);
  TIMES.set(target, time);
  return time;
}

/** Returns the same target, of which is not known yet whether it returns. */
export function ofUnknownTime(target: Target): Target {
  const unknown = target.withClaims({});
  TIMES.set(unknown, timeOf(target, target.programMs).atFirst());
  return unknown;
}

/** Has a target share the time of another, which runs the same code: what is known not to return for one is known for both. */
export function shareTime<T extends object>(of: object, programMs: number, target: T): T {
  TIMES.set(target, timeOf(of, programMs));
  return target;
}

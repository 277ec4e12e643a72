/**
 * Time limits on code that cannot be trusted to return: an endless loop in a target's call is ended where it is, and what ran
 * it goes on. V8 ends the loop at its next back edge, in JavaScript and in WebAssembly alike, so this needs no process and no
 * thread. Some 90 µs a use: one is wrapped around a whole program, not around a call.
 *
 * Source: `vm.Script.runInThisContext` with `timeout`, https://nodejs.org/api/vm.html.
 */
import { Script } from 'node:vm';
import { codeOf } from '../spec/files/index.ts';

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
  let done: { readonly result: T } | null = null;
  GLOBALS[WORK] = () => {
    done = { result: work() };
  };
  try {
    SCRIPT.runInThisContext({ timeout: Math.max(1, Math.ceil(ms)) });
  } catch (error) {
    if (codeOf(error) === 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw new TimeLimitError(ms);
    throw error;
  } finally {
    GLOBALS[WORK] = undefined;
  }
  const { result } = done ?? unfinished();
  return result;
}

function unfinished(): never {
  throw new Error('the work neither returned nor threw');
}

/** Wrapping: a manager with some of its calls replaced. Mutants and tests are made with it. */
import { CALLS, type Call, type Pmm } from '../spec/index.ts';

/**
 * The calls of a manager that can be replaced.
 * @public
 */
export type PmmCalls = Omit<Pmm, 'errno'>;

type Methods = Record<Call, (...passed: readonly unknown[]) => unknown>;

/** Returns the calls that `inner` has, each made on it. */
function passedOnTo(inner: Pmm): Pick<Pmm, Call> {
  const from: object = inner;
  const to: Partial<Methods> = {};
  for (const call of CALLS)
    if (typeof (from as Partial<Methods>)[call] === 'function')
      to[call] = (...passed) => (from as Methods)[call](...passed);
  const calls: object = to;
  return calls as Pick<Pmm, Call>;
}

/**
 * Returns a manager that makes the calls in `changes` itself and all others on `inner`. Its `errno` is that of `inner`.
 * @public
 */
export function wrapPmm(inner: Pmm, changes: Partial<PmmCalls>): Pmm {
  const offered: Partial<PmmCalls> = {
    ...(inner.inspect === undefined ? {} : { inspect: () => inner.inspect?.() ?? [] }),
    ...(inner.dispose === undefined ? {} : { dispose: () => inner.dispose?.() }),
  };
  const errno: PropertyDescriptor = {
    get: () => inner.errno,
    set: (value: Pmm['errno']) => {
      inner.errno = value;
    },
  };
  return Object.defineProperty({ errno: null, ...passedOnTo(inner), ...offered, ...changes }, 'errno', errno);
}

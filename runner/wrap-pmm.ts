/** Wrapping: a manager with some of its calls replaced, the rest passed on. Mutants and tests are made of these. */
import type { InspectedRun, Pmm } from '../spec/index.ts';

/** The calls of a manager that can be replaced. */
export type PmmCalls = Omit<Pmm, 'errno'>;

/** Returns a manager that passes every call on to `inner`, but for those in `changes`. `errno` is that of `inner`. */
export function wrapPmm(inner: Pmm, changes: Partial<PmmCalls>): Pmm {
  const passedOn: PmmCalls = {
    alloc: () => inner.alloc(),
    allocPages: (addresses, count) => inner.allocPages(addresses, count),
    allocBitmap: (count, maxAddr, alignment) => inner.allocBitmap(count, maxAddr, alignment),
    free: (address) => inner.free(address),
    freePages: (addresses, count) => inner.freePages(addresses, count),
    freeRegion: (address, count) => inner.freeRegion(address, count),
    totalAmount: () => inner.totalAmount(),
    freeAmount: () => inner.freeAmount(),
    reservedAmount: () => inner.reservedAmount(),
    ...(inner.inspect === undefined
      ? {}
      : { inspect: (): Iterable<InspectedRun> => inner.inspect?.() ?? [] }),
  };
  const errno: PropertyDescriptor = {
    get: () => inner.errno,
    set: (value: Pmm['errno']) => {
      inner.errno = value;
    },
  };
  return Object.defineProperty({ errno: null, ...passedOn, ...changes }, 'errno', errno);
}

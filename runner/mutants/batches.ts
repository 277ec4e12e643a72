/** Mutants of `allocPages`. */
import { type InspectedRun, PAGE_BYTES, U64_MAX } from '../../spec/index.ts';
import { areU64, type Change, type Mutant, takeAll, withCalls } from './mutant.ts';

/** Returns a change that does something to a batch once it has been granted. */
function afterwards(spoil: (addresses: BigUint64Array, count: number) => void): Change {
  return ({ inner }) => ({
    allocPages: (addresses, count) => {
      const granted = inner.allocPages(addresses, count);
      if (granted) spoil(addresses, Number(count));
      return granted;
    },
  });
}

/** Returns how many page frames from `limit` on are free. */
function freeFrom(runs: Iterable<InspectedRun>, limit: number): number {
  let pages = 0;
  for (const { base, count, condition } of runs)
    if (condition === 'free') pages += Math.max(0, base + count - Math.max(base, limit));
  return pages;
}

export const BATCH_MUTANTS: readonly Mutant[] = [
  withCalls(
    {
      name: 'refused-batch-kept',
      sentence: 'A refused batch keeps what it took.',
      clause: 'allocPages.all-or-nothing',
    },
    (parts) => ({
      allocPages: (addresses, count) => {
        const granted = parts.inner.allocPages(addresses, count);
        if (!granted) takeAll(parts);
        return granted;
      },
    }),
  ),
  withCalls(
    {
      name: 'refused-batch-reordered',
      sentence: 'A refused batch returns its pages in another order.',
      clause: 'policy.lifo',
      shortest: 2,
    },
    (parts) => ({
      allocPages: (addresses, count) => {
        const granted = parts.inner.allocPages(addresses, count);
        if (!granted) for (const address of takeAll(parts)) parts.inner.free(address);
        return granted;
      },
    }),
  ),
  withCalls(
    {
      name: 'lost-page-per-buffer',
      sentence: 'One page is lost with each full stack buffer of 511.',
      clause: 'amounts.free',
    },
    ({ inner, quietly, hidden }) => {
      const given = hidden<number>(0);
      return {
        allocPages: (addresses, count) => {
          const granted = inner.allocPages(addresses, count);
          if (granted) given.value += Number(count);
          if (given.value >= 511) {
            given.value -= 511;
            quietly(() => inner.alloc());
          }
          return granted;
        },
      };
    },
  ),
  withCalls(
    {
      name: 'batch-of-everything-refused',
      sentence: 'A batch of all that is free in the stack zone is refused.',
      clause: 'allocPages.complete',
    },
    ({ inner, limit, fail }) => ({
      allocPages: (addresses, count) => {
        const isAll = Number(count) === freeFrom(inner.inspect(), limit);
        const granted = inner.allocPages(addresses, count);
        if (!granted || !isAll || Number(count) === 0) return granted;
        for (const address of addresses.subarray(0, Number(count)).toReversed()) inner.free(address);
        return fail('allocPages') !== null;
      },
    }),
  ),
  withCalls(
    {
      name: 'twin-pages',
      sentence: 'The last page of a batch is its first again.',
      clause: 'allocPages.distinct',
    },
    afterwards((addresses, count) => {
      if (count > 1) addresses[count - 1] = addresses[0] ?? 0n;
    }),
  ),
  withCalls(
    {
      name: 'flag-in-address',
      sentence: 'The last address of a batch has a flag in its lowest bit.',
      clause: 'allocPages.page-aligned',
    },
    afterwards((addresses, count) => {
      if (count > 0) addresses[count - 1] = (addresses[count - 1] ?? 0n) | 1n;
    }),
  ),
  withCalls(
    {
      name: 'terminated-batch',
      sentence: 'A batch ends with a 0 beyond the entries asked for.',
      clause: 'allocPages.all-or-nothing',
    },
    afterwards((addresses, count) => {
      if (count < addresses.length) addresses[count] = 0n;
    }),
  ),
  withCalls(
    {
      name: 'reversed-batch',
      sentence: 'A batch holds its pages the other way round.',
      clause: 'policy.lifo',
    },
    afterwards((addresses, count) => {
      addresses.subarray(0, count).reverse();
    }),
  ),
  withCalls(
    {
      name: 'batch-with-low-page',
      sentence: 'The last page of a batch comes from the bitmap zone where that has one.',
      clause: 'allocPages.zone',
    },
    ({ inner, quietly }) => ({
      allocPages: (addresses, count) => {
        if (!inner.allocPages(addresses, count)) return false;
        if (count < 1) return true;
        const last = Number(count) - 1;
        const low = quietly(() => inner.allocBitmap(1, U64_MAX, 1));
        if (low === null) return true;
        inner.free(addresses[last] ?? 0n);
        addresses[last] = low;
        return true;
      },
    }),
  ),
  withCalls(
    {
      name: 'batch-completed-from-bitmap-zone',
      sentence: 'A batch that the stack zone cannot serve is completed from the bitmap zone.',
      clause: 'allocPages.zone',
    },
    ({ inner, limit, quietly, fail }) => ({
      allocPages: (addresses, count) => {
        const stack = quietly(() => freeFrom(inner.inspect(), limit));
        if (!areU64(count) || count <= stack || count > addresses.length)
          return inner.allocPages(addresses, count);
        const missing = Number(count) - stack;
        const low = quietly(() => inner.allocBitmap(missing, U64_MAX, 1));
        if (low === null) return fail('allocPages') !== null;
        inner.allocPages(addresses, stack);
        for (let i = 0; i < missing; i += 1) addresses[stack + i] = low + BigInt(i) * PAGE_BYTES;
        return true;
      },
    }),
  ),
  withCalls(
    {
      name: 'batch-out-of-stale-cache',
      sentence: 'A batch begins with the single page handed out last.',
      clause: 'allocPages.was-free',
      shortest: 2,
    },
    ({ inner, hidden }) => {
      const last = hidden<bigint | null>(null);
      return {
        alloc: () => {
          const found = inner.alloc();
          last.value = found ?? last.value;
          return found;
        },
        allocPages: (addresses, count) => {
          const granted = inner.allocPages(addresses, count);
          if (granted && count > 0 && last.value !== null) addresses[0] = last.value;
          return granted;
        },
      };
    },
  ),
];

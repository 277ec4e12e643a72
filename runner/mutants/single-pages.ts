/** Mutants of `alloc`. */
import { U64_MAX } from '../../spec/index.ts';
import { type Mutant, readdressed, withCalls } from './mutant.ts';

export const SINGLE_PAGE_MUTANTS: readonly Mutant[] = [
  withCalls(
    {
      name: 'fallback-to-bitmap-zone',
      sentence: 'A single page comes from the bitmap zone where the stack zone has none.',
      clause: 'alloc.zone',
    },
    ({ inner, quietly, fail }) => ({
      alloc: () => quietly(() => inner.alloc() ?? inner.allocBitmap(1, U64_MAX, 4096)) ?? fail('alloc'),
    }),
  ),
  withCalls(
    {
      name: 'frame-zero-as-failure',
      sentence: 'Page frame 0 is taken for a failure.',
      clause: 'allocBitmap.complete',
    },
    ({ inner, frame, fail }) => ({
      alloc: () => {
        const found = inner.alloc();
        if (found === null || frame(found) !== 0) return found;
        inner.free(found);
        return fail('alloc');
      },
      allocBitmap: (count, maxAddr, alignment) => {
        const found = inner.allocBitmap(count, maxAddr, alignment);
        if (found === null || frame(found) !== 0) return found;
        inner.freeRegion(found, count);
        return fail('allocBitmap');
      },
    }),
  ),
  withCalls(
    {
      name: 'last-page-never-given',
      sentence: 'The last free page of the stack zone is never handed out.',
      clause: 'alloc.complete',
    },
    ({ inner, quietly, fail }) => ({
      alloc: () => {
        const found = quietly(() => inner.alloc());
        const next = quietly(() => inner.alloc());
        if (next !== null) inner.free(next);
        else if (found !== null) inner.free(found);
        return next === null ? fail('alloc') : found;
      },
    }),
  ),
  withCalls(
    {
      name: 'physical-address',
      sentence: 'The address of a single page is a physical one.',
      clause: 'address.higher-half',
    },
    readdressed((found, { config }) => found - config.higherHalf),
  ),
  withCalls(
    {
      name: 'page-behind-header',
      sentence: 'The address of a single page lies behind a header of 16 bytes.',
      clause: 'alloc.page-aligned',
    },
    readdressed((found) => found + 16n),
  ),
  withCalls(
    {
      name: 'stale-page-cache',
      sentence: 'Every second single page is the one handed out before.',
      clause: 'alloc.was-free',
      shortest: 2,
    },
    ({ inner, hidden }) => {
      const cached = hidden<bigint | null>(null);
      return {
        alloc: () => {
          const found = inner.alloc();
          if (found === null) return null;
          const answer = cached.value ?? found;
          cached.value = cached.value === null ? found : null;
          return answer;
        },
      };
    },
  ),
  withCalls(
    {
      name: 'second-page-of-stack',
      sentence: 'A single page is the second of the free stack where there are two.',
      clause: 'policy.lifo',
    },
    ({ inner, quietly }) => ({
      alloc: () => {
        const top = inner.alloc();
        const second = top === null ? null : quietly(() => inner.alloc());
        if (top === null || second === null) return top;
        inner.free(top);
        return second;
      },
    }),
  ),
  withCalls(
    {
      name: 'free-list-link-in-used-page',
      sentence: 'Each single page has a free-list link written to it once the next one is handed out.',
      clause: 'contents.preserved',
      shortest: 2,
    },
    ({ inner, config, memory, hidden }) => {
      const last = hidden<bigint | null>(null);
      return {
        alloc: () => {
          const found = inner.alloc();
          if (last.value !== null && found !== null) memory.write(last.value - config.higherHalf, found);
          last.value = found ?? last.value;
          return found;
        },
      };
    },
  ),
  withCalls(
    {
      name: 'drifting-total',
      sentence: 'The total falls by each single page that is handed out.',
      clause: 'amounts.total',
    },
    ({ inner, hidden }) => {
      const given = hidden<number>(0);
      return {
        alloc: () => {
          const found = inner.alloc();
          given.value += found === null ? 0 : 1;
          return found;
        },
        totalAmount: () => inner.totalAmount() - given.value,
      };
    },
  ),
];

/** Mutants of `free`, `freePages` and `freeRegion`. */
import { PAGE_BYTES } from '../../spec/index.ts';
import { areU64, type Mutant, type Parts, panicOf, withCalls } from './mutant.ts';

/** Frees those page frames of `addresses[0 .. count)` that may be freed. */
function freeWhatMay({ inner }: Parts, addresses: BigUint64Array, count: number): void {
  for (const address of addresses.subarray(0, count)) panicOf(() => inner.free(address));
}

/** Returns the addresses without repeated page frames. */
function withoutTwins({ frame }: Parts, addresses: BigUint64Array): BigUint64Array {
  const frames = [...addresses].map(frame);
  return addresses.filter((_, index) => frames.indexOf(frames[index] ?? -1) === index);
}

/** Whether two of the addresses lie in one page frame. */
function namesTwice({ frame }: Parts, addresses: BigUint64Array, count: number): boolean {
  const frames = [...addresses.subarray(0, count)].map(frame);
  return new Set(frames).size < frames.length;
}

/** Whether the page frames from an address on are all held, so that a region free accepts them. */
export function isHeld({ inner, frame }: Parts, address: bigint, count: number | bigint): boolean {
  if (!areU64(address, count)) return false;
  const base = frame(address);
  const end = base + Number(count);
  let held = 0;
  for (const run of inner.inspect())
    if (run.condition === 'held')
      held += Math.max(0, Math.min(end, run.base + run.count) - Math.max(base, run.base));
  return base >= 0 && held === Number(count);
}

export const FREE_MUTANTS: readonly Mutant[] = [
  withCalls(
    { name: 'accepted-double-free', sentence: 'A double free is accepted.', clause: 'free.owner' },
    ({ inner }) => ({
      free: (address) => {
        const panic = panicOf(() => inner.free(address));
        if (panic !== null && panic.owner !== 'pmm') throw panic;
      },
    }),
  ),
  withCalls(
    { name: 'free-rounding-up', sentence: 'The address of a free is rounded up.', clause: 'misuse.panics' },
    ({ inner }) => ({
      free: (address) => inner.free(areU64(address) ? address + PAGE_BYTES - 1n : address),
    }),
  ),
  withCalls(
    {
      name: 'region-of-one-frame',
      sentence: 'A region free frees its first page frame n times.',
      clause: 'freed.returns',
    },
    (parts) => ({
      freeRegion: (address, count) =>
        count > 1 && isHeld(parts, address, count)
          ? parts.inner.free(address)
          : parts.inner.freeRegion(address, count),
    }),
  ),
  withCalls(
    {
      name: 'late-half-of-straddling-region',
      sentence: 'The second half of a region across the limit starts a page frame late.',
      clause: 'freed.returns',
    },
    (parts) => ({
      freeRegion: (address, count) => {
        const { inner, limit } = parts;
        const base = parts.frame(address);
        const end = base + Number(count);
        if (base >= limit || end <= limit || !isHeld(parts, address, count)) {
          return inner.freeRegion(address, count);
        }
        inner.freeRegion(address, limit - base);
        inner.freeRegion(parts.address(limit + 1), end - limit - 1);
      },
    }),
  ),
  withCalls(
    {
      name: 'duplicate-half-applied',
      sentence: 'A batch that names a page twice has its first page freed before the panic.',
      clause: 'misuse.unchanged',
    },
    (parts) => ({
      freePages: (addresses, count) => {
        const panic = panicOf(() => parts.inner.freePages(addresses, count));
        if (panic === null) return;
        if (areU64(count) && namesTwice(parts, addresses, Number(count))) freeWhatMay(parts, addresses, 1);
        throw panic;
      },
    }),
  ),
  withCalls(
    {
      name: 'late-panic',
      sentence: 'A region free panics at the page frame that may not be freed, once those before it are.',
      clause: 'misuse.unchanged',
    },
    ({ inner }) => ({
      freeRegion: (address, count) => {
        const panic = panicOf(() => inner.freeRegion(address, count));
        if (panic === null) return;
        if (areU64(count) && count > 1) panicOf(() => inner.free(address));
        throw panic;
      },
    }),
  ),
  withCalls(
    {
      name: 'ignored-duplicate',
      sentence: 'A page that a batch names twice is freed once, and nothing is said.',
      clause: 'freePages.distinct',
    },
    (parts) => ({
      freePages: (addresses, count) => {
        if (!areU64(count) || count > addresses.length) return parts.inner.freePages(addresses, count);
        const once = withoutTwins(parts, addresses.subarray(0, Number(count)));
        parts.inner.freePages(once, once.length);
      },
    }),
  ),
  withCalls(
    {
      name: 'skipped-foreign-page',
      sentence: 'A single page in a batch that may not be freed is skipped, and nothing is said.',
      clause: 'freePages.owner',
    },
    (parts) => ({
      freePages: (addresses, count) => {
        const panic = panicOf(() => parts.inner.freePages(addresses, count));
        if (panic === null) return;
        if (!areU64(count) || namesTwice(parts, addresses, Number(count))) throw panic;
        freeWhatMay(parts, addresses, Number(count));
      },
    }),
  ),
  withCalls(
    {
      name: 'unchecked-rest-of-region',
      sentence: 'A region free checks only its first page frame.',
      clause: 'freeRegion.owner',
    },
    ({ inner }) => ({
      freeRegion: (address, count) => {
        const panic = panicOf(() => inner.freeRegion(address, count));
        if (panic === null) return;
        if (!areU64(count) || count < 2 || panicOf(() => inner.free(address)) !== null) throw panic;
      },
    }),
  ),
];

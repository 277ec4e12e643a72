/** Page frames that are kept and not known: what is demanded is compared with every way in which they may lie. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addressOf,
  config,
  decodeProfile,
  expectation,
  memoryMap,
  type Operation,
  type Pfn,
  pageCount,
  pfn,
  toHigherHalf,
  U64_MAX,
} from '../spec/index.ts';
import { ModelState } from './state.ts';

const PAGES = 9;
const KEPT = 2;
const ALL = Array.from({ length: PAGES }, (_, i) => pfn(i));
const MAP = memoryMap([{ type: 'conventional', start: 0n, pages: PAGES }]);
const CONFIG = config({ bitmapMaxAddr: 0n });
const PROFILE = decodeProfile(
  { calls: ['alloc', 'allocWithin', 'allocAt', 'free'], zones: 1, keeps: KEPT, memoryAtLeast: KEPT },
  'profile',
);

const one = (frame: Pfn) => ({ base: frame, count: pageCount(1) });

/** A state after single page frames were allocated and some were freed again, and where the kept ones may lie. */
function after(allocated: readonly Pfn[], freed: readonly Pfn[]) {
  const start = ModelState.init(MAP, CONFIG, [], PROFILE);
  const state = start.allocated(allocated.map(one)).freed(freed.map(one));
  const never = ALL.filter((frame) => !allocated.includes(frame));
  const ways = never.flatMap((a, i) => never.slice(i + 1).map((b) => [a, b]));
  const isFree = (frame: Pfn, kept: readonly Pfn[]): boolean =>
    (!allocated.includes(frame) || freed.includes(frame)) && !kept.includes(frame);
  return { state, ways, isFree };
}

/** Whether a run can be granted, where these page frames are kept. */
type Fits = (isFree: (frame: Pfn) => boolean) => boolean;

function demanded(operation: Operation, fits: Fits, { state, ways, isFree }: ReturnType<typeof after>): void {
  const answers = new Set(ways.map((kept) => fits((frame) => isFree(frame, kept))));
  const expected = expectation(state, operation);
  const found = expected.kind === 'granted' && expected.isOpen ? 'open' : expected.kind;
  expect(found).toBe(answers.size === 2 ? 'open' : answers.has(true) ? 'granted' : 'refused');
}

const history = fc
  .tuple(
    fc.shuffledSubarray(ALL, { maxLength: PAGES - KEPT }),
    fc.array(fc.boolean(), { minLength: PAGES, maxLength: PAGES }),
  )
  .map(([allocated, bits]) =>
    after(
      allocated,
      allocated.filter((_, i) => bits[i]),
    ),
  );

describe('page frames that are kept and not known', () => {
  it('leave open what depends on where they lie, and nothing else: runs', () => {
    fc.assert(
      fc.property(
        history,
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 3 }),
        fc.nat({ max: 5 }),
        (known, count, alignment, from) => {
          const operation: Operation = {
            call: 'allocWithin',
            count: BigInt(count),
            minAddr: BigInt(from) * 4096n,
            maxAddr: U64_MAX,
            alignment: BigInt(alignment) * 4096n,
            boundary: 0n,
          };
          const starts = ALL.filter(
            (base) => base >= from && base % alignment === 0 && base + count <= PAGES,
          );
          demanded(
            operation,
            (isFree) => starts.some((base) => ALL.slice(base, base + count).every(isFree)),
            known,
          );
        },
      ),
      { seed: 17, numRuns: 400 },
    );
  });

  it('and the page frames at an address', () => {
    fc.assert(
      fc.property(
        history,
        fc.nat({ max: PAGES - 1 }),
        fc.integer({ min: 1, max: 3 }),
        (known, base, count) => {
          const address = toHigherHalf(CONFIG, addressOf(pfn(base)));
          const isWithin = base + count <= PAGES;
          demanded(
            { call: 'allocAt', address, count: BigInt(count) },
            (isFree) => isWithin && ALL.slice(base, base + count).every(isFree),
            known,
          );
        },
      ),
      { seed: 17, numRuns: 400 },
    );
  });

  it('are known once no other page frame was never handed out', () => {
    const { state } = after(ALL.slice(0, PAGES - KEPT), [pfn(3)]);
    expect(ALL.slice(PAGES - KEPT).map((frame) => state.ownerOf(frame))).toEqual(['kept', 'kept']);
    expect([state.countOf('pmm'), state.countOf('kept'), state.unnamed]).toEqual([1, KEPT, 0]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Owner } from '../spec/index.ts';
import { type Extent, type Extents, extentAt, extentFrom, extentsIn, give, noExtents } from './extents.ts';

/** The owner of each of the first page frames, one by one: what extents stand for. */
type Frames = readonly Owner[];

const MEMORY = 64;
const ABSENT: Frames = Array<Owner>(MEMORY).fill('absent');

/** A change of hands. */
interface Gift {
  readonly base: number;
  readonly count: number;
  readonly owner: Owner;
}

const anyGift: fc.Arbitrary<Gift> = fc
  .record({
    base: fc.nat(MEMORY - 1),
    count: fc.integer({ min: 1, max: 20 }),
    owner: fc.constantFrom<Owner>('firmware', 'boot', 'pmm', 'caller'),
  })
  .map(({ base, count, owner }) => ({ base, count: Math.min(count, MEMORY - base), owner }));

function giveAll(extents: Extents, gifts: readonly Gift[]): Extents {
  return gifts.reduce((e, { base, count, owner }) => give(e, base, base + count, owner), extents);
}

function giveEach(frames: Frames, gifts: readonly Gift[]): Frames {
  return gifts.reduce<Frames>(
    (f, { base, count, owner }) => f.toSpliced(base, count, ...Array<Owner>(count).fill(owner)),
    frames,
  );
}

/** The maximal extents of an array, found the plain way. */
function extentsOf(frames: Frames): readonly Extent[] {
  const extents: Extent[] = [];
  frames.forEach((owner, frame) => {
    const last = extents.at(-1);
    if (owner === 'absent') return;
    if (last !== undefined && last.end === frame && last.owner === owner)
      extents[extents.length - 1] = { ...last, end: frame + 1 };
    else extents.push({ base: frame, end: frame + 1, owner });
  });
  return extents;
}

function list(extents: Extents): readonly Extent[] {
  return extentsIn(extents, 0, MEMORY);
}

describe('giving page frames to an owner', () => {
  const free = give(noExtents(), 0, 16, 'pmm');

  it('cuts a hole into the extent that they lie in', () => {
    expect(list(give(free, 4, 6, 'caller'))).toEqual([
      { base: 0, end: 4, owner: 'pmm' },
      { base: 4, end: 6, owner: 'caller' },
      { base: 6, end: 16, owner: 'pmm' },
    ]);
  });

  it('joins what touches and has the same owner, on both sides', () => {
    const held = give(free, 4, 6, 'caller');
    expect(list(give(held, 4, 6, 'pmm'))).toEqual([{ base: 0, end: 16, owner: 'pmm' }]);
  });

  it('grows the neighbour when one page frame after the other changes hands', () => {
    const grown = [15, 14, 13].reduce((e, frame) => give(e, frame, frame + 1, 'caller'), free);
    expect(list(grown)).toEqual([
      { base: 0, end: 13, owner: 'pmm' },
      { base: 13, end: 16, owner: 'caller' },
    ]);
  });

  it('keeps neighbours apart that have different owners', () => {
    expect(list(give(free, 16, 20, 'boot'))).toEqual([
      { base: 0, end: 16, owner: 'pmm' },
      { base: 16, end: 20, owner: 'boot' },
    ]);
  });

  it('leaves the extents as they were: the change is in the copy', () => {
    give(free, 4, 6, 'caller');
    expect(list(free)).toEqual([{ base: 0, end: 16, owner: 'pmm' }]);
  });
});

describe('looking extents up', () => {
  const extents = give(give(noExtents(), 8, 16, 'pmm'), 32, 40, 'boot');

  it('finds the extent that covers a page frame, its first and its last alike', () => {
    expect([8, 15].map((frame) => extentAt(extents, frame)?.base)).toEqual([8, 8]);
    expect([7, 16].map((frame) => extentAt(extents, frame))).toEqual([null, null]);
  });

  it('finds the next extent from a page frame that is absent', () => {
    expect([0, 16, 40].map((frame) => extentFrom(extents, frame)?.base)).toEqual([8, 32, undefined]);
  });

  it('takes in the extent that an interval begins inside of, and none that begins at its end', () => {
    expect(extentsIn(extents, 12, 32).map(({ base }) => base)).toEqual([8]);
  });
});

describe('extents and an array with one owner a page frame', () => {
  const anyGifts = fc.array(anyGift, { maxLength: 40 });

  it('say the same after any changes of hands, in as few extents as can be', () => {
    fc.assert(
      fc.property(anyGifts, (gifts) => {
        const extents = giveAll(noExtents(), gifts);
        expect(list(extents)).toEqual(extentsOf(giveEach(ABSENT, gifts)));
        extents.checkValid();
      }),
    );
  });

  it('find the same owner for each page frame', () => {
    fc.assert(
      fc.property(anyGifts, fc.nat(MEMORY - 1), (gifts, frame) => {
        const owner = extentAt(giveAll(noExtents(), gifts), frame)?.owner ?? 'absent';
        expect(owner).toBe(giveEach(ABSENT, gifts)[frame]);
      }),
    );
  });

  it('agree on every earlier state too, however the copies went on', () => {
    fc.assert(
      fc.property(anyGifts, anyGifts, anyGifts, (before, one, other) => {
        const origin = giveAll(noExtents(), before);
        const copies = [giveAll(origin, one), giveAll(origin, other)];
        const frames = giveEach(ABSENT, before);
        expect([origin, ...copies].map(list)).toEqual(
          [frames, giveEach(frames, one), giveEach(frames, other)].map(extentsOf),
        );
      }),
    );
  });
});

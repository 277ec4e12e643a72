import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Owner } from '../spec/index.ts';
import {
  type Extents,
  extentsFrom,
  findExtent,
  flatExtents,
  give,
  noExtents,
  numberOf,
  ownerAt,
} from './extents.ts';

/** The owner of each of the first page frames, one by one: what extents stand for. */
type Frames = readonly Owner[];

const MEMORY = 64;
/** Page frames of a memory in which every other one has another owner: enough for several leaves. */
const WIDE = 1200;
const ABSENT: Frames = Array<Owner>(MEMORY).fill('absent');

/** A change of hands. */
interface Gift {
  readonly base: number;
  readonly count: number;
  readonly owner: Owner;
}

const anyOwner = fc.constantFrom<Owner>('firmware', 'boot', 'pmm', 'caller');

const anyGift: fc.Arbitrary<Gift> = fc
  .record({
    base: fc.nat(MEMORY - 1),
    count: fc.integer({ min: 1, max: 20 }),
    owner: anyOwner,
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

/** An extent [base, end) of page frames with one owner. */
interface Extent {
  readonly base: number;
  readonly end: number;
  readonly owner: Owner;
}

/** Adds an extent to a list, joined with the last one where it goes on from there. */
function add(extents: Extent[], extent: Extent): void {
  const last = extents.at(-1);
  if (last !== undefined && last.end === extent.base && last.owner === extent.owner)
    extents[extents.length - 1] = { ...last, end: extent.end };
  else extents.push(extent);
}

/** The maximal extents of an array, found the plain way; absent ones left out. */
function extentsOf(frames: Frames): readonly Extent[] {
  const extents: Extent[] = [];
  frames.forEach((owner, frame) => {
    if (owner !== 'absent') add(extents, { base: frame, end: frame + 1, owner });
  });
  return extents;
}

/** The extents in the order in which a search meets them, absent ones left out. */
function met(extents: Extents, base = 0, end = MEMORY): readonly Extent[] {
  const found: Extent[] = [];
  findExtent(extents, base, end, (owner, from, to) => {
    if (owner !== 'absent') found.push({ base: from, end: to, owner });
    return false;
  });
  return found;
}

/** The same, with the parts of an extent at the border of two leaves joined. */
function list(extents: Extents, base = 0, end = MEMORY): readonly Extent[] {
  const joined: Extent[] = [];
  for (const extent of met(extents, base, end)) add(joined, extent);
  return joined;
}

describe('giving page frames to an owner', () => {
  function free(): Extents {
    return give(noExtents(), 0, 16, 'pmm');
  }

  it('cuts a hole into the extent that they lie in', () => {
    expect(list(give(free(), 4, 6, 'caller'))).toEqual([
      { base: 0, end: 4, owner: 'pmm' },
      { base: 4, end: 6, owner: 'caller' },
      { base: 6, end: 16, owner: 'pmm' },
    ]);
  });

  it('joins what touches and has the same owner, on both sides', () => {
    const held = give(free(), 4, 6, 'caller');
    expect(list(give(held, 4, 6, 'pmm'))).toEqual([{ base: 0, end: 16, owner: 'pmm' }]);
  });

  it('grows the neighbour when one page frame after the other changes hands', () => {
    const grown = [15, 14, 13].reduce((e, frame) => give(e, frame, frame + 1, 'caller'), free());
    expect(list(grown)).toEqual([
      { base: 0, end: 13, owner: 'pmm' },
      { base: 13, end: 16, owner: 'caller' },
    ]);
  });

  it('keeps neighbours apart that have different owners', () => {
    expect(list(give(free(), 16, 20, 'boot'))).toEqual([
      { base: 0, end: 16, owner: 'pmm' },
      { base: 16, end: 20, owner: 'boot' },
    ]);
  });

  it('leaves the extents as they were: the change is in the copy', () => {
    const before = free();
    give(before, 4, 6, 'caller');
    expect(list(before)).toEqual([{ base: 0, end: 16, owner: 'pmm' }]);
  });
});

describe('looking extents up', () => {
  function extents(): Extents {
    return give(give(noExtents(), 8, 16, 'pmm'), 32, 40, 'boot');
  }

  it('finds the owner of a page frame, the first of an extent and its last alike', () => {
    expect([8, 15, 32, 39].map((frame) => ownerAt(extents(), frame))).toEqual(['pmm', 'pmm', 'boot', 'boot']);
    expect([7, 16, 40].map((frame) => ownerAt(extents(), frame))).toEqual(['absent', 'absent', 'absent']);
  });

  it('cuts what it meets to the interval, and meets what is absent too', () => {
    const seen: unknown[] = [];
    const found = findExtent(extents(), 12, 36, (...extent) => seen.push(extent) === 0);
    expect([found, seen]).toEqual([
      null,
      [
        ['pmm', 12, 16],
        ['absent', 16, 32],
        ['boot', 32, 36],
      ],
    ]);
  });

  it('ends at the first that passes, and meets none that begins at the end of the interval', () => {
    expect(findExtent(extents(), 0, MEMORY, (owner) => owner === 'pmm')).toBe(8);
    expect(findExtent(extents(), 12, 32, (owner) => owner === 'boot')).toBeNull();
  });
});

describe('extents and an array with one owner a page frame', () => {
  const anyGifts = fc.array(anyGift, { maxLength: 40 });

  it('say the same after any changes of hands, in as few extents as can be', () => {
    fc.assert(
      fc.property(anyGifts, (gifts) => {
        expect(met(giveAll(noExtents(), gifts))).toEqual(extentsOf(giveEach(ABSENT, gifts)));
      }),
    );
  });

  it('find the same owner for each page frame', () => {
    fc.assert(
      fc.property(anyGifts, fc.nat(MEMORY - 1), (gifts, frame) => {
        const owner = ownerAt(giveAll(noExtents(), gifts), frame);
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
        expect([origin, ...copies].map((extents) => list(extents))).toEqual(
          [frames, giveEach(frames, one), giveEach(frames, other)].map(extentsOf),
        );
      }),
    );
  });

  it('say the same where the extents fill several leaves', () => {
    const anyWide = fc.array(
      fc.record({ base: fc.nat(WIDE - 1), count: fc.integer({ min: 1, max: 400 }), owner: anyOwner }),
      { maxLength: 12 },
    );
    const stripe = (): Extents =>
      Array.from({ length: WIDE / 2 }, (_, i) => i * 2).reduce(
        (e, base) => give(e, base, base + 1, 'caller'),
        give(noExtents(), 0, WIDE, 'pmm'),
      );
    expect(stripe).not.toThrow();
    const stripes = stripe();
    expect(stripes.length).toBeGreaterThan(4);
    const striped = Array.from({ length: WIDE }, (_, i): Owner => (i % 2 === 0 ? 'caller' : 'pmm'));
    fc.assert(
      fc.property(anyWide, (drawn) => {
        const gifts = drawn.map((gift) => ({ ...gift, count: Math.min(gift.count, WIDE - gift.base) }));
        const frames = giveEach(striped, gifts);
        expect(() => giveAll(stripes, gifts)).not.toThrow();
        const extents = giveAll(stripes, gifts);
        expect(list(extents, 0, WIDE)).toEqual(extentsOf(frames));
        expect(frames.map((_, frame) => ownerAt(extents, frame))).toEqual(frames);
      }),
      { numRuns: 40 },
    );
  });
});

describe('the leaves of extents', () => {
  /** Returns the extents that are wrong: they begin where the one before does, or have the owner of their neighbour. */
  function flaws(extents: Extents): readonly string[] {
    const all = extents.flatMap(({ starts, owners }, leaf) =>
      starts.map((start, i) => ({ start, owner: owners[i], leaf })),
    );
    return all.flatMap(({ start, owner, leaf }, i) => {
      const before = all[i - 1];
      if (before === undefined) return start === 0 ? [] : ['the first begins late'];
      if (start <= before.start) return [`${start} after ${before.start}`];
      return leaf === before.leaf && owner === before.owner ? [`${owner} twice at ${start}`] : [];
    });
  }

  function striped(frames: number): Extents {
    return Array.from({ length: frames / 2 }, (_, i) => 2 * i).reduce(
      (e, base) => give(e, base, base + 1, 'caller'),
      give(noExtents(), 0, frames, 'pmm'),
    );
  }

  it('are split when there are more than 128 in one', () => {
    expect([striped(126), striped(128), striped(254)].map((extents) => extents.length)).toEqual([1, 2, 3]);
    expect(give(striped(126), 200, 201, 'boot').length).toBe(2);
    expect(give(striped(126), 126, 127, 'boot').length).toBe(1);
  });

  it('stay sound whatever changes hands, at their borders too', () => {
    const many = striped(600);
    const borders = many.map(({ starts }) => starts[0] ?? 0).slice(1);
    expect(borders.length).toBeGreaterThan(3);
    for (const border of borders)
      for (const [base, end] of [
        [border - 4, border],
        [border, border + 4],
        [border - 3, border + 3],
        [0, border],
        [border, 2 ** 44],
      ] as const)
        for (const owner of ['pmm', 'caller', 'boot'] as const)
          expect(flaws(give(many, base, end, owner))).toEqual([]);
  });

  it('end where page frame numbers do', () => {
    const search = (): number | null => findExtent(noExtents(), 2 ** 44 - 1, 2 ** 44 + 4, () => false);
    expect(search).not.toThrow();
    expect(search()).toBeNull();
  });
});

describe('extents as a list of where they start and whose they are', () => {
  /** Every other page frame is a caller's. */
  function striped(frames: number): Extents {
    return giveAll(
      noExtents(),
      Array.from({ length: frames / 2 }, (_, i) => ({ base: 2 * i, count: 1, owner: 'caller' })),
    );
  }

  it.each([2, 128, WIDE])('have one entry each, and can be made of it: %i', (frames) => {
    const extents = striped(frames);
    const starts = Array.from({ length: frames }, (_, frame) => frame);
    const owners = starts.map((frame): Owner => (frame % 2 === 0 ? 'caller' : 'absent'));
    expect(flatExtents(extents)).toEqual({ starts, owners });
    expect(numberOf(extents)).toBe(frames);
    const made = extentsFrom(starts, owners);
    expect(flatExtents(made)).toEqual({ starts, owners });
    expect(made.map((leaf) => leaf.starts.length)).toEqual(
      Array.from({ length: Math.ceil(frames / 128) }, (_, i) => Math.min(128, frames - 128 * i)),
    );
  });

  it('are counted once where they reach over the borders of leaves', () => {
    const { starts, owners } = flatExtents(striped(WIDE));
    const border = 128;
    const over = give(
      give(extentsFrom(starts, owners), border, border + 1, 'pmm'),
      border - 1,
      border,
      'pmm',
    );
    expect(flatExtents(over).starts).toContain(border);
    expect([border - 1, border].map((frame) => ownerAt(over, frame))).toEqual(['pmm', 'pmm']);
    expect(numberOf(over)).toBe(WIDE - 1);
    expect(numberOf(noExtents())).toBe(1);
  });
});

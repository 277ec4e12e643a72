import { describe, expect, it } from 'vitest';
import {
  CLAUSE_NAMES,
  type ClauseName,
  decodeProfile,
  POLICIES,
  STANDARD_CALLS,
} from '../../../spec/index.ts';
import { type Claims, canMeetMap, canMeetSide, clausesOf } from './reach.ts';
import { canMeet, SITUATION_NAMES } from './situations.ts';

/** Claims of everything, but for parts of the profile and of the rest. */
function claims(profile: object = {}, others: Partial<Claims> = {}): Claims {
  return {
    profile: decodeProfile(profile, 'p.json'),
    policies: POLICIES,
    takesAnyNumber: true,
    seesWrites: true,
    inspects: true,
    ...others,
  };
}

const ALL = claims();

/** Returns the clauses that a run checks on a target that claims everything, but not on this one. */
function clausesLost(lesser: Claims): readonly ClauseName[] {
  const kept = clausesOf(lesser);
  return clausesOf(ALL).filter((name) => !kept.includes(name));
}

/** Returns the situations that can be met on a target that claims everything, but not on this one. */
function situationsLost(lesser: Claims): readonly string[] {
  return SITUATION_NAMES.filter((name) => canMeet(name, ALL) && !canMeet(name, lesser));
}

function sidesLost(lesser: Claims): readonly string[] {
  const lost = clausesOf(lesser).flatMap((name) =>
    ([0, 1] as const).filter((side) => !canMeetSide(name, side, lesser)).map((side) => `${name} ${side}`),
  );
  return lost.toSorted();
}

describe('a run on a target that claims everything', () => {
  it('can meet every situation but of a claim, and every side of every clause', () => {
    const unmet = SITUATION_NAMES.filter((name) => !canMeet(name, ALL));
    expect(
      unmet.filter((name) => !/^(retain|release|allocAt|allocWithin|addRegion|removeRegion): /.test(name)),
    ).toEqual([
      'alloc: memory that boot code had, zeroed',
      'allocPages: some of a batch',
      'free: memory that the manager keeps',
      'free: a page frame with several references',
    ]);
    expect(sidesLost(ALL)).toEqual([]);
  });

  it('and calls that the specification lacks can meet their situations too', () => {
    const calls = [
      ...STANDARD_CALLS,
      'allocAt',
      'allocWithin',
      'retain',
      'release',
      'addRegion',
      'removeRegion',
    ];
    const counting = claims({ calls, contents: 'zeroed', mostReferences: 3, keeps: 'named' });
    const ofParts = 'allocPages: some of a batch';
    expect(SITUATION_NAMES.filter((name) => !canMeet(name, counting))).toEqual([ofParts]);
    const bare = claims({ calls, contents: 'zeroed', freesShared: 'one-reference', keeps: 'named' });
    expect(SITUATION_NAMES.filter((name) => !canMeet(name, bare))).toEqual([
      ofParts,
      'retain: the most references',
      'free: a page frame with several references',
    ]);
    expect(clausesOf(counting).filter((name) => !clausesOf(bare).includes(name))).toEqual(['retain.most']);
  });

  it('and where memory is added, and none removed, none is added that was removed', () => {
    const calls = [...STANDARD_CALLS, 'addRegion'];
    const lost = SITUATION_NAMES.filter(
      (name) => /^addRegion: /.test(name) && !canMeet(name, claims({ calls })),
    );
    expect(lost).toEqual(['addRegion: memory that was removed']);
    expect(sidesLost(claims({ calls }))).toEqual(['addRegion.free 0']);
    const uncaught = claims({ calls, uncaught: ['present'] });
    const unmet = SITUATION_NAMES.filter(
      (name) => canMeet(name, claims({ calls })) && !canMeet(name, uncaught),
    );
    expect(unmet).toEqual(['addRegion: a free page frame']);
  });

  it('checks all clauses, but for concurrent callers, and for calls and claims that are not in the specification', () => {
    const unchecked = CLAUSE_NAMES.filter((name) => !clausesOf(ALL).includes(name));
    expect(unchecked.length).toBeGreaterThan(0);
    const others = unchecked.filter(
      (name) =>
        !/^(concurrent|retain|release|references|allocAt|allocWithin|addRegion|removeRegion|removed)\./.test(
          name,
        ),
    );
    expect(others.toSorted()).toEqual(['allocPages.as-many', 'contents.zeroed', 'init.kept']);
  });
});

describe('a run on a target that claims less', () => {
  it.each<readonly [string, Claims, readonly string[]]>([
    ['has no inspect()', claims({}, { inspects: false }), ['owner.agrees']],
    ['shows no writes', claims({}, { seesWrites: false }), ['contents.preserved']],
    ['promises no policy', claims({}, { policies: [] }), ['policy.lifo', 'policy.first-fit']],
    ['sets no errno', claims({ failures: ['warning'] }), ['failure.enomem']],
    ['does not warn', claims({ failures: ['errno'] }), ['failure.warns']],
    ['refuses misuse', claims({ misuse: 'refused' }), ['misuse.panics']],
    ['leaves misuse undefined', claims({ misuse: 'undefined' }), ['misuse.panics', 'misuse.unchanged']],
  ])('that %s lacks the clauses about it', (_, lesser, lost) => {
    expect(clausesLost(lesser).toSorted()).toEqual(lost.toSorted());
  });

  it('that lacks a call lacks its clauses and its situations', () => {
    const lesser = claims({ calls: ['alloc', 'free', 'totalAmount', 'freeAmount'] });
    const lost = clausesLost(lesser);
    expect(lost).toContain('amounts.reserved');
    expect(lost).not.toContain('amounts.free');
    for (const call of ['allocPages', 'allocBitmap', 'freePages', 'freeRegion']) {
      expect(lost).toEqual(expect.arrayContaining([expect.stringMatching(`^${call}\\.`)]));
      expect(situationsLost(lesser)).toEqual(expect.arrayContaining([expect.stringMatching(`^${call}: `)]));
    }
    expect(situationsLost(lesser).filter((name) => /^(alloc|free|map): /.test(name))).toEqual([]);
    expect(sidesLost(lesser)).toEqual(['failure.unchanged 1', 'misuse.unchanged 1', 'policy.lifo 1']);
  });

  it('whose misuse does not panic meets no situation that ends in a panic', () => {
    const lost = situationsLost(claims({ misuse: 'refused' }));
    expect(lost).toContain('free: twice');
    expect(lost).toContain('freeRegion: over a hole');
    expect(lost).not.toContain('free: boot memory is handed over');
  });

  it('whose misuse is undefined meets no side of a clause that takes misuse', () => {
    const lost = sidesLost(claims({ misuse: 'undefined' }));
    expect(lost).toEqual(['free.owner 1', 'freePages.distinct 1', 'freePages.owner 1', 'freeRegion.owner 1']);
  });

  it('that takes only unsigned 64-bit integers is given no other numbers', () => {
    expect(situationsLost(claims({}, { takesAnyNumber: false }))).toEqual([
      'allocPages: a count that is not an unsigned 64-bit integer',
      'allocBitmap: an argument that is not an unsigned 64-bit integer',
    ]);
  });

  it('whose successes may touch errno is not asked whether they leave it', () => {
    const lesser = claims({ errnoAfterSuccess: 'unspecified' });
    expect(sidesLost(lesser)).toEqual(['failure.enomem 1']);
    expect(clausesLost(lesser)).toEqual([]);
  });

  it('with one zone meets no situation of two', () => {
    const lesser = claims({ zones: 1 }, { policies: [] });
    expect(situationsLost(lesser)).toContain('freePages: pages of both zones');
    expect(situationsLost(lesser)).toContain('alloc: refused although the bitmap zone has free page frames');
    expect(situationsLost(lesser)).not.toContain('allocBitmap: exactly what is free');
    expect(sidesLost(lesser)).toEqual(['freed.returns 1']);
  });

  it('that takes only powers of two is asked for no other runs', () => {
    const lost = situationsLost(claims({ contiguous: 'powers-of-two' }));
    expect(lost).toContain('allocBitmap: a run of 33 page frames');
    expect(lost).toContain('allocBitmap: an alignment that is not a power of two');
    expect(lost).not.toContain('allocBitmap: a run of 32 page frames');
  });

  it('whose runs lack an argument, or have it only in part, meets nothing that needs it', () => {
    const unlimited = claims({ runArguments: ['alignment'] });
    expect(clausesLost(unlimited)).toEqual(['allocBitmap.below-max']);
    expect(situationsLost(unlimited)).toEqual([
      'allocBitmap: maxAddr excludes every run',
      'allocBitmap: a run ends exactly at maxAddr',
    ]);
    const unaligned = claims({ runArguments: ['maxAddr'] });
    expect(clausesLost(unaligned)).toEqual(['allocBitmap.aligned']);
    expect(sidesLost(unaligned)).toEqual(['policy.first-fit 1']);
    expect(situationsLost(unaligned)).toHaveLength(3);
    expect(situationsLost(claims({ alignments: 'powers-of-two' }))).toEqual([
      'allocBitmap: an alignment that is not a power of two',
    ]);
    expect(clausesLost(claims({ largestAlignment: '0x1000' }))).toEqual(['allocBitmap.aligned']);
  });

  it('that takes only aligned addresses frees by no other', () => {
    expect(situationsLost(claims({ unalignedFree: 'misuse' }))).toEqual([
      'free: an address inside a page frame',
      'freeRegion: none',
    ]);
  });

  it('that takes runs back whole is not given parts of them, nor several at once', () => {
    const lost = ['freeRegion: straddles the bitmap limit', 'freeRegion: none'];
    expect(situationsLost(claims({ freeRuns: 'whole' }))).toEqual(lost);
  });

  it('that leaves some misuse uncaught is not asked what it does then', () => {
    const lesser = claims({ uncaught: ['double-free', 'argument'] });
    expect(situationsLost(lesser)).toEqual([
      'allocPages: a count that is not an unsigned 64-bit integer',
      'allocBitmap: an argument that is not an unsigned 64-bit integer',
      'free: twice',
      'free: an address below the higher half',
      'free: an address beyond the last page frame',
    ]);
    expect(clausesLost(lesser)).toEqual([]);
    expect(sidesLost(claims({ uncaught: ['repeated'] }))).toEqual(['freePages.distinct 1']);
    expect(clausesLost(claims({ uncaught: ['double-free', 'foreign', 'argument', 'repeated'] }))).toEqual([
      'misuse.panics',
      'misuse.unchanged',
    ]);
  });

  it('of which nothing is asked that must fail meets no failure', () => {
    const lesser = claims({ outOfMemory: 'undefined' });
    expect(clausesLost(lesser)).toEqual(['failure.enomem', 'failure.warns', 'failure.unchanged']);
    expect(sidesLost(lesser)).toEqual([
      'alloc.complete 1',
      'allocBitmap.complete 1',
      'allocPages.all-or-nothing 1',
      'allocPages.complete 1',
    ]);
    expect(situationsLost(lesser)).toEqual([
      'alloc: out of memory',
      'alloc: refused although the bitmap zone has free page frames',
      'allocPages: a batch is refused',
      'allocPages: one more than is free',
      'allocBitmap: none',
      'allocBitmap: fragmentation refuses although enough is free',
      'allocBitmap: maxAddr excludes every run',
      'allocBitmap: the alignment excludes every run',
      'allocBitmap: a count that exceeds memory',
    ]);
  });

  it('that keeps memory always withholds some', () => {
    const lesser = claims({ keeps: 'named' });
    expect(sidesLost(lesser)).toEqual(['amounts.reserved 0', 'init.free 0', 'init.withheld 1']);
    expect(clausesOf(lesser)).toContain('init.kept');
    expect(canMeet('free: memory that the manager keeps', lesser)).toBe(true);
  });

  it('that never hands out low memory never hands out page frame 0, and keeps some', () => {
    const lesser = claims({ neverBelow: '0x1000' });
    expect(situationsLost(lesser)).toEqual(['alloc: page frame 0', 'allocBitmap: page frame 0']);
    expect(canMeet('free: memory that the manager keeps', lesser)).toBe(true);
  });

  it('that zeroes pages is looked at, where writes are seen', () => {
    expect(clausesOf(claims({ contents: 'zeroed' }))).toContain('contents.zeroed');
    expect(clausesOf(claims({ contents: 'zeroed' }, { seesWrites: false }))).not.toContain('contents.zeroed');
    expect(sidesLost(claims({ contents: 'zeroed', calls: ['alloc'] }))).toContain('contents.zeroed 1');
  });

  it('whose bitmap zone is fixed meets what fits there', () => {
    expect(situationsLost(claims({ bitmapZoneEnd: '0x20000' }))).toEqual([
      'alloc: page frame 0',
      'allocBitmap: a run in the last partial word of the zone',
      ...[33, 63, 64, 65, 1023, 1024, 1025].map((pages) => `allocBitmap: a run of ${pages} page frames`),
      'map: no bitmap zone',
      'map: a bitmap zone that is not a multiple of a word',
    ]);
  });

  it('whose bitmap zone never has a page frame meets nothing of it', () => {
    const empty = claims({ calls: ['alloc', 'free', 'freeAmount'], bitmapZoneEnd: '0x0' });
    const any = claims({ calls: ['alloc', 'free', 'freeAmount'] });
    expect(SITUATION_NAMES.filter((name) => canMeet(name, any) && !canMeet(name, empty))).toEqual([
      'alloc: refused although the bitmap zone has free page frames',
      'alloc: the page frame at the bitmap limit',
      'free: a page frame of the bitmap zone',
      'map: a region straddles the bitmap limit',
      'map: a region ends at the bitmap limit',
      'map: the bitmap limit lies beyond the end',
      'map: a bitmap zone that is not a multiple of a word',
    ]);
    expect(sidesLost(empty)).toEqual([...sidesLost(any), 'alloc.zone 0', 'freed.returns 0'].toSorted());
  });

  it('that manages little memory has no larger free region, and hands out no larger run', () => {
    const lost = situationsLost(claims({ memoryBelow: '0x41000', neverBelow: '0x1000' }));
    const sized = lost.filter((name) => name.includes(' page frames'));
    const above = [65, 1023, 1024, 1025];
    expect(sized).toEqual([
      ...above.map((pages) => `allocBitmap: a run of ${pages} page frames`),
      ...above.map((pages) => `map: a free region of ${pages} page frames`),
    ]);
  });

  it('is asked for no more than its largest request', () => {
    const lost = situationsLost(claims({ largestRequest: 64 }));
    expect(lost).toContain('allocBitmap: a run of 65 page frames');
    expect(lost).not.toContain('allocBitmap: a run of 64 page frames');
  });

  it.each([
    ['0x100000000', true],
    ['0x100001000', false],
  ])('that manages memory below %s: whether it meets none above 4 GiB is %s', (memoryBelow, none) => {
    const lesser = claims({ memoryBelow });
    expect(canMeetMap('map: RAM above 4 GiB', lesser)).toBe(!none);
    expect(canMeetSide('alloc.page-aligned', 1, lesser)).toBe(!none);
    expect(canMeetMap('map: RAM above 8 TiB', lesser)).toBe(false);
    expect(canMeet('alloc: a page frame at or above 8 TiB', lesser)).toBe(false);
  });
});

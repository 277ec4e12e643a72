import { describe, expect, it } from 'vitest';
import { createPmm } from '../../../impl/index.ts';
import { execute, factoryTarget, OURS, type PmmCalls, type Target } from '../../../runner/index.ts';
import { changed } from '../../../runner/testing/changed.ts';
import {
  blamedCall,
  config,
  type MemoryMap,
  memoryMap,
  type Pmm,
  type PmmOptions,
  pfnEnd,
  WorldRefused,
} from '../../../spec/index.ts';
import { type CampaignOptions, runBlock, runCampaign, sumOf } from './campaign.ts';
import { type Finding, FoundSoFar } from './finding.ts';
import { claimsOf } from './reach.ts';
import { FULL_RUN_PROGRAMS, resultOf } from './result.ts';

const base: CampaignOptions = {
  target: OURS,
  worlds: [],
  generated: true,
  programs: 200,
  operations: 40,
  seed: 11,
};

/** Our implementation, with its `alloc` replaced. */
function withAlloc(alloc: (pmm: Pmm) => bigint | null): Target {
  return changed('changed', (pmm) => ({ alloc: () => alloc(pmm) }), { policies: [] });
}

/** Our implementation with three bugs: the first two are graver than the third, which two calls have. */
function threeBugs(pmm: Pmm): Partial<PmmCalls> {
  let miscounted = 0;
  const withoutErrno = <T>(result: T | null): T | null => {
    pmm.errno = null;
    return result;
  };
  return {
    alloc: () => {
      const address = pmm.alloc();
      return address === null ? null : address + 1n;
    },
    freeRegion: (address, count) => {
      pmm.freeRegion(address, count);
      miscounted = 1;
    },
    reservedAmount: () => pmm.reservedAmount() + miscounted,
    allocBitmap: (...asked) => withoutErrno(pmm.allocBitmap(...asked)),
    allocPages: (...asked) => {
      const isGranted = pmm.allocPages(...asked);
      if (!isGranted) pmm.errno = null;
      return isGranted;
    },
  };
}
const THREE_BUGS = changed('three bugs', threeBugs, { policies: [] });

function blamed({ trace: { violation, scenario } }: Finding): readonly unknown[] {
  return violation === undefined ? [] : [violation.clause, blamedCall(violation, scenario.operations)];
}

describe('a campaign', () => {
  it('draws edge values for at least one in a hundred arguments of each kind, and each edge sometimes', async () => {
    const { arguments: kinds } = await runCampaign(base);
    for (const [kind, { drawn, edges }] of Object.entries(kinds)) {
      const hits = Object.values(edges).reduce((sum, n) => sum + n, 0);
      expect(hits / drawn, kind).toBeGreaterThan(0.01);
    }
  });

  it('of one seed runs the same programs each time', async () => {
    const [one, other] = [await runCampaign(base), await runCampaign(base)];
    expect({ ...one, seconds: 0 }).toEqual({ ...other, seconds: 0 });
  });

  it('of another seed runs different programs', async () => {
    const [one, other] = [await runCampaign(base), await runCampaign({ ...base, seed: 12 })];
    expect(one.situations).not.toEqual(other.situations);
  });

  it('goes on to its end, and keeps the first program for each clause and call, by gravity', async () => {
    const result = await runCampaign({ ...base, target: THREE_BUGS });
    expect(result).toMatchObject({ verdict: 'violated', programs: base.programs, isCutShort: false });
    expect(result.findings.map(blamed)).toEqual([
      ['alloc.page-aligned', 'alloc'],
      ['amounts.reserved', 'freeRegion'],
      ['failure.enomem', 'allocBitmap'],
      ['failure.enomem', 'allocPages'],
    ]);
    const times = Object.values(result.violations).flatMap((calls) => Object.values(calls));
    expect(times).toHaveLength(4);
    expect(Math.min(...times)).toBeGreaterThan(0);
    const first = await runCampaign({ ...base, target: THREE_BUGS, stopFirst: true });
    expect(first).toMatchObject({ verdict: 'violated', isCutShort: true });
    expect(first.findings).toHaveLength(1);
    expect(first.programs).toBeLessThan(base.programs / 10);
    // Each is from the first program that shows it.
    expect(result.findings.map(({ trace }) => trace)).toContainEqual(first.findings[0]?.trace);
  });

  it('only counts programs that show what was known before', async () => {
    const { findings } = await runCampaign({ ...base, target: THREE_BUGS });
    const known = findings.map((finding) => ({ ...finding, from: 'corpus/some.json', block: null }));
    const again = await runCampaign({ ...base, target: THREE_BUGS, known: known.toReversed() });
    expect(again.findings.map(blamed)).toEqual(findings.map(blamed));
    expect(again.findings.map(({ from }) => from)).toEqual(known.map(({ from }) => from));
    expect((await runCampaign({ ...base, target: OURS, known, stopFirst: true })).programs).toBe(0);
  });

  it('ends early if programs that show the same again take long', async () => {
    const found = new FoundSoFar(false, () => {}, 100);
    const wait = new Int32Array(new SharedArrayBuffer(4));
    const slow = withAlloc(() => {
      Atomics.wait(wait, 0, 0, 20);
      return 5n;
    });
    const block = { index: 0, firstBatch: 0, programs: 64 };
    const { counts, findings, isLast } = await runBlock({ ...base, target: slow }, block, found);
    expect(findings.map(blamed)).toEqual([['address.higher-half', 'alloc']]);
    expect(isLast).toBe(true);
    expect(counts.programs).toBeLessThan(32);
  });

  it('ends sooner where programs do not return', async () => {
    const found = new FoundSoFar(false, () => {}, 1000);
    const execution = execute(
      withAlloc(() => 5n),
      { map: memoryMap([]), config: config(), policies: [], operations: [{ call: 'alloc' }] },
    );
    const endless: typeof execution = Object.create(execution, {
      violation: { value: execution.violation },
      isUnanswered: { value: true },
    });
    const isOver = [execution, execution, endless].map((each) => {
      found.note(each, 300);
      return found.isOver;
    });
    expect(isOver).toEqual([false, false, true]);
  });

  it('that never meets a situation is not said to hold', async () => {
    const result = await runCampaign({ ...base, programs: FULL_RUN_PROGRAMS, operations: 1 });
    expect(result.verdict).toBe('unreached');
    expect(result.unreached).toContain('freeRegion: over a hole');
  });

  it('stops when it is told to, with what was done so far', async () => {
    const stop = new AbortController();
    const onProgress = (): void => stop.abort();
    const result = await runCampaign({ ...base, programs: 100_000, onProgress, signal: stop.signal });
    expect(result.verdict).toBe('interrupted');
    expect(result.programs).toBeGreaterThan(0);
  });
});

/** Our implementation, which never returns from a call on worlds that reach beyond 2^13 page frames. */
function lostOnLarge(pmm: Pmm, _: PmmOptions, map: MemoryMap): Partial<PmmCalls> {
  const isLarge = pfnEnd(map) > 2 ** 13;
  return {
    freeAmount: () => {
      while (isLarge);
      return pmm.freeAmount();
    },
  };
}
const LOST_ON_LARGE_WORLDS = changed('lost on large worlds', lostOnLarge, { policies: [], programMs: 120 });

/** Refuses maps whose first descriptor is not `conventional`. */
function choosy(isTaken: (type: string) => boolean) {
  return factoryTarget({
    name: 'choosy',
    policies: [],
    create: (map, options) => {
      if (!map.descriptors.slice(0, 1).every(({ type }) => isTaken(type)))
        throw new WorldRefused('another descriptor comes first');
      return createPmm(map, options);
    },
  });
}

describe('worlds that init refuses', () => {
  const refusedBy = async (isTaken: (type: string) => boolean) => {
    const { verdict, programs, refused, unchecked } = await runCampaign({ ...base, target: choosy(isTaken) });
    const why = unchecked.filter(({ what }) => what.includes('refused')).map(({ why }) => why);
    return { verdict, share: refused / programs, why };
  };

  it('do not violate a clause, are counted, and are said to be left out', async () => {
    const { verdict, share, why } = await refusedBy((type) => type !== 'loaderData');
    expect(verdict).toBe('holds');
    expect(share).toBeGreaterThan(0);
    expect(share).toBeLessThan(0.5);
    expect(why).toEqual(['it said that it cannot manage them']);
  });

  it('are too many where they are most', async () => {
    const { share, why } = await refusedBy((type) => type === 'loaderData');
    expect(share).toBeGreaterThan(0.5);
    expect(why).toEqual([expect.stringMatching(/^that is most of \d+: claim memoryAtLeast, /)]);
  });

  it('show nothing where they are all', async () => {
    const result = await runCampaign({ ...base, target: choosy(() => false) });
    expect(result).toMatchObject({ verdict: 'unreached', operations: 0 });
    expect(result.unreached).toEqual([expect.stringMatching(/^a world that the target takes: /)]);
  });
});

describe('worlds that are too large for a target', () => {
  it('are said to be left out where it was slow on them', () => {
    const context = { claims: claimsOf(OURS), seed: 1, generated: true };
    const ended = { seconds: 9, stopped: false, isCutShort: false, peakKib: 0, bytesACall: null };
    const of = (slow: number) =>
      resultOf(context, { ...sumOf([]), programs: 8, slow }, { ...ended, findings: [] }).unchecked;
    const why =
      'two programs on worlds of that size took more than a second each; unless the machine was busy, claim memoryBelow';
    expect(of(0).map((one) => one.why)).not.toContain(why);
    expect(of(2)).toContainEqual({ what: 'the largest worlds after 2 slow programs', why });
  });

  it('do not violate a clause, are counted, and are said to be left out', async () => {
    const { verdict, tooLarge, unchecked } = await runCampaign({
      ...base,
      programs: 64,
      target: LOST_ON_LARGE_WORLDS,
    });
    expect(verdict).toBe('holds');
    expect(tooLarge).toBeGreaterThan(0);
    expect(unchecked.map(({ what, why }) => `${what}: ${why}`)).toContainEqual(
      expect.stringMatching(/^\d+ programs? on the largest worlds: .*no answer in time.*claim memoryBelow/),
    );
  });
});

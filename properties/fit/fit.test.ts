import { describe, expect, it } from 'vitest';
import { KINDS } from '../../assurance/mutants/kinds/index.ts';
import { kindTarget } from '../../assurance/mutants/kinds/kind.ts';
import { createPmm } from '../../impl/index.ts';
import { factoryTarget, type Target, wrapPmm } from '../../runner/index.ts';
import { MUTANTS, targetOf } from '../../runner/mutants/index.ts';
import {
  decodeProfile,
  ownerAfterInit,
  PAGE_BYTES,
  type PmmFactory,
  POLICIES,
  Profile,
  type SomePmmFactory,
  type Trace,
  toHigherHalf,
  WorldRefused,
} from '../../spec/index.ts';
import { runCampaign } from '../random/index.ts';
import { explain, fitProfile, hintOn } from './index.ts';

/** Returns the first counterexample of a target. */
async function firstTrace(target: Target): Promise<Trace> {
  const options = { worlds: [], generated: true, operations: 60, seed: 22, stopFirst: true };
  const { findings } = await runCampaign({ ...options, target, programs: 2000 });
  const [found] = findings;
  if (found === undefined) throw new Error(`${target.name} breaks no clause`);
  return found.trace;
}

async function firstHint(target: Target): Promise<string | null> {
  return hintOn(target, await firstTrace(target));
}

/** The claim that a hint names, of a correct manager that does not make it. */
const NAMED: Readonly<Record<string, RegExp>> = {
  unalignedFree: /^if free.*\(\) takes only page-aligned addresses, claim "unalignedFree": "misuse"$/,
  runArguments: /^if its runs have no (upper limit \(maxAddr\)|alignment), claim "runArguments": \["\w+"\]$/,
  limits: /^if limits of its runs \(maxAddr\) are powers of two, .*, claim "limits": "powers-of-two"$/,
  neverBelow: /^if it never hands out memory below 0x4000, claim "neverBelow": "0x4000"$/,
  bitmapZoneEnd: /^if its bitmap zone always ends at 0x8000, claim "bitmapZoneEnd": "0x8000"$/,
  alignments: /^if alignments of its runs are powers of two, claim "alignments": "powers-of-two"$/,
  largestAlignment: /^if its largest alignment is 0x200000, claim "largestAlignment": "0x200000"$/,
  largestRun: /^if its largest contiguous allocation is 8, and batches may be larger, claim "largestRun": 8$/,
  runsWithin:
    /^if (its runs lie in one descriptor of the memory map, .*|no run of it crosses a multiple of 8 page frames, .*), claim "runsWithin": "(descriptors|0x8000)"$/,
  search: /^if a run may be refused although it is free, .* a list per CPU, claim "search": "partial"$/,
  freeRuns: /^if free.*\(\) takes runs back only as they were handed out, claim "freeRuns": "whole"$/,
  uncaught: /^if it does not notice frees of what it never handed out, claim "uncaught": \["foreign"\]$/,
  outOfMemory: /^if it stops or waits where memory is used up, claim "outOfMemory": "undefined"$/,
  holdsBack:
    /^if (it holds back 4 free page frames, as below a watermark|page frames that are freed wait until there are 4 of them), claim "holdsBack": [34](, "search": "partial")?$/,
  singlePages: /^if single pages come from any of its zones, claim "singlePages": "any-zone"$/,
  bootMemory: /^if boot memory is never handed over, claim "bootMemory": "kept"$/,
  keeps: /^if init keeps the page frames that it names, claim "keeps": "named"$/,
  memoryAtLeast: /^if init cannot manage such memory, let it return false/,
};

describe('the hint on a counterexample of correct code', () => {
  const kinds = KINDS.filter(({ claim }) => Object.keys(claim).some((name) => NAMED[name] !== undefined));
  it.each(kinds.map((kind) => [kind.correct.name, kind] as const))(
    'names the claim that %s needs',
    async (_, { claim, correct, others = {} }) => {
      const [name = ''] = Object.keys(claim);
      expect(await firstHint(kindTarget(correct, others))).toMatch(NAMED[name] ?? /^$/);
    },
  );
});

describe('the hint on an init that is broken', () => {
  it.each<readonly [fault: string, create: PmmFactory]>([
    [
      'changes the memory map',
      (map, options) => {
        Object.assign(map.descriptors, { length: 0 });
        return createPmm(map, options);
      },
    ],
    [
      'tells amounts that are not numbers',
      (map, options) => wrapPmm(createPmm(map, options), { freeAmount: () => 1n as never }),
    ],
  ])('is none where it %s: no other memory would do', async (_, create) => {
    expect(await firstHint(factoryTarget({ name: 'broken', policies: [], create }))).toBeNull();
  });
});

describe('the hint on a misuse that is refused by an error', () => {
  it('names the panic to throw in its place', async () => {
    const create: PmmFactory = (map, options) => {
      const pmm = createPmm(map, options);
      const free = (address: bigint): void => {
        try {
          pmm.free(address);
        } catch {
          throw new RangeError('not allocated');
        }
      };
      return wrapPmm(pmm, { free });
    };
    expect(await firstHint(factoryTarget({ name: 'own error', policies: [], create }))).toMatch(
      /^if this error is how it refuses misuse, throw PmmPanic of frameproof\/spec in its place, or claim /,
    );
  });
});

/** Returns the kind whose correct manager has a name. */
function kindOf(name: string): (typeof KINDS)[number] {
  const kind = KINDS.find(({ correct }) => correct.name === name);
  if (kind === undefined) throw new Error(`no kind is called ${name}`);
  return kind;
}

describe('the hint on zones that serve for each other', () => {
  it.each([
    [
      'zones-for-each-other',
      /^if a request for zone dma is served by normal where it has no run, claim "zones": \[\{"name":"dma","below":"0x4000","fallback":\["normal"\]\},/,
    ],
    ['zones-apart', /^if no zone serves for another, claim "fallback": "none"$/],
    [
      'lowest-zone-next',
      /^if a request for zone high is served by low, then by middle where it has no run, /,
    ],
  ])('names who serves: %s', async (name, hint) => {
    const { correct, others = {} } = kindOf(name);
    expect(await firstHint(kindTarget(correct, others))).toMatch(hint);
  });

  it('is not sure where a device may be given what it cannot reach', async () => {
    const { correct, others = {} } = kindOf('zones-for-each-other');
    const target = kindTarget(correct, others);
    const trace = await firstTrace(target);
    expect(explain(target, trace)).not.toBeNull();
    expect(explain(target, trace, { isSure: true })).toBeNull();
  });
});

describe('a defect', () => {
  it.each([
    'missed-run-at-limit',
    'frame-taken-by-refusal',
    'inclusive-max-address',
    'region-of-one-frame',
    'ownerless-panic',
    'nameless-warning',
    'reserved-frames-free',
  ])('is not explained away: %s', async (name) => {
    const mutant = MUTANTS.find((each) => each.name === name);
    if (mutant === undefined) throw new Error(`there is no mutant ${name}`);
    expect(await firstHint(targetOf(mutant))).toBeNull();
  });
});

/** Keeps the addresses of free pages but page 0 as they are freed: one inside a page is handed out as it is. */
const listOfAddresses: SomePmmFactory = (map, { config }) => {
  const pages = map.descriptors.flatMap(({ type, start, pages: count }) =>
    ownerAfterInit(type) === 'pmm'
      ? Array.from({ length: count }, (_, k) => toHigherHalf(config, start) + BigInt(k) * PAGE_BYTES)
      : [],
  );
  const free = pages.filter((address) => address !== config.higherHalf);
  return { errno: null, alloc: () => free.pop() ?? null, free: (address) => void free.push(address) };
};

describe('a fit', () => {
  it('finds the claims where a free goes wrong in silence, and where no amount tells what is left unused', async () => {
    const claims = {
      calls: ['alloc', 'free'],
      zones: 1,
      misuse: 'undefined',
      failures: [],
      memoryBelow: '0x4000000',
    };
    const profile = decodeProfile(claims, 'claims');
    const target = factoryTarget({ name: 'addresses', policies: [], profile, create: listOfAddresses });
    const fit = await fitProfile(target, { seed: 1, programs: 10 });
    expect(fit.unexplained).toBeNull();
    expect(fit.profile).toMatchObject({
      unalignedFree: 'misuse',
      misuse: 'undefined',
      neverBelow: PAGE_BYTES,
    });
  });

  it('finds the claim, the answer that led to it, and the policies that hold too', async () => {
    const kind = KINDS.find(({ claim }) => 'freeRuns' in claim);
    if (kind === undefined) throw new Error('no kind is freed whole');
    const { profile, takenUp, unexplained } = await fitProfile(kindTarget(kind.correct, kind.others ?? {}), {
      seed: 1,
      programs: 60,
    });
    expect(unexplained).toBeNull();
    expect(Profile.encode(profile)).toEqual({ ...kind.others, ...kind.claim, policies: [...POLICIES] });
    expect(takenUp.map(({ trace }) => trace.violation?.clause)).toEqual(['free.owner']);
  });

  it('finds that boot memory is kept, and asks whether that is on purpose', async () => {
    const { claim, correct } = kindOf('boot-memory-kept');
    const { profile, takenUp } = await fitProfile(kindTarget(correct, {}), { seed: 1, programs: 40 });
    expect(Profile.encode(profile)).toMatchObject(claim);
    expect(takenUp[0]?.candidate.question).toMatch(/on purpose/);
  });

  it('keeps what was claimed because of a hint', async () => {
    const { claim, correct, others = {} } = kindOf('runs-in-one-group');
    const target = kindTarget(correct, { ...others, ...claim });
    const { profile, unexplained } = await fitProfile(target, { seed: 1, programs: 40 });
    expect(unexplained).toBeNull();
    expect(Profile.encode(profile)).toMatchObject(claim);
  });

  it.each([
    ['watermark-of-four', { holdsBack: 4 }, 'is it on purpose that the last ones are not handed out?', null],
    ['frees-four-by-four', { holdsBack: 3, search: 'partial' }, undefined, null],
    [
      'single-pages-from-any-zone',
      { singlePages: 'any-zone' },
      'is it on purpose that they take memory of lower zones while there is other?',
      'failure.warns',
    ],
  ] as const)('finds what %s needs, as exact as it is', async (name, claim, question, left) => {
    const { correct, others = {} } = kindOf(name);
    const options = { seed: 1, programs: 40 };
    const { profile, takenUp, unexplained } = await fitProfile(kindTarget(correct, others), options);
    expect(Profile.encode(profile)).toMatchObject(claim);
    expect(takenUp.map(({ candidate }) => candidate.question)).toContain(question);
    expect(unexplained?.violation?.clause ?? null).toBe(left);
  });

  it('takes no page frame that is never handed out for one which is held back', async () => {
    const mutant = MUTANTS.find((each) => each.name === 'last-page-never-given');
    if (mutant === undefined) throw new Error('there is no such mutant');
    const { unexplained } = await fitProfile(targetOf(mutant), { seed: 1, programs: 40 });
    expect(unexplained?.violation?.clause).toMatch(/\.complete$/);
  });

  it('finds the order in which all zones below serve for one', async () => {
    const { claim, correct, others = {} } = kindOf('lowest-zone-next');
    const { profile } = await fitProfile(kindTarget(correct, others), { seed: 1, programs: 40 });
    expect(Profile.encode(profile)).toMatchObject({ ...claim, policies: ['first-fit'] });
  });

  it('tries claims in a world of one descriptor where init takes no other', async () => {
    const { correct, others = {}, claim } = kindOf('page-aligned-frees');
    const create: PmmFactory = (map, options) => {
      if (map.descriptors.filter(({ pages }) => pages > 0).length > 1)
        throw new WorldRefused('one range only');
      return correct.create(map, options);
    };
    const { profile } = await fitProfile(kindTarget({ ...correct, create }, others), {
      seed: 1,
      programs: 40,
    });
    expect(Profile.encode(profile)).toMatchObject(claim);
  });

  it('ends at what no claim explains', async () => {
    const kind = KINDS.find(({ claim }) => 'freeRuns' in claim);
    const [, broken] = kind?.broken ?? [];
    if (kind === undefined || broken === undefined) throw new Error('no kind is freed whole');
    const { unexplained } = await fitProfile(kindTarget(broken, kind.others ?? {}), {
      seed: 1,
      programs: 40,
    });
    expect(unexplained?.violation?.clause).toBe('freeRegion.owner');
  });

  it('needs a world that the target takes', async () => {
    const refusing = factoryTarget({
      name: 'refusing',
      policies: [],
      create: () => {
        throw new WorldRefused('no memory is good enough');
      },
    });
    await expect(fitProfile(refusing, { seed: 1, programs: 40 })).rejects.toThrow(
      /^expected a target that takes some world: its init refused each of 40/,
    );
  });
});

/** Clauses of the three allocating calls. Clauses that they share are built by one function each, for each call by name. */
import { describedCall } from '../calls.ts';
import { counted } from '../counted.ts';
import { batchSize, isU64 } from '../expectation.ts';
import { toHex } from '../hex.ts';
import { nextDescriptor } from '../memory-map.ts';
import type { Owner } from '../owner.ts';
import {
  type FitRequest,
  freeForSingles,
  freeWithin,
  nextMultiple,
  type Ownership,
  servingZones,
  zoneAt,
} from '../ownership.ts';
import { namedZones } from '../profile.ts';
import {
  endOf,
  isPageAligned,
  PFN_LIMIT,
  type Pfn,
  pageCount,
  pagesBetween,
  pfn,
  type Region,
} from '../units.ts';
import type { Blame, Clause, Side, Step } from './clause.ts';
import { blame, firstGrantedOutside, firstGrantedOwner } from './granted.ts';

/** The calls that allocate a run wherever it fits. */
type Fitting = 'allocBitmap' | 'allocWithin';
type Allocation = 'alloc' | 'allocPages' | 'allocAt' | Fitting;

/** 2^32 / 4096 */
const FOUR_GIB_FRAME = 2 ** 20;

export const higherHalf: Clause<Step> = {
  name: 'address.higher-half',
  gravity: 'memory',
  sentence: 'Every address handed out lies in the higher half: the base plus a physical address.',
  sides: ['the base of 48-bit addresses', 'another base'],
  when: 'handed out',
  side({ before, granted }) {
    if (granted === null) return null;
    return before.world.config.higherHalf === 0xffff_8000_0000_0000n ? 0 : 1;
  },
  check({ before, granted }) {
    const index = granted?.pfns.indexOf(null) ?? -1;
    // The engine treats an index of -1 as a name: the lookup would take longer than the whole clause.
    const address = index < 0 ? undefined : granted?.addresses[index];
    if (address === undefined) return null;
    const base = toHex(before.world.config.higherHalf);
    return blame(`address ${toHex(address)} is not in the higher half, which starts at ${base}`);
  },
};

function pageAligned(call: 'alloc' | 'allocPages'): Clause<Step> {
  return {
    name: `${call}.page-aligned`,
    gravity: 'memory',
    sentence: `Every address that ${call} hands out is a multiple of 4096.`,
    sides: ['physical addresses below 4 GiB', 'physical addresses from 4 GiB up'],
    when: 'handed out',
    side({ asked, granted }) {
      const first = asked.call === call ? granted?.pfns[0] : undefined;
      return first == null ? null : first < FOUR_GIB_FRAME ? 0 : 1;
    },
    check({ before, granted }) {
      const index = granted?.addresses.findIndex((a) => !isPageAligned(a)) ?? -1;
      const address = index < 0 ? undefined : granted?.addresses[index];
      if (address === undefined) return null;
      const frame = granted?.pfns[index] ?? null;
      return blame(
        `address ${toHex(address)} is not a multiple of 4096`,
        frame,
        frame === null ? null : before.ownerOf(frame),
      );
    },
  };
}

function zone(call: Exclude<Allocation, 'allocAt'>): Clause<Step> {
  const own = describedCall(call).effect === 'run' ? 'bitmap' : 'stack';
  const other = own === 'bitmap' ? 'stack' : 'bitmap';
  return {
    name: `${call}.zone`,
    gravity: 'refusal',
    sentence: `${call} hands out only page frames of the ${own} zone.`,
    sides: ['another zone has free page frames', 'no other zone has any'],
    when: 'handed out',
    side({ before, asked, granted }) {
      if (granted === null || asked.call !== call) return null;
      if (own === 'stack' && before.world.profile.singlePages === 'any-zone') return null;
      if (namedZones(before.world.profile) !== null) return sideOfZones(before, granted.pfns[0] ?? null);
      if (own === 'stack' && before.world.profile.singlePages !== 'stack-zone') return sideOfFallBack(before);
      return before.freeIn(other) > 0 ? 0 : 1;
    },
    check(step) {
      const { bitmapLimit, profile } = step.before.world;
      if (own === 'stack' && profile.singlePages === 'any-zone') return null;
      if (namedZones(profile) !== null)
        return own === 'stack' ? singlesOutOfOrder(step) : runOutOfOrder(step);
      if (own === 'stack' && profile.singlePages === 'stack-zone-first') return fellBackEarly(step);
      const frame =
        own === 'bitmap'
          ? firstGrantedOutside(step, pfn(0), bitmapLimit)
          : firstGrantedOutside(step, bitmapLimit, pfn(PFN_LIMIT));
      if (frame === null) return null;
      const explanation = `page frame ${frame} is not in the ${own} zone; the stack zone starts at ${bitmapLimit}`;
      return blame(explanation, frame, step.before.ownerOf(frame));
    },
  };
}

/** Where single pages come from either zone there is nothing to check; where the stack zone comes first, its order is. */
function sideOfFallBack(before: Ownership): Side | null {
  if (before.world.profile.singlePages === 'anywhere') return null;
  return before.freeIn('bitmap') > 0 ? 0 : 1;
}

/** Where zones are named: whether a zone other than this page frame's has free ones. */
function sideOfZones(before: Ownership, frame: Pfn | null): Side | null {
  const own = frame === null ? null : zoneAt(before, frame);
  return own === null ? null : before.countOf('pmm') > freeWithin(before, own) ? 0 : 1;
}

/** A run lies in the highest of the zones that serve the request and have one. */
function runOutOfOrder({ before, asked: { fit, lowest }, granted }: Step): Blame | null {
  const base = granted?.pfns[0];
  if (fit === null || lowest === null || base == null) return null;
  const [zone, wanted] = [zoneAt(before, base), zoneAt(before, lowest)];
  if (zone === null || wanted === null) return null;
  const where = `the run starts at page frame ${base}, in zone ${zone.name}`;
  if (base + fit.count > zone.end)
    return blame(
      `${where}, and reaches into the next, which starts at ${zone.end}`,
      base,
      before.ownerOf(base),
    );
  if (zone.base === wanted.base) return null;
  return blame(
    `${where}, and zone ${wanted.name} has one at page frame ${lowest}`,
    base,
    before.ownerOf(base),
  );
}

/** Single pages come from the last zone, and where it has none left, from those that serve then, in order. */
function singlesOutOfOrder({ before, granted }: Step): Blame | null {
  let outside = (granted?.pfns ?? []).filter((frame) => frame !== null);
  const serving = servingZones(before, PFN_LIMIT);
  for (const zone of serving) {
    const isIn = (frame: Pfn): boolean => zone.base <= frame && frame < zone.end;
    const left = freeWithin(before, zone) - outside.filter(isIn).length;
    outside = outside.filter((frame) => !isIn(frame));
    const [frame] = outside;
    if (frame === undefined) return null;
    const isLast = zone === serving.at(-1);
    if (left <= 0 && !isLast) continue;
    const why = isLast
      ? 'single pages come from no other then'
      : `which has ${counted(left, 'more free page frame')}`;
    return blame(`page frame ${frame} is not in zone ${zone.name}, ${why}`, frame, before.ownerOf(frame));
  }
  return null;
}

/** A manager that falls back to the bitmap zone must use up the stack zone first. */
function fellBackEarly(step: Step): Blame | null {
  const { before, granted } = step;
  const { bitmapLimit } = before.world;
  const frame = firstGrantedOutside(step, bitmapLimit, pfn(PFN_LIMIT));
  const taken = granted?.pfns.filter((f) => f !== null && f >= bitmapLimit).length ?? 0;
  const left = before.freeIn('stack') - taken;
  if (frame === null || left <= 0) return null;
  const explanation = `page frame ${frame} is not in the stack zone, which has ${counted(left, 'more free page frame')}`;
  return blame(explanation, frame, before.ownerOf(frame));
}

function wasFree(call: Allocation): Clause<Step> {
  return {
    name: `${call}.was-free`,
    gravity: 'memory',
    sentence: `${call} hands out page frames that were free.`,
    sides: ['callers own other page frames', 'callers own none yet'],
    when: 'handed out',
    side({ before, asked, granted }) {
      if (granted === null || asked.call !== call) return null;
      return before.countOf('caller') > 0 ? 0 : 1;
    },
    check(step) {
      const frame = firstGrantedOwner(step, (owner) => owner !== 'pmm');
      if (frame === null) return null;
      const owner = step.before.ownerOf(frame);
      return blame(`page frame ${frame} was handed out and is ${possessive(owner)}`, frame, owner);
    },
  };
}

function possessive(owner: Owner): string {
  return owner === 'caller' ? "a caller's already" : `not free (${owner})`;
}

function lowestFree({ before, operation, asked }: Step): Pfn | null {
  if (describedCall(operation.call).effect === 'run') return asked.lowest;
  const base = before.world.profile.singlePages === 'stack-zone' ? before.world.bitmapLimit : pfn(0);
  return before.firstFailing({ base, count: pagesBetween(base, pfn(PFN_LIMIT)) }, (owner) => owner !== 'pmm');
}

function wrongAnswer(step: Step): string {
  const { outcome } = step.response;
  if (outcome.kind === 'failed') return 'it was refused';
  return outcome.kind === 'panicked' || outcome.kind === 'malformed'
    ? outcome.message
    : `it answered "${outcome.kind}"`;
}

function completeness(step: Step): Blame | null {
  const { before, response, expected, granted } = step;
  if (expected.kind === 'refused') {
    if (response.outcome.kind === 'failed') return null;
    if (granted !== null) return blame(`it was granted, though ${expected.why}`);
    return blame(`it must fail, because ${expected.why}; ${wrongAnswer(step)}`);
  }
  if (granted !== null) return crossing(step);
  const frame = lowestFree(step);
  const example = frame === null ? '' : `, page frame ${frame} for one`;
  return blame(
    `it can be granted${example}; ${wrongAnswer(step)}`,
    frame,
    frame === null ? null : before.ownerOf(frame),
  );
}

/** A run that fits by all but the claim of what no run crosses. */
function crossing({ before, asked: { fit }, granted }: Step): Blame | null {
  const { map, profile } = before.world;
  const base = granted?.pfns[0];
  if (profile.runsWithin === 'memory' || fit === null || base == null) return null;
  const isDivided = profile.runsWithin === 'descriptors';
  const next = isDivided ? nextDescriptor(map, base) : nextMultiple(base, fit.boundary ?? PFN_LIMIT);
  if (next >= base + fit.count) return null;
  const explanation = isDivided
    ? `the run reaches into the descriptor at page frame ${next}, and runs are claimed to lie in one`
    : `the run goes on from page frame ${next}, and runs are claimed to cross no multiple of ${counted(fit.boundary ?? 0, 'page frame')}`;
  return blame(explanation, pfn(next), before.ownerOf(pfn(next)));
}

function complete(call: Allocation, sentence: string): Clause<Step> {
  return {
    name: `${call}.complete`,
    gravity: 'refusal',
    sentence,
    sides: ['granted', 'refused'],
    when: 'not misused',
    side({ asked, expected }) {
      if (asked.call !== call || expected.kind === 'misused') return null;
      return expected.kind === 'granted' ? 0 : 1;
    },
    check: completeness,
  };
}

/** Whether no page frame lies in two runs. O(runs log runs); there are far fewer runs than page frames. */
function areDisjoint(runs: readonly Region[]): boolean {
  if (runs.length < 2) return true;
  const ascending = runs.toSorted((a, b) => a.base - b.base);
  for (let i = 1; i < ascending.length; i += 1) {
    const [low, high] = [ascending[i - 1], ascending[i]];
    if (low !== undefined && high !== undefined && endOf(low) > high.base) return false;
  }
  return true;
}

const distinct: Clause<Step> = {
  name: 'allocPages.distinct',
  gravity: 'memory',
  sentence: 'allocPages hands out no page frame twice.',
  sides: ['one page frame', 'several'],
  when: 'handed out',
  side({ asked, granted }) {
    if (asked.call !== 'allocPages' || granted === null || granted.pfns.length === 0) return null;
    return granted.pfns.length === 1 ? 0 : 1;
  },
  check({ before, granted }) {
    if (granted === null || areDisjoint(granted.runs)) return null;
    const seen = new Set<Pfn>();
    for (const frame of granted.pfns) {
      if (frame === null) continue;
      if (seen.has(frame))
        return blame(`page frame ${frame} was handed out twice`, frame, before.ownerOf(frame));
      seen.add(frame);
    }
    return null;
  },
};

/** Whether entries of the array of a batch stay as they were where no address is written. */
function keepsRest({ world: { profile } }: Ownership): boolean {
  return profile.restOfBatch === 'unchanged';
}

const asMany: Clause<Step> = {
  name: 'allocPages.as-many',
  gravity: 'refusal',
  sentence: 'allocPages hands out as many page frames as are free, up to the number asked for.',
  sides: ['all of them', 'some of them'],
  when: 'granted',
  side({ before, operation, expected }) {
    if (operation.call !== 'allocPages' || before.world.profile.batches === 'whole') return null;
    if (expected.kind !== 'granted' || !isU64(operation.count)) return null;
    return BigInt(batchSize(before, operation.count)) === operation.count ? 0 : 1;
  },
  check({ before, operation, response: { outcome, strayEntries } }) {
    if (strayEntries === true && keepsRest(before))
      return blame('it changed entries of the array that it may not change');
    if (outcome.kind !== 'addresses' || !('count' in operation) || !isU64(operation.count)) return null;
    const [got, most] = [outcome.addresses.length, batchSize(before, operation.count)];
    const least = Math.min(most, freeForSingles(before) - before.world.profile.holdsBack);
    if (least <= got && got <= most) return null;
    return blame(
      `it handed out ${counted(got, 'page frame')}, and must hand out ${got < least ? least : most}`,
    );
  },
};

const allOrNothing: Clause<Step> = {
  name: 'allocPages.all-or-nothing',
  gravity: 'loss',
  sentence: 'allocPages writes exactly the entries asked for, or takes and writes nothing.',
  sides: ['all', 'nothing'],
  side({ before, asked, response }) {
    if (asked.call !== 'allocPages' || before.world.profile.batches === 'partial') return null;
    const { kind } = response.outcome;
    return kind === 'addresses' ? 0 : kind === 'failed' ? 1 : null;
  },
  check({ before, operation, response }) {
    if (response.strayEntries === true && keepsRest(before))
      return blame('it changed entries of the array that it may not change');
    const written = response.outcome.kind === 'addresses' ? response.outcome.addresses.length : null;
    const asked = operation.call === 'allocPages' && isU64(operation.count) ? operation.count : null;
    if (written !== null && asked !== null && BigInt(written) !== asked)
      return blame(`it wrote ${counted(written, 'entry', 'entries')}, and was asked for ${asked}`);
    const was = before.countOf('pmm');
    const free = response.amounts?.free ?? was;
    if (response.outcome.kind !== 'failed' || free === was) return null;
    return blame(`it was refused, and the free amount went from ${was} to ${free}`);
  },
};

/** The request of a contiguous allocation that was granted, and the run's first page frame; null for any other step. */
function grantedRun({ asked: { fit }, granted }: Step): GrantedRun | null {
  const base = granted?.pfns[0];
  return fit === null || base == null ? null : { asked: fit, base };
}

interface GrantedRun {
  readonly asked: FitRequest;
  readonly base: Pfn;
}

function aligned(call: Fitting): Clause<Step> {
  return {
    name: `${call}.aligned`,
    gravity: 'memory',
    sentence: 'A run starts at a multiple of the alignment, rounded up to whole page frames.',
    sides: ['any page frame would do', 'a wider alignment'],
    when: 'handed out',
    side(step) {
      const run = step.asked.call === call ? grantedRun(step) : null;
      return run === null ? null : run.asked.alignment === 1 ? 0 : 1;
    },
    check(step) {
      const { addresses } = step.granted ?? { addresses: [] };
      const run = grantedRun(step);
      if (run === null) return null;
      const { base, asked } = run;
      const isAligned = base % asked.alignment === 0 && isPageAligned(addresses[0] ?? 0n);
      if (isAligned) return null;
      const explanation = `the run starts at page frame ${base} (${toHex(addresses[0] ?? 0n)}), not a multiple of ${counted(asked.alignment, 'page frame')}`;
      return blame(explanation, base, step.before.ownerOf(base));
    },
  };
}

function belowMax(call: Fitting): Clause<Step> {
  return {
    name: `${call}.below-max`,
    gravity: 'memory',
    sentence: 'A run ends at or below maxAddr.',
    sides: ['maxAddr is the limit', 'the zone is the limit'],
    when: 'handed out',
    side(step) {
      const run = step.asked.call === call ? grantedRun(step) : null;
      return run === null ? null : run.asked.limit < step.before.world.bitmapLimit ? 0 : 1;
    },
    check(step) {
      const run = grantedRun(step);
      const { bitmapLimit } = step.before.world;
      if (run === null || run.base + run.asked.count <= run.asked.limit || run.asked.limit === bitmapLimit)
        return null;
      const last = pfn(run.base + run.asked.count - 1);
      const explanation = `the run reaches page frame ${last}, and maxAddr leaves those below ${run.asked.limit}`;
      return blame(explanation, last, step.before.ownerOf(last));
    },
  };
}

const aboveMin: Clause<Step> = {
  name: 'allocWithin.above-min',
  gravity: 'memory',
  sentence: 'A run starts at or above minAddr.',
  sides: ['minAddr leaves page frames out', 'it leaves none out'],
  when: 'handed out',
  side(step) {
    const run = step.asked.call === 'allocWithin' ? grantedRun(step) : null;
    return run === null ? null : (run.asked.from ?? 0) > 0 ? 0 : 1;
  },
  check(step) {
    const run = grantedRun(step);
    const from = run?.asked.from ?? 0;
    if (run === null || run.base >= from) return null;
    const explanation = `the run starts at page frame ${run.base}, and minAddr leaves those from ${from} up`;
    return blame(explanation, run.base, step.before.ownerOf(run.base));
  },
};

const boundary: Clause<Step> = {
  name: 'allocWithin.boundary',
  gravity: 'memory',
  sentence: 'A run crosses no multiple of the boundary, rounded down to whole page frames.',
  sides: ['any run would do', 'runs that cross are excluded'],
  when: 'handed out',
  side(step) {
    const run = step.asked.call === 'allocWithin' ? grantedRun(step) : null;
    return run === null ? null : run.asked.boundary === undefined ? 0 : 1;
  },
  check(step) {
    const run = grantedRun(step);
    const apart = run?.asked.boundary;
    if (run === null || apart === undefined) return null;
    const next = nextMultiple(run.base, apart);
    if (run.base + run.asked.count <= next) return null;
    const explanation = `the run starts at page frame ${run.base} and goes on from ${next}, a multiple of ${counted(apart, 'page frame')}`;
    return blame(explanation, pfn(next), step.before.ownerOf(pfn(next)));
  },
};

export const lifo: Clause<Step> = {
  name: 'policy.lifo',
  gravity: 'refusal',
  sentence: 'Single pages come back last freed, first allocated.',
  sides: ['a single page', 'a batch'],
  when: 'handed out',
  side({ asked, granted, policies, before }) {
    if (granted === null || describedCall(asked.call).effect === 'run' || !policies.includes('lifo'))
      return null;
    if (granted.pfns.length === 0 || before.stackTop(NONE) === null) return null;
    return asked.call === 'alloc' ? 0 : 1;
  },
  check({ before, granted }) {
    const actual = granted?.pfns ?? [];
    const top = before.stackTop(pageCount(actual.length)) ?? [];
    const index = top.findIndex((frame, i) => frame !== actual[i]);
    if (index < 0) return null;
    const [expectedFrame, frame] = [top[index], actual[index]];
    if (expectedFrame === undefined || frame == null) return null;
    const explanation = `page frame ${frame} was handed out, and page frame ${expectedFrame} is on top of the free stack`;
    return blame(explanation, frame, before.ownerOf(frame));
  },
};

const NONE = pageCount(0);

export const firstFit: Clause<Step> = {
  name: 'policy.first-fit',
  gravity: 'refusal',
  sentence: 'A contiguous allocation takes the lowest run that fits.',
  sides: ['any page frame would do', 'a wider alignment'],
  when: 'handed out',
  side(step) {
    // Where page frames may be kept, nobody knows which run is the lowest.
    const isKnown = step.policies.includes('first-fit') && step.before.unnamed === 0;
    const run = isKnown ? grantedRun(step) : null;
    return run === null ? null : run.asked.alignment === 1 ? 0 : 1;
  },
  check(step) {
    const run = grantedRun(step);
    const { lowest } = step.asked;
    if (run === null || lowest === null || lowest === run.base) return null;
    const explanation = `the run starts at page frame ${run.base}, and a run from page frame ${lowest} fits too`;
    return blame(explanation, lowest, step.before.ownerOf(lowest));
  },
};

export const contentsZeroed: Clause<Step> = {
  name: 'contents.zeroed',
  gravity: 'memory',
  sentence: 'Page frames that are handed out read as zeros, where the manager claims that.',
  sides: ['one page frame', 'several'],
  when: 'handed out',
  side({ before, granted, response }) {
    if (before.world.profile.contents === 'any' || response.unzeroed === undefined) return null;
    const pages = (granted?.runs ?? []).reduce((sum, { count }) => sum + count, 0);
    return pages === 0 ? null : pages === 1 ? 0 : 1;
  },
  check({ before, response }) {
    const [frame] = response.unzeroed ?? [];
    if (frame === undefined) return null;
    const owner = before.ownerOf(pfn(frame));
    return blame(`page frame ${frame} was handed out, and holds what is not zero`, pfn(frame), owner);
  },
};

const exact: Clause<Step> = {
  name: 'allocAt.exact',
  gravity: 'memory',
  sentence: 'allocAt hands out the page frames that it names.',
  sides: ['one page frame', 'several'],
  when: 'handed out',
  side({ operation, granted }) {
    if (operation.call !== 'allocAt' || granted === null) return null;
    return operation.count === 1n ? 0 : 1;
  },
  check({ before, asked, granted }) {
    const [[named = null], [base = null]] = [asked.pfns, granted?.pfns ?? []];
    const address = granted?.addresses[0] ?? 0n;
    if (named === base && isPageAligned(address)) return null;
    return blame(
      `it handed out memory from ${toHex(address)} on, and page frame ${named} was asked for`,
      base,
      base === null ? null : before.ownerOf(base),
    );
  },
};

/** The clauses of the allocating calls. Those of one call judge in this order: first what was handed out, then whether it had to succeed. */
export const ALLOCATION_CLAUSES: readonly Clause<Step>[] = [
  pageAligned('alloc'),
  zone('alloc'),
  wasFree('alloc'),
  complete('alloc', 'alloc succeeds exactly when a page frame is free where single pages come from.'),
  pageAligned('allocPages'),
  zone('allocPages'),
  wasFree('allocPages'),
  distinct,
  complete(
    'allocPages',
    'allocPages succeeds exactly when that many page frames are free where single pages come from.',
  ),
  allOrNothing,
  asMany,
  aligned('allocBitmap'),
  belowMax('allocBitmap'),
  zone('allocBitmap'),
  wasFree('allocBitmap'),
  aligned('allocWithin'),
  belowMax('allocWithin'),
  aboveMin,
  boundary,
  zone('allocWithin'),
  wasFree('allocWithin'),
  exact,
  wasFree('allocAt'),
  complete('allocAt', 'allocAt succeeds exactly when all of its page frames are free.'),
  complete('allocBitmap', 'allocBitmap succeeds exactly when a run of free page frames fits.'),
  complete('allocWithin', 'allocWithin succeeds exactly when a run of free page frames fits.'),
];

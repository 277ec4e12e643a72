/**
 * Reach: the situations and sides of clauses that a run can meet on a target of a profile. A full run must meet them all; those that
 * the profile rules out are not required.
 */

import type { Target } from '../../../runner/index.ts';
import {
  addressOf,
  CALLS,
  type Call,
  CLAUSE_NAMES,
  type ClauseName,
  describedCall,
  hasOrders,
  isAllocation,
  isSequential,
  isUncaught,
  largestRunOf,
  MISUSE_KINDS,
  type MisuseKind,
  namedZones,
  namesOnePage,
  type Outcome,
  PAGE_BYTES,
  type Policy,
  type Profile,
  parametersOf,
  pfn,
  pfnOf,
} from '../../../spec/index.ts';

/** The claims of a target. */
export interface Claims {
  readonly profile: Profile;
  readonly policies: readonly Policy[];
  /** Whether it can be called with arguments that are not unsigned 64-bit integers. */
  readonly takesAnyNumber: boolean;
  /** Whether writes into page frames are observed. */
  readonly seesWrites: boolean;
  /** Whether it offers `inspect()`. */
  readonly inspects: boolean;
}

/** Returns the claims of a target that are known before it runs. */
export function claimsOf({
  profile,
  policies,
  takesAnyNumber,
  seesWrites,
}: Target): Omit<Claims, 'inspects'> {
  return { profile, policies, takesAnyNumber, seesWrites };
}

const FOUR_GIB_FRAME = 2 ** 20;
const EIGHT_TIB_FRAME = 2 ** 31;

function reachesFrame({ memoryBelow }: Profile, frame: number): boolean {
  return memoryBelow > addressOf(pfn(frame));
}

function isPowerOfTwo(n: number): boolean {
  return Number.isInteger(Math.log2(n));
}

/** Whether some runs must start at a multiple of more than a page frame. */
function hasAlignedRuns(profile: Profile): boolean {
  const { runArguments, contiguous, largestAlignment } = profile;
  if (contiguous !== 'any' && largestRunOf(profile) > 1) return true;
  return runArguments.includes('alignment') && (largestAlignment === null || largestAlignment > PAGE_BYTES);
}

const OF_FRAMES = MISUSE_KINDS.filter((kind) => kind !== 'argument' && kind !== 'unaligned');
const ADDING: readonly MisuseKind[] = ['argument', 'present', 'unaligned'];

/** Whether memory is surely added that was removed: where RAM may not be added, and programs are drawn before they run, nobody knows what was. */
function addsAgain(profile: Profile): boolean {
  return profile.calls.includes('removeRegion') && !isUncaught(profile, 'present');
}

/** Whether allocations are tried that must fail. */
function fails({ outOfMemory }: Profile): boolean {
  return outOfMemory === 'fails';
}

/** Whether misuse of a kind can be, and has an effect. */
function isTried(profile: Profile, kind: MisuseKind): boolean {
  if (kind === 'unaligned' && profile.unalignedFree !== 'misuse') return false;
  if (kind === 'shared' && !(profile.calls.includes('retain') && profile.freesShared === 'never'))
    return false;
  if (kind === 'present' && !profile.calls.includes('addRegion')) return false;
  return (kind !== 'part' || profile.freeRuns === 'whole') && !isUncaught(profile, kind);
}

/** Whether a run on a target with these claims checks a clause. */
function isChecked(name: ClauseName, { profile, policies, seesWrites, inspects }: Claims): boolean {
  if (!isSequential(name)) return false;
  const [subject = ''] = name.split('.');
  const isCall = CALLS.some((call) => call === subject);
  if (isCall && !profile.calls.some((call) => call === subject)) return false;
  switch (name) {
    case 'init.kept':
      return profile.keeps === 'named';
    case 'allocPages.all-or-nothing':
      return profile.batches === 'whole';
    case 'allocPages.as-many':
      return profile.batches === 'partial';
    case 'retain.most':
      return profile.mostReferences !== null;
    case 'references.last':
      return profile.calls.includes('retain') && profile.calls.includes('freeAmount');
    case 'addRegion.free':
    case 'removeRegion.gone':
      return profile.calls.includes('freeAmount');
    case 'removed.withheld':
      return profile.calls.includes('removeRegion');
    case 'owner.agrees':
      return inspects;
    case 'contents.preserved':
      return seesWrites;
    case 'contents.zeroed':
      return seesWrites && profile.contents === 'zeroed';
    case 'allocBitmap.below-max':
    case 'allocWithin.below-max':
      return profile.runArguments.includes('maxAddr') && !hasOrders(profile);
    case 'allocBitmap.aligned':
    case 'allocWithin.aligned':
      return hasAlignedRuns(profile);
    case 'allocWithin.above-min':
      return profile.runArguments.includes('minAddr');
    case 'allocWithin.boundary':
      return profile.runArguments.includes('boundary');
    case 'policy.lifo':
    case 'policy.first-fit':
      return policies.some((policy) => name === `policy.${policy}`);
    case 'alloc.zone':
    case 'allocPages.zone':
      if (profile.singlePages === 'any-zone') return false;
      return profile.singlePages !== 'anywhere' || namedZones(profile) !== null;
    case 'allocBitmap.zone':
    case 'allocWithin.zone':
      return profile.zones !== 1;
    case 'failure.enomem':
      return fails(profile) && profile.failures.includes('errno');
    case 'failure.warns':
      return fails(profile) && profile.failures.includes('warning');
    case 'failure.unchanged':
      return fails(profile);
    case 'misuse.panics':
      return profile.misuse === 'panics' && MISUSE_KINDS.some((kind) => isTried(profile, kind));
    case 'misuse.unchanged':
      return MISUSE_KINDS.some((kind) => isTried(profile, kind));
    case 'amounts.total':
      return profile.calls.includes('totalAmount');
    case 'amounts.free':
    case 'freed.returns':
      return profile.calls.includes('freeAmount');
    case 'amounts.reserved':
      return profile.calls.includes('reservedAmount');
    default:
      return true;
  }
}

/** Returns the clauses that a run on a target with these claims checks. */
export function clausesOf(claims: Claims): readonly ClauseName[] {
  return CLAUSE_NAMES.filter((name) => isChecked(name, claims));
}

/** Whether a run on a target with these claims can meet a side of a clause that it checks. */
export function canMeetSide(name: ClauseName, side: 0 | 1, { profile }: Claims): boolean {
  const { calls, zones } = profile;
  switch (name) {
    case 'free.owner':
    case 'freeRegion.owner':
    case 'freePages.owner':
    case 'retain.owner':
    case 'release.owner':
      return side === 0 || MISUSE_KINDS.some((kind) => kind !== 'repeated' && isTried(profile, kind));
    case 'alloc.complete':
    case 'allocPages.complete':
    case 'allocPages.all-or-nothing':
    case 'allocBitmap.complete':
    case 'allocWithin.complete':
      return side === 0 || fails(profile);
    case 'contents.zeroed':
    case 'removed.withheld':
      return (
        side === 0 ||
        calls.includes('allocPages') ||
        (calls.some((call) => describedCall(call).effect === 'run') && largestRunOf(profile) > 1)
      );
    case 'addRegion.owner':
      return side === 0 || ADDING.some((kind) => isTried(profile, kind));
    case 'addRegion.free':
      return side === 1 || addsAgain(profile);
    case 'removeRegion.complete':
      return side === 0 || fails(profile);
    case 'freePages.distinct':
      return side === 0 || isTried(profile, 'repeated');
    case 'misuse.panics':
      return side === 0
        ? isTried(profile, 'argument') || isTried(profile, 'unaligned')
        : OF_FRAMES.some((kind) => isTried(profile, kind));
    case 'misuse.unchanged':
      return calls.some(
        (call) => !isAllocation(call) && parametersOf(call).length > 0 && namesOnePage(call) === (side === 0),
      );
    case 'alloc.page-aligned':
    case 'allocPages.page-aligned':
      return side === 0 || reachesFrame(profile, FOUR_GIB_FRAME);
    case 'init.free':
    case 'amounts.reserved':
      return side === 1 || profile.keeps === 'nothing';
    case 'init.withheld':
      return side === 0 || profile.keeps === 'nothing';
    case 'failure.enomem':
      return side === 0 || profile.errnoAfterSuccess === 'unchanged';
    case 'alloc.zone':
    case 'allocPages.zone':
      return side === 1 || hasBitmapZone(profile);
    case 'freed.returns':
      return side === 0 ? zones !== 2 || hasBitmapZone(profile) : zones === 2;
    case 'failure.unchanged':
      return side === 1
        ? calls.some((call) => ['run', 'removed'].includes(describedCall(call).effect))
        : calls.some((c) => c === 'alloc' || c === 'allocPages');
    case 'policy.first-fit':
      return side === 0 || hasAlignedRuns(profile);
    case 'policy.lifo':
      return calls.includes(side === 0 ? 'alloc' : 'allocPages');
    default:
      return true;
  }
}

/** The part of a situation that decides whether it can be met: its name, its calls, and how they end. */
export interface SituationShape {
  readonly name: string;
  readonly calls: readonly Call[];
  readonly ended: Outcome['kind'];
}

/** The kinds of misuse of situations that end in a panic, where it is not a foreign page frame. */
const MISUSES: Readonly<Record<string, readonly MisuseKind[]>> = {
  'free: twice': ['double-free'],
  'free: an address below the higher half': ['argument'],
  'free: an address beyond the last page frame': ['argument', 'foreign'],
  'freePages: a page frame named twice': ['repeated'],
  'freePages: a batch is refused': [],
  'retain: a free page frame': ['double-free'],
  'release: a free page frame': ['double-free'],
  'free: a page frame with several references': ['shared'],
  'addRegion: a free page frame': ['present'],
};

/** Whether the manager may keep memory for itself. */
function keepsAny({ keeps, neverBelow, bootMemory }: Profile): boolean {
  return keeps === 'named' || neverBelow > 0 || bootMemory === 'kept';
}

/** Situations that need two zones. */
const OF_TWO_ZONES = [
  'alloc: the page frame at the bitmap limit',
  'allocBitmap: a run ends exactly at the bitmap limit',
  'allocBitmap: a run in the last partial word of the zone',
  'freePages: pages of both zones',
  'allocAt: across the bitmap limit',
  'addRegion: across the bitmap limit',
  'removeRegion: across the bitmap limit',
  'freeRegion: straddles the bitmap limit',
  'freeRegion: refused across the bitmap limit',
];

/** Situations in which nothing is left free. */
const OF_THE_LAST = [
  'alloc: the last free page frame',
  'allocPages: exactly what is free',
  'allocBitmap: exactly what is free',
];

/** Whether a run on a target with these claims can meet a situation. */
export function canMeetSituation({ name, calls, ended }: SituationShape, claims: Claims): boolean {
  const { profile, takesAnyNumber } = claims;
  if (!calls.some((call) => profile.calls.includes(call))) return false;
  if (name === 'free: memory that the manager keeps' && !keepsAny(profile)) return false;
  if (ended === 'failed' && !fails(profile)) return false;
  if (profile.contiguous === 'orders' && OF_OTHER_COUNTS.includes(name)) return false;
  if (OF_THE_LAST.includes(name) && profile.holdsBack > 0) return false;
  if (name === 'allocPages: some of a batch') return profile.batches === 'partial';
  if (name === 'allocPages: one more than is free') return fails(profile) && profile.batches === 'whole';
  const isHandedOver = profile.bootMemory === 'handed-over';
  if (name === 'alloc: memory that boot code had, zeroed')
    return isHandedOver && profile.contents === 'zeroed';
  if (name === 'free: boot memory is handed over') return isHandedOver;
  if (name === 'addRegion: memory that was removed') return addsAgain(profile);
  if (name === 'retain: the most references') return profile.mostReferences !== null;
  if (ended === 'panicked') {
    const namesFrames = calls.some((call) => !isAllocation(call));
    if (profile.misuse !== 'panics' || !(namesFrames || takesAnyNumber)) return false;
    return (MISUSES[name] ?? [namesFrames ? 'foreign' : 'argument']).every((kind) => isTried(profile, kind));
  }
  // Of a run that is held, none is a part, and seldom is a region of none named elsewhere.
  const ofParts = ['freeRegion: straddles the bitmap limit', 'freeRegion: none'];
  if (ofParts.includes(name) && profile.freeRuns === 'whole') return false;
  // Nor are pages that were handed out one by one often neighbours across the limit.
  if (name === 'freeRegion: straddles the bitmap limit' && profile.bootMemory === 'kept') return false;
  if (name === 'free: a page frame of the bitmap zone' && !hasBitmapZone(profile)) return false;
  if (OF_TWO_ZONES.includes(name) && !(profile.zones === 2 && hasBitmapZone(profile))) return false;
  if (name.endsWith(': page frame 0') && (profile.neverBelow > 0 || typeof profile.keeps === 'number'))
    return false;
  if (name === 'alloc: page frame 0' && profile.fallback === 'none') return false;
  if (name === 'alloc: page frame 0' && profile.singlePages === 'stack-zone') return fixedZone(profile) === 0;
  if (name === 'alloc: refused although the bitmap zone has free page frames')
    return profile.singlePages === 'stack-zone' && hasBitmapZone(profile);
  if (name === 'alloc: a page frame at or above 8 TiB') return reachesFrame(profile, EIGHT_TIB_FRAME);
  if (['free: an address inside a page frame', 'freeRegion: none'].includes(name))
    return profile.unalignedFree === 'rounded-down' && canMeetRun(name, profile);
  return canMeetRun(name, profile);
}

/** Situations of contiguous allocations that need an argument. */
const OF_MAX_ADDR = ['allocBitmap: maxAddr excludes every run', 'allocBitmap: a run ends exactly at maxAddr'];
const OF_ALIGNMENT = [
  'allocBitmap: the alignment excludes every run',
  'allocBitmap: the alignment skips a lower run',
];

/** The page frames of the bitmap zone where its end is fixed; 0 where it may be anywhere, and at 0. */
function fixedZone({ bitmapZoneEnd }: Profile): number {
  return bitmapZoneEnd === null ? 0 : pfnOf(bitmapZoneEnd);
}

/** Whether the bitmap zone can have page frames: it may not end at 0 always. */
function hasBitmapZone({ bitmapZoneEnd }: Profile): boolean {
  return bitmapZoneEnd !== 0n;
}

/** Whether memory that the target manages can hold a free region of page frames. */
function hasRoomFor({ memoryBelow, neverBelow }: Profile, pages: number): boolean {
  return memoryBelow - neverBelow >= BigInt(pages) * PAGE_BYTES;
}

/** Whether a run may be as long. */
function mayBeGranted(profile: Profile, pages: number): boolean {
  const { runsWithin } = profile;
  return (
    hasRoomFor(profile, pages) && !(typeof runsWithin === 'bigint' && BigInt(pages) * PAGE_BYTES > runsWithin)
  );
}

const WORD_BITS = 32;

/** Whether the bitmap zone can end within a word. */
function endsWithinWord(profile: Profile): boolean {
  return profile.bitmapZoneEnd === null || fixedZone(profile) % WORD_BITS !== 0;
}

/** Situations of counts that have no order. */
const OF_OTHER_COUNTS = [
  'freeRegion: none',
  'allocBitmap: an argument that is not an unsigned 64-bit integer',
];

function canMeetRun(name: string, profile: Profile): boolean {
  if (name.startsWith('allocWithin: '))
    return profile.runArguments.includes(name.includes('minAddr') ? 'minAddr' : 'boundary');
  if (name === 'allocBitmap: a run in the last partial word of the zone') return endsWithinWord(profile);
  const { contiguous, alignments, runArguments } = profile;
  if (OF_MAX_ADDR.includes(name)) return runArguments.includes('maxAddr') && !hasOrders(profile);
  if (OF_ALIGNMENT.includes(name)) return hasAlignedRuns(profile);
  if (name === 'allocBitmap: an alignment that is not a power of two')
    return hasAlignedRuns(profile) && contiguous === 'any' && alignments === 'any';
  const pages = Number(/^allocBitmap: a run of (\d+) page frames$/.exec(name)?.[1] ?? 1);
  if (pages > largestRunOf(profile)) return false;
  const isRun = name.startsWith('allocBitmap: ');
  if (isRun && !mayBeGranted(profile, pages)) return false;
  if (isRun && profile.bitmapZoneEnd !== null && pages > fixedZone(profile)) return false;
  return contiguous === 'any' || isPowerOfTwo(pages);
}

/** Situations of a limit above 0. */
const OF_BITMAP_LIMIT = [
  'map: a region straddles the bitmap limit',
  'map: a region ends at the bitmap limit',
  'map: the bitmap limit lies beyond the end',
];

/** Whether generated memory maps for a target with these claims can be an instance of a situation. */
export function canMeetMap(name: string, { profile }: Claims): boolean {
  if (name === 'map: no bitmap zone') return fixedZone(profile) === 0;
  if (name === 'map: a bitmap zone that is not a multiple of a word') return endsWithinWord(profile);
  if (OF_BITMAP_LIMIT.includes(name)) return hasBitmapZone(profile);
  if (name === 'map: RAM above 4 GiB') return reachesFrame(profile, FOUR_GIB_FRAME);
  if (name === 'map: RAM above 8 TiB') return reachesFrame(profile, EIGHT_TIB_FRAME);
  return hasRoomFor(profile, Number(/^map: a free region of (\d+) page frames$/.exec(name)?.[1] ?? 0));
}

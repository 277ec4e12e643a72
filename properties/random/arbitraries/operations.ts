/**
 * Operations drawn wide: four large numbers that become an operation when its turn comes, depending on what is allocated by then.
 * Inside commands fast-check draws no edge values, so every kind of argument has a table of edges here: 0, 1, exactly what is free
 * and one more, both sides of each region and zone edge, the powers of two at which arithmetic wraps, and values that are not
 * unsigned 64-bit integers.
 */
import type { Scene } from '../../../runner/index.ts';
import { isWhole, type Passed } from '../../../runner/lean/index.ts';
import {
  CALLS,
  type Call,
  callPlace,
  describedCall,
  freeForSingles,
  namedZones,
  type Operation,
  type Ownership,
  PAGE_SIZE,
  type Parameter,
  type Profile,
  pageCount,
  parametersOf,
  type Reference,
  STANDARD_CALLS,
  U64_MAX,
  WHOLE,
} from '../../../spec/index.ts';
import { BAD_ARGUMENTS, bitsOf, Digits, extreme, powerOfTwo } from '../draws.ts';
import type { FourNumbers } from '../fast-check.ts';
import {
  nameAbsent,
  nameAddress,
  nameBatch,
  nameFree,
  nameRegion,
  namesFree,
  regionCount,
} from './addresses.ts';
import { edgeAddress, edgeFrame, type Prospect, SceneProspect } from './prospect.ts';

/** Four numbers drawn wide: one for the call, three for its arguments. */
export type Drawn = FourNumbers;

/**
 * The calls that a program may make, each as often as its weight.
 * @public
 */
export type Repertoire = readonly [Call, ...Call[]];

/**
 * Returns the repertoire of some calls without those whose bit of `off` is set (bit k: the k-th of `CALLS`). Programs that never make
 * some call get further with the others. If every call is off, all are on.
 * @public
 */
export function repertoire(off: number, calls: readonly Call[] = STANDARD_CALLS): Repertoire {
  if (calls !== STANDARD_CALLS) return computedRepertoire(off, calls);
  const computed = REPERTOIRES.get(off) ?? computedRepertoire(off, calls);
  REPERTOIRES.set(off, computed);
  return computed;
}

/** The repertoires of all calls computed so far, at most 512. */
const REPERTOIRES = new Map<number, Repertoire>();

function computedRepertoire(off: number, calls: readonly Call[]): Repertoire {
  const isOn = (call: Call): boolean => ((off >> CALLS.indexOf(call)) & 1) === 0;
  const on = calls.some(isOn) ? calls.filter(isOn) : calls;
  const [first = 'alloc', ...rest] = on.flatMap((call) => Array<Call>(describedCall(call).weight).fill(call));
  return [first, ...rest];
}

const WORD_COUNTS = [31, 32, 33, 63, 64, 65, 511, 512, 1023, 1024, 1025] as const;

/** Batches that can be granted have this many pages at most; one in sixteen may be longer. */
const USUAL_BATCH = 1200;
const LONGEST_BATCH = 2 ** 16 + 1;

type CountKind = 'few' | 'some' | 'word' | 'any' | 'free' | 'largest' | 'extreme';
type CountKinds = readonly [CountKind, ...CountKind[]];

const RUN_COUNTS: CountKinds = [
  ...(['few', 'few', 'few', 'few', 'some', 'word', 'free', 'extreme'] satisfies CountKinds),
  ...(['few', 'few', 'few', 'few', 'any', 'any', 'any', 'largest'] satisfies CountKinds),
];
/** Long batches are rare: a batch costs time for every page frame, a contiguous run does not. */
const BATCH_COUNTS: CountKinds = [
  ...(['few', 'few', 'few', 'few', 'some', 'some', 'free', 'extreme'] satisfies CountKinds),
  ...(['few', 'few', 'few', 'few', 'few', 'word', 'any', 'any'] satisfies CountKinds),
];

function countFrom(digits: Digits, kinds: CountKinds, free: number, state: Ownership): Passed {
  switch (digits.of(kinds)) {
    case 'few':
      return 1 + digits.next(8);
    case 'some':
      return 1 + digits.next(70);
    case 'word':
      return digits.of(WORD_COUNTS);
    case 'any':
      return digits.magnitude(bitsOf(free));
    case 'free':
      return Math.max(0, free + digits.of([0, 1, -1]));
    case 'largest':
      return Math.max(0, largestRun(state) + digits.of([0, 1, -1]));
    default:
      return extreme(digits);
  }
}

/** Returns the page frames of the largest free run of the bitmap zone. O(extents log page frames). */
export function largestRun(state: Ownership): number {
  let [fits, fails] = [0, state.freeIn('bitmap') + 1];
  while (fails - fits > 1) {
    const count = Math.floor((fits + fails) / 2);
    const request = { count: pageCount(count), limit: state.world.bitmapLimit, alignment: 1 };
    if (state.lowestFit(request) === null) fails = count;
    else fits = count;
  }
  return fits;
}

/** Returns the size of a batch. One that can be granted is mostly kept short: its cost is that of its pages. */
function batchCount(x: number, state: Ownership): Passed {
  const free = freeForSingles(state);
  const digits = new Digits(x);
  const most = digits.next(32) === 31 ? LONGEST_BATCH : USUAL_BATCH;
  const count = countFrom(digits, BATCH_COUNTS, free, state);
  const isPartial = state.world.profile.batches === 'partial';
  if (count <= most || (isPartial ? free <= most : count > free || !isWhole(count))) return count;
  return free <= LONGEST_BATCH ? most : 1 + (Number(count) % most);
}

/** Returns the number of page frames of a run. */
function runCount(x: number, state: Ownership): Passed {
  return countFrom(new Digits(x), RUN_COUNTS, state.freeIn('bitmap'), state);
}

const LIMIT_KINDS = ['none', 'none', 'edge', 'edge', 'edge', 'somewhere', 'any', 'extreme'] as const;

/** Returns the exclusive upper end of a run: none, at an edge, or anywhere. */
function maxAddrFrom(prospect: Prospect, y: number): Passed {
  const digits = new Digits(y);
  const zoneEnd = Number(prospect.world.config.bitmapMaxAddr);
  switch (digits.of(LIMIT_KINDS)) {
    case 'none':
      return U64_MAX;
    case 'edge':
      return edgeAddress(prospect, digits);
    case 'somewhere':
      return (zoneEnd / 64) * digits.next(64) + digits.of([0, 1, 4095]);
    case 'any':
      return digits.magnitude(52);
    default:
      return digits.next(4) === 0 ? zoneEnd : extreme(digits);
  }
}

const MIN_KINDS = ['none', 'none', 'edge', 'edge', 'somewhere', 'extreme'] as const;

function minAddrFrom(prospect: Prospect, y: number): Passed {
  const digits = new Digits(y);
  switch (digits.of(MIN_KINDS)) {
    case 'none':
      return 0;
    case 'edge':
      return edgeAddress(prospect, digits);
    case 'somewhere':
      return edgeFrame(prospect, digits) * PAGE_SIZE + digits.of([0, 1, 4095]);
    default:
      return extreme(digits);
  }
}

const BOUNDARY_KINDS = ['none', 'power', 'power', 'power', 'power', 'odd', 'any', 'extreme'] as const;

function boundaryFrom(z: number): Passed {
  const digits = new Digits(z);
  switch (digits.of(BOUNDARY_KINDS)) {
    case 'none':
      return digits.of([0, 0, 1, 4095]);
    case 'power':
      return PAGE_SIZE << digits.next(8);
    case 'odd':
      return (1 + digits.next(40)) * PAGE_SIZE + digits.of([0, 1, -1]);
    case 'any':
      return digits.magnitude(41);
    default:
      return extreme(digits);
  }
}

const ALIGNMENT_KINDS = [
  ...(['page', 'page', 'page', 'power', 'power', 'odd', 'odd', 'extreme'] as const),
  ...(['page', 'page', 'page', 'power', 'any', 'odd', 'any', 'zone'] as const),
] as const;
const EXTREME_ALIGNMENTS: readonly [Passed, ...Passed[]] = [0, 1, 4097, 1n << 63n, U64_MAX, ...BAD_ARGUMENTS];

/** Returns the alignment of a run, in bytes. */
function alignmentFrom(z: number, { world }: Prospect): Passed {
  const digits = new Digits(z);
  switch (digits.of(ALIGNMENT_KINDS)) {
    case 'page':
      return PAGE_SIZE;
    case 'power':
      return PAGE_SIZE << digits.next(7);
    case 'odd':
      return (1 + digits.next(digits.next(2) === 0 ? 20 : 2 ** 10)) * PAGE_SIZE + digits.of([0, 1, -1]);
    case 'any':
      return digits.next(2) === 0 ? digits.magnitude(41) : digits.magnitude(28) * PAGE_SIZE;
    case 'zone':
      return 2 ** digits.next(bitsOf(Number(world.config.bitmapMaxAddr)) + 1);
    default:
      return digits.next(2) === 0 ? digits.of(EXTREME_ALIGNMENTS) : powerOfTwo(digits);
  }
}

type RunKind = 'runCount' | 'minAddr' | 'maxAddr' | 'alignment' | 'boundary';

/** Returns an argument of a run as a manager of this profile supports it: bounded, a power of two, or none at all. */
function asClaimed(kind: RunKind, value: Passed, profile: Profile): Passed {
  if (kind === 'minAddr' || kind === 'boundary') {
    if (!profile.runArguments.includes(kind)) return 0;
    return kind === 'minAddr' || profile.alignments === 'any' ? value : roundedDown(value);
  }
  if (profile === WHOLE) return value;
  if (kind === 'maxAddr') {
    if (!profile.runArguments.includes('maxAddr')) return U64_MAX;
    return profile.limits === 'any' || value === U64_MAX ? inZone(value, profile) : roundedDown(value);
  }
  if (kind === 'runCount') return profile.contiguous === 'any' ? value : roundedDown(value);
  if (!profile.runArguments.includes('alignment')) return PAGE_SIZE;
  const { largestAlignment } = profile;
  if (largestAlignment !== null && isWhole(value) && value > largestAlignment)
    return Number(largestAlignment);
  return profile.contiguous === 'any' && profile.alignments === 'any' ? value : roundedDown(value);
}

/** Returns the limit as a manager takes it: where a zone ends, where it names zones. */
function inZone(value: Passed, profile: Profile): Passed {
  const ends = namedZones(profile)?.map(({ below }) => below ?? U64_MAX);
  return ends === undefined || !isWhole(value)
    ? value
    : (ends[Number(BigInt(value) % 101n) % ends.length] ?? U64_MAX);
}

/** Whether runs of a manager of this profile may be aligned to any number of pages. */
export function isAnyAlignmentClaimed({
  runArguments,
  largestAlignment,
  contiguous,
  alignments,
}: Profile): boolean {
  const isAny = contiguous === 'any' && alignments === 'any';
  return isAny && largestAlignment === null && runArguments.includes('alignment');
}

/** Rounds down to a power of two. */
function roundedDown(value: Passed): Passed {
  if (!isWhole(value) || Number(value) === 0) return value;
  const power = 1n << BigInt(BigInt(value).toString(2).length - 1);
  return typeof value === 'number' ? Number(power) : power;
}

/** Returns the argument that a number stands for, depending on the address drawn before it. */
function argumentFrom({ kind }: Parameter, x: number, prospect: Prospect): Passed {
  const { state } = prospect;
  const { profile } = state.world;
  switch (kind) {
    case 'batchCount':
      return batchCount(x, state);
    case 'runCount':
      return asClaimed(kind, runCount(x, state), profile);
    case 'regionCount': {
      const count = regionCount(prospect, x);
      const isOrdered = profile.contiguous === 'orders' && prospect.call.call === 'freeRegion';
      return isOrdered ? roundedDown(Number(count) === 0 ? 1 : count) : count;
    }
    case 'minAddr':
      return asClaimed(kind, minAddrFrom(prospect, x), profile);
    case 'maxAddr':
      return asClaimed(kind, maxAddrFrom(prospect, x), profile);
    case 'boundary':
      return asClaimed(kind, boundaryFrom(x), profile);
    default:
      return asClaimed('alignment', alignmentFrom(x, prospect), profile);
  }
}

/** Returns a number for an argument beyond the third. */
function mixed([, x, y, z]: Drawn, place: number): number {
  return Math.imul(x ^ (y >>> 3) ^ Math.imul(z, place), 0x9e37_79b1) >>> 1;
}

/** The parameters of each call, by its place. */
const PARAMETERS = CALLS.map(parametersOf);

/** Draws the call that four numbers stand for, depending on the state and the results so far. */
export function drawCall(prospect: Prospect, drawn: Drawn, calls: Repertoire): void {
  // By places: to take a list apart makes as many objects as it has entries.
  const chosen = calls[drawn[0] % calls.length] ?? calls[0];
  const at = callPlace(chosen);
  const parameters = PARAMETERS[at] ?? [];
  prospect.call.start(at);
  for (let place = 0; place < parameters.length; place += 1) {
    const parameter = parameters[place];
    if (parameter === undefined) return;
    if (parameter.kind === 'addresses') nameBatch(prospect, drawn);
    else if (parameter.kind !== 'address')
      prospect.call.pass(
        parameter,
        argumentFrom(parameter, drawn[place + 1] ?? mixed(drawn, place), prospect),
      );
    else if (chosen === 'addRegion') nameAbsent(prospect, drawn[1]);
    else if (namesFree(chosen)) nameFree(prospect, drawn[1]);
    else if (prospect.call.effect === 'region') nameRegion(prospect, drawn);
    else nameAddress(prospect, drawn[1]);
  }
}

/** Returns the operation that drawn numbers stand for at this point of a run. */
export function operationFrom(
  drawn: Drawn,
  scene: Scene,
  calls: Repertoire,
  prospect: SceneProspect = new SceneProspect(scene),
): Operation<Reference> {
  drawCall(prospect, drawn, calls);
  return prospect.call.toOperation(prospect.half);
}

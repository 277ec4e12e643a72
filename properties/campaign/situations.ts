/**
 * Situations: what a run must have met for its silence to mean something. Each is a `sometimes` property: not that it
 * holds, but that it happened. A full run that never reaches one of them fails, because it has not tested what it says.
 */
import {
  addressesOf,
  bitmapLimit,
  CALLS,
  type Call,
  endOf,
  frameEnd,
  MEMORY_TYPES,
  regionOf,
} from '../../spec/index.ts';
import type { JudgedStep, World } from '../execution.ts';
import {
  asked,
  badCount,
  base,
  count,
  excludedBy,
  hasJump,
  isBeyondEnd,
  isDuplicate,
  isOddAlignment,
  isUnaligned,
  kind,
  namesOwner,
  namesUnmapped,
  panicOwner,
  runEnd,
  skipsLower,
  straddles,
} from './step-facts.ts';

/** Something that a judged operation may be an instance of. */
interface StepSituation {
  readonly name: string;
  readonly calls: readonly Call[];
  occurs(step: JudgedStep): boolean;
}

/** Something that a memory map with its configuration may be an instance of. */
interface WorldSituation {
  readonly name: string;
  occurs(world: World): boolean;
}

const EIGHT_TIB_FRAME = 2 ** 31;
const FOUR_GIB_FRAME = 2 ** 20;
const FREES = ['free', 'freePages', 'freeRegion'] as const;

function sometimes(
  name: string,
  calls: Call | readonly Call[],
  occurs: (step: JudgedStep) => boolean,
): StepSituation {
  return { name, calls: typeof calls === 'string' ? [calls] : calls, occurs };
}

const SITUATIONS: readonly StepSituation[] = [
  sometimes('alloc: out of memory', 'alloc', (s) => kind(s) === 'failed'),
  sometimes(
    'alloc: refused although the bitmap zone has free page frames',
    'alloc',
    (s) => kind(s) === 'failed' && s.before.freeIn('bitmap') > 0,
  ),
  sometimes(
    'alloc: the last free page frame',
    'alloc',
    (s) => kind(s) === 'address' && s.after.freeIn('stack') === 0,
  ),
  sometimes('alloc: a page frame at or above 8 TiB', 'alloc', (s) => (base(s) ?? 0) >= EIGHT_TIB_FRAME),
  sometimes(
    'alloc: the page frame at the bitmap limit',
    'alloc',
    (s) => base(s) === s.before.world.bitmapLimit,
  ),
  sometimes('alloc: page frame 0', 'alloc', (s) => base(s) === 0),
  sometimes('allocPages: a batch is refused', 'allocPages', (s) => kind(s) === 'failed'),
  sometimes(
    'allocPages: one more than is free',
    'allocPages',
    (s) => kind(s) === 'failed' && count(s.operation) === BigInt(s.before.freeIn('stack')) + 1n,
  ),
  sometimes(
    'allocPages: exactly what is free',
    'allocPages',
    (s) => kind(s) === 'addresses' && count(s.operation) > 0n && s.after.freeIn('stack') === 0,
  ),
  sometimes('allocPages: none', 'allocPages', (s) => kind(s) === 'addresses' && count(s.operation) === 0n),
  sometimes('allocPages: a batch across a hole', 'allocPages', (s) => kind(s) === 'addresses' && hasJump(s)),
  sometimes(
    'allocPages: a count that is no unsigned 64-bit integer',
    'allocPages',
    (s) => kind(s) === 'panicked' && badCount(s),
  ),
  sometimes('allocBitmap: none', 'allocBitmap', (s) => kind(s) === 'failed' && count(s.operation) === 0n),
  sometimes(
    'allocBitmap: fragmentation refuses although enough is free',
    'allocBitmap',
    (s) =>
      kind(s) === 'failed' &&
      count(s.operation) > 1n &&
      count(s.operation) <= BigInt(s.before.freeIn('bitmap')),
  ),
  sometimes('allocBitmap: maxAddr excludes every run', 'allocBitmap', (s) => excludedBy(s, 'limit')),
  sometimes('allocBitmap: the alignment excludes every run', 'allocBitmap', (s) =>
    excludedBy(s, 'alignment'),
  ),
  sometimes('allocBitmap: the alignment skips a lower run', 'allocBitmap', skipsLower),
  sometimes(
    'allocBitmap: a run ends exactly at maxAddr',
    'allocBitmap',
    (s) => runEnd(s) === (asked(s)?.limit ?? -1) && runEnd(s) !== s.before.world.bitmapLimit,
  ),
  sometimes(
    'allocBitmap: a run ends exactly at the bitmap limit',
    'allocBitmap',
    (s) => runEnd(s) === s.before.world.bitmapLimit,
  ),
  sometimes('allocBitmap: page frame 0', 'allocBitmap', (s) => base(s) === 0),
  sometimes(
    'allocBitmap: an alignment that is no power of two',
    'allocBitmap',
    (s) => kind(s) === 'address' && isOddAlignment(asked(s)?.alignment ?? 1),
  ),
  sometimes(
    'allocBitmap: a count that exceeds memory',
    'allocBitmap',
    (s) => kind(s) === 'failed' && count(s.operation) > BigInt(s.before.world.total),
  ),
  sometimes(
    'allocBitmap: exactly what is free',
    'allocBitmap',
    (s) => kind(s) === 'address' && s.after.freeIn('bitmap') === 0,
  ),
  sometimes(
    'allocBitmap: an argument that is no unsigned 64-bit integer',
    'allocBitmap',
    (s) => kind(s) === 'panicked',
  ),
  sometimes('free: boot memory is handed over', FREES, (s) => kind(s) === 'done' && namesOwner(s, 'boot')),
  sometimes(
    'free: a page frame of the bitmap zone',
    'free',
    (s) => kind(s) === 'done' && s.after.freeIn('bitmap') > s.before.freeIn('bitmap'),
  ),
  sometimes('free: an address inside a page frame', 'free', (s) => kind(s) === 'done' && isUnaligned(s)),
  sometimes('free: twice', FREES, (s) => panicOwner(s) === 'pmm'),
  sometimes('free: firmware memory', FREES, (s) => panicOwner(s) === 'firmware'),
  sometimes('free: what is no RAM', FREES, (s) => panicOwner(s) === 'absent'),
  sometimes(
    'free: an address below the higher half',
    FREES,
    (s) => kind(s) === 'panicked' && namesUnmapped(s),
  ),
  sometimes(
    'free: an address beyond the last page frame',
    FREES,
    (s) => kind(s) === 'panicked' && isBeyondEnd(s),
  ),
  sometimes('freePages: a page frame named twice', 'freePages', isDuplicate),
  sometimes(
    'freePages: pages of both zones',
    'freePages',
    (s) =>
      kind(s) === 'done' &&
      s.after.freeIn('bitmap') > s.before.freeIn('bitmap') &&
      s.after.freeIn('stack') > s.before.freeIn('stack'),
  ),
  sometimes('freePages: a batch is refused', 'freePages', (s) => kind(s) === 'panicked'),
  sometimes(
    'freePages: none',
    'freePages',
    (s) => kind(s) === 'done' && addressesOf(s.operation).length === 0,
  ),
  sometimes(
    'freeRegion: straddles the bitmap limit',
    'freeRegion',
    (s) => kind(s) === 'done' && straddles(s),
  ),
  sometimes(
    'freeRegion: over a hole',
    'freeRegion',
    (s) => kind(s) === 'panicked' && namesOwner(s, 'caller') && panicOwner(s) === 'absent',
  ),
  sometimes(
    'freeRegion: refused across the bitmap limit',
    'freeRegion',
    (s) => kind(s) === 'panicked' && straddles(s),
  ),
  sometimes('freeRegion: none', 'freeRegion', (s) => kind(s) === 'done' && count(s.operation) === 0n),
  sometimes(
    'freeRegion: several page frames',
    'freeRegion',
    (s) => kind(s) === 'done' && count(s.operation) > 1n,
  ),
];

function regions({ map }: World) {
  return map.descriptors.filter((d) => d.pages > 0).map(regionOf);
}

function straddlesLimit(world: World): boolean {
  const limit = bitmapLimit(world.config);
  return regions(world).some((region) => region.base < limit && endOf(region) > limit);
}

function isUnsorted({ map }: World): boolean {
  return map.descriptors.some((d, i) => d.start < (map.descriptors[i - 1]?.start ?? 0n));
}

function hasHole(world: World): boolean {
  const bases = new Set<number>(regions(world).map(({ base }) => base));
  return regions(world).some((region) => endOf(region) < frameEnd(world.map) && !bases.has(endOf(region)));
}

/** Lengths of runs at which a word or a block of the bitmap is full, one short, or one over. */
const WORD_RUNS = [31, 32, 33, 63, 64, 65, 1023, 1024, 1025];
const WORD_BITS = 32;

const WORLD_SITUATIONS: readonly WorldSituation[] = [
  { name: 'map: page frame 0', occurs: (w) => regions(w).some((r) => r.base === 0) },
  { name: 'map: a region of one page frame', occurs: (w) => regions(w).some((r) => r.count === 1) },
  { name: 'map: an empty descriptor', occurs: (w) => w.map.descriptors.some((d) => d.pages === 0) },
  { name: 'map: unsorted', occurs: isUnsorted },
  { name: 'map: a hole', occurs: hasHole },
  { name: 'map: a region straddles the bitmap limit', occurs: straddlesLimit },
  {
    name: 'map: a region ends at the bitmap limit',
    occurs: (w) => regions(w).some((r) => endOf(r) === bitmapLimit(w.config)),
  },
  {
    name: 'map: a region starts at the bitmap limit',
    occurs: (w) => regions(w).some((r) => r.base === bitmapLimit(w.config)),
  },
  { name: 'map: RAM above 4 GiB', occurs: (w) => frameEnd(w.map) > FOUR_GIB_FRAME },
  { name: 'map: RAM above 8 TiB', occurs: (w) => frameEnd(w.map) > EIGHT_TIB_FRAME },
  { name: 'map: no bitmap zone', occurs: (w) => bitmapLimit(w.config) === 0 },
  {
    name: 'map: the bitmap limit lies beyond the end',
    occurs: (w) => bitmapLimit(w.config) > frameEnd(w.map),
  },
  {
    name: 'map: a bitmap zone that is no multiple of a word',
    occurs: (w) => bitmapLimit(w.config) % WORD_BITS !== 0,
  },
  ...Object.keys(MEMORY_TYPES).map((type) => ({
    name: `map: a descriptor of type ${type}`,
    occurs: (w: World) => w.map.descriptors.some((d) => d.type === type && d.pages > 0),
  })),
  ...WORD_RUNS.map((pages) => ({
    name: `map: a free region of ${pages} page frames`,
    occurs: (w: World) => w.map.descriptors.some((d) => d.type === 'conventional' && d.pages === pages),
  })),
];

/** The names of all situations, in the order in which they are listed. */
export const SITUATION_NAMES: readonly string[] = [...SITUATIONS, ...WORLD_SITUATIONS].map(
  ({ name }) => name,
);

/** Counts how often each situation was met. */
export class SituationCounts {
  readonly #counts = new Map<string, number>(SITUATION_NAMES.map((name) => [name, 0]));

  /** Takes note of a judged operation. O(situations of its call). */
  noteStep(step: JudgedStep): void {
    for (const { name, occurs } of BY_CALL.get(step.operation.call) ?? []) if (occurs(step)) this.#note(name);
  }

  /** Takes note of a world. O(descriptors). */
  noteWorld(world: World): void {
    for (const { name, occurs } of WORLD_SITUATIONS) if (occurs(world)) this.#note(name);
  }

  /** Returns how often each was met, by name. */
  toRecord(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }

  /** The names of those never met. */
  unmet(): readonly string[] {
    return SITUATION_NAMES.filter((name) => this.#counts.get(name) === 0);
  }

  #note(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }
}

const BY_CALL: ReadonlyMap<Call, readonly StepSituation[]> = new Map(
  CALLS.map((call) => [call, SITUATIONS.filter(({ calls }) => calls.includes(call))]),
);

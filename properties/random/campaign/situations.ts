/**
 * Situations: events that a run must meet before "no counterexample" means anything. Each is a `sometimes` property: it does not have
 * to hold, it has to happen. A full run that misses one fails, because it has not tested what it claims.
 */

import type { World } from '../../../runner/index.ts';
import { isWhole, type StepFacts } from '../../../runner/lean/index.ts';
import {
  bitmapLimit,
  CALLS,
  type Call,
  computedOnce,
  endOf,
  MEMORY_TYPES,
  type MemoryMap,
  OUTCOME_KINDS,
  type Outcome,
  pfnEnd,
  type Region,
  regionOf,
} from '../../../spec/index.ts';
import { type Claims, canMeetMap, canMeetSituation } from './reach.ts';
import {
  boundaryOf,
  count,
  excludedBy,
  hasJump,
  isBeyondEnd,
  isFreeBelowMin,
  isOddAlignment,
  isRamOfMap,
  namesOwner,
  namesTwice,
  namesUnmapped,
  ownerInMap,
  references,
  runEnd,
  startsAtMin,
  straddles,
} from './step-facts.ts';

/** A situation of a judged operation: a call that ended in a certain way, with a further condition. */
interface StepSituation {
  readonly name: string;
  readonly calls: readonly Call[];
  readonly ended: Outcome['kind'];
  readonly occurs: (step: StepFacts) => boolean;
}

/** A memory map with its configuration, in page frames; empty descriptors have no region. */
interface SurveyedWorld {
  readonly map: MemoryMap;
  readonly regions: readonly Region[];
  /** Bit k: a descriptor is of the k-th type of {@link TYPES}. */
  readonly types: number;
  /** Bit k: a free region is as long as the k-th of {@link WORD_RUNS}. */
  readonly freeRuns: number;
  readonly limit: number;
  readonly end: number;
}

/** A situation of a memory map with its configuration. */
interface WorldSituation {
  readonly name: string;
  readonly occurs: (world: SurveyedWorld) => boolean;
}

const EIGHT_TIB_FRAME = 2 ** 31;
const FOUR_GIB_FRAME = 2 ** 20;
const FREES = ['free', 'freePages', 'freeRegion'] as const;

function sometimes(
  name: string,
  [calls, ended]: readonly [Call | readonly Call[], Outcome['kind']],
  occurs: (step: StepFacts) => boolean = () => true,
): StepSituation {
  return { name, calls: typeof calls === 'string' ? [calls] : calls, ended, occurs };
}

/** Ways in which calls end. */
const REFUSED_PAGE = ['alloc', 'failed'] as const;
const PAGE = ['alloc', 'address'] as const;
const REFUSED_PAGES = ['allocPages', 'failed'] as const;
const PAGES = ['allocPages', 'addresses'] as const;
const REFUSED_RUN = ['allocBitmap', 'failed'] as const;
const RUN = ['allocBitmap', 'address'] as const;
const WITHIN = ['allocWithin', 'address'] as const;
const FREED = [FREES, 'done'] as const;
const MISUSED = [FREES, 'panicked'] as const;
const REGION_FREED = ['freeRegion', 'done'] as const;
const REGION_MISUSED = ['freeRegion', 'panicked'] as const;
const ADDED = ['addRegion', 'done'] as const;
const NOT_ADDED = ['addRegion', 'panicked'] as const;
const REMOVED = ['removeRegion', 'done'] as const;

/** Whether boot memory is handed out by a manager that claims to zero what it hands out. */
function isZeroedBoot(step: StepFacts): boolean {
  return step.state.world.profile.contents === 'zeroed' && ownerInMap(step, step.base) === 'boot';
}

/** Whether a run reaches past the last whole word of the bitmap zone. */
function endsInPartialWord(step: StepFacts): boolean {
  const { bitmapLimit: limit } = step.state.world;
  return runEnd(step) > limit - (limit % WORD_BITS);
}

/** Lengths of runs at which a word or a block of the bitmap is full, one short, or one over. */
const WORD_RUNS = [31, 32, 33, 63, 64, 65, 1023, 1024, 1025];
const WORD_BITS = 32;

const SITUATIONS: readonly StepSituation[] = [
  sometimes('alloc: out of memory', REFUSED_PAGE),
  sometimes(
    'alloc: refused although the bitmap zone has free page frames',
    REFUSED_PAGE,
    (s) => s.inBitmapBefore > 0,
  ),
  sometimes('alloc: the last free page frame', PAGE, (s) => s.inStackAfter === 0),
  sometimes('alloc: a page frame at or above 8 TiB', PAGE, (s) => s.base >= EIGHT_TIB_FRAME),
  sometimes('alloc: the page frame at the bitmap limit', PAGE, (s) => s.base === s.state.world.bitmapLimit),
  sometimes('alloc: page frame 0', PAGE, (s) => s.base === 0),
  sometimes('alloc: memory that boot code had, zeroed', PAGE, isZeroedBoot),
  sometimes('allocPages: a batch is refused', REFUSED_PAGES),
  sometimes('allocPages: one more than is free', REFUSED_PAGES, (s) => count(s) === s.inStackBefore + 1),
  sometimes('allocPages: exactly what is free', PAGES, (s) => s.inStackAfter === 0 && count(s) > 0),
  sometimes('allocPages: some of a batch', PAGES, (s) => s.pages > 0 && count(s) > s.pages),
  sometimes('allocPages: none', PAGES, (s) => Number(count(s)) === 0),
  sometimes('allocPages: a batch across a hole', PAGES, hasJump),
  sometimes(
    'allocPages: a count that is not an unsigned 64-bit integer',
    ['allocPages', 'panicked'],
    (s) => !isWhole(s.call.count),
  ),
  sometimes('allocBitmap: none', REFUSED_RUN, (s) => Number(count(s)) === 0),
  sometimes(
    'allocBitmap: fragmentation refuses although enough is free',
    REFUSED_RUN,
    (s) => count(s) > 1 && count(s) <= s.inBitmapBefore,
  ),
  sometimes('allocBitmap: maxAddr excludes every run', REFUSED_RUN, (s) => excludedBy(s, 'limit')),
  sometimes('allocBitmap: the alignment excludes every run', REFUSED_RUN, (s) => excludedBy(s, 'alignment')),
  sometimes(
    'allocBitmap: the alignment skips a lower run',
    RUN,
    (s) => s.lowestUnaligned >= 0 && s.lowestUnaligned !== s.base,
  ),
  sometimes(
    'allocBitmap: a run ends exactly at maxAddr',
    RUN,
    (s) => runEnd(s) === s.fitLimit && s.fitLimit !== s.state.world.bitmapLimit,
  ),
  sometimes(
    'allocBitmap: a run ends exactly at the bitmap limit',
    RUN,
    (s) => runEnd(s) === s.state.world.bitmapLimit,
  ),
  sometimes('allocBitmap: a run in the last partial word of the zone', RUN, endsInPartialWord),
  ...WORD_RUNS.map((pages) =>
    sometimes(`allocBitmap: a run of ${pages} page frames`, RUN, (s) => s.pages === pages),
  ),
  sometimes('allocBitmap: page frame 0', RUN, (s) => s.base === 0),
  sometimes('allocBitmap: an alignment that is not a power of two', RUN, (s) =>
    isOddAlignment(s.fitAlignment),
  ),
  sometimes('allocBitmap: a count that exceeds memory', REFUSED_RUN, (s) => count(s) > s.state.world.total),
  sometimes('allocBitmap: exactly what is free', RUN, (s) => s.inBitmapAfter === 0),
  sometimes('allocBitmap: an argument that is not an unsigned 64-bit integer', ['allocBitmap', 'panicked']),
  sometimes('free: boot memory is handed over', FREED, (s) => s.bootAfter < s.bootBefore),
  sometimes(
    'free: a page frame of the bitmap zone',
    ['free', 'done'],
    (s) => s.inBitmapAfter > s.inBitmapBefore,
  ),
  sometimes('free: an address inside a page frame', ['free', 'done'], (s) => s.call.isUnaligned),
  sometimes('free: twice', MISUSED, (s) => s.panicOwner === 'pmm'),
  sometimes('free: firmware memory', MISUSED, (s) => s.panicOwner === 'firmware'),
  sometimes('free: memory that the manager keeps', MISUSED, (s) => s.panicOwner === 'kept'),
  sometimes('free: an address that is not RAM', MISUSED, (s) => s.panicOwner === 'absent'),
  sometimes('free: an address below the higher half', MISUSED, namesUnmapped),
  sometimes('free: an address beyond the last page frame', MISUSED, isBeyondEnd),
  sometimes('freePages: a page frame named twice', ['freePages', 'panicked'], namesTwice),
  sometimes(
    'freePages: pages of both zones',
    ['freePages', 'done'],
    (s) => s.inBitmapAfter > s.inBitmapBefore && s.inStackAfter > s.inStackBefore,
  ),
  sometimes('freePages: a batch is refused', ['freePages', 'panicked']),
  sometimes('freePages: none', ['freePages', 'done'], (s) => s.call.named === 0),
  sometimes('freeRegion: straddles the bitmap limit', REGION_FREED, straddles),
  sometimes(
    'freeRegion: over a hole',
    REGION_MISUSED,
    (s) => s.panicOwner === 'absent' && namesOwner(s, 'caller'),
  ),
  sometimes('freeRegion: refused across the bitmap limit', REGION_MISUSED, straddles),
  sometimes('freeRegion: none', REGION_FREED, (s) => Number(count(s)) === 0),
  sometimes('freeRegion: several page frames', REGION_FREED, (s) => count(s) > 1),
  sometimes('allocAt: several page frames', ['allocAt', 'address'], (s) => s.pages > 1),
  sometimes('allocAt: across the bitmap limit', ['allocAt', 'address'], straddles),
  sometimes('allocAt: a page frame that a caller has', ['allocAt', 'failed'], (s) => namesOwner(s, 'caller')),
  sometimes('allocWithin: a run starts exactly at minAddr', WITHIN, (s) => s.base > 0 && startsAtMin(s)),
  sometimes('allocWithin: minAddr skips a lower run', WITHIN, (s) => isFreeBelowMin(s)),
  sometimes('allocWithin: a run ends exactly at a boundary', WITHIN, (s) => runEnd(s) % boundaryOf(s) === 0),
  sometimes('allocWithin: a run is as long as the boundary', WITHIN, (s) => s.pages === boundaryOf(s)),
  sometimes(
    'allocWithin: minAddr excludes every run',
    ['allocWithin', 'failed'],
    (s) => s.fitCount >= 0 && isFreeBelowMin(s),
  ),
  sometimes('addRegion: memory that was removed', ADDED, isRamOfMap),
  sometimes('addRegion: memory that the map does not list as RAM', ADDED, (s) => !isRamOfMap(s)),
  sometimes('addRegion: across the bitmap limit', ADDED, straddles),
  sometimes('addRegion: a free page frame', NOT_ADDED, (s) => s.panicOwner === 'pmm'),
  sometimes('removeRegion: several page frames', REMOVED, (s) => count(s) > 1),
  sometimes('removeRegion: across the bitmap limit', REMOVED, straddles),
  sometimes('removeRegion: all that is free', REMOVED, (s) => s.inBitmapAfter + s.inStackAfter === 0),
  sometimes('removeRegion: a page frame that a caller has', ['removeRegion', 'failed'], (s) =>
    namesOwner(s, 'caller'),
  ),
  sometimes('retain: a page frame that is shared already', ['retain', 'done'], (s) => references(s) > 1),
  sometimes('retain: the most references', ['retain', 'failed']),
  sometimes('retain: a free page frame', ['retain', 'panicked'], (s) => s.panicOwner === 'pmm'),
  sometimes('release: a free page frame', ['release', 'panicked'], (s) => s.panicOwner === 'pmm'),
  sometimes('release: one reference of several', ['release', 'done'], (s) => references(s) > 1),
  sometimes('release: the last reference', ['release', 'done'], (s) => references(s) === 1),
  sometimes('free: a page frame with several references', [FREES, 'panicked'], (s) => references(s) > 1),
];

const TYPES = Object.keys(MEMORY_TYPES);

function survey({ map, config }: World): SurveyedWorld {
  const regions: Region[] = [];
  let types = 0;
  let freeRuns = 0;
  for (const descriptor of map.descriptors) {
    const { type, pages } = descriptor;
    if (pages === 0) continue;
    regions.push(regionOf(descriptor));
    types |= 1 << TYPES.indexOf(type);
    const place = type === 'conventional' ? WORD_RUNS.indexOf(pages) : -1;
    if (place >= 0) freeRuns |= 1 << place;
  }
  return { map, regions, types, freeRuns, limit: bitmapLimit(config), end: pfnEnd(map) };
}

function straddlesLimit({ regions, limit }: SurveyedWorld): boolean {
  return regions.some((region) => region.base < limit && endOf(region) > limit);
}

function isUnsorted({ map }: SurveyedWorld): boolean {
  return map.descriptors.some((d, i) => i > 0 && d.start < (map.descriptors[i - 1]?.start ?? 0n));
}

function hasHole({ regions, end }: SurveyedWorld): boolean {
  const bases = new Set<number>(regions.map(({ base }) => base));
  return regions.some((region) => endOf(region) < end && !bases.has(endOf(region)));
}

const WORLD_SITUATIONS: readonly WorldSituation[] = [
  { name: 'map: page frame 0', occurs: (w) => w.regions.some((r) => r.base === 0) },
  { name: 'map: a region of one page frame', occurs: (w) => w.regions.some((r) => r.count === 1) },
  { name: 'map: an empty descriptor', occurs: (w) => w.regions.length < w.map.descriptors.length },
  { name: 'map: unsorted', occurs: isUnsorted },
  { name: 'map: a hole', occurs: hasHole },
  { name: 'map: a region straddles the bitmap limit', occurs: straddlesLimit },
  {
    name: 'map: a region ends at the bitmap limit',
    occurs: (w) => w.regions.some((r) => endOf(r) === w.limit),
  },
  {
    name: 'map: a region starts at the bitmap limit',
    occurs: (w) => w.regions.some((r) => r.base === w.limit),
  },
  { name: 'map: RAM above 4 GiB', occurs: (w) => w.end > FOUR_GIB_FRAME },
  { name: 'map: RAM above 8 TiB', occurs: (w) => w.end > EIGHT_TIB_FRAME },
  { name: 'map: no bitmap zone', occurs: (w) => w.limit === 0 },
  { name: 'map: the bitmap limit lies beyond the end', occurs: (w) => w.limit > w.end },
  {
    name: 'map: a bitmap zone that is not a multiple of a word',
    occurs: (w) => w.limit % WORD_BITS !== 0,
  },
  ...TYPES.map((type, k) => ({
    name: `map: a descriptor of type ${type}`,
    occurs: ({ types }: SurveyedWorld) => ((types >> k) & 1) === 1,
  })),
  ...WORD_RUNS.map((pages, k) => ({
    name: `map: a free region of ${pages} page frames`,
    occurs: ({ freeRuns }: SurveyedWorld) => ((freeRuns >> k) & 1) === 1,
  })),
];

/** The names of all situations, in the order in which they are listed. */
export const SITUATION_NAMES: readonly string[] = [...SITUATIONS, ...WORLD_SITUATIONS].map(
  ({ name }) => name,
);

/** Whether a run on a target with these claims can meet a situation. */
export function canMeet(name: string, claims: Claims): boolean {
  const situation = SITUATIONS.find((each) => each.name === name);
  return situation === undefined ? canMeetMap(name, claims) : canMeetSituation(situation, claims);
}

/** A situation with its place in the list. */
interface PlacedSituation extends StepSituation {
  readonly place: number;
}

/** The situations that a step can be an instance of, by the call and then by how it ended. */
const BY_ENDING: readonly (readonly PlacedSituation[])[] = CALLS.flatMap((call) =>
  OUTCOME_KINDS.map((kind) =>
    SITUATIONS.map(({ name, calls, ended, occurs }, place) => ({ name, calls, ended, occurs, place })).filter(
      ({ calls, ended }) => calls.includes(call) && ended === kind,
    ),
  ),
);

/** Returns the places of the situations of a world. */
const situationsOf = computedOnce((world: World): readonly number[] => {
  const surveyed = survey(world);
  const places: number[] = [];
  for (const [i, { occurs }] of WORLD_SITUATIONS.entries())
    if (occurs(surveyed)) places.push(SITUATIONS.length + i);
  return places;
});

/** Counts how often each situation was met. */
export class SituationCounts {
  /** By the place of the situation in {@link SITUATION_NAMES}. */
  readonly #counts = new Float64Array(SITUATION_NAMES.length);

  /** Counts the situations of a judged operation. O(situations of its call). */
  noteStep(step: StepFacts): void {
    const ending = step.call.place * OUTCOME_KINDS.length + step.ended;
    const situations = BY_ENDING[ending] ?? [];
    for (let i = 0; i < situations.length; i += 1) {
      const situation = situations[i];
      if (situation?.occurs(step) === true) this.#note(situation.place);
    }
  }

  /** Counts the situations of a world. O(descriptors), and O(situations) for a world that was counted before. */
  noteWorld(world: World): void {
    for (const place of situationsOf(world)) this.#note(place);
  }

  /** Returns how often each situation was met, by name. */
  toRecord(): Readonly<Record<string, number>> {
    return Object.fromEntries(SITUATION_NAMES.map((name, i) => [name, this.#counts[i] ?? 0]));
  }

  #note(place: number): void {
    this.#counts[place] = (this.#counts[place] ?? 0) + 1;
  }
}

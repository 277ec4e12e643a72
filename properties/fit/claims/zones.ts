/** Claims about zones: their number, where they end, and which serve for each other. */
import type { World } from '../../../runner/index.ts';
import {
  config,
  hasOrders,
  largestRunOf,
  memoryMap,
  namedZones,
  type Operation,
  PAGE_BYTES,
  type Profile,
  type Program,
  physicalAddress,
  type Reference,
  toHex,
  U64_MAX,
} from '../../../spec/index.ts';
import {
  type Broken,
  type Candidate,
  freeWorld,
  MANY,
  powersBelow,
  run,
  SINGLES,
  single,
} from '../candidate.ts';

export const ONE_ZONE = { zones: 1, singlePages: 'anywhere' };

/** Runs that need more than the bitmap zone of the roomy world. */
function manyRuns(profile: Profile): Program {
  const pages = Math.min(largestRunOf(profile), 1024);
  return Array<Operation<Reference>>(Math.ceil(MANY / pages)).fill(run(BigInt(pages)));
}

/** Where a zone may end that was compiled in: from 8 KiB up to 4 GiB. */
const ZONE_ENDS = powersBelow(2n ** 32n + 1n, 2n * PAGE_BYTES);

/** A bitmap zone that ends at the same address whatever the configuration says: tried with memory on both sides. */
function ofFixedZones(profile: Profile): readonly Candidate[] {
  const heldBack = BigInt(profile.holdsBack);
  return ZONE_ENDS.filter((end) => end < profile.memoryBelow).flatMap((end) => {
    const middle = end / PAGE_BYTES;
    const half = middle < 64n ? middle : 64n;
    // The lowest page frames might be the ones that are held back.
    if (half <= heldBack + 1n) return [];
    const above = half + heldBack;
    const probed = freeWorld(middle - half, middle + above, middle + above / 2n);
    // One page frame less below: were the lowest ones held back, as many would be left in both worlds.
    const controlled = freeWorld(middle - half + 1n, middle + above, middle);
    const singles = Array<Operation<Reference>>(Number(above)).fill(single(profile));
    // All below but one page frame, by blocks where there is nothing else: memory that is only left unused is no zone.
    const below = profile.contiguous === 'any' ? [half - 1n] : powersBelow(half, 1n).toReversed();
    return {
      claims: { bitmapZoneEnd: toHex(end) },
      condition: `its bitmap zone always ends at ${toHex(end)}`,
      probes: [[...singles, single(profile)], [run(half + above / 2n)]],
      // One more must fail: an allocator that hands out high page frames first has no zones for that.
      controls: [[...singles, single(profile)], [...below, 1n].map((count) => run(count))],
      worlds: { probed, controlled },
    };
  });
}

/** Zones by address, one named by a request: one more than are claimed, tried with memory on both sides of the line. */
export function ofNamedZones(profile: Profile): readonly Candidate[] {
  if (hasOrders(profile)) return [];
  const zones = namedZones(profile) ?? [{ name: 'high' }];
  const ends = zones.flatMap(({ below }) => (below === undefined ? [] : [below]));
  const isNew = (end: bigint): boolean =>
    end >= 2n ** 16n && end < profile.memoryBelow && ends.every((other) => other !== end);
  return ZONE_ENDS.filter(isNew).map((end) => {
    const { runArguments } = profile;
    const middle = end / PAGE_BYTES;
    const apart = ends.map((other) => (other < end ? end - other : other - end) / PAGE_BYTES);
    const half = [64n, ...apart].reduce((a, b) => (a < b ? a : b), middle);
    const world = freeWorld(middle - half, middle + half, middle);
    const at = ends.filter((other) => other < end).length;
    const anywhere = ends[at] ?? U64_MAX;
    const any = (count: bigint): Operation<Reference> => run(count, PAGE_BYTES, anywhere);
    const below = run(1n, PAGE_BYTES, end);
    const all = Array<Operation<Reference>>(Number(half)).fill(any(1n));
    const name = ends.length === 0 ? 'low' : `below-${toHex(end)}`;
    return {
      claims: {
        zones: zones
          .toSpliced(at, 0, { name, below: physicalAddress(end) })
          .map((zone) => (zone.below === undefined ? zone : { ...zone, below: toHex(zone.below) })),
        // A limit names the zone, though it seemed to have none.
        ...(runArguments.includes('maxAddr') ? {} : { runArguments: ['maxAddr', ...runArguments] }),
      },
      condition: `it has a zone below ${toHex(end)}, and no run reaches out of it`,
      question: 'is it on purpose that runs are refused which reach across this address?',
      probes: [[any(half + 1n)], [any(2n * half)]],
      controls: [[any(half)], [any(half - 1n)], [below], [...all, below]],
      worlds: { probed: world, controlled: world },
    };
  });
}

/** Most zones of which every list is tried: of four there are 16 for each. */
const LISTED_ZONES = 4;

/** Page frames of each zone while lists are tried. */
const ZONE_PAGES = 4;

/** Returns every order of some of the names. */
function listsOf(names: readonly string[]): readonly (readonly string[])[] {
  const longer = names.flatMap((name) =>
    listsOf(names.filter((other) => other !== name)).map((list) => [name, ...list]),
  );
  return [[], ...longer];
}

/** Returns a world in which each named zone has a few page frames, and how many there are. */
function zonesWorld(profile: Profile): { readonly world: World; readonly pages: number } {
  const zones = namedZones(profile) ?? [];
  const size = BigInt(ZONE_PAGES) * PAGE_BYTES;
  const map = memoryMap(
    zones.map(({ below }, i) =>
      below === undefined
        ? {
            type: 'conventional',
            start: zones[i - 1]?.below ?? 0n,
            pages: ZONE_PAGES + profile.memoryAtLeast,
          }
        : { type: 'conventional', start: below - size, pages: ZONE_PAGES },
    ),
  );
  return { world: { map, config: config() }, pages: ZONE_PAGES * zones.length + profile.memoryAtLeast };
}

/** Requests for a zone, one page frame each, until nothing is left. */
function requestsFor(profile: Profile, named: number): Pick<Candidate, 'probes' | 'controls' | 'worlds'> {
  const zones = namedZones(profile) ?? [];
  const { world, pages } = zonesWorld(profile);
  const maxAddr = zones[named]?.below ?? U64_MAX;
  const request = profile.calls.includes('allocBitmap') ? run(1n, PAGE_BYTES, maxAddr) : single(profile);
  const times = (many: number): Program => Array<Operation<Reference>>(many).fill(request);
  return {
    probes: [times(pages + 1)],
    controls: [times(ZONE_PAGES)],
    worlds: { probed: world, controlled: world },
  };
}

/** The zones that serve for the k-th one. */
export function listsFor(profile: Profile, k: number): readonly Candidate[] {
  const zones = namedZones(profile) ?? [];
  const size = BigInt(ZONE_PAGES) * PAGE_BYTES;
  const areWide = zones.every(
    ({ below }, i) => below === undefined || below - (zones[i - 1]?.below ?? 0n) >= size,
  );
  const zone = zones[k];
  if (zone === undefined || zones.length > LISTED_ZONES || !areWide) return [];
  const tried = requestsFor(profile, k);
  const below = zones.slice(0, k).map(({ name }) => name);
  const others = zones.map(({ name }) => name).filter((name) => name !== zone.name);
  return listsOf(others).map((fallback): Candidate => {
    const isOfAllBelow = fallback.length === k && fallback.every((name) => below.includes(name));
    const claimed = zones.map((other) => ({
      ...other,
      ...(other.below === undefined ? {} : { below: toHex(other.below) }),
      ...(other === zone ? { fallback } : {}),
    }));
    return {
      claims: { zones: claimed },
      condition: `a request for zone ${zone.name} is served by ${fallback.join(', then by ') || 'no other'} where it has no run`,
      ...(isOfAllBelow ? {} : { isHintOnly: true }),
      ...tried,
    };
  });
}

/** Single pages that come from other named zones than the last one: tried until nothing is left. */
function ofAnyZone(clause: string, profile: Profile): readonly Candidate[] {
  if (!isOfSingles(clause) || profile.singlePages === 'any-zone') return [];
  const { world, pages } = zonesWorld(profile);
  const all = Array<Operation<Reference>>(pages).fill(single(profile));
  return [
    {
      claims: { singlePages: 'any-zone' },
      condition: 'single pages come from any of its zones',
      question: 'is it on purpose that they take memory of lower zones while there is other?',
      probes: [all, [...all, single(profile)]],
      worlds: { probed: world, controlled: world },
    },
  ];
}

export function ofFallback({ clause, moment: { demand }, profile }: Broken): readonly Candidate[] {
  const zones = namedZones(profile);
  if (zones === null || demand === null || !/\.(zone|complete|below-max)$/.test(clause)) return [];
  const { operation } = demand;
  const maxAddr = 'maxAddr' in operation ? operation.maxAddr : U64_MAX;
  const k = zones.findIndex(({ below = U64_MAX }) => below === maxAddr);
  const listed = listsFor(profile, k);
  const anyZone = ofAnyZone(clause, profile);
  if (hasOrders(profile) || profile.fallback === 'none') return [...listed, ...anyZone];
  const nobody = { claims: { fallback: 'none' }, condition: 'no zone serves for another' };
  return [
    ...listed.slice(0, 1).map((list): Candidate => ({ ...list, ...nobody, isHintOnly: true })),
    ...listed,
    ...anyZone,
  ];
}

function isOfSingles(clause: string): boolean {
  return SINGLES.some((call) => clause === `${call}.zone` || clause === `${call}.complete`);
}

export function ofZones({ clause, profile }: Broken): readonly Candidate[] {
  if (profile.zones !== 2 && clause === 'allocBitmap.complete') return ofNamedZones(profile);
  if (profile.zones !== 2) return [];
  const fixed = profile.bitmapZoneEnd === null ? ofFixedZones(profile) : [];
  const oneZone: Candidate = {
    claims: ONE_ZONE,
    condition: 'it has one zone, in which single pages and runs lie anywhere',
    probes: [manyRuns(profile)],
  };
  if (/^alloc(Bitmap|Within)\.(zone|complete)$/.test(clause)) return [...fixed, oneZone];
  if (!isOfSingles(clause) || profile.singlePages === 'anywhere') return [];
  const alloc: Operation<Reference> = { call: 'alloc' };
  const probes: readonly Program[] = [
    [{ call: 'allocPages', count: BigInt(MANY) }],
    Array<typeof alloc>(MANY).fill(alloc),
  ];
  return [
    ...fixed,
    {
      claims: { singlePages: 'stack-zone-first' },
      condition: 'single pages come from the bitmap zone too, once the stack zone has none',
      probes,
    },
    {
      claims: { singlePages: 'anywhere' },
      condition: 'single pages come from either zone',
      // That they come from both is known where it claims an order.
      probes: profile.singlePages === 'stack-zone' ? probes : [],
    },
    ...(profile.calls.includes('allocBitmap') ? [oneZone] : []),
  ];
}

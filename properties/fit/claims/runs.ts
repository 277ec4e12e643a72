/** Claims about runs: their counts, alignments, limits and boundaries. */
import {
  namedZones,
  type Operation,
  PAGE_BYTES,
  type Profile,
  type Program,
  type Reference,
  toHex,
  U64_MAX,
} from '../../../spec/index.ts';
import {
  type Broken,
  bounded,
  type Candidate,
  fewPages,
  free,
  freeWorld,
  isPowerOfTwo,
  page,
  powersBelow,
  run,
  single,
} from '../candidate.ts';

/** Runs of an alignment, or twice that, at first and after others: a defect, as of single page frames, seldom breaks most of them. */
function alignedRuns({ largestRequest, largestRun }: Profile, alignment: bigint): readonly Program[] {
  const most = Math.min(largestRequest ?? Infinity, largestRun ?? Infinity);
  // What is refused whatever its alignment tells nothing.
  const of = (count: bigint, aligned?: bigint): Operation<Reference> =>
    run(count <= most ? count : 1n, aligned);
  return [
    [of(1n, alignment)],
    [of(2n, 2n * alignment)],
    [of(2n), of(4n, alignment)],
    [of(4n), of(2n, 2n * alignment)],
    [of(1n), of(1n), of(2n, alignment)],
    [of(8n), of(1n), of(1n, 2n * alignment)],
  ];
}

/** Counts up to this, and twice as many, have room where probes are made otherwise. */
const ROOMY = 2n ** 11n;
/** Larger ones than this are not tried: an init that touches each page takes long. */
const MOST = 2n ** 16n;

/** Returns the worlds of probes that ask for twice as many page frames as this, aligned to that, in either zone. */
function roomFor(largest: bigint, { memoryBelow }: Profile): Pick<Candidate, 'worlds'> {
  const end = 8n * largest < memoryBelow / PAGE_BYTES ? 8n * largest : memoryBelow / PAGE_BYTES;
  if (largest <= ROOMY || largest > MOST || end < 4n * largest) return {};
  const world = freeWorld(1n, end, end / 2n);
  return { worlds: { probed: world, controlled: world } };
}

/** Runs whose alignment is a power of two; the first one is aligned by chance where runs come from the end of a block. */
const EVEN: readonly Program[] = [
  ...[2n, 4n, 8n].map((pages) => [run(1n, pages * PAGE_BYTES)]),
  [run(1n), run(1n, 4n * PAGE_BYTES)],
];

/** The counts of a run that are not powers of two. */
const ODD = [3n, 5n, 6n, 7n];

/** A run that ends at a page frame, where page frame 0 is not free. */
function upTo(end: bigint): Program {
  return [run(end - 1n, PAGE_BYTES, end * PAGE_BYTES)];
}

/** A page frame that lies before one, when all below are taken. */
function singlyUpTo(end: bigint): Program {
  const below = Array<Operation<Reference>>(Number(end) - 2).fill(run(1n));
  return [...below, run(1n, PAGE_BYTES, end * PAGE_BYTES)];
}

/** Arguments that only `allocWithin` has. */
export function ofBounds({ moment: { demand, response }, profile }: Broken): readonly Candidate[] {
  const operation = demand?.operation;
  if (operation?.call !== 'allocWithin') return [];
  const { minAddr, boundary } = operation;
  const without = (name: 'minAddr' | 'boundary'): Candidate['claims'] => ({
    runArguments: profile.runArguments.filter((other) => other !== name),
  });
  const powers = powersBelow(17n, 1n);
  const list: (Candidate | false)[] = [
    minAddr !== 0n &&
      response.outcome.kind === 'address' && {
        claims: without('minAddr'),
        condition: 'its runs have no lower limit (minAddr)',
        question: 'does its call take no such limit?',
        probes: [2n ** 41n, 2n ** 42n, 2n ** 51n].map((end) => [bounded(1n, { minAddr: end })]),
        controls: [[bounded(1n, {})]],
      },
    boundary >= PAGE_BYTES &&
      response.outcome.kind === 'address' && {
        claims: without('boundary'),
        condition: 'its runs may cross any boundary',
        question: 'does its call take no boundary?',
        // Runs that must cross, and runs in whose midst there is a boundary: a defect is often at an edge.
        probes: [
          ...powers.map((pages) => [bounded(pages + 1n, { boundary: pages * PAGE_BYTES })]),
          ...powers.map((pages) => [
            bounded(12n * pages, {}),
            bounded(8n * pages, { boundary: 16n * pages * PAGE_BYTES }),
          ]),
        ],
        controls: powers.map((pages) => [bounded(pages, {})]),
      },
    typeof boundary === 'bigint' &&
      !isPowerOfTwo(boundary) && {
        claims: { alignments: 'powers-of-two' },
        condition: 'alignments and boundaries of its runs are powers of two',
        probes: ODD.map((pages) => Array(8).fill(bounded(pages - 1n, { boundary: pages * PAGE_BYTES }))),
        controls: powers.map((pages) => [bounded(pages, { boundary: pages * PAGE_BYTES })]),
      },
  ];
  return list.filter((one) => one !== false);
}

/** Groups of 2, 4 and so on, up to 4096 page frames. */
const LARGEST_GROUP = 12;

/** Runs that are refused though they are free: page frames lie in a list per CPU once they were freed. */
export function ofSearch({ clause, profile }: Broken): readonly Candidate[] {
  if (!clause.endsWith('.complete') || profile.search === 'partial') return [];
  const { world, pages } = fewPages(profile);
  const all = Array<Operation<Reference>>(pages).fill(
    profile.singlePages === 'anywhere' ? single(profile) : run(1n),
  );
  const freed = (count: number): Program => Array.from({ length: count }, (_, i) => free(page(0, 0n, i)));
  return [
    {
      claims: { search: 'partial' },
      condition: 'a run may be refused although it is free, since page frames lie in a list per CPU',
      isHintOnly: true,
      probes: [...[1, 2, 3, 4].map((count): Program => [...all, ...freed(count), run(1n)])],
      controls: [all, [run(2n), run(1n)]],
      worlds: { probed: world, controlled: world },
    },
  ];
}

/** Where no run crosses a multiple of some page frames, as of a word of a bitmap: tried around one that is no power of two. */
export function ofGroups({ clause, moment: { response }, profile }: Broken): readonly Candidate[] {
  const isRefused = response.outcome.kind === 'failed' && clause.endsWith('.complete');
  if (!isRefused || profile.runsWithin !== 'memory') return [];
  const { memoryAtLeast, memoryBelow } = profile;
  // Page frames that it needs to start lie apart, and are found by no run.
  if (memoryAtLeast > 0) return [];
  return powersBelow(memoryBelow / PAGE_BYTES / 3n, 2n)
    .slice(0, LARGEST_GROUP)
    .map((group) => {
      const [middle, half] = [3n * group, group / 2n];
      return {
        claims: {
          runsWithin: toHex(group * PAGE_BYTES),
          ...(profile.runArguments.includes('boundary')
            ? { runArguments: profile.runArguments.filter((name) => name !== 'boundary') }
            : {}),
        },
        condition: `no run of it crosses a multiple of ${group} page frames, as of a word of a bitmap`,
        isHintOnly: true,
        probes: [[run(half + 1n)], [run(2n * half)]],
        // A smaller group would be crossed.
        controls: [[run(group)]],
        worlds: {
          probed: freeWorld(middle - half, middle + half, middle + half),
          controlled: freeWorld(middle - group, middle, middle),
        },
      };
    });
}

export function ofRuns({ moment: { demand, response }, profile }: Broken): readonly Candidate[] {
  if (demand === null || !('maxAddr' in demand.operation)) return [];
  const { count, maxAddr, alignment } = demand.operation;
  if (typeof count !== 'bigint' || typeof maxAddr !== 'bigint' || typeof alignment !== 'bigint') return [];
  const list: (Candidate | false)[] = [
    maxAddr !== U64_MAX &&
      // It names a zone otherwise.
      namedZones(profile) === null &&
      response.outcome.kind === 'address' && {
        claims: { runArguments: profile.runArguments.filter((name) => name !== 'maxAddr') },
        condition: 'its runs have no upper limit (maxAddr)',
        question: 'does its call take no such limit?',
        probes: [0n, 2n, 4n].map((pages) => [run(8n, PAGE_BYTES, pages * PAGE_BYTES)]),
        controls: [[run(8n)]],
      },
    alignment > PAGE_BYTES &&
      !isPowerOfTwo(alignment) && {
        claims: { alignments: 'powers-of-two' },
        condition: 'alignments of its runs are powers of two',
        probes: [...ODD, 12n].map((pages) => [run(1n, pages * PAGE_BYTES)]),
        controls: EVEN,
      },
    alignment > PAGE_BYTES &&
      alignment % PAGE_BYTES !== 0n && {
        claims: { alignments: 'powers-of-two' },
        condition: 'alignments of its runs are powers of two, because it takes no other number of bytes',
        probes: [...ODD, 8n].map((pages) => [run(1n, pages * PAGE_BYTES + 8n)]),
        controls: EVEN,
      },
    ...(maxAddr === U64_MAX || isPowerOfTwo(maxAddr) ? [] : [upTo, singlyUpTo]).map(
      (fill): Candidate => ({
        claims: { limits: 'powers-of-two' },
        condition: 'limits of its runs (maxAddr) are powers of two, as from the bits of an address',
        probes: ODD.map(fill),
        controls: [2n, 4n, 8n].map(fill),
      }),
    ),
    alignment > PAGE_BYTES && {
      claims: {
        runArguments: profile.runArguments.filter((name) => name !== 'alignment'),
        // Claims taken up before about an argument that the call lacks.
        ...(profile.alignments === 'any' ? {} : { alignments: 'any' }),
        ...(profile.largestAlignment === null ? {} : { largestAlignment: null }),
      },
      condition: 'its runs have no alignment',
      question: 'does its call take no alignment?',
      probes: alignedRuns(profile, 32n * PAGE_BYTES),
    },
    {
      claims: { runsWithin: 'descriptors' },
      condition:
        'its runs lie in one descriptor of the memory map, because it does not join those that touch',
      probes: (profile.zones !== 2 ? [6500n, 7000n] : [2500n, 3000n]).map((pages) => [run(pages)]),
      controls: [[run(2000n)]],
    },
    profile.contiguous === 'any' && {
      claims: { contiguous: 'powers-of-two' },
      condition: 'its runs are blocks of 2ⁿ page frames, aligned to their size',
      probes: ODD.map((pages) => [run(pages)]),
      controls: [[run(2n)], [run(4n)]],
    },
  ];
  const isRefused = response.outcome.kind === 'failed' || response.outcome.kind === 'malformed';
  const aligned = powersBelow(alignment, PAGE_BYTES).map(
    (largest): Candidate => ({
      claims: { largestAlignment: toHex(largest) },
      condition: `its largest alignment is ${toHex(largest)}`,
      probes: alignedRuns(profile, 2n * largest),
      controls: [[run(1n, largest)], [run(2n), run(1n, largest)]],
    }),
  );
  const sized = isRefused ? powersBelow(count, 1n) : [];
  const requests = sized.flatMap((largest): readonly Candidate[] => {
    const probes: readonly Program[] = [[run(2n * largest)], [run(1n), run(2n * largest)]];
    const batch: Program = [{ call: 'allocPages', count: 2n * largest }];
    const room = roomFor(largest, profile);
    return [
      {
        ...room,
        claims: { largestRequest: Number(largest) },
        condition: `its largest request is ${largest}`,
        probes: [...probes, batch, [run(1n), ...batch]],
        controls: [[run(largest)]],
      },
      {
        ...room,
        claims: { largestRun: Number(largest) },
        condition: `its largest contiguous allocation is ${largest}, and batches may be larger`,
        probes,
        controls: [[run(largest)], batch],
      },
    ];
  });
  return [...list.filter((one) => one !== false), ...aligned, ...requests];
}

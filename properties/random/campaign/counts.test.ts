/** The counts of programs of given operations: one that meets a situation or an edge, and one that just misses it. */
import { describe, expect, it } from 'vitest';
import { KINDS } from '../../../assurance/mutants/kinds/index.ts';
import { kindTarget } from '../../../assurance/mutants/kinds/kind.ts';
import { OURS, type Target, type World } from '../../../runner/index.ts';
import {
  type Argument,
  config,
  type DescriptorInput,
  decode,
  HIGHER_HALF_48,
  MEMORY_TYPES,
  memoryMap,
  type Operation,
  type Reference,
  U64_MAX,
} from '../../../spec/index.ts';
import { repertoire } from '../arbitraries/operations.ts';
import type { CommandContext } from '../commands.ts';
import { type Command, constant } from '../fast-check.ts';
import { runCampaign, sumOf } from './campaign.ts';
import { Counts } from './counts.ts';
import { type ArgumentKind, EDGE_NAMES } from './edges.ts';
import { claimsOf } from './reach.ts';
import type { CampaignResult } from './result.ts';
import { canMeet, SITUATION_NAMES } from './situations.ts';

const PAGE = 4096n;

type Program = readonly Operation<Reference>[];

/** A command that performs a whole program. */
class Script implements Command<CommandContext> {
  readonly #program: Program;

  constructor(program: Program) {
    this.#program = program;
  }

  check(): boolean {
    return true;
  }

  run({ execution }: CommandContext): void {
    for (const operation of this.#program) expect(execution.perform(operation)).toBe(true);
  }
}

/** Runs one program, and returns what it counts. */
async function countsOf(world: World, program: Program, target: Target = OURS): Promise<CampaignResult> {
  const result = await runCampaign({
    target,
    worlds: [],
    generated: true,
    programs: 1,
    operations: program.length,
    seed: 1,
    draw: () => constant({ world, calls: repertoire(0), commands: [new Script(program)] }),
  });
  expect(result.findings).toEqual([]);
  return result;
}

async function situationsOf(
  world: World,
  program: Program,
  target: Target = OURS,
): Promise<readonly string[]> {
  const { situations } = await countsOf(world, program, target);
  return Object.keys(situations).filter((name) => (situations[name] ?? 0) > 0);
}

type Stretch = readonly [type: DescriptorInput['type'], frame: number, pages: number];

function worldOf(limit: number, ...stretches: readonly Stretch[]): World {
  const map = memoryMap(
    stretches.map(([type, frame, pages]) => ({ type, start: PAGE * BigInt(frame), pages })),
  );
  return { map, config: config({ bitmapMaxAddr: PAGE * BigInt(limit) }) };
}

/**
 * Page frames 0 to 3 are the bitmap zone, of which 3 is boot's; 4 to 8 are the stack zone, of which 4 is boot's, 6 the firmware's, and
 * 7 not RAM.
 */
const SMALL = worldOf(
  4,
  ['conventional', 0, 3],
  ['loaderData', 3, 2],
  ['conventional', 5, 1],
  ['runtimeServicesCode', 6, 1],
  ['conventional', 8, 1],
);
/** A bitmap zone of 1100 page frames, all free, and a stack zone of one. */
const LONG = worldOf(1100, ['conventional', 0, 1101]);
/** Worlds of one zone, whose first or second page frame is boot's. */
const BITMAP = worldOf(2, ['loaderData', 0, 1], ['conventional', 1, 1]);
const STACK = worldOf(0, ['loaderData', 0, 1], ['conventional', 1, 1]);
const EIGHT_TIB = 2 ** 31;
const HIGH = worldOf(0, ['conventional', EIGHT_TIB - 1, 1], ['loaderData', EIGHT_TIB, 1]);

function at(frame: number, offset = 0n): Reference {
  return { absolute: HIGHER_HALF_48 + PAGE * BigInt(frame) + offset };
}

function of(result: number, page = 0): Reference {
  return { result, page, offset: 0n };
}

const alloc: Operation<never> = { call: 'alloc' };

function allocPages(count: Argument): Operation<never> {
  return { call: 'allocPages', count };
}

function run(count: Argument, maxAddr: Argument = U64_MAX, alignment: Argument = PAGE): Operation<never> {
  return { call: 'allocBitmap', count, maxAddr, alignment };
}

function free(address: Reference): Operation<Reference> {
  return { call: 'free', address };
}

function freePages(...addresses: readonly Reference[]): Operation<Reference> {
  return { call: 'freePages', addresses };
}

function freeRegion(address: Reference, count: Argument): Operation<Reference> {
  return { call: 'freeRegion', address, count };
}

/** A situation, with a program that meets it and one that does not. */
type Case = readonly [name: string, meets: Program, misses: Program, world?: World];

/** The stack zone of {@link SMALL} has two free page frames, its bitmap zone three. */
const CASES: readonly Case[] = [
  ['alloc: out of memory', [alloc, alloc, alloc], [alloc, alloc]],
  [
    'alloc: refused although the bitmap zone has free page frames',
    [alloc, alloc, alloc],
    [run(3n), alloc, alloc, alloc],
  ],
  ['alloc: the last free page frame', [alloc, alloc], [alloc]],
  ['alloc: a page frame at or above 8 TiB', [free(at(EIGHT_TIB)), alloc], [alloc], HIGH],
  ['alloc: page frame 0', [free(at(0)), alloc], [alloc], STACK],
  ['alloc: the page frame at the bitmap limit', [free(at(4)), alloc, alloc, alloc], [alloc, alloc]],
  ['allocPages: a batch is refused', [allocPages(3n)], [allocPages(2n)]],
  ['allocPages: one more than is free', [alloc, allocPages(2n)], [alloc, allocPages(3n)]],
  ['allocPages: exactly what is free', [allocPages(2n)], [allocPages(1n)]],
  ['allocPages: none', [allocPages(0n)], [allocPages(1n)]],
  [
    'allocPages: a batch across a hole',
    [allocPages(2n)],
    [alloc, alloc, free(at(4)), free(at(5)), allocPages(2n)],
  ],
  ['allocPages: a count that is not an unsigned 64-bit integer', [allocPages(1.5)], [allocPages(U64_MAX)]],
  ['allocBitmap: none', [run(0n)], [run(4n)]],
  [
    'allocBitmap: fragmentation refuses although enough is free',
    [run(1n), run(1n), run(1n), free(of(0)), free(of(2)), run(2n)],
    [run(1n), run(1n), run(1n), free(of(0)), free(of(2)), run(3n)],
  ],
  ['allocBitmap: maxAddr excludes every run', [run(1n), run(2n, 2n * PAGE)], [run(2n), run(2n, 2n * PAGE)]],
  [
    'allocBitmap: the alignment excludes every run',
    [run(1n), run(1n, U64_MAX, 4n * PAGE)],
    [run(3n), run(1n, U64_MAX, 4n * PAGE)],
  ],
  [
    'allocBitmap: the alignment skips a lower run',
    [run(1n), run(1n, U64_MAX, 2n * PAGE)],
    [run(1n, U64_MAX, 2n * PAGE)],
  ],
  ['allocBitmap: a run ends exactly at maxAddr', [run(2n, 2n * PAGE)], [run(2n, 3n * PAGE)]],
  ['allocBitmap: a run ends exactly at the bitmap limit', [free(at(3)), run(4n)], [free(at(3)), run(3n)]],
  ['allocBitmap: a run in the last partial word of the zone', [run(1089n)], [run(1088n)], LONG],
  ...[31n, 32n, 33n, 63n, 64n, 65n, 1023n, 1024n, 1025n].map(
    (pages): Case => [`allocBitmap: a run of ${pages} page frames`, [run(pages)], [run(pages + 3n)], LONG],
  ),
  ['allocBitmap: page frame 0', [free(at(0)), run(1n)], [run(1n)], BITMAP],
  [
    'allocBitmap: an alignment that is not a power of two',
    [run(1n, U64_MAX, 3n * PAGE)],
    [run(1n, U64_MAX, 4n * PAGE)],
  ],
  ['allocBitmap: a count that exceeds memory', [run(9n)], [run(4n)]],
  ['allocBitmap: exactly what is free', [run(3n)], [run(2n)]],
  ['allocBitmap: an argument that is not an unsigned 64-bit integer', [run(1n, -1n)], [run(1n, 0n)]],
  ['free: boot memory is handed over', [free(at(3))], [alloc, free(of(0))]],
  ['free: a page frame of the bitmap zone', [free(at(3))], [free(at(4))]],
  ['free: an address inside a page frame', [free(at(3, 1n))], [free(at(3))]],
  ['free: twice', [free(at(3)), free(at(3))], [free(at(3)), free(at(4))]],
  ['free: firmware memory', [free(at(6))], [free(at(7))]],
  ['free: an address that is not RAM', [free(at(7))], [free(at(6))]],
  ['free: an address below the higher half', [free({ absolute: PAGE })], [free({ absolute: -1n })]],
  ['free: an address beyond the last page frame', [free(at(9))], [free(at(7))]],
  ['freePages: a page frame named twice', [freePages(at(3), at(3, 1n))], [freePages(at(3), at(6))]],
  ['freePages: pages of both zones', [freePages(at(3), at(4))], [freePages(at(3))]],
  ['freePages: a batch is refused', [freePages(at(3), at(6))], [freePages(at(3), at(4))]],
  ['freePages: none', [freePages()], [freePages(at(3))]],
  ['freeRegion: straddles the bitmap limit', [freeRegion(at(3), 2n)], [freeRegion(at(3), 1n)]],
  ['freeRegion: over a hole', [alloc, alloc, freeRegion(at(8), 2n)], [freeRegion(at(7), 2n)]],
  ['freeRegion: refused across the bitmap limit', [freeRegion(at(3), 3n)], [freeRegion(at(4), 2n)]],
  ['freeRegion: none', [freeRegion(at(3), 0n)], [freeRegion(at(3), 1n)]],
  ['freeRegion: several page frames', [freeRegion(at(3), 2n)], [freeRegion(at(3), 1n)]],
];

/** A situation of a map, with a world that has it and one that does not. */
type MapCase = readonly [name: string, has: World, lacks: World];

const SORTED = worldOf(4, ['conventional', 0, 2], ['conventional', 2, 2]);
const TYPES = Object.keys(MEMORY_TYPES) as readonly DescriptorInput['type'][];

const MAP_CASES: readonly MapCase[] = [
  ['map: page frame 0', SORTED, worldOf(4, ['conventional', 1, 3])],
  ['map: a region of one page frame', worldOf(4, ['conventional', 0, 1]), SORTED],
  ['map: an empty descriptor', worldOf(4, ['conventional', 0, 2], ['mmio', 2, 0]), SORTED],
  ['map: unsorted', worldOf(4, ['conventional', 2, 2], ['conventional', 0, 2]), SORTED],
  ['map: a hole', worldOf(4, ['conventional', 0, 2], ['conventional', 3, 2]), SORTED],
  ['map: a region straddles the bitmap limit', worldOf(3, ['conventional', 2, 2]), SORTED],
  ['map: a region ends at the bitmap limit', SORTED, worldOf(4, ['conventional', 4, 2])],
  ['map: a region starts at the bitmap limit', worldOf(2, ['conventional', 2, 2]), SORTED],
  [
    'map: RAM above 4 GiB',
    worldOf(4, ['conventional', 2 ** 20, 1]),
    worldOf(4, ['conventional', 2 ** 20 - 1, 1]),
  ],
  [
    'map: RAM above 8 TiB',
    worldOf(4, ['conventional', EIGHT_TIB, 1]),
    worldOf(4, ['conventional', EIGHT_TIB - 1, 1]),
  ],
  ['map: no bitmap zone', worldOf(0, ['conventional', 0, 2]), SORTED],
  ['map: the bitmap limit lies beyond the end', worldOf(5, ['conventional', 0, 4]), SORTED],
  [
    'map: a bitmap zone that is not a multiple of a word',
    worldOf(33, ['conventional', 0, 64]),
    worldOf(32, ['conventional', 0, 64]),
  ],
  ...TYPES.map(
    (type, i): MapCase => [
      `map: a descriptor of type ${type}`,
      worldOf(4, ['conventional', 0, 1], [type, 1, 1]),
      worldOf(4, [TYPES[i === 0 ? 1 : 0] ?? type, 1, 1]),
    ],
  ),
  ...[31, 32, 33, 63, 64, 65, 1023, 1024, 1025].map(
    (pages): MapCase => [
      `map: a free region of ${pages} page frames`,
      worldOf(4, ['conventional', 0, pages]),
      worldOf(4, ['loaderData', 0, pages], ['conventional', pages, 1]),
    ],
  ),
];

const KEPT = 'free: memory that the manager keeps';

describe('situations', () => {
  it.each(CASES.map(([name, ...rest]) => ({ name, rest })))(
    '$name: one program meets it, another does not',
    async ({ name, rest: [meets, misses, world = SMALL] }) => {
      expect(await situationsOf(world, meets)).toContain(name);
      expect(await situationsOf(world, misses)).not.toContain(name);
    },
  );

  it.each(MAP_CASES)('%s: one world has it, another does not', async (name, has, lacks) => {
    expect(await situationsOf(has, [])).toContain(name);
    expect(await situationsOf(lacks, [])).not.toContain(name);
  });

  it('of a claim: memory that the manager keeps is freed', async () => {
    const kind = KINDS.find(({ claim }) => 'neverBelow' in claim);
    if (kind === undefined) throw new Error('no kind keeps low memory');
    const keeper = kindTarget(kind.correct, kind.claim);
    expect(await situationsOf(SMALL, [free(at(3))], keeper)).toContain(KEPT);
    expect(await situationsOf(SMALL, [free(at(6))], keeper)).not.toContain(KEPT);
  });

  it('have each a case here', () => {
    const names = [...CASES, ...MAP_CASES].map(([name]) => name);
    const claims = { ...claimsOf(OURS), inspects: true };
    expect(names.toSorted()).toEqual(SITUATION_NAMES.filter((name) => canMeet(name, claims)).toSorted());
  });
});

/** An edge, with a program of which one argument is there, and one of which none is. */
type EdgeCase = readonly [kind: ArgumentKind, edge: string, at: Program, off: Program];

const BAD = [-1n, U64_MAX + 1n, 1.5];

const EDGE_CASES: readonly EdgeCase[] = [
  ...BAD.map((bad): EdgeCase => ['count', 'not an unsigned 64-bit integer', [run(bad)], [run(U64_MAX)]]),
  ['count', '0', [allocPages(0n)], [allocPages(1n)]],
  ['count', '1', [run(1n)], [run(2n)]],
  ['count', 'exactly what is free', [allocPages(2n)], [run(2n)]],
  ['count', 'one more than is free', [run(4n)], [allocPages(4n)]],
  ['count', '2^32 and more', [run(2n ** 32n)], [run(2n ** 32n - 1n)]],
  ['maxAddr', 'not an unsigned 64-bit integer', [run(1n, 1.5)], [run(1n)]],
  ['maxAddr', '0', [run(1n, 0n)], [run(1n, 1n)]],
  ['maxAddr', 'where arithmetic wraps', [run(1n, 2n ** 53n)], [run(1n, 2n ** 53n + 1n)]],
  ['maxAddr', 'where arithmetic wraps', [run(1n, U64_MAX)], [run(1n, U64_MAX - 1n)]],
  ['maxAddr', 'an edge of the map, to the byte', [run(1n, 3n * PAGE + 1n)], [run(1n, 3n * PAGE + 2n)]],
  ['maxAddr', 'an edge of the map, to the page frame', [run(1n, 2n * PAGE)], [run(1n, 2n * PAGE + 2n)]],
  ['alignment', 'not an unsigned 64-bit integer', [run(1n, 0n, -1n)], [run(1n, 0n, 2n)]],
  ['alignment', '0', [run(1n, 0n, 0n)], [run(1n, 0n, 1n)]],
  ['alignment', '1', [run(1n, 0n, 1n)], [run(1n, 0n, 2n)]],
  ['alignment', '4096', [run(1n, 0n, PAGE)], [run(1n, 0n, 2n * PAGE)]],
  ['alignment', 'larger than memory', [run(1n, 0n, 16n * PAGE)], [run(1n, 0n, 4n * PAGE)]],
  ['alignment', 'not a power of two', [run(1n, 0n, 3n * PAGE)], [run(1n, 0n, 4n * PAGE)]],
  ['address', 'not in the higher half', [free({ absolute: PAGE })], [free(at(0))]],
  ['address', 'not an unsigned 64-bit integer', [free({ absolute: -1n })], [free({ absolute: 1n })]],
  ['address', 'an edge of the map, to the page frame', [freePages(at(10))], [freePages(at(11))]],
];

describe('edges', () => {
  it.each(EDGE_CASES)('of %s, %s: one program is there, another is not', async (kind, edge, at, off) => {
    const [there, elsewhere] = [await countsOf(SMALL, at), await countsOf(SMALL, off)];
    expect(there.arguments[kind]).toMatchObject({ drawn: 1, edges: { [edge]: 1 } });
    expect(elsewhere.arguments[kind].drawn).toBeLessThanOrEqual(1);
    expect(elsewhere.arguments[kind].edges).not.toHaveProperty(edge);
  });

  it('have each a case here', () => {
    expect(new Set(EDGE_CASES.map(([, edge]) => edge))).toEqual(new Set(EDGE_NAMES));
  });

  it('are counted for each address of a batch', async () => {
    const { arguments: kinds } = await countsOf(SMALL, [freePages(at(3), at(4), { absolute: 0n })]);
    expect(kinds.address).toEqual({
      drawn: 3,
      edges: { 'an edge of the map, to the page frame': 2, 'not in the higher half': 1 },
    });
  });
});

describe('counts', () => {
  const one: Program = [alloc, alloc, alloc, run(1n)];
  const other: Program = [free(at(3)), run(1n, 0n)];

  it('add up: two runs count as much as both programs in one', async () => {
    const [a, b] = [await countsOf(SMALL, one), await countsOf(SMALL, other)];
    const sum = sumOf([a, b]);
    expect(sum).toMatchObject({
      programs: 2,
      operations: 6,
      calls: { alloc: { address: 2, failed: 1 }, allocBitmap: { address: 1, failed: 1 }, free: { done: 1 } },
      situations: { 'alloc: out of memory': 1, 'map: page frame 0': 2, 'free: firmware memory': 0 },
      arguments: { count: { drawn: 2, edges: { 1: 2 } }, maxAddr: { edges: { 0: 1 } } },
    });
    const [sides, ofA, ofB] = [sum, a, b].map(({ clauses }) => clauses['outcome.call-result']);
    for (const side of Object.keys(sides ?? {}))
      expect(sides?.[side]).toBe((ofA?.[side] ?? 0) + (ofB?.[side] ?? 0));
    expect(sumOf([b, a])).toEqual(sum);
  });

  it('have the largest of what programs met, and not the sum of it', async () => {
    const [a, b] = [await countsOf(SMALL, one), await countsOf(SMALL, [alloc, run(2n), alloc])];
    expect(a.furthest).toMatchObject({ granted: 1, held: 3, row: 3, end: 9 });
    expect(b.furthest).toMatchObject({ granted: 2, held: 4, row: 1, end: 9 });
    expect(sumOf([a, b]).furthest).toMatchObject({ granted: 2, held: 4, row: 3, end: 9 });
    expect(a.reached).toMatchObject({
      operations: { 4: 1 },
      granted: { 1: 1 },
      held: { 2: 1 },
      row: { 2: 1 },
    });
    expect(sumOf([a, b]).reached).toMatchObject({
      operations: { 2: 1, 4: 1 },
      granted: { 1: 1, 2: 1 },
      end: { 8: 2 },
    });
    expect(sumOf([a, b]).furthest.extents).toBe(Math.max(a.furthest.extents, b.furthest.extents));
  });

  it('of no programs change nothing', async () => {
    const counts = await countsOf(SMALL, one);
    const { programs, operations, calls, situations, clauses } = counts;
    const same = { programs, operations, calls, situations, clauses, arguments: counts.arguments };
    expect(sumOf([counts, sumOf([])])).toMatchObject(same);
    expect(sumOf([sumOf([]), counts])).toMatchObject(same);
  });

  it('are the same after they were written and read again', async () => {
    const counts = sumOf([await countsOf(SMALL, one), await countsOf(SMALL, other)]);
    expect(decode(Counts, JSON.parse(JSON.stringify(Counts.encode(counts))), 'counts.json')).toEqual(counts);
  });

  it.each([
    [{ programs: -1 }, /programs: expected a whole number, found -1/],
    [{ situations: { 'alloc: on a Sunday': 1 } }, /alloc: on a Sunday/],
    [{ calls: { malloc: {} } }, /malloc/],
    [{ arguments: { count: { drawn: 0.5, edges: {} } } }, /drawn/],
  ])('are refused where they say %j', (wrong, message) => {
    expect(() => decode(Counts, { ...sumOf([]), ...wrong }, 'counts.json')).toThrow(message);
  });
});

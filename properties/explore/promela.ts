/**
 * The abstract model as Promela: the owner of each page frame of a finite world, the order of the free stack, and every operation
 * with its arguments filled in. It is an independent oracle, which shares only the list of operations with the model: ownership,
 * zones, first fit and order are written again in the language of SPIN. One operation is one `d_step`, so one transition; a refused
 * or misused operation leads back to the same state.
 */

import type { World } from '../../runner/index.ts';
import {
  bitmapLimit,
  isQuery,
  type Operation,
  type Owner,
  ownedRegions,
  PAGE_BYTES,
  PHYSICAL_LIMIT,
  type Profile,
  pfnEnd,
  SpecError,
  U64_MAX,
  WHOLE,
} from '../../spec/index.ts';

/** Page frame numbers are bytes in Promela, of which one value stands for none. */
const MOST_FRAMES = 250;

const OWNERS: Readonly<Record<Owner, string>> = {
  absent: 'ABSENT',
  firmware: 'FIRMWARE',
  boot: 'BOOT',
  pmm: 'PMM',
  kept: 'KEPT',
  caller: 'CALLER',
};

const SEMANTICS = `
/* Not in the state: what a call needs while it runs. */
hidden int i;
hidden int j;
hidden int found;

/* The page frame becomes the manager's, and the top of the free stack where it lies in the stack zone. */
inline give(f) {
  owner[f] = PMM;
  if
  :: f >= LIMIT -> free_stack[stacked] = f; stacked = stacked + 1
  :: else -> skip
  fi
}

/* The top n become the caller's, or none. What lies above the stack is 0, so that equal stacks are equal states. */
inline alloc_pages(n) {
  if
  :: n <= stacked ->
    i = 0;
    do
    :: i < n -> stacked = stacked - 1; owner[free_stack[stacked]] = CALLER; free_stack[stacked] = 0; i = i + 1
    :: else -> break
    od
  :: else -> skip
  fi
}

/* The lowest n free page frames in a row, from a multiple of the alignment, that end at or below the limit, and cross no boundary. */
inline alloc_run(n, from, limit, alignment, boundary) {
  i = from; found = -1;
  do
  :: found < 0 && i + n <= limit ->
    j = 0;
    do
    :: j < n && owner[i + j] == PMM -> j = j + 1
    :: else -> break
    od;
    if
    :: j == n && i % boundary + n <= boundary -> found = i
    :: else -> i = i + alignment
    fi
  :: else -> break
  od;
  if
  :: found >= 0 ->
    j = 0;
    do
    :: j < n -> owner[found + j] = CALLER; j = j + 1
    :: else -> break
    od
  :: else -> skip
  fi
}

/* Frees n page frames in a row, ascending, or none. */
inline free_region(base, n) {
  i = base;
  do
  :: i < base + n && MAY_FREE(i) -> i = i + 1
  :: else -> break
  od;
  if
  :: i == base + n ->
    j = base;
    do
    :: j < base + n -> give_back(j); j = j + 1
    :: else -> break
    od
  :: else -> skip
  fi
}
`;

/** Where page frames have one reference each. */
const UNCOUNTED = `
#define MAY_FREE(f) HELD(f)
#define give_back(f) give(f)
`;

/** Where they have several: \`refs\` counts the ones after the first. */
const COUNTED = `
/* Takes a reference, and with the last one the page frame. */
inline let_go(f) {
  if
  :: refs[f] > 0 -> refs[f] = refs[f] - 1
  :: else -> give(f)
  fi
}

inline retain(f) {
  if
  :: owner[f] == CALLER && refs[f] + 1 < MOST -> refs[f] = refs[f] + 1
  :: else -> skip
  fi
}

inline release(f) {
  if
  :: HELD(f) -> let_go(f)
  :: else -> skip
  fi
}
`;

/** Claims by which a manager grants other page frames, or other requests: the model knows nothing of them. */
const UNKNOWN_CLAIMS = [
  'zones',
  'singlePages',
  'contiguous',
  'keeps',
  'neverBelow',
  'bootMemory',
  'batches',
  'freeRuns',
  'runsWithin',
  'search',
  'holdsBack',
  'largestRequest',
  'largestRun',
] as const satisfies readonly (keyof Profile)[];

/** Returns the definitions that depend on how many references a page frame has. */
function referencesIn({ calls, mostReferences, freesShared }: Profile, end: number): readonly string[] {
  if (!calls.includes('retain')) return [SEMANTICS.replace('\n/* The top n', `${UNCOUNTED}\n/* The top n`)];
  if (mostReferences === null || mostReferences > MOST_FRAMES)
    throw new SpecError(`mostReferences: expected at most ${MOST_FRAMES} references for Promela`);
  const frees =
    freesShared === 'never'
      ? ['#define MAY_FREE(f) (HELD(f) && refs[f] == 0)', '#define give_back(f) give(f)']
      : ['#define MAY_FREE(f) HELD(f)', '#define give_back(f) let_go(f)'];
  const counted = `${COUNTED}\n${frees.join('\n')}\n`;
  return [
    `#define MOST ${mostReferences}`,
    `byte refs[${Math.max(1, end)}];`,
    SEMANTICS.replace('\n/* The top n', `${counted}\n/* The top n`),
  ];
}

/** A world in the form that Promela needs. */
interface PromelaWorld {
  readonly end: number;
  readonly limit: number;
  readonly higherHalf: bigint;
  readonly owners: readonly Owner[];
  /** Free page frames of the stack zone, in the order in which init pushes them. */
  readonly stack: readonly number[];
}

function framesIn({ base, count }: { readonly base: number; readonly count: number }): readonly number[] {
  return Array.from({ length: count }, (_, i) => base + i);
}

function promelaWorldOf({ map, config }: World): PromelaWorld {
  const end = pfnEnd(map);
  if (end > MOST_FRAMES)
    throw new SpecError(`memory map: expected at most ${MOST_FRAMES} page frames for Promela, found ${end}`);
  const limit = bitmapLimit(config);
  const owned = ownedRegions(map).flatMap((region) =>
    framesIn(region).map((frame) => ({ frame, owner: region.owner })),
  );
  const found = new Map(owned.map(({ frame, owner }) => [frame, owner]));
  const owners = Array.from({ length: end }, (_, frame) => found.get(frame) ?? 'absent');
  const stack = owned
    .filter(({ frame, owner }) => owner === 'pmm' && frame >= limit)
    .map(({ frame }) => frame);
  return { end, limit, higherHalf: config.higherHalf, owners, stack };
}

/** The statement of an operation that never changes the state: one that is refused, misused, or reads an amount. */
const NOTHING = 'skip';

/** Returns an argument as an integer, or null if it is not an unsigned 64-bit integer, which is misuse. */
function integer(argument: number | bigint): bigint | null {
  if (typeof argument === 'number' && !Number.isInteger(argument)) return null;
  const value = BigInt(argument);
  return value >= 0n && value <= U64_MAX ? value : null;
}

/** Returns the page frame of an address, or null if it is outside this world. */
function frameOf({ higherHalf, end }: PromelaWorld, address: bigint): number | null {
  const physical = address - higherHalf;
  if (address > U64_MAX || physical < 0n || physical >= PHYSICAL_LIMIT) return null;
  const frame = Number(physical / PAGE_BYTES);
  return frame < end ? frame : null;
}

function allocPages(world: PromelaWorld, count: number | bigint): string {
  const pages = integer(count);
  return pages === null || pages > BigInt(world.end) ? NOTHING : `alloc_pages(${pages})`;
}

type Run = Extract<Operation, { call: 'allocBitmap' | 'allocWithin' }>;

/** The lowest run from a page frame on. */
function allocRun(world: PromelaWorld, operation: Run, from: bigint, apart: bigint | null): string {
  const [count, maxAddr, alignment] = [operation.count, operation.maxAddr, operation.alignment].map(integer);
  if (count == null || maxAddr == null || alignment == null || count === 0n || count > BigInt(world.end))
    return NOTHING;
  const below = maxAddr / PAGE_BYTES;
  const limit = below < BigInt(world.limit) ? below : BigInt(world.limit);
  const pages = (alignment + PAGE_BYTES - 1n) / PAGE_BYTES;
  const stride = pages < 1n ? 1n : pages > BigInt(world.end) ? BigInt(world.end) : pages;
  const roof = limit < BigInt(world.end) ? limit : BigInt(world.end);
  const first = ((from + stride - 1n) / stride) * stride;
  return first > roof
    ? NOTHING
    : `alloc_run(${count}, ${first}, ${roof}, ${stride}, ${apart ?? world.end + 1})`;
}

/** A run between two addresses, that crosses no multiple of a number of page frames: any where that is less than one, or more than there are. */
function allocWithin(world: PromelaWorld, operation: Extract<Operation, { call: 'allocWithin' }>): string {
  const [minAddr, boundary] = [operation.minAddr, operation.boundary].map(integer);
  if (minAddr == null || boundary == null) return NOTHING;
  const apart = boundary / PAGE_BYTES;
  const isBound = apart > 0n && apart <= BigInt(world.end);
  if (isBound && apart < BigInt(operation.count)) return NOTHING;
  return allocRun(world, operation, (minAddr + PAGE_BYTES - 1n) / PAGE_BYTES, isBound ? apart : null);
}

function freeBatch(world: PromelaWorld, addresses: readonly bigint[]): string {
  const frames = addresses.map((address) => frameOf(world, address));
  if (frames.length === 0 || frames.includes(null) || new Set(frames).size < frames.length) return NOTHING;
  const condition = frames.map((frame) => `MAY_FREE(${frame})`).join(' && ');
  return `if :: ${condition} -> ${frames.map((frame) => `give_back(${frame})`).join('; ')} :: else -> skip fi`;
}

function freeRegion(world: PromelaWorld, operation: Extract<Operation, { call: 'freeRegion' }>): string {
  const [address, count] = [integer(operation.address), integer(operation.count)];
  if (address === null || count === null || count === 0n) return NOTHING;
  const base = frameOf(world, address);
  return base === null || BigInt(base) + count > BigInt(world.end)
    ? NOTHING
    : `free_region(${base}, ${count})`;
}

function effectOf(world: PromelaWorld, operation: Operation): string {
  switch (operation.call) {
    case 'alloc':
      return 'alloc_pages(1)';
    case 'allocPages':
      return allocPages(world, operation.count);
    case 'allocBitmap':
      return allocRun(world, operation, 0n, null);
    case 'allocWithin':
      return allocWithin(world, operation);
    case 'retain':
    case 'release': {
      const frame = frameOf(world, operation.address);
      return frame === null ? NOTHING : `${operation.call}(${frame})`;
    }
    case 'free':
      return freeBatch(world, [operation.address]);
    case 'freePages':
      return freeBatch(world, operation.addresses);
    case 'freeRegion':
      return freeRegion(world, operation);
    default:
      if (isQuery(operation.call)) return NOTHING;
      throw new SpecError(
        `calls: the model of SPIN follows the order of the free stack, which ${operation.call} leaves open`,
      );
  }
}

/**
 * Returns the Promela of a world and its operations. Throws `SpecError` if the world has more than 250 page frames, or for a call or a claim
 * that it cannot follow.
 * @public
 */
export function promelaOf(world: World, operations: readonly Operation[], profile: Profile = WHOLE): string {
  const claimed = UNKNOWN_CLAIMS.find((name) => profile[name] !== WHOLE[name]);
  if (claimed !== undefined)
    throw new SpecError(`${claimed}: expected no such claim for a model of SPIN, which knows nothing of it`);
  const named = promelaWorldOf(world);
  const { end, limit, owners, stack } = named;
  const room = Math.max(
    1,
    owners.filter((owner, frame) => frame >= limit && owner !== 'absent' && owner !== 'firmware').length,
  );
  const order = [...stack, ...Array<number>(room).fill(0)].slice(0, room);
  return [
    `/* ${end} page frames, ${operations.length} operations. Written by frameproof explore --emit promela. */`,
    ...Object.values(OWNERS).map((name, k) => `#define ${name} ${k}`),
    `#define LIMIT ${limit} /* first page frame of the stack zone */`,
    `byte owner[${Math.max(1, end)}] = { ${owners.map((owner) => OWNERS[owner]).join(', ')} };`,
    `byte free_stack[${room}] = { ${order.join(', ')} };`,
    `byte stacked = ${stack.length};`,
    '#define HELD(f) (owner[f] == BOOT || owner[f] == CALLER)',
    ...referencesIn(profile, end),
    'active proctype caller() {',
    '  do',
    ...operations.map((operation) => `  :: d_step { ${effectOf(named, operation)} } /* ${operation.call} */`),
    '  od',
    '}',
    '',
  ].join('\n');
}

/**
 * The calls, each described in one place: its arguments and their kinds, its outcome, its effect on ownership, and how simple
 * and how frequent it is in programs. Codecs, the wire format, exported tests, drawing, shrinking and exhaustive search
 * are derived from this table. The meaning of a call is in `expectation.ts` and in its clauses.
 *
 * Adding a call: a line here, its method in `pmm.ts`, its expectation, its clauses, its implementation; for allocators in C its function
 * in `native/frameproof.h` and in the three harnesses. One that only some managers have is `optional`, and optional methods are too.
 */

/**
 * Kinds of arguments. The three counts differ in what bounds them.
 *
 * - `batchCount`: page frames of a batch, from where single pages are taken.
 * - `runCount`: consecutive page frames of the bitmap zone.
 * - `regionCount`: page frames from the preceding address on.
 * - `minAddr`, `maxAddr`: a physical address in bytes; the second is exclusive.
 * - `alignment`, `boundary`: bytes.
 * - `address`: a higher-half address; in programs a reference.
 * - `addresses`: an array of higher-half addresses, the only argument of its call: the interface adds their number.
 */
export type ArgumentKind =
  | 'batchCount'
  | 'runCount'
  | 'regionCount'
  | 'minAddr'
  | 'maxAddr'
  | 'alignment'
  | 'boundary'
  | 'address'
  | 'addresses';

/** The kind of outcome of a call that succeeds. */
export type ReturnKind = 'address' | 'addresses' | 'amount' | 'done';

/** The description of one call. */
export interface CallDescription {
  /** Its name on a line that must be short: in the log of a kernel. */
  readonly letter: string;
  /** By name, in the order in which they are passed. */
  readonly arguments: Readonly<Record<string, ArgumentKind>>;
  readonly returns: ReturnKind;
  /**
   * The page frames that change owner when it succeeds. Taken from the manager: a `single` one, a `batch`, a `run` of consecutive
   * ones. Given back, each with its last reference: the ones `named` by the addresses, or the `region` from the address on. `shared`:
   * none, the one that is named has a reference more. `added` to memory, or `removed` from it: the region from the address on.
   */
  readonly effect: 'single' | 'batch' | 'run' | 'named' | 'region' | 'shared' | 'added' | 'removed' | 'none';
  /** Place in the order of simplicity: a call of lower rank makes a simpler counterexample. */
  readonly rank: number;
  /** How often programs make the call, relative to the others. */
  readonly weight: number;
  /** Whether only managers that claim the call have it. */
  readonly optional?: true;
}

/** In the order of the interface; `init` is the constructor. */
export const CALL_TABLE = {
  alloc: { letter: 'a', arguments: {}, returns: 'address', effect: 'single', rank: 0, weight: 7 },
  allocPages: {
    letter: 'p',
    arguments: { count: 'batchCount' },
    returns: 'addresses',
    effect: 'batch',
    rank: 5,
    weight: 5,
  },
  allocBitmap: {
    letter: 'b',
    arguments: { count: 'runCount', maxAddr: 'maxAddr', alignment: 'alignment' },
    returns: 'address',
    effect: 'run',
    rank: 8,
    weight: 9,
  },
  free: {
    letter: 'f',
    arguments: { address: 'address' },
    returns: 'done',
    effect: 'named',
    rank: 1,
    weight: 6,
  },
  freePages: {
    letter: 'g',
    arguments: { addresses: 'addresses' },
    returns: 'done',
    effect: 'named',
    rank: 6,
    weight: 5,
  },
  freeRegion: {
    letter: 'r',
    arguments: { address: 'address', count: 'regionCount' },
    returns: 'done',
    effect: 'region',
    rank: 7,
    weight: 6,
  },
  totalAmount: { letter: 't', arguments: {}, returns: 'amount', effect: 'none', rank: 2, weight: 1 },
  freeAmount: { letter: 'n', arguments: {}, returns: 'amount', effect: 'none', rank: 3, weight: 1 },
  reservedAmount: { letter: 'v', arguments: {}, returns: 'amount', effect: 'none', rank: 4, weight: 1 },
  retain: {
    letter: 'k',
    arguments: { address: 'address' },
    returns: 'done',
    effect: 'shared',
    rank: 9,
    weight: 5,
    optional: true,
  },
  release: {
    letter: 'l',
    arguments: { address: 'address' },
    returns: 'done',
    effect: 'named',
    rank: 10,
    weight: 6,
    optional: true,
  },
  allocAt: {
    letter: 'i',
    arguments: { address: 'address', count: 'regionCount' },
    returns: 'address',
    effect: 'run',
    rank: 11,
    weight: 6,
    optional: true,
  },
  allocWithin: {
    letter: 'w',
    arguments: {
      count: 'runCount',
      minAddr: 'minAddr',
      maxAddr: 'maxAddr',
      alignment: 'alignment',
      boundary: 'boundary',
    },
    returns: 'address',
    effect: 'run',
    rank: 14,
    weight: 9,
    optional: true,
  },
  addRegion: {
    letter: 'c',
    arguments: { address: 'address', count: 'regionCount' },
    returns: 'done',
    effect: 'added',
    rank: 12,
    weight: 4,
    optional: true,
  },
  removeRegion: {
    letter: 'e',
    arguments: { address: 'address', count: 'regionCount' },
    returns: 'done',
    effect: 'removed',
    rank: 13,
    weight: 4,
    optional: true,
  },
} as const satisfies Readonly<Record<string, CallDescription>>;

type Table = typeof CALL_TABLE;
export type Call = keyof Table;

function isCall(name: string): name is Call {
  return Object.hasOwn(CALL_TABLE, name);
}

/** The names of the calls, in the order of the table. */
export const CALLS: readonly Call[] = Object.keys(CALL_TABLE).filter(isCall);

/** The calls that a manager has unless it claims otherwise. */
export const STANDARD_CALLS: readonly Call[] = CALLS.filter((call) => !('optional' in CALL_TABLE[call]));

/** The names of a call's arguments, with their kinds. */
export type ArgumentsOf<C extends Call> = Table[C]['arguments'];

/** The calls whose effect is one of these. */
export type CallWithEffect<E extends CallDescription['effect']> = {
  [C in Call]: Table[C]['effect'] extends E ? C : never;
}[Call];

/** An argument of a call: its name and its kind. */
export interface Parameter {
  readonly name: string;
  readonly kind: ArgumentKind;
}

function parametersIn({ arguments: named }: CallDescription): readonly Parameter[] {
  return Object.entries(named).map(([name, kind]) => ({ name, kind }));
}

const PARAMETERS: ReadonlyMap<Call, readonly Parameter[]> = new Map(
  CALLS.map((call) => [call, parametersIn(CALL_TABLE[call])]),
);

/** Returns the arguments of a call, in the order in which they are passed. */
export function parametersOf(call: Call): readonly Parameter[] {
  return PARAMETERS.get(call) ?? [];
}

const PLACES: ReadonlyMap<Call, number> = new Map(CALLS.map((call, place) => [call, place]));

/** Returns the place of a call in {@link CALLS}. A lookup in an object by a varying name would take several times as long. */
export function callPlace(call: Call): number {
  return PLACES.get(call) ?? 0;
}

/** Returns the description of a call. */
export function describedCall(call: Call): CallDescription {
  return CALL_TABLE[call];
}

const ALLOCATIONS: ReadonlySet<Call> = new Set(
  CALLS.filter((call) => ['single', 'batch', 'run'].includes(CALL_TABLE[call].effect)),
);

/** Whether a call hands out page frames when it succeeds; the k-th such call of a program is its k-th result. */
export function isAllocation(call: Call): call is CallWithEffect<'single' | 'batch' | 'run'> {
  return ALLOCATIONS.has(call);
}

const FREES: ReadonlySet<Call> = new Set(
  CALLS.filter((call) => ['named', 'region'].includes(CALL_TABLE[call].effect)),
);

/** Whether a call reads an amount and changes nothing. */
export function isQuery(call: Call): call is CallWithEffect<'none'> {
  return CALL_TABLE[call].effect === 'none';
}

/** Whether a call names the page frames from an address on. */
export function namesRegion(call: Call): call is CallWithEffect<'region' | 'added' | 'removed'> | 'allocAt' {
  return parametersOf(call)[1]?.kind === 'regionCount';
}

/** Whether a call names one page frame, by its only argument. */
export function namesOnePage(call: Call): boolean {
  const [first, second] = parametersOf(call);
  return first?.kind === 'address' && second === undefined;
}

/** Whether a call gives page frames back when it succeeds. */
export function isFree(call: Call): call is CallWithEffect<'named' | 'region'> {
  return FREES.has(call);
}

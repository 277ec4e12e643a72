/**
 * Responses: the observations of one call, as data.
 *
 * A response holds the outcome and, where they were observed, `errno`, the warnings, the three amounts just after the call, and
 * the page frames written to. A missing field was not observed, and no clause applies to it.
 */
import * as either from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { closed, withJsonForm } from './decode.ts';
import { fromHex, HexInteger, toHex } from './hex.ts';
import { Owner } from './owner.ts';
import { isPageFrame, PFN_LIMIT, pageCount, pfn, type Region } from './units.ts';

/** NaN and the infinities, which a manager may report but JSON cannot hold, are written as strings. */
const NOT_FINITE: ReadonlyMap<unknown, number> = new Map(
  [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map((n) => [String(n), n]),
);

/** A number as a manager reported it, whatever it is: a `bigint` where it is an integer that a `number` may not hold exactly. */
export type Reading = number | bigint;

/** Larger numbers are not counts that went wrong: they print as they are. */
const MOST_DIGITS = 2 ** 64;

/** Returns a number as it is kept. */
export function reading(n: Reading): Reading {
  if (typeof n === 'bigint') {
    const isExact = n >= Number.MIN_SAFE_INTEGER && n <= Number.MAX_SAFE_INTEGER;
    return isExact ? Number(n) : n;
  }
  const isInexact = Number.isInteger(n) && !Number.isSafeInteger(n) && Math.abs(n) <= MOST_DIGITS;
  return isInexact ? BigInt(n) : n;
}

function readingIn(u: unknown): Reading | null {
  if (typeof u === 'number' || typeof u === 'bigint') return reading(u);
  return typeof u === 'string' ? (NOT_FINITE.get(u) ?? fromHex(u)) : null;
}

/** JSON: a number, one of the strings above, or a hex string in place of a `bigint`. */
const Reading = new t.Type<Reading, number | string, unknown>(
  'a number',
  (u) => typeof u === 'number' || typeof u === 'bigint',
  (u, context) => {
    const value = readingIn(u);
    return value === null ? t.failure(u, context) : either.right(value);
  },
  (n) => (typeof n === 'bigint' ? toHex(n) : Number.isFinite(n) ? n : String(n)),
);
withJsonForm(Reading, { type: ['number', 'string'] });

/**
 * The value that a call returned, or the error that it threw.
 *
 * - `address`, `addresses`, `amount`: the value of a success.
 * - `done`: a call without a value returned.
 * - `failed`: the failure value.
 * - `panicked`: it threw a panic.
 * - `malformed`: something that the interface does not allow: another type of value, another error, no answer.
 */
export const Outcome = t.union(
  [
    closed(t.type({ kind: t.literal('address'), address: HexInteger })),
    closed(t.type({ kind: t.literal('addresses'), addresses: t.readonlyArray(HexInteger) })),
    closed(t.type({ kind: t.literal('amount'), amount: Reading })),
    closed(t.type({ kind: t.literal('done') })),
    closed(t.type({ kind: t.literal('failed') })),
    closed(
      t.type({
        kind: t.literal('panicked'),
        message: t.string,
        call: t.string,
        pfn: t.union([Reading, t.null], 'a number or null'),
        owner: t.union([Owner, t.null], 'an owner or null'),
      }),
    ),
    closed(t.type({ kind: t.literal('malformed'), message: t.string })),
  ],
  'an outcome (address, addresses, amount, done, failed, panicked or malformed)',
);
export type Outcome = t.TypeOf<typeof Outcome>;

/** The kinds of outcomes. */
export const OUTCOME_KINDS = [
  'address',
  'addresses',
  'amount',
  'done',
  'failed',
  'panicked',
  'malformed',
] as const satisfies readonly Outcome['kind'][];

/** Returns the place of a kind in {@link OUTCOME_KINDS}. A lookup by a varying name would take the engine several times as long. */
export function outcomePlace(kind: Outcome['kind']): number {
  switch (kind) {
    case 'address':
      return 0;
    case 'addresses':
      return 1;
    case 'amount':
      return 2;
    case 'done':
      return 3;
    case 'failed':
      return 4;
    case 'panicked':
      return 5;
    default:
      return 6;
  }
}

/** The three amounts, in page frames, as the manager reports them. */
export const Amounts = closed(
  t.type({ total: Reading, free: Reading, reserved: Reading }, 'the three amounts'),
);
export type Amounts = t.TypeOf<typeof Amounts>;

/** The amounts that were observed. */
const ObservedAmounts = closed(
  t.partial({ total: Reading, free: Reading, reserved: Reading }, 'the three amounts'),
);

/** What a call did to the error number of its caller: `ENOMEM` and `other` were set; null is as the caller had it. */
const ErrnoChange = t.union(
  [t.literal('ENOMEM'), t.literal('cleared'), t.literal('other'), t.null],
  '"ENOMEM", "cleared", "other" or null',
);
export type ErrnoChange = t.TypeOf<typeof ErrnoChange>;

const PageFrame = t.refinement(t.number, isPageFrame, 'the number of a page frame');

/** Whether two numbers name page frames that exist. */
export function areFrames(base: number, count: number): boolean {
  return isPageFrame(base) && Number.isSafeInteger(count) && count >= 0 && base + count <= PFN_LIMIT;
}

/** Consecutive page frames. */
export const Frames = t.readonly(
  t.refinement(
    closed(t.type({ base: PageFrame, count: t.number })),
    ({ base, count }) => areFrames(base, count),
    'page frames: {"base":…,"count":…}',
  ),
);
export type Frames = t.TypeOf<typeof Frames>;

export const Response = closed(
  t.intersection(
    [
      t.type({ outcome: Outcome }),
      t.partial({
        errno: ErrnoChange,
        /** The warnings reported during the call. */
        warnings: t.readonlyArray(t.string),
        /** The amounts just after the call. */
        amounts: ObservedAmounts,
        /** Whether the call changed entries of the caller's array that it may not change. */
        strayEntries: t.boolean,
        /** The page frames that the manager wrote to during the call. */
        writes: t.readonlyArray(PageFrame),
        /** The page frames that it handed out and that did not read as zeros, where the manager claims that they do. */
        unzeroed: t.readonlyArray(PageFrame),
        /** The page frames that the manager has named, during init, as kept for itself. */
        kept: t.readonlyArray(Frames),
      }),
    ],
    'a response',
  ),
);
export type Response = t.TypeOf<typeof Response>;

const NONE_KEPT: readonly Region[] = [];

/** Returns the page frames that the manager has named as kept. */
export function keptRegions({ kept }: Response): readonly Region[] {
  return kept?.map(({ base, count }) => ({ base: pfn(base), count: pageCount(count) })) ?? NONE_KEPT;
}

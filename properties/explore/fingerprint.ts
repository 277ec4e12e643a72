/**
 * Fingerprints: a response as three words, so that the judge's verdict on it can be looked up. Exact: two responses to one
 * operation have the same fingerprint only if no clause can tell them apart, that is, if they differ only in the message of a
 * panic or in a warning that is as it should be. A response that does not fit three words has none. What a target does not report, it reports of no call: it counts as 0.
 *
 *     first    warnings (19 bits) · owner named (3) · call named (4) · stray entries (1) · errno (1) · outcome (3)
 *     second   address less the higher half · number of the list of addresses · amount · page frame named + 1, 0 for none
 *     third    the three amounts, ten bits each
 */
import { CALLS, type Call, isWarningOf, Owner, type Reading, type Response } from '../../spec/index.ts';
import { WordLists } from './word-tables.ts';

/** Codes of the outcomes that have a fingerprint. */
export const OUTCOME = { address: 0, addresses: 1, amount: 2, done: 3, failed: 4, panicked: 5 } as const;

const ERRNO_AT = 3;
const STRAY_AT = 4;
const CALL_AT = 5;
const OWNER_AT = 9;
const WARNINGS_AT = 12;
const WARNINGS_LIMIT = 1 << 19;
const AMOUNT_LIMIT = 1 << 10;
/** Values of the second word are below this. */
const VALUE_LIMIT = 2 ** 31 - 1;

const OWNERS: readonly string[] = Object.keys(Owner.keys);
/** Codes of the owner and the call that a panic names; 0 for none. */
const OWNER_CODES: ReadonlyMap<unknown, number> = new Map([
  [null, 0],
  ...OWNERS.map((owner, i): [string, number] => [owner, i + 1]),
]);
const CALL_CODES: ReadonlyMap<unknown, number> = new Map(CALLS.map((call: Call, i) => [call, i + 1]));

/** The code of a value that does not fit a fingerprint. */
export const NONE = -1;

function isValue(n: number): boolean {
  return Number.isInteger(n) && n >= 0 && n < VALUE_LIMIT;
}

/** Returns the code of the call and owner that a panic names, or {@link NONE} if one does not exist. */
export function panicCode(call: unknown, owner: unknown): number {
  const [callCode, ownerCode] = [CALL_CODES.get(call), OWNER_CODES.get(owner)];
  if (callCode === undefined || ownerCode === undefined) return NONE;
  return OUTCOME.panicked | (callCode << CALL_AT) | (ownerCode << OWNER_AT);
}

/** Returns the code of the page frame that a panic names, or {@link NONE}. */
export function frameCode(frame: unknown): number {
  if (frame === null) return 0;
  return typeof frame === 'number' && isValue(frame + 1) ? frame + 1 : NONE;
}

/** Returns the code of an amount that was returned, or {@link NONE}. */
export function amountCode(amount: Reading): number {
  return typeof amount === 'number' && isValue(amount) ? amount : NONE;
}

/** Returns the three amounts as one word, or {@link NONE}. */
export function amountsCode(total: number, free: number, reserved: number): number {
  const all = total | free | reserved;
  const fits =
    total === (total | 0) &&
    free === (free | 0) &&
    reserved === (reserved | 0) &&
    all >= 0 &&
    all < AMOUNT_LIMIT;
  return fits ? total | (free << 10) | (reserved << 20) : NONE;
}

/** The fingerprints of the responses of one search. */
export class Fingerprints {
  /** Lists of addresses less the higher half. */
  readonly lists = new WordLists();
  readonly #higherHalf: bigint;
  readonly #warnings = new Map<string, number>();
  readonly #scratch = new Int32Array(1 << 13);
  /** The words of the last response; meaningless if it has no fingerprint. */
  first = 0;
  second = 0;
  third = 0;

  constructor(higherHalf: bigint) {
    this.#higherHalf = higherHalf;
  }

  /** Returns an address less the higher half, or {@link NONE} if that does not fit 31 bits. */
  addressCode(address: bigint): number {
    const offset = BigInt.asUintN(64, address - this.#higherHalf);
    if (address < this.#higherHalf || offset >= 2147483647n) return NONE;
    return Number(offset);
  }

  /** Returns the number of a list of addresses, or {@link NONE}. */
  addressesCode(addresses: ArrayLike<bigint>, count: number): number {
    if (count > this.#scratch.length) return NONE;
    for (let i = 0; i < count; i += 1) {
      const code = this.addressCode(addresses[i] ?? 0n);
      if (code === NONE) return NONE;
      this.#scratch[i] = code;
    }
    return this.lists.numberOf(this.#scratch, 0, count);
  }

  /**
   * Returns the bits of the warnings of a call: 0 for none, 1 for one line that names the call, else the number of their text; or
   * {@link NONE} if there have been too many different ones. To look up each text would take a tenth of a search.
   */
  #warningsCode(warnings: readonly string[], call: Call): number {
    const [only] = warnings;
    if (only === undefined) return 0;
    if (warnings.length === 1 && isWarningOf(call, only)) return 1 << WARNINGS_AT;
    const text = JSON.stringify(warnings);
    const known = this.#warnings.get(text) ?? this.#warnings.size + 2;
    if (known >= WARNINGS_LIMIT) return NONE;
    this.#warnings.set(text, known);
    return known << WARNINGS_AT;
  }

  /** Sets the three words from their parts, each of which may be {@link NONE}. Returns whether the response has a fingerprint. */
  put(outcome: number, value: number, amounts: number, flags: number): boolean {
    this.first = outcome | flags;
    this.second = value;
    this.third = amounts;
    return outcome !== NONE && value !== NONE && amounts !== NONE && flags !== NONE;
  }

  /** Returns the bits of `errno`, of stray entries and of the warnings, or {@link NONE}. */
  flags(errno: unknown, isStray: boolean, warnings: readonly string[], call: Call): number {
    if (errno !== null && errno !== 'ENOMEM') return NONE;
    const said = this.#warningsCode(warnings, call);
    return said === NONE ? NONE : said | (errno === null ? 0 : 1 << ERRNO_AT) | (isStray ? 1 << STRAY_AT : 0);
  }

  /** Sets the three words to the fingerprint of the response to a call. Returns whether it has one. */
  take(
    { outcome, errno = null, warnings = [], amounts, strayEntries = false, writes = [] }: Response,
    call: Call,
  ): boolean {
    if (writes.length > 0 || amounts === undefined) return false;
    const flags = this.flags(errno, strayEntries, warnings, call);
    const { total = 0, free = 0, reserved = 0 } = amounts;
    if (typeof total !== 'number' || typeof free !== 'number' || typeof reserved !== 'number') return false;
    const three = amountsCode(total, free, reserved);
    switch (outcome.kind) {
      case 'address':
        return this.put(OUTCOME.address, this.addressCode(outcome.address), three, flags);
      case 'addresses':
        return this.put(
          OUTCOME.addresses,
          this.addressesCode(outcome.addresses, outcome.addresses.length),
          three,
          flags,
        );
      case 'amount':
        return this.put(OUTCOME.amount, amountCode(outcome.amount), three, flags);
      case 'panicked':
        return this.put(panicCode(outcome.call, outcome.owner), frameCode(outcome.pfn), three, flags);
      case 'malformed':
        return false;
      default:
        return this.put(OUTCOME[outcome.kind], 0, three, flags);
    }
  }
}

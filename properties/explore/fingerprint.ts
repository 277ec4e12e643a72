/**
 * Fingerprints: an answer as three words, so that the judge's verdict on it can be looked up. Exact: two answers to one operation have
 * the same fingerprint only if no clause can tell them apart, that is, if they differ only in the message of a panic or in a warning
 * that is as it should be. An answer that does not fit three words has none.
 *
 *     first    warnings (11 bits) · what was observed (7) · owner named (3) · call named (5) · stray entries (1) · errno (1) · ending (3)
 *     second   page frame handed out · number of the list of page frames · amount · page frame named + 1, 0 for none
 *     third    the three amounts, ten bits each
 */
import {
  ADDRESS,
  ADDRESSES,
  AMOUNT,
  type HigherHalf,
  halfOf,
  MALFORMED,
  NumberedAnswer,
  PANICKED,
} from '../../runner/lean/index.ts';
import { CALLS, type Call, type Config, isWarningOf, Owner, type Response } from '../../spec/index.ts';
import { WordLists } from './word-tables.ts';

const ERRNO_AT = 3;
const STRAY_AT = 4;
const CALL_AT = 5;
const OWNER_AT = 10;
const OBSERVED_AT = 13;
const WARNINGS_AT = 20;
const WARNINGS_LIMIT = 1 << 11;
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
const NONE = -1;

/** Returns a value below a limit, or {@link NONE}. */
function valueCode(n: number): number {
  return Number.isInteger(n) && n >= 0 && n < VALUE_LIMIT ? n | 0 : NONE;
}

/** Returns the code of the call and owner that a panic names, or {@link NONE} if one does not exist. */
function panicCode({ panic }: NumberedAnswer): number {
  const [callCode, ownerCode] = [CALL_CODES.get(panic?.call), OWNER_CODES.get(panic?.owner)];
  if (callCode === undefined || ownerCode === undefined) return NONE;
  return (callCode << CALL_AT) | (ownerCode << OWNER_AT);
}

/** Returns the code of the page frame that a panic names, or {@link NONE}. */
function frameCode(frame: unknown): number {
  if (frame === null) return 0;
  return typeof frame === 'number' && frame >= 0 ? valueCode(frame + 1) : NONE;
}

/** Returns the three amounts as one word, or {@link NONE}. */
function amountsCode({ total, free, reserved }: NumberedAnswer): number {
  const all = total | free | reserved;
  const fits =
    total === (total | 0) &&
    free === (free | 0) &&
    reserved === (reserved | 0) &&
    all >= 0 &&
    all < AMOUNT_LIMIT;
  return fits ? total | (free << 10) | (reserved << 20) : NONE;
}

/** The three words of an answer. */
export interface Fingerprint {
  readonly first: number;
  readonly second: number;
  readonly third: number;
}

/** The fingerprints of the answers of one search: each is here until the next is taken. */
export class Fingerprints implements Fingerprint {
  readonly #half: HigherHalf;
  readonly #lists = new WordLists();
  readonly #warnings = new Map<string, number>();
  readonly #scratch = new Int32Array(1 << 13);
  /** Answers that come as data, one after the other. */
  readonly #answer = new NumberedAnswer();
  /** The words of the last answer; meaningless if it has no fingerprint. */
  first = 0;
  second = 0;
  third = 0;

  constructor(config: Config) {
    this.#half = halfOf(config);
  }

  /** Sets the three words to the fingerprint of a response to a call. Returns whether it has one. */
  ofResponse(response: Response, call: Call): boolean {
    this.#answer.take(response, this.#half);
    const isZeroed = response.unzeroed === undefined || response.unzeroed.length === 0;
    return isZeroed && this.take(this.#answer, call);
  }

  /** Sets the three words to the fingerprint of an answer to a call. Returns whether it has one. */
  take(answer: NumberedAnswer, call: Call): boolean {
    const value = this.#value(answer);
    const amounts = amountsCode(answer);
    const panic = answer.kind === PANICKED ? panicCode(answer) : 0;
    const warnings = this.#warningsCode(answer.warnings, call);
    const hasNone = value === NONE || amounts === NONE || panic === NONE || warnings === NONE;
    if (hasNone || answer.errno === 'other' || answer.writes.length > 0) return false;
    const flags =
      (answer.observed << OBSERVED_AT) |
      (answer.errno === 'unchanged' ? 0 : 1 << ERRNO_AT) |
      (answer.hasStrayEntries ? 1 << STRAY_AT : 0);
    return this.set(answer.kind | panic | warnings | flags, value, amounts);
  }

  /** Sets the three words. */
  set(first: number, second: number, third: number): true {
    this.first = first;
    this.second = second;
    this.third = third;
    return true;
  }

  #value(answer: NumberedAnswer): number {
    switch (answer.kind) {
      case ADDRESS:
        return valueCode(answer.frame);
      case ADDRESSES:
        return this.#listCode(answer);
      case AMOUNT:
        return valueCode(answer.amount);
      case PANICKED:
        return frameCode(answer.panic?.pfn);
      case MALFORMED:
        return NONE;
      default:
        return 0;
    }
  }

  /** Returns the number of the list of page frames of a batch, or {@link NONE}. */
  #listCode({ frames, pages }: NumberedAnswer): number {
    if (pages < 0 || pages > this.#scratch.length) return NONE;
    for (let i = 0; i < pages; i += 1) {
      const code = valueCode(frames[i] ?? 0);
      if (code === NONE) return NONE;
      this.#scratch[i] = code;
    }
    return this.#lists.numberOf(this.#scratch, 0, pages);
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
}

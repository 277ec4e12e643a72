/**
 * Compact lines: the calls that a kernel prints with `native/frameproof_log.h`, found in any console output. All numbers are hex; the
 * checksum (FNV-1a of all between `fp ` and itself, 32 bits folded to 24) tells a whole line from a damaged one.
 *
 *     [    0.125] fp 1f3 a ffff800000010000 9c41a0\r
 *                    │   │ └ values          └ checksum
 *                    │   └ letter of the call, or h (start), j (start while running), m (a region of the memory map)
 *                    └ number, from 0 after each boot
 *
 * Values are the arguments, with an array as its length and its elements, and then the result: `!` for a failure.
 */
import {
  CALLS,
  type Call,
  describedCall,
  type Operation,
  type Outcome,
  operationOf,
  parametersOf,
  valuesOf,
} from '../../../spec/index.ts';
import type { LogEntry } from '../log-format.ts';

/** A line whose checksum is right. */
export interface CompactLine {
  readonly number: number;
  readonly letter: string;
  /** The words after the letter. */
  readonly words: readonly string[];
}

const MARK = 'fp ';
const CHECK_DIGITS = 6;
const [SPACE, LAST_PRINTABLE] = [0x20, 0x7e];
const [FNV_BASIS, FNV_PRIME] = [0x811c9dc5, 0x01000193];

function folded(hash: number): number {
  return (hash ^ (hash >>> 24)) & 0xff_ffff;
}

/** Returns the value of a lower-case hex digit, or NaN. */
function digit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  return code >= 0x61 && code <= 0x66 ? code - 0x57 : Number.NaN;
}

/** Whether the checksum of `hash` stands at a place. */
function isCheckAt(text: string, at: number, hash: number): boolean {
  const check = folded(hash);
  for (let k = 0; k < CHECK_DIGITS; k += 1)
    if (digit(text.charCodeAt(at + k)) !== ((check >>> (20 - 4 * k)) & 15)) return false;
  return true;
}

/** Returns the place of the space before the checksum of the line in [start, end), or -1. O(characters). */
function endOfBody(text: string, start: number, end: number): number {
  let hash = FNV_BASIS;
  for (let at = start; at < end; at += 1) {
    const code = text.charCodeAt(at);
    if (code < SPACE || code > LAST_PRINTABLE) return -1;
    if (code === SPACE && isCheckAt(text, at + 1, hash)) return at;
    hash = Math.imul(hash ^ code, FNV_PRIME);
  }
  return -1;
}

const BEGINNING = /^[0-9a-f]{1,8} [a-z](?= )/;

/**
 * Calls `onLine` with each whole line in a line of console output, which is one, none, or several where a line break was lost.
 * Returns how many were damaged. `onLine` returns whether to go on.
 */
export function compactLinesIn(text: string, onLine: (line: CompactLine) => boolean): number {
  let damaged = 0;
  let at = text.indexOf(MARK);
  while (at >= 0) {
    const start = at + MARK.length;
    // No value holds the mark, so a line ends before the next one. Each character is looked at once.
    const next = text.indexOf(MARK, start);
    const end = endOfBody(text, start, next < 0 ? text.length : next);
    const [number = '', letter = '', ...words] = end < 0 ? [] : text.slice(start, end).split(' ');
    if (letter.length === 1 && digit(number.charCodeAt(0)) >= 0) {
      if (!onLine({ number: Number.parseInt(number, 16), letter, words })) return damaged;
    } else if (BEGINNING.test(text.slice(start, start + 12))) damaged += 1;
    at = next;
  }
  return damaged;
}

/** Returns the text of a compact line, as the header prints it. */
export function compactText(number: number, body: string): string {
  const text = `${number.toString(16)} ${body}`;
  let hash = FNV_BASIS;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), FNV_PRIME);
  return `${MARK}${text} ${folded(hash).toString(16).padStart(CHECK_DIGITS, '0')}`;
}

const BY_LETTER: ReadonlyMap<string, Call> = new Map(CALLS.map((call) => [describedCall(call).letter, call]));

/** Returns the number that a word is, or null. */
export function hexWord(word: string | undefined): bigint | null {
  return word !== undefined && /^[0-9a-f]{1,16}$/.test(word) ? BigInt(`0x${word}`) : null;
}

/** Takes the words of a line one by one. */
class Words {
  readonly #words: readonly string[];
  readonly #addressOf: (word: bigint) => bigint;
  #at = 0;

  constructor(words: readonly string[], addressOf: (word: bigint) => bigint) {
    this.#words = words;
    this.#addressOf = addressOf;
  }

  get left(): number {
    return this.#words.length - this.#at;
  }

  number(): bigint | null {
    const word = this.#words[this.#at];
    this.#at += 1;
    return hexWord(word);
  }

  address(): bigint | null {
    const word = this.number();
    return word === null ? null : this.#addressOf(word);
  }

  addresses(count: bigint | null): readonly bigint[] | null {
    if (count === null || count > BigInt(this.left)) return null;
    const found: bigint[] = [];
    for (let k = 0; k < Number(count); k += 1) {
      const address = this.address();
      if (address === null) return null;
      found.push(address);
    }
    return found;
  }

  /** Whether a `!` is all that is left. */
  get isFailure(): boolean {
    return this.left === 1 && this.#words[this.#at] === '!';
  }
}

function outcomeOf(call: Call, words: Words): Outcome | null {
  if (words.isFailure) return { kind: 'failed' };
  switch (describedCall(call).returns) {
    case 'address': {
      const address = words.address();
      return address === null ? null : { kind: 'address', address };
    }
    case 'addresses': {
      const addresses = words.addresses(BigInt(words.left));
      return addresses === null ? null : { kind: 'addresses', addresses };
    }
    case 'amount': {
      const amount = words.number();
      return amount === null ? null : { kind: 'amount', amount: Number(amount) };
    }
    default:
      return { kind: 'done' };
  }
}

/**
 * Returns the call of a line and its answer, or null where the line is not a call. `addressOf` turns the addresses of the kernel
 * into those of the header's configuration.
 */
export function compactEntry(
  { letter, words: text }: CompactLine,
  addressOf: (word: bigint) => bigint,
): LogEntry | null {
  const call = BY_LETTER.get(letter);
  if (call === undefined) return null;
  const words = new Words(text, addressOf);
  const values: (bigint | readonly bigint[])[] = [];
  for (const { kind } of parametersOf(call)) {
    const value =
      kind === 'addresses'
        ? words.addresses(words.number())
        : kind === 'address'
          ? words.address()
          : words.number();
    if (value === null) return null;
    values.push(value);
  }
  const outcome = outcomeOf(call, words);
  if (outcome === null || (outcome.kind !== 'failed' && words.left > 0)) return null;
  const operation: Operation = operationOf(call, values);
  return { operation, response: { outcome } };
}

/** Returns the letter and the words of a call and its answer, as a kernel prints them. It prints no panic. */
export function entryBody({ operation, response: { outcome } }: LogEntry): string {
  const words: (bigint | number | string)[] = [];
  for (const value of valuesOf(operation))
    if (typeof value === 'object') words.push(value.length, ...value);
    else words.push(value);
  if (outcome.kind === 'failed') words.push('!');
  if (outcome.kind === 'address') words.push(outcome.address);
  if (outcome.kind === 'addresses') words.push(...outcome.addresses);
  if (outcome.kind === 'amount') words.push(outcome.amount);
  const { letter } = describedCall(operation.call);
  return [letter, ...words.map((word) => (typeof word === 'string' ? word : word.toString(16)))].join(' ');
}

/**
 * Answers: the lines that a process writes, read one by one into responses (native/PROTOCOL.md). Nothing is taken on trust. A
 * line that is not what the protocol has there, or the end of the process, is a response too: a malformed one, which the
 * judge accepts of no call; nothing after it is looked at.
 */
import { isPageFrame, type Outcome, Owner, type Profile, type Response } from '../../spec/index.ts';
import type { Ending, Reply } from './channel-messages.ts';

/** What happened when a program ran in a process. */
export interface Recording {
  readonly started: Response;
  /** One for each operation that was sent, up to the first malformed one; `skipped` where it could not be resolved there. */
  readonly responses: readonly (Response | 'skipped')[];
  /** KiB of memory that the program took at its peak; 0 where it is not known. */
  readonly peakKib: number;
  /** Whether the process cannot simulate this much memory. */
  readonly isUnsupported: boolean;
}

/** What was said before the answer that it belongs to. */
interface Notes {
  warnings: string[];
  says: string;
  strayEntries: boolean;
}

/** A line that is not what the protocol has there. */
class Unreadable extends Error {}

const DIGITS = /^\d{1,20}$/;
const ZERO = 0x30;
/** So many digits make a number that is told apart from its neighbours. */
const EXACT_DIGITS = 15;

function number(word: string | undefined): number {
  if (word === undefined) throw new Unreadable('a number is missing');
  let value = 0;
  let at = 0;
  for (; at < word.length && at < EXACT_DIGITS; at += 1) {
    const digit = word.charCodeAt(at) - ZERO;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  if (at === word.length && at > 0) return value;
  if (!DIGITS.test(word)) throw new Unreadable(`${quoted(word)} is no number`);
  return Number(word);
}

function frame(word: string): number {
  const value = number(word);
  if (isPageFrame(value)) return value;
  throw new Unreadable(`${quoted(word)} is not the number of a page frame`);
}

function address(word: string | undefined): bigint {
  if (word === undefined) throw new Unreadable('an address is missing');
  if (!/^0x[0-9a-f]{1,16}$/i.test(word)) throw new Unreadable(`${quoted(word)} is no address`);
  return BigInt(word);
}

const SHOWN = 60;

function quoted(text: string): string {
  return JSON.stringify(text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);
}

function owner(word: string | undefined): Owner | null {
  if (word === '-') return null;
  if (Owner.is(word)) return word;
  throw new Unreadable(`${quoted(word ?? '')} is no owner`);
}

/** Every answer ends with errno and the three amounts. */
const TRAILING = 4;

function outcomeOf(words: readonly string[], { says }: Notes): Outcome {
  const values = words.length - TRAILING - 1;
  const exactly = (count: number): void => {
    if (values !== count) throw new Unreadable(`${words[0]} comes with ${count} values, found ${values}`);
  };
  switch (words[0]) {
    case 'address':
      exactly(1);
      return { kind: 'address', address: address(words[1]) };
    case 'addresses':
      return { kind: 'addresses', addresses: words.slice(1, values + 1).map(address) };
    case 'amount':
      exactly(1);
      return { kind: 'amount', amount: number(words[1]) };
    case 'done':
      exactly(0);
      return { kind: 'done' };
    case 'failed':
    case 'refused':
      exactly(0);
      return { kind: 'failed' };
    case 'panic':
      exactly(2);
      return panicOf(words, says);
    default:
      throw new Unreadable(
        'an answer begins with address, addresses, amount, done, failed, refused, panic or skip',
      );
  }
}

function panicOf([, frame, by]: readonly string[], says: string): Outcome {
  const pfn = frame === '-' ? null : number(frame);
  return { kind: 'panicked', message: says, call: '', pfn, owner: owner(by) };
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

function errnoOf(word: string | undefined): Response['errno'] {
  if (word === '?') return undefined;
  if (word === '-') return null;
  if (word === 'ENOMEM') return word;
  throw new Unreadable(`errno is ${quoted(word ?? '')}, and must be -, ? or ENOMEM`);
}

/** Returns the three amounts from some word on; one that is not told is left out. */
function amountsOf(words: readonly string[], at: number): NonNullable<Response['amounts']> {
  const amounts: Writable<NonNullable<Response['amounts']>> = {};
  if (words[at] !== '?') amounts.total = number(words[at]);
  if (words[at + 1] !== '?') amounts.free = number(words[at + 1]);
  if (words[at + 2] !== '?') amounts.reserved = number(words[at + 2]);
  return amounts;
}

const NO_WARNINGS: readonly string[] = [];
const NO_WRITES: readonly number[] = [];

/** How a process ended, in words. */
function died(how: string): string {
  if (how === 'time') return 'it did not end within its time limit';
  if (how === 'memory') return 'it took more memory than its limit';
  if (how === 'output') return 'it wrote more than its limit';
  return how.startsWith('exit') ? `it ended the process with exit code ${how.slice(5)}` : `it died of ${how}`;
}

function diedOf(ending: Ending): string {
  if (ending.kind === 'exit') return died(`exit ${ending.code}`);
  return died(ending.kind === 'signal' ? ending.signal : ending.kind);
}

function malformed(message: string): Response {
  return { outcome: { kind: 'malformed', message } };
}

/** Reads the lines of one program's answer. */
class Reader {
  readonly responses: (Response | 'skipped')[] = [];
  peakKib = 0;
  isUnsupported = false;
  /** Why the reading ended before its time, or null. */
  fault: string | null = null;
  isEnded = false;
  #notes: Notes = { warnings: [], says: '', strayEntries: false };
  readonly #tellsErrno: boolean;
  readonly #tellsWarnings: boolean;
  readonly #paints: boolean;

  constructor({ failures }: Profile, paints: boolean) {
    this.#tellsErrno = failures.includes('errno');
    this.#tellsWarnings = failures.includes('warning');
    this.#paints = paints;
  }

  /** Reads a line; returns whether the next one is to be read. */
  read(line: string): boolean {
    try {
      this.#read(line);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      this.fault = `it answered ${quoted(line)}: ${error.message}`;
    }
    return this.fault === null && !this.isEnded;
  }

  #read(line: string): void {
    const space = line.indexOf(' ');
    const first = space < 0 ? line : line.slice(0, space);
    const rest = space < 0 ? '' : line.slice(space + 1);
    switch (first) {
      case 'warn':
        this.#notes.warnings.push(rest);
        return;
      case 'says':
        this.#notes.says = rest;
        return;
      case 'stray':
        this.#notes.strayEntries = true;
        return;
      case 'wrote':
        this.#noteWrite(frame(rest));
        return;
      case 'skip':
        this.responses.push('skipped');
        return;
      case 'died':
        this.fault = died(rest);
        return;
      case 'memory':
        this.peakKib = number(rest);
        return;
      case 'unsupported':
        this.isUnsupported = true;
        return;
      case 'end':
        this.isEnded = true;
        return;
      default:
        this.responses.push(this.#response(line));
    }
  }

  #response(line: string): Response {
    const words = line.split(' ');
    const notes = this.#notes;
    const response: Writable<Response> = { outcome: outcomeOf(words, notes) };
    const trailing = words.length - TRAILING;
    const errno = this.#tellsErrno ? errnoOf(words[trailing]) : undefined;
    if (errno !== undefined) response.errno = errno;
    if (this.#tellsWarnings) response.warnings = notes.warnings.length === 0 ? NO_WARNINGS : notes.warnings;
    response.amounts = amountsOf(words, trailing + 1);
    response.strayEntries = notes.strayEntries;
    if (this.#paints) response.writes = NO_WRITES;
    if (notes.warnings.length > 0 || notes.strayEntries || notes.says !== '')
      this.#notes = { warnings: [], says: '', strayEntries: false };
    return response;
  }

  /** A write that is found before a call was done by one of those before it: the last of them is blamed. */
  #noteWrite(frame: number): void {
    const last = this.responses.length - 1;
    const response = this.responses[last];
    if (response === undefined || response === 'skipped') throw new Unreadable('nothing was answered yet');
    this.responses[last] = { ...response, writes: [...(response.writes ?? []), frame] };
  }
}

/** The call that a panic leaves is the one that was made: the protocol does not repeat it. */
export function withCall(response: Response, call: string): Response {
  const { outcome } = response;
  return outcome.kind === 'panicked' ? { ...response, outcome: { ...outcome, call } } : response;
}

/** Returns what the text of a reply says of a program of which `sent` operations were sent. O(its length). */
export function readAnswer(
  { text, ending }: Pick<Reply, 'text' | 'ending'>,
  { sent, profile, paints }: { readonly sent: number; readonly profile: Profile; readonly paints: boolean },
): Recording {
  const reader = new Reader(profile, paints);
  let at = 0;
  for (let isOn = true; isOn && at < text.length && reader.responses.length <= sent + 1; ) {
    const end = text.indexOf('\n', at);
    if (end < 0) break;
    isOn = reader.read(text.slice(at, end));
    at = end + 1;
  }
  const { responses, peakKib, isUnsupported } = reader;
  const fault = reader.fault ?? (reader.isEnded ? null : stopped(ending, text.slice(at)));
  close(responses, sent + 1, fault);
  const [started = malformed('it answered nothing'), ...answered] = responses;
  return {
    started: started === 'skipped' ? malformed('it passed init over') : started,
    responses: answered,
    peakKib,
    isUnsupported,
  };
}

function stopped(ending: Ending, rest: string): string {
  if (ending.kind !== 'whole') return diedOf(ending);
  return `it answered half a line: ${quoted(rest)}`;
}

/** Makes what went wrong the response of the operation at which it did: the first unanswered one, or else the last. */
function close(responses: (Response | 'skipped')[], wanted: number, fault: string | null): void {
  const counted = `it gave ${responses.length} answers, and ${wanted} were due`;
  if (responses.length > wanted) {
    responses.length = wanted;
    responses[wanted - 1] = malformed(`it gave more answers than the ${wanted} that were due`);
  } else if (responses.length < wanted) responses.push(malformed(fault ?? counted));
  else if (fault !== null) responses[wanted - 1] = malformed(`${fault}, after its answer`);
}

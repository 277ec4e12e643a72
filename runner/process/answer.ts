/**
 * Answers: the lines that a process writes, parsed into responses (native/PROTOCOL.md). Nothing is taken on trust. A line that breaks
 * the protocol, or the end of the process, becomes a malformed response, which the judge never accepts; the rest is ignored.
 */
import {
  areFrames,
  type Frames,
  isPageFrame,
  type Outcome,
  Owner,
  type Profile,
  type Reading,
  type Response,
} from '../../spec/index.ts';
import { type ToldAmounts, toldAmounts, type Writable } from '../call-end.ts';
import { NO_WRITES } from '../simulated-memory.ts';
import type { Ending, Reply } from './channel-messages.ts';

/** The record of a program that ran in a process. */
export interface Recording {
  readonly started: Response;
  /** One for each operation sent, up to the first malformed one; `skipped` if the process could not resolve the operation. */
  readonly responses: readonly (Response | 'skipped')[];
  /** Peak memory of the program in KiB; 0 if unknown. */
  readonly peakKib: number;
  /** Whether the process cannot simulate this much memory. */
  readonly isUnsupported: boolean;
  /** Whether the time limit ended it: the last response tells so. */
  readonly isTimeOut: boolean;
  /** Whether it ended without a word of why: what it had not written out is lost, so that an earlier operation than the last is blamed. */
  readonly isCut: boolean;
}

/** Notes that precede the answer they belong to. */
interface Notes {
  warnings: string[];
  says: string;
  strayEntries: boolean;
  kept: Frames[];
  unzeroed: number[];
}

/** A line that breaks the protocol. */
class Unreadable extends Error {}

const DIGITS = /^\d{1,20}$/;
const ZERO = 0x30;
/** A number of at most 15 digits is exact as a double. */
const EXACT_DIGITS = 15;

function parseNumber(word: string | undefined): number {
  if (word === undefined) throw new Unreadable('a number is missing');
  let value = 0;
  let at = 0;
  for (; at < word.length && at < EXACT_DIGITS; at += 1) {
    const digit = word.charCodeAt(at) - ZERO;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  if (at === word.length && at > 0) return value;
  if (!DIGITS.test(word)) throw new Unreadable(`${quoted(word)} is not a number`);
  return Number(word);
}

/** Parses a number that an allocator reports, exactly. */
function parseReading(word: string | undefined): Reading {
  const value = parseNumber(word);
  return Number.isSafeInteger(value) ? value : BigInt(word ?? value);
}

function parsePfn(word: string): number {
  const value = parseNumber(word);
  if (isPageFrame(value)) return value;
  throw new Unreadable(`${quoted(word)} is not the number of a page frame`);
}

function parseAddress(word: string | undefined): bigint {
  if (word === undefined) throw new Unreadable('an address is missing');
  if (!/^0x[0-9a-f]{1,16}$/i.test(word)) throw new Unreadable(`${quoted(word)} is not an address`);
  return BigInt(word);
}

const SHOWN = 60;

function quoted(text: string): string {
  return JSON.stringify(text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);
}

function parseOwner(word: string | undefined): Owner | null {
  if (word === '-') return null;
  if (Owner.is(word)) return word;
  throw new Unreadable(`${quoted(word ?? '')} is not an owner`);
}

/** Words at the end of every answer: errno and the three amounts. */
const TRAILING = 4;

function outcomeOf(words: readonly string[], { says }: Notes): Outcome {
  const values = words.length - TRAILING - 1;
  const exactly = (count: number): void => {
    if (values !== count) throw new Unreadable(`${words[0]} has ${count} values, found ${values}`);
  };
  switch (words[0]) {
    case 'address':
      exactly(1);
      return { kind: 'address', address: parseAddress(words[1]) };
    case 'addresses':
      return { kind: 'addresses', addresses: words.slice(1, values + 1).map(parseAddress) };
    case 'amount':
      exactly(1);
      return { kind: 'amount', amount: parseReading(words[1]) };
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
  const pfn = frame === '-' ? null : parseReading(frame);
  return { kind: 'panicked', message: says, call: '', pfn, owner: parseOwner(by) };
}

function errnoOf(word: string | undefined): Response['errno'] {
  if (word === '?') return undefined;
  if (word === '-') return null;
  if (word === 'ENOMEM') return word;
  if (word === 'E0') return 'cleared';
  if (/^E\d{1,9}$/.test(word ?? '')) return 'other';
  throw new Unreadable(`errno is ${quoted(word ?? '')}, and must be -, ?, ENOMEM, or E and a number`);
}

/** Returns the amounts that are claimed to be told, of the three which begin at word `at`. An unknown one is left out. */
function amountsOf(
  words: readonly string[],
  at: number,
  told: ToldAmounts,
): NonNullable<Response['amounts']> {
  const amounts: Writable<NonNullable<Response['amounts']>> = {};
  if (told.total && words[at] !== '?') amounts.total = parseReading(words[at]);
  if (told.free && words[at + 1] !== '?') amounts.free = parseReading(words[at + 1]);
  if (told.reserved && words[at + 2] !== '?') amounts.reserved = parseReading(words[at + 2]);
  return amounts;
}

const NO_WARNINGS: readonly string[] = [];

/** How a process ends that its time limit ends. */
const TIME = 'time';

/** Returns a description of how a process ended. */
function died(how: string): string {
  if (how === TIME) return 'it did not end within its time limit';
  if (how === 'memory') return 'it took more memory than its limit';
  if (how === 'output') return 'it wrote more than its limit';
  return how.startsWith('exit') ? `it ended the process with exit code ${how.slice(5)}` : `it died of ${how}`;
}

/** Returns a description of how a process ended, by what its harness or the channel says of it. */
export function diedOf(ending: Ending | string): string {
  if (typeof ending === 'string') return died(ending);
  if (ending.kind === 'exit') return died(`exit ${ending.code}`);
  return died(ending.kind === 'signal' ? ending.signal : ending.kind);
}

function malformed(message: string): Response {
  return { outcome: { kind: 'malformed', message } };
}

function noNotes(): Notes {
  return { warnings: [], says: '', strayEntries: false, kept: [], unzeroed: [] };
}

function hasAny({ warnings, says, strayEntries, kept, unzeroed }: Notes): boolean {
  return warnings.length + kept.length + unzeroed.length > 0 || strayEntries || says !== '';
}

/** Facts that are known of an answer before it is read. */
interface AnswerFacts {
  /** Operations that were sent. */
  readonly sent: number;
  readonly profile: Profile;
  /** Whether writes into page frames are told. */
  readonly paints: boolean;
  /** Whether page frames that are handed out and hold other than zeros are told. Default: they are not. */
  readonly looks?: boolean;
}

/** Parses the lines of the answer to one program. */
class Reader {
  readonly responses: (Response | 'skipped')[] = [];
  peakKib = 0;
  isUnsupported = false;
  isTimeOut = false;
  /** The reason why parsing ended early, or null. */
  fault: string | null = null;
  isEnded = false;
  #notes: Notes = noNotes();
  readonly #tellsErrno: boolean;
  readonly #tellsWarnings: boolean;
  readonly #told: ToldAmounts;
  readonly #paints: boolean;
  readonly #looks: boolean;

  constructor(
    { failures, calls }: Profile,
    { paints, looks = false }: Pick<AnswerFacts, 'paints' | 'looks'>,
  ) {
    this.#tellsErrno = failures.includes('errno');
    this.#tellsWarnings = failures.includes('warning');
    this.#told = toldAmounts(calls);
    this.#paints = paints;
    this.#looks = looks;
  }

  /** Parses a line. Returns whether to continue. */
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
      case 'kept': {
        const [base = '', count = ''] = rest.split(' ');
        const frames = { base: parsePfn(base), count: parseNumber(count) };
        if (!areFrames(frames.base, frames.count)) throw new Unreadable('there are no such page frames');
        this.#notes.kept.push(frames);
        return;
      }
      case 'says':
        this.#notes.says = rest;
        return;
      case 'stray':
        this.#notes.strayEntries = true;
        return;
      case 'unzeroed':
        this.#notes.unzeroed.push(parsePfn(rest));
        return;
      case 'wrote':
        this.#noteWrite(parsePfn(rest));
        return;
      case 'skip':
        this.responses.push('skipped');
        return;
      case 'malformed':
        this.fault = rest;
        return;
      case 'died':
        this.fault = died(rest);
        this.isTimeOut = rest === TIME;
        return;
      case 'memory':
        this.peakKib = parseNumber(rest);
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
    response.amounts = amountsOf(words, trailing + 1, this.#told);
    response.strayEntries = notes.strayEntries;
    if (this.#paints) response.writes = NO_WRITES;
    if (notes.kept.length > 0) response.kept = notes.kept;
    if (this.#looks) response.unzeroed = notes.unzeroed.length === 0 ? NO_WRITES : notes.unzeroed;
    if (hasAny(notes)) this.#notes = noNotes();
    return response;
  }

  /** Blames a write on the last answered call: the write was found after it and before the next. */
  #noteWrite(frame: number): void {
    const last = this.responses.length - 1;
    const response = this.responses[last];
    if (response === undefined || response === 'skipped') throw new Unreadable('nothing was answered yet');
    this.responses[last] = { ...response, writes: [...(response.writes ?? []), frame] };
  }
}

/** Returns a response whose panic, if it is one, names the call: the protocol does not repeat the name. */
export function withCall(response: Response, call: string): Response {
  const { outcome } = response;
  return outcome.kind === 'panicked' ? { ...response, outcome: { ...outcome, call } } : response;
}

/** Parses the reply to a program of which `sent` operations were sent. O(its length). */
export function readAnswer(
  { text, ending }: Pick<Reply, 'text' | 'ending'>,
  { sent, profile, ...facts }: AnswerFacts,
): Recording {
  const reader = new Reader(profile, facts);
  let at = 0;
  for (let isOn = true; isOn && at < text.length && reader.responses.length <= sent + 1; ) {
    const end = text.indexOf('\n', at);
    if (end < 0) break;
    isOn = reader.read(text.slice(at, end));
    at = end + 1;
  }
  const { responses, peakKib, isUnsupported } = reader;
  const isCut = reader.fault === null && !reader.isEnded && responses.length <= sent + 1;
  const fault = isCut ? stopped(ending, text.slice(at)) : reader.fault;
  close(responses, sent + 1, fault);
  const [started = malformed('it answered nothing'), ...answered] = responses;
  return {
    started: started === 'skipped' ? malformed('it passed init over') : started,
    responses: answered,
    peakKib,
    isUnsupported,
    isTimeOut: isCut ? ending.kind === TIME : reader.isTimeOut,
    isCut,
  };
}

/** Returns the record of a program that does not return: the operation under way is answered with a message that says so. */
export function unanswered(recording: Recording, message: string): Recording {
  const response = malformed(`it is ${message}`);
  const { responses } = recording;
  return responses.length === 0
    ? { ...recording, started: response }
    : { ...recording, responses: [...responses.slice(0, -1), response] };
}

function stopped(ending: Ending, rest: string): string {
  if (ending.kind !== 'whole') return diedOf(ending);
  return `it answered half a line: ${quoted(rest)}`;
}

/** Turns a fault into the response of the operation at which it occurred: the first unanswered one, or else the last. */
function close(responses: (Response | 'skipped')[], wanted: number, fault: string | null): void {
  const counted = `it gave ${responses.length} answers, and ${wanted} were due`;
  if (responses.length > wanted) {
    responses.length = wanted;
    responses[wanted - 1] = malformed(`it gave more answers than the ${wanted} that were due`);
  } else if (responses.length < wanted) responses.push(malformed(fault ?? counted));
  else if (fault !== null) responses[wanted - 1] = malformed(`${fault}, after its answer`);
}

/**
 * Making a call that is held in numbers, on a manager in this process, and reading the answer in numbers. What a caller passes to
 * batches lies in memory that all calls share, since to make an array takes as long as a call; the entries beyond those that the
 * manager may write are looked at afterwards.
 */
import { type Call, describedCall, isQuery, type Outcome, type Pmm } from '../../spec/index.ts';
import { CALLERS_ERRNO, CallEnd, isPanic } from '../call-end.ts';
import {
  ADDRESS,
  ADDRESSES,
  AMOUNT,
  DONE,
  FAILED,
  MALFORMED,
  NOBODY,
  type NumberedAnswer,
  PANICKED,
} from './answer.ts';
import type { LeanJudge } from './judge.ts';
import { type HigherHalf, isWhole, type NumberedCall } from './numbered-call.ts';

/** The contents of both halves of an entry of the caller's array before a call. */
const UNTOUCHED = 0x5555_5555;
/** Entries beyond those asked for, that a call must leave alone. */
const MARGIN = 2;
const WHOLE_ARRAY = 4096;
const SHORT_ARRAY = 16;

let entries = new BigUint64Array(8192);
let halves = new Uint32Array(entries.buffer);
/** The arrays of few entries that were passed before, by their lengths: to make one takes as long as a call. */
let passedArrays: BigUint64Array[] = [];
const FEW_ENTRIES = 256;

/** The same of a batch before the call that it is passed to. */
let passedHalves = new Uint32Array(256);

/** Returns an array of `length` entries, all untouched; the same memory for as long as it suffices. */
function untouched(length: number): BigUint64Array {
  if (entries.length < length) {
    entries = new BigUint64Array(2 * length);
    halves = new Uint32Array(entries.buffer);
    passedArrays = [];
  }
  halves.fill(UNTOUCHED, 0, 2 * length);
  return arrayOf(length);
}

/** Returns the first entries as an array. */
function arrayOf(length: number): BigUint64Array {
  if (length >= FEW_ENTRIES) return entries.subarray(0, length);
  passedArrays[length] ??= entries.subarray(0, length);
  return passedArrays[length];
}

function isStray(from: number, end: number): boolean {
  for (let i = 2 * from; i < 2 * end; i += 1) if (halves[i] !== UNTOUCHED) return true;
  return false;
}

/** Copies the first entries. */
function copyOf(count: number): Uint32Array {
  if (passedHalves.length < 2 * count) passedHalves = new Uint32Array(4 * count);
  for (let i = 0; i < 2 * count; i += 1) passedHalves[i] = halves[i] ?? 0;
  return passedHalves;
}

/** Makes calls on a manager. What one returned or threw is kept until the next. */
export class LeanCaller {
  /** The value that the last call returned, or its error. */
  value: unknown;
  #threw = false;
  /** Entries that the last batch had room for. */
  #asked = 0;
  readonly #pmm: Pmm;
  readonly #call: NumberedCall;
  readonly #half: HigherHalf;
  readonly #answer: NumberedAnswer;

  constructor(pmm: Pmm, { call, half, answer }: Pick<LeanJudge, 'call' | 'half' | 'answer'>) {
    this.#pmm = pmm;
    this.#call = call;
    this.#half = half;
    this.#answer = answer;
  }

  /** Makes the call where so many page frames are free for batches, and reads how it ended, errno and the amounts. */
  make(free: number): void {
    const pmm = this.#pmm;
    let isMade = false;
    this.#threw = false;
    this.#answer.hasStrayEntries = false;
    try {
      pmm.errno = CALLERS_ERRNO;
      isMade = true;
      this.value = this.#invoke(pmm, free);
    } catch (error) {
      this.value = error;
      this.#threw = true;
    }
    this.#read(isMade);
    this.#observe(pmm);
  }

  /** Returns how the last call ended, as data. */
  outcome(): Outcome {
    const { call } = this.#call;
    return !this.#threw && call === 'allocPages' && this.value === true
      ? { kind: 'addresses', addresses: [...entries.subarray(0, this.#asked)] }
      : outcomeOf(call, this.value, this.#threw);
  }

  #invoke(pmm: Pmm, free: number): unknown {
    const call = this.#call;
    switch (call.call) {
      case 'alloc':
        return pmm.alloc();
      case 'allocPages':
        return this.#allocPages(pmm, free);
      case 'allocBitmap':
        return pmm.allocBitmap(call.count, call.maxAddr, call.alignment);
      case 'free':
        return pmm.free(call.addressAt(0, this.#half));
      case 'freePages':
        return this.#freePages(pmm);
      case 'freeRegion':
        return pmm.freeRegion(call.addressAt(0, this.#half), call.count);
      default:
        if (isQuery(call.call)) return pmm[call.call]();
        throw new Error(`${call.call} is left to the model's judge`);
    }
  }

  #allocPages(pmm: Pmm, free: number): unknown {
    const { count } = this.#call;
    const most = Math.max(free, WHOLE_ARRAY);
    const asked = typeof count === 'number' && isWhole(count) && count <= most ? count : SHORT_ARRAY;
    this.#asked = asked;
    const given = untouched(asked + MARGIN);
    let isGranted = false;
    try {
      const value: unknown = pmm.allocPages(given, count);
      isGranted = value === true;
      return value;
    } finally {
      this.#answer.hasStrayEntries = isStray(isGranted ? asked : 0, asked + MARGIN);
    }
  }

  #freePages(pmm: Pmm): unknown {
    const call = this.#call;
    const { named } = call;
    untouched(named + MARGIN);
    call.write(halves, this.#half);
    const given = copyOf(named);
    try {
      return pmm.freePages(arrayOf(named), named);
    } finally {
      for (let i = 0; i < 2 * named; i += 1) if (halves[i] !== given[i]) this.#answer.hasStrayEntries = true;
    }
  }

  #read(isMade: boolean): void {
    const answer = this.#answer;
    const { value } = this;
    answer.panic = null;
    if (this.#threw) {
      answer.kind = MALFORMED;
      if (!isMade || !isPanic(value)) return;
      answer.kind = PANICKED;
      answer.panic = value;
      return;
    }
    switch (describedCall(this.#call.call).returns) {
      case 'address':
        answer.kind = typeof value === 'bigint' ? ADDRESS : value === null ? FAILED : MALFORMED;
        answer.frame = this.#half.frameIn(value);
        break;
      case 'addresses':
        answer.kind = value === true ? ADDRESSES : value === false ? FAILED : MALFORMED;
        if (value === true) this.#readBatch();
        break;
      case 'amount':
        answer.kind = typeof value === 'number' ? AMOUNT : MALFORMED;
        answer.amount = typeof value === 'number' ? value : 0;
        break;
      default:
        answer.kind = value === false ? FAILED : DONE;
    }
  }

  #readBatch(): void {
    const answer = this.#answer;
    const half = this.#half;
    const pages = this.#asked;
    const frames = answer.reserve(pages);
    answer.pages = pages;
    for (let i = 0; i < pages; i += 1) {
      const frame = half.frameAtStart(halves[2 * i] ?? 0, halves[2 * i + 1] ?? 0);
      if (frame < 0) answer.pages = NOBODY;
      frames[i] = frame;
    }
  }

  /** Reads errno and the amounts. Where that throws, the model's judge reads them again, and says what they threw. */
  #observe(pmm: Pmm): void {
    const answer = this.#answer;
    try {
      const { errno } = pmm;
      answer.errno = errno === 'ENOMEM' ? errno : errno === CALLERS_ERRNO ? 'unchanged' : 'other';
      answer.total = pmm.totalAmount();
      answer.free = pmm.freeAmount();
      answer.reserved = pmm.reservedAmount();
    } catch {
      answer.kind = MALFORMED;
    }
  }
}

/** Returns the outcome of a call that returned or threw a value; the addresses of a batch are read elsewhere. */
export function outcomeOf(call: Call, value: unknown, threw: boolean): Outcome {
  const end = new CallEnd();
  if (threw) end.threw(value);
  else end.returned(value, describedCall(call).returns);
  return end.outcome();
}

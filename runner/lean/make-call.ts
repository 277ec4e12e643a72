/**
 * Making a call that is held in numbers, on a manager in this process, and reading how it ended: in numbers, or as data. Nothing that
 * the manager throws gets out. What a caller passes to batches lies in memory that all calls share, since to make an array takes as
 * long as a call; the entries beyond those that the manager may write are looked at afterwards.
 */
import {
  CALLS,
  type Call,
  type CallDescription,
  describedCall,
  isQuery,
  type Outcome,
  type Pmm,
  type Profile,
  type SomePmm,
} from '../../spec/index.ts';
import {
  GUARDS,
  grantedIn,
  guardsBehind,
  guardsBehindNamed,
  roomFor,
  ungranted,
  writtenBeforeRefusal,
} from '../batch.ts';
import {
  CALLERS_ERRNO,
  isLate,
  isPanic,
  returned,
  type ToldAmounts,
  thrown,
  toldAmounts,
} from '../call-end.ts';
import { malformedBy } from '../thrown.ts';
import {
  ADDRESS,
  ADDRESSES,
  ALL_OBSERVED,
  AMOUNT,
  DONE,
  FAILED,
  MALFORMED,
  NOBODY,
  type NumberedAnswer,
  OBSERVED,
  PANICKED,
} from './answer.ts';
import type { HigherHalf, NumberedCall } from './numbered-call.ts';

/** Each half of an entry of the caller's array before a call. Together the halves are not an address of the higher half. */
const UNTOUCHED = 0x5555_5555;

let entries = new BigUint64Array(8192);
let halves = new Uint32Array(entries.buffer);
/** The arrays of few entries that were passed before, by their lengths: to make one takes as long as a call. */
let passedArrays: BigUint64Array[] = [];
const FEW_ENTRIES = 256;

/** Returns an array of `length` entries; the same memory for as long as it suffices. */
function arrayOf(length: number): BigUint64Array {
  if (entries.length < length) {
    entries = new BigUint64Array(2 * length);
    halves = new Uint32Array(entries.buffer);
    passedArrays = [];
  }
  if (length >= FEW_ENTRIES) return entries.subarray(0, length);
  passedArrays[length] ??= entries.subarray(0, length);
  return passedArrays[length];
}

function isStray(from: number, end: number): boolean {
  const words = halves;
  for (let i = 2 * from; i < 2 * end; i += 1) if (words[i] !== UNTOUCHED) return true;
  return false;
}

/** Whether words begin with `count` given ones. */
function startsWith(words: Uint32Array, given: Uint32Array, count: number): boolean {
  for (let i = 0; i < count; i += 1) if (words[i] !== given[i]) return false;
  return true;
}

/** Returns the first entries, copied one by one: several times faster than with an iterator. */
function firstEntries(count: number): readonly bigint[] {
  const copied: bigint[] = [];
  for (let i = 0; i < count; i += 1) copied.push(entries[i] ?? 0n);
  return copied;
}

/** The outcomes of calls that succeed, by their places. */
const RETURNS = CALLS.map((call) => describedCall(call).returns);

/** The beginning of the description of an error. */
const RESETTING = 'setting errno, ';

/** A manager as a table of calls that take no array. */
type Methods = Readonly<Record<Call, (...passed: readonly (number | bigint)[]) => unknown>>;

function methodsOf(pmm: object): Methods {
  return pmm as Methods;
}

/** Whether a manager has the three calls that tell amounts, and claims them. */
export function hasAmounts(pmm: Pmm, { total, free, reserved }: ToldAmounts): boolean {
  if (!(total && free && reserved)) return false;
  return 'totalAmount' in pmm && 'freeAmount' in pmm && 'reservedAmount' in pmm;
}

/** Stands for the entries of an array where a call has none. */
const NO_ARRAY = -1;
const NO_HALVES = new Uint32Array(0);

/** Makes calls on a manager. What one returned or threw is kept until the next. */
export class LeanCaller {
  /** The value that the last call returned, or its error. */
  value: unknown;
  /** Whether the last call threw. */
  threw = false;
  /** Whether the last call changed entries of its array that it must leave alone. */
  hasStrayEntries = false;
  /** The place of the last call among `CALLS`. */
  #place = 0;
  #isMade = false;
  /** Entries that the last batch had room for, or {@link NO_ARRAY}, and page frames that it was granted. */
  #room = NO_ARRAY;
  #granted: number | null = null;
  #guards = 0;
  /** Addresses that the last call was passed in an array, or {@link NO_ARRAY}, and their halves. */
  #named = NO_ARRAY;
  #given: Uint32Array = NO_HALVES;
  readonly #pmm: Pmm;
  readonly #half: HigherHalf;
  readonly #isPartial: boolean;
  readonly #told: ToldAmounts;
  readonly #setsErrno: boolean;

  /** Batches that may be granted in part tell how many page frames they got. */
  constructor(
    pmm: Pmm,
    half: HigherHalf,
    { batches, calls, failures }: Pick<Profile, 'batches' | 'calls' | 'failures'>,
  ) {
    this.#pmm = pmm;
    this.#half = half;
    this.#isPartial = batches === 'partial';
    this.#told = toldAmounts(calls);
    this.#setsErrno = failures.includes('errno');
  }

  /** Makes a call where so many page frames are free for batches: one that can be granted gets an array for all of it. */
  make(call: NumberedCall, free: number): void {
    const pmm = this.#pmm;
    this.#place = call.place;
    this.#isMade = false;
    this.threw = false;
    this.#room = NO_ARRAY;
    this.#named = NO_ARRAY;
    try {
      if (this.#setsErrno) pmm.errno = CALLERS_ERRNO;
      this.#isMade = true;
      this.value = this.#invoke(pmm, call, free);
    } catch (error) {
      this.value = error;
      this.threw = true;
    }
    this.hasStrayEntries = this.#hasStrayEntries();
  }

  /** Looks at the array here and not where it is passed: `finally` would throw each panic once more, which takes 250 ns. */
  #hasStrayEntries(): boolean {
    if (this.#room !== NO_ARRAY) return isStray(this.#granted ?? 0, this.#room + this.#guards);
    const named = this.#named;
    if (named === NO_ARRAY) return false;
    return !startsWith(halves, this.#given, 2 * named) || isStray(named, named + this.#guards);
  }

  /** Returns how the last call ended, as data. */
  outcome(): Outcome {
    const { value } = this;
    if (!this.#isMade) return malformedBy(value, RESETTING);
    const call = CALLS[this.#place] ?? 'alloc';
    if (this.threw || call !== 'allocPages') return outcomeOf(call, value, this.threw);
    const granted = this.#granted;
    if (granted === null) return ungranted(value, this.#room, this.#isPartial);
    return { kind: 'addresses', addresses: firstEntries(granted) };
  }

  /** Reads how the last call ended, errno and the amounts. */
  read(answer: NumberedAnswer): void {
    answer.hasStrayEntries = this.hasStrayEntries;
    answer.panic = null;
    if (this.threw) this.#readThrown(answer);
    else this.#readReturned(answer, RETURNS[this.#place]);
    this.#observe(answer);
  }

  #invoke(pmm: Pmm, call: NumberedCall, free: number): unknown {
    switch (call.call) {
      case 'alloc':
        return pmm.alloc();
      case 'allocPages':
        return this.#allocPages(pmm, call, free);
      case 'allocBitmap':
        return pmm.allocBitmap(call.count, call.maxAddr, call.alignment);
      case 'free':
        return pmm.free(call.firstAddress(this.#half));
      case 'freePages':
        return this.#freePages(pmm, call);
      case 'freeRegion':
        return pmm.freeRegion(call.firstAddress(this.#half), call.count);
      default:
        if (isQuery(call.call)) return pmm[call.call]();
        return methodsOf(pmm)[call.call](...call.passed(this.#half));
    }
  }

  #allocPages(pmm: Pmm, { count }: NumberedCall, free: number): unknown {
    const room = roomFor(count, free, this.#isPartial);
    this.#room = room;
    this.#granted = null;
    this.#guards = this.#isPartial ? GUARDS : guardsBehind(room);
    const looked = room + this.#guards;
    const given = arrayOf(Math.max(looked, writtenBeforeRefusal(count, free)));
    halves.fill(UNTOUCHED, 0, 2 * looked);
    const value: unknown = pmm.allocPages(given, count);
    this.#granted = grantedIn(value, room, this.#isPartial);
    return value;
  }

  #freePages(pmm: Pmm, call: NumberedCall): unknown {
    const { named } = call;
    const guards = guardsBehindNamed(named);
    const array = arrayOf(named + guards);
    const given = call.written(this.#half);
    const words = halves;
    for (let i = 0; i < 2 * named; i += 1) words[i] = given[i] ?? 0;
    words.fill(UNTOUCHED, 2 * named, 2 * (named + guards));
    this.#guards = guards;
    this.#named = named;
    this.#given = given;
    return pmm.freePages(array, named);
  }

  #readThrown(answer: NumberedAnswer): void {
    const { value } = this;
    answer.kind = MALFORMED;
    if (!this.#isMade || !isPanic(value)) return;
    answer.kind = PANICKED;
    answer.panic = value;
  }

  #readReturned(answer: NumberedAnswer, returns: CallDescription['returns'] | undefined): void {
    const { value } = this;
    switch (returns) {
      case 'address':
        answer.kind = typeof value === 'bigint' ? ADDRESS : value === null ? FAILED : MALFORMED;
        answer.frame = this.#half.frameIn(value);
        break;
      case 'addresses':
        if (this.#granted !== null) this.#readBatch(answer, this.#granted);
        else answer.kind = value === (this.#isPartial ? 0 : false) ? FAILED : MALFORMED;
        break;
      case 'amount':
        answer.kind = typeof value === 'number' ? AMOUNT : MALFORMED;
        answer.amount = typeof value === 'number' ? value : 0;
        break;
      default:
        answer.kind = value === false ? FAILED : isLate(value) ? MALFORMED : DONE;
    }
  }

  #readBatch(answer: NumberedAnswer, pages: number): void {
    answer.kind = ADDRESSES;
    answer.pages = this.#half.readFrames(halves, answer.reserve(pages), pages) ? pages : NOBODY;
  }

  /** Reads errno and the amounts that the manager tells. Where that throws, they are read again as data, and what they threw is said. */
  #observe(answer: NumberedAnswer): void {
    const pmm = this.#pmm;
    try {
      const errno = this.#setsErrno ? pmm.errno : CALLERS_ERRNO;
      answer.errno = errno === 'ENOMEM' ? errno : errno === CALLERS_ERRNO ? 'unchanged' : 'other';
      answer.observed = this.#setsErrno ? ALL_OBSERVED : ALL_OBSERVED & ~OBSERVED.errno;
      if (hasAmounts(pmm, this.#told)) {
        answer.total = pmm.totalAmount();
        answer.free = pmm.freeAmount();
        answer.reserved = pmm.reservedAmount();
      } else this.#observeSome(answer, pmm);
    } catch {
      answer.kind = MALFORMED;
    }
  }

  #observeSome(answer: NumberedAnswer, pmm: SomePmm): void {
    const { total, free, reserved } = this.#told;
    [answer.total, answer.free, answer.reserved] = [0, 0, 0];
    if (total && pmm.totalAmount !== undefined) answer.total = pmm.totalAmount();
    else answer.observed &= ~OBSERVED.total;
    if (free && pmm.freeAmount !== undefined) answer.free = pmm.freeAmount();
    else answer.observed &= ~OBSERVED.free;
    if (reserved && pmm.reservedAmount !== undefined) answer.reserved = pmm.reservedAmount();
    else answer.observed &= ~OBSERVED.reserved;
  }
}

/** Returns the outcome of a call that returned or threw a value. Of a batch that was granted, the addresses are read elsewhere. */
export function outcomeOf(call: Call, value: unknown, threw: boolean): Outcome {
  if (threw) return thrown(value);
  const { returns } = describedCall(call);
  return returns === 'addresses' ? ungranted(value, 0, false) : returned(value, returns);
}

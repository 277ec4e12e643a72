/**
 * Call ends: how a call on a manager in this process ended. One object serves many calls, so that a search which makes millions of
 * calls reads fields and allocates no outcomes.
 */
import {
  type CallDescription,
  type ErrnoChange,
  isPmmPanic,
  type Outcome,
  Owner,
  type PmmPanic,
  reading,
} from '../spec/index.ts';
import type { CallerArray } from './caller-array.ts';
import { described, malformedBy } from './thrown.ts';

const DONE: Outcome = { kind: 'done' };
const FAILED: Outcome = { kind: 'failed' };

function isNullOr(type: 'number' | 'string', value: unknown): boolean {
  return value === null || typeof value === type;
}

/** Whether what was thrown is a panic; what cannot be looked at is not one. */
export function isPanic(error: unknown): error is PmmPanic {
  try {
    if (!isPmmPanic(error)) return false;
    const { call, pfn, owner }: Readonly<Record<'call' | 'pfn' | 'owner', unknown>> = error;
    return typeof call === 'string' && isNullOr('number', pfn) && isNullOr('string', owner);
  } catch {
    return false;
  }
}

/** The error number that callers have before each call. A manager must leave it alone, unless the call fails. */
export const CALLERS_ERRNO = 'EINTR';

/** Returns what a call did to the error number of its caller. Throws if a manager has something else there. */
export function errnoAfter({ errno }: { readonly errno: unknown }): ErrnoChange {
  if (errno === CALLERS_ERRNO) return null;
  if (errno === 'ENOMEM') return errno;
  if (errno === null) return 'cleared';
  if (typeof errno === 'string') return 'other';
  throw new TypeError(`errno is ${described(errno)}`);
}

export class CallEnd {
  kind: Outcome['kind'] = 'done';
  /** If it is `address`. */
  address = 0n;
  /** If it is `amount`. */
  amount = 0;
  /** If it is `panicked`. */
  panic: PmmPanic | null = null;
  /** If it is `malformed`: the reason. */
  message = '';
  /** If it is `malformed` by something thrown: the outcome. Else null. */
  thrown: Outcome | null = null;
  /** Whether batches may be granted in part: they tell how many page frames they got. */
  isPartial = false;
  /** The array of the call, if any. If the kind is `addresses`, it holds them until the next call. */
  array: CallerArray | null = null;
  /** Whether the call changed entries of the array that it must leave alone. */
  strayEntries = false;

  /** Records a returned value. `returns` is the kind that a success returns. */
  returned(value: unknown, returns: CallDescription['returns']): void {
    if (returns === 'done') this.kind = value === false ? 'failed' : 'done';
    else if (returns === 'address' && typeof value === 'bigint') {
      this.kind = 'address';
      this.address = value;
    } else if (returns === 'amount' && typeof value === 'number') {
      this.kind = 'amount';
      this.amount = value;
    } else if (returns === 'addresses' && this.isPartial) this.#returnedPart(value);
    else if (returns === 'addresses' && value === true) this.kind = 'addresses';
    else if (returns === 'address' ? value === null : returns === 'addresses' && value === false)
      this.kind = 'failed';
    else this.malformed(`it returned ${described(value)}, ${EXPECTED[returns]}`);
  }

  /** Records how many page frames a batch got. None is a failure, unless none was asked for. */
  #returnedPart(value: unknown): void {
    const { array } = this;
    if (array === null || typeof value !== 'number' || !Number.isInteger(value) || value < 0)
      this.malformed(`it returned ${described(value)}, not a number of page frames`);
    else if (value > array.room)
      this.malformed(`it returned ${value}, and its array has room for ${array.room} addresses`);
    else {
      this.kind = value === 0 && array.room > 0 ? 'failed' : 'addresses';
      array.writable = value;
    }
  }

  /** Records a thrown value. */
  threw(error: unknown): void {
    if (isPanic(error)) {
      this.kind = 'panicked';
      this.panic = error;
    } else this.malformedBy(error);
  }

  /** Records that an error, thrown while the manager did what `when` says, is not one that the interface allows. */
  malformedBy(error: unknown, when = ''): void {
    this.kind = 'malformed';
    this.thrown = malformedBy(error, when);
  }

  /** Records an end that the interface does not allow. */
  malformed(message: string): void {
    this.kind = 'malformed';
    this.message = message;
    this.thrown = null;
  }

  /** Whether another call ended in the same way, messages aside. O(addresses). */
  isLike({ kind, address, amount, panic, array }: CallEnd): boolean {
    if (kind !== this.kind) return false;
    switch (kind) {
      case 'address':
        return address === this.address;
      case 'addresses':
        return array !== null && this.array !== null && array.isLike(this.array);
      case 'amount':
        return amount === this.amount;
      case 'panicked':
        return (
          panic?.call === this.panic?.call &&
          panic?.pfn === this.panic?.pfn &&
          panic?.owner === this.panic?.owner
        );
      default:
        return true;
    }
  }

  /** Returns the outcome. O(addresses). */
  outcome(): Outcome {
    switch (this.kind) {
      case 'address':
        return { kind: 'address', address: this.address };
      case 'addresses':
        return { kind: 'addresses', addresses: this.array?.written() ?? [] };
      case 'amount':
        return { kind: 'amount', amount: reading(this.amount) };
      case 'done':
        return DONE;
      case 'failed':
        return FAILED;
      case 'panicked':
        return panicked(this.panic);
      default:
        return this.thrown ?? { kind: 'malformed', message: this.message };
    }
  }
}

/** The end of the message about a wrong return value. */
const EXPECTED: Readonly<Record<CallDescription['returns'], string>> = {
  address: 'neither an address nor null',
  addresses: 'not a boolean',
  amount: 'not a number',
  done: '',
};

function panicked(panic: PmmPanic | null): Outcome {
  if (panic === null) throw new Error('a call panicked, and the panic was not kept');
  try {
    const { message, call, pfn, owner } = panic;
    if (typeof message === 'string' && (owner === null || Owner.is(owner)))
      return { kind: 'panicked', message, call, pfn: pfn === null ? null : reading(pfn), owner };
    return {
      kind: 'malformed',
      message: 'it threw a panic without a message, or without an owner that there is',
    };
  } catch (error) {
    return malformedBy(error, 'it threw a panic, and looking at that, ');
  }
}

/**
 * A panic is an answer, and nobody reads its stack. Without a number here V8 does not walk the stack; with 0 it still does, which
 * takes a quarter longer.
 */
const STACKS: { stackTraceLimit?: number | undefined } = Error;

/** Omits stacks from all errors of this thread. Returns the limit for {@link restoreStacks}. */
export function omitStacks(): number | undefined {
  const { stackTraceLimit } = STACKS;
  STACKS.stackTraceLimit = undefined;
  return stackTraceLimit;
}

/** Captures stacks again, up to the limit that {@link omitStacks} returned. */
export function restoreStacks(limit: number | undefined): void {
  STACKS.stackTraceLimit = limit;
}

/**
 * Call ends: what a call on a manager in this process returned or threw, as an outcome, and what it did to errno; and the outcome by the
 * specification, for a program that is drawn before it runs and for the model as a target.
 */
import { isPromise } from 'node:util/types';
import {
  type Asked,
  addressOf,
  batchSize,
  type Call,
  type CallDescription,
  describedCall,
  type ErrnoChange,
  isPmmPanic,
  type Operation,
  type Outcome,
  Owner,
  type Ownership,
  type Pfn,
  type PmmPanic,
  reading,
  toHigherHalf,
} from '../spec/index.ts';
import { described, malformedBy } from './thrown.ts';

/** Something while it is put together. */
export type Writable<T> = { -readonly [K in keyof T]: T[K] };

export const DONE: Outcome = { kind: 'done' };
export const FAILED: Outcome = { kind: 'failed' };

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

/** Returns the outcome of a call that ended in a way that the interface does not allow. */
export function malformed(message: string): Outcome {
  return { kind: 'malformed', message };
}

/** Returns the outcome of a call that returned a value; `returns` is the kind that a success returns, other than addresses. */
export function returned(value: unknown, returns: Exclude<CallDescription['returns'], 'addresses'>): Outcome {
  switch (returns) {
    case 'address':
      if (typeof value === 'bigint') return { kind: 'address', address: value };
      return value === null
        ? FAILED
        : malformed(`it returned ${described(value)}, neither an address nor null`);
    case 'amount':
      if (typeof value === 'number') return { kind: 'amount', amount: reading(value) };
      return malformed(`it returned ${described(value)}, not a number`);
    default:
      if (isLate(value)) return malformed('it returned a Promise, and calls are answered when they return');
      return value === false ? FAILED : DONE;
  }
}

/** Whether a call that may return anything has not ended yet. */
export function isLate(value: unknown): boolean {
  return value !== undefined && isPromise(value);
}

/** Returns the outcome of a call that threw. */
export function thrown(error: unknown): Outcome {
  if (!isPanic(error)) return malformedBy(error);
  try {
    const { message, call, pfn, owner } = error;
    if (typeof message === 'string' && (owner === null || Owner.is(owner)))
      return { kind: 'panicked', message, call, pfn: pfn === null ? null : reading(pfn), owner };
    return malformed('it threw a panic without a message, or without an owner that there is');
  } catch (cause) {
    return malformedBy(cause, 'it threw a panic, and looking at that, ');
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

/** The calls among the claimed ones that tell amounts. One that is left out is not judged, though the manager may have it. */
export interface ToldAmounts {
  readonly total: boolean;
  readonly free: boolean;
  readonly reserved: boolean;
}

/** Returns the amounts that a manager tells which claims these calls. */
export function toldAmounts(calls: readonly Call[]): ToldAmounts {
  return {
    total: calls.includes('totalAmount'),
    free: calls.includes('freeAmount'),
    reserved: calls.includes('reservedAmount'),
  };
}

/**
 * Returns the outcome of a call that a state grants. A run is the lowest that fits; `singles` returns the page frames that single pages
 * and batches are handed out next.
 */
export function grantedOutcome(
  state: Ownership,
  operation: Operation,
  { lowest }: Asked,
  singles: (count: number) => readonly Pfn[],
): Outcome {
  const address = (frame: Pfn): bigint => toHigherHalf(state.world.config, addressOf(frame));
  const handedOut = (frame: Pfn | null = null): Outcome => {
    if (frame === null) throw new Error(`${operation.call} is granted, and nothing that it asks for is free`);
    return { kind: 'address', address: address(frame) };
  };
  switch (describedCall(operation.call).effect) {
    case 'single':
      return handedOut(singles(1)[0]);
    case 'batch': {
      const count = 'count' in operation ? BigInt(operation.count) : 1n;
      return { kind: 'addresses', addresses: singles(batchSize(state, count)).map(address) };
    }
    case 'run':
      return handedOut(lowest);
    case 'none': {
      const [total, free] = [state.total, state.countOf('pmm')];
      const isFree = operation.call === 'freeAmount';
      return {
        kind: 'amount',
        amount: operation.call === 'totalAmount' ? total : isFree ? free : total - free,
      };
    }
    default:
      return DONE;
  }
}

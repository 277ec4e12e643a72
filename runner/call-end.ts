/**
 * Call ends: how a call on a manager in this process ended, before it is made an outcome. One object serves many calls: a
 * search that makes millions reads the fields and makes no outcome.
 */
import { type CallDescription, isPmmPanic, type Outcome, type PmmPanic } from '../spec/index.ts';
import type { CallerArray } from './caller-array.ts';

const DONE: Outcome = { kind: 'done' };
const FAILED: Outcome = { kind: 'failed' };

/** Returns a value that a manager gave, in words. */
export function described(value: unknown): string {
  if (value === null) return 'null';
  return typeof value === 'object' ? 'an object' : `${typeof value} ${String(value)}`;
}

/** Returns what was thrown, in words. */
export function describeThrown(error: unknown): string {
  return `it threw ${error instanceof Error ? `${error.name}: ${error.message}` : described(error)}`;
}

export class CallEnd {
  kind: Outcome['kind'] = 'done';
  /** Of an `address`. */
  address = 0n;
  /** Of an `amount`. */
  amount = 0;
  /** Of a call that `panicked`. */
  panic: PmmPanic | null = null;
  /** Of a `malformed` end: what happened instead. */
  message = '';
  /** The array that the call was given, if any. It holds the `addresses` until the next call. */
  array: CallerArray | null = null;
  /** Whether the call changed entries of the array that it may not. */
  strayEntries = false;

  /** Takes what a call returned; `returns` says what a success returns. */
  returned(value: unknown, returns: CallDescription['returns']): void {
    if (returns === 'done') this.kind = 'done';
    else if (returns === 'address' && typeof value === 'bigint') {
      this.kind = 'address';
      this.address = value;
    } else if (returns === 'amount' && typeof value === 'number') {
      this.kind = 'amount';
      this.amount = value;
    } else if (returns === 'addresses' && value === true) this.kind = 'addresses';
    else if (returns === 'address' ? value === null : returns === 'addresses' && value === false)
      this.kind = 'failed';
    else this.malformed(`it returned ${described(value)}, ${EXPECTED[returns]}`);
  }

  /** Takes what a call threw. */
  threw(error: unknown): void {
    if (isPmmPanic(error)) {
      this.kind = 'panicked';
      this.panic = error;
    } else this.malformed(describeThrown(error));
  }

  /** Takes note of what the interface does not allow. */
  malformed(message: string): void {
    this.kind = 'malformed';
    this.message = message;
  }

  /** Whether another call ended alike, wording aside. O(addresses). */
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
        return { kind: 'amount', amount: this.amount };
      case 'done':
        return DONE;
      case 'failed':
        return FAILED;
      case 'panicked':
        return panicked(this.panic);
      default:
        return { kind: 'malformed', message: this.message };
    }
  }
}

/** What a call must return otherwise. */
const EXPECTED: Readonly<Record<CallDescription['returns'], string>> = {
  address: 'neither an address nor null',
  addresses: 'not a boolean',
  amount: 'not a number',
  done: '',
};

function panicked(panic: PmmPanic | null): Outcome {
  if (panic === null) throw new Error('a call panicked, and the panic was not kept');
  const { message, call, pfn, owner } = panic;
  return { kind: 'panicked', message, call, pfn, owner };
}

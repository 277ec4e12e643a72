/** The outcome of a granted call, for those that answer by the specification: a program that is drawn before it runs, and the model as a target. */
import {
  type Asked,
  addressOf,
  batchSize,
  describedCall,
  type Operation,
  type Outcome,
  type Ownership,
  type Pfn,
  toHigherHalf,
} from '../spec/index.ts';
import { DONE } from './call-end.ts';

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

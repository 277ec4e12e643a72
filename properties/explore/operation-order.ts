/** The order of operations: that of programs of one operation, as `shrink/simplicity.ts` has it, addresses given as such. */

import { argumentsCost, operationKey } from '../../counterexamples/shrink/index.ts';
import { describedCall, mapAddresses, type Operation, type Reference } from '../../spec/index.ts';

/** An argument costs less than this: one number holds the kinds of a program, which count first, and its arguments. */
const KIND_UNIT = 2 ** 40;

function absolute(operation: Operation): Operation<Reference> {
  const named = mapAddresses(operation, (address): Reference => ({ absolute: address }));
  if (named === null) throw new Error(`${operation.call} lost an address`);
  return named;
}

/** Returns what an operation counts for: its kind first, then its arguments. Costs of a program's operations add up. */
export function costOf(operation: Operation, higherHalf: bigint): number {
  return describedCall(operation.call).rank * KIND_UNIT + argumentsCost(absolute(operation), higherHalf);
}

/** Returns the operations, each once, simplest first. */
export function sortedOperations(operations: readonly Operation[], higherHalf: bigint): readonly Operation[] {
  const byKey = new Map(
    operations.map((operation) => {
      const key = operationKey(absolute(operation));
      return [key, { key, operation, cost: costOf(operation, higherHalf) }];
    }),
  );
  const sorted = [...byKey.values()].sort((a, b) => a.cost - b.cost || (a.key < b.key ? -1 : 1));
  return sorted.map(({ operation }) => operation);
}

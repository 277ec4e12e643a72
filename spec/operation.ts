/**
 * Operations: calls as data. One shape serves two uses: `Operation<bigint>` is a call with the addresses it is
 * given; `Operation<Reference>` is a call of a program, whose addresses name earlier results.
 */

import * as either from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { fromHex, HexInteger, toHex } from './hex.ts';
import { Reference } from './reference.ts';

/** The nine calls, in the order of the interface; `init` is the constructor. */
export const CALLS = [
  'alloc',
  'allocPages',
  'allocBitmap',
  'free',
  'freePages',
  'freeRegion',
  'totalAmount',
  'freeAmount',
  'reservedAmount',
] as const;
export type Call = (typeof CALLS)[number];

/** Returns the place of a call in {@link CALLS}. A look-up by a name that varies takes the engine several times as long. */
export function callPlace(call: Call): number {
  switch (call) {
    case 'alloc':
      return 0;
    case 'allocPages':
      return 1;
    case 'allocBitmap':
      return 2;
    case 'free':
      return 3;
    case 'freePages':
      return 4;
    case 'freeRegion':
      return 5;
    case 'totalAmount':
      return 6;
    case 'freeAmount':
      return 7;
    default:
      return 8;
  }
}

/**
 * An argument that ought to be an unsigned 64-bit integer. Integers are `bigint`; a `number` is one that is no
 * integer, which is a misuse that programs try on purpose.
 */
export type Argument = bigint | number;

function isFraction(u: unknown): u is number {
  return typeof u === 'number' && Number.isFinite(u) && !Number.isInteger(u);
}

/** JSON: integers as hex strings, fractions as numbers. */
export const Argument = new t.Type<Argument, string | number, unknown>(
  'an integer as a hex string such as "0x1f", or a fraction',
  (u): u is Argument => typeof u === 'bigint' || isFraction(u),
  (u, context) => {
    const value = typeof u === 'string' ? fromHex(u) : isFraction(u) ? u : null;
    return value === null ? t.failure(u, context) : either.right(value);
  },
  (a) => (typeof a === 'bigint' ? toHex(a) : a),
);

/** A call with its arguments. `A` is how an address is given. `freePages` frees all of `addresses`. */
export type Operation<A = bigint> =
  | { readonly call: 'alloc' }
  | { readonly call: 'allocPages'; readonly count: Argument }
  | {
      readonly call: 'allocBitmap';
      readonly count: Argument;
      readonly maxAddr: Argument;
      readonly alignment: Argument;
    }
  | { readonly call: 'free'; readonly address: A }
  | { readonly call: 'freePages'; readonly addresses: readonly A[] }
  | { readonly call: 'freeRegion'; readonly address: A; readonly count: Argument }
  | { readonly call: 'totalAmount' }
  | { readonly call: 'freeAmount' }
  | { readonly call: 'reservedAmount' };

/** The operation of one call. */
export type OperationOf<C extends Call, A = bigint> = Extract<Operation<A>, { readonly call: C }>;

/** Returns the codec of operations whose addresses are written as `address` says. */
function operationCodec<A>(
  address: t.Type<A, string, unknown>,
  name: string,
): t.Type<Operation<A>, unknown, unknown> {
  const call = <C extends Call>(c: C) => t.literal(c);
  return t.union(
    [
      t.exact(t.type({ call: call('alloc') })),
      t.exact(t.type({ call: call('allocPages'), count: Argument })),
      t.exact(t.type({ call: call('allocBitmap'), count: Argument, maxAddr: Argument, alignment: Argument })),
      t.exact(t.type({ call: call('free'), address })),
      t.exact(t.type({ call: call('freePages'), addresses: t.readonlyArray(address) })),
      t.exact(t.type({ call: call('freeRegion'), address, count: Argument })),
      t.exact(t.type({ call: call('totalAmount') })),
      t.exact(t.type({ call: call('freeAmount') })),
      t.exact(t.type({ call: call('reservedAmount') })),
    ],
    name,
  );
}

/** A call with the addresses it was given, as hex strings. */
export const ResolvedOperation = operationCodec(HexInteger, `an operation (${CALLS.join(', ')})`);
/** A call of a program, whose addresses name earlier results: `"a"`, `"b[3]"`, `"b[3]+0x10"`, or a hex string. */
export const ProgramOperation = operationCodec(Reference, `an operation (${CALLS.join(', ')})`);

/** Whether a call hands out page frames when it succeeds; the k-th such call of a program is its k-th result. */
export function isAllocation(call: Call): boolean {
  return call === 'alloc' || call === 'allocPages' || call === 'allocBitmap';
}

/** Returns the operation with every address replaced by what `f` makes of it, or null where `f` returns null for one. */
export function mapAddresses<A, B>(
  operation: Operation<A>,
  f: (address: A) => B | null,
): Operation<B> | null {
  switch (operation.call) {
    case 'free':
    case 'freeRegion': {
      const address = f(operation.address);
      return address === null ? null : { ...operation, address };
    }
    case 'freePages': {
      const addresses = operation.addresses.map(f);
      return addresses.every((a) => a !== null) ? { call: 'freePages', addresses } : null;
    }
    default:
      return operation;
  }
}

/** Returns the addresses that an operation is given. */
export function addressesOf<A>(operation: Operation<A>): readonly A[] {
  if (operation.call === 'free' || operation.call === 'freeRegion') return [operation.address];
  return operation.call === 'freePages' ? operation.addresses : [];
}

/** Returns the arguments of an operation that must be unsigned 64-bit integers, addresses left out. */
export function argumentsOf<A>(operation: Operation<A>): readonly Argument[] {
  if (operation.call === 'allocBitmap') return [operation.count, operation.maxAddr, operation.alignment];
  return operation.call === 'allocPages' || operation.call === 'freeRegion' ? [operation.count] : [];
}

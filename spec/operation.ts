/**
 * Operations: calls as data. One shape serves two uses: `Operation<bigint>` is a call with the addresses that it is given;
 * `Operation<Reference>` is a call of a program, whose addresses name earlier results.
 */

import * as either from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import {
  type ArgumentKind,
  type ArgumentsOf,
  CALLS,
  type Call,
  type Parameter,
  parametersOf,
} from './calls.ts';
import { closed, withJsonForm } from './decode.ts';
import { fromHex, HEX_PATTERN, HexInteger, toHex } from './hex.ts';
import { Reference } from './reference.ts';

/**
 * An argument that should be an unsigned 64-bit integer. Integers are `bigint`; a `number` is not an integer, a misuse that
 * programs try on purpose.
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
withJsonForm(Argument, { anyOf: [{ type: 'string', pattern: HEX_PATTERN }, { type: 'number' }] });

/** The type of an argument: `A` for an address, an array of `A` for several, a number for the rest. */
type Given<K extends ArgumentKind, A> = K extends 'address'
  ? A
  : K extends 'addresses'
    ? readonly A[]
    : Argument;

/** The operation of one call. `A` is the type of an address. */
export type OperationOf<C extends Call, A = bigint> = {
  readonly [N in 'call' | keyof ArgumentsOf<C>]: N extends keyof ArgumentsOf<C>
    ? ArgumentsOf<C>[N] extends ArgumentKind
      ? Given<ArgumentsOf<C>[N], A>
      : never
    : C;
};

/** A call with its arguments. `freePages` frees all of `addresses`. */
export type Operation<A = bigint> = { [C in Call]: OperationOf<C, A> }[Call];

/** An operation seen through the table of calls: its arguments by name. */
type Loose<A> = Readonly<Record<string, Argument | A | readonly A[]>>;

/** Returns the value of a parameter in an operation. */
export function argumentAt<A>(operation: Operation<A>, { name }: Parameter): Argument | A | readonly A[] {
  const named: object = operation;
  const value = (named as Loose<A>)[name];
  if (value === undefined) throw new Error(`${operation.call} has no argument ${name}`);
  return value;
}

/** Returns the codec of operations whose addresses have the codec `address`. */
function operationCodec<A>(
  address: t.Type<A, string, unknown>,
  name: string,
): t.Type<Operation<A>, unknown, unknown> {
  const codecOf = (kind: ArgumentKind): t.Mixed =>
    kind === 'address' ? address : kind === 'addresses' ? t.readonlyArray(address) : Argument;
  const codecs = CALLS.map((call) => {
    const named = parametersOf(call).map((parameter) => [parameter.name, codecOf(parameter.kind)]);
    return closed(t.type({ call: t.literal(call), ...Object.fromEntries(named) }));
  });
  const [first, second, ...others] = codecs;
  if (first === undefined || second === undefined) throw new Error('the table of calls has fewer than two');
  return t.union([first, second, ...others], name) as t.Mixed;
}

/** A call with the addresses it was given, as hex strings. */
export const ResolvedOperation = operationCodec(HexInteger, `an operation (${CALLS.join(', ')})`);
/** A call of a program, whose addresses name earlier results: `"a"`, `"b[3]"`, `"b[3]+0x10"`, or a hex string. */
export const ProgramOperation = operationCodec(Reference, `an operation (${CALLS.join(', ')})`);

/** The parameters of each call that hold addresses, and the ones that hold numbers. Most calls lack one of the two kinds. */
const ADDRESS_PARAMETERS = new Map<Call, readonly Parameter[]>();
const NUMBER_PARAMETERS = new Map<Call, readonly Parameter[]>();
for (const call of CALLS) {
  const all = parametersOf(call);
  ADDRESS_PARAMETERS.set(
    call,
    all.filter(({ kind }) => kind === 'address' || kind === 'addresses'),
  );
  NUMBER_PARAMETERS.set(
    call,
    all.filter(({ kind }) => kind !== 'address' && kind !== 'addresses'),
  );
}

const NO_PARAMETERS: readonly Parameter[] = [];

function isList<A>(value: Argument | A | readonly A[]): value is readonly A[] {
  return Array.isArray(value);
}

function isNumeric(value: unknown): value is Argument {
  return typeof value === 'bigint' || typeof value === 'number';
}

/**
 * Returns the operation of a call with its arguments in the order of the table. Throws where their number is wrong; their types
 * are the caller's duty.
 */
export function operationOf<A>(call: Call, values: readonly (Argument | A | readonly A[])[]): Operation<A> {
  const parameters = parametersOf(call);
  if (parameters.length !== values.length)
    throw new Error(`${call} takes ${parameters.length} arguments, ${values.length} were given`);
  const named: Record<string, unknown> = { call };
  for (let i = 0; i < parameters.length; i += 1) named[parameters[i]?.name ?? ''] = values[i];
  const operation: object = named;
  return operation as Operation<A>;
}

/** Returns every operation of a call whose arguments are among `values`. O(the product of their numbers). */
export function everyOperation<A>(
  call: Call,
  values: (parameter: Parameter) => readonly (Argument | A | readonly A[])[],
): readonly Operation<A>[] {
  let lists: readonly (readonly (Argument | A | readonly A[])[])[] = [[]];
  for (const parameter of parametersOf(call))
    lists = lists.flatMap((list) => values(parameter).map((value) => [...list, value]));
  return lists.map((list) => operationOf(call, list));
}

/** Returns the arguments of an operation, in the order of the table. */
export function valuesOf<A>(operation: Operation<A>): readonly (Argument | A | readonly A[])[] {
  return parametersOf(operation.call).map((parameter) => argumentAt(operation, parameter));
}

/** Returns the operation with one argument replaced. */
export function withValue<A>(
  operation: Operation<A>,
  place: number,
  value: Argument | A | readonly A[],
): Operation<A> {
  return operationOf(operation.call, valuesOf(operation).with(place, value));
}

/** Returns the operation with `f` applied to every address, or null where `f` returns null for one. */
export function mapAddresses<A, B extends NonNullable<unknown>>(
  operation: Operation<A>,
  f: (address: A) => B,
): Operation<B>;
export function mapAddresses<A, B>(operation: Operation<A>, f: (address: A) => B | null): Operation<B> | null;
export function mapAddresses<A, B>(
  operation: Operation<A>,
  f: (address: A) => B | null,
): Operation<B> | null {
  const values: (Argument | B | readonly B[])[] = [];
  for (const parameter of parametersOf(operation.call)) {
    const value = argumentAt(operation, parameter);
    if (parameter.kind === 'addresses') {
      const mapped = isList(value) ? value.map(f) : [];
      if (!mapped.every((one) => one !== null)) return null;
      values.push(mapped);
    } else if (parameter.kind === 'address') {
      const mapped = f(value as A);
      if (mapped === null) return null;
      values.push(mapped);
    } else if (isNumeric(value)) values.push(value);
  }
  return operationOf(operation.call, values);
}

/** Returns the addresses that an operation is given. */
export function addressesOf<A>(operation: Operation<A>): readonly A[] {
  const [first] = ADDRESS_PARAMETERS.get(operation.call) ?? NO_PARAMETERS;
  if (first === undefined) return [];
  const value = argumentAt(operation, first);
  return isList(value) ? value : [value as A];
}

/** Returns the arguments of an operation that must be unsigned 64-bit integers, without its addresses. */
export function argumentsOf<A>(operation: Operation<A>): readonly Argument[] {
  const parameters = NUMBER_PARAMETERS.get(operation.call) ?? NO_PARAMETERS;
  return parameters.map((parameter) => argumentAt(operation, parameter)).filter(isNumeric);
}

/**
 * Performing calls: an operation becomes a call on a manager in this process, by the table of calls, and its end becomes data. A
 * panic is an outcome, and so is any other error: nothing is thrown.
 */
import {
  type Argument,
  addressesOf,
  argumentAt,
  CALLS,
  type Call,
  type CallDescription,
  callPlace,
  describedCall,
  type Operation,
  type Parameter,
  type Pmm,
  parametersOf,
} from '../spec/index.ts';
import { type CallEnd, omitStacks, restoreStacks } from './call-end.ts';
import { ArrayMemory, CallerArray } from './caller-array.ts';

/** An argument as it is passed. */
type Passed = number | bigint | BigUint64Array;

/** A call with its arguments as they are passed. It can be made repeatedly, unless its array lies in shared memory. */
export interface PreparedCall {
  readonly call: Call;
  readonly returns: CallDescription['returns'];
  readonly passed: readonly Passed[];
  /** The array argument, if there is one. */
  readonly array: CallerArray | null;
}

/** The arguments of a call, from the table. */
interface Shape {
  readonly returns: CallDescription['returns'];
  readonly parameters: readonly Parameter[];
  /** The number of page frames whose addresses are written to an array, if the call has one. */
  readonly batchCount: Parameter | undefined;
  /** The array argument that the call reads, if it has one. */
  readonly addresses: Parameter | undefined;
  /** The call itself, if it has no arguments. */
  readonly prepared: PreparedCall | null;
}

function shapeOf(call: Call): Shape {
  const { returns } = describedCall(call);
  const parameters = parametersOf(call);
  const batchCount = parameters.find(({ kind }) => kind === 'batchCount');
  const addresses = parameters.find(({ kind }) => kind === 'addresses');
  const prepared = parameters.length > 0 ? null : { call, returns, passed: [], array: null };
  return { returns, parameters, batchCount, addresses, prepared };
}

/** Indexed by {@link callPlace}. */
const SHAPES: readonly Shape[] = CALLS.map(shapeOf);

function isNumeric(value: unknown): value is Argument {
  return typeof value === 'number' || typeof value === 'bigint';
}

/** Returns a number as callers pass it: as a `number` if that is exact. */
export function exactly(n: number | bigint): number | bigint {
  const rounded = Number(n);
  return Number.isSafeInteger(rounded) ? rounded : n;
}

/** Appends the arguments that are passed for a parameter. */
function pass(operation: Operation, parameter: Parameter, array: CallerArray | null, to: Passed[]): void {
  const value = argumentAt(operation, parameter);
  if (isNumeric(value)) to.push(parameter.kind === 'address' ? value : exactly(value));
  else if (array !== null) to.push(array.entries, array.entries.length);
}

function arrayFor(
  operation: Operation,
  { batchCount, addresses }: Shape,
  { free, ...options }: BatchOptions,
): CallerArray | null {
  if (addresses !== undefined) return CallerArray.toRead(addressesOf(operation));
  if (batchCount === undefined) return null;
  const count = argumentAt(operation, batchCount);
  return CallerArray.toWrite(isNumeric(count) ? count : 0n, free, options);
}

/** How the array of a batch is made. */
interface BatchOptions {
  /** A batch of at most this many page frames gets an array for all of it. */
  readonly free: number;
  /** The array lies there, and the call can be made once. */
  readonly memory?: ArrayMemory | undefined;
  /** Whether batches may be granted in part: a larger one gets an array for what is free. */
  readonly isPartial?: boolean;
}

/** Prepares a call. O(1 + the addresses it names). */
export function prepareCall(operation: Operation, options: BatchOptions): PreparedCall {
  const { call } = operation;
  const shape = SHAPES[callPlace(call)] ?? shapeOf(call);
  if (shape.prepared !== null) return shape.prepared;
  const array = arrayFor(operation, shape, options);
  const passed: Passed[] = [];
  if (shape.batchCount !== undefined && array !== null) passed.push(array.entries);
  for (const parameter of shape.parameters) pass(operation, parameter, array, passed);
  return { call, returns: shape.returns, passed, array };
}

/** A manager as a table of calls. */
type Methods = Readonly<Record<Call, (...passed: readonly (Passed | undefined)[]) => unknown>>;

function methodsOf(pmm: object): Methods {
  return pmm as Methods;
}

/** Makes a call without resetting or checking its array. Returns what the manager returns, and throws what it throws. */
export function invoke(pmm: Pmm, { call, passed }: PreparedCall): unknown {
  const methods = methodsOf(pmm);
  // A spread would add 20 ns to each call.
  switch (passed.length) {
    case 0:
      return methods[call]();
    case 1:
      return methods[call](passed[0]);
    case 2:
      return methods[call](passed[0], passed[1]);
    case 3:
      return methods[call](passed[0], passed[1], passed[2]);
    default:
      return methods[call](...passed);
  }
}

/** Makes a call and records its end. Call it between {@link omitStacks} and {@link restoreStacks}. */
export function makeCall(pmm: Pmm, prepared: PreparedCall, end: CallEnd): void {
  const { array } = prepared;
  end.array = array;
  array?.reset();
  try {
    end.returned(invoke(pmm, prepared), prepared.returns);
  } catch (error) {
    end.threw(error);
  }
  end.strayEntries = array?.isStray(end.kind === 'addresses') ?? false;
}

const SCRATCH = new ArrayMemory(1024);

/**
 * Performs an operation and records its end, without the stacks of errors. For `free`, see {@link BatchOptions}. O(its cost in the
 * manager + the addresses it names).
 */
export function performCall(pmm: Pmm, operation: Operation, free: number, end: CallEnd): void {
  const limit = omitStacks();
  performWithStacks(pmm, operation, free, end);
  restoreStacks(limit);
}

/** Performs an operation like {@link performCall}, with the stacks of errors. */
export function performWithStacks(pmm: Pmm, operation: Operation, free: number, end: CallEnd): void {
  makeCall(pmm, prepareCall(operation, { free, memory: SCRATCH, isPartial: end.isPartial }), end);
}

/**
 * Subprograms: a program without some of its operations. Results are renumbered. A reference to a deleted result is replaced
 * or dropped; a batch keeps its other addresses, and an operation left without an address is dropped too.
 */
import {
  addressesOf,
  isAllocation,
  mapAddresses,
  namesResult,
  type Operation,
  type Program,
  type Reference,
  type ResultReference,
} from '../../spec/index.ts';

/**
 * Returns an operation with its references replaced, or null where it keeps none. A batch drops the references for which
 * `f` returns null; any other operation is null as soon as one of them is.
 */
export function mapReferences(
  operation: Operation<Reference>,
  f: (reference: Reference) => Reference | null,
): Operation<Reference> | null {
  if (operation.call !== 'freePages') return mapAddresses(operation, f);
  const addresses = operation.addresses.map(f).filter((reference) => reference !== null);
  return addresses.length === 0 && operation.addresses.length > 0 ? null : { call: 'freePages', addresses };
}

/** Returns the index in the program of the operation that each result comes from. */
export function placesOfResults(operations: Program): readonly number[] {
  return operations.flatMap(({ call }, at) => (isAllocation(call) ? [at] : []));
}

/** Returns the new ordinal of each result, null for the deleted ones. */
function ordinalsAfter(program: Program, isKept: (at: number) => boolean): readonly (number | null)[] {
  let kept = 0;
  return placesOfResults(program).map((at) => (isKept(at) ? kept++ : null));
}

/** Returns the reference that operation `at` gets instead of one to a deleted result, in the old numbering; null to drop it. */
export type Replacement = (reference: ResultReference, at: number) => Reference | null;

const DROP: Replacement = () => null;

/**
 * Returns the operations of a program that are kept. An operation that loses all its references never allocates, so the
 * ordinals of the results hold. O(operations).
 */
export function subprogram(
  program: Program,
  isKept: (at: number) => boolean,
  replacement: Replacement = DROP,
): Program {
  const ordinals = ordinalsAfter(program, isKept);
  const renumbered = (reference: Reference | null): Reference | null => {
    if (reference === null || !namesResult(reference)) return reference;
    const result = ordinals[reference.result];
    return result == null ? null : { ...reference, result };
  };
  return program.flatMap((operation, at) => {
    if (!isKept(at)) return [];
    const mapped = mapReferences(operation, (reference) =>
      namesResult(reference) ? (renumbered(reference) ?? renumbered(replacement(reference, at))) : reference,
    );
    return mapped === null ? [] : [mapped];
  });
}

/** Returns the ordinals of the results that an operation names. */
export function resultsNamed(operation: Operation<Reference>): readonly number[] {
  return addressesOf(operation).flatMap((reference) => (namesResult(reference) ? [reference.result] : []));
}

/**
 * Returns the operations of a program from index `from` on, with the earlier ones that they depend on: those that allocated
 * or freed the results that they name. O(operations).
 */
export function lastOperations(program: Program, from: number): Program {
  const needed = new Set(program.slice(from).flatMap(resultsNamed));
  let results = 0;
  const isNeeded = program.map((operation) => {
    if (isAllocation(operation.call)) return needed.has(results++);
    return resultsNamed(operation).some((result) => needed.has(result));
  });
  return subprogram(program, (at) => at >= from || isNeeded[at] === true);
}

/**
 * Keeping some operations of a program: what is left still names the same results, renumbered; an operation that names a
 * result that is gone goes too. A batch keeps the addresses that are left.
 */
import {
  addressesOf,
  isAllocation,
  mapAddresses,
  namesResult,
  type Operation,
  type OperationOf,
  type Program,
  type Reference,
} from '../../spec/index.ts';

/** Which operations to keep, by index. */
type Kept = (at: number) => boolean;

/** New ordinals of results, null for those that are gone. */
function renumbered(program: Program, isKept: Kept): readonly (number | null)[] {
  let kept = 0;
  const ordinals: (number | null)[] = [];
  program.forEach(({ call }, at) => {
    if (!isAllocation(call)) return;
    ordinals.push(isKept(at) ? kept : null);
    kept += isKept(at) ? 1 : 0;
  });
  return ordinals;
}

type Rename = (reference: Reference) => Reference | null;

function thinned(
  { addresses }: OperationOf<'freePages', Reference>,
  rename: Rename,
): Operation<Reference> | null {
  const left = addresses.map(rename).filter((reference) => reference !== null);
  return left.length === 0 && addresses.length > 0 ? null : { call: 'freePages', addresses: left };
}

/** Returns the program with these of its operations alone. O(operations). */
export function keeping(program: Program, isKept: Kept): Program {
  const ordinals = renumbered(program, isKept);
  const rename: Rename = (reference) => {
    if (!namesResult(reference)) return reference;
    const result = ordinals[reference.result];
    return result == null ? null : { ...reference, result };
  };
  return program.flatMap((operation, at) => {
    if (!isKept(at)) return [];
    const renamed =
      operation.call === 'freePages' ? thinned(operation, rename) : mapAddresses(operation, rename);
    return renamed === null ? [] : [renamed];
  });
}

function resultsNamed(operation: Operation<Reference>): readonly number[] {
  return addressesOf(operation).flatMap((reference) => (namesResult(reference) ? [reference.result] : []));
}

/**
 * Returns the last operations of a program, from index `from` on, with all that earlier ones did to the results that they
 * name: where those came from, and where they were freed. O(operations).
 */
export function lastOf(program: Program, from: number): Program {
  const needed = new Set(program.slice(from).flatMap(resultsNamed));
  let results = 0;
  const isNeeded = program.map((operation) => {
    if (isAllocation(operation.call)) return needed.has(results++);
    return resultsNamed(operation).some((result) => needed.has(result));
  });
  return keeping(program, (at) => at >= from || isNeeded[at] === true);
}

/**
 * Programs: operations in order, each naming earlier results. A program together with a memory map, a configuration and
 * the policies to hold is a *scenario*: everything needed to run it.
 */
import * as t from 'io-ts';
import { Config } from './config.ts';
import { toHex } from './hex.ts';
import { MemoryMap } from './memory-map.ts';
import { type Argument, isAllocation, type Operation, ProgramOperation } from './operation.ts';
import { Policy } from './policy.ts';
import { formatReference, type Reference, resultName } from './reference.ts';

/** Operations in order. */
export const Program = t.readonlyArray(ProgramOperation, 'an array of operations');
export type Program = readonly Operation<Reference>[];

/** A program, the memory it runs on and what is promised of it. */
export const Scenario = t.readonly(
  t.exact(
    t.type(
      { map: MemoryMap, config: Config, policies: t.readonlyArray(Policy), operations: Program },
      'a memory map, a configuration, policies and operations',
    ),
  ),
);
export type Scenario = t.TypeOf<typeof Scenario>;

/** Returns how an argument reads in a report: small numbers in decimal, others in hex. */
export function formatArgument(argument: Argument): string {
  const isSmall = typeof argument === 'number' || (argument > -1_000_000n && argument < 1_000_000n);
  return isSmall ? String(argument) : toHex(argument);
}

/** Returns a call as a report shows it, for example `allocBitmap(count 2, maxAddr 0x8000, alignment 4096)`. */
export function formatOperation<A>(operation: Operation<A>, formatAddress: (address: A) => string): string {
  switch (operation.call) {
    case 'allocPages':
      return `allocPages(count ${formatArgument(operation.count)})`;
    case 'allocBitmap': {
      const { count, maxAddr, alignment } = operation;
      const below = typeof maxAddr === 'bigint' ? toHex(maxAddr) : String(maxAddr);
      return `allocBitmap(count ${formatArgument(count)}, maxAddr ${below}, alignment ${formatArgument(alignment)})`;
    }
    case 'free':
      return `free(${formatAddress(operation.address)})`;
    case 'freePages':
      return `freePages(${operation.addresses.map(formatAddress).join(', ')})`;
    case 'freeRegion':
      return `freeRegion(${formatAddress(operation.address)}, count ${formatArgument(operation.count)})`;
    default:
      return `${operation.call}()`;
  }
}

/** Returns the lines of a program, results named: `a = alloc()`. */
export function formatProgram(program: Program): readonly string[] {
  let results = 0;
  return program.map((operation) => {
    const text = formatOperation(operation, formatReference);
    return isAllocation(operation.call) ? `${resultName(results++)} = ${text}` : text;
  });
}

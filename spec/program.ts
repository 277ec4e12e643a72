/**
 * Programs: operations in order, each naming earlier results. A program together with a memory map, a configuration and
 * the policies to check is a *scenario*: everything needed to run it.
 */
import * as either from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { isAllocation, parametersOf } from './calls.ts';
import { aboveLimit, Config } from './config.ts';
import { closed } from './decode.ts';
import { toHex } from './hex.ts';
import { MemoryMap } from './memory-map.ts';
import { type Argument, addressesOf, argumentAt, type Operation, ProgramOperation } from './operation.ts';
import { Policy } from './policy.ts';
import { formatReference, type Reference, resultName } from './reference.ts';

/** Operations in order. */
export const Program = t.readonlyArray(ProgramOperation, 'an array of operations');
export type Program = readonly Operation<Reference>[];

const Parts = t.readonly(
  closed(
    t.type(
      { map: MemoryMap, config: Config, policies: t.readonlyArray(Policy), operations: Program },
      'a memory map, a configuration, policies and operations',
    ),
  ),
);
type Parts = t.TypeOf<typeof Parts>;

/**
 * A program, the memory it runs on and what is promised of it. Decoding refuses a memory map that ends above the physical
 * limit of its configuration.
 */
export const Scenario = new t.Type<Parts, t.OutputOf<typeof Parts>, unknown>(
  Parts.name,
  Parts.is,
  (u, context) =>
    either.chain<t.Errors, Parts, Parts>((scenario) => {
      const above = aboveLimit(scenario.map, scenario.config);
      return above === null ? either.right(scenario) : t.failure(u, context, above);
    })(Parts.validate(u, context)),
  Parts.encode,
);
export type Scenario = t.TypeOf<typeof Scenario>;

/** Returns an argument as a report shows it: small numbers in decimal, others in hex. */
export function formatArgument(argument: Argument): string {
  const isSmall = typeof argument === 'number' || (argument > -1_000_000n && argument < 1_000_000n);
  return isSmall ? String(argument) : toHex(argument);
}

/** Returns a call as a report shows it, for example `allocBitmap(count 2, maxAddr 0x8000, alignment 4096)`. */
export function formatOperation<A>(operation: Operation<A>, formatAddress: (address: A) => string): string {
  const texts = parametersOf(operation.call).map((parameter) => {
    const value = argumentAt(operation, parameter);
    switch (parameter.kind) {
      case 'address':
        return formatAddress(value as A);
      case 'addresses':
        return addressesOf(operation).map(formatAddress).join(', ');
      case 'maxAddr':
        return `${parameter.name} ${typeof value === 'bigint' ? toHex(value) : String(value)}`;
      default:
        return `${parameter.name} ${formatArgument(value as Argument)}`;
    }
  });
  return `${operation.call}(${texts.join(', ')})`;
}

/** Returns the lines of a program, results named: `a = alloc()`. */
export function formatProgram(program: Program): readonly string[] {
  let results = 0;
  return program.map((operation) => {
    const text = formatOperation(operation, formatReference);
    return isAllocation(operation.call) ? `${resultName(results++)} = ${text}` : text;
  });
}

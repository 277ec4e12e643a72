/**
 * Programs: operations in order, each naming earlier results. A program together with a memory map, a configuration and
 * the policies to check is a *scenario*: everything needed to run it.
 */
import * as either from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { isBurst, lengthOfStep, MOST_OPERATIONS, operationsOfStep, ProgramStep, stepsOf } from './burst.ts';
import { isAllocation, parametersOf } from './calls.ts';
import { aboveLimit, Config } from './config.ts';
import { counted, grouped } from './counted.ts';
import { closed, withJsonForm } from './decode.ts';
import { toHex } from './hex.ts';
import { MemoryMap } from './memory-map.ts';
import { type Argument, addressesOf, argumentAt, type Operation, ProgramOperation } from './operation.ts';
import { Policy } from './profile.ts';
import { formatReference, type Reference, resultName } from './reference.ts';

export type Program = readonly Operation<Reference>[];

const Steps = t.readonlyArray(ProgramStep, 'an array of operations');

/** Operations in order. JSON: operations and bursts of them. */
export const Program = new t.Type<Program, unknown, unknown>(
  Steps.name,
  (u): u is Program => Array.isArray(u) && u.every(ProgramOperation.is),
  (u, context) =>
    either.chain<t.Errors, readonly ProgramStep[], Program>((steps) => {
      if (steps.reduce((sum, step) => sum + lengthOfStep(step), 0) > MOST_OPERATIONS)
        return t.failure(u, context, `expected at most ${counted(MOST_OPERATIONS, 'operation')}`);
      const lists = steps.map(operationsOfStep);
      const wrong = lists.find((list) => typeof list === 'string');
      if (wrong !== undefined) return t.failure(u, context, wrong);
      return either.right(lists.flatMap((list) => (typeof list === 'string' ? [] : list)));
    })(Steps.validate(u, context)),
  (program) => Steps.encode(stepsOf(program)),
);
withJsonForm(Program, Steps);

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
withJsonForm(Scenario, Parts);
export type Scenario = t.TypeOf<typeof Scenario>;

/** Returns an argument as a report shows it: small numbers in decimal, others in hex. */
export function formatArgument(argument: Argument): string {
  const isSmall = typeof argument === 'number' || (argument > -1_000_000n && argument < 1_000_000n);
  return isSmall ? String(argument) : toHex(argument);
}

/** Of a batch of more addresses than these, lines of text show the first few: one of 30,000 would be a line of 600,000 characters. */
const LONG_BATCH = 16;
const FIRST_OF_BATCH = 4;

function formatAddresses(addresses: readonly string[], isShort: boolean): string {
  if (!isShort || addresses.length <= LONG_BATCH) return addresses.join(', ');
  const more = grouped(addresses.length - FIRST_OF_BATCH);
  return `${addresses.slice(0, FIRST_OF_BATCH).join(', ')}, and ${more} more`;
}

/** Returns a call as a report shows it, for example `allocBitmap(count 2, maxAddr 0x8000, alignment 4096)`; with `isShort`, long batches are cut short. */
export function formatOperation<A>(
  operation: Operation<A>,
  formatAddress: (address: A) => string,
  isShort = false,
): string {
  const texts = parametersOf(operation.call).map((parameter) => {
    const value = argumentAt(operation, parameter);
    switch (parameter.kind) {
      case 'address':
        return formatAddress(value as A);
      case 'addresses':
        return formatAddresses(addressesOf(operation).map(formatAddress), isShort);
      case 'minAddr':
      case 'maxAddr':
        return `${parameter.name} ${typeof value === 'bigint' ? toHex(value) : String(value)}`;
      default:
        return `${parameter.name} ${formatArgument(value as Argument)}`;
    }
  });
  return `${operation.call}(${texts.join(', ')})`;
}

/** A step of a program as a report shows it. */
interface StepText {
  readonly text: string;
  /** The place of its first operation, and their number. */
  readonly at: number;
  readonly operations: number;
}

/** Returns the steps of a program as lines: an operation, or a burst such as `a = alloc() … sr = alloc()  ×512`. */
export function formatSteps(program: Program): readonly StepText[] {
  const lines = formatProgram(program, true);
  let at = 0;
  return stepsOf(program).map((step) => {
    const operations = lengthOfStep(step);
    const [from, end] = [at, at + operations];
    at = end;
    if (!isBurst(step)) return { text: lines[from] ?? '', at: from, operations };
    const period = step.first.length;
    const [first, last] = [lines.slice(from, from + period), lines.slice(end - period, end)];
    const text = first.join() === last.join() ? first.join(', ') : `${first.join(', ')} … ${last.join(', ')}`;
    return { text: `${text}  ×${step.times}`, at: from, operations };
  });
}

/** Returns the lines of a program, results named: `a = alloc()`; with `isShort`, long batches are cut short. */
export function formatProgram(program: Program, isShort = false): readonly string[] {
  let results = 0;
  return program.map((operation) => {
    const text = formatOperation(operation, formatReference, isShort);
    return isAllocation(operation.call) ? `${resultName(results++)} = ${text}` : text;
  });
}

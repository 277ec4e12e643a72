/**
 * Requests: a program as the lines that a process reads (native/PROTOCOL.md). Operations that the protocol or the profile cannot
 * express are left out: arguments that are not unsigned 64-bit integers, calls outside the profile, and uses of their results. The
 * remaining results are renumbered.
 */
import {
  type Argument,
  addressesOf,
  argumentAt,
  argumentsOf,
  beyond,
  formatReference,
  isAllocation,
  isU64,
  MEMORY_TYPES,
  type MemoryMap,
  mapAddresses,
  namesResult,
  type Operation,
  type Profile,
  type Program,
  parametersOf,
  type Reference,
  toHex,
} from '../../spec/index.ts';
import type { World } from '../world.ts';

/** A program as text. */
export interface Request {
  readonly text: string;
  /** For each operation, the reason why it is not sent, or null. */
  readonly omitted: readonly (string | null)[];
}

/** Limits on one program. */
export interface ProgramLimits {
  readonly timeLimitMs: number;
  readonly memoryMib: number;
}

const NO_INTEGER = 'a process only takes unsigned 64-bit integers';

/** Returns the reason why an operation cannot be sent to any process, or null. */
function unaskable(operation: Operation<Reference>): string | null {
  if (!argumentsOf(operation).every(isU64)) return NO_INTEGER;
  const areIntegers = addressesOf(operation).every((reference) =>
    namesResult(reference) ? isU64(abs(reference.offset)) : isU64(reference.absolute),
  );
  return areIntegers ? null : NO_INTEGER;
}

function abs(n: bigint): bigint {
  return n < 0n ? -n : n;
}

function argumentText(argument: Argument): string {
  return typeof argument === 'bigint' && argument > 0xffff_ffffn ? toHex(argument) : String(argument);
}

function lineOf(operation: Operation<Reference>): string {
  let line: string = operation.call;
  for (const parameter of parametersOf(operation.call)) {
    const value = argumentAt(operation, parameter);
    if (isArgument(value)) line += ` ${argumentText(value)}`;
    else for (const address of addressesOf(operation)) line += ` ${formatReference(address)}`;
  }
  return `${line}\n`;
}

function isArgument(value: unknown): value is Argument {
  return typeof value === 'bigint' || typeof value === 'number';
}

/** Numbers the results of a program among those sent. */
class Ordinals {
  readonly #sent: (number | null)[] = [];
  #count = 0;

  note(isSent: boolean): void {
    this.#sent.push(isSent ? this.#count : null);
    if (isSent) this.#count += 1;
  }

  /** Returns the operation with its results renumbered, or null if it names a result that is not sent. */
  renamed(operation: Operation<Reference>): Operation<Reference> | null {
    // Nothing was left out: the numbers are unchanged.
    if (this.#count === this.#sent.length) return operation;
    return mapAddresses(operation, (reference) => {
      if (!namesResult(reference)) return reference;
      const result = this.#sent[reference.result];
      return result == null ? null : { ...reference, result };
    });
  }
}

function mapLines({ descriptors }: MemoryMap): string {
  return descriptors
    .map(({ type, start, pages }) => `map ${MEMORY_TYPES[type].efi} ${toHex(start)} ${pages}\n`)
    .join('');
}

/** Returns the lines before the operations. */
export function headerText({ map, config }: World, { timeLimitMs, memoryMib }: ProgramLimits): string {
  const { higherHalf, bitmapMaxAddr } = config;
  const limits = `limit ${timeLimitMs} ${memoryMib}\n`;
  return `${limits}config ${toHex(higherHalf)} ${toHex(bitmapMaxAddr)}\n${mapLines(map)}init\n`;
}

/** Returns the lines of the operations. `leftOut` holds reasons to leave out more of them. O(references). */
export function requestOf(
  program: Program,
  profile: Profile,
  leftOut: readonly (string | null)[] = [],
): Request {
  const ordinals = new Ordinals();
  let text = '';
  const omitted = program.map((operation, at) => {
    const renamed = ordinals.renamed(operation);
    const why =
      beyond(profile, operation) ??
      unaskable(operation) ??
      leftOut[at] ??
      (renamed === null ? 'it names a result of an operation that was left out' : null);
    if (isAllocation(operation.call)) ordinals.note(why === null);
    if (why === null && renamed !== null) text += lineOf(renamed);
    return why;
  });
  return { text: `${text}end\n`, omitted };
}

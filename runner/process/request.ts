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
  describedCall,
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
  U64_MAX,
  WHOLE,
} from '../../spec/index.ts';
import type { World } from '../world.ts';

/** A program as text. */
export interface Request {
  readonly text: string;
  /** For each operation, the reason why it is not sent, or null. */
  readonly omitted: readonly (string | null)[];
}

/** Memory of one program on a small memory map. */
export const MEMORY_MIB = 1024;
/** Wall-clock limit: 4 × the CPU limit. */
export const PATIENCE = 4;

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

/** Returns an operation as a kernel reads it on its serial line: few bytes, since such a line is slow. */
function wordOf(operation: Operation<Reference>): string {
  const values = parametersOf(operation.call).flatMap((parameter) => {
    const value = argumentAt(operation, parameter);
    if (!isArgument(value)) return addressesOf(operation).map(shortReference);
    // No limit is the most frequent one.
    return parameter.kind === 'maxAddr' && value === U64_MAX ? '' : value.toString(16);
  });
  return describedCall(operation.call).letter + values.join(',');
}

function shortReference(reference: Reference): string {
  if (!namesResult(reference)) return `=${reference.absolute.toString(16)}`;
  const { result, page, offset } = reference;
  const bytes = offset === 0n ? '' : `${offset < 0n ? '-' : '+'}${abs(offset).toString(16)}`;
  return `${result.toString(16)}${page === 0 ? '' : `.${page.toString(16)}`}${bytes}`;
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
export function headerText(
  { map, config }: World,
  { timeLimitMs, memoryMib }: ProgramLimits,
  { contents }: Pick<Profile, 'contents'> = WHOLE,
): string {
  const { higherHalf, bitmapMaxAddr } = config;
  const limits = `limit ${timeLimitMs} ${memoryMib}\n`;
  const asked = contents === 'zeroed' ? 'zeroed\n' : '';
  return `${limits}${asked}config ${toHex(higherHalf)} ${toHex(bitmapMaxAddr)}\n${mapLines(map)}init\n`;
}

/** Returns the line before the operations in its short form. */
export function shortHeader({ map, config }: World): string {
  const { higherHalf, bitmapMaxAddr } = config;
  const regions = map.descriptors.map(
    ({ type, start, pages }) =>
      ` ${MEMORY_TYPES[type].efi.toString(16)},${start.toString(16)},${pages.toString(16)}`,
  );
  return `w ${higherHalf.toString(16)} ${bitmapMaxAddr.toString(16)}${regions.join('')}\n`;
}

/** How a program is written. */
export interface RequestOptions {
  readonly profile: Profile;
  /** Reasons to leave out more of the operations. */
  readonly leftOut?: readonly (string | null)[] | undefined;
  /** Whether in few bytes, on one line. */
  readonly isShort?: boolean;
}

/** Returns the text of the operations. O(references). */
export function requestOf(
  program: Program,
  { profile, leftOut = [], isShort = false }: RequestOptions,
): Request {
  const ordinals = new Ordinals();
  const texts: string[] = [];
  const omitted = program.map((operation, at) => {
    const renamed = ordinals.renamed(operation);
    const why =
      beyond(profile, operation) ??
      unaskable(operation) ??
      leftOut[at] ??
      (renamed === null ? 'it names a result of an operation that was left out' : null);
    if (isAllocation(operation.call)) ordinals.note(why === null);
    if (why === null && renamed !== null) texts.push(isShort ? wordOf(renamed) : lineOf(renamed));
    return why;
  });
  return { text: isShort ? `${texts.join(' ')}\n` : `${texts.join('')}end\n`, omitted };
}

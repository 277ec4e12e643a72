/**
 * The log format: a run as a kernel or a test recorded it, one JSON value a line. A header says which memory the run had; then
 * follows init's answer, where it was observed; then one operation and its response a line. Addresses are given as they were
 * passed and returned. Fields that a response leaves out were not observed, and are not judged.
 *
 *     {"format":"frameproof/log","version":1,"map":"machine.txt","config":{…},"policies":[],"profile":{}}
 *     {"init":{"outcome":{"kind":"done"}}}
 *     {"operation":{"call":"alloc"},"response":{"outcome":{"kind":"address","address":"0xffff800004000000"}}}
 *
 * `docs/log-format.md` describes it for those who write one.
 */
import * as t from 'io-ts';
import {
  type ClauseName,
  Config,
  closed,
  type MemoryMap,
  type Operation,
  Policy,
  Profile,
  type Region,
  ResolvedOperation,
  Response,
  toHex,
} from '../../spec/index.ts';

/**
 * The memory that a log ran on, and the policies and the profile that it is judged by.
 *
 * @public
 */
export interface LogHeader {
  readonly map: MemoryMap;
  readonly config: Config;
  readonly policies: readonly Policy[];
  /** The claims of the allocator. Default: the whole specification. */
  readonly profile?: Profile | undefined;
  /** With `running`, the log begins in the middle: the owner of a page frame is unknown until something is said of it. */
  readonly start?: 'running' | undefined;
  /** With `allocations`, some of them are not in the log: then a free of what was last seen free decides nothing. */
  readonly unseen?: 'allocations' | undefined;
}

/**
 * One call and the answer to it.
 *
 * @public
 */
export interface LogEntry {
  readonly operation: Operation;
  readonly response: Response;
}

/**
 * The first line of a log that violates a clause.
 *
 * @public
 */
export interface LogViolation {
  /** Line number, from 1. */
  readonly line: number;
  /** The operation of that line, or null for init. */
  readonly operation: Operation | null;
  readonly response: Response;
  readonly clause: ClauseName;
  readonly explanation: string;
  readonly pfn: number | null;
  readonly owner: string | null;
}

/** A consumer of a log's lines. Each method returns whether to go on. */
export interface LogReader {
  onHeader(header: LogHeader): boolean;
  onInit(response: Response, line: number): boolean;
  onEntry(entry: LogEntry, line: number): boolean;
  /** Loads what is needed where calls may be lost, or the log begins in the middle. */
  prepareForLosses(): Promise<void>;
  /** So many calls may have been made since the last entry that nobody knows; null for any number. */
  onLoss(lost: number | null): boolean;
  /** Nobody can say who owns these page frames: a call on them was logged out of order. */
  onDoubt(region: Region): boolean;
}

/** The first line. `map` is a memory map, or the path of a file that holds one, relative to the log; a log that starts in the middle may have none. */
export const HeaderLine = closed(
  t.intersection([
    t.type({ format: t.literal('frameproof/log'), version: t.literal(1), map: t.unknown, config: Config }),
    t.partial({
      policies: t.readonlyArray(Policy, 'an array of policies'),
      profile: Profile,
      start: t.literal('running'),
      unseen: t.literal('allocations'),
    }),
  ]),
  'a header: {"format":"frameproof/log","version":1,"map":…,"config":…}',
);

/** The second line, which is optional. */
export const InitLine = closed(t.type({ init: Response }, 'the answer of init'));

/** Every other line. */
export const EntryLine: t.Type<LogEntry, unknown> = closed(
  t.type(
    { operation: ResolvedOperation, response: Response },
    'an operation and its response: {"operation":…,"response":…}',
  ),
);

function hexed(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? toHex(value) : value;
}

/**
 * Returns the line for an operation and its response, without the line break. It is what the codec would encode, faster.
 *
 * @public
 */
export function entryLine({ operation, response }: LogEntry): string {
  return JSON.stringify({ operation, response }, hexed);
}

/**
 * Returns the line for init's answer, without the line break.
 *
 * @public
 */
export function initLine(response: Response): string {
  return JSON.stringify({ init: response }, hexed);
}

/**
 * Returns the first line of a log, without the line break.
 *
 * @public
 */
export function headerLine({ profile, ...header }: LogHeader): string {
  const claims = profile === undefined ? {} : { profile: Profile.encode(profile) };
  return JSON.stringify({ format: 'frameproof/log', version: 1, ...header, ...claims }, hexed);
}

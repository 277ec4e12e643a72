/**
 * The log format: a run as a kernel or a test wrote it down, one JSON value a line. First a header, which says what the
 * run ran on; then, where it was observed, what init answered; then one operation and its response a line. Addresses are
 * those that were passed and returned. What a response leaves out was not observed, and is not judged.
 *
 *     {"format":"frameproof/log","version":1,"map":"machine.txt","config":{…},"policies":[]}
 *     {"init":{"outcome":{"kind":"done"}}}
 *     {"operation":{"call":"alloc"},"response":{"outcome":{"kind":"address","address":"0xffff800004000000"}}}
 *
 * Described for those who write one in `docs/log-format.md`.
 */
import * as t from 'io-ts';
import {
  Config,
  closed,
  type MemoryMap,
  type Operation,
  Policy,
  ResolvedOperation,
  Response,
  toHex,
} from '../../spec/index.ts';

/** What a log ran on, and what it is held to. */
export interface LogHeader {
  readonly map: MemoryMap;
  readonly config: Config;
  readonly policies: readonly Policy[];
}

/** One call and the answer to it. */
export interface LogEntry {
  readonly operation: Operation;
  readonly response: Response;
}

/** The first line. `map` is a memory map, or the path of a file that holds one, resolved beside the log. */
export const HeaderLine = closed(
  t.intersection([
    t.type({ format: t.literal('frameproof/log'), version: t.literal(1), map: t.unknown, config: Config }),
    t.partial({ policies: t.readonlyArray(Policy, 'an array of policies') }),
  ]),
  'a header: {"format":"frameproof/log","version":1,"map":…,"config":…}',
);

/** The second line, which may be left out. */
export const InitLine = closed(t.type({ init: Response }, 'what init answered'));

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

/** Returns one line for an operation and its response, without the line break. What the codec would encode, faster. */
export function entryLine({ operation, response }: LogEntry): string {
  return JSON.stringify({ operation, response }, hexed);
}

/** Returns the line for what init answered, without the line break. */
export function initLine(response: Response): string {
  return JSON.stringify({ init: response }, hexed);
}

/** Returns the first line of a log, without the line break. */
export function headerLine({ map, config, policies }: LogHeader): string {
  return JSON.stringify({ format: 'frameproof/log', version: 1, map, config, policies }, hexed);
}

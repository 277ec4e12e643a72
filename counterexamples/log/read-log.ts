/**
 * Reading logs: from lines to entries, streamed. What does not belong into a log is a `SpecError` of one line that names
 * the file, the line and what was expected there.
 */
import { dirname, resolve } from 'node:path';
import {
  aboveLimit,
  type Config,
  decode,
  MemoryMap,
  OutdatedTraceError,
  parseJson,
  type Response,
  SpecError,
} from '../../spec/index.ts';
import { readMemoryMap } from '../../spec/maps/index.ts';
import { type Line, linesOf, sourceName } from './lines.ts';
import { EntryLine, HeaderLine, InitLine, type LogEntry, type LogHeader } from './log-format.ts';
import { plainEntry } from './plain-entry.ts';

/** Who reads a log. Each method returns whether to go on. */
export interface LogReader {
  onHeader(header: LogHeader): boolean;
  onInit(response: Response, line: number): boolean;
  onEntry(entry: LogEntry, line: number): boolean;
}

/** A last line that was cut short; what stands before it has been read. */
export class CutLogError extends SpecError {}

function field(data: unknown, key: string): unknown {
  return typeof data === 'object' && data !== null ? Reflect.get(data, key) : undefined;
}

function parsed({ text, ended }: Line, place: string): unknown {
  if (ended) return parseJson(text, place);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CutLogError(`${place}: expected a whole line, and the log is cut short in it`, { cause });
  }
}

function mapOf(map: unknown, path: string, place: string, { physicalLimit }: Config): MemoryMap {
  if (typeof map !== 'string') return decode(MemoryMap, map, `${place}: map`);
  const folder = path === '-' ? '.' : dirname(path);
  return readMemoryMap(resolve(folder, map), { physicalLimit }).map;
}

function headerOf(data: unknown, path: string, place: string): LogHeader {
  const version = field(data, 'version');
  if (field(data, 'format') === 'frameproof/log' && typeof version === 'number' && version !== 1)
    throw new OutdatedTraceError(`${place}: format version ${version}, and this program reads version 1`);
  const { map: named, config, policies = [] } = decode(HeaderLine, data, place);
  const map = mapOf(named, path, place, config);
  const above = aboveLimit(map, config);
  if (above !== null) throw new SpecError(`${place}: map: ${above}`);
  return { map, config, policies };
}

/** Whether `data` is the first line of a log, of whatever version. */
export function isLogHeader(data: unknown): boolean {
  return field(data, 'format') === 'frameproof/log';
}

/** Hands a log's lines to a reader one by one; knows which kind of line comes next. */
class Feed {
  readonly #path: string;
  readonly #reader: LogReader;
  #lines = 0;

  constructor(path: string, reader: LogReader) {
    this.#path = path;
    this.#reader = reader;
  }

  get isEmpty(): boolean {
    return this.#lines === 0;
  }

  /** Reads one line. Returns whether to go on. */
  take(line: Line): boolean {
    const place = `${sourceName(this.#path)}:${line.number}`;
    if (line.text.trim() === '') return true;
    const data = parsed(line, place);
    this.#lines += 1;
    if (this.#lines === 1) return this.#reader.onHeader(headerOf(data, this.#path, place));
    if (this.#lines === 2 && field(data, 'init') !== undefined)
      return this.#reader.onInit(decode(InitLine, data, place).init, line.number);
    return this.#reader.onEntry(plainEntry(data) ?? decode(EntryLine, data, place), line.number);
  }
}

/**
 * Reads the log at a path (`-` for standard input) to its end, or until the reader has had enough. Memory is bounded by
 * the longest line. Empty lines are passed over.
 *
 * @throws SpecError where a line does not belong into a log; {@link CutLogError} where the last one is not whole.
 * @throws OutdatedTraceError where the log is of another format version.
 */
export async function readLog(path: string, reader: LogReader): Promise<void> {
  const feed = new Feed(path, reader);
  for await (const lines of linesOf(path)) for (const line of lines) if (!feed.take(line)) return;
  if (feed.isEmpty) throw new SpecError(`${sourceName(path)}: expected a log, found nothing`);
}

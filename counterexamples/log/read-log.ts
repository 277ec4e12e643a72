/**
 * Reading logs: from lines to entries, streamed. A line that is not of a log is a `SpecError`: one line that names the file, the
 * line number and what was expected there.
 */
import { dirname, resolve } from 'node:path';
import {
  aboveLimit,
  type Config,
  decode,
  MemoryMap,
  OutdatedTraceError,
  parseForeignJson,
  type Response,
  refuseDuplicateKeys,
  SpecError,
  shortened,
} from '../../spec/index.ts';
import { type Line, linesOf, sourceName } from './lines.ts';
import { EntryLine, HeaderLine, InitLine, type LogEntry, type LogHeader } from './log-format.ts';
import { plainEntry } from './plain-entry.ts';

/** A consumer of a log's lines. Each method returns whether to go on; a promise only now and then, since each takes as long as a line. */
export interface LogReader {
  onHeader(header: LogHeader): boolean;
  onInit(response: Response, line: number): boolean;
  onEntry(entry: LogEntry, line: number): boolean | Promise<boolean>;
}

/** The last line is incomplete. The lines before it have been read. */
export class CutLogError extends SpecError {}

function field(data: unknown, key: string): unknown {
  return typeof data === 'object' && data !== null ? Reflect.get(data, key) : undefined;
}

/** Returns what a line holds, whose keys may come twice. */
function parsed({ text, ended }: Line, place: () => string): unknown {
  try {
    return parseForeignJson(text, place);
  } catch (cause) {
    if (ended) throw cause;
    throw new CutLogError(`${place()}: expected a whole line, and the log is cut short in it`, { cause });
  }
}

/** Systems take no longer ones. */
const LONGEST_PATH = 4096;

async function mapOf(
  map: unknown,
  path: string,
  place: string,
  { physicalLimit }: Config,
): Promise<MemoryMap> {
  if (typeof map !== 'string') return decode(MemoryMap, map, `${place}: map`);
  if (map.length > LONGEST_PATH)
    throw new SpecError(
      `${place}: map: expected a memory map or the path of one, found ${shortened(JSON.stringify(map))}`,
    );
  // Most logs hold their map: the readers of all notations are loaded for those that name a file.
  const { readMemoryMap } = await import('../../spec/maps/index.ts');
  const folder = path === '-' ? '.' : dirname(path);
  return readMemoryMap(resolve(folder, map), { physicalLimit }).map;
}

async function headerOf(data: unknown, path: string, place: string): Promise<LogHeader> {
  const version = field(data, 'version');
  if (field(data, 'format') === 'frameproof/log' && typeof version === 'number' && version !== 1)
    throw new OutdatedTraceError(`${place}: format version ${version}, and this program reads version 1`);
  const { map: named, config, profile, ...header } = decode(HeaderLine, data, place);
  const map = await mapOf(named, path, place, config);
  const above = aboveLimit(map, config);
  if (above !== null) throw new SpecError(`${place}: map: ${above}`);
  return { map, config, policies: header.policies ?? profile?.policies ?? [], profile };
}

/** Whether `data` is the first line of a log, of whatever version. */
export function isLogHeader(data: unknown): boolean {
  return field(data, 'format') === 'frameproof/log';
}

/** Decodes a log's lines one by one, each as the kind that is due, and passes them to a reader. */
class LineDecoder {
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

  /** Decodes one line. Returns whether to go on: a promise for the header, which may name a file, and where the reader has one. */
  take(line: Line): boolean | Promise<boolean> {
    const { text, number } = line;
    if (text.trim() === '') return true;
    // To name every line would take as long as a twentieth of reading it.
    const place = (): string => `${sourceName(this.#path)}:${number}`;
    const data = parsed(line, place);
    this.#lines += 1;
    const plain = this.#lines === 1 ? null : plainEntry(data, text);
    if (plain !== null) return this.#reader.onEntry(plain, number);
    refuseDuplicateKeys(text, place());
    return this.#takeOther(data, number, place());
  }

  async #takeHeader(data: unknown, place: string): Promise<boolean> {
    return this.#reader.onHeader(await headerOf(data, this.#path, place));
  }

  /** Takes the first two lines, and what the codecs are needed for. */
  #takeOther(data: unknown, number: number, place: string): boolean | Promise<boolean> {
    if (this.#lines === 1) return this.#takeHeader(data, place);
    if (this.#lines === 2 && field(data, 'init') !== undefined)
      return this.#reader.onInit(decode(InitLine, data, place).init, number);
    return this.#reader.onEntry(decode(EntryLine, data, place), number);
  }
}

/**
 * Reads the log at a path (`-` for standard input) to its end, or until the reader has had enough. Memory is bounded by
 * the longest line. Empty lines are skipped.
 *
 * @throws SpecError where a line is not a line of a log; {@link CutLogError} where the last one is incomplete.
 * @throws OutdatedTraceError where the log is of another format version.
 */
export async function readLog(path: string, reader: LogReader): Promise<void> {
  const decoder = new LineDecoder(path, reader);
  for await (const lines of linesOf(path))
    for (const line of lines) {
      const goesOn = decoder.take(line);
      if (!(typeof goesOn === 'boolean' ? goesOn : await goesOn)) return;
    }
  if (decoder.isEmpty) throw new SpecError(`${sourceName(path)}: expected a log, found nothing`);
}

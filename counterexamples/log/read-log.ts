/**
 * Reading logs: from lines to entries, streamed. A log whose first line is JSON has nothing but JSON: a line that is not of a log is a
 * `SpecError`, one line that names the file, the line number and what was expected there. Anything else is the output of a console,
 * which may hold compact lines.
 */
import { dirname, resolve } from 'node:path';
import {
  aboveLimit,
  type Config,
  counted,
  decode,
  MemoryMap,
  memoryMap,
  OutdatedTraceError,
  parseForeignJson,
  refuseDuplicateKeys,
  SpecError,
  shortened,
} from '../../spec/index.ts';
import type { ConsoleDecoder, Delivery, MapReader } from './console/index.ts';
import { type Input, type Line, linesOf, sourceName } from './lines.ts';
import { EntryLine, HeaderLine, InitLine, type LogHeader, type LogReader } from './log-format.ts';
import { plainEntry } from './plain-entry.ts';

/** How a log is read. */
export interface ReadLogOptions {
  /** The memory map of a console's log. Default: the one in its lines. */
  readonly map?: MemoryMap | null | undefined;
  /** Whether the memory map stands in what the console printed before the log, in any notation. */
  readonly mapFromLog?: boolean | undefined;
  /** With `ftrace`, the log is a trace of Linux: the events `kmem:mm_page_alloc` and `kmem:mm_page_free`. */
  readonly format?: 'ftrace' | undefined;
  /** The bytes of the log as they come, in place of the file at its path. */
  readonly input?: Input | undefined;
}

/** The last line is incomplete. The lines before it have been read. */
export class CutLogError extends SpecError {}

/** Nothing that was read is a log. */
export class NoLogError extends SpecError {}

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
  const { map: named, config, profile, start, unseen, ...header } = decode(HeaderLine, data, place);
  const map =
    named === undefined && start === 'running' ? memoryMap([]) : await mapOf(named, path, place, config);
  const above = aboveLimit(map, config);
  if (above !== null) throw new SpecError(`${place}: map: ${above}`);
  return { map, config, policies: header.policies ?? profile?.policies ?? [], profile, start, unseen };
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

  /** Decodes one line. Returns whether to go on: a promise only for the header, which may name a file. */
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
    const header = await headerOf(data, this.#path, place);
    if (header.start === 'running') await this.#reader.prepareForLosses();
    return this.#reader.onHeader(header);
  }

  /** Takes the first two lines, and what the codecs are needed for. */
  #takeOther(data: unknown, number: number, place: string): boolean | Promise<boolean> {
    if (this.#lines === 1) return this.#takeHeader(data, place);
    if (this.#lines === 2 && field(data, 'init') !== undefined)
      return this.#reader.onInit(decode(InitLine, data, place).init, number);
    return this.#reader.onEntry(decode(EntryLine, data, place), number);
  }
}

/** Whether a line of output begins a log in JSON. */
function isJson(text: string): boolean {
  return text.trimStart().startsWith('{');
}

/** Returns what was found in output that holds no line of a log. */
function foundIn({ delivery: { damaged } }: ConsoleDecoder): string {
  return damaged > 0
    ? `found ${counted(damaged, 'line')} of one, of which no checksum is right`
    : 'found no line of one: neither JSON from the first line on nor lines such as "fp 0 h 1 …" of frameproof_log.h';
}

/** Returns the reader of the memory map in what a console printed, with the notations that it needs. */
async function mapReader(): Promise<MapReader> {
  const { importMemoryMap } = await import('../../spec/maps/index.ts');
  return (text, source) => importMemoryMap(text, source).map;
}

/**
 * Reads the log at a path (`-` for standard input) to its end, or until the reader has had enough; returns what arrived of a
 * console's, and null for a log in JSON. Memory is bounded by the longest line.
 *
 * @throws SpecError where a line is not a line of a log; {@link CutLogError} where the last one is incomplete.
 * @throws OutdatedTraceError where the log is of another format version.
 */
export async function readLog(
  path: string,
  reader: LogReader,
  options: ReadLogOptions = {},
): Promise<Delivery | null> {
  if (options.format === 'ftrace') return readFtrace(path, reader, options);
  const json = new LineDecoder(path, reader);
  let console: ConsoleDecoder | null = null;
  let first: Line | null = null;
  reading: for await (const lines of linesOf(path, options.input))
    for (const line of lines) {
      if (first === null && line.text.trim() !== '') {
        first = line;
        if (!isJson(line.text)) console = await consoleOf(path, reader, options);
      }
      const goesOn = (console ?? json).take(line);
      if (!(typeof goesOn === 'boolean' ? goesOn : await goesOn)) break reading;
    }
  if (first === null) throw new NoLogError(`${sourceName(path)}: expected a log, found nothing`);
  console?.end();
  if (console?.isEmpty === true)
    throw new NoLogError(`${sourceName(path)}: expected a log, ${foundIn(console)}`);
  return console?.delivery ?? null;
}

async function consoleOf(
  path: string,
  reader: LogReader,
  { map = null, mapFromLog = false }: ReadLogOptions,
): Promise<ConsoleDecoder> {
  const { ConsoleDecoder: Decoder } = await import('./console/index.ts');
  await reader.prepareForLosses();
  return new Decoder(sourceName(path), reader, { map, readMap: mapFromLog ? await mapReader() : null });
}

async function readFtrace(
  path: string,
  reader: LogReader,
  { map, input }: ReadLogOptions,
): Promise<Delivery> {
  const { FtraceDecoder } = await import('./ftrace/index.ts');
  await reader.prepareForLosses();
  const decoder = new FtraceDecoder(reader, map ?? memoryMap([]));
  reading: for await (const lines of linesOf(path, input))
    for (const line of lines) if (!decoder.take(line)) break reading;
  decoder.end();
  if (decoder.isEmpty)
    throw new NoLogError(
      `${sourceName(path)}: expected a trace with mm_page_alloc or mm_page_free, found no such event`,
    );
  return decoder.delivery;
}

/**
 * Lines: a text file or standard input of any length, line by line, in bounded memory. Lines come in the batches in which the
 * system delivers them: a promise for each line would cost more than decoding it.
 */
import { createReadStream } from 'node:fs';
import { SpecError } from '../../spec/index.ts';

/** One line, without its line break. */
export interface Line {
  readonly text: string;
  /** Line number, from 1. */
  readonly number: number;
  /** Whether a line break ends it. Only the last line of a file may lack one. */
  readonly ended: boolean;
}

const CHUNK_BYTES = 1 << 18;
/** A batch of a million addresses takes 22 MB. A line without end must not fill memory. */
const MAX_LINE_CHARACTERS = 1 << 27;

function bytesOf(path: string): AsyncIterable<unknown> {
  return path === '-' ? process.stdin : createReadStream(path, { highWaterMark: CHUNK_BYTES });
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission denied',
  EISDIR: 'this is a folder',
};

function unreadable(source: string, error: unknown): unknown {
  if (!(error instanceof Error && 'code' in error)) return error;
  const code = String(error.code);
  return new SpecError(`${source}: expected a readable file: ${REASONS[code] ?? code}`, { cause: error });
}

async function* textsOf(path: string, source: string): AsyncGenerator<string, void> {
  const decoder = new TextDecoder('utf-8');
  try {
    for await (const bytes of bytesOf(path))
      if (bytes instanceof Uint8Array) yield decoder.decode(bytes, { stream: true });
  } catch (error) {
    throw unreadable(source, error);
  }
  yield decoder.decode();
}

/** Returns the name of the source at a path, for messages. */
export function sourceName(path: string): string {
  return path === '-' ? 'standard input' : path;
}

/** Yields the lines at a path (`-` for standard input) in batches. Throws `SpecError` where it cannot be read. */
export async function* linesOf(path: string): AsyncGenerator<readonly Line[], void> {
  const source = sourceName(path);
  let [rest, number] = ['', 0];
  for await (const text of textsOf(path, source)) {
    const pieces = (rest + text).split('\n');
    rest = pieces.pop() ?? '';
    if (rest.length > MAX_LINE_CHARACTERS)
      throw new SpecError(`${source}:${number + pieces.length + 1}: expected a line of at most 128 MiB`);
    const first = number + 1;
    number += pieces.length;
    yield pieces.map((piece, i) => ({ text: piece, number: first + i, ended: true }));
  }
  if (rest !== '') yield [{ text: rest, number: number + 1, ended: false }];
}

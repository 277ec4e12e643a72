/**
 * Lines: a text file, standard input or the output of a command line by line, in bounded memory. Lines come in the batches in which the
 * system delivers them: a promise for each line would cost more than decoding it.
 */

import { chunksOf, codeOf, reasonOf } from '../../spec/files/index.ts';
import { SpecError } from '../../spec/index.ts';

/** One line, without its line break. */
export interface Line {
  readonly text: string;
  /** Line number, from 1. */
  readonly number: number;
  /** Whether a line break ends it. Only the last line of a file may lack one. */
  readonly ended: boolean;
}

/** A batch of a million addresses takes 22 MB. A line without end must not fill memory. */
const MOST_MIB = 32;
const MOST_CHARACTERS = MOST_MIB * 2 ** 20;

const FILE = { of: 'file' };

async function* standardInput(source: string): AsyncGenerator<unknown, void> {
  try {
    yield* process.stdin;
  } catch (error) {
    // Nobody reads on: the judge was interrupted.
    if (codeOf(error) === 'ERR_STREAM_PREMATURE_CLOSE') return;
    throw new SpecError(`${source}: expected a readable ${FILE.of}: ${reasonOf(error)}`, { cause: error });
  }
}

/** Bytes as they come. */
export type Input = AsyncIterable<unknown>;

/** Returns the encoding of a text that begins with these bytes. PowerShell writes UTF-16 where output is redirected to a file. */
function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
}

async function* textsOf(input: Input): AsyncGenerator<string, void> {
  let decoder: TextDecoder | null = null;
  for await (const bytes of input)
    if (bytes instanceof Uint8Array) {
      decoder ??= new TextDecoder(encodingOf(bytes));
      yield decoder.decode(bytes, { stream: true });
    }
  if (decoder !== null) yield decoder.decode();
}

/** Returns the name of the source at a path, for messages. */
export function sourceName(path: string): string {
  return path === '-' ? 'standard input' : path;
}

/** The line that is being put together. Its pieces are joined once: a long line comes in many. */
class Rest {
  #pieces: string[] = [];
  #characters = 0;

  /** Adds a piece of line `number`. Throws `SpecError` where the line becomes too long. */
  add(piece: string, source: string, number: number): void {
    this.#pieces.push(piece);
    this.#characters += piece.length;
    if (this.#characters > MOST_CHARACTERS)
      throw new SpecError(
        `${source}:${number}: expected a line of at most ${MOST_MIB} MiB, found a longer one`,
      );
  }

  take(): string {
    const text = this.#pieces.length === 1 ? (this.#pieces[0] ?? '') : this.#pieces.join('');
    this.#pieces = [];
    this.#characters = 0;
    return text;
  }
}

/**
 * Yields the lines at a path (`-` for standard input), or of what comes under this name, in batches. Throws `SpecError` where it cannot
 * be read.
 */
export async function* linesOf(path: string, given?: Input): AsyncGenerator<readonly Line[], void> {
  const source = sourceName(path);
  const input = given ?? (path === '-' ? standardInput(source) : chunksOf(path, FILE));
  const rest = new Rest();
  let number = 1;
  for await (const text of textsOf(input)) {
    const lines: Line[] = [];
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      rest.add(text.slice(start, end), source, number);
      lines.push({ text: rest.take(), number, ended: true });
      number += 1;
      start = end + 1;
    }
    rest.add(text.slice(start), source, number);
    yield lines;
  }
  const last = rest.take();
  if (last !== '') yield [{ text: last, number, ended: false }];
}

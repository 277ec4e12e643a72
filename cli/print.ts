/**
 * Printing: all that commands say goes through here, and nothing that a file, a module or a process says can steer the terminal.
 * Every write is checked: Node.js takes no notice where a full disk takes a part of what is printed. Output that is lost is said
 * once, and the command ends with 2. A reader that stops reading (`| head`) is not a failure: the rest is not printed.
 */
import { styleText } from 'node:util';
import { isClosedPipe, reasonOf, writeDescriptor } from '../spec/files/index.ts';
import { printable } from '../spec/text/index.ts';
import { loseOutput } from './exit-codes.ts';
import { errorLine } from './failure.ts';

const STANDARD_OUTPUT = 1;
const STANDARD_ERROR = 2;

/** The two streams, as objects so that a test can put others in their place. Each returns whether there is still a reader. */
export const streams = {
  out: (text: string): boolean => written(STANDARD_OUTPUT, text),
  err: (text: string): boolean => written(STANDARD_ERROR, text),
};

const closed = new Set<number>();

function written(fd: number, text: string): boolean {
  if (closed.has(fd)) return false;
  try {
    writeDescriptor(fd, text);
  } catch (error) {
    closed.add(fd);
    if (!isClosedPipe(error)) complain(fd, error);
  }
  return !closed.has(fd);
}

function complain(fd: number, error: unknown): void {
  const reason = reasonOf(error);
  loseOutput();
  if (fd === STANDARD_OUTPUT) say(`standard output: expected to be written to: ${reason}`);
}

let isData = false;

/** Says whether this command prints data, JSON or code: it is printed as it is, on terminals too. */
export function printsData(yes: boolean): void {
  isData = yes;
}

/** The first words of lines that a reader looks for, and their colours. */
const COLOURS = [
  [/^(holds|refines|closed|certified)\b/, 'green'],
  [/^(violated|violation|differs|slower)\b|<-- here$/, 'red'],
  [/^(not shown|partial|interrupted|ended|found|warning)\b/, 'yellow'],
  [/^next: .*/, 'cyan'],
] as const;

/** Returns a line with its first word in colour, where the environment and standard output want colours. */
function coloured(line: string): string {
  const found = COLOURS.find(([pattern]) => pattern.test(line));
  if (found === undefined) return line;
  const [pattern, colour] = found;
  return line.replace(pattern, (text) => styleText(colour, text));
}

/** Returns a line as lines that fit the terminal. They break at blanks, and go on below the text behind the label. */
function folded(line: string, width: number): readonly string[] {
  if (line.length <= width) return [line];
  const indent = /^ *(?:\S+ {2,})?(?:\d+ {2})?/.exec(line)?.[0].length ?? 0;
  const at = line.lastIndexOf(' ', width);
  if (at <= indent || indent > width / 2) return [line];
  return [line.slice(0, at).trimEnd(), ...folded(' '.repeat(indent) + line.slice(at + 1).trimStart(), width)];
}

/** Returns text as this terminal shows it best; as it is where there is none. */
function onTerminal(text: string): string {
  if (isData) return text;
  const width = process.stdout.isTTY ? columns() : Number.POSITIVE_INFINITY;
  return text
    .split('\n')
    .flatMap((line) => folded(line, width))
    .map(coloured)
    .join('\n');
}

/** Prints text on standard output. Returns whether anybody still reads it. */
export function print(text: string): boolean {
  return streams.out(onTerminal(printable(text)));
}

/** Prints text on standard error, lines breaks included. */
export function printError(text: string): void {
  streams.err(printable(text));
}

/** Says a message in one line on standard error. */
export function say(message: string): void {
  streams.err(errorLine(message));
}

/** Columns of a terminal that nobody has widened, and the narrowest and the widest that text is laid out for. */
const COLUMNS = { usual: 80, least: 60, most: 200 } as const;

/** Returns the columns to lay text out for. */
export function columns(): number {
  return Math.min(COLUMNS.most, Math.max(COLUMNS.least, process.stdout.columns ?? COLUMNS.usual));
}

/** Returns a text in lines that fit the terminal where it has spaces, each after `indent` and all but the first after two more. */
export function wrapped(text: string, indent = ''): readonly string[] {
  const lines: string[] = [];
  const width = columns();
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`${indent}${last === undefined ? '' : '  '}${word}`);
  }
  return lines;
}

/**
 * Printing: all that commands say goes through here, and nothing that a file, a module or a process says can steer the terminal.
 * Every write is checked: Node.js takes no notice where a full disk takes a part of what is printed. Output that is lost is said
 * once, and the command ends with 2. A reader that stops reading (`| head`) is not a failure: the rest is not printed.
 */
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

/** Prints text on standard output. Returns whether anybody still reads it. */
export function print(text: string): boolean {
  return streams.out(printable(text));
}

/** Prints text on standard error, lines breaks included. */
export function printError(text: string): void {
  streams.err(printable(text));
}

/** Says a message in one line on standard error. */
export function say(message: string): void {
  streams.err(errorLine(message));
}

/** Columns of a terminal that nobody has widened. */
const COLUMNS = 80;

/** Returns a text in lines of at most 80 columns where it has spaces, each after `indent` and all but the first after two more. */
export function wrapped(text: string, indent = ''): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= COLUMNS)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`${indent}${last === undefined ? '' : '  '}${word}`);
  }
  return lines;
}

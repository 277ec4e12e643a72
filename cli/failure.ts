/**
 * Failures: the text and the exit code of a command that ends without a result. Everything users can get wrong is one line;
 * a defect of ours comes with its stack.
 */
import { CommanderError } from 'commander';
import { printableLine } from '../spec/text/index.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';

export interface Failure {
  /** For standard error, line breaks included. */
  readonly text: string;
  readonly exitCode: ExitCode;
}

/** Returns the line for standard error that says `message`. */
export function errorLine(message: string): string {
  return `frameproof: ${printableLine(message)}\n`;
}

/** Returns the failure of a command line that cannot be parsed. Help that was asked for is not one. */
function usage({ message, code, exitCode }: CommanderError): Failure {
  if (exitCode === 0) return { text: '', exitCode: EXIT.holds };
  // Commander has printed the help by now.
  if (code === 'commander.help') return { text: '', exitCode: EXIT.unusable };
  return { text: errorLine(`${message.replace(/^error: /, '')} (see --help)`), exitCode: EXIT.unusable };
}

function defect(error: unknown): Failure {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const text = `frameproof: this is a bug of frameproof, or an error that the target throws out of turn; please report it:\n${stack}\n`;
  return { text, exitCode: EXIT.defect };
}

/** Errors are told apart by name, as `isSpecError` does: a command need not load what it does not throw. */
function isNamed(error: unknown, name: string): error is Error {
  return error instanceof Error && error.name === name;
}

/** Returns the stack of what a target threw, which caused an error; empty where nothing did, or it throws when it is looked at. */
function causeOf({ cause }: Error): string {
  try {
    return cause instanceof Error && typeof cause.stack === 'string' ? `${cause.stack}\n` : '';
  } catch {
    return '';
  }
}

/** Returns the failure that an error is, where it ended a command; with the stack of its cause if it is `verbose`. */
export function failureOf(error: unknown, verbose = false): Failure {
  if (error instanceof CommanderError) return usage(error);
  if (isNamed(error, 'SpecError'))
    return { text: errorLine(error.message) + (verbose ? causeOf(error) : ''), exitCode: EXIT.unusable };
  if (isNamed(error, 'OutdatedTraceError'))
    return { text: errorLine(`this file no longer applies: ${error.message}`), exitCode: EXIT.outdated };
  return defect(error);
}

/** The failure where the target, which runs in this process, ends it or waits for ever: that must not pass for a verdict. */
export const NO_RESULT: Failure = {
  text: errorLine('no result: the target ended the process, or waits for something that never happens'),
  exitCode: EXIT.unusable,
};

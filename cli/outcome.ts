/**
 * The outcome of the command under way: its exit code. It is kept here and not in `process.exitCode`, which a target that
 * runs in this process can set.
 */
import { EXIT, type ExitCode } from './exit-codes.ts';

let outcome: ExitCode = EXIT.holds;

/** Sets the exit code with which the command ends. */
export function endWith(exitCode: ExitCode): void {
  outcome = exitCode;
}

/** Returns the exit code that was set last, and forgets it. */
export function takeOutcome(): ExitCode {
  const taken = outcome;
  outcome = EXIT.holds;
  return taken;
}

/**
 * The result of a command that has run a target: printed once it is known what that throws outside its calls, in timers and promises. Where
 * the command found nothing else, that is its verdict.
 */
import { counted } from '../spec/index.ts';
import { EXIT, type ExitCode, endWith, isViolatedByLate } from './exit-codes.ts';
import { print } from './print.ts';
import { lateErrors, lateLines } from './supervised.ts';

/** A result, as text and as JSON. */
export interface CommandResult {
  /** The lines before the verdict. */
  readonly lines: readonly string[];
  /** The verdict, and the lines after it. */
  readonly verdict: readonly string[];
  readonly json: object;
  readonly exitCode: ExitCode;
}

/** A result as it was shown. */
interface ShownResult extends CommandResult {
  readonly json: { readonly verdict?: string; readonly outsideCalls: readonly string[] };
}

/** Returns a result with what the target threw outside its calls. */
async function withLate(
  { lines, verdict, json, exitCode }: CommandResult,
  target: string,
): Promise<ShownResult> {
  const outsideCalls = await lateErrors();
  const thrown = lateLines(target, outsideCalls);
  if (outsideCalls.length === 0 || !isViolatedByLate(exitCode))
    return { lines, verdict: [...verdict, ...thrown], json: { ...json, outsideCalls }, exitCode };
  return {
    lines,
    verdict: [`violated: ${counted(outsideCalls.length, 'error')} outside calls`, ...thrown],
    json: { ...json, verdict: 'violated', outsideCalls },
    exitCode: EXIT.violated,
  };
}

/** Prints a result with what the target threw outside its calls, sets the exit code, and returns what was shown. */
export async function conclude(
  result: CommandResult,
  { target, isJson }: { readonly target: string; readonly isJson: boolean },
): Promise<ShownResult> {
  const shown = await withLate(result, target);
  print(`${isJson ? JSON.stringify(shown.json, null, 1) : [...shown.lines, ...shown.verdict].join('\n')}\n`);
  endWith(shown.exitCode);
  return shown;
}

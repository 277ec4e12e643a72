/** Exit codes, and what else a command's process and its supervisor agree on. */

/** Environment variable that marks a supervised process. */
export const MARK = 'FRAMEPROOF_SUPERVISED';
/** File descriptor of the pipe to the supervisor. */
export const REPORTS = 3;

/** Whether progress is drawn as bars. In a log of a build server, whether or not it is a terminal, every step of a bar is a line. */
export function drawsBars(): boolean {
  return process.stderr.isTTY && !process.env.CI;
}

/** Exit codes, for scripts to rely on. Help that was asked for exits with 0; help printed because no command was named, with 2. */
export const EXIT = {
  /** Everything that was asked for holds. */
  holds: 0,
  /** A counterexample was found, or a full run did not meet everything that it must. */
  violated: 1,
  /** A file, flag, module or process could not be used, or something could not be written or printed. */
  unusable: 2,
  /** A file was valid once and no longer applies. */
  outdated: 3,
  /** Time, states or memory ended a search early: the result covers a part. */
  partial: 4,
  /** One run violated a clause, and the same program did not violate it when it ran again. */
  unreproduced: 5,
  /** Nothing was shown, because of a defect of frameproof itself. The number is that of `EX_SOFTWARE` in `sysexits.h`. */
  defect: 70,
  /** Stopped by the user. */
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The exit code of the command under way. It is kept here and not in `process.exitCode`, which a target in this process can set. */
let outcome: ExitCode = EXIT.holds;

/** Sets the exit code with which the command ends. */
export function endWith(exitCode: ExitCode): void {
  outcome = exitCode;
}

let isOutputLost = false;

/** Notes that something could not be printed or written: the command ends with 2, unless a defect ends it. */
export function loseOutput(): void {
  isOutputLost = true;
}

/** Errors that the target threw outside its calls, in a timer or a promise. */
const late = new Set<string>();
/** Whether the verdict says what they are. */
let isLateSettled = false;

/** Notes such an error, unless the verdict is printed: a command that found nothing else ends with 1. Returns whether it is a new one. */
export function noteLate(error: string): boolean {
  const before = late.size;
  return !isLateSettled && late.add(error).size > before;
}

/** Returns the errors that were noted, for the verdict. */
export function settledLate(): readonly string[] {
  isLateSettled = true;
  return [...late];
}

/** Whether an error outside calls is graver than what a command found, which ends with this exit code. */
export function isViolatedByLate(found: ExitCode): boolean {
  return found === EXIT.holds || found === EXIT.partial || found === EXIT.outdated;
}

/** Returns the exit code that was set last, and forgets it. */
export function takeOutcome(): ExitCode {
  const verdict = late.size > 0 && isViolatedByLate(outcome) ? EXIT.violated : outcome;
  const taken = isOutputLost && verdict !== EXIT.defect ? EXIT.unusable : verdict;
  outcome = EXIT.holds;
  isOutputLost = false;
  late.clear();
  isLateSettled = false;
  return taken;
}

/** Exit codes: what a script may rely on. Help and the version that were asked for exit with 0, help instead of a command with 2. */
export const EXIT = {
  /** Everything that was asked for holds. */
  holds: 0,
  /** A counterexample was found, or a full run did not meet what it must. */
  broken: 1,
  /** A file, flag, module or process could not be used. */
  unusable: 2,
  /** A file was sound once and no longer applies. */
  outdated: 3,
  /** A budget or the memory ended a search before its end: what it shows is a part of what was asked for. */
  partial: 4,
  /** Nothing was shown, because of a defect of frameproof itself. The number is that of `EX_SOFTWARE` in `sysexits.h`. */
  defect: 70,
  /** Stopped by the user. */
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Exit codes, for scripts to rely on. Help that was asked for exits with 0; help printed because no command was named, with 2. */
export const EXIT = {
  /** Everything that was asked for holds. */
  holds: 0,
  /** A counterexample was found, or a full run did not meet everything that it must. */
  violated: 1,
  /** A file, flag, module or process could not be used. */
  unusable: 2,
  /** A file was valid once and no longer applies. */
  outdated: 3,
  /** Time, states or memory ended a search early: the result covers a part. */
  partial: 4,
  /** Nothing was shown, because of a defect of frameproof itself. The number is that of `EX_SOFTWARE` in `sysexits.h`. */
  defect: 70,
  /** Stopped by the user. */
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Exit codes: what a script may rely on. */
export const EXIT = {
  /** Everything that was asked for holds. */
  holds: 0,
  /** A counterexample was found, or a full run did not meet what it must. */
  broken: 1,
  /** A file, flag, module or process could not be used. */
  unusable: 2,
  /** A file was sound once and no longer applies. */
  outdated: 3,
  /** Stopped by the user. */
  interrupted: 130,
} as const;

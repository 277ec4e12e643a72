/** Errors of bad input. They are told apart by name: a copy of this package may throw them, too. */

/** An error whose message is one line, whatever names and values of a file stand in it. */
class OneLineError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message.replaceAll(/\s*[\r\n\u2028\u2029]\s*/g, ' '), options);
  }
}

/** Bad input: data, a file or a flag with an invalid value. The message is one line. */
export class SpecError extends OneLineError {
  override readonly name = 'SpecError';
}

/** Whether `error` is a {@link SpecError}, of this copy of the package or of another one. */
export function isSpecError(error: unknown): error is SpecError {
  return error instanceof Error && error.name === 'SpecError';
}

/** A file that was valid once and no longer applies: its format, or a clause that it names, is of another version. */
export class OutdatedTraceError extends OneLineError {
  override readonly name = 'OutdatedTraceError';
}

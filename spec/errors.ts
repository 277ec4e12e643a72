/** Errors of bad input. They are told apart by name: a copy of this package may throw them, too. */

/** An error whose message is one line, whatever names and values of a file stand in it. */
class OneLineError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message.replaceAll(/\s*[\r\n\u2028\u2029]\s*/g, ' '), options);
  }
}

/** Bad input: data, a file or a flag that does not say what it should. The message is one line. */
export class SpecError extends OneLineError {
  override readonly name = 'SpecError';
}

/** Whether `error` is a {@link SpecError}, of this copy of the package or of another one. */
export function isSpecError(error: unknown): error is SpecError {
  return error instanceof Error && error.name === 'SpecError';
}

/** A file that was sound once and no longer applies: its format, or a clause it names, is not of this version. */
export class OutdatedTraceError extends OneLineError {
  override readonly name = 'OutdatedTraceError';
}

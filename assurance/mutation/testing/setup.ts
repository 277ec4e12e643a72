/**
 * What every test file begins with when it runs on a mutant: random tests draw the same values each time and do not
 * shrink, and a failed test says first whether an assertion failed or something else was thrown.
 */
import * as fc from 'fast-check';
import { afterEach } from 'vitest';

fc.configureGlobal({ seed: 1, endOnFailure: true });

/** An error as the reporter gets it: data. */
interface Thrown {
  name?: string;
  message: string;
  cause?: unknown;
}

function isThrown(value: unknown): value is Thrown {
  return typeof value === 'object' && value !== null && 'message' in value;
}

/** Returns the error that a failed property was failed by: the first assertion on the way to it, or the error itself. */
function rootOf(error: Thrown): Thrown {
  if (error.name === 'AssertionError') return error;
  return isThrown(error.cause) ? rootOf(error.cause) : error;
}

afterEach(({ task }) => {
  for (const error of task.result?.errors ?? []) {
    const { name, message } = rootOf(error);
    error.message = `[${name ?? 'no error'}] ${message}`;
  }
});

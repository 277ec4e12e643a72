import { describe, expect, it } from 'vitest';
import { isSpecError, OutdatedTraceError, SpecError } from './errors.ts';

describe('an error of bad input', () => {
  it.each([SpecError, OutdatedTraceError])('is one line, whatever stands in the file: %o', (Type) => {
    const cause = new Error('below');
    const error = new Type('a node \n \r\nnamed\u2028so', { cause });
    expect(error).toMatchObject({ message: 'a node named so', cause });
    expect(isSpecError(error)).toBe(Type === SpecError);
  });
});

import { describe, expect, it } from 'vitest';
import { printable, printableLine } from './printable.ts';

describe('printable text', () => {
  it.each([
    ['an ANSI escape', '\u001b[31mred', '\\u001b[31mred'],
    ['a C1 control, which steers some terminals too', '\u009b31m', '\\u009b31m'],
    ['a bell, a backspace and a delete', '\u0007\b\u007f', '\\u0007\\u0008\\u007f'],
    ['a carriage return, which would overwrite the line', 'holds\rbroken', 'holds\\u000dbroken'],
    ['a right-to-left override', 'a\u202ecod', 'a\\u202ecod'],
    ['isolates and marks', '\u2066\u2069\u200f\u061c', '\\u2066\\u2069\\u200f\\u061c'],
    ['line breaks that only Unicode has', '\u2028\u2029', '\\u2028\\u2029'],
  ])('shows %s as an escape', (_, text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  it('keeps line breaks, letters of every script and emoji', () => {
    const text = 'Größe\nשלום\n👩‍👧';
    expect(printable(text)).toBe(text);
  });

  it('means the same in JSON', () => {
    const value = { 'a\u202e': ['\u009b', '\u007f', '\u001b[0m', 'x'] };
    const text = printable(JSON.stringify(value, null, 1));
    expect(text).toMatch(/^[^\p{Bidi_Control}\u007f-\u009f]*$/u);
    expect(JSON.parse(text)).toEqual(value);
  });

  it('of several lines becomes one where one is asked for', () => {
    expect(printableLine(' a\r\n  b\u001b\n')).toBe('a b\\u001b');
  });
});

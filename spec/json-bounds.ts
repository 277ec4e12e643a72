/**
 * Bounds of JSON: a text of some MiB can stand for gigabytes of values, or for arrays in each other that no stack holds. It is
 * counted before it is parsed.
 */

/** A batch of a million addresses has as many values. An empty array takes three characters and 16 bytes or more. */
const MOST_VALUES = 2 ** 21;
/** Our own files have some ten. */
const MOST_LEVELS = 200;
/** Shorter texts cannot exceed what is affordable: they are not looked at. */
const SHORT_CHARACTERS = 2 ** 16;

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;

/** Returns the place behind the string that begins at `start`; the end of the text where it has no end. */
export function behindString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let before = end;
    while (text.charCodeAt(before - 1) === BACKSLASH) before -= 1;
    if ((end - before) % 2 === 0) return end + 1;
  }
  return text.length;
}

/** How a text changes the number of enclosing objects and arrays, by character. */
const LEVELS: ReadonlyMap<number, number> = new Map([
  [0x5b, 1],
  [0x7b, 1],
  [0x5d, -1],
  [0x7d, -1],
]);

/** Returns what a text that may be JSON has too much of, in words, or null. O(length), without memory. */
export function beyondBounds(text: string): string | null {
  if (text.length <= SHORT_CHARACTERS) return null;
  let [values, level] = [1, 0];
  for (let at = 0; at < text.length; ) {
    const character = text.charCodeAt(at);
    if (character === QUOTE) {
      at = behindString(text, at);
      continue;
    }
    const change = character > COMMA ? (LEVELS.get(character) ?? 0) : 0;
    level += change;
    // Each value but the first of all follows a comma or the bracket of what it is in.
    if (character === COMMA || change > 0) values += 1;
    if (level > MOST_LEVELS) return `at most ${MOST_LEVELS} levels of objects and arrays`;
    if (values > MOST_VALUES) return `at most ${MOST_VALUES.toLocaleString('en-US')} values`;
    at += 1;
  }
  return null;
}

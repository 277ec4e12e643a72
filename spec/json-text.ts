/**
 * JSON text: what `JSON.parse` does not look after. A text of some MiB can stand for gigabytes of values, or for arrays in each
 * other that no stack holds; and an object may have a key twice, of which the last one is kept without a word.
 */

const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** A batch of a million addresses has as many values. An empty array takes three characters and 16 bytes or more. */
const MOST_VALUES = 2 ** 21;
/** Our own files have some ten. */
const MOST_LEVELS = 200;
/** Shorter texts cannot exceed what is affordable: they are not looked at. */
const SHORT_CHARACTERS = 2 ** 16;

/** Returns the place behind the string that begins at `start`; the end of the text where it has no end. */
function behindString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let before = end;
    while (text.charCodeAt(before - 1) === BACKSLASH) before -= 1;
    if ((end - before) % 2 === 0) return end + 1;
  }
  return text.length;
}

/** How a text changes the number of enclosing objects and arrays, by character. */
const LEVELS: ReadonlyMap<number, number> = new Map([
  [OPEN_ARRAY, 1],
  [OPEN_OBJECT, 1],
  [CLOSE_ARRAY, -1],
  [CLOSE_OBJECT, -1],
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

/** An object or an array that the text is in. */
interface Enclosing {
  /** The keys so far; null for an array. */
  readonly keys: Set<string> | null;
  /** Where the text is in it. */
  at: string | number;
}

/** A key that an object has twice, and the keys and indices that lead to the object. */
export interface DuplicateKey {
  readonly path: readonly (string | number)[];
  readonly key: string;
}

function afterSpace(text: string, start: number): number {
  let at = start;
  // JSON knows no blank beyond the space.
  while (text.charCodeAt(at) <= SPACE) at += 1;
  return at;
}

function keyIn(text: string, start: number, end: number): string {
  const raw = text.slice(start + 1, end - 1);
  return raw.includes('\\') ? String(JSON.parse(`"${raw}"`)) : raw;
}

function found(enclosing: readonly Enclosing[], key: string): DuplicateKey {
  return { path: enclosing.slice(0, -1).map(({ at }) => at), key };
}

/** Returns the first key that an object has for the second time, or null. `text` is valid JSON. O(length). */
export function duplicateKeyIn(text: string): DuplicateKey | null {
  const enclosing: Enclosing[] = [];
  let inner: Enclosing | undefined;
  const open = (keys: Set<string> | null): void => {
    inner = { keys, at: keys === null ? 0 : '' };
    enclosing.push(inner);
  };
  for (let at = 0; at < text.length; ) {
    switch (text.charCodeAt(at)) {
      case QUOTE: {
        const end = behindString(text, at);
        // In valid JSON, only a key has a colon behind it.
        if (inner?.keys != null && text.charCodeAt(afterSpace(text, end)) === COLON) {
          const key = keyIn(text, at, end);
          if (inner.keys.has(key)) return found(enclosing, key);
          inner.keys.add(key);
          inner.at = key;
        }
        at = end;
        continue;
      }
      case OPEN_OBJECT:
        open(new Set());
        break;
      case OPEN_ARRAY:
        open(null);
        break;
      case CLOSE_OBJECT:
      case CLOSE_ARRAY:
        enclosing.pop();
        inner = enclosing.at(-1);
        break;
      case COMMA:
        if (typeof inner?.at === 'number') inner.at += 1;
        break;
    }
    at += 1;
  }
  return null;
}

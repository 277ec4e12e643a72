/**
 * Duplicate keys: JSON lets an object have a key twice, and `JSON.parse` keeps the last one without a word. Here the text is
 * looked through for them.
 */

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

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const SPACE = 0x20;

/** Returns the place behind the quote that ends the string which begins at `start`. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let before = end;
    while (text.charCodeAt(before - 1) === BACKSLASH) before -= 1;
    if ((end - before) % 2 === 0) return end + 1;
  }
  throw new Error('a string of valid JSON has an end');
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
        const end = endOfString(text, at);
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

/**
 * Word tables: hash tables of 32-bit words with open addressing over typed arrays, so that a look-up allocates nothing. Nothing is
 * ever removed.
 */

const INITIAL_SLOTS = 1 << 8;
const INITIAL_WORDS = 1 << 10;

/** Mixes another word into a hash. */
function mixed(hash: number, word: number): number {
  let h = Math.imul(hash ^ word, 0x9e3779b1);
  h ^= h >>> 15;
  return Math.imul(h, 0x85ebca6b) ^ (h >>> 13);
}

/** Returns the hash of the words [from, end). */
export function hashOf(words: Int32Array, from: number, end: number): number {
  let hash = end - from;
  for (let i = from; i < end; i += 1) hash = mixed(hash, words[i] ?? 0);
  return hash;
}

function larger(words: Int32Array, least: number): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(Math.max(least, 2 * words.length));
  grown.set(words);
  return grown;
}

/** Numbers lists of words exactly: equal lists have one number, from 0 up in the order in which they were first seen. */
export class WordLists {
  /** Number + 1 of the list at a slot, or 0. */
  #slots = new Int32Array(INITIAL_SLOTS);
  #words = new Int32Array(INITIAL_WORDS);
  /** Index of the first word of each list; the last entry is that of the next list. */
  #starts = new Int32Array(INITIAL_SLOTS);
  #count = 0;

  /** How many lists there are. */
  get size(): number {
    return this.#count;
  }

  /** Returns the number of the list `words[from .. end)`. O(words). */
  numberOf(words: Int32Array, from: number, end: number): number {
    const mask = this.#slots.length - 1;
    let slot = hashOf(words, from, end) & mask;
    for (;;) {
      const found = this.#slots[slot] ?? 0;
      if (found === 0) return this.#add(slot, words, from, end);
      if (this.#isAt(found - 1, words, from, end)) return found - 1;
      slot = (slot + 1) & mask;
    }
  }

  /** Returns the number of words of a list. */
  lengthOf(list: number): number {
    return (this.#starts[list + 1] ?? 0) - (this.#starts[list] ?? 0);
  }

  /** Returns one word of a list. */
  wordAt(list: number, index: number): number {
    return this.#words[(this.#starts[list] ?? 0) + index] ?? 0;
  }

  /** Copies a list to `into` from index `at` on, and returns the index after it. */
  copyTo(list: number, into: Int32Array, at: number): number {
    const start = this.#starts[list] ?? 0;
    const length = this.lengthOf(list);
    for (let i = 0; i < length; i += 1) into[at + i] = this.#words[start + i] ?? 0;
    return at + length;
  }

  /** Returns a list as an array. */
  toArray(list: number): readonly number[] {
    return Array.from({ length: this.lengthOf(list) }, (_, i) => this.wordAt(list, i));
  }

  #isAt(list: number, words: Int32Array, from: number, end: number): boolean {
    const start = this.#starts[list] ?? 0;
    if (this.lengthOf(list) !== end - from) return false;
    for (let i = from; i < end; i += 1) if (this.#words[start + i - from] !== words[i]) return false;
    return true;
  }

  #add(slot: number, words: Int32Array, from: number, end: number): number {
    const start = this.#starts[this.#count] ?? 0;
    const after = start + end - from;
    if (after > this.#words.length) this.#words = larger(this.#words, after);
    for (let i = from; i < end; i += 1) this.#words[start + i - from] = words[i] ?? 0;
    this.#slots[slot] = ++this.#count;
    if (this.#count >= this.#starts.length) this.#starts = larger(this.#starts, this.#count + 1);
    this.#starts[this.#count] = after;
    if (2 * this.#count > this.#slots.length) this.#rehash();
    return this.#count - 1;
  }

  #rehash(): void {
    const slots = new Int32Array(2 * this.#slots.length);
    const mask = slots.length - 1;
    for (let list = 0; list < this.#count; list += 1) {
      let slot = hashOf(this.#words, this.#starts[list] ?? 0, this.#starts[list + 1] ?? 0) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = list + 1;
    }
    this.#slots = slots;
  }
}

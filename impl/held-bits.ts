/**
 * Held bits: one bit an ordinal, 1 = held (allocated, or boot memory not yet handed over, or padding), 0 = free.
 * In the bitmap zone these bits are the bitmap. Ranges are changed a word at a time; searches go bit by bit.
 */

/** Whether the page frame of an ordinal is held. `at` is the word where the bits begin. */
export function isHeld(words: Int32Array, at: number, ordinal: number): boolean {
  return ((words[at + Math.floor(ordinal / 32)] >>> (ordinal % 32)) & 1) === 1;
}

/** Marks [first, first + count) as held or free. O(count / 32). */
export function markRange(words: Int32Array, at: number, first: number, count: number, held: boolean): void {
  const end = first + count;
  const [firstWord, lastWord] = [Math.floor(first / 32), Math.floor((end - 1) / 32)];
  for (let w = firstWord; w <= lastWord; w += 1) {
    const from = w === firstWord ? first % 32 : 0;
    const until = w === lastWord ? ((end - 1) % 32) + 1 : 32;
    const mask = until - from === 32 ? -1 : ((1 << (until - from)) - 1) << from;
    words[at + w] = held ? words[at + w] | mask : words[at + w] & ~mask;
  }
}

/** Returns the first ordinal of [first, end) that is held (or free) as asked, or `end` where none is. */
export function firstOrdinal(
  words: Int32Array,
  at: number,
  first: number,
  end: number,
  held: boolean,
): number {
  const uniform = held ? 0 : -1;
  let ordinal = first;
  while (ordinal < end) {
    const isUniformWord = ordinal % 32 === 0 && words[at + ordinal / 32] === uniform;
    if (!isUniformWord && isHeld(words, at, ordinal) === held) return ordinal;
    ordinal += isUniformWord ? 32 : 1;
  }
  return end;
}

/** Counts in words: `1 page`, `2 pages`, `12,345 operations`. Every message that counts something uses these two. */

/** Between digits, three or six or more of which follow. */
const GROUP = /\B(?=(?:\d{3})+$)/g;

/** Returns a number with its digits in groups of three: `12,345`. Integers do not wait for the engine's tables of languages. */
export function grouped(n: number | bigint): string {
  const isInteger = typeof n === 'bigint' || Number.isSafeInteger(n);
  return isInteger ? String(n).replace(GROUP, ',') : n.toLocaleString('en-US');
}

/** Returns a number with the three digits that count, in thousands where it has more: `0.995`, `1,930`. */
export function rounded(n: number): string {
  return Math.abs(n) < 1000 ? n.toPrecision(3) : grouped(Math.round(n));
}

/** Returns a count and its noun, which agrees with it: `counted(1, 'entry', 'entries')` is `1 entry`. */
export function counted(n: number | bigint, noun: string, plural = `${noun}s`): string {
  const isOne = n === 1 || n === -1 || n === 1n;
  return `${grouped(n)} ${isOne ? noun : plural}`;
}

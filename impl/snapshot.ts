/**
 * Snapshots: the state of an allocator as bytes. What is kept is the buffer up to the top of the free stack; as nothing
 * in it depends on how a state was reached, equal states have equal bytes.
 */
import {
  DEPTH_AT,
  ENTRY_WORDS,
  FREE_BITMAP_AT,
  FREE_STACK_AT,
  HELD_AT,
  type Layout,
  MAGIC,
  MAGIC_AT,
  MAP_AT,
} from './layout.ts';
import { type Sections, WORD_BITS } from './sections.ts';
import { countOnes } from './word.ts';

/** Returns how many words of the buffer are state: all but the room above the stack. */
function liveWords(words: Int32Array, { stackAt }: Layout): number {
  return stackAt + (words[DEPTH_AT] >>> 0) * ENTRY_WORDS;
}

/** Returns a copy of the state. O(bytes of state). */
export function copyState(words: Int32Array, layout: Layout): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Int32Array.from(words.subarray(0, liveWords(words, layout))).buffer);
}

function freeBits(words: Int32Array, from: number, end: number): number {
  let free = 0;
  for (let at = HELD_AT + from / WORD_BITS; at < HELD_AT + end / WORD_BITS; at += 1) {
    free += WORD_BITS - countOnes(words[at]);
  }
  return free;
}

/**
 * Returns a snapshot as words; throws `RangeError` where it is none of this memory map, is cut short, or counts other free
 * page frames than its bits show.
 */
export function readState(
  snapshot: Uint8Array,
  { layout, sections, map }: { readonly layout: Layout; readonly sections: Sections; readonly map: number },
): Int32Array<ArrayBuffer> {
  const words = new Int32Array(Math.floor(snapshot.byteLength / 4));
  new Uint8Array(words.buffer).set(snapshot.subarray(0, words.byteLength));
  const { bitmapOrdinals, ordinals } = sections;
  const isWhole =
    words.byteLength === snapshot.byteLength &&
    words[MAGIC_AT] === MAGIC &&
    words[MAP_AT] === map &&
    words.length === liveWords(words, layout) &&
    freeBits(words, 0, bitmapOrdinals) === words[FREE_BITMAP_AT] >>> 0 &&
    freeBits(words, bitmapOrdinals, ordinals) === words[FREE_STACK_AT] >>> 0;
  if (!isWhole) throw new RangeError('not a snapshot of an allocator with this memory map and configuration');
  return words;
}

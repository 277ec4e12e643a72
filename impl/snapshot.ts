/**
 * Snapshots: the state of an allocator as bytes: header, held bits, and the free stack as far as it goes. The summary, which
 * follows from the held bits, and the room above the stack are left out, and the words aside of the header are 0; as nothing
 * else depends on how a state was reached, equal states have equal bytes.
 */

import { sizeOf } from './free-stack.ts';
import {
  ASIDE_AT,
  DEPTH_AT,
  ENTRY_WORDS,
  FREE_BITMAP_AT,
  HELD_AT,
  type Layout,
  MAGIC,
  MAGIC_AT,
  MAP_AT,
} from './layout.ts';
import { type Sections, WORD_BITS } from './sections.ts';
import { countOnes } from './word.ts';

/** Returns a copy of the state. O(bytes of state). */
export function copyState(words: Int32Array, { levels, stackAt }: Layout): Uint8Array<ArrayBuffer> {
  const stack = words.subarray(stackAt, stackAt + words[DEPTH_AT] * ENTRY_WORDS);
  const copy = new Int32Array(levels[0].at + stack.length);
  copy.set(words.subarray(0, levels[0].at));
  copy.fill(0, ASIDE_AT, HELD_AT);
  copy.set(stack, levels[0].at);
  return new Uint8Array(copy.buffer);
}

function freeBits(words: Int32Array, from: number, end: number): number {
  let free = 0;
  for (let at = HELD_AT + from / WORD_BITS; at < HELD_AT + end / WORD_BITS; at += 1) {
    free += WORD_BITS - countOnes(words[at]);
  }
  return free;
}

/** Returns the buffer that a snapshot was copied from, as far as it was, with a summary of zeros and a stack without room. */
function spread(snapshot: Uint8Array, { levels, stackAt }: Layout): Int32Array<ArrayBuffer> {
  const kept = new Int32Array(Math.ceil(snapshot.byteLength / 4));
  new Uint8Array(kept.buffer).set(snapshot);
  const words = new Int32Array(Math.max(stackAt, stackAt - levels[0].at + kept.length));
  words.set(kept.subarray(0, levels[0].at));
  words.set(kept.subarray(levels[0].at), stackAt);
  return words;
}

/**
 * Returns the buffer of a snapshot; throws `RangeError` where it is none of this memory map, is cut short, or counts other
 * free page frames than its bits show. The summary is left as zeros. O(bytes of state).
 */
export function readState(
  snapshot: Uint8Array,
  { layout, sections, map }: { readonly layout: Layout; readonly sections: Sections; readonly map: number },
): Int32Array<ArrayBuffer> {
  const words = spread(snapshot, layout);
  const { bitmapOrdinals, ordinals } = sections;
  const [headBytes, stackBytes] = [layout.levels[0].at * 4, words[DEPTH_AT] * ENTRY_WORDS * 4];
  const isWhole =
    words[MAGIC_AT] === MAGIC &&
    words[MAP_AT] === map &&
    snapshot.byteLength === headBytes + stackBytes &&
    freeBits(words, 0, bitmapOrdinals) === words[FREE_BITMAP_AT] >>> 0 &&
    freeBits(words, bitmapOrdinals, ordinals) === sizeOf(words);
  if (!isWhole) throw new RangeError('not a snapshot of an allocator with this memory map and configuration');
  return words;
}

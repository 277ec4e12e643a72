/**
 * Snapshots: the state of an allocator as bytes: header, held bits, and the free stack as far as it goes. The summary, which
 * follows from the held bits, and the room above the stack are left out, and the words aside of the header are 0; as nothing
 * else depends on how a state was reached, equal states have equal bytes.
 */
import type { FlatState } from './abstraction.ts';
import { CONTENT, firstFlaw } from './invariant.ts';
import { ASIDE_AT, HELD_AT, type Layout, TOP_AT } from './layout.ts';

/** Returns a copy of the state. O(bytes of state). */
export function copyState(words: Int32Array, { levels, stackAt }: Layout): Uint8Array<ArrayBuffer> {
  const stack = words.subarray(stackAt, words[TOP_AT] + 1);
  const copy = new Int32Array(levels[0].at + stack.length);
  copy.set(words.subarray(0, levels[0].at));
  copy.fill(0, ASIDE_AT, HELD_AT);
  copy.set(stack, levels[0].at);
  return new Uint8Array(copy.buffer);
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
 * Returns the buffer of a snapshot; throws `RangeError` where it is not one of this memory map, is cut short, or breaks the
 * invariant that is said of snapshots. The summary is left as zeros. O(bytes of state).
 */
export function readState(
  snapshot: Uint8Array,
  { layout, sections }: Omit<FlatState, 'words'>,
): Int32Array<ArrayBuffer> {
  const words = spread(snapshot, layout);
  const bytes = (layout.levels[0].at + words[TOP_AT] + 1 - layout.stackAt) * Int32Array.BYTES_PER_ELEMENT;
  const flaw =
    snapshot.byteLength === bytes
      ? firstFlaw({ words, layout, sections }, CONTENT)
      : `${snapshot.byteLength} bytes, not ${bytes}`;
  if (flaw !== null)
    throw new RangeError(`not a snapshot of an allocator with this memory map and configuration: ${flaw}`);
  return words;
}

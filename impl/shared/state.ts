/**
 * The shared state: the flat buffer of `layout.ts` in shared memory. It has room for the largest free stack from the start, a
 * word and a half a page frame, because a buffer that others work on cannot move; what is not used is memory that was never touched.
 */
import { type Config, type MemoryMap, SpecError } from '../../spec/index.ts';
import { wordsOfStack } from '../free-stack.ts';
import { checksum, layoutOf, MAGIC, MAGIC_AT, MAP_AT } from '../layout.ts';
import { type Sections, sectionsOf } from '../sections.ts';
import { wordsIn, writeInitial } from '../state.ts';

function lengthFor(sections: Sections): number {
  return wordsIn(layoutOf(sections), wordsOfStack(sections.stackFrames));
}

/**
 * Builds the state of the memory that `map` describes, for callers to attach to. 6 bytes a page frame of the stack zone at
 * most, touched as the stack grows. O(descriptors). Throws `RangeError` beyond 8 GiB.
 */
export function createSharedState(map: MemoryMap, config: Config): SharedArrayBuffer {
  const sections = sectionsOf(map, config);
  const words = new Int32Array(new SharedArrayBuffer(lengthFor(sections) * Int32Array.BYTES_PER_ELEMENT));
  writeInitial(words, layoutOf(sections), sections, map.descriptors);
  return words.buffer;
}

/** Returns the words of a shared state; throws `SpecError` where it is none of this memory map and configuration. */
export function openSharedState(map: MemoryMap, config: Config, state: SharedArrayBuffer): Int32Array {
  const sections = sectionsOf(map, config);
  const isWhole = state.byteLength === lengthFor(sections) * Int32Array.BYTES_PER_ELEMENT;
  const words = new Int32Array(isWhole ? state : new SharedArrayBuffer(64));
  if (isWhole && words[MAGIC_AT] === MAGIC && words[MAP_AT] === checksum(sections)) return words;
  throw new SpecError('shared state: expected one of this memory map and configuration, found another');
}

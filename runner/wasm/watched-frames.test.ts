import { expect, it } from 'vitest';
import { memoryMap, PAGE_SIZE } from '../../spec/index.ts';
import { WatchedFrames } from './watched-frames.ts';

/** Frames of which none is watched before init, and their memory. */
const FRAMES = 200;
const MAP = memoryMap([{ type: 'conventional', start: 0n, pages: FRAMES }]);

function writtenTo(count: number, frames: readonly number[]): readonly number[] {
  const buffer = new ArrayBuffer((FRAMES + 1) * PAGE_SIZE);
  const watched = new WatchedFrames(MAP, 0, buffer);
  watched.handOut(count, (i) => 10 + i);
  for (const frame of frames) new Uint8Array(buffer)[frame * PAGE_SIZE] = 1;
  return watched.compareAll().toSorted((a, b) => a - b);
}

it('sees a write to each page frame of up to 32, and of more to those at a power of two from either end', () => {
  const inAll = Array.from({ length: 32 }, (_, i) => 10 + i);
  expect(writtenTo(32, inAll)).toEqual(inAll);
  const powers = [1, 2, 4, 8, 16, 32, 64];
  const places = [0, ...powers, 99, ...powers.map((power) => 99 - power)];
  const atEdges = places.map((i) => 10 + i).toSorted((a, b) => a - b);
  expect(writtenTo(100, atEdges)).toEqual(atEdges);
  expect(writtenTo(100, [10 - 1, 10 + 50, 10 + 100])).toEqual([]);
});

import { expect, it } from 'vitest';
import { memoryMap, PAGE_SIZE } from '../../spec/index.ts';
import { WatchedFrames } from './watched-frames.ts';

/** Frames of which none is watched before init, and their memory. */
const FRAMES = 200;
const MAP = memoryMap([{ type: 'conventional', start: 0n, pages: FRAMES }]);

function writtenTo(frames: readonly number[], count: number): readonly number[] {
  const buffer = new ArrayBuffer((FRAMES + 1) * PAGE_SIZE);
  const watched = new WatchedFrames(MAP, 0, buffer);
  watched.handOut(count, (i) => 10 + i);
  for (const frame of frames) new Uint8Array(buffer)[(10 + frame) * PAGE_SIZE] = 1;
  return watched
    .compareAll()
    .map((frame) => frame - 10)
    .toSorted((a, b) => a - b);
}

it('sees a write to each page frame of up to 32, and to the edges of the parts of more', () => {
  const all = Array.from({ length: 32 }, (_, i) => i);
  expect(writtenTo(all, 32)).toEqual(all);
  const edges = [0, 1, 2, 4, 8, 16, 32, 64, 98, 99];
  expect(writtenTo(edges, 100)).toEqual(edges);
  expect(writtenTo([-1, 50, 100], 100)).toEqual([]);
});

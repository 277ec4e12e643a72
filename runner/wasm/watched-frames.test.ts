import { expect, it } from 'vitest';
import { memoryMap, PAGE_SIZE } from '../../spec/index.ts';
import { PATTERN, WatchedFrames } from './watched-frames.ts';

/** More than a small world has. */
const FRAMES = 200;
const MAP = memoryMap([
  { type: 'conventional', start: 0n, pages: FRAMES },
  { type: 'reserved', start: BigInt(FRAMES * PAGE_SIZE), pages: 1 },
]);

/** A machine that is only memory, and what is watched there. `write` notes writes of a call. */
function watching(): {
  readonly watched: WatchedFrames;
  readonly bytes: Uint8Array;
  readonly touched: readonly number[];
  write(...frames: readonly number[]): readonly number[];
} {
  const touched: number[] = [];
  const strays: number[] = [];
  const isForeign = new Uint8Array(FRAMES + 2);
  const buffer = new ArrayBuffer((FRAMES + 2) * PAGE_SIZE);
  const machine = { buffer, isForeign, strays, touch: (frame: number) => touched.push(frame) };
  const watched = new WatchedFrames(MAP, 0, machine);
  touched.length = 0;
  const write = (...frames: readonly number[]): readonly number[] => {
    strays.splice(0, strays.length, ...frames.filter((frame) => isForeign[frame] === 1));
    return watched.written();
  };
  return { watched, bytes: new Uint8Array(buffer), touched, write };
}

it('sees a write to any page frame of a run, however long', () => {
  const { watched, write } = watching();
  watched.handOutRun(10, 100);
  expect(write(9, 10, 57, 109, 110)).toEqual([10, 57, 109]);
  watched.forget(50, 10);
  expect(write(49, 57)).toEqual([49]);
});

it('sees writes to what is nobody’s, from the beginning', () => {
  expect(watching().write(0, FRAMES - 1, FRAMES, FRAMES + 1)).toEqual([FRAMES, FRAMES + 1]);
});

it('does not blame a call for writes to page frames that it has freed', () => {
  const { watched, bytes, write } = watching();
  watched.handOut(2, (i) => [3, 7][i] ?? -1);
  expect(write(3)).toEqual([3]);
  // Painted again.
  expect(Buffer.from(bytes.subarray(3 * PAGE_SIZE, 4 * PAGE_SIZE)).equals(PATTERN)).toBe(true);
  watched.forget(3, 1);
  expect(write(3, 7)).toEqual([7]);
});

it('paints all of 32 page frames, and of more the edges of their parts', () => {
  const { watched, bytes, touched } = watching();
  watched.handOutRun(0, 32);
  expect(touched).toEqual(Array.from({ length: 32 }, (_, i) => i));
  expect(touched.every((frame) => bytes[frame * PAGE_SIZE] === PATTERN[0])).toBe(true);
  watched.handOutRun(50, 100);
  expect(touched.slice(32)).toEqual([0, 1, 2, 4, 8, 16, 32, 64, 98, 99].map((i) => 50 + i));
});

it('leaves alone what is not memory', () => {
  const { watched, touched } = watching();
  watched.handOutRun(-1, 1);
  watched.handOut(1, () => FRAMES + 2);
  watched.forget(-1, 1);
  expect(touched).toEqual([]);
});

it('paints the first page frames and the last one of a free region before init, where the world is not small', () => {
  const { bytes } = watching();
  const pages = Array.from({ length: FRAMES }, (_, frame) =>
    Buffer.from(bytes.subarray(frame * PAGE_SIZE, (frame + 1) * PAGE_SIZE)),
  );
  const framesWhere = (holds: (page: Buffer) => boolean): readonly number[] =>
    pages.flatMap((page, frame) => (holds(page) ? [frame] : []));
  const last = FRAMES - 1;
  expect(framesWhere((page) => page.equals(PATTERN))).toEqual([0, 2].concat(last % 2 === 0 ? last : []));
  const areSmall = (page: Buffer): boolean =>
    page.some((byte) => byte > 0) && page.every((byte) => byte <= 3);
  expect(framesWhere(areSmall)).toEqual([1, 3].concat(last % 2 === 1 ? last : []));
});

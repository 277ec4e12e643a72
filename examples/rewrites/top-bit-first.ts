/**
 * Another search order inside a word: the bitmap's lowest page frame is the top bit of its first word, set where it is free,
 * and runs are found by counting leading zeros.
 *
 *   word 0, bit 31 … 0      word 1, bit 31 … 0
 *   place   0 …     31      32 …            63
 */
import { managerOf } from './parts/manager.ts';

export { policies } from './parts/manager.ts';

const WORD = 32;

/** Returns the first place at or after `place` whose bit is `bit`, or `end`. */
function next(words: Uint32Array, place: number, end: number, bit: 0 | 1): number {
  for (let at = place; at < end; at = (Math.floor(at / WORD) + 1) * WORD) {
    const word = words[Math.floor(at / WORD)] ?? 0;
    const rest = (bit === 1 ? word : ~word) & (0xffff_ffff >>> (at % WORD));
    if (rest !== 0) return Math.min(end, at - (at % WORD) + Math.clz32(rest));
  }
  return end;
}

export default managerOf({
  freeRuns: (frames) => {
    const words = new Uint32Array(Math.ceil(frames.count / WORD));
    const flip = ({ base, end }: { base: number; end: number }): void => {
      for (let place = frames.at(base); place < frames.at(base) + end - base; place += 1)
        words[Math.floor(place / WORD)] =
          (words[Math.floor(place / WORD)] ?? 0) ^ ((2 ** 31) >>> (place % WORD));
    };
    return {
      give: flip,
      take: flip,
      *runs() {
        const { count } = frames;
        for (let from = next(words, 0, count, 1); from < count; ) {
          const to = next(words, from, count, 0);
          yield* frames.between(from, to);
          from = next(words, to, count, 1);
        }
      },
    };
  },
});

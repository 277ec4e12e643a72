/** The summary never claims less than the bits show, and no more once it is corrected. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { config as configOf, memoryMap } from '../spec/index.ts';
import { isHeld, markRange } from './held-bits.ts';
import { type Layout, LONGEST_COUNTED, layoutOf } from './layout.ts';
import { lowestFit } from './search.ts';
import { type Sections, sectionsOf } from './sections.ts';
import { noteFreed, noteHeld, rebuild } from './summary.ts';

interface Zone {
  readonly words: Int32Array;
  readonly sections: Sections;
  readonly layout: Layout;
}

/** A bitmap zone of `frames` page frames from `base` on, all free. */
function zoneOf(base: number, frames: number): Zone {
  const map = memoryMap([{ type: 'conventional', start: BigInt(base) * 4096n, pages: frames }]);
  const sections = sectionsOf(map, configOf({ bitmapMaxAddr: BigInt(base + frames) * 4096n }));
  const layout = layoutOf(sections);
  const words = new Int32Array(layout.stackAt);
  const [{ first, count } = { first: 0, count: 0 }] = sections.list;
  const padding = [
    [0, first],
    [first + count, sections.ordinals],
  ] as const;
  for (const [from, end] of padding) {
    if (end === from) continue;
    markRange(words, from, end - from, true);
    noteHeld(words, layout, from, end - 1);
  }
  return { words, sections, layout };
}

/** Checks what each node claims: at least the longest run that begins in it, or exactly that. */
function expectClaims({ words, sections, layout }: Zone, isExact: boolean): void {
  const runs = new Array<number>(sections.bitmapOrdinals + 1).fill(0);
  for (let i = sections.bitmapOrdinals - 1; i >= 0; i -= 1)
    runs[i] = isHeld(words, i) ? 0 : (runs[i + 1] ?? 0) + 1;
  let span = 256;
  for (const { at, nodes } of layout.levels) {
    for (let index = 0; index < nodes; index += 1) {
      const longest = Math.min(LONGEST_COUNTED, Math.max(...runs.slice(index * span, (index + 1) * span)));
      const claimed = LONGEST_COUNTED - (words[at + index] ?? 0);
      if (claimed < longest || (isExact && claimed > longest))
        expect.fail(`node ${index}: ${claimed}, not ${longest}`);
    }
    span *= 8;
  }
}

const zones = fc.record({ base: fc.nat({ max: 70 }), frames: fc.integer({ min: 1, max: 9000 }) });
/** Where a change begins and ends, as parts of the zone, and whether it holds or frees. */
const changes = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    length: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(255, 256, 257, 511, 512, 513, 2048)),
    held: fc.boolean(),
  }),
  { maxLength: 20 },
);

function change({ words, sections, layout }: Zone, at: number, length: number, held: boolean): void {
  const [{ first, count } = { first: 0, count: 0 }] = sections.list;
  const from = first + Math.floor(at * count);
  const end = Math.min(from + length, first + count);
  markRange(words, from, end - from, held);
  if (held) noteHeld(words, layout, from, end - 1);
  else noteFreed(words, layout, from, end - 1);
}

describe('summary', () => {
  test('never claims less than there is, and exactly that once rebuilt', () => {
    fc.assert(
      fc.property(zones, changes, ({ base, frames }, steps) => {
        const zone = zoneOf(base, frames);
        expectClaims(zone, false);
        for (const { at, length, held } of steps) {
          change(zone, at, length, held);
          expectClaims(zone, false);
        }
        rebuild(zone.words, zone.layout);
        expectClaims(zone, true);
      }),
      { numRuns: 60 },
    );
  });

  test('finds the lowest run that fits, and none that does not', () => {
    const shapes = fc.record({
      count: fc.oneof(
        fc.integer({ min: 1, max: 70 }),
        fc.constantFrom(255, 256, 257, 511, 512, 513, 1025, 4100),
      ),
      alignment: fc.oneof(fc.integer({ min: 1, max: 70 }), fc.constantFrom(256, 1000, 4096)),
    });
    fc.assert(
      fc.property(
        zones,
        changes,
        fc.array(shapes, { minLength: 1, maxLength: 20 }),
        (place, steps, asked) => {
          const zone = zoneOf(place.base, place.frames);
          for (const { at, length, held } of steps) change(zone, at, length, held);
          const { words, sections, layout } = zone;
          const [{ base, first, count: frames } = { base: 0, first: 0, count: 0 }] = sections.list;
          for (const { count, alignment } of asked) {
            const fits = (ordinal: number): boolean =>
              (base + ordinal - first) % alignment === 0 &&
              ordinal + count <= first + frames &&
              Array.from({ length: count }, (_, i) => isHeld(words, ordinal + i)).every((held) => !held);
            let lowest: number | null = first;
            while (lowest !== null && !fits(lowest))
              lowest = lowest + count < first + frames ? lowest + 1 : null;
            const found = lowestFit(words, layout, sections, 0, sections.bitmapOrdinals, count, alignment);
            expect(found).toBe(lowest);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { HandedOut, type ResultPage } from './handed-out.ts';

it('knows for each page frame the result that it came from last', () => {
  const run = fc.record({ base: fc.nat(40), count: fc.nat(40), page: fc.nat(3) });
  fc.assert(
    fc.property(fc.array(run), (runs) => {
      const handedOut = new HandedOut();
      const expected = new Map<number, ResultPage>();
      for (const [result, { base, count, page }] of runs.entries()) {
        handedOut.note(base, count, { result, page });
        for (let k = 0; k < count; k += 1) expected.set(base + k, { result, page: page + k });
      }
      for (let frame = 0; frame < 90; frame += 1)
        expect(handedOut.originOf(frame)).toEqual(expected.get(frame) ?? null);
    }),
  );
});

it('takes note of a run of any length at once', () => {
  const handedOut = new HandedOut();
  handedOut.note(1, 2 ** 52 - 2, { result: 7, page: 0 });
  expect(handedOut.originOf(2 ** 52 - 2)).toEqual({ result: 7, page: 2 ** 52 - 3 });
  expect([0, 2 ** 52 - 1].map((frame) => handedOut.originOf(frame))).toEqual([null, null]);
});

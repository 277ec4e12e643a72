import { expect, it } from 'vitest';
import { config, memoryMap, type Operation, type Reference, WHOLE } from '../../spec/index.ts';
import { requestOf, shortHeader } from './request.ts';

const result = (n: number, page = 0, offset = 0n): Reference => ({ result: n, page, offset });
const MOST = 2n ** 64n - 1n;
const PROGRAM: readonly Operation<Reference>[] = [
  { call: 'alloc' },
  { call: 'allocPages', count: 31n },
  { call: 'allocBitmap', count: 2n, maxAddr: MOST, alignment: 0x1000n },
  { call: 'allocBitmap', count: MOST, maxAddr: 0x8000n, alignment: MOST },
  { call: 'free', address: result(0) },
  { call: 'freePages', addresses: [result(1, 30), result(1, 2, -16n), { absolute: 0xfn }] },
  { call: 'freeRegion', address: result(2, 0, 1n), count: 2n },
  { call: 'freeAmount' },
];

it('writes a program in few bytes', () => {
  const { text, omitted } = requestOf(PROGRAM, { profile: WHOLE, isShort: true });
  expect(text).toBe('a p1f b2,,1000 bffffffffffffffff,8000,ffffffffffffffff f0 g1.1e,1.2-10,=f r2+1,2 n\n');
  expect(omitted.every((why) => why === null)).toBe(true);
});

it('writes a world on one line', () => {
  const map = memoryMap([
    { type: 'conventional', start: 0n, pages: 16 },
    { type: 'loaderData', start: 0x1_0000n, pages: 4 },
  ]);
  expect(shortHeader({ map, config: config({ bitmapMaxAddr: 0x4000n }) })).toBe(
    'w ffff800000000000 4000 7,0,10 2,10000,4\n',
  );
});

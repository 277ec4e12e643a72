/** The words of panics and warnings: they are what a caller gets to read. */
import { expect, test } from 'vitest';
import { argumentPanic, duplicatePanic, lengthPanic, outOfMemory, ownerPanic } from './misuse.ts';

test('a panic names its call, what is wrong, and the page frame with its owner where there is one', () => {
  const nothing = { name: 'PmmPanic', pfn: null, owner: null };
  expect(argumentPanic('alloc', () => 'why')).toMatchObject({
    ...nothing,
    call: 'alloc',
    message: 'alloc: why',
  });
  expect(lengthPanic('allocPages', 4n, 3)).toMatchObject({
    ...nothing,
    call: 'allocPages',
    message: 'allocPages: count 4 is more than the 3 entries of the array',
  });
  expect(duplicatePanic('freePages', 9)).toMatchObject({
    call: 'freePages',
    pfn: 9,
    owner: null,
    message: 'freePages: page frame 9 is named twice',
  });
});

test.each([
  ['pmm', 'free: page frame 7 may not be freed, it is free already'],
  ['firmware', 'free: page frame 7 may not be freed, its owner is firmware'],
  ['absent', 'free: page frame 7 may not be freed, its owner is absent'],
] as const)('a page frame of owner %s that may not be freed', (owner, message) => {
  expect(ownerPanic('free', 7, owner)).toMatchObject({ call: 'free', pfn: 7, owner, message });
});

test('a warning names the call and what is left in each zone', () => {
  expect(outOfMemory('alloc()', { freeInStack: 3, freeInBitmap: 2 })).toBe(
    'alloc() failed: ENOMEM; 3 page frames are free in the stack zone, 2 in the bitmap zone',
  );
});

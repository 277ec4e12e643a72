/** Panics are errors, whose text is made when it is read and whose stack is captured where one is wanted. */
import { expect, test } from 'vitest';
import { isPmmPanic, PmmPanic } from './pmm.ts';

const DETAILS = { call: 'free', pfn: 7, owner: 'pmm' } as const;

test('a panic is an error that names the call, the page frame and its owner', () => {
  const panic = new PmmPanic('free: page frame 7', DETAILS);
  expect(panic).toBeInstanceOf(Error);
  expect(panic).toBeInstanceOf(PmmPanic);
  expect(isPmmPanic(panic)).toBe(true);
  expect(isPmmPanic(new Error('free'))).toBe(false);
  expect(String(panic)).toBe('PmmPanic: free: page frame 7');
  expect(panic).toMatchObject(DETAILS);
  expect(panic.stack).toContain('pmm.test.ts');
});

test('without a limit on stacks a panic captures none, and makes its text once, when it is read', () => {
  const stacks: { stackTraceLimit?: number | undefined } = Error;
  const limit = stacks.stackTraceLimit;
  let made = 0;
  stacks.stackTraceLimit = undefined;
  const panic = new PmmPanic(() => `text ${++made}`, DETAILS);
  stacks.stackTraceLimit = limit;
  expect(made).toBe(0);
  expect([panic.message, panic.message, panic.stack]).toEqual(['text 1', 'text 1', undefined]);
});

test('a copy of a panic, field by field, has no text: test frameworks make one to print how it differs', () => {
  const panic = new PmmPanic(() => 'text', DETAILS);
  const copy = Object.create(PmmPanic.prototype, Object.getOwnPropertyDescriptors(panic));
  expect([copy.message, copy.call, copy.pfn]).toEqual(['', DETAILS.call, DETAILS.pfn]);
  copy.message = 'other';
  expect(panic.message).toBe('text');
});

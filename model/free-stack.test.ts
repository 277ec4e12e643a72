import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FreeStack, pop, push, top } from './free-stack.ts';

function pushAll(runs: readonly (readonly [base: number, count: number])[]): FreeStack {
  return runs.reduce<FreeStack>((stack, [base, count]) => push(stack, base, count), null);
}

describe('a free stack', () => {
  it('can be pushed, popped and shown in any state', () => {
    const show = (): unknown => {
      const stack = push(push(push(push(null, 0, 4), 9, 1), 10, 2), 20, 3);
      return [0, 1, 3, 4, 6, 7, 99].map((count) => [top(pop(stack, count), 2), top(pop(stack, count), 99)]);
    };
    expect(show).not.toThrow();
  });

  it('is a run where one goes on from the other, and nothing where nothing was pushed or all was popped', () => {
    expect(push(push(null, 0, 2), 2, 3)).toEqual({ base: 0, count: 5, below: null });
    expect(push(push(null, 0, 2), 3, 3)).toEqual({
      base: 3,
      count: 3,
      below: { base: 0, count: 2, below: null },
    });
    expect([push(null, 3, 0), pop(push(null, 0, 2), 2), pop(null, 0)]).toEqual([null, null, null]);
  });

  it('may be popped of more than there is', () => {
    expect(() => pop(push(push(null, 0, 2), 9, 1), 99)).not.toThrow();
    expect(pop(push(push(null, 0, 2), 9, 1), 99)).toBeNull();
  });

  it('hands out the last page frame of the last run first', () => {
    expect(
      top(
        pushAll([
          [0, 3],
          [10, 2],
        ]),
        5,
      ),
    ).toEqual([11, 10, 2, 1, 0]);
  });

  it('goes on inside a run of which some have been popped', () => {
    expect(top(pop(pushAll([[0, 4]]), 1), 2)).toEqual([2, 1]);
  });

  it('gives what there is where more is asked', () => {
    expect(top(pushAll([[7, 1]]), 3)).toEqual([7]);
    expect(top(null, 3)).toEqual([]);
  });

  it('is not changed by what is pushed or popped', () => {
    const stack = pushAll([[0, 2]]);
    push(stack, 5, 1);
    pop(stack, 2);
    expect(top(stack, 2)).toEqual([1, 0]);
  });

  it('is an array to which page frames are appended one by one, read backwards', () => {
    const anyRun = fc.tuple(fc.nat(100), fc.nat(5));
    fc.assert(
      fc.property(fc.array(anyRun), fc.nat(60), fc.nat(20), (runs, popped, count) => {
        const frames = runs.flatMap(([base, n]) => Array.from({ length: n }, (_, i) => base + i)).reverse();
        expect(top(pop(pushAll(runs), popped), count)).toEqual(frames.slice(popped, popped + count));
      }),
    );
  });
});

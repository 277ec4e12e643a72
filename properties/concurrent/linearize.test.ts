import { describe, expect, it } from 'vitest';
import { drawsFrom } from '../random/draws.ts';
import { linearize, type Sequential, type TimedCall } from './linearize.ts';

/** A queue, whose history can be judged by eye: `put` a number, or `take` what is foremost, null where it is empty. */
interface QueueCall extends TimedCall {
  readonly does: 'put' | 'take';
  readonly value: number | null;
}

const QUEUE: Sequential<readonly number[], QueueCall> = {
  start: [],
  apply: (queue, { does, value }) => {
    if (does === 'put') return [...queue, value ?? 0];
    const [first = null, ...rest] = queue;
    return first === value ? rest : null;
  },
  stateKey: (queue) => queue.join(' '),
};

/**
 * Returns the history that a drawing shows: one line a caller, `p1` puts 1, `t1` takes 1, `t.` finds nothing, each from its
 * name to the `|` that ends it.
 */
function drawn(...lines: readonly string[]): readonly QueueCall[] {
  return lines.flatMap((line, caller) =>
    [...line.matchAll(/([pt])([\d.])[^|]*\|/g)].map(({ 0: text, 1: does, 2: value, index }) => ({
      caller,
      // Within a column, each caller has a separate moment, so that all times are distinct.
      invoked: index + caller / 10,
      returned: index + text.length - 1 + caller / 10,
      does: does === 'p' ? 'put' : 'take',
      value: value === '.' ? null : Number(value),
    })),
  );
}

function holds(calls: readonly QueueCall[]): boolean {
  return linearize(calls, QUEUE).isLinearizable;
}

describe('a history is linearizable', () => {
  it.each<[string, readonly string[]]>([
    ['with no call', []],
    ['in which nothing overlaps', ['p1-|     t1-|', '     p2-|    ']],
    ['whose later call is explained first', ['p1------|', ' t.---|  ']],
    ['in which overlapping puts are taken the other way round', ['p1---|      t2-|', ' p2---|         t1-|']],
    ['whose long call explains what came in between', ['p1-------------|', '  t.-| t1-|     ']],
    ['of three callers who all overlap', ['p1-----|', ' p2-----|', '  t2-----|']],
  ])('%s', (_, lines) => {
    expect(holds(drawn(...lines))).toBe(true);
  });
});

describe('a history is not linearizable', () => {
  it.each<[string, readonly string[]]>([
    ['that takes what was never put', ['p1-|  t2-|']],
    ['that takes one value twice', ['p1-|  t1-|', '      t1-|']],
    ['that finds nothing after a put has returned', ['p1-|     ', '     t.-|']],
    ['that takes before the put is invoked', ['     p1-|', 't1-|     ']],
    ['that takes the later of two puts in a row', ['p1-| p2-|     ', '           t2-|']],
    [
      'whose callers see two puts in two orders',
      ['p1---|     t1-| ', ' p2---|         ', '        t2-|     t1-|'],
    ],
  ])('%s', (_, lines) => {
    expect(holds(drawn(...lines))).toBe(false);
  });
});

describe('where no order explains a history', () => {
  it('the longest orders are given, with what cannot be next', () => {
    const result = linearize(drawn('p1-|   t2-|', '  p3--|  '), QUEUE);
    if (result.isLinearizable) throw new Error('expected none');
    const shown = result.deadEnds.map(({ order, next }) => [
      order.map(({ value }) => value),
      next.map(({ value }) => value),
    ]);
    expect(shown).toEqual([
      [[1, 3], [2]],
      [[3, 1], [2]],
    ]);
  });

  it('a caller that overlaps itself is refused', () => {
    const calls = [...drawn('p1-----|'), ...drawn('   t1--|')];
    expect(() => linearize(calls, QUEUE)).toThrowError(/caller 0 made a call at 3/);
  });
});

/** Whether some permutation of the calls keeps their order in time and explains them: every one is tried. */
function bruteForce(calls: readonly QueueCall[], queue: readonly number[] = []): boolean {
  if (calls.length === 0) return true;
  return calls.some((call) => {
    const others = calls.filter((other) => other !== call);
    if (others.some(({ returned }) => returned < call.invoked)) return false;
    const after = QUEUE.apply(queue, call);
    return after !== null && bruteForce(others, after);
  });
}

/** Every way in which the callers' invocations and returns can follow each other. */
function interleavings(left: readonly number[]): readonly (readonly number[])[] {
  if (left.every((events) => events === 0)) return [[]];
  return left.flatMap((events, caller) =>
    events === 0
      ? []
      : interleavings(left.map((n, k) => (k === caller ? n - 1 : n))).map((rest) => [caller, ...rest]),
  );
}

const ACTS: readonly Pick<QueueCall, 'does' | 'value'>[] = [
  { does: 'put', value: 1 },
  { does: 'put', value: 2 },
  { does: 'take', value: 1 },
  { does: 'take', value: 2 },
  { does: 'take', value: null },
];

function actsOf(count: number): readonly (readonly Pick<QueueCall, 'does' | 'value'>[])[] {
  if (count === 0) return [[]];
  return actsOf(count - 1).flatMap((rest) => ACTS.map((act) => [...rest, act]));
}

/** Returns the history in which the events of the callers follow each other so; call k of all does act k. */
function timed(events: readonly number[], acts: readonly Pick<QueueCall, 'does' | 'value'>[]): QueueCall[] {
  const calls: QueueCall[] = [];
  const open = new Map<number, number>();
  for (const [at, caller] of events.entries()) {
    const invoked = open.get(caller);
    if (invoked === undefined) open.set(caller, at);
    else {
      open.delete(caller);
      const act = acts[calls.length] ?? { does: 'take', value: null };
      calls.push({ caller, invoked, returned: at, ...act });
    }
  }
  return calls;
}

describe('the search agrees with trying every permutation', () => {
  it.each([
    [[2], 5],
    [[2, 2], 150],
    [[4, 2], 1875],
    [[2, 2, 2], 11_250],
    [[4, 4], 43_750],
  ])('on all histories of callers with %j events (%i of them)', (events, expected) => {
    const shapes = interleavings(events);
    const acts = actsOf(events.reduce((sum, n) => sum + n, 0) / 2);
    let [histories, linearizable] = [0, 0];
    for (const shape of shapes)
      for (const act of acts) {
        const calls = timed(shape, act);
        const found = holds(calls);
        if (found !== bruteForce(calls)) throw new Error(`differs: ${JSON.stringify(calls)}`);
        histories += 1;
        if (found) linearizable += 1;
      }
    expect(histories).toBe(expected);
    expect(linearizable).toBeGreaterThan(0);
    expect(linearizable).toBeLessThan(histories);
  });
});

/** A counter, whose state follows from the cut: `value` is added, and what was there before is answered. */
interface AddCall extends TimedCall {
  readonly value: number;
  readonly answer: number;
}

const COUNTER: Sequential<number, AddCall> = {
  start: 0,
  apply: (sum, { value, answer }) => (answer === sum ? sum + value : null),
};

/** Returns a history of callers who take turns at random, each call answered at some moment while it lasts. */
function longHistory(count: number, callers: number, seed: number): readonly AddCall[] {
  const draws = drawsFrom(seed);
  const calls: AddCall[] = [];
  const open = new Map<number, { readonly invoked: number; readonly value: number; answer: number | null }>();
  let [sum, started] = [0, 0];
  for (let at = 0; calls.length < count; at += 1) {
    const caller = draws.below(callers);
    const call = open.get(caller);
    if (call === undefined && started < count) {
      open.set(caller, { invoked: at, value: 1 + draws.below(3), answer: null });
      started += 1;
    } else if (call?.answer === null) {
      call.answer = sum;
      sum += call.value;
    } else if (call !== undefined) {
      open.delete(caller);
      calls.push({
        caller,
        invoked: call.invoked,
        returned: at,
        value: call.value,
        answer: call.answer ?? 0,
      });
    }
  }
  return calls;
}

/** Returns the verdict of the search, and how often it asked for the state after a call. */
function searched(calls: readonly AddCall[]): readonly [isLinearizable: boolean, asked: number] {
  let asked = 0;
  const apply: typeof COUNTER.apply = (sum, call) => {
    asked += 1;
    return COUNTER.apply(sum, call);
  };
  const { isLinearizable } = linearize(calls, { ...COUNTER, apply });
  return [isLinearizable, asked];
}

describe('a history of 10,000 calls', () => {
  const CALLS = 10_000;

  it.each([2, 4, 8])('by %i callers asks about each a few times', (callers) => {
    const [isLinearizable, asked] = searched(longHistory(CALLS, callers, callers));
    expect(isLinearizable).toBe(true);
    expect(asked).toBeLessThan(callers * CALLS);
  });

  it.each([2, 4, 8])(
    'by %i callers with one wrong answer near its end is not searched for longer',
    (callers) => {
      const calls = longHistory(CALLS, callers, callers);
      const wrong = calls.map((call, k) => (k === CALLS - 10 ? { ...call, answer: call.answer - 7 } : call));
      const [isLinearizable, asked] = searched(wrong);
      expect(isLinearizable).toBe(false);
      expect(asked).toBeLessThan(2 * callers * CALLS);
    },
  );
});

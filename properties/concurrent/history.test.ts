import { describe, expect, it } from 'vitest';
import { init, type ModelState } from '../../model/index.ts';
import { config as configOf, memoryMap, type Operation, type Response } from '../../spec/index.ts';
import { explain, type HistoryCall, overlapping, violationOf } from './history.ts';

const PAGE = 4096n;
/** Two page frames, both in the stack zone. */
const map = memoryMap([{ type: 'conventional', start: 0n, pages: 2 }]);
const config = configOf({ bitmapMaxAddr: 0n });
const at = (frame: number): bigint => config.higherHalf + BigInt(frame) * PAGE;

function startOf(policies: readonly ('lifo' | 'first-fit')[] = []): ModelState {
  const started = init({ map, config, policies }, { outcome: { kind: 'done' } });
  if (!started.accepted) throw new Error(started.violation.explanation);
  return started.state;
}

const alloc = (frame: number): [Operation, Response] => [
  { call: 'alloc' },
  { outcome: { kind: 'address', address: at(frame) }, errno: null, warnings: [] },
];
const refused: [Operation, Response] = [
  { call: 'alloc' },
  { outcome: { kind: 'failed' }, errno: 'ENOMEM', warnings: ['alloc() failed'] },
];
const free = (frame: number): [Operation, Response] => [
  { call: 'free', address: at(frame) },
  { outcome: { kind: 'done' }, errno: null, warnings: [] },
];
const doubleFree = (frame: number): [Operation, Response] => [
  { call: 'free', address: at(frame) },
  {
    outcome: { kind: 'panicked', message: 'free', call: 'free', pfn: frame, owner: 'pmm' },
    errno: null,
    warnings: [],
  },
];
const amount = (n: number): [Operation, Response] => [
  { call: 'freeAmount' },
  { outcome: { kind: 'amount', amount: n }, errno: null, warnings: [] },
];

function made(
  caller: number,
  from: number,
  until: number,
  [operation, response]: [Operation, Response],
): HistoryCall {
  return { caller, invoked: from, returned: until, operation, response };
}

describe('a history of a manager is linearizable', () => {
  it.each<[string, readonly HistoryCall[]]>([
    ['where two callers get two pages at once', [made(0, 0, 3, alloc(1)), made(1, 1, 2, alloc(0))]],
    [
      'where an allocation is refused while another one lasts that took the last page',
      [made(0, 0, 1, alloc(1)), made(0, 2, 5, alloc(0)), made(1, 3, 4, refused)],
    ],
    [
      'where one of two frees of a page panics, and they overlap',
      [made(0, 0, 1, alloc(1)), made(0, 2, 5, doubleFree(1)), made(1, 3, 4, free(1))],
    ],
    [
      'where an amount is read before or after what changes it meanwhile',
      [made(0, 0, 5, alloc(1)), made(1, 1, 2, amount(2)), made(1, 3, 4, amount(1))],
    ],
  ])('%s', (_, calls) => {
    expect(explain(startOf(), calls).isLinearizable).toBe(true);
  });
});

describe('a history of a manager is not linearizable', () => {
  it.each<[string, readonly HistoryCall[], string]>([
    [
      'where a page is handed out twice',
      [made(0, 0, 2, alloc(1)), made(1, 1, 3, alloc(1))],
      'alloc.was-free',
    ],
    [
      'where an allocation is refused after a page was freed',
      [made(0, 0, 1, alloc(1)), made(0, 2, 3, alloc(0)), made(0, 4, 5, free(0)), made(1, 6, 7, refused)],
      'alloc.complete',
    ],
    [
      'where both of two frees of a page succeed',
      [made(0, 0, 1, alloc(1)), made(0, 2, 5, free(1)), made(1, 3, 4, free(1))],
      'free.owner',
    ],
    [
      'where an amount goes back to what it was',
      [made(0, 0, 5, alloc(1)), made(1, 1, 2, amount(1)), made(1, 3, 4, amount(2))],
      'amounts.free',
    ],
  ])('%s, and the clause in the way is named', (_, calls, clause) => {
    const result = explain(startOf(), calls);
    if (result.isLinearizable) throw new Error('expected no order');
    const clauses = result.deadEnds.flatMap(({ state, next }) =>
      next.map((call) => violationOf(state, call)?.clause),
    );
    expect(clauses).toContain(clause);
  });

  it('if only a promised order is broken: the page freed last must come first', () => {
    const calls = [
      made(0, 0, 1, alloc(1)),
      made(0, 2, 3, alloc(0)),
      made(0, 4, 5, free(1)),
      made(0, 6, 7, free(0)),
      made(1, 8, 9, alloc(1)),
    ];
    expect(explain(startOf(['lifo']), calls).isLinearizable).toBe(false);
    expect(explain(startOf(), calls).isLinearizable).toBe(true);
  });

  it('where two orders of frees lead to two states, both are followed', () => {
    const freed = [made(0, 4, 7, free(1)), made(1, 5, 6, free(0))];
    const before = [made(0, 0, 1, alloc(1)), made(1, 2, 3, alloc(0))];
    for (const [first, second] of [
      [0, 1],
      [1, 0],
    ] as const) {
      const calls = [...before, ...freed, made(0, 8, 9, alloc(first)), made(1, 10, 11, alloc(second))];
      expect(explain(startOf(['lifo']), calls).isLinearizable).toBe(true);
    }
  });
});

describe('calls that overlap', () => {
  it('are those that share a moment with a call of another caller', () => {
    const calls = [
      made(0, 0, 3, alloc(1)),
      made(1, 1, 2, alloc(0)),
      made(0, 4, 5, amount(0)),
      made(1, 6, 9, amount(0)),
      made(2, 7, 8, amount(0)),
    ];
    expect(overlapping(calls)).toBe(4);
    expect(overlapping(calls.slice(2, 4))).toBe(0);
  });
});

import { describe, expect, it } from 'vitest';
import { config as configOf, type Operation, type Response } from '../../spec/index.ts';
import type { HistoryCall } from './history.ts';
import type { ConcurrentViolation } from './judge-run.ts';
import { formatHistory } from './timeline.ts';

const config = configOf();

function made(caller: number, invoked: number, returned: number, operation: Operation): HistoryCall {
  const response: Response = { outcome: { kind: 'done' } };
  return { caller, invoked, returned, operation, response };
}

function violationOf(calls: readonly HistoryCall[]): ConcurrentViolation {
  return { clause: 'concurrent.linearizable', explanation: 'none', calls, deadEnds: [] };
}

describe('a timeline', () => {
  it('has a line for each caller, a bar for each call, and says what never returns', () => {
    const calls = [made(0, 0, 2, { call: 'alloc' }), made(1, 1, 4, { call: 'freeAmount' })];
    const open = [{ caller: 0, operation: { call: 'alloc' } as const, invoked: 3 }];
    expect(formatHistory(violationOf(calls), open, { config, callers: 2 })).toEqual([
      'caller 1    1|-----| 3|--- …',
      'caller 2       2|--------|',
      '',
      ' 1  caller 1  alloc()       -> done',
      ' 2  caller 2  freeAmount()  -> done',
      ' 3  caller 1  alloc()       -> never returns',
    ]);
  });

  it('of a long history shows some calls, and each in one line of bounded width', () => {
    const addresses = Array.from({ length: 30 }, (_, k) => BigInt(k));
    const calls = Array.from({ length: 100 }, (_, k) =>
      made(0, 2 * k, 2 * k + 1, { call: 'freePages', addresses }),
    );
    const [note, , , ...legend] = formatHistory(violationOf(calls), [], { config, callers: 1 });
    expect(note).toBe('(88 other calls are not shown)');
    expect(legend).toHaveLength(12);
    expect(Math.max(...legend.map((line) => line.length))).toBeLessThan(110);
  });
});

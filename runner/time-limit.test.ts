import { describe, expect, it } from 'vitest';
import { TimeLimitError, within } from './time-limit.ts';

describe('a time limit', () => {
  it('returns the result of work that returns in time', () => {
    expect(within(1000, () => 7)).toBe(7);
    expect(within(Number.POSITIVE_INFINITY, () => 8)).toBe(8);
  });

  it('ends an endless loop, and what it changed before can be read', () => {
    let rounds = 0;
    const endless = (): number => {
      for (;;) rounds += 1;
    };
    expect(() => within(300, endless)).toThrow(new TimeLimitError(300));
    expect(rounds).toBeGreaterThan(0);
    const before = rounds;
    expect(within(300, () => rounds)).toBe(before);
  });

  it('ends a loop that catches whatever is thrown', () => {
    const stubborn = (): void => {
      for (;;)
        try {
          for (;;);
        } catch {
          // caught, and on it goes
        } finally {
        }
    };
    expect(() => within(300, stubborn)).toThrow(TimeLimitError);
  });

  it('throws what the work throws, an error that looks like its own too', () => {
    const thrown = Object.assign(new Error('no'), { code: 'ENOENT' });
    expect(() =>
      within(1000, () => {
        throw thrown;
      }),
    ).toThrow(thrown);
    expect(() => within(1000, () => within(10, () => 1))).toThrow('time limits do not nest');
    expect(within(1000, () => 'free again')).toBe('free again');
  });

  it('works in two copies of this module in one process', async () => {
    const url = new URL('./time-limit.ts?again', import.meta.url).href;
    const copy: typeof import('./time-limit.ts') = await import(url);
    expect([within(1000, () => 1), copy.within(1000, () => 2), within(1000, () => 3)]).toEqual([1, 2, 3]);
  });
});

import { describe, expect, it } from 'vitest';
import { createPmm } from '../impl/index.ts';
import { config, memoryMap } from '../spec/index.ts';
import { factoryTarget } from './factory-target.ts';
import { ProgramTime, TimeLimitError, timeOf, unlessHeldUp, within } from './time-limit.ts';

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

const worldOf = (pages: number, start = 0) => ({
  map: memoryMap([{ type: 'conventional', start: BigInt(start) * 4096n, pages }]),
  config: config(),
});
const SMALL = worldOf(16);

describe('an attempt', () => {
  const sleeping = new Int32Array(new SharedArrayBuffer(4));
  const sleep = (ms: number): null => {
    Atomics.wait(sleeping, 0, 0, ms);
    return null;
  };

  it.each([
    ['is made again, with more time, where others had the processor', sleep, [20, 200]],
    ['is made once where it had the processor', () => null, [20]],
  ])('%s', (_, spend, times) => {
    const asked: number[] = [];
    const attempt = (ms: number): null => {
      asked.push(ms);
      return spend(ms);
    };
    expect(unlessHeldUp(20, attempt)).toBeNull();
    expect(asked).toEqual(times);
  });
});

describe('the time of programs', () => {
  it('grows with the program and with the map, up to a minute', () => {
    const time = new ProgramTime(1000);
    expect(time.limitOf(SMALL, 0)).toBe(1001);
    expect(time.limitOf(SMALL, 20_000)).toBe(21_001);
    expect(time.limitOf(worldOf(2 ** 24), 0)).toBe(2678);
    expect(time.limitOf(worldOf(2 ** 32), 0)).toBe(60_000);
  });

  it('is what --program-time says, where that is more than a minute', () => {
    expect(new ProgramTime(600_000).limitOf(SMALL, 20_000)).toBe(600_000);
  });

  it('is confirmed with ten times as much, and only once', () => {
    const time = new ProgramTime(100);
    const asked: number[] = [];
    const attempt = (ms: number): null => {
      asked.push(ms);
      return null;
    };
    expect(time.confirm(SMALL, 100, attempt)).toBeNull();
    expect(time.confirm(SMALL, 100, attempt)).toBeNull();
    expect(asked).toEqual([1000]);
    expect(time.limitOf(worldOf(1), 5000)).toBe(510 + 1);
    expect(time.message).toBe(
      'still running after 1 s: if it is slow, pass --program-time, or claim memoryBelow',
    );
  });

  it('is as before on worlds smaller than the one that was too large', () => {
    const time = new ProgramTime(100);
    expect(time.confirm(worldOf(2 ** 20), 200, () => null)).toBeNull();
    time.noteTooLarge(worldOf(2 ** 20));
    time.noteTooLarge(worldOf(2 ** 24));
    expect(time.limitOf(worldOf(2 ** 20), 0)).toBe(100);
    expect(time.limitOf(SMALL, 0)).toBe(101);
    expect(time.confirm(SMALL, 100, () => 'answered')).toBe('answered');
    expect(time.confirm(SMALL, 100, () => null)).toBeNull();
    expect(time.limitOf(worldOf(2 ** 20), 0)).toBe(100);
    expect(time.isEndlessOn(SMALL)).toBe(true);
  });

  it('is a tenth on smaller worlds too, where a program on a small one did not return', () => {
    const time = new ProgramTime(100);
    expect(time.confirm(SMALL, 100, () => null)).toBeNull();
    time.noteTooLarge(worldOf(2 ** 24));
    expect(time.isEndlessOn(SMALL)).toBe(true);
  });

  it('is as before on worlds that end lower, however many page frames they have', () => {
    const time = new ProgramTime(100);
    const sparse = worldOf(1, 2 ** 20);
    expect(time.confirm(sparse, 200, () => null)).toBeNull();
    time.noteTooLarge(sparse);
    expect(time.isEndlessOn(sparse)).toBe(true);
    expect(time.isEndlessOn(worldOf(64))).toBe(false);
  });

  it('is the same for a target with other claims: it runs the same code', () => {
    const target = factoryTarget({ name: 'any', policies: [], create: createPmm });
    expect(timeOf(target.withClaims({ name: 'claims more' }), 100)).toBe(timeOf(target, 100));
  });

  it('is not less for a target that was only slow', () => {
    const time = new ProgramTime(100);
    expect(time.confirm(SMALL, 100, () => 'answered')).toBe('answered');
    expect(time.limitOf(worldOf(1), 0)).toBe(101);
  });
});

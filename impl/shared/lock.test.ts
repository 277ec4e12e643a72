/** The lock, step by step: what others do between two steps of a caller is done by the steps that it is given. */
import { describe, expect, test } from 'vitest';
import { ATOMICS, Lock, LockPanic, type Steps, type Waiting } from '../index.ts';
import { LOCK_AT, TURN_AT } from '../layout.ts';

const WAITING: Waiting = { spins: 2, patienceMs: 1000, canBlock: true };

interface Scene {
  readonly words: Int32Array;
  readonly lock: Lock;
  /** The steps taken, in order. */
  readonly taken: string[];
}

/** Returns caller 5 and the words of its lock; `before` may change them before a step is taken. */
function scene(before: (step: string, words: Int32Array) => void = () => {}, waiting = WAITING): Scene {
  const words = new Int32Array(16);
  const taken: string[] = [];
  let now = 0;
  const noting = (step: string): void => {
    before(step, words);
    taken.push(step);
  };
  const steps: Steps = {
    ...ATOMICS,
    load: (memory, at) => {
      noting('load');
      return ATOMICS.load(memory, at);
    },
    exchange: (memory, at, value) => {
      noting('exchange');
      return ATOMICS.exchange(memory, at, value);
    },
    compareExchange: (memory, at, expected, replacement) => {
      noting(`${expected} to ${replacement}`);
      return ATOMICS.compareExchange(memory, at, expected, replacement);
    },
    wait: (memory, at, expected, ms) => {
      noting(`wait while ${expected}`);
      if (memory[at] !== expected) return 'not-equal';
      now += ms;
      return 'timed-out';
    },
    wakeOne: () => noting('wake'),
    now: () => now,
  };
  return { words, lock: new Lock(words, steps, 5, waiting), taken };
}

describe('a lock that nobody holds', () => {
  test('is taken in one step and released in one', () => {
    const { lock, taken, words } = scene();
    lock.enter('alloc');
    expect(words[LOCK_AT]).toBe(5);
    lock.leave();
    expect(words[LOCK_AT]).toBe(0);
    expect(taken).toEqual(['0 to 5', 'exchange']);
  });

  test('counts its turns without a sign', () => {
    const { lock, words } = scene();
    words[TURN_AT] = -1;
    lock.enter('alloc');
    expect([lock.turn, words[TURN_AT]]).toEqual([0, 0]);
    words[LOCK_AT] = 0;
    words[TURN_AT] = 2 ** 31 - 1;
    lock.enter('alloc');
    expect(lock.turn).toBe(2 ** 31);
  });
});

describe('a lock that somebody holds', () => {
  test('is tried again before a caller sleeps', () => {
    let loads = 0;
    const { lock, taken, words } = scene((step) => {
      loads += step === 'load' ? 1 : 0;
      if (loads === 2) words[LOCK_AT] = 0;
    });
    words[LOCK_AT] = 3;
    lock.enter('alloc');
    expect(taken).toEqual(['0 to 5', 'load', 'load', '0 to 5']);
    expect(words[LOCK_AT]).toBe(5);
  });

  test('is told before a caller sleeps, and taken as one that others may sleep for', () => {
    const { lock, taken, words } = scene(
      (step, memory) => {
        if (step.startsWith('wait')) memory[LOCK_AT] = 0;
      },
      { ...WAITING, spins: 0 },
    );
    words[LOCK_AT] = 3;
    lock.enter('alloc');
    expect(taken).toEqual(['0 to 5', '3 to -3', 'wait while -3', '0 to -5']);
    lock.leave();
    expect(taken.slice(4)).toEqual(['exchange', 'wake']);
    expect(words[LOCK_AT]).toBe(0);
  });

  test('that changes hands before it is told is looked at again', () => {
    const { lock, taken, words } = scene(
      (step, memory) => {
        if (step === '3 to -3') memory[LOCK_AT] = 0;
      },
      { ...WAITING, spins: 0 },
    );
    words[LOCK_AT] = 3;
    lock.enter('alloc');
    expect(taken).toEqual(['0 to 5', '3 to -3', '0 to -5']);
  });

  test('by another one each time is waited for until patience ends', () => {
    let holder = 10;
    const { lock, words } = scene(
      (step, memory) => {
        if (!step.startsWith('0 to')) return;
        holder += 1;
        memory[LOCK_AT] = -holder;
        memory[TURN_AT] = (memory[TURN_AT] ?? 0) + 1;
      },
      { ...WAITING, spins: 0, patienceMs: 250 },
    );
    words[LOCK_AT] = 3;
    expect(() => lock.enter('free')).toThrowError(
      new LockPanic('no lock within 250 ms: caller 13 holds it, after 2 turns of others, in a call', {
        call: 'free',
        holder: 13,
        in: 'a call',
      }),
    );
  });
});

/** The lock, step by step: what others do between two steps of a caller is done by the steps that it is given. */
import { describe, expect, test } from 'vitest';
import { CALLS } from '../../spec/index.ts';
import { ATOMICS, Lock, LockPanic, type Steps, type Waiting } from '../index.ts';
import { BROKEN_AT, LOCK_AT, TURN_AT } from '../layout.ts';
import { withDefaults } from './lock.ts';

const WAITING: Waiting = { spins: 2, patienceMs: 1000, canBlock: true };

interface Scene {
  readonly words: Int32Array;
  readonly lock: Lock;
  /** Another caller's lock, in the same words; its steps are the machine's own. */
  readonly other: Lock;
  /** The steps taken, in order. */
  readonly taken: string[];
  /** How long each sleep was to be at most, in milliseconds. */
  readonly naps: number[];
  /** How often the clock was looked at. */
  readonly looks: () => number;
}

/** More steps than a caller takes in any of the scenes: one that goes on is stopped by an error. */
const MOST_STEPS = 1000;

/** Returns caller 5 and the words of its lock; `before` may change them before a step is taken. */
function scene(before: (step: string, words: Int32Array) => void = () => {}, waiting = WAITING): Scene {
  const words = new Int32Array(16);
  const taken: string[] = [];
  const naps: number[] = [];
  let [now, looks] = [5000, 0];
  const noting = (step: string): void => {
    before(step, words);
    if (taken.push(step) > MOST_STEPS) throw new Error('the caller goes on for ever');
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
      naps.push(ms);
      now += ms;
      return 'timed-out';
    },
    wakeOne: () => noting('wake'),
    now: () => {
      looks += 1;
      return now;
    },
  };
  const other = new Lock(words, ATOMICS, 6, waiting);
  return { words, lock: new Lock(words, steps, 5, waiting), other, taken, naps, looks: () => looks };
}

/** Has a caller take a lock that it can have. */
function take(lock: Lock, visit = 'alloc'): void {
  expect(() => lock.enter(visit), 'the lock can be had').not.toThrow();
}

describe('a lock that nobody holds', () => {
  test('is taken in one step and released in one', () => {
    const { lock, taken, words, looks } = scene();
    take(lock);
    expect(words[LOCK_AT]).toBe(5);
    lock.leave();
    expect(words[LOCK_AT]).toBe(0);
    expect([taken, looks()]).toEqual([['0 to 5', 'exchange'], 0]);
  });

  test('counts its turns without a sign', () => {
    const { lock, words } = scene();
    words[TURN_AT] = -1;
    take(lock);
    expect([lock.turn, words[TURN_AT]]).toEqual([0, 0]);
    words[LOCK_AT] = 0;
    words[TURN_AT] = 2 ** 31 - 1;
    take(lock);
    expect(lock.turn).toBe(2 ** 31);
  });
});

describe('a lock that somebody holds', () => {
  test('is tried again before a caller sleeps', () => {
    let loads = 0;
    const { lock, taken, words } = scene(
      (step) => {
        loads += step === 'load' ? 1 : 0;
        if (loads === 2) words[LOCK_AT] = 0;
      },
      { ...WAITING, spins: 5 },
    );
    words[LOCK_AT] = 3;
    take(lock);
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
    take(lock);
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
    take(lock);
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

describe('patience', () => {
  test('ends on the millisecond, after naps of a tenth of a second and one that is shorter', () => {
    const { lock, naps, words } = scene(undefined, { ...WAITING, spins: 0, patienceMs: 250 });
    words[LOCK_AT] = 3;
    expect(() => lock.enter('free')).toThrowError(
      new LockPanic('no lock within 250 ms: caller 3 holds it, for the last 150 ms at least, in a call', {
        call: 'free',
        holder: 3,
        in: 'a call',
      }),
    );
    expect(naps).toEqual([100, 100, 50]);
  });

  test('has no end for one that is woken: it tries again, however late', () => {
    const { words } = scene();
    let now = 0;
    const steps: Steps = {
      ...ATOMICS,
      wait: (memory, at) => {
        now += 1000;
        memory[at] = 0;
        return 'ok';
      },
      now: () => now,
    };
    words[LOCK_AT] = 3;
    expect(() =>
      new Lock(words, steps, 7, { spins: 0, patienceMs: 250, canBlock: true }).enter('free'),
    ).not.toThrow();
    expect(words[LOCK_AT]).toBe(-7);
  });

  test('is asked for every thousand tries where a thread may not sleep, which takes what is free as its own', () => {
    const { words } = scene();
    const taken: string[] = [];
    let [now, loads] = [0, 0];
    const steps: Steps = {
      ...ATOMICS,
      load: (memory, at) => {
        if (at === LOCK_AT) loads += 1;
        if (loads === 2500) memory[LOCK_AT] = 0;
        if (loads > 4000) throw new Error('the caller goes on for ever');
        return ATOMICS.load(memory, at);
      },
      now: () => {
        taken.push(`look after ${loads}`);
        now += 1;
        return now;
      },
    };
    const lock = new Lock(words, steps, 7, { spins: 3, patienceMs: 100, canBlock: false });
    words[LOCK_AT] = 3;
    take(lock, 'free');
    expect(taken).toEqual(['look after 0', 'look after 3', 'look after 1003', 'look after 2003']);
    expect(words[LOCK_AT]).toBe(7);
  });

  test('of a caller that says nothing of it is ten seconds, with sleep, after a hundred tries', () => {
    expect(withDefaults({})).toEqual({ spins: 100, patienceMs: 10_000, canBlock: true });
    const all: Waiting = { spins: 0, patienceMs: 0, canBlock: false };
    expect(withDefaults(all)).toEqual(all);
  });
});

describe('a panic over the lock', () => {
  test.each([...CALLS, 'inspect'])(
    'names %s as what the holder is doing, and as what was not done',
    (visit) => {
      const { lock, other, words } = scene();
      take(other, visit);
      expect(() => lock.enter(visit)).toThrowError(
        expect.objectContaining({ name: 'LockPanic', call: visit, holder: 6, holderCall: visit }),
      );
      expect(words[LOCK_AT]).toBe(-6);
      words[LOCK_AT] = 5;
      expect(() => lock.enter('alloc')).toThrowError(
        new LockPanic(`this caller holds the lock already, in ${visit}`, {
          call: 'alloc',
          holder: 5,
          in: visit,
        }),
      );
    },
  );

  test('over a state that may be half changed releases the lock, and wakes who may sleep for it', () => {
    const { lock, other, taken, words } = scene();
    take(other, 'freeRegion');
    other.noteBroken();
    other.leave();
    expect(words[BROKEN_AT]).toBe(6);
    const half = new LockPanic('the state may be half changed: caller 6 broke off inside, in freeRegion', {
      call: 'alloc',
      holder: 6,
      in: 'freeRegion',
    });
    expect(() => lock.enter('alloc')).toThrowError(half);
    expect([words[LOCK_AT], taken]).toEqual([0, ['0 to 5', 'load', 'exchange']]);
    expect(() => lock.enter('alloc')).toThrowError(half);
  });

  test('counts the turns of others since the lock was first looked at, beyond 2^32 too', () => {
    const { lock, words } = scene(
      (step, memory) => {
        if (step.startsWith('wait')) memory[TURN_AT] = (memory[TURN_AT] ?? 0) + 2;
      },
      { ...WAITING, spins: 0, patienceMs: 250 },
    );
    words[LOCK_AT] = 3;
    words[TURN_AT] = -3;
    expect(() => lock.enter('free')).toThrowError(/caller 3 holds it, after 4 turns of others, in a call$/);
  });
});

describe('a sleep', () => {
  test('is not told twice: the word may say already that somebody sleeps', () => {
    const { lock, taken, words } = scene(
      (step, memory) => {
        if (step.startsWith('wait')) memory[LOCK_AT] = 0;
      },
      { ...WAITING, spins: 0 },
    );
    words[LOCK_AT] = -3;
    take(lock);
    expect(taken).toEqual(['0 to 5', 'wait while -3', '0 to -5']);
  });
});

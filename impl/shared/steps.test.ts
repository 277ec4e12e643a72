/** The machine's own atomic steps: each says what was there before, and only one sleeper is woken. */
import { describe, expect, test } from 'vitest';
import { ATOMICS } from '../index.ts';

const AT = 2;

function wordsWith(value: number): Int32Array<SharedArrayBuffer> {
  const words = new Int32Array(new SharedArrayBuffer(16));
  words[AT] = value;
  return words;
}

describe('an atomic step', () => {
  test('can be taken, whichever it is', () => {
    const words = wordsWith(7);
    const take = (): void => {
      ATOMICS.load(words, AT);
      ATOMICS.add(words, AT, ATOMICS.exchange(words, AT, 3));
      ATOMICS.compareExchange(words, AT, 0, 1);
      ATOMICS.wait(words, AT, 0, 1);
      ATOMICS.wakeOne(words, AT);
      ATOMICS.now();
    };
    expect(take).not.toThrow();
  });

  test('reads a word', () => {
    expect(ATOMICS.load(wordsWith(7), AT)).toBe(7);
  });

  test('adds, and says what was there before', () => {
    const words = wordsWith(7);
    expect([ATOMICS.add(words, AT, 3), words[AT]]).toEqual([7, 10]);
  });

  test('exchanges, and says what was there before', () => {
    const words = wordsWith(7);
    expect([ATOMICS.exchange(words, AT, 3), words[AT]]).toEqual([7, 3]);
  });

  test('replaces what is expected and nothing else, and says what was there before', () => {
    const words = wordsWith(7);
    expect([ATOMICS.compareExchange(words, AT, 6, 3), words[AT]]).toEqual([7, 7]);
    expect([ATOMICS.compareExchange(words, AT, 7, 3), words[AT]]).toEqual([7, 3]);
  });

  test('sleeps while a word is as expected, for so long, and the clock goes on', () => {
    const words = wordsWith(7);
    const start = ATOMICS.now();
    expect(ATOMICS.wait(words, AT, 6, 1000)).toBe('not-equal');
    expect(ATOMICS.wait(words, AT, 7, 5)).toBe('timed-out');
    expect(ATOMICS.now() - start).toBeGreaterThan(4);
    expect(ATOMICS.now() - start).toBeLessThan(900);
  });

  test('wakes one sleeper of several', async () => {
    const words = wordsWith(7);
    const sleepers = [1, 2].map(() => Atomics.waitAsync(words, AT, 7, 50).value);
    ATOMICS.wakeOne(words, AT);
    expect(await Promise.all(sleepers)).toEqual(['ok', 'timed-out']);
  });
});

/** Shared words that are watched: accesses by the functions of `Atomics` are steps, and there is no other view of the words. */
import { describe, expect, it } from 'vitest';
import { isSpecError } from '../../spec/index.ts';
import { type Chooser, Machine, newStepper } from './stepping.ts';
import { watchAtomics } from './watched-words.ts';

watchAtomics();

const inTurns: Chooser = (taken, ready) => ready[taken % ready.length] ?? 0;

/** Runs callers of one call each, who take turns at every access. Returns the words. */
function runAll(...calls: readonly ((words: Int32Array) => void)[]): Int32Array {
  const memory = new Int32Array(32);
  const machine = new Machine(memory, { name: 'a target', lockAt: null });
  const steppers = calls.map((_, k) => newStepper(k + 1));
  machine.begin(steppers, 'locks', inTurns);
  while (machine.ready().length > 0) {
    const caller = machine.next();
    machine.turnTo(caller);
    if (machine.attempt(() => calls[caller]?.(machine.words)))
      Object.assign(steppers[caller] ?? {}, { status: 'done' });
  }
  machine.rest();
  return memory;
}

describe('functions of Atomics on watched words', () => {
  it('are steps: between two of them another caller may come', () => {
    const increment = (words: Int32Array): void => {
      Atomics.store(words, 3, Atomics.load(words, 3) + 1);
    };
    expect(runAll(increment)[3]).toBe(1);
    expect(runAll(increment, increment)[3]).toBe(1);
  });

  it('are one step each, which answers what was there', () => {
    const seen: unknown[] = [];
    const words = runAll((shared) => {
      const answers = [
        Atomics.add(shared, 0, 5),
        Atomics.sub(shared, 0, 1),
        Atomics.or(shared, 0, 3),
        Atomics.and(shared, 0, 6),
        Atomics.xor(shared, 0, 1),
        Atomics.exchange(shared, 0, 9),
        Atomics.compareExchange(shared, 0, 9, 2),
        Atomics.compareExchange(shared, 0, 9, 3),
        Atomics.load(shared, 0),
      ];
      seen.splice(0, seen.length, ...answers);
    });
    expect(seen).toEqual([0, 5, 4, 7, 6, 7, 9, 2, 2]);
    expect(words[0]).toBe(2);
  });

  it('wake all that sleep at a word, or as many as they say', () => {
    const sleeps = (words: Int32Array): void => {
      Atomics.wait(words, 1, 0);
      Atomics.add(words, 2, 1);
    };
    const wakes = (most?: number) => (words: Int32Array) => {
      Atomics.store(words, 3, Atomics.notify(words, 1, most));
    };
    expect(runAll(sleeps, sleeps, sleeps, wakes()).slice(2, 4)).toEqual(Int32Array.of(3, 3));
    expect(runAll(sleeps, sleeps, sleeps, wakes(2)).slice(2, 4)).toEqual(Int32Array.of(2, 2));
  });

  it('are on any other array what they were', () => {
    const words = new Int32Array(new SharedArrayBuffer(4));
    expect(Atomics.add(words, 0, 1)).toBe(0);
    expect(Atomics.load(words, 0)).toBe(1);
    expect(() => Reflect.apply(Atomics.load, Atomics, [new Float32Array(1), 0])).toThrow(TypeError);
  });
});

describe('what cannot be watched', () => {
  it.each([
    ['another view', (words: Int32Array) => new Uint32Array(words.buffer)],
    ['a copy', (words: Int32Array) => words.slice()],
  ])('is refused in one line: %s', (_, access) => {
    const refused = (): unknown => runAll(access);
    expect(refused).toThrow(
      /^a target: expected shared words to be read, written and filled one by one, or by Atomics: words\.(buffer|slice) cannot be watched$/,
    );
    expect(refused).toThrow(expect.toSatisfy(isSpecError));
  });

  it('is refused where a caller caught the error', () => {
    const stubborn = (words: Int32Array): void => {
      try {
        words.slice();
      } catch {
        // It goes on.
      }
    };
    expect(() => runAll(stubborn)).toThrow(expect.toSatisfy(isSpecError));
  });
});

/**
 * Watched words: shared words on which each access is a step that somebody else takes. Plain accesses pass through a proxy. The functions
 * of `Atomics` refuse proxies: {@link watchAtomics} replaces them by ones that first ask whether an array is watched. No other view of the
 * same memory can be watched, so nobody gets one.
 */
import { rewatchRealm } from '../../runner/index.ts';
import { SpecError } from '../../spec/index.ts';

/** The functions of `Atomics` on words. */
export const ATOMIC_NAMES = [
  'load',
  'store',
  'add',
  'sub',
  'and',
  'or',
  'xor',
  'exchange',
  'compareExchange',
  'wait',
  'notify',
] as const;
export type AtomicName = (typeof ATOMIC_NAMES)[number];

/** Takes the steps. */
export interface WordSteps {
  read(at: number): number;
  write(at: number, value: number): void;
  readonly atomics: Readonly<Record<AtomicName, (at: number, ...values: readonly number[]) => unknown>>;
  /** Called where an access cannot be a step. Does not return. */
  refuse(error: SpecError): never;
}

/** The properties that say nothing of what the words hold. */
const CONSTANT: readonly PropertyKey[] = [
  'length',
  'byteLength',
  'byteOffset',
  'BYTES_PER_ELEMENT',
  'constructor',
];

const watched = new WeakMap<object, WordSteps>();

/** Returns a view of a memory on which each access is a step. */
export function watchedWords(memory: Int32Array, steps: WordSteps): Int32Array {
  const fill = (value: number, from = 0, end = memory.length): void => {
    for (let at = from; at < end; at += 1) steps.write(at, value);
  };
  const words = new Proxy(memory, {
    get: (_, key) => {
      if (typeof key === 'string') {
        const at = Number(key);
        if (Number.isInteger(at)) return steps.read(at);
      }
      if (key === 'fill') return fill;
      if (CONSTANT.includes(key)) return Reflect.get(memory, key, memory);
      return steps.refuse(
        new SpecError(
          `expected shared words to be read, written and filled one by one, or by Atomics: words.${String(key)} cannot be watched`,
        ),
      );
    },
    set: (_, key, value) => {
      steps.write(Number(key), Number(value));
      return true;
    },
  });
  watched.set(words, steps);
  return words;
}

let isWatching = false;

/** Lets the functions of `Atomics` take steps on words that are watched. */
export function watchAtomics(): void {
  if (isWatching) return;
  isWatching = true;
  for (const name of ATOMIC_NAMES) {
    const own: (...passed: never[]) => unknown = Atomics[name];
    const value = (array: object, at: number, ...values: readonly number[]): unknown => {
      const steps = watched.get(array);
      return steps === undefined
        ? Reflect.apply(own, Atomics, [array, at, ...values])
        : steps.atomics[name](at, ...values);
    };
    Object.defineProperty(Atomics, name, { value });
  }
  rewatchRealm();
}

/**
 * The only door to fast-check. Arbitraries, commands and the runner come through here, so that a change of its interface
 * (version 5 makes every property asynchronous) is met in one file.
 */
import * as fc from 'fast-check';

export type { Arbitrary } from 'fast-check';
export {
  array,
  bigInt,
  commands,
  constant,
  constantFrom,
  integer,
  nat,
  oneof,
  option,
  record,
  shuffledSubarray,
  subarray,
  tuple,
} from 'fast-check';

/** Numbers below this are drawn wide: what a non-negative 32-bit integer holds. */
const WIDE = 0x7fff_ffff;

/** Four numbers drawn wide. */
export type FourNumbers = readonly [number, number, number, number];

const fourNumbers = fc.tuple(fc.nat(WIDE), fc.nat(WIDE), fc.nat(WIDE), fc.nat(WIDE));

/** Something made of four numbers, and nothing else. */
interface MadeOfFour {
  readonly drawn: FourNumbers;
}

/**
 * What `tuple(nat(), nat(), nat(), nat()).map(make)` draws where nothing is biased, as inside commands, without the dozen
 * objects that it makes on the way. Shrinks as that tuple does.
 */
class AnyOfFour<T extends MadeOfFour> extends fc.Arbitrary<T> {
  readonly #make: (drawn: FourNumbers) => T;

  constructor(make: (drawn: FourNumbers) => T) {
    super();
    this.#make = make;
  }

  override generate(random: fc.Random): fc.Value<T> {
    const [a, b] = [random.nextInt(0, WIDE), random.nextInt(0, WIDE)];
    return new fc.Value<T>(this.#make([a, b, random.nextInt(0, WIDE), random.nextInt(0, WIDE)]), undefined);
  }

  override canShrinkWithoutContext(_: unknown): _ is T {
    return false;
  }

  override shrink({ drawn }: T, context: unknown): fc.Stream<fc.Value<T>> {
    return fourNumbers
      .shrink([...drawn], context)
      .map((smaller) => new fc.Value<T>(this.#make(smaller.value), smaller.context));
  }
}

/** Arbitrary values that are made of four numbers drawn wide. */
export function anyOfFour<T extends MadeOfFour>(make: (drawn: FourNumbers) => T): fc.Arbitrary<T> {
  return new AnyOfFour(make);
}

/** A command of a model-based run. */
export type Command<M extends object> = fc.Command<M, null>;

/** What a run of {@link runProperty} needs: how many programs, and from which seed. */
export interface RunOptions {
  readonly runs: number;
  readonly seed: number;
  /** Milliseconds after which no further program is started. */
  readonly timeLimitMs?: number;
  /** Whether to look for a simpler failing value after the first. */
  readonly shrink: boolean;
}

/** What a run of {@link runProperty} came to. */
export interface RunOutcome<T> {
  readonly failed: boolean;
  readonly counterexample: T | null;
  readonly shrinks: number;
}

/**
 * Runs `predicate` on values of `arbitrary` until it returns false for one, then shrinks that one. Synchronous. What the
 * predicate throws is a defect of ours: it is thrown on.
 */
export function runProperty<T>(
  arbitrary: fc.Arbitrary<T>,
  predicate: (value: T) => boolean,
  { runs, seed, timeLimitMs, shrink }: RunOptions,
): RunOutcome<T> {
  const defects: unknown[] = [];
  const guarded = (value: T): boolean => {
    try {
      return predicate(value);
    } catch (error) {
      defects.push(error);
      return false;
    }
  };
  const limit = timeLimitMs === undefined ? {} : { interruptAfterTimeLimit: timeLimitMs };
  const details = fc.check(fc.property(arbitrary, guarded), {
    numRuns: runs,
    seed,
    endOnFailure: !shrink,
    ...limit,
  });
  if (defects.length > 0) throw defects[0];
  return {
    failed: details.failed,
    counterexample: details.counterexample?.[0] ?? null,
    shrinks: details.numShrinks,
  };
}

/** Runs commands on a model, one after the other. */
export function runCommands<M extends object>(model: M, commands: Iterable<fc.Command<M, null>>): void {
  fc.modelRun(() => ({ model, real: null }), commands);
}

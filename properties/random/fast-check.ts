/**
 * The only door to fast-check. Arbitraries, commands and the runner come through here, so that a change of its interface
 * (version 5 makes every property asynchronous) is met in one file.
 */
import * as fc from 'fast-check';

export type { Arbitrary } from 'fast-check';
export {
  array,
  constant,
  constantFrom,
  integer,
  nat,
  oneof,
  record,
  tuple,
} from 'fast-check';

/**
 * What `record` draws after the properties: whether the object has a prototype. One without is a dictionary to the engine. Where
 * many are drawn, a tuple that ends in this and is mapped to an object draws and shrinks as `record` does, and has no dictionaries.
 */
export const anyPrototype: fc.Arbitrary<boolean> = fc.boolean();

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
  readonly make: (drawn: FourNumbers) => T;

  constructor(make: (drawn: FourNumbers) => T) {
    super();
    this.make = make;
  }

  override generate(random: fc.Random): fc.Value<T> {
    const [a, b] = [random.nextInt(0, WIDE), random.nextInt(0, WIDE)];
    return new fc.Value<T>(this.make([a, b, random.nextInt(0, WIDE), random.nextInt(0, WIDE)]), undefined);
  }

  override canShrinkWithoutContext(_: unknown): _ is T {
    return false;
  }

  override shrink({ drawn }: T, context: unknown): fc.Stream<fc.Value<T>> {
    return fourNumbers
      .shrink([...drawn], context)
      .map((smaller) => new fc.Value<T>(this.make(smaller.value), smaller.context));
  }
}

/** Arbitrary values that are made of four numbers drawn wide. */
export function anyOfFour<T extends MadeOfFour>(make: (drawn: FourNumbers) => T): fc.Arbitrary<T> {
  return new AnyOfFour(make);
}

/** A command of a model-based run. */
export type Command<M extends object> = fc.Command<M, null>;

/** Commands in order, as numbers: each is made of its four when its turn has come, and is garbage after it. */
class DrawnCommands<M extends object> implements Iterable<Command<M>> {
  readonly #numbers: readonly number[];
  readonly #make: (drawn: FourNumbers) => Command<M>;
  #ran = 0;

  constructor(numbers: readonly number[], make: (drawn: FourNumbers) => Command<M>) {
    this.#numbers = numbers;
    this.#make = make;
  }

  /** Number of commands, from the first one on, that have been run. */
  get ran(): number {
    return this.#ran;
  }

  *[Symbol.iterator](): Generator<Command<M>> {
    for (let at = 0; at < this.#numbers.length; at += 4) yield this.#at(at);
  }

  /** Runs them, up to the first one that does not want to. */
  run(model: M): void {
    for (let at = 0; at < this.#numbers.length; at += 4) {
      const command = this.#at(at);
      if (!command.check(model)) return;
      this.#ran = at / 4 + 1;
      command.run(model, null);
    }
  }

  [fc.cloneMethod](): DrawnCommands<M> {
    return new DrawnCommands(this.#numbers, this.#make);
  }

  #at(at: number): Command<M> {
    const numbers = this.#numbers;
    return this.#make([numbers[at] ?? 0, numbers[at + 1] ?? 0, numbers[at + 2] ?? 0, numbers[at + 3] ?? 0]);
  }
}

/** Stands for the model in a run in which nothing happens, so that fast-check learns which commands were run before. */
class Nothing {
  readonly happens = 'nothing';
}

/** A command that a run on {@link Nothing} leaves alone. */
class Shelved<M extends object> implements Command<M | Nothing>, MadeOfFour {
  readonly drawn: FourNumbers;
  readonly #command: Command<M>;

  constructor(drawn: FourNumbers, command: Command<M>) {
    this.drawn = drawn;
    this.#command = command;
  }

  check(model: Readonly<M>): boolean {
    return this.#command.check(model);
  }

  run(model: M | Nothing, real: null): void {
    if (!(model instanceof Nothing)) this.#command.run(model, real);
  }

  toString(): string {
    return this.#command.toString();
  }
}

/** How a value of {@link AnyCommands} was drawn: what it takes to draw it again as fast-check does. */
class Redrawable<M extends object> {
  readonly random: fc.Random;
  readonly commands: DrawnCommands<M>;

  constructor(random: fc.Random, commands: DrawnCommands<M>) {
    this.random = random;
    this.commands = commands;
  }
}

/**
 * What `commands([command], { maxCommands, size: 'max' })` draws, from the same random numbers and so the same commands,
 * without the dozen objects a command that it keeps for shrinking: nearly no program is ever shrunk. One that is is
 * drawn again by fast-check, which shrinks it. For commands of which none wants to run after one that did not.
 */
class AnyCommands<M extends object> extends fc.Arbitrary<Iterable<Command<M>>> {
  readonly #length: fc.Arbitrary<number>;
  readonly #make: (drawn: FourNumbers) => Command<M>;
  readonly #stock: fc.Arbitrary<Iterable<Command<M | Nothing>>>;

  constructor(make: (drawn: FourNumbers) => Command<M>, maxCommands: number) {
    super();
    this.#length = fc.integer({ min: 0, max: maxCommands });
    this.#make = make;
    const shelved = new AnyOfFour((drawn) => new Shelved(drawn, make(drawn)));
    this.#stock = fc.commands<M | Nothing, null>([shelved], { maxCommands, size: 'max' });
  }

  override generate(random: fc.Random): fc.Value<Iterable<Command<M>>> {
    const before = random.clone();
    const { value: length } = this.#length.generate(random, undefined);
    const numbers: number[] = Array(4 * length);
    for (let at = 0; at < numbers.length; at += 4) {
      // Which of the kinds of command: there is one.
      random.nextInt(0, 0);
      for (let i = 0; i < 4; i += 1) numbers[at + i] = random.nextInt(0, WIDE);
    }
    const commands = new DrawnCommands(numbers, this.#make);
    return new fc.Value<Iterable<Command<M>>>(commands, new Redrawable(before, commands));
  }

  override canShrinkWithoutContext(_: unknown): _ is Iterable<Command<M>> {
    return false;
  }

  override shrink(value: Iterable<Command<M>>, context: unknown): fc.Stream<fc.Value<Iterable<Command<M>>>> {
    if (!(context instanceof Redrawable)) return this.#stock.shrink(value, context);
    const { random, commands } = context;
    const redrawn = this.#stock.generate(random.clone(), undefined);
    const ran = [...redrawn.value_].slice(0, commands.ran);
    for (const command of ran) command.run(new Nothing(), null);
    return this.#stock.shrink(redrawn.value_, redrawn.context);
  }
}

/** Arbitrary commands of one kind, as many as `maxCommands` at most. None may want to run after one that did not. */
export function commandsOf<M extends object>(
  command: fc.Arbitrary<Command<M>>,
  maxCommands: number,
): fc.Arbitrary<Iterable<Command<M>>> {
  return command instanceof AnyOfFour
    ? new AnyCommands<M>(command.make, maxCommands)
    : fc.commands<M, null>([command], { maxCommands, size: 'max' });
}

/** What a run of {@link runProperty} needs: how many programs, and from which seed. */
interface RunOptions {
  readonly runs: number;
  readonly seed: number;
  /** Milliseconds after which no further program is started. */
  readonly timeLimitMs?: number;
  /** Whether to look for a simpler failing value after the first. */
  readonly shrink: boolean;
}

/** What a run of {@link runProperty} came to. */
interface RunOutcome<T> {
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
export function runCommands<M extends object>(model: M, commands: Iterable<Command<M>>): void {
  if (commands instanceof DrawnCommands) commands.run(model);
  else fc.modelRun(() => ({ model, real: null }), commands);
}

/**
 * The only door to fast-check. Arbitraries, commands and the runner are imported from here, so that a change of its interface (version
 * 5 makes every property asynchronous) affects one file.
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
 * The last draw of `record`: whether the object has a prototype. An object without one is a slow dictionary to the engine. A tuple that
 * ends in this and is mapped to an object draws and shrinks as `record` does, without dictionaries.
 */
export const anyPrototype: fc.Arbitrary<boolean> = fc.boolean();

/** The largest number drawn wide: the largest signed 32-bit integer. */
const WIDE = 0x7fff_ffff;

/** Four numbers drawn wide. */
export type FourNumbers = readonly [number, number, number, number];

const fourNumbers = fc.tuple(fc.nat(WIDE), fc.nat(WIDE), fc.nat(WIDE), fc.nat(WIDE));

/** A value made of four numbers, and nothing else. */
interface MadeOfFour {
  readonly drawn: FourNumbers;
}

/**
 * Draws the same as `tuple(nat(), nat(), nat(), nat()).map(make)` without bias, as inside commands, but without the dozen temporary
 * objects. Shrinks as that tuple does.
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

/**
 * Arbitrary values made of four numbers drawn wide.
 * @public
 */
export function anyOfFour<T extends MadeOfFour>(make: (drawn: FourNumbers) => T): fc.Arbitrary<T> {
  return new AnyOfFour(make);
}

/**
 * A command of a model-based run.
 * @public
 */
export type Command<M extends object> = fc.Command<M, null>;

/** Commands in order, stored as numbers: each is made of its four when its turn comes, and is garbage afterwards. */
class DrawnCommands<M extends object> implements Iterable<Command<M>> {
  readonly #numbers: readonly number[];
  readonly #make: (drawn: FourNumbers) => Command<M>;
  #ran = 0;

  constructor(numbers: readonly number[], make: (drawn: FourNumbers) => Command<M>) {
    this.#numbers = numbers;
    this.#make = make;
  }

  /** Number of commands that have been run. */
  get ran(): number {
    return this.#ran;
  }

  *[Symbol.iterator](): Generator<Command<M>> {
    for (let at = 0; at < this.#numbers.length; at += 4) yield this.#at(at);
  }

  /** Runs the commands, up to the first one whose check fails. */
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

/** Stands for the model in a run without effect, from which fast-check learns which commands were run before. */
class NoModel {
  readonly happens = 'nothing';
}

/** A command that does nothing when it runs on {@link NoModel}. */
class InertCommand<M extends object> implements Command<M | NoModel>, MadeOfFour {
  readonly drawn: FourNumbers;
  readonly #command: Command<M>;

  constructor(drawn: FourNumbers, command: Command<M>) {
    this.drawn = drawn;
    this.#command = command;
  }

  check(model: Readonly<M>): boolean {
    return this.#command.check(model);
  }

  run(model: M | NoModel, real: null): void {
    if (!(model instanceof NoModel)) this.#command.run(model, real);
  }

  toString(): string {
    return this.#command.toString();
  }
}

/** The random state from which a value of {@link AnyCommands} was drawn, to draw it again with fast-check. */
class DrawRecord<M extends object> {
  readonly random: fc.Random;
  readonly commands: DrawnCommands<M>;

  constructor(random: fc.Random, commands: DrawnCommands<M>) {
    this.random = random;
    this.commands = commands;
  }
}

/**
 * Draws the same as `commands([command], { maxCommands, size: 'max' })`, from the same random numbers, but without the dozen objects a
 * command that fast-check keeps for shrinking: hardly any program is ever shrunk. One that is shrunk is first drawn again by
 * fast-check. Requires that once a command's check fails, all later checks fail.
 */
class AnyCommands<M extends object> extends fc.Arbitrary<Iterable<Command<M>>> {
  readonly #length: fc.Arbitrary<number>;
  readonly #make: (drawn: FourNumbers) => Command<M>;
  readonly #stock: fc.Arbitrary<Iterable<Command<M | NoModel>>>;

  constructor(make: (drawn: FourNumbers) => Command<M>, maxCommands: number) {
    super();
    this.#length = fc.integer({ min: 0, max: maxCommands });
    this.#make = make;
    const inert = new AnyOfFour((drawn) => new InertCommand(drawn, make(drawn)));
    this.#stock = fc.commands<M | NoModel, null>([inert], { maxCommands, size: 'max' });
  }

  override generate(random: fc.Random): fc.Value<Iterable<Command<M>>> {
    const before = random.clone();
    const { value: length } = this.#length.generate(random, undefined);
    const numbers: number[] = Array(4 * length);
    for (let at = 0; at < numbers.length; at += 4) {
      // The kind of command: there is only one.
      random.nextInt(0, 0);
      for (let i = 0; i < 4; i += 1) numbers[at + i] = random.nextInt(0, WIDE);
    }
    const commands = new DrawnCommands(numbers, this.#make);
    return new fc.Value<Iterable<Command<M>>>(commands, new DrawRecord(before, commands));
  }

  override canShrinkWithoutContext(_: unknown): _ is Iterable<Command<M>> {
    return false;
  }

  override shrink(value: Iterable<Command<M>>, context: unknown): fc.Stream<fc.Value<Iterable<Command<M>>>> {
    if (!(context instanceof DrawRecord)) return this.#stock.shrink(value, context);
    const { random, commands } = context;
    const redrawn = this.#stock.generate(random.clone(), undefined);
    const ran = [...redrawn.value_].slice(0, commands.ran);
    for (const command of ran) command.run(new NoModel(), null);
    return this.#stock.shrink(redrawn.value_, redrawn.context);
  }
}

/**
 * Arbitrary lists of at most `maxCommands` commands of one kind. Requires that once a command's check fails, all later checks fail.
 * @public
 */
export function commandsOf<M extends object>(
  command: fc.Arbitrary<Command<M>>,
  maxCommands: number,
): fc.Arbitrary<Iterable<Command<M>>> {
  return command instanceof AnyOfFour
    ? new AnyCommands<M>(command.make, maxCommands)
    : fc.commands<M, null>([command], { maxCommands, size: 'max' });
}

/** The options of {@link runProperty}. */
export interface RunOptions {
  /** Number of values. */
  readonly runs: number;
  readonly seed: number;
  /** Milliseconds after which no further value is tried. Default: no limit. */
  readonly timeLimitMs?: number;
  /** Whether to look for a simpler failing value after the first. */
  readonly shrink: boolean;
}

/** The result of {@link runProperty}. */
export interface RunOutcome<T> {
  readonly failed: boolean;
  readonly counterexample: T | null;
  readonly shrinks: number;
}

/**
 * Runs `predicate` on values of `arbitrary` until it returns false for one, then shrinks that one. Synchronous. Rethrows whatever the
 * predicate throws.
 * @internal
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

/**
 * Runs commands on a model, one after the other.
 * @internal
 */
export function runCommands<M extends object>(model: M, commands: Iterable<Command<M>>): void {
  if (commands instanceof DrawnCommands) commands.run(model);
  else fc.modelRun(() => ({ model, real: null }), commands);
}

/**
 * The only door to fast-check. Arbitraries, commands and the runner are imported from here, so that a change of its interface (version
 * 5 makes every property asynchronous) affects one file.
 */
import * as fc from 'fast-check';
import { STEP, wordOf } from './draws.ts';

export type { Arbitrary } from 'fast-check';
export { integer, record } from 'fast-check';

/** The largest number drawn wide: the largest signed 32-bit integer. */
const WIDE = 0x7fff_ffff;

/** Draws a value, and nothing with which it could be shrunk. One draw in `rarity` is among edge values; none where that is 0. */
type Quick<T> = (random: fc.Random, rarity: number) => T;

/**
 * Arbitrary values that can be drawn without what shrinks them: fast-check makes two objects for each number, and hardly any
 * program is ever shrunk. Where fast-check draws them, they are its own, and both ways have one distribution.
 */
class QuickArbitrary<T> extends fc.Arbitrary<T> {
  readonly stock: fc.Arbitrary<T>;
  readonly quick: Quick<T>;

  constructor(stock: fc.Arbitrary<T>, quick: Quick<T>) {
    super();
    this.stock = stock;
    this.quick = quick;
  }

  override generate(random: fc.Random, biasFactor: number | undefined): fc.Value<T> {
    return this.stock.generate(random, biasFactor);
  }

  override canShrinkWithoutContext(value: unknown): value is T {
    return this.stock.canShrinkWithoutContext(value);
  }

  override shrink(value: T, context: unknown): fc.Stream<fc.Value<T>> {
    return this.stock.shrink(value, context);
  }

  override map<U>(mapper: (value: T) => U, unmapper?: (possibleU: unknown) => T): fc.Arbitrary<U> {
    const { quick, stock } = this;
    return new QuickArbitrary(stock.map(mapper, unmapper), (random, rarity) => mapper(quick(random, rarity)));
  }
}

/** Returns what draws values of an arbitrary as quickly as it can. */
function quickOf<T>(arbitrary: fc.Arbitrary<T>): Quick<T> {
  if (arbitrary instanceof QuickArbitrary) return arbitrary.quick;
  return (random, rarity) => arbitrary.generate(random, rarity === 0 ? undefined : rarity).value_;
}

function isAmongEdges(random: fc.Random, rarity: number): boolean {
  return rarity !== 0 && random.nextInt(1, rarity) === 1;
}

/**
 * The whole numbers up to `max`.
 * @public
 */
export function nat(max: number = WIDE): fc.Arbitrary<number> {
  const edge = max === 0 ? 0 : Math.floor(Math.log2(max));
  return new QuickArbitrary(fc.nat(max), (random, rarity) => {
    if (!isAmongEdges(random, rarity)) return random.nextInt(0, max);
    return random.nextInt(0, 2) < 2 ? random.nextInt(0, edge) : random.nextInt(max - edge, max);
  });
}

/**
 * One value.
 * @public
 */
export function constant<T>(value: T): fc.Arbitrary<T> {
  return new QuickArbitrary(fc.constant(value), () => value);
}

/**
 * One of these values, each as often.
 * @public
 */
export function constantFrom<const T>(...values: readonly T[]): fc.Arbitrary<T> {
  return new QuickArbitrary(fc.constantFrom(...values), quickOf(oneof(...values.map(constant))));
}

/**
 * Lists of a value of each arbitrary.
 * @public
 */
export function tuple<Ts extends unknown[]>(
  ...arbitraries: { [K in keyof Ts]: fc.Arbitrary<Ts[K]> }
): fc.Arbitrary<Ts>;
export function tuple(...arbitraries: fc.Arbitrary<unknown>[]): fc.Arbitrary<unknown[]> {
  const quick = arbitraries.map(quickOf);
  return new QuickArbitrary(fc.tuple(...arbitraries), (random, rarity) =>
    quick.map((draw) => draw(random, rarity)),
  );
}

/** An arbitrary among others: drawn in proportion to its weight. */
interface Weighted<T> {
  readonly arbitrary: fc.Arbitrary<T>;
  readonly weight: number;
}

/**
 * Values of one of these arbitraries, each as often unless it has a weight.
 * @public
 */
export function oneof<T>(...choices: readonly (fc.Arbitrary<T> | Weighted<T>)[]): fc.Arbitrary<T> {
  const weighted = choices.map((choice) => ('weight' in choice ? choice : { arbitrary: choice, weight: 1 }));
  const total = weighted.reduce((sum, { weight }) => sum + weight, 0);
  const draws = weighted.flatMap(({ arbitrary, weight }) => Array<Quick<T>>(weight).fill(quickOf(arbitrary)));
  return new QuickArbitrary(fc.oneof(...weighted), (random, rarity) => {
    const draw = draws[random.nextInt(0, total - 1)] ?? draws[0];
    if (draw === undefined) throw new RangeError('expected at least one choice, found none');
    return draw(random, rarity);
  });
}

/** Lengths of a list. */
interface Lengths {
  readonly minLength?: number;
  readonly maxLength: number;
}

/**
 * Lists of values, all lengths as often but for lists of edge values.
 * @public
 */
export function array<T>(
  arbitrary: fc.Arbitrary<T>,
  { minLength = 0, maxLength }: Lengths,
): fc.Arbitrary<T[]> {
  const draw = quickOf(arbitrary);
  const short = minLength + (maxLength === minLength ? 0 : Math.floor(Math.log2(maxLength - minLength)));
  return new QuickArbitrary(fc.array(arbitrary, { minLength, maxLength, size: 'max' }), (random, rarity) => {
    const ofEdges = isAmongEdges(random, rarity) ? rarity : 0;
    const length = random.nextInt(minLength, isAmongEdges(random, ofEdges) ? short : maxLength);
    const list: T[] = []; // entry by entry: `from` takes several times as long
    while (list.length < length) list.push(draw(random, ofEdges));
    return list;
  });
}

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
 * Arbitrary values made of four numbers drawn wide. A command made of them reads them when it runs, and not before.
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

/** The generator of 32-bit words of a program. No statistics rest on it. */
class WordGenerator {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  clone(): WordGenerator {
    return new WordGenerator(this.#state);
  }

  getState(): readonly number[] {
    return [this.#state];
  }

  next(): number {
    this.#state = (this.#state + STEP) | 0;
    return wordOf(this.#state);
  }

  /** Returns one of the numbers [0, {@link WIDE}]. */
  wide(): number {
    return this.next() & WIDE;
  }
}

/** fast-check's view of a {@link WordGenerator}: a number below a limit is the remainder of one word. */
class SeededRandom extends fc.Random {
  readonly #words: WordGenerator;

  constructor(words: WordGenerator) {
    super(words);
    this.#words = words;
  }

  override clone(): SeededRandom {
    return new SeededRandom(this.#words.clone());
  }

  override nextInt(min = -0x8000_0000, max = 0x7fff_ffff): number {
    return min === max ? min : min + ((this.#words.next() >>> 0) % (max - min + 1));
  }
}

/** Commands in order, as a seed: each is made when its turn comes, and is garbage afterwards. */
class DrawnCommands<M extends object> implements Iterable<Command<M>> {
  readonly #seed: number;
  readonly #most: number;
  readonly #make: (drawn: FourNumbers) => Command<M>;
  #ran = 0;

  constructor(seed: number, most: number, make: (drawn: FourNumbers) => Command<M>) {
    this.#seed = seed;
    this.#most = most;
    this.#make = make;
  }

  /** Number of commands that the last run has run. */
  get ran(): number {
    return this.#ran;
  }

  *[Symbol.iterator](): Generator<Command<M>> {
    const words = new WordGenerator(this.#seed);
    for (let left = this.#length(words); left > 0; left -= 1) yield this.#next(words);
  }

  /** Runs the commands, up to the first one whose check fails. */
  run(model: M): void {
    const words = new WordGenerator(this.#seed);
    const length = this.#length(words);
    // One command serves them all: it reads its numbers when it runs.
    const drawn: [number, number, number, number] = [0, 0, 0, 0];
    const command = this.#make(drawn);
    for (let at = 0; at < length; at += 1) {
      for (let i = 0; i < 4; i += 1) drawn[i] = words.wide();
      if (!command.check(model)) return;
      this.#ran = at + 1;
      command.run(model, null);
    }
  }

  /** Draws how many commands there are, as fast-check does: before the first of them. */
  #length(words: WordGenerator): number {
    return (words.next() >>> 0) % (this.#most + 1);
  }

  #next(words: WordGenerator): Command<M> {
    return this.#make([words.wide(), words.wide(), words.wide(), words.wide()]);
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

/** How a value of {@link AnyCommands} was drawn: its seed, and what fast-check keeps of it to shrink it, where it drew it. */
interface DrawRecord {
  readonly seed: number;
  /** Number of commands that have been run. */
  readonly ran: () => number;
}

function isDrawRecord(context: unknown): context is DrawRecord {
  return typeof context === 'object' && context !== null && 'seed' in context && 'ran' in context;
}

/**
 * One drawn seed a program, from which `commands([command], { maxCommands, size: 'max' })` draws the commands. Hardly any program is
 * ever shrunk, so commands made of four numbers are made without the dozen objects each that fast-check keeps for it; a program
 * that is shrunk is first drawn again by fast-check. Requires that once a command's check fails, all later checks fail.
 */
class AnyCommands<M extends object> extends fc.Arbitrary<Iterable<Command<M>>> {
  readonly #most: number;
  /** Null for commands that fast-check draws at once. */
  readonly #make: ((drawn: FourNumbers) => Command<M>) | null;
  readonly #stock: fc.Arbitrary<Iterable<Command<M | NoModel>>>;

  constructor(command: fc.Arbitrary<Command<M>>, maxCommands: number) {
    super();
    this.#most = maxCommands;
    const make =
      command instanceof AnyOfFour ? (drawn: FourNumbers): Command<M> => command.make(drawn) : null;
    this.#make = make;
    const inert = make === null ? command : new AnyOfFour((drawn) => new InertCommand(drawn, make(drawn)));
    this.#stock = fc.commands<M | NoModel, null>([inert], { maxCommands, size: 'max' });
  }

  override generate(random: fc.Random): fc.Value<Iterable<Command<M>>> {
    const seed = random.nextInt(-0x8000_0000, 0x7fff_ffff);
    if (this.#make === null) return this.#redrawn(seed);
    const commands = new DrawnCommands(seed, this.#most, this.#make);
    const record: DrawRecord = { seed, ran: () => commands.ran };
    return new fc.Value<Iterable<Command<M>>>(commands, record);
  }

  override canShrinkWithoutContext(_: unknown): _ is Iterable<Command<M>> {
    return false;
  }

  override shrink(value: Iterable<Command<M>>, context: unknown): fc.Stream<fc.Value<Iterable<Command<M>>>> {
    if (!isDrawRecord(context)) return this.#stock.shrink(value, context);
    const redrawn = this.#redrawn(context.seed);
    const ran = [...redrawn.value_].slice(0, context.ran());
    for (const command of ran) command.run(new NoModel(), null);
    return this.#stock.shrink(redrawn.value_, redrawn.context);
  }

  /** Returns the program of a seed as fast-check draws it. */
  #redrawn(seed: number): fc.Value<Iterable<Command<M | NoModel>>> {
    return this.#stock.generate(new SeededRandom(new WordGenerator(seed)), undefined);
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
  return new AnyCommands<M>(command, maxCommands);
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

/** Returns how rare edge values are in a run, from 0: one in so many draws is made among them. As fast-check has it. */
function rarityOfEdges(run: number): number {
  return 2 + Math.floor(Math.log10(run + 1));
}

/**
 * Runs `predicate` on values of `arbitrary`, each drawn from a seed, until it returns false for one. Nothing is kept with which that
 * one could be shrunk, so that a value costs what it takes to draw it.
 */
function runUnshrunk<T>(
  arbitrary: fc.Arbitrary<T>,
  predicate: (value: T) => boolean,
  { runs, seed }: Pick<RunOptions, 'runs' | 'seed'>,
): RunOutcome<T> {
  const seeds = new WordGenerator(seed);
  const draw = quickOf(arbitrary);
  for (let run = 0; run < runs; run += 1) {
    const value = draw(new SeededRandom(new WordGenerator(seeds.next())), rarityOfEdges(run));
    if (!predicate(value)) return { failed: true, counterexample: value, shrinks: 0 };
  }
  return { failed: false, counterexample: null, shrinks: 0 };
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
  if (!shrink && timeLimitMs === undefined) return runUnshrunk(arbitrary, predicate, { runs, seed });
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

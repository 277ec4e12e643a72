/**
 * Commands: fast-check's wrapper around an operation. A program is drawn as a world, a repertoire of calls (some are switched off:
 * swarm testing), and commands whose numbers get their meaning when they run.
 */

import type { Scene, World } from '../../runner/index.ts';
import type { LeanRun } from '../../runner/lean/index.ts';
import { type Operation, type Profile, type Reference, WHOLE } from '../../spec/index.ts';
import { BurstBudget, type Bursts, type Stage } from './arbitraries/bursts.ts';
import {
  type Drawn,
  drawCall,
  operationFrom,
  type Repertoire,
  repertoire,
} from './arbitraries/operations.ts';
import { SceneProspect } from './arbitraries/prospect.ts';
import { ANY_SIZE, type Sizes } from './arbitraries/sizes.ts';
import {
  anyRoomyWorldOf,
  anyWorldAcrossBootOf,
  anyWorldForBatchesOf,
  anyWorldOf,
} from './arbitraries/worlds.ts';
import {
  type Arbitrary,
  anyOfFour,
  array,
  type Command,
  commandsOf,
  constant,
  nat,
  oneof,
  tuple,
} from './fast-check.ts';

/**
 * A run in which drawn operations are performed: under the judge, or as a dry run without a target.
 * @public
 */
export interface ProgramRun extends Scene {
  /** The violation that ended the run; null or undefined so far. */
  readonly violation?: unknown;
  /** Performs an operation. Returns whether the run continues. */
  perform(operation: Operation<Reference>): boolean;
}

/**
 * Favourites: arguments that a program uses again and again, as sets of numbers. Half of the calls of such a program take theirs from one to
 * three sets, so that three runs in a row of the same odd count, or frees at the same place of a result, are likely.
 * @public
 */
export type Favourites = readonly (readonly [number, number, number])[];

/** Arbitrary favourites of a program: one in four has some. */
export const anyFavourites: Arbitrary<Favourites> = oneof(
  { arbitrary: constant([]), weight: 3 },
  {
    arbitrary: array(tuple(nat(0x7fff_ffff), nat(0x7fff_ffff), nat(0x7fff_ffff)), {
      minLength: 1,
      maxLength: 3,
    }),
    weight: 1,
  },
);

/** Returns the numbers of a command, where a favourite's may stand in place of the ones for arguments. */
export function orFavourite(drawn: Drawn, favourites: Favourites): Drawn {
  if (favourites.length === 0) return drawn;
  const c = drawn[0];
  // The lower bits choose the call.
  const favourite = favourites[(c >>> 24) % (2 * favourites.length)];
  return favourite === undefined ? drawn : [c, favourite[0], favourite[1], favourite[2]];
}

/**
 * The context of a command: the run, and the calls that its program may make.
 * @public
 */
export interface CommandContext {
  readonly execution: ProgramRun;
  readonly calls: Repertoire;
  /** Whether time is up: then no operation is added to the program. Default: it never is. */
  readonly isOver?: (() => boolean) | undefined;
  /** Default: no bursts. */
  readonly bursts?: Bursts | undefined;
  /** Default: none. */
  readonly favourites?: Favourites | undefined;
}

const NO_BURSTS: Bursts = { longest: 0, sweep: 0, every: 1 };

/** The context of a command whose call is made and judged in numbers. */
export class LeanContext {
  readonly run: LeanRun;
  readonly calls: Repertoire;
  readonly favourites: Favourites;
  readonly budget: BurstBudget;
  readonly stage: Stage;

  constructor(run: LeanRun, { calls, bursts = NO_BURSTS, favourites = [] }: DrawnProgram) {
    this.run = run;
    this.calls = calls;
    this.favourites = favourites;
    this.budget = new BurstBudget(bursts);
    this.stage = new LeanStage(run);
  }
}

class LeanStage implements Stage {
  readonly call: Stage['call'];
  readonly world: World;
  readonly state: Stage['state'];
  readonly results: Stage['results'];
  readonly #run: LeanRun;

  constructor(run: LeanRun) {
    this.call = run.call;
    this.world = run.world;
    this.state = run.state;
    this.results = run.results;
    this.#run = run;
  }

  get isOver(): boolean {
    return !this.#run.holds;
  }

  make(): void {
    this.#run.perform();
  }
}

/** A run under the model's judge, in which commands draw calls in numbers. */
class SceneStage extends SceneProspect implements Stage {
  readonly budget: BurstBudget;
  readonly #run: ProgramRun;
  readonly #isOver: () => boolean;

  constructor({ execution, bursts = NO_BURSTS, isOver = () => false }: CommandContext) {
    super(execution);
    this.#run = execution;
    this.#isOver = isOver;
    this.budget = new BurstBudget(bursts);
  }

  get isOver(): boolean {
    return this.#run.violation != null || this.#isOver();
  }

  make(): void {
    this.#run.perform(this.call.toOperation(this.half));
  }
}

const STAGES = new WeakMap<ProgramRun, SceneStage>();

function stageOf(context: CommandContext): SceneStage {
  const { execution } = context;
  const stage = STAGES.get(execution) ?? new SceneStage(context);
  STAGES.set(execution, stage);
  return stage;
}

/**
 * A command that becomes an operation when it runs.
 * @public
 */
export class OperationCommand implements Command<CommandContext | LeanContext> {
  readonly drawn: Drawn;

  constructor(drawn: Drawn) {
    this.drawn = drawn;
  }

  /** Whether the run has not broken a clause yet, and there is time. */
  check(context: CommandContext | LeanContext): boolean {
    if (context instanceof LeanContext) return context.run.holds;
    return context.execution.violation == null && context.isOver?.() !== true;
  }

  run(context: CommandContext | LeanContext): void {
    const { calls, favourites = [] } = context;
    const drawn = orFavourite(this.drawn, favourites);
    if (context instanceof LeanContext) {
      if (context.budget.make(context.stage, drawn, calls)) return;
      drawCall(context.run, drawn, calls);
      context.run.perform();
      return;
    }
    const stage = stageOf(context);
    if (stage.budget.make(stage, drawn, calls)) return;
    context.execution.perform(operationFrom(drawn, context.execution, calls, stage));
  }

  toString(): string {
    return this.drawn.join(' ');
  }
}

/**
 * Arbitrary commands: any call with any arguments, edges included.
 * @public
 */
export const anyCommand: Arbitrary<OperationCommand> = anyOfFour((drawn) => new OperationCommand(drawn));

/**
 * A program before it runs.
 * @public
 */
export interface DrawnProgram {
  readonly world: World;
  readonly calls: Repertoire;
  readonly commands: Iterable<Command<CommandContext>>;
  /** Whether the commands come from {@link anyCommand}, which the lean judge runs too. */
  readonly isNumbered?: boolean;
  /** Default: no bursts. */
  readonly bursts?: Bursts | undefined;
  /** Default: none. */
  readonly favourites?: Favourites | undefined;
}

/** Returns the bursts of a program that may be so long. */
function burstsUpTo(longest: number, every: number, { burst, sweep }: Sizes): Bursts {
  const most = Math.min(longest, burst);
  return { longest: most, sweep: longest < burst ? most : sweep, every };
}

/** Bursts of a program that is not deep: of most programs few and short; more where page frames are held back, since lost ones show where all are taken. */
function fewBursts({ holdsBack }: Profile, sizes: Sizes): Arbitrary<Bursts> {
  return oneof(
    ...(holdsBack > 0 ? [{ arbitrary: constant(burstsUpTo(2 ** 8, 8, sizes)), weight: 127 }] : []),
    { arbitrary: constant(burstsUpTo(2 ** 6, 64, sizes)), weight: 124 },
    { arbitrary: constant(burstsUpTo(2 ** 10, 8, sizes)), weight: 3 },
  );
}

/** Bursts of a deep program: as long as they may be, and in half of a long run's such programs with hardly a call in between. */
function deepBursts(sizes: Sizes): Arbitrary<Bursts> {
  const bursts = constant(burstsUpTo(sizes.burst, 8, sizes));
  return sizes.deep === 1 ? bursts : oneof(bursts, constant(burstsUpTo(sizes.burst, 2, sizes)));
}

/** One bit a call, each set in a quarter of all draws; of the calls that only some managers have, none is. */
const anySwitches = tuple(nat(511), nat(511)).map(([a, b]) => a & b);

/**
 * The parts from which programs are drawn.
 * @public
 */
export interface ProgramParts {
  readonly worlds: Arbitrary<World>;
  /** The calls that a program may make, each as often as its weight. */
  readonly calls: Arbitrary<Repertoire>;
  readonly command: Arbitrary<Command<CommandContext>>;
  /** The bursts that commands make. Default: none. */
  readonly bursts?: Arbitrary<Bursts>;
  /** Arguments that commands use again and again. Default: none. */
  readonly favourites?: Arbitrary<Favourites>;
}

/**
 * Returns the usual parts for a manager of a profile.
 * @public
 */
export function usualParts(profile: Profile, sizes: Sizes = ANY_SIZE): ProgramParts {
  return {
    worlds: anyWorldOf(profile, sizes),
    calls: anySwitches.map((off) => repertoire(off, profile.calls)),
    command: anyCommand,
    bursts: oneof(
      { arbitrary: fewBursts(profile, sizes), weight: 128 - sizes.deep },
      { arbitrary: deepBursts(sizes), weight: sizes.deep },
    ),
    favourites: anyFavourites,
  };
}

/**
 * The usual parts for a manager that claims the whole specification.
 * @public
 */
export const USUAL_PARTS: ProgramParts = usualParts(WHOLE);

/**
 * A generator of programs of at most `operations` operations, a burst counted as one, on arbitrary worlds or on `world`, for a manager of `profile`; `sizes`
 * grow over a run.
 * @public
 */
export type ProgramDraw = (
  operations: number,
  world?: World,
  profile?: Profile,
  sizes?: Sizes,
) => Arbitrary<DrawnProgram>;

/**
 * Returns the generator of programs of these parts.
 * @public
 */
export function programsOf({ worlds, calls, command, bursts, favourites }: ProgramParts): ProgramDraw {
  const isNumbered = command === anyCommand;
  return (operations, world) =>
    tuple(
      world === undefined ? worlds : constant(world),
      calls,
      commandsOf(command, operations),
      bursts ?? constant(undefined),
      favourites ?? constant(undefined),
    ).map(([drawn, mayCall, commands, some, again]) => ({
      world: drawn,
      calls: mayCall,
      commands,
      isNumbered,
      bursts: some,
      favourites: again,
    }));
}

/** The numbers of a command that sweeps, one count after the other, where each command is a burst of batches. */
const SWEEP_OF_BATCHES: Drawn = [3, 0, 0, 0];

/** Returns programs that try batches of each count from this one on. */
function batchesOfEachCount(
  from: number,
  world: World | undefined,
  profile: Profile,
  sizes: Sizes,
): Arbitrary<DrawnProgram> {
  const worlds = world === undefined ? anyWorldForBatchesOf(profile, sizes) : constant(world);
  return worlds.map((drawn) => ({
    world: drawn,
    calls: ['allocPages'],
    commands: [new OperationCommand(SWEEP_OF_BATCHES)],
    isNumbered: true,
    bursts: { ...burstsUpTo(sizes.burst, 1, sizes), batchesFrom: from },
  }));
}

/** Of 128 programs of a long run, those that probe boot memory. */
const PROBES = 4;
/** Of the ways of a burst of single pages, the place of a probe, and their number. */
const [PROBED, WAYS] = [5, 7] as const;

/**
 * Returns programs of one burst, of single pages that probes, on a new world with boot memory across the limit. Boot memory can be freed once: any other
 * call may free it while few pages are held.
 */
function probesOfBootMemory(
  world: World | undefined,
  profile: Profile,
  sizes: Sizes,
): Arbitrary<DrawnProgram> {
  const worlds = world === undefined ? anyWorldAcrossBootOf(profile, sizes) : constant(world);
  const calls = repertoire(0, profile.calls);
  const place = Math.max(0, calls.indexOf('alloc'));
  return tuple(worlds, nat(2 ** 21), nat(), nat(), nat()).map(([drawn, n, x, y, z]) => ({
    world: drawn,
    calls,
    commands: [new OperationCommand([place + calls.length * (PROBED + WAYS * n), x, y, z])],
    isNumbered: true,
    bursts: burstsUpTo(sizes.burst, 1, sizes),
  }));
}

/**
 * The generator of arbitrary programs of the usual parts.
 * @public
 */
export const anyProgram: ProgramDraw = (operations, world, profile = WHOLE, sizes = ANY_SIZE) => {
  if (sizes.batchesFrom !== undefined) return batchesOfEachCount(sizes.batchesFrom, world, profile, sizes);
  const parts = usualParts(profile, sizes);
  const drawn = (changed: Partial<ProgramParts>): Arbitrary<DrawnProgram> =>
    programsOf({ ...parts, ...changed })(operations, world);
  const roomy = oneof(parts.worlds, anyRoomyWorldOf(profile, sizes));
  const deep = { arbitrary: drawn({ bursts: deepBursts(sizes), worlds: roomy }), weight: sizes.deep };
  const probes = sizes.deep === 1 ? 0 : PROBES;
  return oneof(
    { arbitrary: drawn({ bursts: fewBursts(profile, sizes) }), weight: 128 - sizes.deep - probes },
    deep,
    ...(probes === 0 ? [] : [{ arbitrary: probesOfBootMemory(world, profile, sizes), weight: probes }]),
  );
};

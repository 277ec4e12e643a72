/**
 * Commands: fast-check's wrapper around an operation. A program is drawn as a world, a repertoire of calls (some are switched off:
 * swarm testing), and commands whose numbers get their meaning when they run.
 */

import type { Scene, World } from '../../runner/index.ts';
import type { LeanRun } from '../../runner/lean/index.ts';
import { type Operation, type Profile, type Reference, WHOLE } from '../../spec/index.ts';
import {
  type Drawn,
  drawCall,
  operationFrom,
  type Repertoire,
  repertoire,
} from './arbitraries/operations.ts';
import { anyWorldOf } from './arbitraries/worlds.ts';
import {
  type Arbitrary,
  anyOfFour,
  anyPrototype,
  type Command,
  commandsOf,
  constant,
  nat,
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
 * The context of a command: the run, and the calls that its program may make.
 * @public
 */
export interface CommandContext {
  readonly execution: ProgramRun;
  readonly calls: Repertoire;
}

/** The context of a command whose call is made and judged in numbers. */
export class LeanContext {
  readonly run: LeanRun;
  readonly calls: Repertoire;

  constructor(run: LeanRun, calls: Repertoire) {
    this.run = run;
    this.calls = calls;
  }
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

  /** Whether the run has not broken a clause yet. */
  check(context: CommandContext | LeanContext): boolean {
    return context instanceof LeanContext ? context.run.holds : context.execution.violation == null;
  }

  run(context: CommandContext | LeanContext): void {
    const { calls } = context;
    if (context instanceof LeanContext) {
      drawCall(context.run, this.drawn, calls);
      context.run.perform();
    } else context.execution.perform(operationFrom(this.drawn, context.execution, calls));
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
  /** Whether the commands are those of {@link anyCommand}, which the lean judge runs too. */
  readonly isNumbered?: boolean;
}

/** One bit a call, each set in a quarter of all draws. */
const anySwitches = tuple(nat(511), nat(511), anyPrototype).map(([a, b]) => a & b);

/**
 * The parts from which programs are drawn.
 * @public
 */
export interface ProgramParts {
  readonly worlds: Arbitrary<World>;
  /** The calls that a program may make, each as often as its weight. */
  readonly calls: Arbitrary<Repertoire>;
  readonly command: Arbitrary<Command<CommandContext>>;
}

/**
 * Returns the usual parts for a manager of a profile.
 * @public
 */
export function usualParts(profile: Profile): ProgramParts {
  return {
    worlds: anyWorldOf(profile),
    calls: anySwitches.map((off) => repertoire(off, profile.calls)),
    command: anyCommand,
  };
}

/**
 * The usual parts for a manager that claims the whole specification.
 * @public
 */
export const USUAL_PARTS: ProgramParts = usualParts(WHOLE);

/**
 * A generator of programs of at most `operations` operations, on arbitrary worlds or on `world`, for a manager of `profile`.
 * @public
 */
export type ProgramDraw = (operations: number, world?: World, profile?: Profile) => Arbitrary<DrawnProgram>;

/**
 * Returns the generator of programs of these parts.
 * @public
 */
export function programsOf({ worlds, calls, command }: ProgramParts): ProgramDraw {
  const isNumbered = command === anyCommand;
  return (operations, world) =>
    tuple(
      world === undefined ? worlds : constant(world),
      calls,
      commandsOf(command, operations),
      anyPrototype,
    ).map(([drawn, mayCall, commands]) => ({ world: drawn, calls: mayCall, commands, isNumbered }));
}

/**
 * The generator of arbitrary programs of the usual parts.
 * @public
 */
export const anyProgram: ProgramDraw = (operations, world, profile = WHOLE) =>
  programsOf(profile === WHOLE ? USUAL_PARTS : usualParts(profile))(operations, world);

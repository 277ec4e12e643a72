/**
 * Commands: fast-check's wrapper round an operation. A program is drawn as a world, the calls switched off for it (swarm),
 * and commands whose numbers get their meaning when they run.
 */
import { type Drawn, operationFrom, type Repertoire, repertoire } from './arbitraries/operations.ts';
import { anyWorld } from './arbitraries/worlds.ts';
import type { Execution, World } from './execution.ts';
import { type Arbitrary, anyOfFour, type Command, commands, constant, nat, record } from './fast-check.ts';

/** What commands run on: an execution, and the calls that its program may make. */
export interface Stage {
  readonly execution: Execution;
  readonly calls: Repertoire;
}

/** A command that becomes an operation when it runs. */
export class OperationCommand implements Command<Stage> {
  readonly drawn: Drawn;

  constructor(drawn: Drawn) {
    this.drawn = drawn;
  }

  /** An execution that broke a clause does nothing more. */
  check({ execution }: Readonly<Stage>): boolean {
    return execution.violation === null;
  }

  run({ execution, calls }: Stage): void {
    execution.perform(operationFrom(this.drawn, execution, calls));
  }

  toString(): string {
    return this.drawn.join(' ');
  }
}

/** Arbitrary commands. */
export const anyCommand: Arbitrary<OperationCommand> = anyOfFour((drawn) => new OperationCommand(drawn));

/** A program before it runs. */
export interface DrawnProgram {
  readonly world: World;
  readonly calls: Repertoire;
  readonly commands: Iterable<Command<Stage>>;
}

/** Nine bits, each set in a quarter of all draws. */
const anySwitches = record({ a: nat(511), b: nat(511) }).map(({ a, b }) => a & b);

/** What programs are drawn from. */
export interface Ingredients {
  readonly worlds: Arbitrary<World>;
  /** The calls that a program may make, each as often as its weight says. */
  readonly calls: Arbitrary<Repertoire>;
  readonly command: Arbitrary<Command<Stage>>;
}

/** What they are drawn from unless told otherwise. */
export const USUAL: Ingredients = {
  worlds: anyWorld,
  calls: anySwitches.map(repertoire),
  command: anyCommand,
};

/** Draws programs of at most some operations, on arbitrary worlds or on one. */
export type ProgramArbitrary = (operations: number, world?: World) => Arbitrary<DrawnProgram>;

/** Returns what draws programs of these ingredients. */
export function programsOf({ worlds, calls, command }: Ingredients): ProgramArbitrary {
  return (operations, world) =>
    record({
      world: world === undefined ? worlds : constant(world),
      calls,
      commands: commands([command], { maxCommands: operations, size: 'max' }),
    });
}

/** Arbitrary programs of at most `operations` operations on arbitrary worlds, or on one. */
export const anyProgram: ProgramArbitrary = programsOf(USUAL);

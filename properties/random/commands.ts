/**
 * Commands: fast-check's wrapper round an operation. A program is drawn as a world, the calls switched off for it (swarm),
 * and commands whose numbers get their meaning when they run.
 */

import type { Scene, World } from '../../runner/index.ts';
import { type Operation, type Profile, type Reference, WHOLE } from '../../spec/index.ts';
import { type Drawn, operationFrom, type Repertoire, repertoire } from './arbitraries/operations.ts';
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

/** Where drawn operations are performed: under the judge, or in a rehearsal. */
interface Performance extends Scene {
  /** What ended it, or null. */
  readonly violation?: unknown;
  perform(operation: Operation<Reference>): boolean;
}

/** What commands run on: where they are performed, and the calls that its program may make. */
export interface Stage {
  readonly execution: Performance;
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
    return execution.violation == null;
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
const anySwitches = tuple(nat(511), nat(511), anyPrototype).map(([a, b]) => a & b);

/** What programs are drawn from. */
export interface Ingredients {
  readonly worlds: Arbitrary<World>;
  /** The calls that a program may make, each as often as its weight says. */
  readonly calls: Arbitrary<Repertoire>;
  readonly command: Arbitrary<Command<Stage>>;
}

/** What they are drawn from unless told otherwise, for a manager of some profile. */
function usualFor(profile: Profile): Ingredients {
  return {
    worlds: anyWorldOf(profile),
    calls: anySwitches.map((off) => repertoire(off, profile.calls)),
    command: anyCommand,
  };
}

/** The same for one that claims the whole specification. */
export const USUAL: Ingredients = usualFor(WHOLE);

/** Draws programs of at most some operations, on arbitrary worlds or on one, for a manager of some profile. */
export type ProgramArbitrary = (
  operations: number,
  world?: World,
  profile?: Profile,
) => Arbitrary<DrawnProgram>;

/** Returns what draws programs of these ingredients. */
export function programsOf({ worlds, calls, command }: Ingredients): ProgramArbitrary {
  return (operations, world) =>
    tuple(
      world === undefined ? worlds : constant(world),
      calls,
      commandsOf(command, operations),
      anyPrototype,
    ).map(([drawn, mayCall, commands]) => ({ world: drawn, calls: mayCall, commands }));
}

/** Arbitrary programs of at most `operations` operations on arbitrary worlds, or on one. */
export const anyProgram: ProgramArbitrary = (operations, world, profile = WHOLE) =>
  programsOf(profile === WHOLE ? USUAL : usualFor(profile))(operations, world);

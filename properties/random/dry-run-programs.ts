/** Programs as a campaign would send them to a process: drawn and rehearsed, but not run. */

import type { World } from '../../runner/index.ts';
import { profileOf, Rehearsal, type Target } from '../../runner/index.ts';
import type { Program } from '../../spec/index.ts';
import { anyProgram, type DrawnProgram } from './commands.ts';
import { runCommands, runProperty } from './fast-check.ts';

/**
 * A program and the world that it runs on.
 * @internal
 */
export interface RehearsedProgram {
  readonly world: World;
  readonly program: Program;
}

/** Returns the operations that a drawn program has on a target of this profile, found by a rehearsal without the target. */
export function rehearse(target: Target, { world, calls, commands }: DrawnProgram): RehearsedProgram {
  const rehearsal = new Rehearsal(world, { policies: target.policies, profile: profileOf(target) });
  runCommands({ execution: rehearsal, calls }, commands);
  return { world, program: rehearsal.operations };
}

/** The number of programs, the most operations in each, and the seed. */
export interface RehearsalRun {
  readonly programs: number;
  readonly operations: number;
  readonly seed: number;
}

/**
 * Returns programs for a target.
 * @internal
 */
export function rehearsedPrograms(
  target: Target,
  { programs, operations, seed }: RehearsalRun,
): readonly RehearsedProgram[] {
  const list: RehearsedProgram[] = [];
  const note = (drawn: DrawnProgram): boolean => list.push(rehearse(target, drawn)) > 0;
  const drawn = anyProgram(operations, undefined, profileOf(target));
  runProperty(drawn, note, { runs: programs, seed, shrink: false });
  return list;
}

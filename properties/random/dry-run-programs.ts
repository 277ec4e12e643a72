/** Programs as a campaign would send them to a process, drawn and rehearsed and not run. */

import type { World } from '../../runner/index.ts';
import { profileOf, Rehearsal, type Target } from '../../runner/index.ts';
import type { Program } from '../../spec/index.ts';
import { anyProgram, type DrawnProgram } from './commands.ts';
import { runCommands, runProperty } from './fast-check.ts';

/** A program and the world that it runs on. */
export interface RehearsedProgram {
  readonly world: World;
  readonly program: Program;
}

/** Returns the program that a drawn one comes to on a target of this profile. */
export function rehearse(target: Target, { world, calls, commands }: DrawnProgram): RehearsedProgram {
  const rehearsal = new Rehearsal(world, { policies: target.policies, profile: profileOf(target) });
  runCommands({ execution: rehearsal, calls }, commands);
  return { world, program: rehearsal.operations };
}

/** What is drawn: so many programs of at most so many operations. */
interface RehearsalRun {
  readonly programs: number;
  readonly operations: number;
  readonly seed: number;
}

/** Returns programs for a target. */
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

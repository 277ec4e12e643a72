/** Dry-run programs: drawn for a target before they run on it, as a campaign does for one that takes whole programs. */

import { DryRun, type Target, type World } from '../../../runner/index.ts';
import type { Program } from '../../../spec/index.ts';
import { anyProgram, type DrawnProgram } from '../commands.ts';
import { runCommands, runProperty } from '../fast-check.ts';

/**
 * A program and the world that it runs on.
 * @internal
 */
export interface WorldProgram {
  readonly world: World;
  readonly program: Program;
}

/** Returns the operations that a drawn program has on a target with such claims, found by a dry run without the target. */
export function dryRunOf(
  { policies, profile }: Target,
  { world, commands, ...drawn }: DrawnProgram,
): WorldProgram {
  const dryRun = new DryRun(world, { policies, profile });
  runCommands({ ...drawn, execution: dryRun }, commands);
  return { world, program: dryRun.operations };
}

/** The number of programs, the most operations in each, and the seed. */
export interface DryRunCounts {
  readonly programs: number;
  readonly operations: number;
  readonly seed: number;
}

/**
 * Returns programs for a target.
 * @internal
 */
export function dryRunPrograms(
  target: Target,
  { programs, operations, seed }: DryRunCounts,
): readonly WorldProgram[] {
  const list: WorldProgram[] = [];
  const note = (drawn: DrawnProgram): boolean => list.push(dryRunOf(target, drawn)) > 0;
  const drawn = anyProgram(operations, undefined, target.profile);
  runProperty(drawn, note, { runs: programs, seed, shrink: false });
  return list;
}

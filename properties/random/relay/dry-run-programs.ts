/** Dry-run programs: drawn for a target before they run on it, as a campaign does for one that takes whole programs. */

import { DryRun, type Target, type World } from '../../../runner/index.ts';
import type { Program } from '../../../spec/index.ts';
import type { DrawnProgram } from '../commands.ts';
import { runCommands } from '../fast-check.ts';

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

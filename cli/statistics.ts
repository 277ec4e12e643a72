/**
 * Statistics: one line of JSON a program, in the format of OpenPBTStats, which the Tyche viewer reads. Features are what
 * its charts divide programs by: how long they are, what they called and what became of it, and on which memory.
 */

import type { CountedProgram } from '../properties/random/index.ts';
import type { Execution } from '../runner/index.ts';
import { CALLS, formatProgram, isRam, type Response, Scenario } from '../spec/index.ts';
import { zonesOf } from '../spec/maps/index.ts';

/** The part that all lines of one run share. */
interface RunIdentity {
  readonly target: string;
  /** Seconds since 1970. */
  readonly runStart: number;
}

function share(responses: readonly Response[], kind: string): number {
  if (responses.length === 0) return 0;
  return responses.filter(({ outcome }) => outcome.kind === kind).length / responses.length;
}

function features({ operations, responses, world }: Execution): Readonly<Record<string, number | string>> {
  const answers = responses.slice(1);
  const ram = world.map.descriptors.filter(({ type }) => isRam(type));
  const zones = new Set(ram.flatMap((descriptor) => zonesOf(descriptor, world.config)));
  return {
    operations: operations.length,
    ...Object.fromEntries(
      CALLS.map((name) => [`calls of ${name}`, operations.filter(({ call }) => call === name).length]),
    ),
    'share refused': share(answers, 'failed'),
    'share panicked': share(answers, 'panicked'),
    'page frames of RAM': ram.reduce((sum, { pages }) => sum + pages, 0),
    descriptors: world.map.descriptors.length,
    zones: zones.size === 2 ? 'both' : ([...zones][0] ?? 'none'),
  };
}

/** Returns the line of a program, without its line break. */
export function statisticsLine(
  { execution, seconds, seed }: CountedProgram,
  { target, runStart }: RunIdentity,
): string {
  const { operations, policies, world, violation } = execution;
  const scenario = Scenario.encode({ ...world, policies, operations });
  return JSON.stringify({
    type: 'test_case',
    run_start: runStart,
    property: `the specification admits every answer of ${target}`,
    status: violation === null ? 'passed' : 'failed',
    status_reason: violation === null ? '' : `${violation.clause}: ${violation.explanation}`,
    representation: formatProgram(operations).join('\n'),
    arguments: scenario,
    how_generated: `random program, batch seed ${seed}`,
    features: features(execution),
    timing: { 'execute:test': seconds },
    coverage: null,
    metadata: {},
  });
}

/** Programs on generated maps, judged: what decides on mutants that the examples let live. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyProgram, type DrawnProgram, runCommands } from '../../properties/random/index.ts';
import { Execution, OURS } from '../../runner/index.ts';
import type { PlacedViolation } from '../../spec/index.ts';

/** Runs a program on our implementation and returns what is wrong with it; the judge may throw, where it is a mutant. */
function violationOf({ world, calls, commands }: DrawnProgram): PlacedViolation | null {
  const execution = new Execution(OURS, world, { policies: OURS.policies });
  if (execution.violation === null) runCommands({ execution, calls }, commands);
  execution.finish();
  return execution.violation;
}

function check(operations: number, numRuns: number): void {
  fc.assert(
    fc.property(anyProgram(operations), (program) => {
      const run = (): void => expect(violationOf(program)).toBeNull();
      expect(run, 'a program is judged to its end, and satisfies every clause').not.toThrow();
    }),
    { numRuns },
  );
}

describe('programs on generated maps satisfy every clause', () => {
  test('where they are short', () => check(30, 40));

  test('where they are long', () => check(200, 100));
});

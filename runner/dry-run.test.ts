import { describe, expect, it } from 'vitest';
import { dryRunPrograms } from '../properties/random/index.ts';
import { beyond, type Profile, WHOLE } from '../spec/index.ts';
import { type Execution, execute } from './execution.ts';
import { OURS } from './ours.ts';

const RUN = { programs: 200, operations: 100, seed: 1 };

/** Draws programs for a profile in a dry run, and runs them on our implementation, which hands out other page frames. */
function ran(claims: Partial<Profile>): readonly Execution[] {
  const target = OURS.withClaims({ policies: [], profile: { ...WHOLE, ...claims } });
  return dryRunPrograms(target, RUN).map(({ world, program }) =>
    execute(target, { ...world, policies: [], operations: program }),
  );
}

function times(runs: readonly Execution[], test: (run: Execution, at: number) => boolean): number {
  return runs.reduce((sum, run) => sum + run.operations.filter((_, at) => test(run, at)).length, 0);
}

describe('a program drawn in a dry run', () => {
  it('means something on a manager that hands out other page frames', () => {
    const runs = ran({});
    expect(runs.filter(({ violation }) => violation !== null)).toEqual([]);
    // A few name what was refused here and granted there; most do what they did in the dry run.
    const [performed, passedOver] = [
      runs.reduce((sum, run) => sum + run.performed, 0),
      runs.reduce((sum, { dangling }) => sum + dangling.length, 0),
    ];
    expect(performed).toBeGreaterThan(5000);
    expect(passedOver).toBeLessThan(performed / 50);
  });

  it('holds no misuse where that is undefined, wherever the page frames lie', () => {
    const runs = ran({ misuse: 'undefined' });
    expect(runs.flatMap(({ dangling }) => dangling.filter((one) => one.beyond !== null))).toEqual([]);
    for (const call of ['free', 'freePages', 'freeRegion'])
      expect(
        times(
          runs,
          (run, at) => run.operations[at]?.call === call && run.responses[at + 1]?.outcome.kind === 'done',
        ),
      ).toBeGreaterThan(100);
  });

  it('makes those calls alone that there are, with those numbers alone', () => {
    const profile: Profile = {
      ...WHOLE,
      calls: ['allocBitmap', 'free', 'freeAmount'],
      contiguous: 'powers-of-two',
    };
    const target = OURS.withClaims({ policies: [], profile });
    const programs = dryRunPrograms(target, RUN).flatMap(({ program }) => program);
    expect(programs.filter((operation) => beyond(profile, operation) !== null)).toEqual([]);
    expect(new Set(programs.map(({ call }) => call))).toEqual(new Set(profile.calls));
  });
});

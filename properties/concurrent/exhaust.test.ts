import { describe, expect, it } from 'vitest';
import { everySchedule } from './every-schedule.ts';
import { exhaust, SMALL_CALLS, scenariosOf } from './exhaust.ts';
import { judgeRun } from './judge-run.ts';
import { CONCURRENT_MUTANTS } from './mutants.ts';
import { ScenarioRunner } from './scenario-runner.ts';
import { FewSwitches } from './schedulers.ts';
import { OURS_SHARED } from './target.ts';

describe('all schedules of two callers with one call each', () => {
  const scenarios = scenariosOf(OURS_SHARED, { callers: 2, calls: 1 });

  it('cover every pair of calls', () => {
    expect(scenarios).toHaveLength((SMALL_CALLS.length * (SMALL_CALLS.length + 1)) / 2);
  });

  it('are explained by some order, and no word is touched without the lock', () => {
    const { found, schedules, unguarded, guarded } = exhaust(OURS_SHARED, scenarios);
    expect(found).toBe(null);
    expect(schedules).toBeGreaterThan(16 * scenarios.length - 1);
    expect(unguarded).toBe(0);
    expect(guarded).toBeGreaterThan(5000);
  });

  it('meet in fewer moments, and are as many as when each is run by itself', () => {
    for (const scenario of [scenarios[0], scenarios[13]]) {
      if (scenario === undefined) throw new RangeError('no such scenario');
      const runner = new ScenarioRunner(OURS_SHARED, scenario);
      const merged = everySchedule(runner, { points: 'locks' });
      const each = new FewSwitches(Number.POSITIVE_INFINITY);
      let schedules = 0;
      do {
        expect(judgeRun(runner, runner.run('locks', each.choose))).toBe(null);
        schedules += 1;
      } while (each.advance());
      expect(merged.schedules).toBe(schedules);
    }
  });
});

describe('all schedules of the mutants', () => {
  it.each(CONCURRENT_MUTANTS.map((mutant) => [mutant.name, mutant] as const))(
    'with two callers and one call each show %s, where they can',
    (name, mutant) => {
      const { found } = exhaust(mutant, scenariosOf(mutant, { callers: 2, calls: 1 }));
      const needsMore = ['late-summary', 'forgotten-sleepers'];
      const clause = needsMore.includes(name) ? undefined : mutant.clause;
      expect(found?.violation.clause).toBe(clause);
    },
  );
});

describe('a limit on moments', () => {
  it('makes the result incomplete', () => {
    const [scenario] = scenariosOf(OURS_SHARED, { callers: 2, calls: 1 });
    if (scenario === undefined) throw new RangeError('no such scenario');
    const explored = everySchedule(new ScenarioRunner(OURS_SHARED, scenario), {
      points: 'locks',
      moments: 10,
    });
    expect(explored).toMatchObject({ isComplete: false, broken: null });
  });
});

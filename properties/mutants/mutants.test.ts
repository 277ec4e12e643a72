import { describe, expect, it } from 'vitest';
import { MUTANTS } from './index.ts';
import { BREAKABLE } from './report.ts';
import { catchMutant } from './trial.ts';

/** Some bugs break one of several clauses first; from this seed each breaks the one it breaks most often. */
const SEED = 1;
/** Short programs: most of the time goes into fast-check's shrinking. */
const OPERATIONS = 20;

describe('mutants', () => {
  for (const mutant of MUTANTS)
    it(`${mutant.clause} catches ${mutant.name}`, async () => {
      const caught = await catchMutant(mutant, { seed: SEED, operations: OPERATIONS });
      expect(caught?.clause).toBe(mutant.clause);
    });

  it('break every clause that a sequential program can break', () => {
    const broken = new Set(MUTANTS.map(({ clause }) => clause));
    expect(BREAKABLE.filter((clause) => !broken.has(clause))).toEqual([]);
  });

  it('have names of their own, in kebab case', () => {
    const names = MUTANTS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name))).toEqual([]);
  });
});

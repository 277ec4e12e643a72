import { describe, expect, it } from 'vitest';
import { config, decodeProfile, memoryMap, type Policy } from '../../spec/index.ts';
import { profileFor, scenarioFor } from './scenario-for.ts';

const scenario = {
  map: memoryMap([]),
  config: config(),
  policies: ['lifo', 'first-fit'] as const,
  operations: [],
};
const target = (name: string, ...policies: readonly Policy[]) => ({ name, policies });

describe('a saved scenario', () => {
  it('is judged by its policies on the target that it was found on, whatever that promises now', () => {
    expect(scenarioFor(target('a'), { scenario, target: 'a' })).toEqual(scenario);
  });

  it('is judged on another target by those of its policies that this target promises', () => {
    expect(scenarioFor(target('b', 'lifo'), { scenario, target: 'a' }).policies).toEqual(['lifo']);
    expect(scenarioFor(target('b', 'lifo'), { scenario, target: null }).policies).toEqual(['lifo']);
    const unpromised = { ...scenario, policies: [] };
    expect(scenarioFor(target('b', 'lifo'), { scenario: unpromised, target: 'a' }).policies).toEqual([]);
  });

  it('is judged by its profile on the target that it was found on, which a log does not name', () => {
    const profile = decodeProfile({ zones: 1 }, '');
    expect(profileFor('a', { scenario, target: 'a', profile })).toBe(profile);
    expect(profileFor('a', { scenario, target: null, profile })).toBe(profile);
    expect(profileFor('b', { scenario, target: 'a', profile })).toBeUndefined();
    expect(profileFor('a', { scenario, target: 'a' })).toBeUndefined();
  });
});

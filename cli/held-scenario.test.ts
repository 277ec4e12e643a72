import { describe, expect, it } from 'vitest';
import { config, memoryMap, type Scenario } from '../spec/index.ts';
import { scenarioFor } from './held-scenario.ts';

const scenario: Scenario = {
  map: memoryMap([{ type: 'conventional', start: 0n, pages: 1 }]),
  config: config(),
  policies: ['lifo', 'first-fit'],
  operations: [],
};
const saved = { scenario, target: 'found-on.ts' };

describe('a saved scenario that runs again', () => {
  it('holds the target it was found on to all that it was judged by, whatever the module exports', () => {
    expect(scenarioFor({ name: 'found-on.ts', policies: [] }, saved)).toEqual(scenario);
  });

  it('holds another target to what that promises of it', () => {
    const { policies } = scenarioFor({ name: 'other.ts', policies: ['lifo'] }, saved);
    expect(policies).toEqual(['lifo']);
  });
});

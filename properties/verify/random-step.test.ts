/** The time of the step: a clock that only calls move stands for an allocator that is slow. */
import { afterEach, expect, it, vi } from 'vitest';
import { createPmm } from '../../impl/index.ts';
import { factoryTarget, OURS, type Target, wrapPmm } from '../../runner/index.ts';
import { POLICIES } from '../../spec/index.ts';
import { Findings } from './findings.ts';
import { randomStep } from './random-step.ts';
import { sidesOf } from './side.ts';

const CALL_MS = 200;
let now = 0;

const slow: Target = factoryTarget({
  name: 'slow',
  policies: POLICIES,
  create: (map, options) => {
    const pmm = createPmm(map, options);
    return wrapPmm(pmm, {
      totalAmount: () => {
        now += CALL_MS;
        return pmm.totalAmount();
      },
    });
  },
});

afterEach(() => void vi.restoreAllMocks());

it.each([
  ['candidate', slow, OURS],
  ['baseline', OURS, slow],
] as const)(
  'ends in the midst of a program where the %s is slow, and compares what both have answered',
  async (_, candidate, baseline) => {
    now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    const findings = new Findings();
    const options = { worlds: [], generated: true, programs: 1, operations: 200, seed: 5 };
    const sides = sidesOf(candidate, baseline, { observable: 'exact' });
    const { verdict, evidence } = await randomStep(sides, findings, options, { seconds: 5 });
    expect(verdict).toBe('partial');
    expect(evidence).toMatch(/^1 of 1 programs .*: \d+ answers compared$/);
    expect(findings.size).toBe(0);
    expect(now).toBeLessThan(8000);
  },
);

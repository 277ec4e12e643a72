/** Calls of the workload that nobody has judged before. */
import { expect, it } from 'vitest';
import { createPmm } from '../../impl/index.ts';
import { factoryTarget, OURS, wrapPmm } from '../../runner/index.ts';
import { config, memoryMap, POLICIES } from '../../spec/index.ts';
import { Findings } from './findings.ts';
import { sidesOf } from './side.ts';
import { speedStep } from './speed-step.ts';

const WORLD = {
  name: 'one MiB',
  map: memoryMap([{ type: 'conventional', start: 0n, pages: 256 }]),
  config: config({ bitmapMaxAddr: 0n }),
};

const endless = factoryTarget({
  name: 'endless',
  policies: POLICIES,
  programMs: 50,
  create: (map, options) => {
    const pmm = createPmm(map, options);
    let calls = 0;
    const alloc = (): bigint | null => {
      calls += 1;
      for (; calls === 30; );
      return pmm.alloc();
    };
    return wrapPmm(pmm, { alloc });
  },
});

it.each([
  ['candidate', endless, OURS],
  ['baseline', OURS, endless],
] as const)(
  'finds a call of the %s that does not return',
  async (_, candidate, baseline) => {
    const findings = new Findings();
    const sides = sidesOf(candidate, baseline, { observable: 'spec' });
    const options = { world: WORLD, seed: 1, seconds: 0.2, operations: 400, maxSlowdown: null };
    const { verdict, speed } = await speedStep(sides, findings, options);
    expect({ verdict, speed, found: findings.size }).toEqual({ verdict: 'differs', speed: null, found: 1 });
  },
  20_000,
);

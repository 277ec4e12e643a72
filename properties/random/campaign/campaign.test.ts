import { describe, expect, it } from 'vitest';
import { createPmm } from '../../../impl/index.ts';
import { factoryTarget, OURS, type Target, wrapPmm } from '../../../runner/index.ts';
import type { Pmm, PmmFactory } from '../../../spec/index.ts';
import { type CampaignOptions, runCampaign } from './campaign.ts';
import { FULL_RUN_PROGRAMS } from './result.ts';

const base: CampaignOptions = {
  target: OURS,
  worlds: [],
  generated: true,
  programs: 200,
  operations: 40,
  seed: 11,
};

/** Our implementation, with its `alloc` replaced. */
function withAlloc(alloc: (pmm: Pmm) => bigint | null): Target {
  const create: PmmFactory = (map, options) => {
    const pmm = createPmm(map, options);
    return wrapPmm(pmm, { alloc: () => alloc(pmm) });
  };
  return factoryTarget({ name: 'changed', policies: [], create });
}

describe('a campaign', () => {
  it('holds on our implementation, and a full run meets every situation and every side of every clause', async () => {
    const result = await runCampaign({ ...base, programs: FULL_RUN_PROGRAMS });
    expect(result.unreached).toEqual([]);
    expect(result).toMatchObject({ verdict: 'holds', programs: FULL_RUN_PROGRAMS, counterexample: null });
  });

  it('draws edge values for at least one in a hundred arguments of each kind, and each edge sometimes', async () => {
    const { arguments: kinds } = await runCampaign(base);
    for (const [kind, { drawn, edges }] of Object.entries(kinds)) {
      const hits = Object.values(edges).reduce((sum, n) => sum + n, 0);
      expect(hits / drawn, kind).toBeGreaterThan(0.01);
    }
  });

  it('of one seed runs the same programs each time', async () => {
    const [one, other] = [await runCampaign(base), await runCampaign(base)];
    expect({ ...one, seconds: 0 }).toEqual({ ...other, seconds: 0 });
  });

  it('of another seed runs different programs', async () => {
    const [one, other] = [await runCampaign(base), await runCampaign({ ...base, seed: 12 })];
    expect(one.situations).not.toEqual(other.situations);
  });

  it('ends at the first program that breaks a clause, with its trace', async () => {
    const oneByteOff = withAlloc((pmm) => {
      const address = pmm.alloc();
      return address === null ? null : address + 1n;
    });
    const result = await runCampaign({ ...base, target: oneByteOff });
    expect(result.verdict).toBe('violated');
    expect(result.counterexample?.violation?.clause).toBe('alloc.page-aligned');
  });

  it('that never meets a situation is not said to hold', async () => {
    const result = await runCampaign({ ...base, programs: FULL_RUN_PROGRAMS, operations: 1 });
    expect(result.verdict).toBe('unreached');
    expect(result.unreached).toContain('freePages: pages of both zones');
  });

  it('stops when it is told to, with what was done so far', async () => {
    const stop = new AbortController();
    const onProgress = (): void => stop.abort();
    const result = await runCampaign({ ...base, programs: 100_000, onProgress, signal: stop.signal });
    expect(result.verdict).toBe('interrupted');
    expect(result.programs).toBeGreaterThan(0);
  });
});

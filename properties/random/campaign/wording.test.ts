/** Messages speak of an allocator in its own terms: exact amounts, and no zones where it has one. */
import { describe, expect, it } from 'vitest';
import { formatCounterexample } from '../../../counterexamples/text/index.ts';
import OneZone, { profile as claims } from '../../../examples/one-zone.ts';
import { factoryTarget, wrapPmm } from '../../../runner/index.ts';
import { changed } from '../../../runner/testing/changed.ts';
import { decodeProfile, type Pmm, type PmmFactory } from '../../../spec/index.ts';
import { type CampaignOptions, runCampaign } from './campaign.ts';
import type { CampaignResult } from './result.ts';

const CAMPAIGN: Omit<CampaignOptions, 'target'> = {
  worlds: [],
  generated: true,
  programs: 300,
  operations: 40,
  seed: 1,
};

const profile = decodeProfile(claims, 'one-zone.ts');

/** The example with one zone, with calls replaced that each break something else. */
const WRONG: readonly ((pmm: Pmm) => Partial<Pmm>)[] = [
  () => ({ alloc: () => null }),
  () => ({ alloc: () => 0xffff_8000_0000_0001n }),
  () => ({ allocPages: () => false }),
  (pmm) => ({ allocBitmap: (count, ...rest) => pmm.allocBitmap(count, ...rest) ?? 0xffff_8000_0000_0000n }),
  (pmm) => ({ allocPages: (addresses, count) => pmm.allocPages(addresses, count) || true }),
  () => ({ free: () => {} }),
  (pmm) => ({ freeAmount: () => pmm.freeAmount() - 1 }),
];

function oneZone(wrong: (pmm: Pmm) => Partial<Pmm>): Promise<CampaignResult> {
  const create: PmmFactory = (map, options) => {
    const pmm = new OneZone(map, options);
    return wrapPmm(pmm, wrong(pmm));
  };
  const target = factoryTarget({ name: 'one zone', policies: [], profile, create });
  return runCampaign({ ...CAMPAIGN, target });
}

function textOf({ findings }: CampaignResult): string {
  return findings.flatMap(({ trace }) => formatCounterexample(trace)).join('\n');
}

describe('an allocator with one zone', () => {
  it.each(WRONG)('reads of no stack zone where it is wrong (%#)', async (wrong) => {
    const result = await oneZone(wrong);
    expect(result.findings).not.toEqual([]);
    expect(textOf(result)).not.toMatch(/stack zone|bitmap zone/);
    expect(JSON.stringify(result.clauses)).not.toContain('the stack zone');
    expect(Object.keys(result.situations).filter((name) => name.includes('both zones'))).toEqual([]);
  });
});

describe('an amount beyond 2^53', () => {
  it('is told to the last digit', async () => {
    const amounts = { freeAmount: () => 2 ** 64, reservedAmount: () => -1 };
    const target = changed('wraps', () => amounts, { policies: [] });
    const text = textOf(await runCampaign({ ...CAMPAIGN, programs: 32, target }));
    expect(text).toMatch(/freeAmount\(\) is 18446744073709551616, expected \d+ /);
  });
});

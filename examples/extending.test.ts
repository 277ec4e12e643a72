/** docs/extending.md, run: own targets, own generators, own clauses. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { shrink } from 'frameproof/counterexamples';
import { type CampaignOptions, runCampaign } from 'frameproof/properties';
import { factoryTarget, loadTarget, OURS, wrapPmm } from 'frameproof/runner';
import { describePmm } from 'frameproof/vitest';
import { describe, expect, it } from 'vitest';
import { driverPrograms } from './own-generator.ts';
import ExtentList from './works.ts';

const inExamples = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const CAMPAIGN: Omit<CampaignOptions, 'target'> = {
  worlds: [],
  generated: true,
  programs: 200,
  operations: 40,
  seed: 7,
};

describe('an own target', () => {
  it('made of another one, with a mistake, breaks a clause', async () => {
    const leaky = factoryTarget({
      name: 'frees all but the last page of a region',
      policies: [],
      create: (map, options) => {
        const pmm = new ExtentList(map, options);
        return wrapPmm(pmm, {
          freeRegion: (address, count) =>
            pmm.freeRegion(address, BigInt(count) > 1n ? BigInt(count) - 1n : count),
        });
      },
    });
    const { findings } = await runCampaign({ ...CAMPAIGN, target: leaky });
    expect(findings.map(({ trace }) => trace.violation?.clause)).toContain('freed.returns');
  });
});

describe('an own generator', () => {
  it('draws the programs of a campaign', async () => {
    const result = await runCampaign({ ...CAMPAIGN, target: OURS, draw: driverPrograms });
    expect(result).toMatchObject({ verdict: 'holds', programs: 200 });
    expect(Object.keys(result.calls).toSorted()).toEqual(['allocBitmap', 'freeRegion']);
  });
});

describe('an own clause', () => {
  it('that a module exports is checked wherever the module is a target', async () => {
    const target = await loadTarget(inExamples('own-clause.ts'));
    const { findings } = await runCampaign({ ...CAMPAIGN, target });
    const [found] = findings;
    if (found === undefined) throw new Error('expected a counterexample');
    const { trace } = shrink(target, found.trace);
    expect(trace.violation).toMatchObject({ clause: 'own.no-frame-zero', pfn: 0 });
    expect(trace.scenario.operations).toHaveLength(1);
  });
});

describePmm('with an own clause', (map, options) => new ExtentList(map, options), {
  policies: ['first-fit'],
  programs: 100,
  checks: [
    {
      name: 'own.one-warning-a-line',
      sentence: 'A warning is shorter than a line of the console.',
      sides: ['warned', 'silent'],
      side: ({ response }) => ((response.warnings ?? []).length > 0 ? 0 : 1),
      check: ({ response }) => {
        const long = response.warnings?.find((line) => line.length >= 100);
        return long === undefined ? null : { explanation: `it warned: ${long}`, pfn: null, owner: null };
      },
    },
  ],
});

describe('the page on extending', () => {
  const page = readFileSync(inExamples('../docs/extending.md'), 'utf8');
  const blocks = [...page.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, text = '']) => text.trim());

  it.each(blocks.map((text) => [text.split('\n')[0], text] as const))(
    'quotes the examples: %s',
    (_, text) => {
      const sources = ['own-clause.ts', 'own-generator.ts', 'lock-free.ts', 'extending.test.ts'].map((name) =>
        readFileSync(inExamples(name), 'utf8'),
      );
      const flat = (code: string): string => code.replace(/\s+/g, ' ');
      expect(sources.some((source) => flat(source).includes(flat(text)))).toBe(true);
    },
  );

  it('has a block for each part', () => {
    expect(blocks.length).toBeGreaterThanOrEqual(4);
  });
});

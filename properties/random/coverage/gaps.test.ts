import { describe, expect, it } from 'vitest';
import type { SourceCoverage } from '../../../runner/coverage/index.ts';
import { gapsOf, metBy, type SampledProgram } from './gaps.ts';

function source(lines: Record<number, number>, more: Partial<SourceCoverage> = {}): SourceCoverage {
  const counted = Object.entries(lines).map(([line, count]) => [Number(line), count] as const);
  return { file: '/pmm.c', lines: new Map(counted), branches: [], functions: [], ...more };
}

function program(met: readonly string[], lines: Record<number, number>): SampledProgram {
  return { met: new Set(met), entered: [source(lines)] };
}

describe('gaps', () => {
  it('are runs of lines, branches that no line shows, and functions as a whole', () => {
    const gaps = gapsOf(
      [
        source(
          { 1: 3, 2: 3, 3: 0, 5: 0, 6: 3, 7: 3, 10: 0, 11: 0 },
          {
            branches: [
              { line: 2, count: 0 },
              { line: 7, count: 0 },
              { line: 7, count: 3 },
              { line: 10, count: 0 },
            ],
            functions: [
              { name: 'free', line: 1, count: 3 },
              { name: 'unused', line: 10, count: 0 },
            ],
          },
        ),
      ],
      [],
    );
    expect(gaps.map(({ kind, first, last }) => [kind, first, last])).toEqual([
      ['lines', 3, 5],
      ['branch', 7, 7],
      ['function', 10, 10],
    ]);
  });

  it('name what is met when the line before them is entered, and not otherwise', () => {
    const sample = [
      program(['free: double', 'map: hole'], { 2: 1 }),
      program(['free: double'], { 2: 1 }),
      program(['map: hole'], { 1: 1 }),
      program([], { 1: 1 }),
    ];
    const [gap] = gapsOf([source({ 1: 4, 2: 2, 3: 0 })], sample);
    expect(gap).toMatchObject({ first: 3, nearest: 'free: double' });
  });

  it('name every program where the line before them is entered by all, and nothing where by none', () => {
    const total = [source({ 1: 4, 2: 0 })];
    expect(gapsOf(total, [program(['a'], { 1: 1 }), program([], { 1: 1 })])[0]?.nearest).toBe(
      'every program',
    );
    expect(gapsOf(total, [program(['a'], { 1: 0 }), program([], { 1: 0 })])[0]?.nearest).toBe(null);
  });

  it('are led to by situations, sides of clauses and outcomes of calls that were met', async () => {
    const { OURS } = await import('../../../runner/index.ts');
    const { runCampaign } = await import('../campaign/campaign.ts');
    const run = { target: OURS, worlds: [], generated: true, programs: 3, operations: 20, seed: 1 };
    const met = metBy(await runCampaign(run));
    const ways = [/^\w+: /, /^\w+\.[\w-]+ \(\w+\)$/, /^\w+ \(\w+\)$/];
    for (const way of ways) expect([...met].some((name) => way.test(name))).toBe(true);
  });
});

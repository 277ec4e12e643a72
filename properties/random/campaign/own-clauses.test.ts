import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { exportTrace } from '../../../counterexamples/export/index.ts';
import { shrink } from '../../../counterexamples/shrink/index.ts';
import { formatCounterexample } from '../../../counterexamples/text/index.ts';
import { readTrace, saveTrace } from '../../../counterexamples/trace/index.ts';
import { OURS } from '../../../runner/index.ts';
import { blame, type OwnClause, type OwnClauseName, type Trace } from '../../../spec/index.ts';
import { certify } from '../../explore/index.ts';
import { onThreads } from '../scale/on-threads.ts';
import { type CampaignOptions, runCampaign } from './campaign.ts';
import { FULL_RUN_PROGRAMS } from './result.ts';

const folder = mkdtempSync(join(tmpdir(), 'frameproof-own-'));
afterAll(() => rmSync(folder, { recursive: true }));

const CAMPAIGN: CampaignOptions = {
  target: OURS,
  worlds: [],
  generated: true,
  programs: 200,
  operations: 40,
  seed: 11,
};

/** Every page frame handed out lies below a limit. */
function below(limit: number, name: OwnClauseName = 'own.low-frames'): OwnClause {
  return {
    name,
    sentence: `Page frames handed out lie below ${limit}.`,
    sides: ['one page frame', 'several'],
    side: ({ granted }) => (granted === null ? null : granted.pfns.length === 1 ? 0 : 1),
    check: ({ granted }) => {
      const high = granted?.pfns.find((frame) => frame !== null && frame >= limit) ?? null;
      return high === null ? null : blame(`page frame ${high} was handed out`, high, 'pmm');
    },
  };
}

async function counterexampleTo(clause: OwnClause): Promise<Trace> {
  const [found] = (await runCampaign({ ...CAMPAIGN, checks: [clause] })).findings;
  if (found === undefined) throw new Error('expected a counterexample');
  return found.trace;
}

describe('an own clause that holds', () => {
  const holds = below(2 ** 40);

  it('is counted on both sides, and leaves the other counts as they are', async () => {
    const [plain, checked] = [
      await runCampaign(CAMPAIGN),
      await runCampaign({ ...CAMPAIGN, checks: [holds] }),
    ];
    const { [holds.name]: sides, ...others } = checked.clauses;
    expect(others).toEqual(plain.clauses);
    expect(Object.keys(sides ?? {})).toEqual(['one page frame', 'several']);
    expect(Math.min(...Object.values(sides ?? {}))).toBeGreaterThan(100);
  });

  it('must be met on both sides by a full run', async () => {
    const never: OwnClause = { ...holds, sides: ['a step', 'no step'], side: () => 0 };
    const checks = [never, below(2 ** 40, 'own.lower-frames')];
    const result = await runCampaign({ ...CAMPAIGN, programs: FULL_RUN_PROGRAMS, checks });
    expect(result).toMatchObject({ verdict: 'unreached', unreached: ['own.low-frames: no step'] });
  });
});

describe('an own clause that is broken', () => {
  it('ends the campaign with a counterexample that carries its sentence', async () => {
    const { violation } = await counterexampleTo(below(5));
    expect(violation).toMatchObject({
      clause: 'own.low-frames',
      sentence: 'Page frames handed out lie below 5.',
      explanation: expect.stringMatching(/^page frame \d+ was handed out$/),
      owner: 'pmm',
    });
  });

  it('is shrunk like any other, and holds for the specification alone', async () => {
    const found = await counterexampleTo(below(5));
    const { verdict, clause, trace } = shrink(OURS, found, { checks: [below(5)] });
    expect([verdict, clause, trace.scenario.operations.length]).toEqual(['shrunk', 'own.low-frames', 1]);
    expect(shrink(OURS, found).verdict).toBe('holds');
  });

  it('is saved, read and shown', async () => {
    const found = await counterexampleTo(below(5));
    const path = saveTrace(folder, found);
    expect(path).toMatch(/own\.low-frames-[0-9a-f]{10}\.json$/);
    expect(readTrace(path)).toEqual(found);
    const lines = formatCounterexample(found);
    expect(lines.some((line) => line.endsWith('own.low-frames: Page frames handed out lie below 5.'))).toBe(
      true,
    );
  });

  it('is neither certified nor exported: those know the clauses of the specification', async () => {
    const found = await counterexampleTo(below(5));
    expect(await certify(OURS, found)).toMatchObject({
      kind: 'open',
      why: 'own.low-frames is not a clause of the specification',
    });
    expect(() => exportTrace(found, 'vitest', null)).toThrow(/^violation\.clause: expected a clause/);
  });
});

describe('checks are refused', () => {
  it.each<[string, readonly OwnClause[], RegExp]>([
    [
      'with a name of the specification',
      [{ ...below(1), name: 'alloc.zone' as OwnClauseName }],
      /^checks\[0\]\.name: expected own\. and words in kebab case, as in own\.even-frames; found "alloc\.zone"$/,
    ],
    [
      'with a name that is not a file name',
      [below(1, 'own.a/b')],
      /^checks\[0\]\.name: .* found "own\.a\/b"$/,
    ],
    [
      'with one name twice',
      [below(1), below(2)],
      /^checks\[1\]\.name: expected distinct names, found own\.low-frames twice$/,
    ],
  ])('%s', async (_, checks, message) => {
    await expect(runCampaign({ ...CAMPAIGN, checks })).rejects.toThrow(message);
  });

  it('on several threads, which cannot be sent functions', async () => {
    const run = runCampaign({ ...CAMPAIGN, checks: [below(1)] }, onThreads(2));
    await expect(run).rejects.toThrow(/^onThreads: expected a campaign without draw and checks/);
  });
});

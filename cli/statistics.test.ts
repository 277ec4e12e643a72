import { describe, expect, it } from 'vitest';
import { OWN_CORPUS, replayCorpus } from '../counterexamples/corpus/index.ts';
import { type CountedProgram, runCampaign } from '../properties/random/index.ts';
import { OURS, type Target } from '../runner/index.ts';
import { changed } from '../runner/testing/changed.ts';
import { config, memoryMap } from '../spec/index.ts';
import { junitReport } from './junit.ts';
import { statisticsLine } from './statistics.ts';

const world = {
  name: 'small',
  map: memoryMap([{ type: 'conventional', start: 0n, pages: 8 }]),
  config: config({ bitmapMaxAddr: 0x4000n }),
};

async function campaignOn(target: Target, programs: number) {
  const counted: CountedProgram[] = [];
  const result = await runCampaign({
    target,
    worlds: [world],
    generated: false,
    programs,
    operations: 20,
    seed: 1,
    onProgram: (program) => counted.push(program),
  });
  return { result, counted };
}

const LIAR = changed('a <liar> & "more"', () => ({ freeAmount: () => 1 }));

describe('the statistics of a run', () => {
  it('are one line a program, with every field that the format asks for', async () => {
    const { counted } = await campaignOn(OURS, 40);
    expect(counted).toHaveLength(40);
    for (const program of counted) {
      const line = statisticsLine(program, { target: 'ours', runStart: 1.5 });
      expect(line).not.toContain('\n');
      expect(JSON.parse(line)).toEqual({
        type: 'test_case',
        run_start: 1.5,
        property: expect.any(String),
        status: 'passed',
        status_reason: '',
        representation: expect.any(String),
        arguments: expect.any(Object),
        how_generated: expect.any(String),
        features: expect.objectContaining({ operations: program.execution.operations.length, zones: 'both' }),
        timing: { 'execute:test': expect.any(Number) },
        coverage: null,
        metadata: {},
      });
    }
  });

  it('name the clause that a program broke', async () => {
    const { counted } = await campaignOn(LIAR, 40);
    const last = counted.at(-1);
    if (last === undefined) throw new Error('nothing ran');
    expect(JSON.parse(statisticsLine(last, { target: 'liar', runStart: 0 }))).toMatchObject({
      status: 'failed',
      status_reason: expect.stringMatching(/^init\.free: /),
    });
  });
});

describe('a JUnit report', () => {
  it('has a test case for each clause and each trace of the corpus; what was not exercised is skipped', async () => {
    const { result } = await campaignOn(OURS, 1);
    const corpus = replayCorpus(OURS, [OWN_CORPUS]);
    const xml = junitReport({ target: OURS.name, corpus, result, found: [], late: [] });
    expect(xml.match(/<testcase classname="clause"/g)).toHaveLength(Object.keys(result.clauses).length);
    expect(xml.match(/<testcase classname="corpus" name="frameproof: /g)?.length).toBeGreaterThanOrEqual(8);
    expect(xml).toMatch(/<skipped message="no program exercised it"\/>/);
    expect(xml).toContain('failures="0"');
  });

  it('shows the counterexample as the failure of its clause', async () => {
    const { result } = await campaignOn(LIAR, 40);
    const found = result.findings.map(({ trace }) => trace);
    const xml = junitReport({ target: LIAR.name, corpus: [], result, found, late: [] });
    expect(xml).toContain('name="frameproof check a &lt;liar> &amp; &quot;more&quot;"');
    expect(xml).toMatch(/<failure message="freeAmount\(\) is 1[^"]*" type="init\.free">/);
    expect(xml).toContain('failures="1"');
  });

  it('shows what the target threw outside its calls', async () => {
    const { result } = await campaignOn(OURS, 1);
    const xml = junitReport({ target: OURS.name, corpus: [], result, found: [], late: ['Error: too late'] });
    expect(xml).toContain('<failure message="Error: too late" type="outside calls">');
    expect(xml).toContain('failures="1"');
  });
});

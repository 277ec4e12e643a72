import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { OURS } from '../../../runner/index.ts';
import { changed } from '../../../runner/testing/changed.ts';
import { Scenario, SpecError } from '../../../spec/index.ts';
import { blocksOf, type Shard } from '../campaign/blocks.ts';
import { type CampaignOptions, runCampaign } from '../campaign/campaign.ts';
import type { CampaignResult } from '../campaign/result.ts';
import { mergeShards, readShardRun } from './merge.ts';
import { onThreads } from './on-threads.ts';
import { writeShard } from './shard-file.ts';
import { runShard, shardFile } from './shard-run.ts';

const folder = mkdtempSync(join(tmpdir(), 'frameproof-scale-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A new folder in the one that is removed at the end. */
function newFolder(): string {
  return mkdtempSync(join(folder, 'shards-'));
}

const HOLDS: CampaignOptions = {
  target: OURS,
  worlds: [],
  generated: true,
  programs: 160,
  operations: 12,
  seed: 7,
};

/** A target that refuses runs of 65 page frames, which few programs ask for, and miscounts after it has freed a large region. */
const RARE = changed('rare', (pmm) => {
  let miscounted = 0;
  return {
    allocBitmap: (count, maxAddr, alignment) => pmm.allocBitmap(count === 65 ? 0 : count, maxAddr, alignment),
    freeRegion: (address, count) => {
      pmm.freeRegion(address, count);
      miscounted = BigInt(count) > 99n ? 1 : 0;
    },
    reservedAmount: () => pmm.reservedAmount() + miscounted,
  };
});
const FAILS: CampaignOptions = { ...HOLDS, programs: 300, target: RARE, seed: 2 };

/** Runs all shards of a campaign, in reverse order, and returns the folder of their files. */
async function shardsOf(options: CampaignOptions, of: number): Promise<string> {
  const written = newFolder();
  for (const index of Array.from({ length: of }, (_, k) => of - 1 - k)) {
    const ran = await runShard(options, { index, of });
    const findings = ran.result.findings.map((finding) => ({ ...finding, shrunk: finding.trace }));
    writeShard(written, shardFile(options, { index, of }, { corpus: [], ran, findings }));
  }
  return written;
}

/** Returns the part of a result that does not depend on the machine. */
function timeless(result: CampaignResult): object {
  return { ...result, seconds: 0 };
}

describe('the blocks of a campaign', () => {
  it.each([1, 31, 32, 33, 1000, 1_000_003])('cover %i programs, each once', (programs) => {
    let next = 0;
    for (const { firstBatch, programs: size } of blocksOf(programs)) {
      expect(firstBatch * 32).toBe(next);
      next += size;
    }
    expect(next).toBe(programs);
  });

  it.each([2, 3, 8, 100])('belong to one of %i shards each, and each shard has its share', (of) => {
    const all = [...blocksOf(100_000)].map(({ index }) => index);
    const shares = Array.from({ length: of }, (_, index) => [...blocksOf(100_000, { index, of })]);
    expect(
      shares
        .flat()
        .map(({ index }) => index)
        .toSorted((a, b) => a - b),
    ).toEqual(all);
    const sizes = shares.map(({ length }) => length);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
  });

  it('that recur at a distance, like the ones on named maps, are not all in one shard', () => {
    for (const shards of [2, 4, 8])
      for (let index = 0; index < shards; index += 1) {
        const named = [...blocksOf(100_000, { index, of: shards })].filter((block) => block.index % 8 === 7);
        expect(named.length, `${index}/${shards}`).toBeGreaterThan(0);
      }
  });
});

/** Returns the programs that run, as text, with their memory maps. */
async function programsOf(options: CampaignOptions, shard: Shard): Promise<readonly string[]> {
  const seen: string[] = [];
  const onProgram: CampaignOptions['onProgram'] = ({ execution: { world, operations, policies } }) => {
    seen.push(JSON.stringify(Scenario.encode({ ...world, operations, policies })));
  };
  await runShard({ ...options, onProgram }, shard);
  return seen;
}

describe('shards', () => {
  it('run the programs of the undivided run, each once', async () => {
    const all = await programsOf(HOLDS, { index: 0, of: 1 });
    expect(all).toHaveLength(HOLDS.programs);
    const parts = await Promise.all([0, 1, 2, 3].map((index) => programsOf(HOLDS, { index, of: 4 })));
    expect(parts.flat().toSorted()).toEqual(all.toSorted());
  });

  it.each([1, 4])('of a run that holds give the same result when %i of them are merged', async (of) => {
    const whole = await runCampaign(HOLDS);
    const { result, findings } = mergeShards(await shardsOf(HOLDS, of));
    expect(timeless(result)).toEqual(timeless(whole));
    expect(findings).toEqual([]);
  });

  it('of a full run must meet every situation together, not each separately', async () => {
    const full = { ...HOLDS, programs: 1000, operations: 2 };
    const [whole, part] = [await runCampaign(full), await runShard(full, { index: 0, of: 2 })];
    expect(whole.verdict).toBe('unreached');
    expect(part.result).toMatchObject({ verdict: 'holds', unreached: [] });
    const folder = await shardsOf(full, 2);
    expect(timeless(mergeShards(folder).result)).toEqual(timeless(whole));
    const { seconds, peakKib, bytesACall } = part.result;
    const read = readShardRun(join(folder, 'shard-0-of-2.json')).result;
    expect({ ...read, seconds, peakKib, bytesACall }).toEqual(part.result);
  });

  it('of a run that fails give the same findings and counts', async () => {
    const whole = await runCampaign(FAILS);
    expect(whole.findings.map(({ trace }) => trace.violation?.clause)).toEqual([
      'amounts.reserved',
      'allocBitmap.complete',
    ]);
    expect(whole.programs).toBe(FAILS.programs);
    const { result } = mergeShards(await shardsOf(FAILS, 4));
    expect(timeless(result)).toEqual(timeless(whole));
  });

  it('that end at their first finding are merged into what they found', async () => {
    const { result, findings } = mergeShards(await shardsOf({ ...FAILS, stopFirst: true }, 2));
    expect(result).toMatchObject({ verdict: 'violated', isCutShort: true });
    expect(result.programs).toBeLessThan(FAILS.programs);
    expect(findings.length).toBeGreaterThan(0);
  });
});

const small = await shardsOf({ ...HOLDS, programs: 100 }, 3);

/** Merges the shards of a small run after their files were spoilt. */
function mergedAfter(spoil: (at: (index: number) => string, written: string) => void): unknown {
  const written = newFolder();
  cpSync(small, written, { recursive: true });
  spoil((index) => join(written, `shard-${index}-of-3.json`), written);
  return mergeShards(written);
}

function rewrite(path: string, change: (data: Record<string, unknown>) => object): void {
  writeFileSync(path, JSON.stringify(change(JSON.parse(readFileSync(path, 'utf8')))));
}

describe('merge refuses', () => {
  it.each<[string, RegExp, (at: (index: number) => string, written: string) => void]>([
    ['a missing shard', /: expected all 3 shards, missing 1\/3$/, (at) => rmSync(at(1))],
    [
      'one of more shards than can be listed',
      /: expected all 4294967296 shards, missing 1\/4294967296, (\d\/4294967296, ){7}…$/,
      (at) => {
        for (const index of [1, 2]) rmSync(at(index));
        rewrite(at(0), (data) => ({
          ...data,
          run: { ...Object(data.run), programs: 0 },
          shard: { index: 0, of: 2 ** 32 },
          blocks: [],
        }));
      },
    ],
    [
      'a shard that occurs twice',
      /again\.json: expected each shard once, found shard 2\/3 in .*shard-2-of-3\.json too$/,
      (at, written) => writeFileSync(join(written, 'zagain.json'), readFileSync(at(2))),
    ],
    [
      'a file that is not a shard',
      /shard-0-of-3\.json: .*frameproof\/shard/,
      (at) => writeFileSync(at(0), '{}'),
    ],
    ['a file that is not JSON', /shard-0-of-3\.json: /, (at) => writeFileSync(at(0), '{"format":')],
    [
      'a shard of another run',
      /shard-1-of-3\.json: expected a shard of the run of .*, with seed 7, found 8$/,
      (at) => rewrite(at(1), (data) => ({ ...data, run: { ...Object(data.run), seed: 8 } })),
    ],
    [
      'a shard of another division',
      /shard-2-of-3\.json: expected .*, one of 3 shards, found shard 2\/4$/,
      (at) => rewrite(at(2), (data) => ({ ...data, shard: { index: 2, of: 4 } })),
    ],
    [
      'a shard with another corpus',
      /shard-2-of-3\.json: expected .*, with the same corpus, found another one$/,
      (at) =>
        rewrite(at(2), (data) => ({
          ...data,
          corpus: [{ path: 'a', isOwn: false, verdict: 'holds', reason: null }],
        })),
    ],
    [
      'a shard that was cut short',
      /shard-0-of-3\.json: expected block \d+ of shard 0\/3, found none$/,
      (at) => rewrite(at(0), (data) => ({ ...data, blocks: [] })),
    ],
    [
      'a negative count',
      /shard-0-of-3\.json: .*expected a whole number, found -1/,
      (at) =>
        rewrite(at(0), (data) => ({
          ...data,
          blocks: [{ ...Object(data.blocks)[0], counts: { ...Object(data.blocks)[0].counts, programs: -1 } }],
        })),
    ],
    [
      'a misspelt key',
      /shard-1-of-3\.json: second: unknown key, expected one of format, version, run, /,
      (at) => rewrite(at(1), (data) => ({ ...data, second: 1 })),
    ],
    [
      'a key that comes twice',
      /shard-1-of-3\.json: seconds: expected each key once, found this one twice$/,
      (at) =>
        writeFileSync(at(1), readFileSync(at(1), 'utf8').replace('"seconds":', '"seconds":1,"seconds":')),
    ],
    ...['calls', 'situations', 'clauses'].map(
      (of): [string, RegExp, (at: (index: number) => string) => void] => [
        `${of} that there are not, though every object has them`,
        new RegExp(
          `shard-1-of-3\\.json: blocks\\[0\\]\\.counts\\.${of}\\.constructor: unknown key, expected one of `,
        ),
        (at) =>
          writeFileSync(
            at(1),
            readFileSync(at(1), 'utf8').replace(
              `"${of}":{`,
              `"${of}":{"constructor":${of === 'situations' ? 1 : '{}'},`,
            ),
          ),
      ],
    ),
    [
      'a folder without shards',
      /: expected the files of all shards of a run, found none$/,
      (at) => [0, 1, 2].map((k) => rmSync(at(k))),
    ],
  ])('%s', (_, message, spoil) => {
    const merging = (): unknown => mergedAfter(spoil);
    expect(merging).toThrow(SpecError);
    expect(merging).toThrow(message);
  });
});

/** Writes a module of our allocator with some calls replaced. */
function moduleWith(name: string, body: string): string {
  const path = join(folder, name);
  const impl = JSON.stringify(new URL('../../../dist/impl/index.js', import.meta.url));
  writeFileSync(path, `import { createPmm } from ${impl};\nexport default (map, options) => ${body};\n`);
  return path;
}

const EXITS = 'Object.assign(createPmm(map, options), { allocBitmap: () => process.exit(0) })';
/** Breaks at once, and takes its time. */
const SLOW = `(Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10),
  Object.assign(createPmm(map, options), { freeAmount: () => 1n }))`;
/** Tells which judge sweeps: the lean one omits stacks throughout a program, the model's in calls only. */
const TELLS = `Object.assign(createPmm(map, options), {
  inspect: () => {
    throw new Error(Error.stackTraceLimit === undefined ? 'lean' : 'model');
  },
})`;

describe('a campaign on two threads', () => {
  it('is judged by the model where that is asked for', async () => {
    const target = OURS.withClaims({ name: moduleWith('tells.mjs', TELLS) });
    const options = { ...HOLDS, programs: 1, stopFirst: true, reference: true, target };
    const { findings } = await runCampaign(options, onThreads(1));
    expect(findings[0]?.trace.violation?.explanation).toContain('threw Error: model');
  });

  it('tells a find while its block is running', async () => {
    const target = OURS.withClaims({ name: moduleWith('slow.mjs', SLOW) });
    const at: Record<string, number> = {};
    const note = (name: string) => () => {
      at[name] ??= performance.now();
    };
    const told = { onFound: note('found'), onProgress: note('block') };
    await runCampaign({ ...HOLDS, ...told, programs: 64, target }, onThreads(2));
    expect(at.block).toBeGreaterThan((at.found ?? Number.NaN) + 100);
  });

  it('ends early when it is told to', async () => {
    const stop = new AbortController();
    const options = { ...HOLDS, programs: 10_000, onProgress: () => stop.abort(), signal: stop.signal };
    const result = await runCampaign(options, onThreads(2));
    expect(result.verdict).toBe('interrupted');
    expect(result.programs).toBeGreaterThan(0);
  });

  it('has no result if the target ends its thread', async () => {
    const target = OURS.withClaims({ name: moduleWith('exits.mjs', EXITS) });
    const run = runCampaign({ ...HOLDS, target }, onThreads(2));
    await expect(run).rejects.toThrow(/^no result: the target ended its thread$/);
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { createPmm } from '../../impl/index.ts';
import { recordLog, runWorkload } from '../../properties/log/index.ts';
import { execute, factoryTarget, OURS, type Target, wrapPmm } from '../../runner/index.ts';
import { loadTarget } from '../../runner/load/index.ts';
import { config, formatProgram, isPmmPanic, memoryMap } from '../../spec/index.ts';
import { entryLine, headerLine } from '../log/log-format.ts';
import { scenarioFor } from '../trace/scenario-for.ts';
import { readScenario } from './read-scenario.ts';
import { shrink } from './shrink.ts';

const folder = mkdtempSync(join(tmpdir(), 'frameproof-shrink-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Accepts a double free without a word. */
const DOUBLE_FREE = factoryTarget({
  name: 'double free',
  policies: OURS.policies,
  create(map, options) {
    const pmm = createPmm(map, options);
    const free = (address: bigint): void => {
      try {
        pmm.free(address);
      } catch (error) {
        if (!isPmmPanic(error) || error.owner !== 'pmm') throw error;
      }
    };
    return wrapPmm(pmm, { free });
  },
});

/** Loses a page when the 100th is freed. */
const LOSES_ONE = factoryTarget({
  name: 'loses one',
  policies: OURS.policies,
  create(map, options) {
    const pmm = createPmm(map, options);
    let freed = 0;
    const free = (address: bigint): void => {
      freed += 1;
      pmm.free(address);
      if (freed === 5) pmm.alloc();
    };
    return wrapPmm(pmm, { free });
  },
});

const map = memoryMap([
  { type: 'conventional', start: 0n, pages: 2048 },
  { type: 'conventional', start: 0x100_0000n, pages: 30_000 },
]);
const world = { map, config: config({ bitmapMaxAddr: 0x80_0000n }), policies: OURS.policies };

/** Writes a log of a long run that does nothing wrong until its last operation frees a page frame for the second time. */
function failingLog(target: Target, operations: number): string {
  const performer = target.start(world).performer();
  const lines = [headerLine(world)];
  let last = '';
  for (const entry of runWorkload(performer, { ...world, seed: 3, provokesFrom: null }, operations)) {
    lines.push(entryLine(entry));
    const { operation } = entry;
    if (operation.call === 'free') last = entryLine({ operation, response: { outcome: { kind: 'done' } } });
  }
  const path = join(folder, 'failing.log');
  writeFileSync(path, `${[...lines, last].join('\n')}\n`);
  return path;
}

describe('a log of 10,000 operations that ends in a double free', () => {
  it('becomes the shortest program that breaks the same clause', async () => {
    const read = await readScenario(failingLog(DOUBLE_FREE, 10_000));
    expect(read).toMatchObject({ kind: 'log', violation: { clause: 'free.owner' } });
    expect(read.scenario.operations).toHaveLength(10_001);
    const { verdict, clause, trace } = shrink(DOUBLE_FREE, read, { ms: 60_000 });
    expect({ verdict, clause, broken: trace.violation?.clause }).toEqual({
      verdict: 'shrunk',
      clause: 'free.owner',
      broken: 'free.owner',
    });
    expect(trace.scenario.operations).toHaveLength(1);
  });

  it('holds on an allocator without the defect', async () => {
    const read = await readScenario(failingLog(OURS, 2500));
    expect(shrink(OURS, read, { ms: 60_000 })).toMatchObject({ verdict: 'holds', exhausted: false });
  });

  it('is not said to hold where the time ends before the log does', async () => {
    const read = await readScenario(failingLog(OURS, 2000));
    const { verdict, exhausted, trace } = shrink(OURS, read, { ms: 1 });
    expect({ verdict, exhausted }).toEqual({ verdict: 'unfinished', exhausted: true });
    expect(trace.scenario.operations.length).toBeLessThan(2000);
  });

  it('names page frames by the call that handed them out, so that it means the same elsewhere', async () => {
    const { scenario } = await readScenario(failingLog(DOUBLE_FREE, 500));
    const text = formatProgram(scenario.operations).join('\n');
    expect(text).toMatch(/free\([a-z]+(\[\d+\])?\)/);
    expect(text).not.toContain('0xffff8');
  });
});

describe('a defect that needs several operations', () => {
  it('is cut down to those that it needs', async () => {
    const read = await readScenario(failingLog(OURS, 3000));
    const { trace } = shrink(LOSES_ONE, read, { ms: 30_000 });
    expect(trace.violation).toBeDefined();
    expect(trace.scenario.operations.filter(({ call }) => call === 'free').length).toBeLessThanOrEqual(5);
    expect(execute(LOSES_ONE, trace.scenario).violation).toEqual(trace.violation);
  });
});

/** Writes a log of a target that does nothing provoking for most of it, and returns its path. */
function recordedLog(target: Target): string {
  const lines = recordLog({
    target,
    map,
    config: world.config,
    policies: target.policies,
    operations: 5000,
    seed: 1,
    provokesFrom: 1500,
  });
  const path = join(folder, 'recorded.log');
  writeFileSync(path, `${[...lines].join('\n')}\n`);
  return path;
}

describe('a recorded log of an example that is broken', () => {
  it.each([
    ['broken-limit', 'allocBitmap.complete'],
    ['broken-batch', 'allocPages.all-or-nothing'],
    ['broken-double-free', 'free.owner'],
  ])('%s becomes one operation that breaks %s', async (example, clause) => {
    const target = await loadTarget(fileURLToPath(new URL(`../../examples/${example}.ts`, import.meta.url)));
    const read = await readScenario(recordedLog(target));
    expect(read.scenario.operations.length).toBeGreaterThan(1500);
    const given = { ...read, scenario: scenarioFor(target, read) };
    const { trace } = shrink(target, given, { ms: 30_000 });
    expect({ clause: trace.violation?.clause, operations: trace.scenario.operations.length }).toEqual({
      clause,
      operations: 1,
    });
  });
});

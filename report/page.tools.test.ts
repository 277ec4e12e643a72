import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkSections, logSections } from '../cli/html.ts';
import { temporaryFolder } from '../cli/testing/temporary-folder.ts';
import { exportTrace } from '../counterexamples/export/index.ts';
import { judgeLog } from '../counterexamples/log/index.ts';
import { LogWindow } from '../counterexamples/log/program/index.ts';
import { shrink } from '../counterexamples/shrink/index.ts';
import { momentsOf } from '../counterexamples/trace/index.ts';
import { createPmm } from '../impl/index.ts';
import { explore, smallWorld } from '../properties/explore/index.ts';
import { runCampaign } from '../properties/index.ts';
import { recordLog } from '../properties/log/index.ts';
import { execute, factoryTarget, loadTarget, OURS, wrapPmm } from '../runner/index.ts';
import {
  config,
  decodeProfile,
  formatProgram,
  grouped,
  memoryMap,
  type PmmFactory,
  pfn,
  regionOf,
  STANDARD_CALLS,
  type Trace,
} from '../spec/index.ts';
import { INITIAL_OWNERS, totalsOf } from '../spec/maps/index.ts';
import { graphSections, resultSection, type Section } from './index.ts';
import { type OpenPage, open, picture, startBrowser } from './testing/browser.ts';
import { longTrace, tenOperations } from './testing/traces.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const folder = temporaryFolder();
const ten = await tenOperations();
let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

function section(trace: Trace, title = 'a.json'): Section {
  return { kind: 'trace', title, trace, replay: 'npx frameproof replay a.json' };
}

/** Returns the page frames of a strip with the owners that it reads out, walking it with the arrow keys. */
async function ownersRead({ page }: OpenPage, strip: number): Promise<readonly string[]> {
  const slider = page.getByRole('slider').nth(strip + 1);
  await slider.focus();
  const last = Number(await slider.getAttribute('aria-valuemax'));
  const read: string[] = [];
  for (let frame = Number(await slider.getAttribute('aria-valuemin')); frame <= last; frame += 1) {
    await page.keyboard.press('ArrowRight');
    read.push((await slider.getAttribute('aria-valuetext')) ?? '');
  }
  return read;
}

/** Steps that are timed. */
const STEPS = 60;

/** Returns the owners that the strips of a page show at the middle of each page frame, strip by strip. */
function ownersDrawn({ page }: OpenPage): Promise<readonly (readonly string[])[]> {
  return page.evaluate(`[...document.querySelectorAll('.bar-of-frames')].map((bar) => {
    const { left, top, width, height } = bar.getBoundingClientRect();
    const frames = bar.getAttribute('aria-valuemax') - bar.getAttribute('aria-valuemin') + 1;
    return Array.from({ length: frames }, (_, n) => document
      .elementsFromPoint(left + ((n + 0.5) * width) / frames, top + height / 2)
      .map((one) => one.getAttribute('class'))
      .find((name) => ${JSON.stringify(OWNERS)}.includes(name)));
  })`);
}

const OWNERS = ['absent', 'firmware', 'boot', 'pmm', 'caller'] as const;
const WORDS = {
  absent: 'not RAM',
  firmware: 'firmware',
  boot: 'boot',
  pmm: 'free (pmm)',
  kept: 'kept by the manager',
  caller: 'caller',
};

describe('the page of a counterexample', () => {
  it('opens at the violation, with the clause, expected beside observed, and what differs', async () => {
    const { page, complaints } = await open(browser, folder, [section(ten)]);
    expect(await page.locator('h1').textContent()).toMatch(/^free\.owner/);
    expect(await page.locator('output').textContent()).toBe('operation 10 of 10');
    const answer = page.locator('.comparison .differs');
    expect(await answer.textContent()).toMatch(/^answerpanic: page frame 655 may not be freeddonediffers$/);
    const hatched = await page
      .locator('.strip .disputed')
      .evaluateAll((all) => all.map((one) => one.getAttribute('d')));
    expect(hatched).toEqual(['', '', '', '', '', expect.stringMatching(/^M\S+ 0h\S+v30h-\S+z$/)]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('is stepped through by keyboard, and says the owners of the model', async () => {
    const opened = await open(browser, folder, [section(ten)]);
    const { page } = opened;
    const moments = momentsOf(ten);
    await page.getByRole('button', { name: 'Show all' }).click();
    await page.keyboard.press('Home');
    const areas = ten.scenario.map.descriptors.map(regionOf);
    for (const [n, { after }] of moments.entries()) {
      if (n > 0) await page.keyboard.press('ArrowRight');
      expect(await page.locator('[aria-selected="true"] .number').textContent()).toBe(String(n));
      for (const owner of ['firmware', 'boot', 'pmm', 'caller'] as const)
        expect(await page.locator(`[data-owner=${owner}]`).textContent()).toBe(String(after.countOf(owner)));
      expect(await ownersDrawn(opened)).toEqual(
        areas.map(({ base, count }) => Array.from({ length: count }, (_, i) => after.ownerOf(pfn(base + i)))),
      );
    }
    const { after } = moments.at(-1) ?? expect.fail();
    for (const [strip, base, count] of [
      [0, 1, 30],
      [1, 31, 3],
      [3, 54, 4],
    ] as const) {
      const frames = Array.from({ length: count }, (_, i) => base + i);
      const expected = frames.map((frame) => `page frame ${frame}, ${WORDS[after.ownerOf(pfn(frame))]}`);
      expect(await ownersRead(opened, strip)).toEqual(expected);
    }
    await page.close();
  });

  it('fits one screen with ten operations', async () => {
    const { page } = await open(browser, folder, [section(ten)]);
    const overflow = await page.evaluate<number[]>(
      `['html', 'main', '.program', '.memory', '.verdict'].map((name) => {
        const { scrollHeight, clientHeight } = document.querySelector(name);
        return scrollHeight - clientHeight;
      })`,
    );
    expect(overflow).toEqual([0, 0, 0, 0, 0]);
    await page.close();
  });

  it('shows a long call whole, where the zones meet within a strip, and a page frame beyond the map once', async () => {
    const create: PmmFactory = (map, options) => {
      const pmm = createPmm(map, options);
      return wrapPmm(pmm, { allocAt: (address) => address });
    };
    const profile = { calls: [...STANDARD_CALLS, 'allocAt'] } as const;
    const target = factoryTarget({
      name: 'grants anything',
      policies: [],
      profile: decodeProfile(profile, ''),
      create,
    });
    const trace = execute(target, {
      map: memoryMap([{ type: 'conventional', start: 0n, pages: 2 }]),
      config: config({ bitmapMaxAddr: 0x1000n }),
      policies: [],
      operations: [
        { call: 'allocBitmap', count: 1n, maxAddr: 0xffff_ffff_ffff_ffffn, alignment: 4096n },
        { call: 'allocAt', address: { absolute: 0xffff_8000_0000_2000n }, count: 1n },
      ],
    }).trace();
    const { page } = await open(browser, folder, [section(trace)]);
    expect(await page.locator('.area .ends span').allTextContents()).toEqual([
      'conventional, 2 page frames',
      'not in the memory map, 1 page frame',
    ]);
    expect(await page.locator('.limit-line').allTextContents()).toEqual([
      'bitmap zone ← 0x1000 → stack zone',
    ]);
    const hidden = await page
      .locator('.line .call')
      .evaluateAll((calls) => calls.filter((call) => call.scrollWidth > call.clientWidth).length);
    expect(hidden).toBe(0);
    await page.close();
  });

  it('leads from a call to the one whose result it names', async () => {
    const { page } = await open(browser, folder, [section(ten)]);
    await page.locator('.verdict .link').first().click();
    expect(await page.locator('output').textContent()).toBe('operation 2 of 10');
    expect(await page.locator('.line .mark').allTextContents()).toEqual([
      '',
      '',
      '',
      '',
      '▸ uses it',
      '',
      '▸ uses it',
      '',
      '',
      '',
      'violated',
    ]);
    await page.close();
  });

  it('copies the command line of a replay, and the trace as a test', async () => {
    const { page } = await open(browser, folder, [section(ten)]);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    for (const [name, text] of [
      ['Copy replay', 'npx frameproof replay a.json'],
      ['Copy test', exportTrace(ten, 'c', null)],
    ] as const) {
      await page.getByRole('button', { name }).click();
      await page.getByText(`copied: ${text.split('\n')[0]}`).waitFor();
      expect(await page.evaluate('navigator.clipboard.readText()')).toBe(text);
    }
    await page.close();
  });

  it('asks for nothing but itself', async () => {
    const { page, requests } = await open(browser, folder, [section(ten)]);
    await page.evaluate(`fetch('https://example.org/').catch(() => {})`);
    await page.keyboard.press('ArrowLeft');
    expect(requests.map((url) => new URL(url).protocol)).toEqual(['file:']);
    await page.close();
  });

  it('shows hostile text as text', async () => {
    const hostile =
      '</script><script>document.title="owned"</script>"\'&\u202e\u0007<img src=x onerror=alert(1)>';
    const violation = { ...ten.violation, explanation: hostile } as NonNullable<Trace['violation']>;
    const { page, complaints } = await open(browser, folder, [
      section({ ...ten, target: hostile, violation }, hostile),
      section(ten),
    ]);
    const shown = hostile.replace('\u202e', '\\u202e').replace('\u0007', '\\u0007');
    expect(await page.locator('.why').textContent()).toBe(shown);
    expect(await page.locator('h1').textContent()).toContain(shown);
    expect(await page.locator('nav button').first().textContent()).toBe(shown);
    expect(await page.title()).toBe('frameproof');
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('shows 10,000 operations on 12 TiB at once, and each step within 50 ms', async () => {
    const map = memoryMap([
      ...Array.from(
        { length: 40 },
        (_, n) => ({ type: 'conventional', start: BigInt(n) << 20n, pages: 200 }) as const,
      ),
      { type: 'conventional', start: 1n << 32n, pages: 3 * 2 ** 30 },
    ]);
    const { page, busyMs } = await open(browser, folder, [section(longTrace(map, 10_000))]);
    const openMs = await busyMs();
    expect(await page.locator('output').textContent()).toBe('operation 10,000 of 10,000');
    expect(await page.locator('[aria-selected="true"]').isVisible()).toBe(true);
    await page.evaluate(`(async () => {
      for (let n = 0; n < ${STEPS}; n += 1) {
        dispatchEvent(new KeyboardEvent('keydown', { key: n % 10 === 9 ? 'PageUp' : 'ArrowLeft' }));
        await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
      }
    })()`);
    const stepMs = ((await busyMs()) - openMs) / STEPS;
    expect(await page.locator('output').textContent()).toBe(
      `operation ${grouped(10_000 - 1.9 * STEPS)} of 10,000`,
    );
    await picture(page, 'long');
    console.log(`opened in ${openMs.toFixed(0)} ms, a step takes ${stepMs.toFixed(1)} ms`);
    expect(openMs).toBeLessThan(2000);
    expect(stepMs).toBeLessThan(50);
    await page.close();
  });
});

describe('the words of our allocator', () => {
  it('are shown as the calls write them, as long as it answers like the target', async () => {
    const { page, complaints } = await open(browser, folder, [section(ten)]);
    await page.locator('.own summary').click();
    const own = page.locator('.own');
    expect(await own.locator('p.quiet').first().textContent()).toMatch(
      /^Here our allocator answers panic: .*; this is its state before\.$/,
    );
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowRight');
    expect(await own.locator('.words tr').allTextContents()).toEqual([
      'free page frames of the bitmap zone30 → 26',
      'held bits of page frames 1–301······· ········ ········ ·······1\n1·1111·· ········ ········ ·······1',
    ]);
    expect(await own.locator('.runs').allTextContents()).toEqual([
      'Free runs of the bitmap zone16–30',
      'Entries of the free stack, top first655 → 25653 → 36',
    ]);
    // Back from a later state, it is the same.
    await page.keyboard.press('End');
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowRight');
    expect(await own.locator('.words tr').first().textContent()).toMatch(/30 → 26$/);
    expect(complaints).toEqual([]);
    await page.close();
  });
});

const shrinking = shrink(await loadTarget('mutant:accepted-double-free'), ten);
const SHRUNK = checkSections({
  reports: [{ trace: shrinking.trace, found: ten, path: null, shrinking }],
  result: null,
  target: 'a',
});

describe('the page of a shrinking', () => {
  it('goes from the program that was found to the simplest', async () => {
    const { page, complaints } = await open(browser, folder, SHRUNK);
    const { way } = shrinking;
    await page.getByRole('button', { name: `${way.length} steps of shrinking` }).click();
    expect(
      (await page.locator('.shrunk li').allTextContents()).map((call) => call.replaceAll('_', '')),
    ).toEqual(formatProgram(shrinking.trace.scenario.operations));
    const slider = page.getByRole('slider');
    await slider.focus();
    await page.keyboard.press('Home');
    expect(await page.locator('output').textContent()).toBe(`as found of ${way.length}`);
    expect(await page.locator('.shrunk li').count()).toBe(10);
    await page.keyboard.press('ArrowRight');
    expect(await page.locator('.shrunk h2').textContent()).toMatch(
      new RegExp(`found by program ${way[0]?.executions}$`),
    );
    expect(complaints).toEqual([]);
    await page.close();
  });
});

describe('the page of a log', () => {
  it('steps through its last operations, counted and placed as in the log', async () => {
    const path = join(folder, 'a.log');
    const { map, config } = ten.scenario;
    const log = recordLog({
      target: OURS,
      map,
      config,
      policies: OURS.policies,
      operations: 1200,
      seed: 3,
      provokesFrom: 0,
    });
    writeFileSync(path, [...log].join('\n'));
    const window = new LogWindow();
    const judged = await judgeLog(path, { window });
    const { page, complaints } = await open(browser, folder, logSections(judged, window, path));
    expect(await page.locator('h1').textContent()).toBe(`holds${path} answers as the specification demands.`);
    expect(await page.locator('output').textContent()).toBe('operation 1,200 of 1,200');
    expect(await page.locator('.verdict .badge').first().textContent()).toBe(
      `line ${grouped(window.entries.at(-1)?.line ?? 0)}`,
    );
    await page.keyboard.press('Home');
    expect(await page.locator('[aria-selected="true"]').textContent()).toMatch(
      /^0before.*after 500 operations/,
    );
    const owners = await page.locator('[data-owner=caller]').textContent();
    expect(owners).toBe(String(window.state?.countOf('caller')));
    await page.getByRole('button', { name: path }).click();
    expect(await page.locator('.facts tr').first().textContent()).toBe('operations1,200');
    expect(complaints).toEqual([]);
    await page.close();
  });
});

const result = await runCampaign({
  target: OURS,
  worlds: [],
  generated: true,
  programs: 30,
  operations: 30,
  seed: 1,
});
const RUN: Section = { kind: 'run', title: 'a run', result };
const before = ten.scenario.map;
const after = memoryMap(before.descriptors.map((d, n) => (n === 2 ? { ...d, type: 'loaderData' } : d)));
const MAPS: Section = {
  kind: 'map',
  title: 'before',
  map: before,
  config: ten.scenario.config,
  other: { title: 'after', map: after },
};

describe('the page of a run', () => {
  it('names first what was never met, and counts both sides of every clause', async () => {
    const { page, complaints } = await open(browser, folder, [RUN]);
    const never = Object.keys(result.situations).filter((name) => result.situations[name] === 0);
    expect(never.length).toBeGreaterThan(5);
    expect(await page.locator('.unmet li').allTextContents()).toEqual(expect.arrayContaining(never));
    const rows = await page.locator('.clauses tr').allTextContents();
    expect(rows).toHaveLength(Object.keys(result.clauses).length);
    const row = rows.find((text) => text.startsWith('alloc.complete')) ?? '';
    const { granted = 0, refused = 0 } = result.clauses['alloc.complete'] ?? {};
    expect(row).toMatch(new RegExp(`granted${grouped(granted)}refused${grouped(refused)}$`));
    const columns = await page
      .locator('.reached path')
      .evaluateAll((paths) => paths.map((path) => path.getAttribute('d')?.match(/M/g)?.length));
    expect(columns).toEqual(Object.values(result.reached).map((programs) => Object.keys(programs).length));
    expect(await page.locator('.reached p').first().textContent()).toMatch(
      new RegExp(`^\\d+ to ${grouped(result.furthest.operations)}$`),
    );
    expect(complaints).toEqual([]);
    await page.close();
  });
});

describe('the page of a map', () => {
  it('draws who owns what on two scales, and hatches where two maps differ', async () => {
    const { page, complaints } = await open(browser, folder, [MAPS]);
    const totals = totalsOf(before, ten.scenario.config);
    expect(await page.locator('.counts').first().locator('tbody tr').allTextContents()).toEqual(
      INITIAL_OWNERS.map((owner) => ` ${WORDS[owner]}${totals[owner].bitmap}${totals[owner].stack}`),
    );
    const paths = await page
      .locator('.address-bar')
      .evaluateAll((bars) =>
        bars.map((bar) => [...bar.children].map((path) => path.getAttribute('d')?.match(/M/g)?.length ?? 0)),
      );
    // pmm, boot, firmware, absent, hole, different, limit
    const [one, other] = [
      [3, 1, 1, 1, 4, 1, 1],
      [2, 1, 1, 1, 4, 1, 1],
    ];
    expect(paths).toEqual([one, other, one, other]);
    expect(await page.locator('h1').textContent()).toBe('beforebeside after: 18 page frames hatched');
    expect(complaints).toEqual([]);
    await page.close();
  });
});

const WORLD = smallWorld({ stack: 4, bitmap: 5 });
const { graph, operations: tried } = await explore({ target: OURS, world: WORLD, graph: true });
const STATES = graph ?? expect.fail();
const GRAPH = {
  kind: 'graph' as const,
  title: 'states of ours',
  ...WORLD,
  operations: tried.map(({ call }, n) => `${call} ${n}`),
  graph: STATES,
} satisfies Section;

describe('the page of a small world', () => {
  it('is walked from state to state, each within 50 ms where there are 5,472', async () => {
    const { page, complaints, busyMs } = await open(browser, folder, [GRAPH]);
    expect(await page.locator('h1').textContent()).toMatch(/^5,472 states/);
    const status = page.getByRole('status');
    const before = await busyMs();
    let state = 0;
    for (let walked = 0; walked < 20; walked += 1) {
      const ends = (STATES.next[state] ?? []).filter((_, i) => i % 2 === 1);
      const way = walked % ends.length;
      await page.locator('.ways').last().locator('.link').nth(way).click();
      state = ends[way] ?? -1;
      expect(await status.textContent()).toMatch(new RegExp(`^State ${state}, level `));
      const drawn = await page
        .locator('.strip path')
        .evaluateAll((paths) =>
          paths.map((path) => [path.getAttribute('class'), path.getAttribute('d')?.match(/M/g)?.length ?? 0]),
        );
      const callers = [...(STATES.owners[state] ?? '')].filter((owner) => owner === 'c').length;
      expect(drawn).toContainEqual(['caller', callers]);
    }
    const stepMs = ((await busyMs()) - before) / 20;
    console.log(`a walk of ${STATES.owners.length} states takes ${stepMs.toFixed(1)} ms a step`);
    expect(stepMs).toBeLessThan(50);
    await page.getByRole('button', { name: 'Back' }).click();
    await page.getByRole('slider').press('ArrowRight');
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('shows the shortest way to any state', async () => {
    const { page } = await open(browser, folder, [GRAPH]);
    const dots = page.locator('.graph');
    const { width = 0, height = 0 } = (await dots.boundingBox()) ?? {};
    await dots.click({ position: { x: width - 30, y: height / 2 } });
    const [, state = '', level = ''] =
      /^State (\d+), level (\d+)/.exec((await page.getByRole('status').textContent()) ?? '') ?? [];
    const way: string[] = [];
    for (let at = Number(state); at !== 0; at = STATES.ways[at]?.[0] ?? 0)
      way.unshift(GRAPH.operations[STATES.ways[at]?.[1] ?? -1] ?? '');
    expect(way).toHaveLength(Number(level));
    expect(await page.locator('.ways').first().locator('li').allTextContents()).toEqual(way);
    await page.close();
  });
});

describe('the page of a world with too many states to draw', () => {
  it('computes where the calls lead, and has the shortest way to any state', async () => {
    const world = smallWorld({ stack: 2, bitmap: 3 });
    const searched = await explore({ target: OURS, world, graph: 'ways' });
    const sections = graphSections(searched, world, OURS);
    const { page, complaints } = await open(browser, folder, sections);
    // All states of the first level are reached from init.
    expect(await page.locator('.verdict .ways .link').count()).toBe(searched.tree?.levels[1]);
    await page.locator('.verdict .ways .link').first().click();
    await page.locator('.verdict .ways .link').first().click();
    const shown = await page.getByRole('status').textContent();
    expect(shown).toMatch(/^State \d+, level 2$/);
    const slider = page.getByRole('slider');
    await slider.focus();
    await page.keyboard.press('End');
    const depth = (searched.tree?.levels.length ?? 0) - 1;
    expect(await page.locator('.trail li').count()).toBe(depth);
    expect(await page.getByRole('status').textContent()).toMatch(new RegExp(`, level ${depth}$`));
    await picture(page, 'tree');
    expect(complaints).toEqual([]);
    await page.close();
  });
});

const HISTORY: Section = {
  kind: 'history',
  title: 'a history',
  clause: 'concurrent.linearizable',
  explanation: 'no order explains the 3 calls; the longest explains 1 of them',
  calls: [
    { caller: 'caller 1', invoked: 0, returned: 3, call: 'allocPages(count 1)', answer: '1 page: 0x10000' },
    { caller: 'caller 10', invoked: 1, returned: 2, call: 'alloc()', answer: '0x10000' },
    { caller: 'alone', invoked: 4, returned: null, call: 'alloc()', answer: 'never returns' },
    { caller: 'caller 2', invoked: 5, returned: 6, call: 'alloc()', answer: '0x20000' },
  ],
  deadEnds: [
    { order: [2], next: [{ call: 1, why: 'allocPages.was-free: page frame 16' }] },
    { order: [1], next: [{ call: 2, why: 'alloc.was-free: page frame 16' }] },
  ],
  left: 7,
  schedule: [
    [0, 16],
    [1, 2],
  ],
  replay: null,
};

describe('the page of a concurrent history', () => {
  it('has a lane for each caller, the longest orders, and why no call can be next', async () => {
    const { page, complaints } = await open(browser, folder, [HISTORY]);
    expect(await page.locator('.lanes svg > g > text').allTextContents()).toEqual(
      expect.arrayContaining(['caller 1', 'caller 2', 'caller 10', 'alone']),
    );
    const calls = page.locator('.call text');
    expect(await calls.allTextContents()).toEqual([
      '1 allocPages(count 1)',
      '2 · no. 1 alloc()',
      '3 … alloc()',
      '4 alloc()',
    ]);
    const drawn = await page
      .locator('.call rect:first-child')
      .evaluateAll((all) =>
        all.map((one) => ['x', 'y', 'width'].map((name) => Number(one.getAttribute(name)))),
      );
    const [[x1 = 0, y1 = 0, w1 = 0] = [], [x2 = 0, y2 = 0, w2 = 0] = [], [, y3 = 0] = [], [, y4 = 0] = []] =
      drawn;
    expect([x2 > x1, x2 + w2 < x1 + w1]).toEqual([true, true]);
    expect([y1 < y4, y4 < y2, y2 < y3]).toEqual([true, true, true]);
    await page.getByRole('button', { name: '1', exact: true }).click();
    expect(await page.locator('main li').first().textContent()).toBe(
      'Call 2 cannot come next: alloc.was-free: page frame 16',
    );
    expect(await calls.allTextContents()).toEqual([
      '1 · no. 1 allocPages(count 1)',
      '2 alloc()',
      '3 … alloc()',
      '4 alloc()',
    ]);
    expect(complaints).toEqual([]);
    await page.close();
  });
});

const good = execute(OURS, ten.scenario).trace();
const VERIFICATION: Section = {
  kind: 'verification',
  title: 'one against the other',
  verdict: 'differs',
  steps: [
    { name: 'corpus', verdict: 'holds', evidence: '8 traces', seconds: 0.1 },
    { name: 'small programs', verdict: 'differs', evidence: '12 programs', seconds: 0.2 },
    { name: 'speed', verdict: 'not done', evidence: 'not the same work', seconds: 0 },
  ],
  speed: { median: 2, ratios: [1, 2, 2.5, 0.5, 9] },
  differences: [{ at: 9, candidate: ten, baseline: good }],
};

describe('the page of a verification', () => {
  it('says what was done and what was not, and shows both answers where they differ', async () => {
    const { page, complaints } = await open(browser, folder, [VERIFICATION]);
    const steps = await page.locator('.counts').first().locator('tr').allTextContents();
    expect(steps).toEqual([
      'corpusholds8 traces0.1 s',
      'small programsdiffers12 programs0.2 s',
      'speednot donenot the same work0.0 s',
    ]);
    const rows = page.locator('.answers tbody tr');
    expect(await rows.count()).toBe(11);
    expect(await page.locator('.answers .differs').allTextContents()).toEqual([
      expect.stringMatching(
        /^10 free\(b\) differsdone \(\d+ free\)violates free\.owner: .*panic: .* \(446 free\)$/,
      ),
    ]);
    const dots = await page
      .locator('.ratio')
      .evaluateAll((all) => all.map((one) => Number(one.getAttribute('cx'))));
    const [one = 0, two = 0, , half = 0, nine = 0] = dots;
    expect([half < one, one < two, two < nine]).toEqual([true, true, true]);
    expect(two - one).toBeCloseTo(one - half);
    expect(complaints).toEqual([]);
    await page.close();
  });
});

const RESULT = resultSection(
  'a search',
  {
    verdict: 'holds',
    levels: [1, 4, 2],
    clauses: { both: ['free.owner'], never: [] },
  },
  [
    {
      line: 3,
      call: 'allocBitmap(count 0x100000, maxAddr 0xffffffffffffffff, alignment 4096)',
      answer: '0xffff8000043e6000 (page frame 17382)',
    },
  ],
);

describe.each([
  ['verification', VERIFICATION],
  ['history', HISTORY],
  ['states', GRAPH],
  ['counterexample', section(ten)],
  ['run', RUN],
  ['maps', MAPS],
  ['result', RESULT],
  ['shrinking', SHRUNK.at(-1) ?? expect.fail()],
])('the page of a %s', (name, shown) => {
  it('is no wider than the screen of a telephone', async () => {
    const { page } = await open(browser, folder, [shown, RUN]);
    await page.setViewportSize({ width: 400, height: 800 });
    // What is drawn to fit is drawn again after the page has another width.
    await expect.poll(() => page.evaluate('document.documentElement.scrollWidth')).toBe(400);
    await page.close();
  });

  it('has no violation of axe-core, light or dark', async () => {
    const { page } = await open(browser, folder, [shown, RUN]);
    await page.evaluate(AXE);
    for (const [colorScheme, rules] of [
      ['light', ''],
      // Only the colours are others.
      ['dark', '{ runOnly: "cat.color" }'],
    ] as const) {
      await page.emulateMedia({ colorScheme });
      await picture(page, `${name}-${colorScheme}`);
      const { violations } = await page.evaluate<{
        violations: readonly { id: string; nodes: readonly object[] }[];
      }>(`axe.run(${rules})`);
      expect(violations.map(({ id, nodes }) => [colorScheme, id, nodes])).toEqual([]);
    }
    await page.close();
  });
});

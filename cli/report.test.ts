import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './testing/copy-of-sources.ts';
import { inProcess } from './testing/in-process.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';
import { traceText } from './testing/trace.ts';

const cwd = temporaryFolder({
  'a.json': traceText(),
  'b.json': traceText(),
  'text.json': 'hello',
  'a.txt': 'BIOS-e820: [mem 0x0-0x3fffff] usable\n',
  'b.txt': 'BIOS-e820: [mem 0x0-0x1fffff] usable\n',
});

/** Returns the sections in a page. */
function sectionsOf(file: string): readonly Record<string, unknown>[] {
  const [, json = ''] = /id="data">([\s\S]*?)<\/script>/.exec(readFileSync(join(cwd, file), 'utf8')) ?? [];
  return JSON.parse(json);
}

describe('frameproof report', () => {
  it('writes saved traces as one page, and runs no target', async () => {
    const result = await inProcess(['report', 'a.json', 'b.json'], cwd);
    expect(result).toEqual({
      exitCode: 0,
      stdout: 'report.html shows 2 files: open it in a browser\n',
      stderr: '',
    });
    expect(sectionsOf('report.html')).toMatchObject([
      { title: 'a.json', replay: 'npx frameproof replay a.json', trace: { violation: { at: 0 } } },
      { title: 'b.json' },
    ]);
  });

  it('shows what other commands print, the traces that it names first, and maps', async () => {
    const found = {
      verdict: 'violated',
      states: 3,
      levels: [1, 2],
      counterexample: { file: join(cwd, 'a.json') },
    };
    writeFileSync(join(cwd, 'search.json'), JSON.stringify(found));
    const map = join(import.meta.dirname, 'testing/version-1/memory-map.json');
    const sides = { verdict: 'refines', speed: { median: 2, ratios: [2] }, steps: [], differences: [] };
    writeFileSync(join(cwd, 'sides.json'), JSON.stringify(sides));
    await inProcess(['report', 'search.json', map, 'sides.json', '--html', 'others.html'], cwd);
    expect(sectionsOf('others.html')).toMatchObject([
      { kind: 'trace', title: join(cwd, 'a.json') },
      {
        kind: 'result',
        facts: [
          ['states', '3'],
          ['file', join(cwd, 'a.json')],
        ],
        tables: { levels: { 0: 1, 1: 2 } },
      },
      { kind: 'map', map: { format: 'frameproof/memory-map' } },
      { kind: 'verification', verdict: 'refines', speed: { median: 2 } },
    ]);
  });

  it('says how a history is shown', async () => {
    const history = join(import.meta.dirname, 'testing/version-1/concurrent-trace.json');
    const { stderr, exitCode } = await inProcess(['report', history], cwd);
    expect(stderr).toMatch(/running it again: npx frameproof replay \S+ --html report\.html\n$/);
    expect(exitCode).toBe(2);
  });

  it('names a file that is not a trace, and writes nothing', async () => {
    const result = await inProcess(['report', 'a.json', 'text.json', '--html', 'no.html'], cwd);
    expect(result.stderr).toMatch(/^frameproof: text\.json: expected JSON: /);
    expect(result.exitCode).toBe(2);
    expect(existsSync(join(cwd, 'no.html'))).toBe(false);
  });

  it('names a file of another kind, and writes nothing', async () => {
    writeFileSync(join(cwd, 'tsconfig.json'), '{"include":["**/*.ts"]}');
    const { exitCode, stderr } = await inProcess(['report', 'tsconfig.json', '--html', 'other.html'], cwd);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: expect.stringContaining(
        'tsconfig.json: expected a trace, a memory map, the file of a shard, or what a command prints with --json',
      ),
    });
    expect(existsSync(join(cwd, 'other.html'))).toBe(false);
  });

  it('says where a page cannot be written', async () => {
    const result = await inProcess(['report', 'a.json', '--html', 'a.json/x.html'], cwd);
    expect(result.stderr).toMatch(/^frameproof: --html: a\.json\/x\.html: /);
    expect(result).toMatchObject({ exitCode: 2, stdout: '' });
  });
});

describe('frameproof check --html', () => {
  const FLAGS = ['--seed', '1', '--programs', '40', '--map', 'generated', '--shrink-time', '1'];

  it('shows what a run met, and so does frameproof report of its JSON', async () => {
    const checked = await inProcess(['check', ...FLAGS, '--html', 'run.html', '--json'], cwd);
    const { situations, clauses } = JSON.parse(checked.stdout);
    const run = { kind: 'run', result: { verdict: 'holds', programs: 40, situations, clauses } };
    expect(sectionsOf('run.html')).toMatchObject([{ ...run, title: 'run of frameproof' }]);
    writeFileSync(join(cwd, 'run.json'), checked.stdout);
    expect(await inProcess(['report', 'run.json', '--html', 'again.html'], cwd)).toMatchObject({
      stderr: '',
    });
    expect(sectionsOf('again.html')).toMatchObject([{ ...run, title: 'run.json' }]);
  });

  it('shows the counterexample first, and how it was found', async () => {
    const target = ['--target', 'mutant:lost-page-per-buffer'];
    await inProcess(['check', ...FLAGS, ...target, '--html', 'found.html'], cwd);
    const [shrunk, found, shrinking, run] = sectionsOf('found.html');
    expect(shrunk?.replay).toMatch(/^npx frameproof replay counterexamples\/\S+\.json$/);
    expect(shrunk).toMatchObject({ kind: 'trace', trace: { violation: {} } });
    expect(found).toMatchObject({ title: expect.stringMatching(/^as found: /), replay: null });
    expect(shrinking).toMatchObject({ kind: 'shrinking', steps: { 0: { executions: 0 } } });
    expect(run).toMatchObject({ kind: 'run', result: { verdict: 'violated' } });
    expect(run?.result).not.toHaveProperty('counterexample');
  });
});

describe('frameproof explore --html', () => {
  const WORLD = 'explore --stack 1 --bitmap 2 --corpus c --shrink-time 0 --html states.html'.split(' ');
  const example = (name: string): string => join(ROOT, 'examples', name);

  it('shows the states of a search, its operations in words', async () => {
    expect(await inProcess(WORLD, cwd)).toMatchObject({ exitCode: 0, stderr: '' });
    const [graph] = sectionsOf('states.html');
    expect(graph).toMatchObject({
      kind: 'graph',
      title: 'states of frameproof',
      graph: { levels: { 0: 1 } },
    });
    expect(graph?.operations).toEqual(
      expect.arrayContaining(['alloc()', 'free(page frame 0)', 'free(page frame 0 + 1)']),
    );
  });

  it('shows a counterexample first', async () => {
    const result = await inProcess([...WORLD, '--target', example('broken-fifth-free.ts')], cwd);
    expect(result.exitCode).toBe(1);
    expect(sectionsOf('states.html').map(({ kind }) => kind)).toContain('graph');
    expect(sectionsOf('states.html')[0]).toMatchObject({ kind: 'trace', trace: { violation: {} } });
  });

  it('shows the counts of a search without states', async () => {
    await inProcess([...WORLD, '--target', example('works.ts'), '--states', '10'], cwd);
    const [section] = sectionsOf('states.html');
    expect(section).toMatchObject({
      kind: 'result',
      title: expect.stringMatching(/^search of .*works\.ts$/),
      facts: expect.arrayContaining([
        ['shows', expect.stringMatching(/; state that the target hides .* met only by chance/)],
      ]),
    });
  });
});

describe('frameproof check --concurrent --html', () => {
  const LOCK = ['--target', join(ROOT, 'examples/broken-lock.ts')];
  const CHECK = ['check', '--concurrent', '--seed', '1', '--calls', '1000', '--corpus', 'found'];

  it('shows the history that no order explains, and replay shows it again', async () => {
    await inProcess([...CHECK, ...LOCK, '--html', 'history.html'], cwd);
    const [history] = sectionsOf('history.html');
    expect(history).toMatchObject({ kind: 'history', clause: 'concurrent.linearizable', left: 0 });
    const [, file = ''] = /replay (\S+)/.exec(String(history?.replay)) ?? [];
    await inProcess(['replay', file, ...LOCK, '--html', 'again.html'], cwd);
    expect(sectionsOf('again.html')).toMatchObject([
      { ...history, title: expect.any(String), replay: expect.any(String) },
    ]);
  });

  it('shows its counts where nothing is violated', async () => {
    expect(await inProcess([...CHECK, '--programs', '1', '--html', 'none.html'], cwd)).toMatchObject({
      exitCode: 0,
    });
    expect(sectionsOf('none.html')).toMatchObject([
      { kind: 'result', tables: { explored: { scenarios: 1 } } },
    ]);
  });
});

describe('frameproof verify --html', () => {
  it('shows the steps, and the program that differs as it ran on each side', async () => {
    const flags = [
      '--against',
      'frameproof',
      '--seed',
      '1',
      '--shrink-time',
      '0',
      '--corpus',
      'sides',
      '--small',
      '1',
      '--programs',
      '5',
    ];
    await inProcess(['verify', 'mutant:stale-page-cache', ...flags, '--html', 'sides.html'], cwd);
    const [verification, candidate, baseline] = sectionsOf('sides.html');
    expect(verification).toMatchObject({
      kind: 'verification',
      title: 'mutant:stale-page-cache against frameproof',
      verdict: 'differs',
      steps: { 0: { name: 'corpus', verdict: 'holds' } },
      speed: null,
      differences: { 0: { candidate: candidate?.trace, baseline: baseline?.trace } },
    });
    expect(candidate).toMatchObject({
      kind: 'trace',
      title: expect.stringMatching(/^\S+ on mutant:stale-page-cache$/),
    });
    expect(baseline).toMatchObject({ kind: 'trace', title: expect.stringMatching(/^\S+ on frameproof$/) });
  });
});

describe('frameproof map --html', () => {
  it('shows one map, or two', async () => {
    expect(await inProcess(['map', 'a.txt', '--html', 'map.html'], cwd)).toMatchObject({ exitCode: 0 });
    const one = { kind: 'map', title: 'a.txt', map: { descriptors: [{ pages: 1024 }] } };
    expect(sectionsOf('map.html')).toMatchObject([{ ...one, other: null }]);
    await inProcess('map a.txt b.txt --html maps.html --bitmap-max-addr 0x1000'.split(' '), cwd);
    const other = { title: 'b.txt', map: { descriptors: [{ pages: 512 }] } };
    expect(sectionsOf('maps.html')).toMatchObject([{ ...one, other, config: { bitmapMaxAddr: '0x1000' } }]);
  });
});

describe('frameproof replay --html', () => {
  it('shows the run of now, with the claims of the target', async () => {
    const result = await inProcess(['replay', 'a.json', '--html', 'now.html'], cwd);
    expect(result).toMatchObject({ exitCode: 0, stderr: '' });
    const [section] = sectionsOf('now.html');
    expect(section).toMatchObject({ title: 'a.json', trace: { profile: {} } });
    expect(section?.trace).not.toHaveProperty('violation');
    expect(section?.trace).toMatchObject({ responses: [{}, { outcome: { kind: 'address' } }, {}] });
  });
});

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { execute, OURS } from '../../runner/index.ts';
import { loadTarget } from '../../runner/load/index.ts';
import { config, memoryMap, type Operation, type Reference, type Trace } from '../../spec/index.ts';
import { OWN_CORPUS } from '../corpus/corpus.ts';
import { scenarioFor } from '../trace/scenario-for.ts';
import { readTrace } from '../trace/trace-file.ts';
import { exportTrace } from './export-trace.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MUTANT_TRACES = join(ROOT, 'assurance/mutants/traces');
const corpus = readdirSync(OWN_CORPUS)
  .filter((name) => name.endsWith('.json'))
  .map((name) => [name.replace('.json', ''), readTrace(join(OWN_CORPUS, name))] as const);

/** Returns what an example that is broken makes of the trace of the corpus on which it breaks. */
async function brokenTrace(example: string): Promise<Trace> {
  const target = await loadTarget(join(ROOT, 'examples', `${example}.ts`));
  const runs = corpus.map(([, trace]) => execute(target, scenarioFor(target, trace)));
  const broken = runs.find(({ violation }) => violation !== null);
  if (broken === undefined) throw new Error(`${example} holds`);
  return broken.trace();
}

// Inside the project, where the package is found by its own name; ignored by Git.
const tests = join(ROOT, 'dist', `exported-${process.pid}`);
mkdirSync(tests, { recursive: true });
afterAll(() => rmSync(tests, { recursive: true }));

interface TestResult {
  readonly name: string;
  readonly status: string;
}

/** Writes vitest files, runs them all at once, and returns how each ended, by its name. */
function runVitest(files: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(tests, `${name}.test.ts`), text);
  const settings =
    "export default { test: { include: ['*.test.ts'], exclude: [], isolate: false, server: { deps: { external: [/dist\\/(spec|impl|properties)/] } } } };";
  writeFileSync(join(tests, 'vitest.config.mjs'), settings);
  const args = ['run', '--root', tests, '--reporter', 'json', '--outputFile', join(tests, 'out.json')];
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST')));
  spawnSync(join(ROOT, 'node_modules/.bin/vitest'), args, { cwd: tests, env });
  const out: { testResults: readonly TestResult[] } = JSON.parse(
    execFileSync('cat', [join(tests, 'out.json')], { encoding: 'utf8' }),
  );
  return Object.fromEntries(
    out.testResults.map(({ name, status }) => [name.replace(/^.*\/|\.test\.ts$/g, ''), status]),
  );
}

describe('an exported vitest file', () => {
  it('passes on an allocator that holds and fails on the one it was found on', async () => {
    const examples = ['broken-limit', 'broken-batch', 'broken-double-free'];
    const files: Record<string, string> = {};
    const expected: Record<string, string> = {};
    for (const example of examples) {
      const trace = await brokenTrace(example);
      for (const [suffix, module, status] of [
        ['itself', `../../examples/${example}.ts`, 'failed'],
        ['works', '../../examples/works.ts', 'passed'],
        ['ours', null, 'passed'],
      ] as const) {
        files[`${example}-${suffix}`] = exportTrace(trace, 'vitest', module);
        expected[`${example}-${suffix}`] = status;
      }
    }
    for (const [name, trace] of corpus) {
      files[`corpus-${name}`] = exportTrace(trace, 'vitest', null);
      expected[`corpus-${name}`] = 'passed';
    }
    expect(runVitest(files)).toEqual(expected);
  });

  it('is code that reads, and holds no helper that it does not use', async () => {
    const text = exportTrace(await brokenTrace('broken-double-free'), 'vitest', '../pmm.ts');
    expect(text).toContain("import allocator from '../pmm.ts';");
    expect(text).toContain("const a = granted(pmm.alloc(), 1, 'stack');");
    expect(text).toContain("expectPanic('free', () => pmm.free(a), { pfn: 0, owner: 'pmm' });");
    expect(text).not.toContain('function grantedPages');
  });
});

const c = mkdtempSync(join(tmpdir(), 'frameproof-c-'));
afterAll(() => rmSync(c, { recursive: true }));
const CFLAGS = ['-std=c11', '-Wall', '-Wextra', '-Werror', '-O2', '-I', join(ROOT, 'native/examples')];
/** Defects that are put between the test and the allocator. */
const WRAPPED = ['BREAK_CONTENTS', 'BREAK_HIGHER_HALF'];
const WRAP = '-Wl,--wrap=pmm_alloc';
const SOURCES = ['native/examples/page_stack.c', 'counterexamples/export/testing/page_stack_shim.c'];

/** Compiles an exported C file with the example allocator, whole or with a defect, and runs it. */
function runC(
  name: string,
  text: string,
  ...defects: readonly string[]
): { status: number | null; stderr: string } {
  const source = join(c, `${name}.c`);
  const program = join(c, [name, ...defects].join('-'));
  writeFileSync(source, text);
  const files = [source, ...SOURCES.map((path) => join(ROOT, path))];
  const flags = defects.flatMap((defect) => [`-D${defect}`, ...(WRAPPED.includes(defect) ? [WRAP] : [])]);
  const compiled = spawnSync('cc', [...CFLAGS, ...flags, ...files, '-o', program], { encoding: 'utf8' });
  expect(compiled.stderr).toBe('');
  const { status, stderr } = spawnSync(program, { encoding: 'utf8' });
  return { status, stderr };
}

describe('an exported C file', () => {
  // The example trusts its callers, like the kernels that it stands for: traces with misuse are not a fair test for it.
  const fair = corpus.filter(([, { responses }]) =>
    responses.every(({ outcome }) => outcome.kind !== 'panicked'),
  );

  it.each(fair)('compiles without a warning and passes on an allocator that holds: %s', (name, trace) => {
    expect(runC(name, exportTrace(trace, 'c', null))).toEqual({ status: 0, stderr: '' });
  });

  it('fails on an allocator that is broken, and says at which line', () => {
    const [name, trace] = corpus.find(([key]) => key === 'run-ends-at-max-addr') ?? ['', null];
    if (trace === null) throw new Error('no such trace');
    const { status, stderr } = runC(name, exportTrace(trace, 'c', null), 'BREAK_LIMIT');
    expect(status).toBe(1);
    expect(stderr).toMatch(/run-ends-at-max-addr\.c:\d+: it can be granted/);
  });

  it('fails where misuse is accepted', async () => {
    const { status, stderr } = runC(
      'double-free',
      exportTrace(await brokenTrace('broken-double-free'), 'c', null),
    );
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringMatching(/it must panic/) });
  });

  it.each([
    ['silent-failure', 'BREAK_WARNING', /each failure is reported once/],
    ['free-list-link-in-used-page', 'BREAK_CONTENTS', /pages that callers hold keep their contents/],
    ['physical-address', 'BREAK_HIGHER_HALF', /it can be granted|addresses are of the higher half/],
  ])('of %s passes on an allocator that holds and fails on one that is broken so', (mutant, defect, must) => {
    const text = exportTrace(readTrace(join(MUTANT_TRACES, `${mutant}.json`)), 'c', null);
    expect(runC(mutant, text)).toEqual({ status: 0, stderr: '' });
    expect(runC(mutant, text, defect)).toEqual({ status: 1, stderr: expect.stringMatching(must) });
  });

  it('is refused where C cannot express the program or check the clause', () => {
    const map = memoryMap([{ type: 'conventional', start: 0n, pages: 2 }]);
    const operations: Operation<Reference>[] = [{ call: 'allocPages', count: 1.5 }];
    const trace = execute(OURS, { map, config: config(), policies: [], operations }).trace();
    expect(() => exportTrace(trace, 'c', null)).toThrow(
      /^--as c: expected unsigned 64-bit arguments.*found 1\.5$/,
    );
    const violation = { clause: 'owner.agrees', at: 0, explanation: '', pfn: null, owner: null } as const;
    expect(() => exportTrace({ ...trace, violation }, 'c', null)).toThrow(/found owner\.agrees$/);
  });
});

describe('an exported text', () => {
  it('is the report', async () => {
    expect(exportTrace(await brokenTrace('broken-limit'), 'text', null)).toMatch(
      /^map .*\nviolation +allocBitmap\.complete: /s,
    );
  });
});

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { type Execution, execute, OURS } from '../../runner/index.ts';
import { loadTarget } from '../../runner/load/index.ts';
import {
  config,
  decodeProfile,
  HIGHER_HALF_48,
  memoryMap,
  type Operation,
  type Reference,
  type Trace,
} from '../../spec/index.ts';
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

/** A profile, bodies of a class that keeps it and of one that does not, and a program on which that shows. */
interface Claimed {
  readonly claims: object;
  readonly works: string;
  readonly broken: string;
  readonly operations: readonly Operation<Reference>[];
}

const alloc: Operation<Reference> = { call: 'alloc' };
const first = { result: 0, page: 0, offset: 0n };
const free: Operation<Reference> = { call: 'free', address: first };
const pair: Operation<Reference> = {
  call: 'allocBitmap',
  count: 2n,
  maxAddr: (1n << 64n) - 1n,
  alignment: 0n,
};

/** It has one zone, returns false from a bad free, and has no other reports and no other amounts than the free one. */
const REFUSING = {
  zones: 1,
  misuse: 'refused',
  failures: [],
  calls: ['alloc', 'allocBitmap', 'free', 'freeRegion', 'freeAmount'],
};
const REFUSES = `extends OneZone {
  tried(free) { try { free(); return true; } catch { return false; } }
  free(address) { return this.tried(() => super.free(address)); }
  freeRegion(address, count) { return this.tried(() => super.freeRegion(address, count)); }
  get errno() { return 'ENOMEM'; }
  set errno(_) {}
  `;

/** Has few calls, and memory comes and goes: a removal of which every page frame must be free, or some. */
const moves = (all: 'every' | 'some'): string => `{
  constructor(map, { config }) { Object.assign(this, { errno: null, half: config.higherHalf, free: new Set([0, 1, 2, 3]), total: 4 }); }
  frames(address, n) { return Array.from({ length: Number(n) }, (_, i) => Number((address - this.half) / 4096n) + i); }
  alloc() { const [frame] = this.free; return this.free.delete(frame) ? this.half + BigInt(frame) * 4096n : null; }
  addRegion(address, n) { for (const frame of this.frames(address, n)) this.free.add(frame); this.total += Number(n); }
  removeRegion(address, n) {
    const frames = this.frames(address, n);
    if (!frames.${all}((frame) => this.free.has(frame))) return false;
    for (const frame of frames) this.free.delete(frame);
    this.total -= Number(n);
  }
  totalAmount() { return this.total; }
  freeAmount() { return this.free.size; }
}`;
const region = (call: 'addRegion' | 'removeRegion', frame: bigint, count: bigint): Operation<Reference> => {
  const named = { address: { absolute: HIGHER_HALF_48 + frame * 4096n }, count };
  return call === 'addRegion' ? { call, ...named } : { call, ...named };
};

const KEEPS_LAST = 'alloc() { return this.freeAmount() <= 1 ? null : super.alloc(); }';

/** It may refuse a run that fits. */
const PARTIAL = { ...REFUSING, search: 'partial' };
const FINDS_NO_RUN = 'allocBitmap(n, ...rest) { return n > 1 ? null : super.allocBitmap(n, ...rest); }';

/** Keeps a page frame that it does not name. */
const keepsOne = (free: readonly number[], run: string, single: string): string => `{
  constructor(map, { config }) { Object.assign(this, { errno: null, half: config.higherHalf, free: ${JSON.stringify(free)} }); }
  alloc() ${single}
  allocBitmap() { return ${run}; }
  freeAmount() { return this.free.length; }
}`;

const CLAIMED: Readonly<Record<string, Claimed>> = {
  'memory-that-moves': {
    claims: {
      zones: 1,
      misuse: 'undefined',
      failures: [],
      calls: ['alloc', 'totalAmount', 'freeAmount', 'addRegion', 'removeRegion'],
    },
    works: moves('every'),
    broken: moves('some'),
    operations: [
      region('removeRegion', 0n, 2n),
      region('addRegion', 1n, 1n),
      alloc,
      alloc,
      region('addRegion', 0n, 0n),
      region('removeRegion', 0n, 2n),
    ],
  },
  'kept-page': {
    claims: {
      zones: 1,
      keeps: 1,
      memoryAtLeast: 1,
      misuse: 'undefined',
      failures: [],
      calls: ['alloc', 'allocBitmap', 'freeAmount'],
    },
    // Whether a run of three page frames fits depends on which of the four is kept.
    works: keepsOne(
      [0, 2, 3],
      'null',
      '{ const [f] = this.free.splice(0, 1); return f === undefined ? null : this.half + BigInt(f) * 4096n; }',
    ),
    broken: keepsOne([0, 1, 2], '(this.free = [], this.half)', '{ return this.half; }'),
    operations: [{ ...pair, count: 3n }, alloc],
  },
  'last-page': {
    claims: REFUSING,
    works: `${REFUSES}}`,
    broken: `${REFUSES} ${KEEPS_LAST}}`,
    operations: [alloc, alloc, alloc, alloc, alloc],
  },
  'run-found': {
    claims: PARTIAL,
    works: `${REFUSES}}`,
    broken: `${REFUSES} ${KEEPS_LAST}}`,
    operations: [pair, alloc, alloc],
  },
  'run-not-found': {
    claims: PARTIAL,
    works: `${REFUSES} ${FINDS_NO_RUN}}`,
    broken: `${REFUSES} ${FINDS_NO_RUN} ${KEEPS_LAST}}`,
    operations: [pair, alloc, alloc, alloc, alloc],
  },
  'double-free': {
    claims: REFUSING,
    works: `${REFUSES}}`,
    broken: `${REFUSES} free(address) { this.tried(() => super.free(address)); return true; } }`,
    operations: [alloc, free, pair, { call: 'free', address: { absolute: HIGHER_HALF_48 + 0x3000n } }],
  },
  'refused-region': {
    claims: REFUSING,
    works: `${REFUSES}}`,
    broken: `${REFUSES} tried() { return false; } }`,
    operations: [alloc, { call: 'freeRegion', address: first, count: 1n }],
  },
  'run-beside-its-multiple': {
    claims: { zones: 1, contiguous: 'powers-of-two', failures: [], misuse: 'undefined' },
    works: 'extends OneZone { allocBitmap(n, max) { return super.allocBitmap(n, max, 4096 * Number(n)); } }',
    broken: 'extends OneZone {}',
    operations: [alloc, pair],
  },
  'zone-left-early': {
    claims: { singlePages: 'stack-zone-first', failures: ['errno'] },
    works: `extends ExtentList { allocPages(to, n) {
      const inStack = this.freeIn('stack');
      super.allocPages(to, inStack);
      for (let i = inStack; i < n; i += 1) to[i] = this.allocBitmap(1, 1n << 60n, 0);
      return true;
    } }`,
    broken: 'extends OneZone {}',
    operations: [{ call: 'allocPages', count: 3n }],
  },
  'errno-cleared': {
    claims: { zones: 1, misuse: 'undefined', failures: ['errno'] },
    works: 'extends OneZone {}',
    broken:
      'extends OneZone { alloc() { const page = super.alloc(); if (page !== null) this.errno = null; return page; } }',
    operations: [alloc],
  },
  'undefined-misuse': {
    claims: { zones: 1, misuse: 'undefined', failures: ['errno'] },
    works: 'extends OneZone { free() { throw new Error("free was called"); } }',
    broken: 'extends OneZone { alloc() { return super.alloc() + 1n; } }',
    operations: [{ call: 'free', address: { absolute: 0n } }, alloc],
  },
};

const FOUR_PAGES = {
  map: memoryMap([{ type: 'conventional', start: 0n, pages: 4 }]),
  config: config({ bitmapMaxAddr: 0x2000n }),
  policies: [],
};

function unknownCase(): never {
  throw new Error('no such case');
}

/** Writes the two modules of a case, and returns what the broken one makes of the program; the other holds. */
async function claimedTrace(name: string, { claims, works, broken, operations }: Claimed): Promise<Trace> {
  const profile = decodeProfile(claims, name);
  const runs: Execution[] = [];
  for (const [suffix, body] of Object.entries({ works, broken })) {
    const path = join(tests, `${name}-${suffix}.mjs`);
    const imports = ['one-zone', 'works'].map((file) => JSON.stringify(join(ROOT, `examples/${file}.ts`)));
    writeFileSync(
      path,
      `import OneZone from ${imports[0]};\nimport ExtentList from ${imports[1]};\nexport default class ${body}\n`,
    );
    runs.push(execute(await loadTarget(path, [], { profile }), { ...FOUR_PAGES, operations }));
  }
  expect(runs.map(({ violation }) => violation === null)).toEqual([true, false]);
  const [, found] = runs;
  if (found === undefined) throw new Error('two modules were run');
  return found.trace();
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
    for (const [name, claimed] of Object.entries(CLAIMED)) {
      const trace = await claimedTrace(name, claimed);
      for (const [suffix, status] of [
        ['works', 'passed'],
        ['broken', 'failed'],
      ] as const) {
        files[`claimed-${name}-${suffix}`] = exportTrace(trace, 'vitest', `./${name}-${suffix}.mjs`);
        expected[`claimed-${name}-${suffix}`] = status;
      }
    }
    for (const [name, other] of [
      ['run-found', 'run-not-found'],
      ['run-not-found', 'run-found'],
    ] as const) {
      const trace = await claimedTrace(name, CLAIMED[name] ?? unknownCase());
      files[`${name}-by-another`] = exportTrace(trace, 'vitest', `./${other}-works.mjs`);
      expected[`${name}-by-another`] = 'passed';
    }
    expect(runVitest(files)).toEqual(expected);
  });

  it('demands what the profile of the trace claims, and says so', async () => {
    const text = exportTrace(
      await claimedTrace('last-page', CLAIMED['last-page'] ?? unknownCase()),
      'vitest',
      './x.mjs',
    );
    expect(text).toContain(' * Held to the profile {"calls":["alloc",');
    expect(text).toContain("granted(pmm.alloc(), 1, 'either')");
    expect(text).not.toMatch(/errno|totalAmount|expect\(warnings/);
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
const ONE_ZONE = 'counterexamples/export/testing/one_zone.c';
const SOURCES = ['native/examples/page_stack.c', 'counterexamples/export/testing/page_stack_shim.c'];

/** Compiles an exported C file with an example allocator, whole or with a defect, and runs it. */
function runC(
  name: string,
  text: string,
  defects: readonly string[] = [],
  sources = SOURCES,
): { status: number | null; stderr: string } {
  const source = join(c, `${name}.c`);
  const program = join(c, [name, ...defects].join('-'));
  writeFileSync(source, text);
  const files = [source, ...sources.map((path) => join(ROOT, path))];
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
    const { status, stderr } = runC(name, exportTrace(trace, 'c', null), ['BREAK_LIMIT']);
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
    expect(runC(mutant, text, [defect])).toEqual({ status: 1, stderr: expect.stringMatching(must) });
  });

  it.each([
    ['last-page', 'BREAK_LAST_PAGE', /it can be granted/],
    ['double-free', 'BREAK_DOUBLE_FREE', /it must be refused/],
    ['refused-region', 'BREAK_REGION', /it may be freed/],
  ])('of %s demands no more than the profile of the trace claims', async (name, defect, must) => {
    const text = exportTrace(await claimedTrace(name, CLAIMED[name] ?? unknownCase()), 'c', null);
    expect(runC(name, text, [], [ONE_ZONE])).toEqual({ status: 0, stderr: '' });
    expect(runC(name, text, [defect], [ONE_ZONE])).toEqual({
      status: 1,
      stderr: expect.stringMatching(must),
    });
  });

  it.each([
    ['run-found', [], ['FINDS_NO_RUN']],
    ['run-not-found', ['FINDS_NO_RUN'], []],
  ])('of a partial search passes whether or not the run is found: %s', async (name, same, other) => {
    const text = exportTrace(await claimedTrace(name, CLAIMED[name] ?? unknownCase()), 'c', null);
    for (const flags of [same, other])
      expect(runC(name, text, flags, [ONE_ZONE])).toEqual({ status: 0, stderr: '' });
    expect(runC(name, text, [...same, 'BREAK_LAST_PAGE'], [ONE_ZONE])).toEqual({
      status: 1,
      stderr: expect.stringMatching(/it can be granted/),
    });
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

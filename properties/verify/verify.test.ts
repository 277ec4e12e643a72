import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { createPmm } from '../../impl/index.ts';
import { factoryTarget, OURS, type Target } from '../../runner/index.ts';
import { loadTarget } from '../../runner/load/index.ts';
import { MUTANTS, targetOf } from '../../runner/mutants/index.ts';
import { changed } from '../../runner/testing/changed.ts';
import {
  config,
  formatProgram,
  memoryMap,
  POLICIES,
  type Policy,
  type Program,
  type Scenario,
  WHOLE,
  WorldRefused,
} from '../../spec/index.ts';
import { checkOut } from './checkout.ts';
import { compare, type Observable, runBoth, type Sides } from './compare.ts';
import { type Difference, shrinkFindings } from './difference.ts';
import { exploreStep } from './explore-step.ts';
import { Findings } from './findings.ts';
import { randomStep } from './random-step.ts';
import { openSide, sidesOf } from './side.ts';
import { smallStep } from './small-step.ts';
import { measureSpeed } from './speed-step.ts';
import { type VerifyOptions, type VerifyResult, verify } from './verify.ts';

const EXAMPLES = fileURLToPath(new URL('../../examples', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'frameproof-verify-'));
afterAll(() => rmSync(folder, { recursive: true }));

function against(candidate: Target, observable: Observable, policies: readonly Policy[] = POLICIES): Sides {
  return sidesOf(candidate, OURS, { observable, policies });
}

/** Returns the differences that one scenario shows, shrunk. */
function differencesOn(sides: Sides, scenario: Scenario, ms: number): readonly Difference[] {
  const findings = new Findings();
  const runs = runBoth(sides, scenario);
  const { differsAt } = compare(runs, sides.observable);
  if (differsAt !== null) findings.note(runs, differsAt);
  return shrinkFindings(sides, findings, { ms });
}

const QUICK: VerifyOptions = {
  corpora: [],
  smallOperations: 0,
  smallWorld: null,
  random: { worlds: [], generated: true, programs: 32, operations: 40, seed: 5 },
  speed: null,
  shrinkMs: 10_000,
};

const UNLIMITED = { seconds: Number.POSITIVE_INFINITY };

/** Eight page frames in each zone. */
const WORLD = {
  map: memoryMap([{ type: 'conventional', start: 0n, pages: 16 }]),
  config: config({ bitmapMaxAddr: 0x8000n }),
};

function scenario(policies: Scenario['policies'], ...operations: Program): Scenario {
  return { ...WORLD, policies, operations };
}

const TWO_PAGES: Program = [{ call: 'alloc' }, { call: 'alloc' }, { call: 'freeAmount' }];
const works = await loadTarget(join(EXAMPLES, 'works.ts'));

describe('two sides that answer differently, both as the specification admits', () => {
  it('differ if the answers must be the same', () => {
    const runs = runBoth(against(works, 'exact', []), scenario([], ...TWO_PAGES));
    expect(compare(runs, 'exact')).toEqual({ differsAt: 0, compared: 2, partedAt: null });
  });

  it('agree if any admitted answer will do; their states part, and each is judged separately from there on', () => {
    const runs = runBoth(against(works, 'spec', []), scenario([], ...TWO_PAGES));
    expect(compare(runs, 'spec')).toEqual({ differsAt: null, compared: 2, partedAt: 0 });
  });

  it('differ if one of them breaks a policy that both are held to', () => {
    const runs = runBoth(against(works, 'spec', ['lifo']), scenario(['lifo'], ...TWO_PAGES));
    expect(compare(runs, 'spec')).toMatchObject({ differsAt: 0 });
    expect([runs.candidate.violation?.clause, runs.baseline.violation]).toEqual(['policy.lifo', undefined]);
  });

  it('are shrunk to the simplest program on which they differ', () => {
    const long = [...TWO_PAGES, ...TWO_PAGES, ...TWO_PAGES];
    const [found, ...others] = differencesOn(against(works, 'exact', []), scenario([], ...long), 10_000);
    expect(formatProgram(found?.candidate.scenario.operations ?? [])).toEqual(['a = alloc()']);
    expect(found?.candidate.scenario.map.descriptors).toHaveLength(1);
    expect(found).toMatchObject({ kind: 'answers', clause: null, at: 0, exhausted: false });
    expect(others).toEqual([]);
  });
});

describe('what neither side is held to', () => {
  const other = changed('other words', (pmm) => ({
    free: (address) => {
      try {
        pmm.free(address);
      } catch (error) {
        if (error instanceof Error) error.message = `${error.message}, and that in other words`;
        throw error;
      }
    },
  }));

  it.each<Observable>(['spec', 'exact'])('is the wording of a panic (%s)', (observable) => {
    const runs = runBoth(
      against(other, observable),
      scenario(POLICIES, { call: 'free', address: { absolute: 0n } }),
    );
    expect(runs.candidate.responses).not.toEqual(runs.baseline.responses);
    expect(compare(runs, observable).differsAt).toBeNull();
  });
});

describe('a baseline that breaks a clause', () => {
  const broken = changed('forgets errno', (pmm) => ({
    allocBitmap: (...request) => {
      const found = pmm.allocBitmap(...request);
      pmm.errno = null;
      return found;
    },
  }));
  const refused = scenario(POLICIES, { call: 'allocBitmap', count: 99n, maxAddr: 0x8000n, alignment: 4096n });

  it('differs from a candidate that does not', () => {
    const runs = runBoth({ candidate: OURS, baseline: broken, observable: 'spec' }, refused);
    expect(compare(runs, 'spec').differsAt).toBe(0);
    expect([runs.candidate.violation, runs.baseline.violation?.clause]).toEqual([
      undefined,
      'failure.enomem',
    ]);
  });

  it('is the same as a candidate that breaks it alike, which is not a refinement of the specification', () => {
    const runs = runBoth({ candidate: broken, baseline: broken, observable: 'exact' }, refused);
    expect(compare(runs, 'exact').differsAt).toBeNull();
    expect(compare(runs, 'spec').differsAt).toBe(0);
  });
});

describe('verify', () => {
  const REWRITES = join(EXAMPLES, 'rewrites');
  const names = readdirSync(REWRITES).filter((name) => name.endsWith('.ts'));

  it('has at least ten rewrites that must refine', () => {
    expect(names.length).toBeGreaterThanOrEqual(10);
  });

  it.each(names)('says that the rewrite %s, whose every answer is the same, refines', async (name) => {
    const result = await verify(against(await loadTarget(join(REWRITES, name)), 'exact'), QUICK);
    expect(result).toMatchObject({ verdict: 'refines', differences: [] });
    expect(result.steps.map((step) => [step.name, step.verdict])).toEqual([
      ['corpus', 'holds'],
      ['small programs', 'holds'],
      ['small worlds', 'not done'],
      ['random programs', 'holds'],
      ['speed', 'not done'],
    ]);
  });

  /** One for each step that finds it. */
  it.each([
    ['terminated-batch', 'corpus'],
    ['reserved-frames-free', 'small programs'],
    ['mmio-as-ram', 'random programs'],
    ['refused-batch-reordered', 'random programs'],
  ])('tells the mutant %s apart, by %s, with the shortest program', async (name, step) => {
    const mutant = MUTANTS.find((each) => each.name === name);
    if (mutant === undefined) throw new Error(`no mutant has the name ${name}`);
    const options = { ...QUICK, random: { ...QUICK.random, programs: 500 } };
    const result: VerifyResult = await verify(against(targetOf(mutant), 'spec'), options);
    const finder = result.steps.find(({ verdict }) => verdict === 'differs');
    expect([result.verdict, finder?.name]).toEqual(['differs', step]);
    expect(new Set(result.differences.map(({ kind }) => kind))).toEqual(new Set(['breaks']));
    for (const { clause, candidate, baseline } of result.differences) {
      expect(candidate.violation?.clause).toBe(clause);
      expect(baseline.violation?.clause).not.toBe(clause);
    }
    const lengths = result.differences
      .filter(({ clause }) => clause === mutant.clause)
      .map(({ candidate }) => candidate.scenario.operations.length);
    expect(Math.min(...lengths)).toBe(mutant.shortest);
  });

  it('goes on after a difference, and lists each clause that the candidate breaks or fixes, shrunk', async () => {
    const refusesLast = changed('refuses the last page', (pmm) => ({
      alloc: () => (pmm.freeAmount() === 1 ? null : pmm.alloc()),
    }));
    const quiet = changed('returns what it likes', (pmm) => ({
      allocBitmap: (count, maxAddr, alignment) =>
        pmm.allocBitmap(count, maxAddr, alignment === 0x4000 ? 0 : alignment),
      totalAmount: () => pmm.totalAmount() - (pmm.freeAmount() === 0 ? 1 : 0),
    }));
    const sides = sidesOf(refusesLast, quiet, { observable: 'spec', policies: [] });
    const options = { ...QUICK, smallOperations: 1, random: { ...QUICK.random, programs: 128 } };
    const { verdict, differences, steps } = await verify(sides, options);
    expect(verdict).toBe('differs');
    expect(differences.map(({ kind, clause }) => [kind, clause])).toEqual([
      ['breaks', 'alloc.complete'],
      // It refuses without an errno.
      ['breaks', 'failure.enomem'],
      ['fixes', 'allocBitmap.aligned'],
      ['fixes', 'init.total'],
      ['fixes', 'amounts.total'],
    ]);
    expect(steps.map((step) => step.name)).toHaveLength(5);
    for (const { candidate } of differences)
      expect(candidate.scenario.operations.length).toBeLessThanOrEqual(2);
  });

  it('says of both sides that they break a clause where they do so alike', async () => {
    const broken = changed('has one page too many', (pmm) => ({ totalAmount: () => pmm.totalAmount() + 1 }));
    const sides = sidesOf(broken, broken, { observable: 'spec' });
    const { verdict, differences } = await verify(sides, QUICK);
    expect([verdict, differences.map(({ kind, clause }) => [kind, clause])]).toEqual([
      'differs',
      [['both', 'init.total']],
    ]);
  });

  it('ends a step with its budget of programs or time, and says that it is partial', async () => {
    const sides = against(OURS, 'spec');
    const findings = new Findings();
    const small = await smallStep(sides, findings, { ...UNLIMITED, longest: 2, programs: 300 });
    expect([small.verdict, small.evidence]).toEqual([
      'partial',
      expect.stringMatching(/^the first 300 programs of at most 2 operations on small memory maps: /),
    ]);
    const hurried = await smallStep(sides, findings, { seconds: 0.1, longest: 3, programs: 1e9 });
    expect(hurried.verdict).toBe('partial');
    // All of them would take hours; a machine under load may hold up the last one for seconds.
    expect(hurried.seconds).toBeLessThan(20);
    const many = { ...QUICK.random, programs: 1_000_000 };
    const random = await randomStep(sides, findings, many, { seconds: 0.1 });
    expect([random.verdict, random.evidence]).toEqual([
      'partial',
      expect.stringMatching(/^[\d,]+ of 1,000,000 programs /),
    ]);
    expect(random.seconds).toBeLessThan(20);
    const none = await randomStep(sides, findings, { ...many, programs: 0 }, UNLIMITED);
    expect(none.verdict).toBe('not done');
  });

  it('compares nothing where init of both refuses every world', async () => {
    const refusing = factoryTarget({
      name: 'refusing',
      policies: [],
      create: () => {
        throw new WorldRefused('no memory is good enough');
      },
    });
    const sides = sidesOf(refusing, refusing, { observable: 'spec' });
    const speed = { world: { ...WORLD, name: 'sixteen pages' }, seed: 1, seconds: 0.1, maxSlowdown: null };
    const { verdict, steps } = await verify(sides, {
      ...QUICK,
      smallOperations: 1,
      smallPrograms: 20,
      speed,
    });
    expect(verdict).toBe('not done');
    expect(steps.map((step) => step.verdict)).toEqual(Array.from({ length: 5 }, () => 'not done'));
    expect(steps.at(-1)?.evidence).toBe('init of refusing refuses sixteen pages');
  });

  it('stops when it is told to', async () => {
    const result = await verify(against(OURS, 'spec'), { ...QUICK, signal: AbortSignal.abort() });
    expect(result.verdict).toBe('interrupted');
  });
});

describe('every call sequence on a small world', () => {
  const SIZE = { stack: 1, bitmap: 2 };

  it('runs on each side, and on both at once if the answers must be the same', async () => {
    const { verdict, evidence } = await exploreStep(against(OURS, 'exact'), new Findings(), SIZE, UNLIMITED);
    expect(verdict).toBe('holds');
    expect(evidence).toMatch(
      /candidate all (\d+ states, [\d,]+ transitions); baseline all \1; both at once all \1$/,
    );
  });

  it('finds what only a state reached by several calls shows, and says which side cannot be searched', async () => {
    const forgetful = factoryTarget({
      name: 'forgetful',
      policies: POLICIES,
      create: (map, options) => {
        const pmm = createPmm(map, options);
        const { alloc } = pmm;
        pmm.alloc = () => (pmm.freeAmount() === 1 ? null : alloc.call(pmm));
        return pmm;
      },
    });
    const findings = new Findings();
    const size = { stack: 2, bitmap: 1 };
    const { verdict } = await exploreStep(against(forgetful, 'spec'), findings, size, UNLIMITED);
    expect(verdict).toBe('differs');
    const [found] = findings.each();
    expect([found?.kind, found?.baseline.violation]).toEqual(['breaks', undefined]);
    expect(found?.candidate.scenario.operations.length).toBeGreaterThan(0);
    const { evidence } = await exploreStep(against(works, 'spec', []), new Findings(), SIZE, UNLIMITED);
    expect(evidence).toContain('candidate not searched, it cannot be saved and loaded');
  });

  it('is not done where neither side can be searched, and partial where the time ends first', async () => {
    const neither = sidesOf(works, works, { observable: 'spec' });
    const { verdict, evidence } = await exploreStep(neither, new Findings(), SIZE, UNLIMITED);
    expect([verdict, evidence]).toEqual([
      'not done',
      'candidate not searched, it cannot be saved and loaded; baseline not searched, it cannot be saved and loaded',
    ]);
    const large = { stack: 6, bitmap: 6 };
    const cut = await exploreStep(against(OURS, 'spec'), new Findings(), large, { seconds: 0.2 });
    expect(cut.verdict).toBe('partial');
    expect(cut.evidence).toMatch(/candidate up to \d+ operations \(time\),/);
  });
});

describe('speed', () => {
  const slow = changed('slow', (pmm) => ({
    alloc: () => {
      const end = performance.now() + 0.05;
      while (performance.now() < end);
      return pmm.alloc();
    },
  }));
  const speed = {
    world: { ...WORLD, name: 'sixteen page frames' },
    seconds: 0.2,
    operations: 400,
    maxSlowdown: 1.5,
  };

  it('is the ratio of the times of both sides, with its quartiles', async () => {
    const { median, quartiles, turns } = await measureSpeed(against(slow, 'spec'), { ...speed, seed: 1 });
    expect(turns).toBeGreaterThanOrEqual(15);
    expect(median).toBeGreaterThan(2);
    expect(quartiles[0]).toBeLessThanOrEqual(median);
    expect(quartiles[1]).toBeGreaterThanOrEqual(median);
  });

  it('tries few calls first, since later ones may take longer', async () => {
    let longest = 0;
    const slower = changed('slower and slower', (pmm) => {
      let allocations = 0;
      const alloc = (): bigint | null => {
        allocations += 1;
        longest = Math.max(longest, allocations);
        const end = performance.now() + allocations / 100;
        while (performance.now() < end);
        return pmm.alloc();
      };
      return { alloc };
    });
    const options = { ...speed, seconds: 0.1, operations: 3000, seed: 1 };
    const { operations, turns } = await measureSpeed(against(slower, 'spec'), options);
    expect(turns).toBeGreaterThanOrEqual(15);
    expect(operations).toBeLessThan(3000);
    expect(longest).toBeLessThanOrEqual(operations);
  });

  it('makes a candidate slower beyond the limit, and never without a limit', async () => {
    const random = { ...QUICK.random, programs: 0 };
    const limited = await verify(against(slow, 'spec'), { ...QUICK, random, speed });
    expect(limited.verdict).toBe('slower');
    expect(limited.speed?.median).toBeGreaterThan(1.5);
    const free = await verify(against(slow, 'spec'), {
      ...QUICK,
      random,
      speed: { ...speed, maxSlowdown: null },
    });
    expect(free.verdict).toBe('refines');
  });
});

describe('a side that is a process', () => {
  const ROOT = join(EXAMPLES, '..');
  const path = join(folder, 'page-stack');
  const compiled = spawnSync('cc', ['-O1', '-o', path, ...sources()], { encoding: 'utf8' });

  function sources(): readonly string[] {
    return ['examples/page_stack_target.c', 'examples/page_stack.c', 'frameproof.c'].map((name) =>
      join(ROOT, 'native', name),
    );
  }

  it('refines the implementation, answer by answer, and its speed is told', async () => {
    expect(compiled.stderr).toBe('');
    const side = await openSide(path);
    const speed = {
      world: { ...WORLD, name: 'sixteen page frames' },
      seconds: 0.1,
      operations: 200,
      maxSlowdown: null,
    };
    const random = { ...QUICK.random, programs: 32 };
    const result = await verify(sidesOf(side.target, OURS, { observable: 'exact' }), {
      ...QUICK,
      random,
      speed,
    });
    await side.close();
    expect(result).toMatchObject({ verdict: 'refines', differences: [] });
    expect(result.steps.at(-1)?.evidence).toMatch(/; a process with what it takes to ask it$/);
  });

  it('that answers otherwise than the other is shrunk with it, call by call', async () => {
    const side = await openSide(path);
    const sides = sidesOf(works, side.target, { observable: 'exact', policies: [] });
    const operations: Program = [{ call: 'allocPages', count: 2n }, ...TWO_PAGES];
    const [found] = differencesOn(sides, scenario([], ...operations), 20_000);
    await side.close();
    if (found === undefined) throw new Error('the sides answer alike');
    const { kind, candidate, baseline } = found;
    expect(kind).toBe('answers');
    expect(formatProgram(candidate.scenario.operations)).toEqual(['a = alloc()']);
    expect([candidate.violation, baseline.violation]).toEqual([undefined, undefined]);
    expect(candidate.responses.at(-1)?.outcome).not.toEqual(baseline.responses.at(-1)?.outcome);
  });

  it('cannot be compared with one that claims something else, unless both are held to the same', async () => {
    const side = await openSide(path);
    const other = works.withClaims({ profile: { ...WHOLE, zones: 1, singlePages: 'anywhere' } });
    expect(() => sidesOf(other, side.target, { observable: 'spec' })).toThrow(
      /expected to claim what .*page-stack does/,
    );
    await side.close();
  });
});

/** A repository with one commit of these files, and what is not committed after it. */
function repository(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(folder, 'repository-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const identity = ['-c', 'user.name=test', '-c', 'user.email=test@example.org'];
  for (const args of [
    ['init', '-q'],
    ['add', '-A'],
    [...identity, 'commit', '-q', '-m', 'first'],
  ]) {
    const { status, stderr } = spawnSync('git', args, { cwd: root, encoding: 'utf8' });
    if (status !== 0) throw new Error(`this test needs git: git ${args.join(' ')}: ${stderr}`);
  }
  return root;
}

const LOCK = JSON.stringify({ lockfileVersion: 3, packages: { '': { name: 'pmm' } } });

describe('a revision', () => {
  it('is extracted as it was committed, and removed', async () => {
    const root = repository({ 'pmm.mjs': '// committed' });
    writeFileSync(join(root, 'pmm.mjs'), '// changed since');
    const { folder: aside, commit, built, close } = await checkOut('HEAD', { cwd: root });
    expect(readdirSync(aside)).toEqual(['pmm.mjs']);
    expect(commit).toMatch(/^[0-9a-f]{40}$/);
    expect(built).toEqual(['no package.json, so nothing to install', 'nothing to build']);
    close();
    expect(existsSync(aside)).toBe(false);
  });

  it('without a path is the file that the other side is, from any folder', async () => {
    const ours = JSON.stringify(new URL('../../impl/index.ts', import.meta.url));
    const root = repository({
      'package.json': '{}',
      'part/pmm.mjs': `export { createPmm as default } from ${ours};`,
    });
    const cwd = join(root, 'part');
    for (const [name, other] of [
      ['git:HEAD', 'pmm.mjs'],
      ['git:HEAD', 'git:HEAD:part/pmm.mjs'],
    ] as const) {
      const { target, remarks, close } = await openSide(name, { cwd, other });
      expect(target.name).toBe('git:HEAD:part/pmm.mjs');
      expect(remarks).toContain('packages of this checkout, as the revision has no package-lock.json');
      await close();
    }
    await expect(openSide('git:HEAD', { cwd, other: 'frameproof' })).rejects.toThrow(
      /^git:HEAD: expected a path after the revision/,
    );
  });

  it('is built by its own script, with the packages of the checkout where these are the same', async () => {
    const root = repository({
      'package.json': JSON.stringify({ name: 'pmm', scripts: { build: 'node build.mjs' } }),
      'package-lock.json': LOCK,
      'build.mjs': `import { writeFileSync } from 'node:fs'; writeFileSync('built.txt', 'yes');`,
    });
    const { folder: aside, built, close } = await checkOut('HEAD', { cwd: root });
    expect(existsSync(join(aside, 'built.txt'))).toBe(true);
    expect(built).toEqual(['packages of this checkout, which has the same versions', 'npm run build']);
    close();
  });

  it('is given its packages by npm where the checkout has others', async () => {
    const dependencies = { dependency: 'file:dependency' };
    const root = repository({
      'package.json': JSON.stringify({ name: 'pmm', dependencies }),
      'package-lock.json': JSON.stringify({
        name: 'pmm',
        lockfileVersion: 3,
        packages: {
          '': { name: 'pmm', dependencies },
          dependency: { version: '1.0.0' },
          'node_modules/dependency': { resolved: 'dependency', link: true },
        },
      }),
      'dependency/package.json': JSON.stringify({ name: 'dependency', version: '1.0.0' }),
    });
    const { folder: aside, built, close } = await checkOut('HEAD', { cwd: root });
    expect(built).toEqual(['npm ci', 'no script build']);
    expect(existsSync(join(aside, 'node_modules/dependency/package.json'))).toBe(true);
    close();
  });

  it('that cannot be built leaves nothing behind', async () => {
    const root = repository({
      'package.json': JSON.stringify({ name: 'pmm', scripts: { build: 'node no-such-file.mjs' } }),
      'package-lock.json': LOCK,
    });
    const temporary = mkdtempSync(join(folder, 'temporary-'));
    vi.stubEnv('TMPDIR', temporary);
    await expect(checkOut('HEAD', { cwd: root })).rejects.toThrow(/^npm run build: expected it to succeed/);
    vi.unstubAllEnvs();
    // npm leaves its own cache there.
    const left = readdirSync(temporary).filter((name) => name.startsWith('frameproof-'));
    expect(left).toEqual([]);
  });

  it.each([
    ['git:', /^git:: expected git:REVISION or git:REVISION:PATH$/],
    ['git:no-such-revision', /^git:no-such-revision: expected a revision of the git repository in /],
    ['git:HEAD', /^git:HEAD: expected a path after the revision, as in git:HEAD:pmm\.ts$/],
    ['git:HEAD:no/such/file.ts', /no\/such\/file\.ts: expected a module .*the file does not exist$/],
  ])('%s is refused in one line', async (name, message) => {
    const cwd = repository({ 'pmm.mjs': '// no target' });
    await expect(openSide(name, { cwd })).rejects.toThrow(message);
  });
});

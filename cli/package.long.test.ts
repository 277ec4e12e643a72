/** The package as users get it: packed from a copy of the sources, installed in an empty folder, used from there. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  globSync,
  readFileSync,
  realpathSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { SourceMap } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { publint } from 'publint';
import { beforeAll, describe, expect, it } from 'vitest';
import { copyOfSources, ROOT } from './testing/copy-of-sources.ts';
import { brokenLinks } from './testing/links.ts';
import { nodeEnvironment, npm } from './testing/npm.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const INSTALL_MS = 240_000;
/** The only door that CommonJS cannot load: vitest itself is loaded asynchronously. */
const ASYNCHRONOUS_DOOR = 'frameproof/vitest';

const MANIFEST: Manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
/** The doors that other code can import, `package.json` left out. */
const DOORS = Object.keys(MANIFEST.exports)
  .filter((path) => !path.endsWith('.json') && !path.includes('*'))
  .map((path) => path.replace('.', MANIFEST.name));

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly keywords: readonly string[];
  readonly homepage: string;
  readonly bugs: { readonly url: string };
  readonly repository: { readonly type: string; readonly url: string };
  readonly exports: Readonly<Record<string, unknown>>;
}

const source = copyOfSources();
const user = realpathSync(
  temporaryFolder({
    'package.json': JSON.stringify({ name: 'user', private: true, type: 'module' }),
    'map.txt': 'BIOS-e820: [mem 0x0-0x7ffffff] usable\n',
    // An enum is more than Node.js strips: the compiler that the package holds compressed rewrites it.
    'enum.ts': `
      import { createPmm } from 'frameproof/impl';
      enum Size { Page = 4096 }
      export default (map, options) => (Size.Page === 4096 ? createPmm(map, options) : null);`,
    'imports.mjs': `
      import { importMemoryMap } from 'frameproof/maps';
      import { memoryMap, config } from 'frameproof/spec';
      import { init } from 'frameproof/model';
      import { createPmm } from 'frameproof/impl';
      import { runCampaign } from 'frameproof/properties';
      import { OURS } from 'frameproof/runner';
      const { map } = importMemoryMap('BIOS-e820: [mem 0x0-0x7ffffff] usable', 'a text');
      const memory = { read: () => 0n, write: () => {} };
      const pmm = createPmm(map, { config: config(), warn: () => {}, memory });
      const { verdict } = await runCampaign(
        { target: OURS, worlds: [], generated: true, programs: 20, operations: 20, seed: 1 });
      console.log(typeof memoryMap, typeof init, pmm.totalAmount(), verdict);`,
    'require.cjs': `
      for (const door of ${JSON.stringify(DOORS.filter((door) => door !== ASYNCHRONOUS_DOOR))}) {
        if (Object.keys(require(door)).length === 0) throw new Error(door);
        console.log(door);
      }`,
    'types.ts': `
      import { init, type ModelState } from 'frameproof/model';
      import { createPmm } from 'frameproof/impl';
      import { type CampaignResult, runCampaign } from 'frameproof/properties';
      import { OURS } from 'frameproof/runner';
      import { type MemoryMap, memoryMap, type Pmm, type PmmFactory } from 'frameproof/spec';
      export const map: MemoryMap = memoryMap([{ type: 'conventional', start: 0n, pages: 4 }]);
      export const factory: PmmFactory = createPmm;
      export const free = (pmm: Pmm): number => pmm.freeAmount();
      export const states: ModelState[] = [];
      export const result: Promise<CampaignResult> = runCampaign(
        { target: OURS, worlds: [], generated: true, programs: 1, operations: 1, seed: 1 });
      // @ts-expect-error: an unknown type of memory is a type error, so these are not all "any".
      export const wrong = memoryMap([{ type: 'volatile', start: 0n, pages: 4 }]);
      export { init };`,
    'suite.test.ts': `
      import { createPmm } from 'frameproof/impl';
      import { describePmm } from 'frameproof/vitest';
      import type { PmmFactory } from 'frameproof/spec';
      const offByOne: PmmFactory = (map, options) => {
        const pmm = createPmm(map, options);
        const alloc = pmm.alloc.bind(pmm);
        pmm.alloc = () => {
          const address = alloc();
          return address === null ? null : address + 1n;
        };
        return pmm;
      };
      describePmm('one that works', createPmm, { policies: ['lifo', 'first-fit'], programs: 60 });
      describePmm('one that is broken', offByOne, { programs: 60, saveTo: 'found' });
      describePmm('one that is broken where nothing can be saved', offByOne, { programs: 60, saveTo: 'package.json/x' });`,
  }),
);
const installed = join(user, 'node_modules', 'frameproof');
let tarball = '';

/** Runs a program of the user's folder with this Node.js and returns what it prints. */
function run(program: string, ...args: readonly string[]): string {
  return execFileSync(process.execPath, [program, ...args], {
    cwd: user,
    env: nodeEnvironment(),
    encoding: 'utf8',
    stdio: 'pipe',
  });
}

/** Type-checks a file of the user's as a separate project, and returns what the compiler prints. */
function typeErrors(file: string): string {
  const flags = [
    '--noEmit',
    '--strict',
    '--module',
    'nodenext',
    '--target',
    'es2024',
    '--skipLibCheck',
    'false',
  ];
  const { stdout, stderr } = spawnSync(join(ROOT, 'node_modules/.bin/tsc'), [...flags, file], {
    cwd: user,
    env: nodeEnvironment(),
    encoding: 'utf8',
  });
  return stdout + stderr;
}

beforeAll(() => {
  const name = npm(['pack', '--silent'], source).trim().split('\n').at(-1) ?? '';
  tarball = join(source, name);
  npm(['install', '--prefer-offline', '--no-audit', '--no-fund', tarball], user);
}, INSTALL_MS);

describe('the package', () => {
  it('is built when it is packed, and holds compiled modules, their types, and what must be read', () => {
    const files = globSync('**/*', { cwd: installed, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(installed.length + 1));
    expect(files).toContain('dist/cli/frameproof.js');
    const others = files.filter(
      (file) =>
        !/^(corpus\/[\w-]+\.json|docs\/(?:tutorials\/)?[\w-]+\.md|docs\/ci\/\w+\.yml|dist\/schemas\/[\w-]+\.schema\.json|examples\/start\/.*|native\/(examples|wasm)\/.*|dist\/vendor\/.*|dist\/(spec|model|impl|runner|counterexamples|properties|report|cli)\/.*(\.d\.ts|\.js|\.js\.map))$/.test(
          file,
        ),
    );
    expect(others.toSorted()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'corpus/README.md',
      'dist/cli/frameproof.1',
      'dist/report/page.html',
      'docs/indexed-job.yaml',
      'native/PROTOCOL.md',
      'native/README.md',
      'native/frameproof.c',
      'native/frameproof.h',
      'native/frameproof_callers.h',
      'native/frameproof_kernel.c',
      'native/frameproof_log.h',
      'native/frameproof_wasm.c',
      'package.json',
    ]);
    expect(files.filter((file) => /^dist\/.*(\.test\.|\/testing\/|fixture)/.test(file))).toEqual([]);
  });

  it('holds nothing of the rooms that are not for users', () => {
    const folders = ['dist/assurance', 'dist/bench', 'docs/decisions'];
    expect(folders.filter((folder) => existsSync(join(installed, folder)))).toEqual([]);
  });

  it('holds texts whose links lead to a file of the package, or to one of the repository', () => {
    const texts = globSync('**/*.md', { cwd: installed });
    expect(texts).toEqual(expect.arrayContaining(['README.md', 'docs/verify.md', 'native/README.md']));
    const broken = texts.flatMap((text) =>
      brokenLinks(join(installed, text), ROOT).map((link) => `${text}: ${link}`),
    );
    expect(broken).toEqual([]);
  });

  it('says where it comes from', () => {
    const { keywords, homepage, bugs, repository } = MANIFEST;
    const url = 'https://github.com/frameproof/frameproof';
    expect(keywords.length).toBeGreaterThan(5);
    expect({ homepage, bugs, repository }).toEqual({
      homepage: `${url}#readme`,
      bugs: { url: `${url}/issues` },
      repository: { type: 'git', url: `git+${url}.git` },
    });
  });

  it('names no folder of the machine that it was built on', () => {
    const folders = [ROOT, source, `${homedir()}/`];
    const naming = globSync('**/*.*', { cwd: installed }).filter((file) => {
      const text = readFileSync(join(installed, file), 'utf8');
      return folders.some((folder) => text.includes(folder));
    });
    expect(naming).toEqual([]);
  });

  it('is what publint expects of a package', async () => {
    const packed = Uint8Array.from(readFileSync(tarball)).buffer;
    const { messages } = await publint({ pack: { tarball: packed }, strict: true });
    expect(messages).toEqual([]);
  });
});

describe('the types of the package', () => {
  it('are right for everyone who imports modules', () => {
    const attw = join(ROOT, 'node_modules/@arethetypeswrong/cli/dist/index.js');
    const args = [attw, tarball, '--profile', 'esm-only', '--format', 'ascii', '--no-color', '--no-emoji'];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      cwd: user,
      env: nodeEnvironment(),
      encoding: 'utf8',
    });
    expect({ status, stderr }, stdout).toEqual({ status: 0, stderr: '' });
    for (const door of DOORS) expect(stdout).toContain(`"${door}"`);
    expect(stdout.match(/node16 \(from ESM\): OK \(ESM\)/g)).toHaveLength(DOORS.length);
  });
});

describe('a checkout', () => {
  it('has a command that can be executed once it is built, or npx would be denied permission', () => {
    const mode = statSync(join(ROOT, 'dist/cli/frameproof.js')).mode;
    expect((mode & 0o111).toString(8)).toBe('111');
  });
});

describe('where nothing but the package is installed', () => {
  it('vitest is missing', () => {
    expect(existsSync(join(user, 'node_modules/vitest'))).toBe(false);
  });

  it('the command reads a memory map', () => {
    const bin = join(user, 'node_modules/.bin/frameproof');
    const options = { cwd: user, env: nodeEnvironment(), encoding: 'utf8' } as const;
    expect(execFileSync(bin, ['map', 'map.txt'], options)).toMatch(/^map: 1 entry of e820-dmesg, 1 region\n/);
  });

  it('the command checks, and its verdict is that ours holds', () => {
    const bin = realpathSync(join(user, 'node_modules/.bin/frameproof'));
    expect(run(bin, 'check', '--programs', '50', '--seed', '1')).toMatch(
      /^holds: no counterexample in 50 programs/m,
    );
  });

  it('the command checks a module in TypeScript that Node.js does not run', () => {
    const bin = realpathSync(join(user, 'node_modules/.bin/frameproof'));
    expect(run(bin, 'check', '--target', 'enum.ts', '--programs', '20', '--seed', '1')).toMatch(/^holds: /m);
  });

  it('each module has a map that holds its source, and leads to the line there; those of the command line have none', () => {
    const modules = globSync('dist/**/*.js', { cwd: installed, exclude: ['dist/vendor/**', 'dist/cli/**'] });
    expect(modules).toContain('dist/properties/index.js');
    expect(globSync('dist/cli/**/*.map', { cwd: installed })).toEqual([]);
    expect(readFileSync(join(installed, 'dist/cli/frameproof.js'), 'utf8')).not.toContain('sourceMappingURL');
    for (const module of modules) {
      const code = readFileSync(join(installed, module), 'utf8');
      const map = JSON.parse(readFileSync(join(installed, `${module}.map`), 'utf8'));
      const source = readFileSync(join(ROOT, module.slice('dist/'.length).replace(/js$/, 'ts')), 'utf8');
      expect(map.sourcesContent?.[0] === source, module).toBe(true);
      const [declared] = /^export (?:async )?function \w+/m.exec(code) ?? [];
      if (declared === undefined) continue;
      const lineOf = (lines: string) => lines.split('\n').findIndex((line) => line.startsWith(declared));
      const entry = new SourceMap(map).findEntry(lineOf(code), 'export '.length);
      expect(entry, module).toMatchObject({ originalLine: lineOf(source) });
    }
  });

  it('the command writes a page that needs nothing else', () => {
    const trace = join(installed, 'corpus/double-free.json');
    run('node_modules/frameproof/dist/cli/frameproof.js', 'report', trace, '--html', 'found.html');
    expect(readFileSync(join(user, 'found.html'), 'utf8')).toMatch(/^<!doctype html>[\s\S]*"call":"free"/);
  });

  it('the command knows its version', () => {
    const { version } = MANIFEST;
    expect(run('node_modules/frameproof/dist/cli/frameproof.js', '--version').trim()).toBe(version);
  });

  it('spec, model, impl and properties can be imported', () => {
    expect(run('imports.mjs').trim()).toBe('function function 32768 holds');
  });

  it('CommonJS can require every door but the one for vitest', () => {
    expect(run('require.cjs').trim().split('\n')).toEqual(DOORS.filter((door) => door !== ASYNCHRONOUS_DOOR));
    expect(DOORS).toContain(ASYNCHRONOUS_DOOR);
  });

  it('nothing else can', () => {
    writeFileSync(join(user, 'inner.mjs'), `import 'frameproof/dist/spec/units.js';`);
    expect(() => run('inner.mjs')).toThrow(/ERR_PACKAGE_PATH_NOT_EXPORTED/);
  });

  it('the types are found, and tell right from wrong', () => {
    expect(typeErrors('types.ts')).toBe('');
  });
});

describe('where vitest is installed too', () => {
  beforeAll(() => symlinkSync(join(ROOT, 'node_modules/vitest'), join(user, 'node_modules/vitest')));

  it('is one of the versions that the package asks for', () => {
    expect(npm(['ls', 'vitest'], user)).toMatch(/frameproof@\S+\n[^\n]* vitest@/);
  });

  it('describePmm passes an allocator that works and fails one that is broken, with its counterexample', () => {
    const flags = ['run', '--reporter=json', '--outputFile=report.json'];
    const ended = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', ...flags], {
      cwd: user,
      env: nodeEnvironment(),
    });
    expect(ended.status).toBe(1);
    const report = JSON.parse(readFileSync(join(user, 'report.json'), 'utf8'));
    const [{ assertionResults }] = report.testResults;
    const [worksOnCorpus, works, , broken, , unsaved] = assertionResults;
    expect(worksOnCorpus).toMatchObject({ status: 'passed', title: 'satisfies every clause on the corpus' });
    expect(works).toMatchObject({ status: 'passed', ancestorTitles: ['one that works'] });
    expect(broken).toMatchObject({ status: 'failed', ancestorTitles: ['one that is broken'] });
    expect(broken.failureMessages.join()).toContain('violation alloc.page-aligned: ');
    const saved = globSync('found/*.json', { cwd: user }).map((file) => `saved     ${file}\n`);
    expect(saved.filter((line) => broken.failureMessages.join().includes(line))).toHaveLength(1);
    expect(unsaved.failureMessages.join()).toContain('violation alloc.page-aligned: ');
    expect(unsaved.failureMessages.join()).toContain(
      'not saved package.json/x: expected a folder that can be written to: a part of its path is not a folder',
    );
  });
});

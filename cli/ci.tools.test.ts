/** Files for build servers: each file is what its server expects, and its commands do what it says, as far as a shell shows it. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { validateAction, validateWorkflow } from '@action-validator/core';
import { Job } from 'kubernetes-models/batch/v1';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ROOT } from './testing/copy-of-sources.ts';
import { nodeEnvironment } from './testing/npm.ts';
import { projectFolder } from './testing/project.ts';

function textOf(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** Returns a project whose allocator holds, or breaks a clause. */
function project(example: 'works' | 'broken-limit'): string {
  const folder = projectFolder();
  copyFileSync(join(ROOT, `examples/works.ts`), join(folder, 'works.ts'));
  copyFileSync(join(ROOT, `examples/${example}.ts`), join(folder, `${example}.ts`));
  writeFileSync(
    join(folder, 'frameproof.config.json'),
    JSON.stringify({ target: `${example}.ts`, check: { shrinkTime: 1 } }),
  );
  return folder;
}

/** Runs lines as a build server does, which ends at the first that fails. */
function run(folder: string, script: string, env: Readonly<Record<string, string>> = {}) {
  const { status, stdout, stderr } = spawnSync('bash', ['-e', '-o', 'pipefail', '-c', script], {
    cwd: folder,
    env: { ...nodeEnvironment(), ...env },
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
}

interface Step {
  readonly run?: string;
  readonly uses?: string;
  readonly if?: string;
}

/** Returns the commands of the steps of a job on GitHub, the installation left out. */
function commandsOf({ steps }: { readonly steps: readonly Step[] }): string {
  return steps.flatMap(({ run = '' }) => (run === '' || run === 'npm ci' ? [] : [run])).join('\n');
}

describe('the files for GitHub', () => {
  it.each(['docs/ci/github.yml', '.github/workflows/ci.yml', '.github/workflows/publish.yml'])(
    '%s is a workflow',
    (path) => {
      expect(validateWorkflow(textOf(path)).errors).toEqual([]);
      expect(validateWorkflow(textOf(path).replace('runs-on', 'run-on')).errors).not.toEqual([]);
    },
  );

  it('action.yml is an action', () => {
    expect(validateAction(textOf('action.yml')).errors).toEqual([]);
    expect(validateAction(textOf('action.yml').replace('using:', 'use:')).errors).not.toEqual([]);
  });

  it.each([
    ['the action', parse(textOf('action.yml')).runs.steps],
    ['the workflow', parse(textOf('docs/ci/github.yml')).jobs.verdict.steps],
  ] as const)('%s saves counterexamples of runs that fail', (_, steps: readonly Step[]) => {
    const caches = steps.filter(({ uses = '' }) => uses.startsWith('actions/cache'));
    // actions/cache saves where the job succeeds.
    expect(caches.map(({ uses, if: when = '' }) => [uses, when.startsWith('always()')])).toEqual([
      ['actions/cache/restore@v4', false],
      ['actions/cache/save@v4', true],
    ]);
  });

  it.each([
    ['works', 0],
    ['broken-limit', 1],
  ] as const)('the action checks an allocator, and leaves its reports: %s', (example, status) => {
    const folder = project(example);
    const { inputs, runs } = parse(textOf('action.yml'));
    const { run: script, env } = runs.steps.find((step: Step) => step.run !== undefined);
    const values = Object.entries<string>(env).map(([name, expression]) => {
      const [, input = ''] = /^\$\{\{ inputs\.([\w-]+) \}\}$/.exec(expression) ?? [];
      return [
        name,
        input === 'flags' ? '  --programs 60\n--operations=50\n--stop-first' : String(inputs[input].default),
      ];
    });
    const ended = run(folder, script, Object.fromEntries(values));
    expect(ended.status, ended.output).toBe(status);
    expect(ended.output).toMatch(status === 0 ? /^holds: .* in 60 programs, seed 1$/m : /^violated: /m);
    expect(readdirSync(join(folder, 'frameproof-reports'))).toEqual(['frameproof.html', 'frameproof.xml']);
    expect(existsSync(join(folder, 'counterexamples'))).toBe(status === 1);
  });

  it('the workflow runs shards at night, and merges them into a verdict', () => {
    const folder = project('broken-limit');
    const { jobs } = parse(textOf('docs/ci/github.yml'));
    for (const shard of jobs.night.strategy.matrix.shard) {
      const ended = run(folder, commandsOf(jobs.night), { PROGRAMS: '80', SEED: '7', SHARD: String(shard) });
      expect(ended.status, ended.output).toBe(0);
    }
    const verdict = run(folder, commandsOf(jobs.verdict));
    expect(verdict.status, verdict.output).toBe(1);
    expect(verdict.output).toMatch(/^violated: /m);
    for (const report of ['frameproof.xml', 'frameproof.html', 'counterexamples'])
      expect(existsSync(join(folder, report))).toBe(true);
  });

  it('what is no finding ends a shard with an error', () => {
    const folder = project('works');
    rmSync(join(folder, 'works.ts'));
    const { jobs } = parse(textOf('docs/ci/github.yml'));
    const ended = run(folder, commandsOf(jobs.night), { PROGRAMS: '8', SEED: '7', SHARD: '0' });
    expect(ended.status).not.toBe(0);
    expect(ended.output).toMatch(/works\.ts: expected .*: the file does not exist/);
  });
});

/** Runs a pipeline on GitLab's file as a runner with a shell does, but for the installation; it is held to the schema of such files. */
function pipeline(folder: string, text: string, variables: Readonly<Record<string, string>>) {
  writeFileSync(join(folder, '.gitlab-ci.yml'), text.replace('- npm ci', '- "true"'));
  const git =
    'git init -q . && git remote add origin git@example.org:my/pmm.git && git add . ":!node_modules"';
  run(folder, `${git} && git -c user.name=a -c user.email=a@example.org commit -qm a`);
  const given = Object.entries(variables).map(([name, value]) => `--variable ${name}=${value}`);
  const emulator = join(ROOT, 'node_modules/gitlab-ci-local/dist/index.js');
  const flags =
    '--force-shell-executor --no-color --concurrency 2 --ignore-predefined-vars CI_PIPELINE_SOURCE';
  return run(folder, `"${process.execPath}" "${emulator}" ${flags} ${given.join(' ')}`);
}

describe('the file for GitLab', () => {
  const text = textOf('docs/ci/gitlab.yml');

  it('keeps counterexamples of jobs that fail', () => {
    expect(parse(text).default.cache.when).toBe('always');
  });

  it('has a gate, which leaves its reports', () => {
    const folder = project('broken-limit');
    const ended = pipeline(folder, text.replace('check ', 'check --programs 60 '), {
      CI_PIPELINE_SOURCE: 'push',
    });
    expect(ended.output).toMatch(/^gate +> violated: /m);
    expect(ended.output).toMatch(/FAIL +gate/);
    expect(ended.status).toBe(1);
    for (const report of ['frameproof.xml', 'frameproof.html', 'counterexamples'])
      expect(existsSync(join(folder, report)), report).toBe(true);
  });

  it('runs shards at night, and merges them into a verdict', () => {
    const night = { CI_PIPELINE_SOURCE: 'schedule', PROGRAMS: '40' };
    const ended = pipeline(project('works'), text, night);
    expect(ended.output).toMatch(/^verdict +> holds: no counterexample in 40 programs, seed \d+$/m);
    expect(ended.output).not.toMatch(/^gate/m);
    expect(ended.status, ended.output).toBe(0);
  });

  it('is what the schema says', () => {
    const ended = pipeline(
      project('works'),
      text.replace('&reports\n    when: always', '&reports\n    when: sometimes'),
      {},
    );
    expect(ended.output).toMatch(
      /must be one of \[on_success, on_failure, always\] \(found sometimes\) at gate.artifacts.when/,
    );
    expect(ended.status).toBe(1);
  });
});

describe('the manifest for Kubernetes', () => {
  const manifest = parse(textOf('docs/indexed-job.yaml'));

  it('is what the schema of a job says', () => {
    expect(() => new Job(manifest).validate()).not.toThrow();
    const { spec } = manifest;
    expect(() => new Job({ ...manifest, spec: { ...spec, completions: '16' } }).validate()).toThrow(
      /completions must be integer/,
    );
  });

  it('has a command that runs a shard, whose number the cluster gives', () => {
    const folder = project('works');
    const [{ command }] = manifest.spec.template.spec.containers;
    const words = command.map((word: string) =>
      word.replace('my-pmm.ts', 'works.ts').replace('1000000', '64').replace('/results', 'results'),
    );
    const ended = run(folder, words.join(' '), { JOB_COMPLETION_INDEX: '3' });
    expect(ended.status, ended.output).toBe(0);
    expect(readdirSync(join(folder, 'results'))).toEqual(['shard-03-of-16.json']);
  });
});

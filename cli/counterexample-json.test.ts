import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { counterexampleJson } from './counterexample-json.ts';
import { ROOT } from './testing/copy-of-sources.ts';
import { inProcess } from './testing/in-process.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const cwd = temporaryFolder();
const example = (name: string): string => join(ROOT, 'examples', `${name}.ts`);
const trace = join(ROOT, 'corpus/double-free.json');
const broken = example('broken-double-free');

const KEYS = Object.keys(counterexampleJson({ violation: null, operations: 0 }));
const VIOLATION_KEYS = ['clause', 'explanation', 'at', 'pfn', 'owner'];

/** A log in which the first allocation is freed twice. */
function doubleFree(): string {
  const map = {
    format: 'frameproof/memory-map',
    version: 1,
    descriptors: [{ type: 'conventional', start: '0x0', pages: 4 }],
  };
  const address = '0xffff800000001000';
  const free = { operation: { call: 'free', address }, response: { outcome: { kind: 'done' } } };
  return [
    {
      format: 'frameproof/log',
      version: 1,
      map,
      config: { bitmapMaxAddr: '0x1000', higherHalf: '0xffff800000000000' },
    },
    { operation: { call: 'alloc' }, response: { outcome: { kind: 'address', address } } },
    free,
    free,
  ]
    .map((line) => `${JSON.stringify(line)}\n`)
    .join('');
}

beforeAll(async () => {
  writeFileSync(join(cwd, 'twice.log'), doubleFree());
  const { exitCode } = await inProcess(
    [
      'check',
      '--target',
      broken,
      '--seed',
      '1',
      '--programs',
      '32',
      '--shard',
      '0/1',
      '--corpus',
      'of-shard',
    ],
    cwd,
  );
  expect(exitCode).toBe(1);
});

/** A command line of each command that can end with a counterexample. */
const COMMAND_LINES: readonly (readonly [command: string, ...words: string[]])[] = [
  ['check', '--target', broken, '--seed', '1', '--programs', '32', '--corpus', 'saved'],
  ['check', '--concurrent', '--target', example('broken-lock'), '--seed', '1', '--corpus', 'saved'],
  [
    'verify',
    broken,
    '--against',
    example('works'),
    '--seed',
    '1',
    '--programs',
    '40',
    '--time',
    '2',
    '--speed-time',
    '0',
    '--corpus',
    'saved',
  ],
  [
    'explore',
    '--target',
    example('broken-fifth-free'),
    '--stack',
    '2',
    '--bitmap',
    '2',
    '--shrink-time',
    '0',
  ],
  ['replay', trace, '--target', broken],
  ['judge', 'twice.log'],
  ['shrink', trace, '--target', broken],
  ['merge', 'shards'],
  ['soak', '--target', broken, '--operations', '1000'],
];

describe('a counterexample in JSON has the same keys in', () => {
  it.each(COMMAND_LINES.map((words) => [words.slice(0, 2).join(' '), words] as const))(
    '%s',
    async (_, words) => {
      const { stdout, stderr, exitCode } = await inProcess([...words, '--json'], cwd);
      expect({ stderr, exitCode }).toEqual({
        stderr: expect.stringMatching(/^(found: [^\n]+\n)*$/),
        exitCode: 1,
      });
      const { counterexample } = JSON.parse(stdout);
      expect(Object.keys(counterexample)).toEqual(KEYS);
      expect(Object.keys(counterexample.violation)).toEqual(VIOLATION_KEYS);
      expect(counterexample.violation.clause).toMatch(/^\w+\.[\w-]+$/);
      expect(counterexample.operations).toBeGreaterThan(0);
      // A log says what was asked, not of whom; nothing else leaves the target open.
      expect(counterexample.target === null).toBe(words[0] === 'judge');
      // Everything that was saved can be replayed, and what was read can be gone on with.
      expect(counterexample.next).toMatch(/^npx frameproof (replay|shrink|export) /);
      if (counterexample.file !== null) expect(counterexample.next).toContain(counterexample.file);
    },
  );
});

describe('a counterexample in JSON is null where there is none, in', () => {
  it.each([
    ['check', '--programs', '20', '--map', 'generated', '--seed', '1'],
    ['explore', '--stack', '1', '--bitmap', '1'],
    ['replay', trace],
    ['soak', '--operations', '1'],
  ])('%s', async (...words) => {
    const { stdout, exitCode } = await inProcess([...words, '--json'], cwd);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ verdict: 'holds', counterexample: null });
  });
});

describe('docs/json.md', () => {
  it('describes the keys, all of them and in their order', () => {
    const text = readFileSync(join(ROOT, 'docs/json.md'), 'utf8');
    const [, table = ''] = text.split('| key | value |');
    expect([...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, key]) => key)).toEqual(KEYS);
    for (const key of VIOLATION_KEYS) expect(table).toContain(`\`${key}\``);
  });
});

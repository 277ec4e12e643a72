/**
 * Formats of files: what version 1 wrote is read for ever, and the JSON Schemas in the package admit what the codecs admit. The files
 * of `testing/version-1/` are never changed: a new version of a format gets a folder beside them.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Mixed } from 'io-ts';
import { describe, expect, it } from 'vitest';
import { EntryLine, HeaderLine, InitLine } from '../counterexamples/log/log-format.ts';
import { ConcurrentTrace } from '../properties/concurrent/concurrent-trace.ts';
import { decode, MemoryMap, Profile, Trace } from '../spec/index.ts';
import { ROOT } from './testing/copy-of-sources.ts';
import { inProcess } from './testing/in-process.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const VERSION_1 = join(import.meta.dirname, 'testing/version-1');

function textOf(name: string): string {
  return readFileSync(join(VERSION_1, name), 'utf8');
}

/** Returns a function that says what a schema of the package finds wrong with data. */
function validator(name: string): (data: unknown) => string | null {
  const ajv = new Ajv2020({ allowUnionTypes: true });
  const validate = ajv.compile(
    JSON.parse(readFileSync(join(ROOT, `dist/schemas/${name}.schema.json`), 'utf8')),
  );
  return (data) => (validate(data) ? null : ajv.errorsText(validate.errors));
}

const [header = '', init = '', ...entries] = textOf('run.log').trim().split('\n');

const FILES: readonly (readonly [schema: string, codec: Mixed, texts: readonly string[]])[] = [
  ['memory-map', MemoryMap, [textOf('memory-map.json')]],
  ['profile', Profile, [textOf('profile.json')]],
  ['trace', Trace, [textOf('trace.json')]],
  ['concurrent-trace', ConcurrentTrace, [textOf('concurrent-trace.json')]],
  ['log-header', HeaderLine, [header]],
  ['log-entry', EntryLine, entries],
];

describe.each(FILES)('%s, version 1', (schema, codec, texts) => {
  const wrong = validator(schema);

  it('is read, and written as it was', () => {
    for (const text of texts) {
      const data: unknown = JSON.parse(text);
      expect(JSON.parse(JSON.stringify(codec.encode(decode(codec, data, schema))))).toEqual(data);
      expect(wrong(data)).toBeNull();
    }
  });

  it('has no other keys, for the codec and for the schema', () => {
    const data = { ...JSON.parse(texts[0] ?? ''), misspelt: 1 };
    expect(() => decode(codec, data, schema)).toThrow(/misspelt: unknown key/);
    expect(wrong(data)).toMatch(/must NOT have additional properties/);
  });
});

describe('the files of version 1', () => {
  it.each([
    ['map memory-map.json', 0],
    ['judge run.log', 0],
    ['replay trace.json', 0],
  ])('frameproof %s', async (line, exitCode) => {
    const result = await inProcess(line.split(' '), VERSION_1);
    expect(result).toMatchObject({ exitCode, stderr: '' });
  });

  it('are all tested here', () => {
    expect(decode(InitLine, JSON.parse(init), 'run.log')).toMatchObject({
      init: { outcome: { kind: 'done' } },
    });
    const names = ['concurrent-trace.json', 'memory-map.json', 'profile.json', 'run.log', 'trace.json'];
    expect(readdirSync(VERSION_1).toSorted()).toEqual(names);
  });
});

describe('the schema of', () => {
  it('a trace admits the corpus', () => {
    const wrong = validator('trace');
    const corpus = readdirSync(join(ROOT, 'corpus')).filter((name) => name.endsWith('.json'));
    expect(corpus.length).toBeGreaterThan(5);
    for (const name of corpus)
      expect(wrong(JSON.parse(readFileSync(join(ROOT, 'corpus', name), 'utf8')))).toBeNull();
  });

  it('a shard admits the result of a shard', async () => {
    const folder = temporaryFolder({ 'box.txt': 'BIOS-e820: [mem 0x0-0xffff] usable\n' });
    const line = 'check --shard 0/2 --programs 4 --operations 5 --seed 1 --map box.txt --results .';
    expect((await inProcess(line.split(' '), folder)).exitCode).toBe(0);
    const shard: unknown = JSON.parse(readFileSync(join(folder, 'shard-0-of-2.json'), 'utf8'));
    expect(validator('shard')(shard)).toBeNull();
  });

  it('a configuration admits flags and commands, and nothing else', () => {
    const wrong = validator('config');
    const settings = { target: './my-pmm', threads: 2, map: ['a', 'b'], check: { time: 60, json: true } };
    expect(wrong({ $schema: 'config.schema.json', ...settings })).toBeNull();
    expect(wrong({ check: { taget: 'x' } })).toMatch(/check must NOT have additional properties/);
    expect(wrong({ json: 'yes' })).toMatch(/json must be boolean/);
  });
});

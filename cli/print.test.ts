/** Text of files, modules and processes reaches the terminal as text, never as commands to it. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { inProcess } from './testing/in-process.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';
import { TRACE } from './testing/trace.ts';

/** Clears the screen, goes back to the start of the line, and turns the direction of what follows. */
const EVIL = '\u001b[2J\r\u009b31m\u202e\u2066';
const STEERING = /[^\P{Cc}\n]|\p{Bidi_Control}/u;

const map = { ...TRACE.scenario.map, name: EVIL };
const responses = [
  { outcome: { kind: 'done' } },
  { outcome: { kind: 'malformed', message: EVIL } },
  { outcome: { kind: 'panicked', message: EVIL, call: EVIL, pfn: null, owner: null }, warnings: [EVIL] },
];
const violation = { ...TRACE.violation, explanation: EVIL };
const trace = JSON.stringify({
  ...TRACE,
  scenario: { ...TRACE.scenario, map },
  responses,
  violation,
  note: EVIL,
});

/** A manager that says these characters wherever it can say something. */
const MODULE = `
  const evil = ${JSON.stringify(EVIL)};
  export default class {
    constructor(map, { warn }) { this.errno = null; this.warn = warn; }
    alloc() { this.warn(evil); throw new Error(evil); }
    allocPages() { throw evil; }
    allocBitmap() { return evil; }
    free() { throw new Error(evil); }
    freePages() {}
    freeRegion() {}
    totalAmount() { return evil; }
    freeAmount() { return 0; }
    reservedAmount() { return 0; }
  }`;

const header = {
  format: 'frameproof/log',
  version: 1,
  map,
  config: TRACE.scenario.config,
};
const logLine = { operation: { call: 'alloc' }, response: responses[1] };

const cwd = temporaryFolder({
  'trace.json': trace,
  'cut.json': trace.slice(0, -1),
  'key.json': trace.replace('"version"', `${JSON.stringify(EVIL)}:1,"version"`),
  'twice.json': trace.replace('"version"', `${JSON.stringify(EVIL)}:1,${JSON.stringify(EVIL)}:2,"version"`),
  'kind.json': trace.replace('"malformed"', JSON.stringify(EVIL)),
  'raw.json': EVIL,
  'evil.mjs': MODULE,
  [`evil${EVIL}.mjs`]: MODULE,
  'throws.mjs': `throw new Error(${JSON.stringify(EVIL)});`,
  'run.log': [header, logLine].map((line) => JSON.stringify(line)).join('\n'),
  'bad.log': `${JSON.stringify(header)}\n${EVIL}\n`,
  'map.json': JSON.stringify(map),
  'box.txt': `BIOS-e820: [mem 0x0-0x7ffffff] ${EVIL}\n`,
  'claims.json': JSON.stringify({ calls: [EVIL] }),
  [`corpus/${EVIL}.json`]: trace,
  'corpus/cut.json': trace.slice(0, -1),
  'shards/one.json': JSON.stringify({ format: EVIL }),
});

describe('what steers a terminal is printed as escapes:', () => {
  it.each([
    ['replay', 'trace.json'],
    ['replay', 'trace.json', '--json'],
    ['replay', 'trace.json', '--target', 'evil.mjs'],
    ['replay', 'trace.json', '--target', `evil${EVIL}.mjs`],
    ['replay', 'trace.json', '--target', 'throws.mjs'],
    ['replay', 'trace.json', '--target', EVIL],
    ['replay', EVIL],
    ['replay', 'cut.json'],
    ['replay', 'key.json'],
    ['replay', 'twice.json'],
    ['replay', 'kind.json'],
    ['replay', 'raw.json'],
    ['shrink', 'trace.json', '--target', 'evil.mjs', '--shrink-time', '1', '--corpus', `saved${EVIL}`],
    ['export', 'trace.json', '--as', 'text'],
    ['export', 'trace.json', '--as', 'c'],
    ['export', 'trace.json', '--as', 'vitest', '--target', `evil${EVIL}.mjs`],
    ['judge', 'run.log'],
    ['judge', 'run.log', '--json'],
    ['judge', 'bad.log'],
    ['map', 'map.json'],
    ['map', 'map.json', '--json'],
    ['map', 'box.txt'],
    ['record', '--map', 'map.json', '--operations', '20'],
    ['check', '--seed', '1', '--programs', '5', '--map', 'map.json', '--corpus', 'corpus'],
    ['check', '--seed', '1', '--programs', '5', '--target', 'evil.mjs', '--corpus', `saved${EVIL}`],
    ['check', '--profile', 'claims.json'],
    ['check', EVIL],
    ['check', `--${EVIL}`],
    ['merge', 'shards'],
    ['verify', 'evil.mjs', '--against', 'frameproof', '--small', '0', '--programs', '5', '--speed-time', '0'],
    ['verify', 'frameproof', '--against', `git:${EVIL}`],
    [EVIL],
  ])('frameproof %j %j %j %j', async (...args: readonly string[]) => {
    const { stdout, stderr } = await inProcess(args, cwd);
    expect(stdout + stderr).not.toMatch(STEERING);
    expect(stdout + stderr).not.toBe('');
  });

  it('as the same data, where that is JSON', async () => {
    const { stdout } = await inProcess(['map', 'map.json', '--json'], cwd);
    expect(stdout).toContain(String.raw`\u202e`);
    expect(JSON.parse(stdout)).toEqual(map);
  });
});

describe('the commands', () => {
  it('print through print.ts and nothing else, where all of it is made printable and every write is checked', () => {
    const folder = fileURLToPath(new URL('.', import.meta.url));
    const others = readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
    const printing = others.filter((name) =>
      /process\.std(out|err)\.write|console\.\w+\(|\bwriteSync\(/.test(
        readFileSync(`${folder}/${name}`, 'utf8'),
      ),
    );
    // The bin prints before anything is loaded; the supervised side reports over a separate pipe.
    expect(printing).toEqual(['frameproof.ts', 'supervised.ts']);
  });
});

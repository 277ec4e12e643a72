import { describe, expect, it } from 'vitest';
import { type Ended, frameproof } from './testing/frameproof.ts';
import { inProcess } from './testing/in-process.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';
import { TRACE, traceText } from './testing/trace.ts';

function mapText(...descriptors: readonly object[]): string {
  return JSON.stringify({ format: 'frameproof/memory-map', version: 1, descriptors });
}

const ram = (start: string, pages: number) => ({ type: 'conventional', start, pages });

const cwd = temporaryFolder({
  'ok.txt': 'BIOS-e820: [mem 0x0-0x7ffffff] usable\n',
  'empty.txt': '',
  'garbage.bin': Uint8Array.from({ length: 512 }, (_, i) => (i * 37) % 256),
  'truncated.json': mapText(ram('0x0', 4)).slice(0, 60),
  'overlapping.json': mapText(ram('0x0', 4), ram('0x9000', 1), ram('0x3000', 4)),
  'unaligned.json': mapText(ram('0x10', 4)),
  'negative.json': mapText(ram('0x0', -4)),
  'newer-map.json': mapText(ram('0x0', 4)).replace('"version":1', '"version":2'),
  'bad-line.txt': 'BIOS-e820: [mem 0x0-0x9ffff] usable\nBIOS-e820: [mem 0x100000-0xzz] usable\n',
  'folder/notes.txt': 'nothing to do with memory',
  'no-default.mjs': 'export const alloc = 1;',
  'no-function.mjs': 'export default { alloc() {} };',
  'throws.mjs': 'export default class { constructor() { throw new Error("no RAM\\n for me"); } }',
  'syntax.mjs': 'export default class {',
  'no-method.mjs': 'export default () => ({ alloc() {} });',
  'no-import.mjs': 'import "./gone.mjs"; export default 1;',
  'policies.mjs': 'export const policies = ["fifo"]; export default class {}',
  'exits.mjs': 'process.exit(0);',
  'waits.mjs': 'await new Promise(() => {}); export default 1;',
  'trace.json': traceText(),
  'truncated-trace.json': traceText().slice(0, 200),
  'foreign.json': '{"a":1}',
  'list.json': '[]',
  'bad-limit.json': traceText({ config: { ...TRACE.scenario.config, bitmapMaxAddr: '0x1001' } }),
  'bad-call.json': traceText({ operations: [{ call: 'malloc' }] }),
  'bad-reference.json': traceText({ operations: [{ call: 'free', address: 'A+1' }] }),
  'gone-target.json': JSON.stringify({ ...TRACE, target: 'gone.ts' }),
  'nowhere.json': JSON.stringify({ ...TRACE, violation: { ...TRACE.violation, at: 99 } }),
  'newer-trace.json': JSON.stringify({ ...TRACE, version: 2 }),
  'unknown-clause.json': JSON.stringify({
    ...TRACE,
    violation: { ...TRACE.violation, clause: 'alloc.polite' },
  }),
});

/** The mistake, the command line, and the message after `frameproof: `. */
type Case = readonly [claim: string, args: string, message: RegExp];

const MAPS: readonly Case[] = [
  ['a missing file', 'map none.txt', /^none\.txt: expected a readable memory map: no such file$/],
  ['truncated JSON', 'map truncated.json', /^truncated\.json: expected JSON: Unexpected end of JSON input$/],
  [
    'overlapping descriptors, both of which it names',
    'map overlapping.json',
    /^overlapping\.json: .*expected disjoint descriptors.*descriptor 0 \(.*0x0\) overlaps descriptor 2 \(.*0x3000\)/,
  ],
  [
    'an unaligned descriptor',
    'map unaligned.json',
    /^unaligned\.json: .*descriptors\[0\]\.start: expected a multiple of 4096.*, found "0x10"$/,
  ],
  [
    'a negative number of page frames',
    'map negative.json',
    /^negative\.json: .*descriptors\[0\]\.pages: expected .*, found -4$/,
  ],
  ['a map of another version', 'map newer-map.json', /^newer-map\.json: .*version: expected 1, found 2$/],
  ['an entry that cannot be read', 'map bad-line.txt', /^bad-line\.txt: line 2: expected /],
  ['a folder without a memory map', 'map folder', /^folder: expected a file, or a folder such as /],
  ['binary data', 'map garbage.bin', /^garbage\.bin: expected a memory map as text, found binary data$/],
  ['an empty file', 'check --map empty.txt', /^empty\.txt: expected a memory map \(/],
  ['a missing file among several', 'check --map ok.txt --map none', /^none: expected a readable memory map/],
  ['overlapping descriptors', 'check --map overlapping.json', /^overlapping\.json: .*overlaps/],
];

const FLAGS: readonly Case[] = [
  [
    'a bitmap limit that is not a multiple of 4096',
    'map ok.txt --bitmap-max-addr 0x1001',
    /^--bitmap-max-addr: expected a multiple of 4096 .*, found "0x1001"$/,
  ],
  [
    'a bitmap limit that is not a multiple of 4096',
    'check --map ok.txt --bitmap-max-addr 0x1001',
    /^--bitmap-max-addr: expected a multiple of 4096 .*, found "0x1001"$/,
  ],
  [
    'a negative bitmap limit',
    'check --bitmap-max-addr -0x1000',
    /^--bitmap-max-addr: expected .*, found "-0x1000"$/,
  ],
  [
    'a negative number',
    'check --programs -5',
    /^--programs: expected a whole number of at least 1, found "-5"$/,
  ],
  ['no number', 'check --programs many', /^--programs: expected a whole number .*, found "many"$/],
  ['zero', 'check --operations 0', /^--operations: expected a whole number of at least 1, found "0"$/],
  ['a fraction', 'check --seed 1.5', /^--seed: expected a whole number .*, found "1\.5"$/],
  [
    'a number that is not exact',
    'check --seed 9007199254740993',
    /^--seed: expected a whole number of at most 9007199254740991, found "9007199254740993"$/,
  ],
  [
    'programs that fit no memory',
    'check --operations 999999999999',
    /^--operations: expected a whole number of at most 1000000, found "999999999999"$/,
  ],
  [
    'batches that fit no memory',
    'explore --batch 99',
    /^batch: expected at most 4 addresses for 11 page frames, found 99$/,
  ],
  [
    'a shard that nobody can unite, again and again',
    'check --watch --shard 0/2',
    /^--shard: expected --seed/,
  ],
  ['a log, and a command', 'judge run.log --run true', /^--run: does not go with a log, run\.log$/],
  ['a form of two maps', 'map ok.txt ok.txt --as e820', /^--as: goes with one memory map, and not with two$/],
  ['JSON of two maps', 'map ok.txt ok.txt --json', /^--json: goes with one memory map, and not with two$/],
  [
    'the map of a trace, which has one',
    'shrink trace.json --map ok.txt',
    /^--map: goes with a log, and trace\.json is a trace$/,
  ],
  ['a negative time', 'check --time -1', /^--time: expected seconds above 0, found "-1"$/],
  ['no time', 'check --time soon', /^--time: expected seconds above 0, found "soon"$/],
  ['both ways to end', 'check --time 1 --programs 1', /'--programs <n>' cannot be used with .*'--time/],
  [
    'an unknown policy',
    'check --policy lifo,fifo',
    /^--policy: expected a policy \(lifo or first-fit\), found "fifo"$/,
  ],
  ['a flag without its value', 'check --target', /^option '--target <path>' argument missing/],
];

const COMMANDS: readonly Case[] = [
  ['an unknown command', 'assess', /^unknown command 'assess' \(see --help\)$/],
  ['a misspelt command', 'chek', /^unknown command 'chek' \(Did you mean check\?\) \(see --help\)$/],
  [
    'help on an unknown command',
    'help chek',
    /^unknown command 'chek' \(Did you mean check\?\) \(see --help\)$/,
  ],
  [
    'a file for a folder',
    'init ok.txt --language c',
    /^ok\.txt: expected a folder of a project: this is not a folder$/,
  ],
  [
    'a file on the way to a folder',
    'init ok.txt/pmm --language c',
    /^ok\.txt\/pmm: expected a folder of a project: this is not a folder$/,
  ],
  [
    'no folder for an output',
    'build pmm.c -o gone/pmm',
    /^--out: gone\/pmm: expected a file that can be written to: no such folder$/,
  ],
  ['an unknown option', 'check --fast', /^unknown option '--fast'/],
  ['a missing argument', 'map', /^missing required argument 'path'/],
  ['a missing argument', 'replay', /^missing required argument 'file'/],
  ['an argument too many', 'map ok.txt ok.txt ok.txt', /^too many arguments for 'map'/],
];

const TARGETS: readonly Case[] = [
  ['a missing module', 'check --target none.mjs', /^none\.mjs: expected a module .*the file does not exist$/],
  [
    'a module without default export',
    'check --target no-default.mjs',
    /^no-default\.mjs: expected a default export that builds a manager.*it has no default export$/,
  ],
  [
    'a default export that is not a function',
    'check --target no-function.mjs',
    /^no-function\.mjs: expected a default export .*; it is of type object$/,
  ],
  [
    'a constructor that throws',
    'check --target throws.mjs',
    /^throws\.mjs: expected a default export .*, and it threw Error: no RAM for me \(throws\.mjs:1:46\)$/,
  ],
  ['a syntax error', 'check --target syntax.mjs', /^syntax\.mjs: expected a module .*: SyntaxError: /],
  ['an import that fails', 'check --target no-import.mjs', /^no-import\.mjs: expected a module .*gone\.mjs/],
  [
    'a manager without a method',
    'check --target no-method.mjs',
    /^no-method\.mjs: expected .* allocPages\(\), or a profile whose calls leave it out$/,
  ],
  [
    'a folder',
    'check --target folder',
    /^folder: expected a module, WebAssembly or an executable: it is a folder$/,
  ],
  [
    'policies that are none',
    'check --target policies.mjs',
    /^policies\.mjs: export policies: .*expected a policy .*, found "fifo"$/,
  ],
  ['a missing module', 'replay trace.json --target none.mjs', /^none\.mjs: expected a module/],
];

/** Targets that end the process, or would never end it. */
const ENDINGS: readonly Case[] = [
  ['a module that ends the process', 'check --target exits.mjs', /^exits\.mjs: .*called process\.exit\(0\)/],
  ['a module that waits forever', 'check --target waits.mjs', /^no result: .* waits for /],
];

const TRACES: readonly Case[] = [
  ['a missing file', 'replay none.json', /^none\.json: expected a readable trace file: /],
  ['a folder', 'replay folder', /^folder: expected a readable trace file: /],
  ['a truncated trace', 'replay truncated-trace.json', /^truncated-trace\.json: expected JSON: .+$/],
  ['what is not JSON', 'replay ok.txt', /^ok\.txt: expected JSON: /],
  ['binary data', 'replay garbage.bin', /^garbage\.bin: expected JSON: /],
  ['JSON of another kind', 'replay foreign.json', /^foreign\.json: .*expected /],
  ['a list', 'replay list.json', /^list\.json: .*expected /],
  [
    'a bitmap limit that is not a multiple of 4096',
    'replay bad-limit.json',
    /^bad-limit\.json: scenario\.config\.bitmapMaxAddr: expected a multiple of 4096 .*, found "0x1001"$/,
  ],
  ['an unknown call', 'replay bad-call.json', /^bad-call\.json: scenario\.operations\[0\].*: expected /],
  [
    'a truncated trace to shrink',
    'shrink truncated-trace.json',
    /^truncated-trace\.json: expected JSON: .+$/,
  ],
  [
    'a trace instead of a log',
    'judge trace.json',
    /^trace\.json:1: format: expected "frameproof\/log", found /,
  ],
  [
    'a trace whose answers were taken out, where a test is to be made of it',
    'export trace.json',
    /^trace\.json: responses: expected an answer to operation 1, found none$/,
  ],
  [
    'a trace that fails beyond its end, there',
    'export nowhere.json --as c',
    /^nowhere\.json: violation\.at: expected one of 2 operations, from 0, found 99$/,
  ],
  [
    'a target that no test can import, there',
    'export gone-target.json',
    /^gone\.ts: expected a module for the test to import: no such file; name one with --target$/,
  ],
  [
    'a mutant that there is none of',
    'replay trace.json --target mutant:gone',
    /^mutant:gone: expected a mutant /,
  ],
  [
    'a bad reference',
    'replay bad-reference.json',
    /^bad-reference\.json: scenario\.operations\[0\].*: expected /,
  ],
];

const OUTDATED: readonly Case[] = [
  ['of a newer version, to shrink', 'shrink newer-trace.json', /newer-trace\.json: format version 2, /],
  ['of a newer version, to export', 'export newer-trace.json', /newer-trace\.json: format version 2, /],
  [
    'of a newer version',
    'replay newer-trace.json',
    /^this file no longer applies: newer-trace\.json: format version 2, and this program reads version 1$/,
  ],
  [
    'that names an unknown clause',
    'replay unknown-clause.json',
    /^this file no longer applies: unknown-clause\.json: clause alloc\.polite is not of this specification$/,
  ],
];

function expectOneLine(result: Ended, message: RegExp, exitCode: number): void {
  const [line = '', ...more] = result.stderr.split('\n');
  expect(more, 'one line, and a line break at its end').toEqual(['']);
  expect(line).toMatch(/^frameproof: [^\p{Cc}]+$/u);
  expect(line.replace('frameproof: ', '')).toMatch(message);
  expect(result).toMatchObject({ exitCode, stdout: '' });
}

/** Kinds of what can be wrong. */
const KINDS = [
  ['maps', MAPS],
  ['flags', FLAGS],
  ['commands', COMMANDS],
  ['targets', TARGETS],
  ['traces', TRACES],
] as const;

describe('frameproof refuses in one line and exits with 2:', () => {
  describe.each(KINDS)('%s', (_, cases) => {
    it.each(cases)('%s: %s', async (_, args, message) =>
      expectOneLine(await inProcess(args.split(' '), cwd), message, 2),
    );
  });
});

describe('frameproof says in one line that it no longer applies, and exits with 3: a trace', () => {
  it.each(OUTDATED)('%s', async (_, args, message) =>
    expectOneLine(await inProcess(args.split(' '), cwd), message, 3),
  );
});

describe.concurrent('frameproof as a process says one of each kind in one line, and exits', () => {
  it.each([...KINDS.flatMap(([, cases]) => cases.slice(0, 1)), ...ENDINGS])(
    'with 2: %s: %s',
    async (_, args, message) => expectOneLine(await frameproof(args.split(' '), { cwd }), message, 2),
  );

  it.each(OUTDATED.slice(0, 1))('with 3: a trace %s', async (_, args, message) =>
    expectOneLine(await frameproof(args.split(' '), { cwd }), message, 3),
  );
});

describe.concurrent('frameproof', () => {
  it('prints control characters of a file name as escapes', async () => {
    const { stderr } = await frameproof(['map', 'a\nb\u001b[31m.txt'], { cwd });
    expect(stderr).toMatch(/^frameproof: a b\\u001b\[31m\.txt: expected a readable memory map[^\n]*\n$/);
  });

  it('prints the help on standard error and exits with 2 where no command is named', async () => {
    const result = await frameproof([]);
    expect(result.stderr).toMatch(/^Usage: frameproof /);
    expect(result).toMatchObject({ exitCode: 2, stdout: '' });
  });

  it.each(['--help', 'help', 'help check', 'check --help', '--version'])(
    'prints what %s asks for on standard output and exits with 0',
    async (args) => {
      const result = await frameproof(args.split(' '));
      expect(result.stdout).not.toBe('');
      expect(result).toMatchObject({ exitCode: 0, stderr: '' });
    },
  );
});

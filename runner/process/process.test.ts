import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { shrink } from '../../counterexamples/shrink/index.ts';
import { runCampaign } from '../../properties/random/index.ts';
import { config, memoryMap, type Operation, type Reference, type Scenario, WHOLE } from '../../spec/index.ts';
import type { Execution } from '../execution.ts';
import { execute } from '../limited-execution.ts';
import { loadTarget } from '../load/load-target.ts';
import { memoryFor } from './allocator-process.ts';
import { GREETING } from './channel-messages.ts';
import { confined, confinementHere } from './confinement.ts';
import { loadModuleApart } from './load-executable.ts';
import { headerText, requestOf } from './request.ts';
import { usageOf, usageWithin } from './usage.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'frameproof-zoo-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A time that nothing else waits for, so that a process left behind can be told. */
const SLEEP = `${100_000 + process.pid}.25`;

/** Processes of this zoo that are still there. */
function left(): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        return line.includes(folder) || line.includes(SLEEP) ? [`${pid} ${line.replaceAll('\0', ' ')}`] : [];
      } catch {
        return []; // it has ended meanwhile
      }
    });
}

/** Killed processes take a moment to be gone. */
async function expectNoneLeft(): Promise<void> {
  for (let tries = 0; tries < 100 && left().length > 0; tries += 1)
    await new Promise((resolve) => setTimeout(resolve, 20));
  expect(left()).toEqual([]);
}

const PROGRAM: readonly Operation<Reference>[] = [
  { call: 'alloc' },
  { call: 'alloc' },
  { call: 'freeRegion', address: { result: 0, page: 0, offset: 0n }, count: 1n },
  { call: 'freeAmount' },
];

const SCENARIO: Scenario = {
  map: memoryMap([{ type: 'conventional', start: 0n, pages: 4 }]),
  config: config({ bitmapMaxAddr: 0n }),
  policies: [],
  operations: PROGRAM,
};

/** Time that a program gets here. */
const PROGRAM_MS = 20;

/** Runs the program on an executable, lets go of it, and makes sure that nothing of it is left. */
async function run(path: string, programMs = PROGRAM_MS, scenario = SCENARIO): Promise<Execution> {
  const target = await loadTarget(path, undefined, { programMs });
  const start = performance.now();
  try {
    return execute(target, scenario);
  } finally {
    expect(performance.now() - start).toBeLessThan(5000);
    await target.close();
    await expectNoneLeft();
  }
}

/** Returns the command line that runs another one as targets run here: in a namespace of process numbers, where that is permitted. */
function confinedHere(command: readonly string[]): readonly string[] {
  const confinement = confinementHere();
  return confinement === null ? command : confined(confinement, command);
}

it('the memory and the time of what runs in a namespace: of its processes, and of no others', async () => {
  const path = join(folder, 'holds');
  writeFileSync(path, "#!/bin/sh\nheld=$(head -c 50000000 /dev/zero | tr '\\0' x)\necho held\nread -r end\n");
  chmodSync(path, 0o755);
  const [command = '', ...args] = confinedHere([path]);
  const child = spawn(command, args);
  try {
    await new Promise((resolve) => child.stdout.once('data', resolve));
    const usage = confinementHere() === null ? usageOf : usageWithin;
    const { residentBytes, workedMs } = usage(child.pid ?? 0);
    expect(residentBytes).toBeGreaterThan(50_000_000);
    expect(residentBytes).toBeLessThan(500_000_000);
    expect(workedMs).toBeGreaterThan(0);
  } finally {
    child.stdin.end();
  }
  await new Promise((resolve) => child.once('close', resolve));
});

/** Writes an executable script that greets, and then does as told with each program. */
function script(name: string, atEnd: string, before = ''): string {
  const path = join(folder, name);
  const greeting = String.raw`read -r hello; printf 'target 1\nready\n'`;
  const text = `#!/bin/sh\n${before}\n${greeting}\nwhile read -r line; do case $line in end) ${atEnd};; esac; done\n`;
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}

const ANSWERS = [
  'done - 4 4 0',
  'address 0xffff800000003000 - 4 3 1',
  'address 0xffff800000002000 - 4 2 2',
  'done - 4 3 1',
  'amount 3 - 4 3 1',
  'end',
];

function printing(...lines: readonly string[]): string {
  return `printf '${lines.join('\\n')}\\n'`;
}

/** Name, what it does when a program has arrived, the operation blamed (-1: init), and what is said. */
const SCRIPTS: readonly (readonly [string, string, number, RegExp])[] = [
  ['dies by a signal', 'kill -SEGV $$', -1, /it died of SIGSEGV$/],
  ['aborts half-way', `${printing(...ANSWERS.slice(0, 3))}; kill -ABRT $$`, 2, /; it died of SIGABRT$/],
  [
    'ends half-way',
    `${printing(...ANSWERS.slice(0, 2))}; exit 0`,
    1,
    /; it ended the process with exit code 0$/,
  ],
  ['never ends', 'while :; do :; done', -1, /still running after \d+ ms: if it is slow, pass --program-time/],
  ['never ends, half-way', `${printing(...ANSWERS.slice(0, 3))}; while :; do :; done`, 2, /still running/],
  ['writes for ever', "exec yes 'done - 4 4 0'", 0, /it answered "done"$/],
  ['writes something else for ever', 'exec yes', -1, /it answered "y": an answer begins with address/],
  ['writes for ever without a line', "exec tr '\\0' x < /dev/zero", -1, /it wrote more than its limit$/],
  ['writes half a line', `printf '${ANSWERS[0]}\\naddress 0xffff8'; exit 1`, 0, /exit code 1$/],
  ['writes half a line and waits', `printf '${ANSWERS[0]}\\naddress 0xffff8'`, 0, /still running/],
  ['answers too little', printing(...ANSWERS.slice(0, 3), 'end'), 2, /it gave 3 answers, and 5 were due$/],
  ['answers too much', printing(...ANSWERS.slice(0, 5), 'done - 4 3 1', 'end'), 3, /more answers than the 5/],
  [
    'gives addresses that are not numbers',
    printing(ANSWERS[0] ?? '', 'address zero - 4 3 1', 'end'),
    0,
    /"zero" is not an address$/,
  ],
  [
    'gives amounts that are not numbers',
    printing(ANSWERS[0] ?? '', 'address 0xffff800000003000 - 4 many 1', 'end'),
    0,
    /"many" is not a number$/,
  ],
  [
    'gives two addresses for one',
    printing(ANSWERS[0] ?? '', 'address 0x1 0x2 - 4 3 1', 'end'),
    0,
    /found 2$/,
  ],
  ['closes its output', 'exec >&-; sleep 9', -1, /still running/],
];

it('a program may take more memory on a large map, and never more than an eighth of the machine', () => {
  const machine = 24 * 2 ** 30;
  expect([1, 2 ** 24, 2 ** 32].map((pages) => memoryFor(pages, machine))).toEqual([1025, 1536, 3072]);
});

describe('an executable that', () => {
  it.each(SCRIPTS)('%s gets a verdict, and nothing of it is left', async (name, atEnd, at, says) => {
    const { violation } = await run(script(name, atEnd));
    expect(violation?.explanation).toMatch(says);
    expect(violation?.at).toBe(at);
  });

  it('keeps its answers until the end of a program is blamed for the operation at which it dies', async () => {
    const path = join(folder, 'buffers');
    const lines = [
      '#!/bin/sh',
      "read -r hello; printf 'target 1\\nready\\n'",
      'while read -r line; do case $line in',
      'init) n=4; text="done - 4 4 0\\n";;',
      'alloc) n=$((n - 1)); text="$text""address 0xffff80000000$n"000" - 4 $n $((4 - n))\\n";;',
      'freeRegion*) kill -SEGV $$;;',
      'end) printf "$text"\'end\\n\';;',
      'esac; done',
    ];
    writeFileSync(path, lines.join('\n'), { mode: 0o755 });
    const { violation } = await run(path);
    expect(violation).toMatchObject({ at: 2, explanation: expect.stringMatching(/it died of SIGSEGV$/) });
  });

  it('takes longer than its limit is run again, and judged by what it answers then', async () => {
    // By the clock four times the limit of 50 ms, and half a second: the first run is ended.
    expect((await run(script('slow', `sleep 1; ${printing(...ANSWERS)}`), 50)).violation).toBeNull();
  });

  it('never ends gets less time once that is confirmed', async () => {
    const target = await loadTarget(script('endless', 'while :; do :; done'), undefined, {
      programMs: PROGRAM_MS,
    });
    const start = performance.now();
    const first = execute(target, SCENARIO);
    const confirmed = performance.now();
    const second = execute(target, SCENARIO);
    expect(performance.now() - confirmed).toBeLessThan(confirmed - start);
    expect(second.trace()).toEqual(first.trace());
    await target.close();
  });

  it('leaves a child behind has it killed', async () => {
    const path = script('forks', printing(...ANSWERS), `sleep ${SLEEP} &`);
    expect((await run(path)).violation).toBeNull();
  });

  it('leaves a process in another session, without an environment, has it killed where that is permitted', async () => {
    const path = script('hides', printing(...ANSWERS), `env -i setsid sleep ${SLEEP} &`);
    if (confinementHere() !== null) return void (await run(path));
    await expect(run(path)).rejects.toThrow(SLEEP);
    for (const line of left()) process.kill(Number(line.split(' ')[0]), 'SIGKILL');
  });

  it('ends after each program is started anew for the next', async () => {
    const target = await loadTarget(script('serves one', `${printing(...ANSWERS)}; exit 0`));
    for (let i = 0; i < 3; i += 1) expect(execute(target, SCENARIO).violation).toBeNull();
    await target.close();
    await expectNoneLeft();
  });

  it.each([
    ['says something else', '#!/bin/sh\necho hello; sleep 9', /its answer is another; it wrote "hello"$/],
    ['ends at once', '#!/bin/sh\necho no >&2; exit 3', /exit code 3; on standard error: "no"$/],
    [
      'claims an invalid profile',
      "#!/bin/sh\nprintf 'target 1\\nprofile [\\nready\\n'; read -r x",
      /expected JSON/,
    ],
    ['is for another machine', '\x7fELF\x02\x01\x01', /cannot be started|exit code|died of/],
  ])('%s is refused', async (name, text, says) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    chmodSync(path, 0o755);
    await expect(loadTarget(path)).rejects.toThrow(says);
    await expectNoneLeft();
  });

  it('on Windows is refused', async () => {
    const path = join(folder, 'speaks');
    writeFileSync(path, '#!/bin/sh', { mode: 0o755 });
    const platform = vi.spyOn(process, 'platform', 'get').mockReturnValue('win32');
    await expect(loadTarget(path)).rejects.toThrow(/expected a module, or WebAssembly/);
    platform.mockRestore();
  });

  it('is a file that may not be executed is refused', async () => {
    writeFileSync(join(folder, 'plain'), '');
    await expect(loadTarget(join(folder, 'plain'))).rejects.toThrow(/it may not be executed$/);
    writeFileSync(join(folder, 'pmm.c'), '');
    await expect(loadTarget(join(folder, 'pmm.c'))).rejects.toThrow(
      /it must be compiled, .*frameproof build$/,
    );
    await expect(loadTarget(folder)).rejects.toThrow(/it is a folder$/);
    await expect(loadTarget(join(folder, 'none'))).rejects.toThrow(/the file does not exist$/);
  });

  it('is a file that may not even be read is refused', async () => {
    const path = join(folder, 'secret');
    // Root may read it all the same.
    writeFileSync(path, '', { mode: 0 });
    await expect(loadTarget(path)).rejects.toThrow(/\/secret: .*: it may not be executed$/);
  });
});

/** Compiles C sources with the harness. */
function compile(output: string, ...sources: readonly string[]): void {
  const files = [...sources, 'native/frameproof.c'].map((path) => join(ROOT, path));
  const flags = ['-std=c11', '-Wall', '-Wextra', '-Werror', '-O1'];
  const { error, stderr } = spawnSync('cc', [...flags, '-o', output, ...files], { encoding: 'utf8' });
  if (error !== undefined) throw new Error(`this test needs a C compiler: ${error.message}`);
  expect(stderr).toBe('');
}

describe('a module in a separate process', () => {
  it('answers as in this one, and has its warnings, panics and writes', async () => {
    const path = fileURLToPath(new URL('../../examples/works.ts', import.meta.url));
    const [here, apart] = [await loadTarget(path), await loadModuleApart(path)];
    const run = { worlds: [], generated: true, programs: 20, operations: 60, seed: 3 };
    expect((await runCampaign({ target: apart, ...run })).findings).toEqual([]);
    const { operations: shortProgram, ...world } = SCENARIO;
    const operations: readonly Operation<Reference>[] = [...shortProgram, { call: 'allocPages', count: 9n }];
    const responses = [here, apart].map((target) => execute(target, { ...world, operations }).responses);
    expect(responses[1]).toEqual(responses[0]);
    await apart.close();
    await expectNoneLeft();
  });

  it('that throws is blamed for the call', async () => {
    const path = join(folder, 'throws.mjs');
    const works = JSON.stringify(new URL('../../examples/works.ts', import.meta.url));
    writeFileSync(
      path,
      `import Works from ${works};\nexport default class extends Works { alloc() { throw new TypeError('no'); } }`,
    );
    const target = await loadModuleApart(path);
    expect(execute(target, SCENARIO).violation).toMatchObject({
      at: 0,
      explanation: expect.stringMatching(/it threw TypeError: no \(.*throws\.mjs:2:\d+\)$/),
    });
    await target.close();
  });
});

describe('an allocator in the C harness that', () => {
  const zoo = join(folder, 'c');

  beforeAll(() => {
    mkdirSync(zoo);
    compile(join(zoo, 'zoo'), 'native/testing/zoo.c');
    for (const name of [
      'segv',
      'abort',
      'assert',
      'say',
      'exit',
      'loop',
      'eat',
      'flood',
      'fork',
      'print',
      'scribble',
      'clear',
      'dial',
      'trust',
      'stale',
      'bit',
      'batch',
    ])
      symlinkSync('zoo', join(zoo, name));
  });

  it.each([
    ['segv', /it died of SIGSEGV$/],
    ['abort', /it died of SIGABRT$/],
    ['assert', /it died of SIGABRT: assertion failed: left > total \(.*zoo\.c:\d+\)$/],
    ['say', /it died of SIGABRT: the free list is corrupt$/],
    ['exit', /it ended the process with exit code 0$/],
    ['loop', /still running after \d+ ms/],
    ['eat', /took more memory than its limit|still running/],
    ['flood', /wrote more than its limit|still running/],
    ['fork', /it died of SIGSEGV$/],
  ])('misbehaves in operation 3 is blamed for that one: %s', async (name, says) => {
    const { violation } = await run(join(zoo, name));
    expect(violation).toMatchObject({ clause: 'freeRegion.owner', at: 2 });
    expect(violation?.explanation).toMatch(says);
  });

  it('eats memory is ended by the harness at the limit of its memory, whatever process has its number elsewhere', () => {
    const limits = { timeLimitMs: 60_000, memoryMib: 64 };
    const { text } = requestOf(PROGRAM, { profile: WHOLE });
    const input = `${GREETING}${headerText(SCENARIO, limits)}${text}`;
    const [command = '', ...args] = confinedHere([join(zoo, 'eat')]);
    const { stdout } = spawnSync(command, args, { input, encoding: 'utf8' });
    expect(stdout).toMatch(/\ndied memory\nmemory \d+\nend\n$/);
  });

  it('leaves a process in another session has it killed before it answers', async () => {
    const path = join(zoo, 'fork');
    const target = await loadTarget(path);
    execute(target, SCENARIO);
    const harnesses = left().filter((line) => line.replace(/^\d+ /, '') === `${path} `);
    await target.close();
    expect(harnesses).toHaveLength(1);
  });

  it.each([
    ['counts on zeros', 'trust'],
    ['believes small numbers', 'stale'],
    ['believes a first bit that is 0', 'bit'],
  ])('%s in RAM is caught', async (_, name) => {
    const { violation } = await run(join(zoo, name));
    expect(violation).toMatchObject({ clause: 'init.free', at: -1 });
  });

  it('prints is not taken at its word', async () => {
    expect((await run(join(zoo, 'print'))).violation).toBeNull();
  });

  it('writes into a page that a caller owns is caught when the program ends', async () => {
    const { violation } = await run(join(zoo, 'scribble'));
    expect(violation).toMatchObject({ clause: 'contents.preserved', pfn: 3, owner: 'caller' });
  });

  it.each([
    ['clear', 'it succeeded, and cleared errno'],
    ['dial', 'it succeeded, and set errno to another number than ENOMEM'],
  ])('changes the errno of its caller though it succeeds is caught: %s', async (name, explanation) => {
    const { violation } = await run(join(zoo, name));
    expect(violation).toMatchObject({ clause: 'failure.enomem', at: 0, explanation });
  });

  it('writes down a batch until no page is left has room for it, however much was asked for', async () => {
    const map = memoryMap([{ type: 'conventional', start: 0n, pages: 5000 }]);
    const operations = [5001n, 2n ** 64n - 1n, 5000n].map(
      (count) => ({ call: 'allocPages', count }) as const,
    );
    const ran = await run(join(zoo, 'batch'), PROGRAM_MS, { ...SCENARIO, map, operations });
    expect(ran.violation).toBeNull();
  });

  it('dies is shrunk to the call that kills it', async () => {
    const target = await loadTarget(join(zoo, 'segv'));
    const worlds = [{ ...SCENARIO, name: 'four page frames' }];
    const run = { target, worlds, generated: false, programs: 200, operations: 60, seed: 1 };
    const [found] = (await runCampaign(run)).findings;
    if (found === undefined) throw new Error('it was not caught');
    expect(found.trace.violation?.explanation).toMatch(/SIGSEGV/);
    const { trace } = shrink(target, found.trace, { ms: 10_000 });
    expect(trace.scenario.operations.map(({ call }) => call)).toEqual(['freeRegion']);
    expect(trace.violation?.explanation).toMatch(/SIGSEGV/);
    await target.close();
    await expectNoneLeft();
  });
});

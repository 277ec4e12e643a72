/** Files and output on a full disk, on special files, and on files that never end. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  closeSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './testing/copy-of-sources.ts';
import { type Ended, ended, frameproof, start } from './testing/frameproof.ts';
import { isWritten, NO_ROOM, type SmallDisk, withSmallDisk } from './testing/small-disk.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';
import { TRACE, traceText } from './testing/trace.ts';

const BOX = 'BIOS-e820: [mem 0x0-0x7ffffff] usable\n';
const cwd = temporaryFolder({
  'box.txt': BOX,
  'holds.json': traceText(),
});
const example = (name: string): string => join(ROOT, 'examples', `${name}.ts`);
const BROKEN = `check --target ${example('broken-limit')} --seed 1 --programs 50 --shrink-time 1`;

function run(args: string, options: Parameters<typeof frameproof>[1] = {}): Promise<Ended> {
  return frameproof(args.split(' '), { cwd, ...options });
}

/** Expects one line, after which the command ended with 2. */
function expectRefusal({ exitCode, stderr }: Ended, message: RegExp | string): void {
  expect(stderr).toMatch(message);
  expect({ exitCode, lines: stderr.split('\n').length }).toEqual({ exitCode: 2, lines: 2 });
}

/** Returns what a command says that cannot write a file. */
function noRoom(flag: string, path: string): RegExp {
  return new RegExp(
    `^frameproof: --${flag}: ${path}\\S*: expected a file that can be written to: (${NO_ROOM})\\n$`,
  );
}

function left({ folder }: SmallDisk): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(isWritten);
}

describe.concurrent('where a disk is full, frameproof says so in one line, prints what it has found, leaves nothing half-written, and exits with 2:', () => {
  it.each([
    ['check, of a counterexample', BROKEN],
    [
      'soak, of a counterexample',
      `soak --target ${example('broken-limit')} --operations 20000 --shrink-time 1`,
    ],
    ['shrink', `shrink ${join(ROOT, 'corpus/double-free.json')} --target ${example('broken-double-free')}`],
    ['explore', `explore --target ${example('broken-fifth-free')} --stack 2 --bitmap 2 --shrink-time 1`],
    ['check --concurrent', `check --concurrent --target ${example('broken-lock')} --seed 1`],
  ])('%s', async (_, command) => {
    await withSmallDisk({ kib: 0 }, async (disk) => {
      const result = await run(`${command} --corpus ${disk.folder}`, disk.options);
      expectRefusal(result, noRoom('corpus', disk.folder));
      expect(result.stdout).toMatch(/^program|^broken|^violated/m);
      expect(left(disk).filter((name) => name !== 'concurrent')).toEqual([]);
    });
  });

  it('check, of the file of a shard', async () => {
    await withSmallDisk({ kib: 0 }, async (disk) => {
      const result = await run(`${BROKEN} --shard 0/1 --results ${disk.folder}`, disk.options);
      expectRefusal(result, noRoom('results', disk.folder));
      expect(result.stdout).toContain('allocBitmap.complete');
      expect(left(disk)).toEqual([]);
    });
  });

  it('merge, of a counterexample', async () => {
    await withSmallDisk({ kib: 0 }, async (disk) => {
      await run(`${BROKEN} --shard 0/1 --results parts`);
      const result = await run(`merge parts --corpus ${disk.folder}`, disk.options);
      expectRefusal(result, noRoom('corpus', disk.folder));
      expect(result.stdout).toContain('allocBitmap.complete');
      expect(left(disk)).toEqual([]);
    });
  });

  it('check, of statistics, which keep what they held; the campaign goes on to its end', async () => {
    await withSmallDisk({ kib: 128, files: { 's.jsonl': 'what was there before' } }, async (disk) => {
      const result = await run(
        `check --seed 1 --programs 300 --map box.txt --stats ${disk.folder}/s.jsonl`,
        disk.options,
      );
      expectRefusal(result, noRoom('stats', disk.folder));
      expect(result.stdout).toMatch(/^holds: no counterexample in 300 programs/m);
      expect(readFileSync(join(disk.folder, 's.jsonl'), 'utf8')).toBe('what was there before');
      expect(left(disk)).toEqual(['s.jsonl']);
    });
  });

  it.each([
    ['check --junit', 'check --seed 1 --programs 5 --map box.txt --junit', /holds/],
    [
      'verify --junit',
      `verify frameproof --against frameproof --small 1 --programs 5 --speed-time 0 --junit`,
      /refines/,
    ],
  ])('%s', async (_, command, printed) => {
    await withSmallDisk({ kib: 0, files: { 'j.xml': 'before' } }, async (disk) => {
      const result = await run(`${command} ${disk.folder}/j.xml`, disk.options);
      expectRefusal(result, noRoom('junit', disk.folder));
      expect(result.stdout).toMatch(printed);
      expect(readFileSync(join(disk.folder, 'j.xml'), 'utf8')).toBe('before');
      expect(left(disk)).toEqual(['j.xml']);
    });
  });

  it('init', async () => {
    await withSmallDisk({ kib: 0 }, async (disk) => {
      const result = await run(`init ${disk.folder} --language c`, disk.options);
      expectRefusal(
        result,
        new RegExp(
          `^frameproof: ${disk.folder}\\S*: expected a file that can be written to: (${NO_ROOM})\\n$`,
        ),
      );
      expect(left(disk)).toEqual([]);
    });
  });

  it.each([
    ['export --out', `export ${join(ROOT, 'corpus/double-free.json')} --out`],
    ['record --out', 'record --map box.txt --operations 5000 --out'],
  ])('%s', async (_, command) => {
    await withSmallDisk({ kib: 0, files: { out: 'before' } }, async (disk) => {
      expectRefusal(await run(`${command} ${disk.folder}/out`, disk.options), noRoom('out', disk.folder));
      expect(readFileSync(join(disk.folder, 'out'), 'utf8')).toBe('before');
      expect(left(disk)).toEqual(['out']);
    });
  });

  it.each([
    'map box.txt --json',
    'record --map box.txt --operations 5000',
    'replay holds.json',
    'judge run.log',
    '--help',
  ])('%s, of what is printed into a file', async (command) => {
    await run('record --map box.txt --operations 200 --out run.log');
    await withSmallDisk({ kib: 0 }, async (disk) => {
      const stdout = openSync(join(disk.folder, 'out'), 'w');
      const result = await run(command, { ...disk.options, stdout });
      closeSync(stdout);
      expectRefusal(
        result,
        new RegExp(`^frameproof: standard output: expected to be written to: (${NO_ROOM})\\n$`),
      );
    });
  });

  it('record, of the last bytes that it prints, where all before them found room', async () => {
    await withSmallDisk({ kib: 64 }, async (disk) => {
      const stdout = openSync(join(disk.folder, 'out'), 'w');
      const result = await run('record --map box.txt --operations 5000', { ...disk.options, stdout });
      closeSync(stdout);
      expectRefusal(result, /^frameproof: standard output: /);
      expect(statSync(join(disk.folder, 'out')).size).toBe(64 * 1024);
    });
  });
});

const special = temporaryFolder({ target: 'before' });

/** A device that is always full: one made for the test where that is permitted, or the system's. */
function fullDevice(): string {
  const made = join(special, 'full');
  return spawnSync('mknod', [made, 'c', '1', '7']).status === 0 ? made : '/dev/full';
}

describe.concurrent('a special file is written to and never replaced:', () => {
  const device = fullDevice();

  it.each([
    ['stats', 'check --seed 1 --programs 5 --map box.txt --stats'],
    ['junit', 'check --seed 1 --programs 5 --map box.txt --junit'],
    ['out', 'export holds.json --as text --out'],
    ['out', 'record --map box.txt --out'],
  ])('a full device, by --%s of %s', async (flag, command) => {
    expectRefusal(await run(`${command} ${device}`), noRoom(flag, device));
    expect(statSync(device).isCharacterDevice()).toBe(true);
  });

  it.each([
    'replay holds.json',
    'map box.txt',
    'judge run.log',
    'check --seed 1 --programs 5 --map box.txt',
    '--version',
  ])('a full device, by the standard output of %s', async (command) => {
    await run('record --map box.txt --operations 200 --out run.log');
    const stdout = openSync(device, 'w');
    const result = await run(command, { stdout });
    closeSync(stdout);
    expectRefusal(
      result,
      /^frameproof: standard output: expected to be written to: no space left on the device\n$/,
    );
  });

  it('a pipe, by --junit', async () => {
    const pipe = join(special, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const [{ exitCode }, read] = await Promise.all([
      run(`check --seed 1 --programs 5 --map box.txt --junit ${pipe}`),
      import('node:fs/promises').then(({ readFile }) => readFile(pipe, 'utf8')),
    ]);
    expect(exitCode).toBe(0);
    expect(read).toMatch(/^<\?xml/);
    expect(lstatSync(pipe).isFIFO()).toBe(true);
  });

  it('/dev/stdout, beside what is printed', async () => {
    const { exitCode, stdout } = await run(`record --map box.txt --operations 3 --out /dev/fd/1`);
    expect(exitCode).toBe(0);
    expect(stdout.split('\n')).toHaveLength(6);
  });

  it('a file behind a symbolic link, with its permissions', async () => {
    const folder = special;
    symlinkSync('target', join(folder, 'link'));
    execFileSync('chmod', ['600', join(folder, 'target')]);
    expect(await run(`export holds.json --as text --out ${folder}/link`)).toMatchObject({ exitCode: 0 });
    expect(lstatSync(join(folder, 'link')).isSymbolicLink()).toBe(true);
    expect(statSync(join(folder, 'target')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(folder, 'target'), 'utf8')).toMatch(/^map/);
  });
});

/** Writes down how much memory each process of a command took at most. */
const NOTE_PEAK = `data:text/javascript,import{appendFileSync}from'node:fs';process.on('exit',()=>appendFileSync(process.env.PEAKS,process.resourceUsage().maxRSS+'\\n'))`;

/** Returns the names of the files in a folder that are still being written. */
function partsOf(folder: string): readonly string[] {
  return readdirSync(folder).filter((name) => name.startsWith('.frameproof-'));
}

describe.concurrent('a record that is interrupted', () => {
  it('keeps what was recorded, whole lines of it, and exits with 130', async () => {
    // Parts of other tests' files are not in it.
    const folder = temporaryFolder({ 'box.txt': BOX });
    const child = start(['record', '--map', 'box.txt', '--operations', '100000000', '--out', 'long.log'], {
      cwd: folder,
    });
    const result = ended(child);
    // It is in the middle of its work when its file has some lines.
    while (!partsOf(folder).some((name) => statSync(join(folder, name)).size > 100_000))
      await new Promise((resolve) => setTimeout(resolve, 100));
    child.kill('SIGINT');
    expect(await result).toEqual({ exitCode: 130, stdout: '', stderr: '' });
    expect(partsOf(folder)).toEqual([]);
    const { exitCode, stdout } = await frameproof(['judge', 'long.log'], { cwd: folder });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^admitted: .* [\d,]{4,} operations/m);
  });
});

describe.concurrent('what never ends, or is larger than it may be, is refused in one line and in bounded memory:', () => {
  const folder = temporaryFolder({
    'parts/big.json': '',
    'line.log': '',
    'deep.json': `${'['.repeat(5e6)}${']'.repeat(5e6)}`,
    'lock.json': JSON.stringify({
      format: 'frameproof/concurrent-trace',
      version: 1,
      target: example('broken-lock'),
      scenario: {
        ...TRACE.scenario,
        map: { ...TRACE.scenario.map, descriptors: [{ type: 'conventional', start: '0x0', pages: 2 ** 30 }] },
        operations: undefined,
        before: [],
        callers: [[{ call: 'alloc' }], [{ call: 'alloc' }]],
      },
      points: 'accesses',
      schedule: [[0, 1]],
      violation: { clause: 'concurrent.linearizable', explanation: '' },
    }),
  });
  const [big, line, pipe] = ['parts/big.json', 'line.log', 'pipe'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  truncateSync(big, 3 * 2 ** 30);
  writeFileSync(line, `${'x'.repeat(105e6)}\n`);
  execFileSync('mkfifo', [pipe]);

  it.each([
    ['replay', '/dev/zero', /expected a trace file of at most 32 MiB, found more$/],
    ['replay', big, /expected a trace file of at most 32 MiB, found one of 3 GiB$/],
    ['replay', folder, /expected a readable trace file: this is a folder$/],
    ['replay', pipe, /expected a trace file: nothing was written to this pipe for 5 s$/],
    [
      'replay',
      join(folder, 'deep.json'),
      /expected JSON of at most 200 levels of objects and arrays, found more$/,
    ],
    [
      'replay',
      join(folder, 'lock.json'),
      /scenario\.map: expected at most 65,536 page frames of RAM, found 1,073,741,824$/,
    ],
    ['export', '/dev/zero', /expected a trace file of at most 32 MiB, found more$/],
    ['shrink', '/dev/zero', /expected a line of at most 32 MiB, found a longer one$/],
    ['judge', '/dev/zero', /expected a line of at most 32 MiB, found a longer one$/],
    ['judge', line, /:1: expected a line of at most 32 MiB, found a longer one$/],
    ['judge', pipe, /nothing was written to this pipe for 5 s$/],
    ['judge', folder, /expected a readable file: this is a folder$/],
    ['map', '/dev/zero', /expected a memory map of at most 64 MiB, found more$/],
    ['map', pipe, /expected a memory map: nothing was written to this pipe for 5 s$/],
    ['soak --maps', big, /expected a folder of memory maps: this is not a folder$/],
    ['merge', join(folder, 'parts'), /expected a file of a shard of at most 32 MiB, found one of 3 GiB$/],
    ['check --profile', '/dev/zero', /expected a profile of at most 1 MiB, found more$/],
    ['check --map', pipe, /nothing was written to this pipe for 5 s$/],
  ])('%s %s', async (command, path, message) => {
    const peaks = join(folder, `peaks-${command}-${path}`.replaceAll('/', '_'));
    const env = { ...process.env, PEAKS: peaks };
    const { exitCode, stdout, stderr } = await run(`${command} ${path}`, {
      nodeArgs: ['--import', NOTE_PEAK],
      env,
    });
    const [first = '', ...more] = stderr.split('\n');
    expect({ exitCode, stdout, more }).toEqual({ exitCode: 2, stdout: '', more: [''] });
    expect(first).toMatch(message);
    for (const peak of readFileSync(peaks, 'utf8').trim().split('\n'))
      expect(Number(peak) / 1024).toBeLessThan(400);
  });
});

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isSpecError } from '../errors.ts';
import { makeFolder, OutputFile, writeFile } from './output-file.ts';

const root = mkdtempSync(join(tmpdir(), 'frameproof-output-'));
afterAll(() => rmSync(root, { recursive: true }));

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(root, 'case-'));
  path = join(folder, 'out.json');
});
afterEach(() => {
  const unfinished = readdirSync(folder).filter((name) => name.startsWith('.frameproof-'));
  expect(unfinished, 'nothing half-written is left').toEqual([]);
});

/** Returns the one line that `act` is refused with. */
function refusal(act: () => void): string {
  try {
    act();
  } catch (error) {
    if (isSpecError(error)) return error.message;
    throw error;
  }
  return 'it was done';
}

const MODULE = new URL('output-file.ts', import.meta.url).href;

/** Writes 200,000 characters to a path in a process whose files may have `limit` blocks of 1 KiB; returns what it says. */
function writtenWithin(limit: number, file: string): string {
  const code = `
    import { writeFile } from ${JSON.stringify(MODULE)};
    try { writeFile(${JSON.stringify(file)}, 'x'.repeat(200_000)); console.log('written'); }
    catch (error) { console.log(error.name + ': ' + error.message); }`;
  const script = `ulimit -f ${limit}; exec "$0" --input-type=module -e "$1"`;
  return spawnSync('bash', ['-c', script, process.execPath, code], { encoding: 'utf8' }).stdout;
}

describe('a file that is written', () => {
  it('holds what was written, in the order in which it was', () => {
    const file = new OutputFile(path);
    for (const piece of ['a'.repeat(100_000), 'ü', 'b'.repeat(100_000)]) file.write(piece);
    expect(existsSync(path), 'nothing is there before all of it is').toBe(false);
    file.close();
    expect(readFileSync(path, 'utf8')).toBe(`${'a'.repeat(100_000)}ü${'b'.repeat(100_000)}`);
  });

  it('takes the place of another one, and keeps its permissions', () => {
    writeFileSync(path, 'a longer text than the new one');
    chmodSync(path, 0o640);
    writeFile(path, 'new');
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(statSync(path).mode & 0o777).toBe(0o640);
  });

  it('has the permissions that the mask of the user leaves where it is new', () => {
    const before = process.umask(0o027);
    writeFile(path, 'new');
    process.umask(before);
    expect(statSync(path).mode & 0o777).toBe(0o640);
  });

  it('is the one that symbolic links name, and the links stay', () => {
    mkdirSync(join(folder, 'deep'));
    symlinkSync('deep/second', path);
    symlinkSync('../target', join(folder, 'deep/second'));
    writeFile(path, 'new');
    expect(readlinkSync(path)).toBe('deep/second');
    expect(lstatSync(join(folder, 'target')).isFile()).toBe(true);
    expect(readFileSync(join(folder, 'target'), 'utf8')).toBe('new');
  });

  it('leaves what was there where it is abandoned', () => {
    writeFileSync(path, 'old');
    const file = new OutputFile(path);
    file.write('new');
    file.abandon();
    expect(readFileSync(path, 'utf8')).toBe('old');
  });

  it('leaves what was there where the process ends before it is closed', () => {
    const code = `
      import { OutputFile } from ${JSON.stringify(MODULE)};
      new OutputFile(${JSON.stringify(path)}).write('x'.repeat(100_000));
      process.exit(0);`;
    execFileSync(process.execPath, ['--input-type=module', '-e', code]);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('what cannot be written is refused in one line that names the file and the reason:', () => {
  it('a file that outgrows the room for it, which is left as it was', () => {
    writeFileSync(path, 'old');
    expect(writtenWithin(1000, path)).toBe('written\n');
    writeFileSync(path, 'old');
    expect(writtenWithin(100, path)).toBe(
      `SpecError: ${path}: expected a file that can be written to: it would be larger than files may become\n`,
    );
    expect(readFileSync(path, 'utf8')).toBe('old');
  });

  it.each<readonly [claim: string, spoil: () => string, reason: RegExp]>([
    ['a folder that is not there', () => join(folder, 'none/out'), /no such folder$/],
    ['a folder', () => folder, /this is a folder$/],
    [
      'links in a circle',
      () => {
        symlinkSync('a', join(folder, 'b'));
        symlinkSync('b', join(folder, 'a'));
        return join(folder, 'a');
      },
      /its symbolic links form a circle$/,
    ],
    ['a name that is too long', () => join(folder, 'x'.repeat(300)), /its name is too long$/],
    [
      'a path through a file',
      () => {
        writeFile(path, '');
        return join(path, 'out');
      },
      /a part of its path is not a folder$/,
    ],
    ['a descriptor that is not open', () => '/dev/fd/987', /it is not open$/],
  ])('%s', (_, spoil, reason) => {
    const at = spoil();
    const message = refusal(() => writeFile(at, 'text'));
    expect(message.startsWith(`${at}: expected a file that can be written to: `)).toBe(true);
    expect(message).toMatch(reason);
  });

  it('a folder that cannot be made', () => {
    writeFile(path, '');
    expect(refusal(() => makeFolder(path))).toBe(
      `${path}: expected a folder that can be written to: there is a file of that name`,
    );
    expect(refusal(() => makeFolder(join(path, 'deeper')))).toMatch(/: a part of its path is not a folder$/);
  });
});

/** Returns a device that is always full: one made for the test where that is permitted, or the system's. */
function fullDevice(): string {
  const made = join(folder, 'device');
  return spawnSync('mknod', [made, 'c', '1', '7']).status === 0 ? made : '/dev/full';
}

describe('a special file is written to as it is, and never replaced:', () => {
  it('a device that is full', () => {
    const device = fullDevice();
    expect(refusal(() => writeFile(device, 'text'))).toBe(
      `${device}: expected a file that can be written to: no space left on the device`,
    );
    expect(statSync(device).isCharacterDevice()).toBe(true);
  });

  it('the device that takes everything', () => {
    writeFile('/dev/null', 'text');
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  });

  it('a named pipe, however much of it the reader takes at a time', async () => {
    execFileSync('mkfifo', [path]);
    const reader = spawn('sh', ['-c', 'sleep 0.2; exec wc -c < "$0"', path]);
    const said = new Promise<string>((resolve) =>
      reader.stdout.on('data', (text) => resolve(String(text).trim())),
    );
    writeFile(path, 'x'.repeat(1_000_000));
    expect(await said).toBe('1000000');
    expect(lstatSync(path).isFIFO()).toBe(true);
  });

  it('a named pipe whose reader has had enough', () => {
    execFileSync('mkfifo', [path]);
    spawn('head', ['-c', '1', path], { stdio: 'ignore' });
    expect(refusal(() => writeFile(path, 'x'.repeat(1_000_000)))).toMatch(/: its reader has closed it$/);
  });

  it('a named pipe that nobody opens, or nobody reads, is not waited for without end', () => {
    execFileSync('mkfifo', [path]);
    expect(refusal(() => new OutputFile(path, 200))).toMatch(
      /: nobody opened this pipe to read it for 0\.2 s$/,
    );
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const file = new OutputFile(path, 200);
    expect(refusal(() => file.write('x'.repeat(1_000_000)))).toMatch(
      /: nothing was read from this pipe for 0\.2 s$/,
    );
    closeSync(reader);
  });

  it('a file that is open already, by the name of its descriptor', () => {
    const fd = openSync(path, 'w');
    const before = statSync(path).ino;
    writeFile(`/dev/fd/${fd}`, 'first\n');
    writeFile(`/proc/self/fd/${fd}`, 'second\n');
    closeSync(fd);
    expect(readFileSync(path, 'utf8')).toBe('first\nsecond\n');
    expect(statSync(path).ino).toBe(before);
  });

  it('standard output, which goes on after it', () => {
    const code = `
      import { writeFile } from ${JSON.stringify(MODULE)};
      process.stdout.write('before\\n'); writeFile('/dev/stdout', 'file\\n'); process.stdout.write('after\\n');`;
    const run = `exec "$0" --input-type=module -e "$1" > "$2"`;
    execFileSync('sh', ['-c', run, process.execPath, code, path]);
    expect(readFileSync(path, 'utf8')).toBe('before\nfile\nafter\n');
  });
});

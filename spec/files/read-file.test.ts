import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isSpecError } from '../errors.ts';
import { chunksOf, readText } from './read-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'frameproof-read-'));
afterAll(() => rmSync(folder, { recursive: true }));

const NOTES = { of: 'file of notes', mostBytes: 1 << 20, patienceMs: 1000 };

let files = 0;
/** Returns the path of a new file. */
function fileOf(text: string | Uint8Array): string {
  files += 1;
  const path = join(folder, `${files}`);
  writeFileSync(path, text);
  return path;
}

function pipe(): string {
  files += 1;
  const path = join(folder, `${files}`);
  execFileSync('mkfifo', [path]);
  return path;
}

/** Returns what reading a path is refused with, in this thread and piece by piece. */
async function refusals(path: string): Promise<readonly string[]> {
  const messages: string[] = [];
  const note = (error: unknown): void => {
    if (!isSpecError(error)) throw error;
    messages.push(error.message);
  };
  try {
    readText(path, NOTES);
  } catch (error) {
    note(error);
  }
  try {
    for await (const bytes of chunksOf(path, NOTES)) expect(bytes.length).toBeGreaterThan(0);
  } catch (error) {
    note(error);
  }
  return messages;
}

/** Returns all the bytes of a path, read piece by piece. */
async function pieced(path: string): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const bytes of chunksOf(path, NOTES)) pieces.push(Buffer.from(bytes));
  return Buffer.concat(pieces).toString('utf8');
}

describe('reading', () => {
  it.each([0, 1, 65_535, 65_536, 65_537, 300_000, 1 << 20])('gives %i bytes as they are', async (size) => {
    const path = fileOf('x'.repeat(size));
    expect(readText(path, NOTES)).toBe('x'.repeat(size));
    expect(await pieced(path)).toBe('x'.repeat(size));
  });

  it('gives files of the system, which tell no size', () => {
    expect(readText('/proc/self/status', NOTES)).toMatch(/^Name:/);
  });

  it.each(['sync', 'in pieces'])('waits for whoever writes to a pipe, %s', async (how) => {
    const path = pipe();
    spawn('sh', ['-c', '{ sleep 0.3; seq 1 20000; sleep 0.3; echo end; } > "$0"', path], { stdio: 'ignore' });
    const text = how === 'sync' ? readText(path, NOTES) : await pieced(path);
    expect(text.split('\n')).toHaveLength(20_002);
    expect(text.endsWith('\n20000\nend\n')).toBe(true);
  });
});

describe('reading refuses in one line that names the file', () => {
  it('what is larger than may be, before it is read', () => {
    const path = fileOf('');
    truncateSync(path, 3 * 2 ** 40);
    expect(() => readText(path, NOTES)).toThrow(
      `${path}: expected a file of notes of at most 1 MiB, found one of 3 TiB`,
    );
  });

  it('a file that grows beyond it by one byte', () => {
    const path = fileOf('x'.repeat((1 << 20) + 1));
    expect(() => readText(path, NOTES)).toThrow(
      /: expected a file of notes of at most 1 MiB, found one of 1\.0 MiB$/,
    );
  });

  it('a device that never ends', () => {
    expect(() => readText('/dev/zero', NOTES)).toThrow(
      '/dev/zero: expected a file of notes of at most 1 MiB, found more',
    );
  });

  it('a pipe that nobody writes to', async () => {
    const path = pipe();
    expect(await refusals(path)).toEqual(
      Array(2).fill(`${path}: expected a file of notes: nothing was written to this pipe for 1 s`),
    );
  });

  it.each([
    ['a folder', () => folder, /: expected a readable file of notes: this is a folder$/],
    [
      'a missing file',
      () => join(folder, 'none'),
      /\/none: expected a readable file of notes: no such file$/,
    ],
    ['a path through a file', () => join(fileOf(''), 'x'), /: a part of its path is not a folder$/],
  ])('%s', async (_, path, message) => {
    const said = await refusals(path());
    expect(said).toHaveLength(2);
    for (const one of said) expect(one).toMatch(message);
  });

  it('a file that may not be read', async () => {
    const path = fileOf('secret');
    chmodSync(path, 0);
    const isRoot = process.getuid?.() === 0;
    // Root may read everything.
    const expected = isRoot
      ? []
      : Array(2).fill(`${path}: expected a readable file of notes: permission denied (as root, perhaps)`);
    expect(await refusals(path)).toEqual(expected);
  });
});

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BIN, ended, frameproof, start } from './testing/frameproof.ts';
import { inProcess } from './testing/in-process.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

function endless(file: string): string {
  const works = JSON.stringify(new URL(`../examples/${file}`, import.meta.url));
  return `import Works from ${works};
export default class extends Works { alloc() { while (this.reservedAmount() >= 2); return super.alloc(); } }`;
}

const cwd = temporaryFolder({
  'large.txt': 'BIOS-e820: [mem 0x0-0x7ffffff] usable\n',
  'endless.mjs': endless('works.ts'),
  'endless-saved.mjs': endless('works-saved.ts'),
  'unheard.mjs': `import Works from ${JSON.stringify(new URL('../examples/works-saved.ts', import.meta.url))};
export const policies = [];
export default class extends Works { alloc() { Promise.reject(new Error('nobody listens')); return super.alloc(); } }`,
});

function example(name: string): string {
  return join(BIN, '../../../examples', name);
}

function explore(...args: readonly string[]) {
  return inProcess(['explore', ...args], cwd);
}

describe('frameproof explore', () => {
  it('closes on a small world, and says what that proves of programs of any length', async () => {
    const { stdout, exitCode } = await explore('--stack', '1', '--bitmap', '1', '--threads', '64');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /^closed: every sequence of these 130 operations, of any length, on 1 page frame of/m,
    );
    expect(stdout).toMatch(/met on both of its sides:\n[^:]*alloc\.complete/);
    expect(stdout).toMatch(
      /never exercised here, so nothing is claimed of:\n {2}init\.kept, contents\.zeroed, allocPages\.as-many, concurrent\.linearizable/,
    );
  });

  it('prints the world for SPIN, and explores nothing', async () => {
    const { stdout, exitCode } = await explore('--stack', '1', '--bitmap', '2', '--emit', 'promela');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^\/\* 4 page frames, \d+ operations\./);
    expect(stdout).toContain('active proctype caller() {');
  });

  it.each([
    ['endless.mjs', 1],
    ['endless-saved.mjs', 1],
    ['endless-saved.mjs', 2],
  ])(
    'names the call that does not return in a state that the search reaches: %s, %i threads',
    async (file, threads) => {
      const flags = `--target ${file} --stack 3 --bitmap 1 --threads ${threads} --program-time 100 --shrink-time 0`;
      const { stdout, exitCode } = await explore(...flags.split(' '), '--corpus', `found-${file}-${threads}`);
      expect(stdout).toMatch(/^violated: .* has 2 operations/m);
      expect(stdout).toMatch(
        /alloc\(\) +-> it is still running after \d+ (ms|s): if it is slow, pass --program-time/,
      );
      expect(exitCode).toBe(1);
    },
    60_000,
  );

  it.each([1, 2])(
    'does not hold where a promise is rejected that nobody waits for: %i threads',
    async (threads) => {
      const args = `explore --target unheard.mjs --stack 1 --bitmap 1 --threads ${threads}`.split(' ');
      const { stderr, exitCode } = await frameproof(args, { cwd });
      expect(stderr).toBe(
        'frameproof: violated: the target threw outside its calls: Error: nobody listens\n',
      );
      expect(exitCode).toBe(1);
    },
  );

  it('finds a bug that only the words of the manager tell, and saves a program that replays', async () => {
    const world = ['--stack', '1', '--bitmap', '2', '--threads', '1', '--shrink-time', '0'];
    const target = ['--target', example('broken-fifth-free.ts')];
    const { stdout, exitCode } = await explore(...world, ...target);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('violated: a shortest program has 7 operations; every program of fewer than 7');
    const [, file = ''] = /^saved {5}(.*)$/m.exec(stdout) ?? [];
    expect(existsSync(join(cwd, file))).toBe(true);
    expect((await inProcess(['replay', file, ...target], cwd)).exitCode).toBe(1);
  });

  it('walks where a manager cannot be saved, claims no more than that, and has its finding shrunk', async () => {
    const target = ['--target', example('broken-fifth-free-unsaved.ts')];
    const { stdout, exitCode } = await explore(
      '--stack',
      '2',
      '--bitmap',
      '2',
      '--shrink-time',
      '1',
      ...target,
    );
    expect(exitCode).toBe(1);
    expect(stdout).toContain('since the manager offers no saveState()');
    expect(stdout).toMatch(
      /^violated: a walk that violates a clause, not a shortest program, has \d+ operations$/m,
    );
    expect(stdout).toContain('freed.returns');
  });

  it.each([
    [
      '--states',
      '40',
      /^stopped by --states \(raise it to go on\): no counterexample so far, and no proof$/m,
    ],
    ['--time', '1', /^stopped by --time \(/m],
    ['--memory', '1K', /^stopped by --memory \(/m],
  ])('that %s %s ends claims no closure, and exits with 4', async (flag, value, line) => {
    const { stdout, exitCode } = await explore(
      '--stack',
      '5',
      '--bitmap',
      '6',
      '--threads',
      '1',
      flag,
      value,
    );
    expect(exitCode).toBe(4);
    expect(stdout).toMatch(line);
    expect(stdout).toMatch(/nothing is claimed of longer ones/);
    expect(stdout).not.toMatch(/closed|any length/);
  });

  // A machine with forty busy processes prints nothing in a second and a half.
  it('that is interrupted says how far it came, and exits with 130', { retry: 2 }, async () => {
    const child = start(['explore', '--stack', '6', '--bitmap', '6'], { cwd });
    const end = ended(child);
    child.stdout?.once('data', () => setTimeout(() => child.kill('SIGINT'), 300));
    const { stdout, exitCode } = await end;
    expect(exitCode).toBe(130);
    expect(stdout).toMatch(/^interrupted: no counterexample so far, and no proof$/m);
    expect(stdout).not.toMatch(/closed|any length/);
  });

  it.each([
    ['--states', '0', /^frameproof: --states: expected a whole number of at least 1, found "0"\n$/],
    ['--time', '0', /^frameproof: --time: expected seconds above 0, found "0"\n$/],
    ['--memory', '9G', /^frameproof: --memory: expected bytes such as 512M or 2G, at most 8G, found "9G"\n$/],
    ['--bitmap-max-addr', '0x1000', /^frameproof: --bitmap-max-addr: expected only with --map\n$/],
    [
      '--map',
      'large.txt',
      /^frameproof: memory map: expected at most 64 page frames that can change hands [^\n]+; check runs on memory of any size\n$/,
    ],
  ])('refuses %s %s in one line', async (flag, value, message) => {
    const { stderr, exitCode } = await inProcess(['explore', flag, value], cwd);
    expect({ stderr, exitCode }).toEqual({ stderr: expect.stringMatching(message), exitCode: 2 });
  });
});

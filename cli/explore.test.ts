import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BIN, ended, frameproof, start } from './testing/frameproof.ts';
import { inProcess } from './testing/in-process.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const cwd = temporaryFolder({
  'large.txt': 'BIOS-e820: [mem 0x0-0x7ffffff] usable\n',
});

function example(name: string): string {
  return join(BIN, '../../../examples', name);
}

function explore(...args: readonly string[]) {
  return frameproof(['explore', ...args], { cwd });
}

describe('frameproof explore', () => {
  it('closes on a small world, and says what that proves of programs of any length', async () => {
    const { stdout, exitCode } = await explore('--stack', '1', '--bitmap', '1', '--workers', '2');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /^closed: every sequence of these 130 operations, of any length, on 1 page frames/m,
    );
    expect(stdout).toMatch(/met on both of its sides:\n[^:]*alloc\.complete/);
    expect(stdout).toMatch(/never exercised here, and not claimed:\n {2}concurrent\.linearizable/);
  });

  it('prints the world for SPIN, and explores nothing', async () => {
    const { stdout, exitCode } = await explore('--stack', '1', '--bitmap', '2', '--emit', 'promela');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^\/\* 4 page frames, \d+ operations\./);
    expect(stdout).toContain('active proctype caller() {');
  });

  it('finds a bug that only the words of the manager tell, and saves a program that replays', async () => {
    const world = ['--stack', '1', '--bitmap', '2', '--workers', '1', '--shrink', '0'];
    const target = ['--target', example('broken-fifth-free.ts')];
    const { stdout, exitCode } = await explore(...world, ...target);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('broken: a shortest program has 7 operations; every program of fewer than 7');
    const [, file = ''] = /^saved {5}(.*)$/m.exec(stdout) ?? [];
    expect(existsSync(join(cwd, file))).toBe(true);
    expect((await frameproof(['replay', file], { cwd })).exitCode).toBe(1);
  });

  it('walks where a manager cannot be saved, claims no more than that, and has its finding shrunk', async () => {
    const target = ['--target', example('broken-fifth-free-unsaved.ts')];
    const { stdout, exitCode } = await explore('--stack', '2', '--bitmap', '2', '--shrink', '1', ...target);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('since the manager offers no saveState()');
    expect(stdout).toMatch(
      /^broken: a walk that breaks a clause, not a shortest program, has \d+ operations$/m,
    );
    expect(stdout).toContain('freed.returns');
  });

  it.each([
    ['--budget', '40', 'states', /^stopped by the state budget: no counterexample so far, and no proof$/m],
    ['--budget', '1s', 'time', /^stopped by the time budget/m],
    ['--memory', '1K', 'memory', /^stopped for want of memory/m],
  ])('that %s %s ends claims no closure, and exits with 4', async (flag, value, _end, line) => {
    const { stdout, exitCode } = await explore(
      '--stack',
      '5',
      '--bitmap',
      '6',
      '--workers',
      '1',
      flag,
      value,
    );
    expect(exitCode).toBe(4);
    expect(stdout).toMatch(line);
    expect(stdout).toMatch(/of longer ones nothing is claimed/);
    expect(stdout).not.toMatch(/closed|any length/);
  });

  it('that is interrupted says how far it came, and exits with 130', async () => {
    const child = start(['explore', '--stack', '6', '--bitmap', '6'], { cwd });
    const end = ended(child);
    child.stdout?.once('data', () => setTimeout(() => child.kill('SIGINT'), 300));
    const { stdout, exitCode } = await end;
    expect(exitCode).toBe(130);
    expect(stdout).toMatch(/^interrupted: no counterexample so far, and no proof$/m);
    expect(stdout).not.toMatch(/closed|any length/);
  });

  it.each([
    [
      '--budget',
      '0',
      /^frameproof: --budget: expected a number of states, or seconds such as 60s, found "0"\n$/,
    ],
    ['--memory', '9G', /^frameproof: --memory: expected bytes such as 512M or 2G, at most 8G, found "9G"\n$/],
    ['--bitmap-max-addr', '0x1000', /^frameproof: --bitmap-max-addr: expected only with --map\n$/],
    ['--map', 'large.txt', /^frameproof: memory map: expected at most 64 page frames that can change hands/],
  ])('refuses %s %s in one line', async (flag, value, message) => {
    const { stderr, exitCode } = await inProcess(['explore', flag, value], cwd);
    expect({ stderr, exitCode }).toEqual({ stderr: expect.stringMatching(message), exitCode: 2 });
  });
});

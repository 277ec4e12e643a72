/** SPIN: the model checker that counts the states of the model in Promela, without partial order reduction, so that it takes every transition. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The counts of SPIN, and the seconds of processor time that its verifier took. */
export interface SpinCount {
  readonly states: number;
  readonly transitions: number;
  readonly seconds: number;
}

/** Memory of the verifier at most, and how deep its search may go. */
const MEGABYTES = 4096;
const DEEPEST = 5_000_000;

function run(command: string, args: readonly string[], cwd: string): string {
  const { error, status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${stderr}${stdout}`);
  return stdout;
}

/** Whether SPIN and the C compiler that it needs are installed. */
export function hasSpin(): boolean {
  return [
    ['spin', '-V'],
    ['gcc', '--version'],
  ].every(([command = '', flag = '']) => {
    return spawnSync(command, [flag]).status === 0;
  });
}

/** Returns the number in the line of SPIN's report that a pattern matches. */
function numberOf(report: string, pattern: RegExp): number {
  const [, digits] = pattern.exec(report) ?? [];
  if (digits === undefined) throw new Error(`expected ${pattern} in the report of SPIN:\n${report}`);
  return Number(digits);
}

function countIn(report: string): SpinCount {
  if (
    !/errors: 0$/m.test(report) ||
    /max search depth too small|out of memory|Search not completed/i.test(report)
  )
    throw new Error(`expected a complete search without errors:\n${report}`);
  // "transitions (= stored+matched)" counts the way to the first state as well.
  const transitions = numberOf(report, /^\s*(\d+) transitions/m) - 1;
  return { states: numberOf(report, /^\s*(\d+) states, stored/m), transitions, seconds: secondsIn(report) };
}

/** Returns what the last line of the shell's `times` says: user and system time of the processes that it ran. */
function secondsIn(report: string): number {
  const times = report.trimEnd().split('\n').at(-1) ?? '';
  return [...times.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, m, s]) => sum + 60 * Number(m) + Number(s),
    0,
  );
}

/** Returns how many states the Promela reaches, and by how many transitions. */
export function countBySpin(promela: string): SpinCount {
  const folder = mkdtempSync(join(tmpdir(), 'frameproof-spin-'));
  try {
    writeFileSync(join(folder, 'model.pml'), promela);
    run('spin', ['-a', 'model.pml'], folder);
    const flags = ['-O1', '-DSAFETY', '-DNOREDUCE', `-DMEMLIM=${MEGABYTES}`];
    run('gcc', [...flags, '-w', '-o', 'pan', 'pan.c'], folder);
    return countIn(run('sh', ['-c', `./pan -n -m${DEEPEST} || exit; times`], folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * `npm run load`: are there false alarms on a busy machine? Checks the correct example allocators in C and Rust with long programs,
 * each run with another seed, while other processes keep the cores busy. Exits 1 where one run does not hold. Needs `cc` and
 * `rustc`. Minutes.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '50' },
    busy: { type: 'string', default: '8' },
    programs: { type: 'string', default: '24' },
    operations: { type: 'string', default: '2000' },
  },
});
const { runs, busy, programs, operations } = values;

const EXAMPLES = 'native/examples';
/** The compiler of each example, and its sources. */
const TARGETS = {
  'page-stack': ['cc', `${EXAMPLES}/page_stack_target.c`, `${EXAMPLES}/page_stack.c`, 'native/frameproof.c'],
  'next-fit': ['cc', `${EXAMPLES}/next_fit.c`, 'native/frameproof.c'],
  buddy: ['cc', `${EXAMPLES}/buddy.c`, 'native/frameproof.c'],
  extents: ['rustc', '--edition', '2021', `${EXAMPLES}/extents.rs`],
};

interface Run {
  readonly seconds: number;
  readonly exitCode: number | null;
  /** The end of what it printed. */
  readonly said: string;
}

function check(folder: string, name: string, seed: number): Run {
  const flags = { seed, programs, operations, corpus: join(folder, 'found') };
  const args = Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, String(value)]);
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['dist/cli/frameproof.js', 'check', '--target', join(folder, name), ...args],
    { encoding: 'utf8', maxBuffer: 2 ** 28 },
  );
  const said = `${stdout}${stderr}`.trimEnd().slice(-2000);
  return { seconds: (performance.now() - start) / 1000, exitCode: status, said };
}

/** Runs each target in turn. Returns how many runs did not hold. */
function campaign(folder: string): number {
  const ran = new Map(Object.keys(TARGETS).map((name): [string, Run[]] => [name, []]));
  const names = [...ran.keys()];
  for (let seed = 1; seed <= Number(runs); seed += 1) {
    const name = names[seed % names.length] ?? '';
    const run = check(folder, name, seed);
    ran.get(name)?.push(run);
    if (run.exitCode !== 0) console.log(`${name}, seed ${seed}: exit code ${run.exitCode}\n${run.said}`);
  }
  for (const [name, all] of ran) {
    const held = all.filter(({ exitCode }) => exitCode === 0).length;
    const slowest = Math.max(0, ...all.map(({ seconds }) => seconds)).toFixed(1);
    console.log(`${name.padEnd(12)}${held} of ${all.length} runs hold; the slowest took ${slowest} s`);
  }
  return [...ran.values()].flat().filter(({ exitCode }) => exitCode !== 0).length;
}

const folder = mkdtempSync(join(tmpdir(), 'frameproof-load-'));
const load: ChildProcess[] = [];
try {
  for (const [name, [compiler = '', ...sources]] of Object.entries(TARGETS))
    execFileSync(compiler, ['-O', '-o', join(folder, name), ...sources]);
  for (let i = 0; i < Number(busy); i += 1) load.push(spawn(process.execPath, ['-e', 'for (;;);']));
  console.log(`${programs} programs a run of up to ${operations} operations, beside ${busy} busy processes`);
  const failed = campaign(folder);
  console.log(`${failed} of ${runs} runs do not hold`);
  process.exitCode = failed === 0 ? 0 : 1;
} finally {
  for (const child of load) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
}

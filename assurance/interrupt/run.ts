/**
 * `npm run interrupt`: Ctrl-C at random moments of each command that takes long. Prints the seconds until it ended, its exit codes, and
 * what was saved. Exits 1 where a command took longer than two seconds, or said that it found something and saved nothing. Minutes.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    moments: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    command: { type: 'string', default: '' },
  },
});
const BIN = resolve('dist/cli/frameproof.js');
const WORKS = JSON.stringify(resolve('examples/works.ts'));
/** Seconds after the start at which the latest signal is sent. */
const LATEST = 6;
/** Seconds that a command may take from then on. */
const LIMIT = 2;

const FILES = {
  'map.txt': 'BIOS-e820: [mem 0x0-0x7ffffff] usable\n',
  // Shrinking takes longer than anybody waits.
  'slow-broken.mjs': `import Works from ${WORKS};
export default class extends Works {
  #calls = 0;
  free(address) { this.#calls += 1; return super.free(address); }
  freeAmount() { const end = Date.now() + 3; while (Date.now() < end); return super.freeAmount() + (this.#calls > 9 ? 1 : 0); }
}`,
  'endless.mjs': `import Works from ${WORKS};
export default class extends Works { alloc() { while (this.reservedAmount() >= 2); return super.alloc(); } }`,
};

const COMMANDS = [
  'check --seed 1 --programs 100000',
  'check --seed 1 --programs 100000 --threads 2',
  'check --target slow-broken.mjs --seed 1 --stop-first --programs 100 --program-time 60000 --shrink-time 60',
  'check --target endless.mjs --seed 1 --programs 100',
  `check --target ${resolve('examples/broken-limit.ts')} --seed 1 --programs 100000`,
  'check --concurrent --exhaustive --seed 1',
  `verify ${resolve('examples/works.ts')} --against ${resolve('examples/works-saved.ts')} --seed 1`,
  `verify slow-broken.mjs --against ${resolve('examples/works.ts')} --seed 1 --program-time 60000 --shrink-time 60`,
  'explore --stack 6 --bitmap 6 --threads 1',
  'explore --stack 6 --bitmap 6 --threads 2',
  `explore --target ${resolve('examples/works.ts')} --stack 4 --bitmap 4`,
  'shrink long.log --target slow-broken.mjs --program-time 60000',
  'judge long.log',
  'record --map map.txt --operations 100000000 --out out.log',
  'soak --operations 100000000 --seed 1',
];

interface Interrupted {
  readonly seconds: number;
  readonly exitCode: number | null;
  /** Whether it said that it found something. */
  readonly hasFound: boolean;
  readonly saved: number;
}

/** Numbers in [0, 1) that only depend on the seed. */
function* randomNumbers(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

function endOf(child: ChildProcess): Promise<number | null> {
  return new Promise((done) => {
    child.once('close', (code) => done(code));
  });
}

/** Starts a command, interrupts it after some seconds, and returns how it ended; null if it had ended by then. */
async function interrupted(command: string, after: number, folder: string): Promise<Interrupted | null> {
  const corpus = join(folder, 'found');
  rmSync(corpus, { recursive: true, force: true });
  const saves = !/^(judge|record)/.test(command);
  const args = [BIN, ...command.split(' '), ...(saves ? ['--corpus', corpus] : [])];
  const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const ended = endOf(child);
  await new Promise((wake) => setTimeout(wake, after * 1000));
  if (child.exitCode !== null) return null;
  const sent = performance.now();
  child.kill('SIGINT');
  const exitCode = await ended;
  const seconds = (performance.now() - sent) / 1000;
  const saved = existsSync(corpus) ? readdirSync(corpus, { recursive: true }).length : 0;
  return { seconds, exitCode, hasFound: /^(found: |violation )/m.test(said), saved };
}

/** Interrupts a command at each moment. Returns whether all went well. */
async function tried(command: string, moments: readonly number[], folder: string): Promise<boolean> {
  const all: Interrupted[] = [];
  for (const after of moments) {
    const one = await interrupted(command, after, folder);
    if (one !== null) all.push(one);
  }
  const seconds = all.map((one) => one.seconds).toSorted((a, b) => a - b);
  const codes = [...new Set(all.map(({ exitCode }) => exitCode))].join(', ');
  const found = all.filter(({ hasFound }) => hasFound);
  const lost = found.filter(({ saved }) => saved === 0).length;
  const [median, slowest] = [seconds[seconds.length >> 1] ?? 0, seconds.at(-1) ?? 0];
  console.log(
    `${command.replaceAll(`${process.cwd()}/`, '')}\n  ${all.length} interrupted: median ${median.toFixed(2)} s, slowest ${slowest.toFixed(2)} s, exit codes ${codes}; ${found.length} had found something, ${lost} lost it`,
  );
  return slowest <= LIMIT && lost === 0;
}

const folder = mkdtempSync(join(tmpdir(), 'frameproof-interrupt-'));
try {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text);
  const log = 'record --map map.txt --operations 400000 --provoke --out long.log'.split(' ');
  spawnSync(process.execPath, [BIN, ...log], { cwd: folder });
  const random = randomNumbers(Number(values.seed));
  let isFine = true;
  for (const command of COMMANDS.filter((one) => one.includes(values.command))) {
    const moments = Array.from({ length: Number(values.moments) }, () => 0.2 + random.next().value * LATEST);
    isFine = (await tried(command, moments, folder)) && isFine;
  }
  process.exitCode = isFine ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}

/**
 * Judged operations per second on allocators in their own process: the three C examples, in the C harness. Run it with
 * `npm run bench:native`; `--json FILE` writes the figures too.
 *
 * All rows are of programs as `frameproof check` draws them, in turns:
 *
 *   check                     a campaign as it is: drawn in a dry run, sent, run, read, judged, counted
 *   whole programs            the same programs, drawn before; sent whole, one ahead of the judge; read, judged
 *   long programs             the same for programs ten times as long, so that what a process for each costs counts for less
 *   WebAssembly               the same allocator in linear memory: a campaign, judged by the model as a process's are
 *   a round trip an operation the same programs; each operation sent when the answer to the one before is there; read, judged
 *
 * Whole programs and round trips differ in nothing but how a program travels; their ratio is that of each round, and the median
 * is shown. Time is that of the clock: two processes and the pipe between them are what is measured, and the allocator too.
 * Beside it stands the time that the judging thread was at work, where the engine tells it (Node 24 and later): what it does
 * not say is how long it waited for others.
 */

import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import {
  DEFAULT_OPERATIONS,
  dryRunPrograms,
  runCampaign,
  type WorldProgram,
} from '../properties/random/index.ts';
import { median, quantile } from '../properties/verify/index.ts';
import { Execution, OURS, type Performer, type Target } from '../runner/index.ts';
import { loadTarget } from '../runner/load/index.ts';
import { headerText, RecordedSession, readAnswer, requestOf } from '../runner/process/index.ts';

/** Judged operations per second that at least one of the allocators has to reach with long programs. */
const LEAST_RATE = 100_000;
const ROUNDS = 5;
const PROGRAMS = 512;
/** A round trip an operation is slow: it takes fewer programs, the first ones. */
const LIVE_PROGRAMS = 64;
/** Long programs: their number, and the most operations in each. */
const LONG = { programs: 128, operations: 10 * DEFAULT_OPERATIONS };
const LIMITS = { timeLimitMs: 10_000, memoryMib: 1024 };

/** The examples, by the files that they are built from. */
const EXAMPLES = {
  'page stack': ['page_stack_target.c', 'page_stack.c'],
  'next fit': ['next_fit.c'],
  buddy: ['buddy.c'],
} as const;
type Example = keyof typeof EXAMPLES;
const NAMES = Object.keys(EXAMPLES) as readonly Example[];

function compile(folder: string, name: Example): string {
  const output = join(folder, name.replace(' ', '-'));
  const sources = [...EXAMPLES[name].map((file) => `examples/${file}`), 'frameproof.c'];
  const paths = sources.map((path) => resolve('native', path));
  const { error, status, stderr } = spawnSync('cc', ['-O2', '-o', output, ...paths], { encoding: 'utf8' });
  if (error !== undefined || status !== 0) throw new Error(`cc: ${error?.message ?? stderr}`);
  return output;
}

/** The operations judged in one turn, and its times. */
interface Turn {
  readonly operations: number;
  readonly seconds: number;
  /** Of the thread that judges. */
  readonly workedSeconds: number;
}

/** Returns the seconds that this thread has been at work. */
function workedSeconds(): number {
  if (typeof process.threadCpuUsage !== 'function') return Number.NaN;
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1e6;
}

/** Measures a turn, which returns how many operations it judged. */
async function turn(judge: () => number | Promise<number>): Promise<Turn> {
  const [start, worked] = [performance.now(), workedSeconds()];
  const operations = await judge();
  return {
    operations,
    seconds: (performance.now() - start) / 1000,
    workedSeconds: workedSeconds() - worked,
  };
}

/** Judged by the model, which is what a target in another language gets. */
async function checkTurn(target: Target, seed: number): Promise<number> {
  const { verdict, operations } = await runCampaign({
    target,
    worlds: [],
    generated: true,
    programs: PROGRAMS,
    operations: DEFAULT_OPERATIONS,
    seed,
    reference: true,
  });
  if (verdict === 'violated') throw new Error('the example broke a clause');
  return operations;
}

function judged(target: Target, { world, program }: WorldProgram, performer: Performer): number {
  const execution = new Execution(target, world, { policies: target.policies, performer });
  for (const operation of program) if (!execution.perform(operation)) break;
  if (!execution.finish()) throw new Error(`the example broke ${execution.violation?.clause}`);
  return execution.performed;
}

function wholeTurn(target: Target, programs: readonly WorldProgram[]): number {
  let operations = 0;
  const [first] = programs;
  let started = first === undefined ? null : target.start(first.world, first.program);
  for (let i = 0; i < programs.length; i += 1) {
    const [now, next] = [programs[i], programs[i + 1]];
    if (now === undefined || started === null) break;
    const performer = started.performer();
    started = next === undefined ? null : target.start(next.world, next.program);
    operations += judged(target, now, performer);
  }
  return operations;
}

/** The process as one would talk to it without this protocol: a line, an answer, a line, an answer. */
class Conversation {
  readonly #child: ChildProcessWithoutNullStreams;
  #text = '';
  #wake: () => void = () => {};

  constructor(path: string) {
    this.#child = spawn(path, [], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#text += text;
      this.#wake();
    });
    this.#child.stdin.write('frameproof 1\n');
  }

  say(text: string): void {
    this.#child.stdin.write(text);
  }

  /** Waits until what was answered ends with such a line, and takes it. */
  async hear(isLast: (line: string) => boolean): Promise<string> {
    for (;;) {
      const lines = this.#text.split('\n');
      if (this.#text.endsWith('\n') && isLast(lines.at(-2) ?? '')) break;
      await new Promise<void>((wake) => {
        this.#wake = wake;
      });
    }
    const text = this.#text;
    this.#text = '';
    return text;
  }

  end(): void {
    this.#child.stdin.end();
  }
}

const isAnswer = (line: string): boolean => !/^(warn|says|stray|wrote)\b/.test(line);

async function liveTurn(
  target: Target,
  conversation: Conversation,
  programs: readonly WorldProgram[],
): Promise<number> {
  const { profile, seesWrites: paints } = target;
  let operations = 0;
  for (const drawn of programs) {
    const request = requestOf(drawn.program, { profile });
    conversation.say(`live\n${headerText(drawn.world, LIMITS)}`);
    let text = await conversation.hear(isAnswer);
    const lines = request.text.trimEnd().split('\n');
    for (const line of lines) {
      conversation.say(`${line}\n`);
      text += await conversation.hear(line === 'end' ? (last) => last === 'end' : isAnswer);
    }
    const recording = readAnswer(
      { text, ending: { kind: 'whole' } },
      { sent: lines.length - 1, profile, paints },
    );
    operations += judged(target, drawn, new RecordedSession(request, recording));
  }
  return operations;
}

function quartiles(values: readonly number[]): readonly [number, number] {
  return [quantile(values, 0.25), quantile(values, 0.75)];
}

/** Rows: of which example, and what was done with it. */
type Row =
  | `${Example}: ${'check' | 'whole programs' | 'long programs' | 'a round trip an operation' | 'WebAssembly'}`
  | typeof OUR_OWN;
const OUR_OWN = 'our own allocator: check';

/** The turns of all rounds, by row, in the order in which they are printed. */
type Rounds = ReadonlyMap<Row, readonly Turn[]>;

/** An example in its process. */
interface Served {
  readonly name: Example;
  readonly path: string;
  readonly target: Target;
  /** The same as WebAssembly; null without clang. */
  readonly wasm: Target | null;
}

async function wasmOf(folder: string, name: Example): Promise<Target | null> {
  const output = join(folder, `${name.replace(' ', '-')}.wasm`);
  const sources = EXAMPLES[name].map((file) => join('native/examples', file));
  const args = ['dist/cli/frameproof.js', 'build', ...sources, '--out', output];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status === 0) return loadTarget(output);
  process.stderr.write(`no rows of WebAssembly: ${stderr}`);
  return null;
}

async function served(folder: string, name: Example): Promise<Served> {
  const path = compile(folder, name);
  const target = await loadTarget(path);
  return { name, path, target, wasm: await wasmOf(folder, name) };
}

/** The example whose rows show what a round trip and the rest of `check` cost. */
const IN_FULL: Example = 'page stack';

async function measured(examples: readonly Served[]): Promise<Rounds> {
  const rounds = new Map<Row, Turn[]>();
  const conversations = new Map<Example, Conversation>();
  for (const { name, path } of examples) {
    if (name !== IN_FULL) continue;
    const conversation = new Conversation(path);
    await conversation.hear((line) => line === 'ready');
    conversations.set(name, conversation);
  }
  for (let round = -1; round < ROUNDS; round += 1) {
    const measure = async (row: Row, judge: () => number | Promise<number>): Promise<void> => {
      const took = await turn(judge);
      // The first round is there for the code to be compiled.
      if (round >= 0) rounds.set(row, [...(rounds.get(row) ?? []), took]);
    };
    const seed = 1000 + round;
    await measure(OUR_OWN, () => checkTurn(OURS, seed));
    for (const { name, target, wasm } of examples) {
      const run = { programs: PROGRAMS, operations: DEFAULT_OPERATIONS, seed };
      if (wasm !== null) await measure(`${name}: WebAssembly`, () => checkTurn(wasm, seed));
      const programs = dryRunPrograms(target, run);
      const long = dryRunPrograms(target, { ...LONG, seed: run.seed });
      const conversation = conversations.get(name);
      if (conversation !== undefined) await measure(`${name}: check`, () => checkTurn(target, run.seed));
      await measure(`${name}: whole programs`, () => wholeTurn(target, programs));
      await measure(`${name}: long programs`, () => wholeTurn(target, long));
      if (conversation !== undefined)
        await measure(`${name}: a round trip an operation`, () =>
          liveTurn(target, conversation, programs.slice(0, LIVE_PROGRAMS)),
        );
    }
  }
  for (const conversation of conversations.values()) conversation.end();
  return rounds;
}

/** Judged operations per second, of each round. */
function rates(rounds: Rounds, row: Row): readonly number[] {
  return (rounds.get(row) ?? []).map(({ operations, seconds }) => operations / seconds);
}

/** Returns how WebAssembly compares with our own allocator in the same rounds, by the time of the thread that does all of it. */
function wasmLines(rounds: Rounds): readonly string[] {
  const worked = (row: Row): readonly number[] =>
    (rounds.get(row) ?? []).map(({ operations, workedSeconds }) => operations / workedSeconds);
  return NAMES.filter((name) => rounds.has(`${name}: WebAssembly`)).map((name) => {
    const ratios = worked(`${name}: WebAssembly`).map((rate, i) => rate / (worked(OUR_OWN)[i] ?? Number.NaN));
    return `${name} as WebAssembly: ${median(ratios).toFixed(2)} of the rate of our own allocator, by the same judge`;
  });
}

function report(rounds: Rounds): string {
  const table = new Table({
    head: ['', 'judged operations/s', 'quartiles', 'of the judging thread'],
    colAligns: ['left', 'right', 'right', 'right'],
    style: { head: [], border: [] },
  });
  const say = (n: number): string => Math.round(n).toLocaleString('en-US');
  for (const [row, turns] of rounds)
    table.push([
      row,
      say(median(rates(rounds, row))),
      quartiles(rates(rounds, row)).map(say).join(' to '),
      `${say(median(turns.map((one) => (one.workedSeconds * 1e9) / one.operations)))} ns each`,
    ]);
  const slow = rates(rounds, `${IN_FULL}: a round trip an operation`);
  const ratios = rates(rounds, `${IN_FULL}: whole programs`).map((n, i) => n / (slow[i] ?? Number.NaN));
  const best = (what: 'whole programs' | 'long programs'): string => {
    const [[rate, name] = [Number.NaN, '']] = NAMES.map(
      (name) => [median(rates(rounds, `${name}: ${what}`)), name] as const,
    ).toSorted(([a], [b]) => b - a);
    return `${say(rate)} on the ${name} with ${what}: ${rate >= LEAST_RATE ? 'met' : 'missed'}`;
  };
  return [
    `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} processors, Node.js ${process.version}`,
    table.toString(),
    `on the ${IN_FULL}, whole programs are ${median(ratios).toFixed(1)} times as fast as a round trip an operation`,
    ...wasmLines(rounds),
    `limit, ${say(LEAST_RATE)} judged operations/s: ${best('long programs')}; ${best('whole programs')}`,
    '',
  ].join('\n');
}

const { values } = parseArgs({ options: { json: { type: 'string' } } });
const folder = mkdtempSync(join(tmpdir(), 'frameproof-bench-'));
const examples: Served[] = [];
try {
  for (const name of NAMES) examples.push(await served(folder, name));
  const rounds = await measured(examples);
  process.stdout.write(report(rounds));
  if (values.json !== undefined)
    writeFileSync(values.json, `${JSON.stringify(Object.fromEntries(rounds), null, 1)}\n`);
} finally {
  for (const { target } of examples) await target.close();
  rmSync(folder, { recursive: true });
}

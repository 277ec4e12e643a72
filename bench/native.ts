/**
 * Judged operations per second on allocators in C: the three examples, each as WebAssembly and in a process. Run it with
 * `npm run bench:native`; `--json FILE` writes the figures too.
 *
 * All rows are of programs as `frameproof check` draws them, in turns:
 *
 *   our own allocator          a campaign as it is, judged by the model, as other languages are
 *   WebAssembly                the same on an allocator in linear memory
 *   check                      the same on an allocator in a process: drawn in a dry run, sent, run, read, judged, counted
 *   whole programs             the same programs, drawn before; sent whole, one ahead of the judge; read, judged
 *   a round trip an operation  the same programs; each operation sent when the answer to the one before is there; read, judged
 *   libFuzzer                  buddy with an oracle by hand, in one process on one memory map (fuzz_buddy.c)
 *
 * Whole programs and round trips differ in nothing but how a program travels; their ratio is that of each round, and the median
 * is shown. Time is that of the clock. Beside it stand the time that the judging thread was at work, where the engine tells it (Node 24 and
 * later), and the time inside the allocator: of a process measured round its calls, init included (timed_target.c); else that of the calls
 * without a judge, which for WebAssembly includes that page frames of others are watched.
 */

import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { DEFAULT_OPERATIONS, runCampaign } from '../properties/random/index.ts';
import { median, quantile } from '../properties/verify/index.ts';
import {
  Execution,
  hasOnlyU64,
  OURS,
  type Performer,
  PROGRAM_MS,
  Results,
  type Target,
  TimeLimitError,
  type World,
  within,
} from '../runner/index.ts';
import { loadTarget } from '../runner/load/index.ts';
import { headerText, RecordedSession, readAnswer, requestOf } from '../runner/process/index.ts';
import { beyond, type Program } from '../spec/index.ts';

/** Judged operations per second to reach on the buddy allocator in its process. */
const LEAST_RATE = 60_000;
/** The share of the rate of our own allocator to reach as WebAssembly. */
const LEAST_RATIO = 0.7;
const ROUNDS = 5;
const SEED = 1000;
const PROGRAMS = 512;
/** A round trip an operation is slow: it takes fewer programs, the first ones. */
const LIVE_PROGRAMS = 64;
/** On a busy machine a program waits. */
const PATIENT = { programMs: 10_000 };
const LIMITS = { timeLimitMs: 60_000, memoryMib: 2 ** 17 };

/** The examples, by the files that they are built from. */
const EXAMPLES = {
  'page stack': ['page_stack_target.c', 'page_stack.c'],
  'next fit': ['next_fit.c'],
  buddy: ['buddy.c'],
} as const;
type Example = keyof typeof EXAMPLES;
const NAMES = Object.keys(EXAMPLES) as readonly Example[];

function compiled(command: string, args: readonly string[]): void {
  const { error, status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (error !== undefined || status !== 0) throw new Error(`${command}: ${error?.message ?? stderr}`);
}

/** Returns the executable of an example; one that measures its calls too, where that is asked for. */
function compile(folder: string, name: Example, isTimed = false): string {
  const output = join(folder, `${name.replace(' ', '-')}${isTimed ? '-timed' : ''}`);
  const objects = EXAMPLES[name].map((file) => {
    const object = `${output}-${file}.o`;
    const renamed = isTimed ? ['-Dfp_serve=fp_serve_timed'] : [];
    compiled('cc', ['-O2', ...renamed, '-c', '-o', object, resolve('native/examples', file)]);
    return object;
  });
  const timing = isTimed ? [resolve('bench/timed_target.c')] : [];
  compiled('cc', [
    '-O2',
    '-I',
    'native',
    '-o',
    output,
    ...objects,
    ...timing,
    resolve('native/frameproof.c'),
  ]);
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

/** Programs of a campaign: its seed, and how many. */
interface Drawn {
  readonly seed: number;
  readonly programs: number;
}

interface WorldProgram {
  readonly world: World;
  readonly program: Program;
}

/** Judged by the model, which is what a target in another language gets. */
async function checkTurn(
  target: Target,
  { seed, programs }: Drawn,
  onProgram: (ran: { readonly execution: Execution }) => void = () => {},
): Promise<number> {
  const { verdict, operations } = await runCampaign({
    target,
    worlds: [],
    generated: true,
    programs,
    operations: DEFAULT_OPERATIONS,
    seed,
    reference: true,
    onProgram,
  });
  if (verdict === 'violated') throw new Error('the example broke a clause');
  return operations;
}

/** Returns the programs that {@link checkTurn} draws, found by running them. */
async function programsOf(target: Target, drawn: Drawn): Promise<readonly WorldProgram[]> {
  const found: WorldProgram[] = [];
  await checkTurn(target, drawn, ({ execution: { world, operations } }) =>
    found.push({ world, program: operations }),
  );
  return found;
}

function judged(target: Target, { world, program }: WorldProgram, performer: Performer): number {
  const execution = new Execution(target, world, { policies: target.policies, performer });
  for (const operation of program) if (!execution.perform(operation)) break;
  if (!execution.finish())
    throw new Error(
      `${target.name} broke ${execution.violation?.clause}: ${execution.violation?.explanation}`,
    );
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
  #ended: string | null = null;
  #wake: () => void = () => {};

  constructor(path: string) {
    this.#child = spawn(path, [], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#text += text;
      this.#wake();
    });
    this.#child.once('exit', (code, signal) => {
      this.#ended = `the process of the round trips ended with ${code ?? signal}`;
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
      if (this.#ended !== null) throw new Error(this.#ended);
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
  | `${Example}: ${'check' | 'whole programs' | 'a round trip an operation' | 'WebAssembly'}`
  | typeof OUR_OWN
  | typeof FUZZER;
const OUR_OWN = 'our own allocator: check';
const FUZZER = 'buddy: libFuzzer, an oracle by hand';

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
  const target = await loadTarget(path, undefined, PATIENT);
  return { name, path, target, wasm: await wasmOf(folder, name) };
}

/** Compiles the fuzzer; null without clang's runtime library. */
function fuzzerIn(folder: string): string | null {
  const output = join(folder, 'fuzz-buddy');
  try {
    compiled('clang', ['-O2', '-fsanitize=fuzzer', '-I', 'native', '-o', output, 'bench/fuzz_buddy.c']);
    return output;
  } catch (error) {
    process.stderr.write(
      `no row of libFuzzer: ${error instanceof Error ? error.message.split('\n')[0] : ''}\n`,
    );
    return null;
  }
}

const FUZZ_RUNS = 100_000;

/** Returns the operations that the fuzzer made; it prints them last. */
function fuzzTurn(path: string, seed: number): number {
  const args = [`-runs=${FUZZ_RUNS}`, `-seed=${seed}`, `-max_len=${3 * DEFAULT_OPERATIONS}`, '-verbosity=0'];
  const { status, stdout } = spawnSync(path, args, { encoding: 'utf8', cwd: tmpdir() });
  if (status !== 0) throw new Error('the fuzzer found something in the buddy allocator');
  return Number(stdout.trim().split('\n').at(-1)?.split(' ')[0]);
}

/** Free page frames as a call may be told them: more than any batch that these programs are granted. */
const FREE = 2 ** 16;

/** Returns the nanoseconds that calls take, each, without a judge. A program that takes longer than one may in a campaign ends there. */
function callsOf(target: Target, programs: readonly WorldProgram[]): number {
  let [ms, operations] = [0, 0];
  const perform = ({ world, program }: WorldProgram): void => {
    const performer = target.start(world, program).performer();
    const results = new Results();
    for (const operation of program) {
      const resolved = results.resolve(operation);
      if (resolved === null || beyond(target.profile, operation) !== null) continue;
      if (!target.takesAnyNumber && !hasOnlyU64(resolved)) continue;
      const start = performance.now();
      const response = performer.perform(resolved, FREE);
      ms += performance.now() - start;
      operations += 1;
      results.record(operation, response);
    }
    performer.close();
  };
  for (const program of programs) {
    try {
      within(PROGRAM_MS, () => perform(program));
    } catch (error) {
      if (!(error instanceof TimeLimitError)) throw error;
    }
  }
  return (ms * 1e6) / operations;
}

/** Returns the nanoseconds inside an example in its process, by operation, init included. */
async function insideOf(folder: string, name: Example, seed: number): Promise<number> {
  const file = join(folder, 'nanoseconds');
  writeFileSync(file, Buffer.alloc(8));
  process.env.FP_TIMED = file;
  const target = await loadTarget(compile(folder, name, true), undefined, PATIENT);
  const operations = await checkTurn(target, { seed, programs: countOf(name) });
  await target.close();
  return Number(readFileSync(file).readBigUInt64LE()) / operations;
}

/** Returns the nanoseconds inside the allocator by row, of one turn after one to warm up. */
async function insides(folder: string, examples: readonly Served[]): Promise<ReadonlyMap<Row, number>> {
  const found = new Map<Row, number>();
  const warm = async (target: Target, programs: number): Promise<number> => {
    const drawn = await programsOf(target, { seed: SEED, programs });
    return [1, 2].map(() => callsOf(target, drawn)).at(-1) ?? Number.NaN;
  };
  found.set(OUR_OWN, await warm(OURS, PROGRAMS));
  for (const { name, wasm } of examples) {
    if (wasm !== null) found.set(`${name}: WebAssembly`, await warm(wasm, countOf(name)));
    const inside = await insideOf(folder, name, SEED);
    for (const what of ['check', 'whole programs'] as const) found.set(`${name}: ${what}`, inside);
  }
  return found;
}

/** The example whose rows show what a round trip and the rest of `check` cost. */
const IN_FULL: Example = 'page stack';

/** Programs of a turn. The page stack, which searches bit by bit, gets fewer. */
function countOf(name: Example): number {
  return name === IN_FULL ? LIVE_PROGRAMS : PROGRAMS;
}

async function measured(examples: readonly Served[], fuzzer: string | null): Promise<Rounds> {
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
    const seed = SEED + round;
    await measure(OUR_OWN, () => checkTurn(OURS, { seed, programs: PROGRAMS }));
    for (const { name, target, wasm } of examples) {
      const drawn = { seed, programs: countOf(name) };
      if (wasm !== null) await measure(`${name}: WebAssembly`, () => checkTurn(wasm, drawn));
      const programs = await programsOf(target, drawn);
      const conversation = conversations.get(name);
      await measure(`${name}: check`, () => checkTurn(target, drawn));
      await measure(`${name}: whole programs`, () => wholeTurn(target, programs));
      if (conversation !== undefined)
        await measure(`${name}: a round trip an operation`, () =>
          liveTurn(target, conversation, programs.slice(0, LIVE_PROGRAMS)),
        );
    }
    if (fuzzer !== null) await measure(FUZZER, () => fuzzTurn(fuzzer, seed));
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
    const ratio = median(ratios);
    // The page stack searches bit by bit.
    const verdict = name === IN_FULL ? 'no limit' : `limit ${LEAST_RATIO}: ${metOr(ratio >= LEAST_RATIO)}`;
    return `${name} as WebAssembly: ${ratio.toFixed(2)} of the rate of our own allocator, by the same judge; ${verdict}`;
  });
}

function metOr(isMet: boolean): string {
  return isMet ? 'met' : 'missed';
}

function report(rounds: Rounds, inside: ReadonlyMap<Row, number>): string {
  const table = new Table({
    head: ['', 'judged operations/s', 'quartiles', 'of the judging thread', 'inside the allocator'],
    colAligns: ['left', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [] },
  });
  const say = (n: number): string => Math.round(n).toLocaleString('en-US');
  for (const [row, turns] of rounds) {
    const worked = median(turns.map((one) => (one.workedSeconds * 1e9) / one.operations));
    const within = inside.get(row);
    table.push([
      row,
      say(median(rates(rounds, row))),
      quartiles(rates(rounds, row)).map(say).join(' to '),
      row === FUZZER ? '' : `${say(worked)} ns each`,
      within === undefined ? '' : `${say(within)} ns each`,
    ]);
  }
  const slow = rates(rounds, `${IN_FULL}: a round trip an operation`);
  const ratios = rates(rounds, `${IN_FULL}: whole programs`).map((n, i) => n / (slow[i] ?? Number.NaN));
  const buddy = median(rates(rounds, 'buddy: whole programs'));
  return [
    `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} processors, Node.js ${process.version}`,
    table.toString(),
    `on the ${IN_FULL}, whole programs are ${median(ratios).toFixed(1)} times as fast as a round trip an operation`,
    ...wasmLines(rounds),
    `limit, ${say(LEAST_RATE)} judged operations/s on buddy in its process: ${metOr(buddy >= LEAST_RATE)}`,
    '',
  ].join('\n');
}

const { values } = parseArgs({ options: { json: { type: 'string' } } });
const folder = mkdtempSync(join(tmpdir(), 'frameproof-bench-'));
const examples: Served[] = [];
try {
  for (const name of NAMES) examples.push(await served(folder, name));
  const rounds = await measured(examples, fuzzerIn(folder));
  process.stdout.write(report(rounds, await insides(folder, examples)));
  if (values.json !== undefined)
    writeFileSync(values.json, `${JSON.stringify(Object.fromEntries(rounds), null, 1)}\n`);
} finally {
  for (const { target } of examples) await target.close();
  rmSync(folder, { recursive: true });
}

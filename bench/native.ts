/**
 * Judged operations per second on an allocator in its own process: the seed's design in C, in the C harness. Run it with
 * `npm run bench:native`; `--json FILE` writes the figures too.
 *
 * Three rows, all of programs as `frameproof check` draws them, in turns:
 *
 *   check                     a campaign as it is: drawn, rehearsed, sent, run, read, judged, counted
 *   whole programs            the same programs, drawn before; sent whole, one ahead of the judge; read, judged
 *   a round trip an operation the same programs; each operation sent when the answer to the one before is there; read, judged
 *
 * The last two differ in nothing but how a program travels; their ratio is that of each round, and the median is shown. Time is
 * that of the clock: two processes and the pipe between them are what is measured. Beside it stands the time that the judging
 * thread was at work, where the engine tells it (Node 24 and later): what it does not say is how long it waited for others.
 */
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import {
  DEFAULT_OPERATIONS,
  Execution,
  headerText,
  isRemote,
  loadTarget,
  RecordedSession,
  type RehearsedProgram,
  type RemoteTarget,
  readAnswer,
  rehearsedPrograms,
  release,
  requestOf,
  runCampaign,
} from '../properties/index.ts';

/** What the issue asks for. */
const LEAST_RATE = 100_000;
const ROUNDS = 5;
const PROGRAMS = 512;
/** A round trip an operation is slow: it takes fewer programs, the first ones. */
const LIVE_PROGRAMS = 64;
const LIMITS = { timeLimitMs: 10_000, memoryMib: 1024 };

function compile(folder: string): string {
  const output = join(folder, 'page-stack');
  const sources = ['examples/page_stack_target.c', 'examples/page_stack.c', 'frameproof.c'];
  const paths = sources.map((path) => resolve('native', path));
  const { error, status, stderr } = spawnSync('cc', ['-O2', '-o', output, ...paths], { encoding: 'utf8' });
  if (error !== undefined || status !== 0) throw new Error(`cc: ${error?.message ?? stderr}`);
  return output;
}

/** What one turn came to. */
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

async function checkTurn(target: RemoteTarget, seed: number): Promise<number> {
  const { verdict, operations } = await runCampaign({
    target,
    worlds: [],
    generated: true,
    programs: PROGRAMS,
    operations: DEFAULT_OPERATIONS,
    seed,
  });
  if (verdict === 'violated') throw new Error('the example broke a clause');
  return operations;
}

function judged(
  target: RemoteTarget,
  { world, program }: RehearsedProgram,
  performer: RecordedSession,
): number {
  const execution = new Execution(target, world, { policies: target.policies, performer });
  for (const operation of program) if (!execution.perform(operation)) break;
  if (!execution.finish()) throw new Error(`the example broke ${execution.violation?.clause}`);
  return execution.performed;
}

function wholeTurn(target: RemoteTarget, programs: readonly RehearsedProgram[]): number {
  const { remote } = target;
  let operations = 0;
  const [first] = programs;
  let ticket = first === undefined ? null : remote.send(first.world, first.program);
  for (let i = 0; i < programs.length; i += 1) {
    const [now, next] = [programs[i], programs[i + 1]];
    if (now === undefined || ticket === null) break;
    const session = new RecordedSession(ticket.request, remote.receive(ticket));
    ticket = next === undefined ? null : remote.send(next.world, next.program);
    operations += judged(target, now, session);
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
  target: RemoteTarget,
  conversation: Conversation,
  programs: readonly RehearsedProgram[],
): Promise<number> {
  const { profile, paints } = target.remote;
  let operations = 0;
  for (const rehearsed of programs) {
    const request = requestOf(rehearsed.program, profile);
    conversation.say(`live\n${headerText(rehearsed.world, LIMITS)}`);
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
    operations += judged(target, rehearsed, new RecordedSession(request, recording));
  }
  return operations;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function quartiles(values: readonly number[]): readonly [number, number] {
  const ascending = values.toSorted((a, b) => a - b);
  const at = (share: number): number => ascending[Math.floor(ascending.length * share)] ?? Number.NaN;
  return [at(0.25), at(0.75)];
}

/** The turns of all rounds, by row. */
interface Rounds {
  readonly check: readonly Turn[];
  readonly whole: readonly Turn[];
  readonly live: readonly Turn[];
}

async function measured(target: RemoteTarget, path: string): Promise<Rounds> {
  const conversation = new Conversation(path);
  await conversation.hear((line) => line === 'ready');
  const rounds = { check: [] as Turn[], whole: [] as Turn[], live: [] as Turn[] };
  for (let round = -1; round < ROUNDS; round += 1) {
    const run = { programs: PROGRAMS, operations: DEFAULT_OPERATIONS, seed: 1000 + round };
    const programs = rehearsedPrograms(target, run);
    const turns = {
      check: await turn(() => checkTurn(target, run.seed)),
      whole: await turn(() => wholeTurn(target, programs)),
      live: await turn(() => liveTurn(target, conversation, programs.slice(0, LIVE_PROGRAMS))),
    };
    // The first round is there for the code to be compiled.
    if (round < 0) continue;
    for (const name of ['check', 'whole', 'live'] as const) rounds[name].push(turns[name]);
  }
  conversation.end();
  return rounds;
}

function report({ check, whole, live }: Rounds): string {
  const table = new Table({
    head: ['', 'judged operations/s', 'quartiles', 'of the judging thread'],
    colAligns: ['left', 'right', 'right', 'right'],
    style: { head: [], border: [] },
  });
  const say = (n: number): string => Math.round(n).toLocaleString('en-US');
  const rates = (turns: readonly Turn[]): readonly number[] =>
    turns.map(({ operations, seconds }) => operations / seconds);
  const row = (name: string, turns: readonly Turn[]): string[] => [
    name,
    say(median(rates(turns))),
    quartiles(rates(turns)).map(say).join(' to '),
    `${say(median(turns.map((one) => (one.workedSeconds * 1e9) / one.operations)))} ns each`,
  ];
  table.push(row('check', check), row('whole programs', whole), row('a round trip an operation', live));
  const slow = rates(live);
  const ratios = rates(whole).map((n, i) => n / (slow[i] ?? Number.NaN));
  const met = median(rates(whole)) >= LEAST_RATE ? 'met' : 'missed';
  return [
    `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} processors, Node.js ${process.version}`,
    table.toString(),
    `whole programs are ${median(ratios).toFixed(1)} times as fast as a round trip an operation`,
    `limit: ${say(LEAST_RATE)} judged operations/s with whole programs: ${met}; of the whole of check, ${(median(rates(check)) / LEAST_RATE).toFixed(2)} of it`,
    '',
  ].join('\n');
}

const { values } = parseArgs({ options: { json: { type: 'string' } } });
const folder = mkdtempSync(join(tmpdir(), 'frameproof-bench-'));
try {
  const path = compile(folder);
  const target = await loadTarget(path);
  if (!isRemote(target)) throw new Error('an executable is a process');
  const rounds = await measured(target, path);
  process.stdout.write(report(rounds));
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(rounds, null, 1)}\n`);
  await release(target);
} finally {
  rmSync(folder, { recursive: true });
}

/**
 * The thread beside a target's process. It starts the process in a separate group, writes requests to it and collects the answers,
 * until the answer is complete, the process ends, or a limit is exceeded; then it kills the group. It exists because the judge blocks
 * its thread while it waits, and Node.js reads from a process only in a thread that is not blocked.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { type MessagePort, workerData } from 'node:worker_threads';
import { showsOutput, takeOutput } from '../target-output.ts';
import {
  type ChannelRequest,
  type Ending,
  GREETED,
  GREETING,
  GROUP,
  killGroup,
  type Posted,
  READY,
  REPLIES,
  type Reply,
} from './channel-messages.ts';
import { confined, confinementHere, signalOf } from './confinement.ts';
import { usageOf, usageWithin } from './usage.ts';

/** The start data of this thread. */
interface Shared {
  /** The executable and its arguments. */
  readonly command: readonly string[];
  /** Whether a kernel prints there, which greets when it has booted. */
  readonly isConsole: boolean;
  readonly port: MessagePort;
  /** See {@link REPLIES} and {@link GROUP}. */
  readonly state: SharedArrayBuffer;
}

const { command, isConsole, port, state: buffer }: Shared = workerData;
const state = new Int32Array(buffer);

/** Memory and CPU time are sampled this often during a request. */
const WATCH_MS = 20;
const STDERR_KEPT = 2000;
/** Programs behind it are parts of it, and print the same again. The greeting is request 0. */
const FIRST_PROGRAM = 1;
/** Characters of a greeting: of what a kernel prints before, no more are kept. */
const LONGEST_GREETING = 2 ** 16;
const CARRIAGE_RETURN = 0x0d;

/** A request with its number. */
interface Asked {
  readonly asked: number;
  readonly request: ChannelRequest;
}

/** The current request. */
interface Pending {
  readonly asked: number;
  readonly posted: ChannelRequest;
  readonly chunks: Buffer[];
  bytes: number;
  timer: NodeJS.Timeout;
  watch: NodeJS.Timeout;
  peakBytes: number;
  /** CPU time of the process at the first sample; null before it. */
  workedBefore: number | null;
  /** Whether the process was started for this request. */
  isFresh: boolean;
}

/** How processes are confined, where that is permitted; else null. */
const confinement = confinementHere();
let child: ChildProcess | null = null;
let pending: Pending | null = null;
/** Requests that wait for their turn. */
const waiting: Asked[] = [];
/** The number of the last request that was begun. */
let latest = 0;
let stderr = '';
/** What a console has printed before its greeting was complete; null once it was. */
let booting: string | null = null;

/** Publishes the process group to the other thread; 0 for none. */
function noteGroup(pid: number): void {
  Atomics.store(state, GROUP, pid);
}

function killChild(): void {
  const pid = child?.pid;
  child = null;
  if (pid === undefined) return;
  killGroup(pid);
  noteGroup(0);
}

function reply(ending: Ending): void {
  if (pending === null) return;
  const { asked, chunks, timer, watch, peakBytes, isFresh } = pending;
  clearTimeout(timer);
  clearInterval(watch);
  pending = null;
  const answered: Reply = {
    asked,
    text: Buffer.concat(chunks).toString('utf8'),
    ending,
    stderr,
    peakBytes,
    isFresh,
  };
  port.postMessage(answered);
  Atomics.add(state, REPLIES, 1);
  Atomics.notify(state, REPLIES);
  begin(waiting.shift());
}

/** Kills the process and ends the request. */
function endRequest(ending: Ending): void {
  killChild();
  reply(ending);
}

/** Whether the text so far ends with the terminator. */
function isWhole({ posted, chunks }: Pending): boolean {
  const last = chunks.at(-1);
  if (last === undefined || last.at(-1) !== 0x0a) return false;
  const { terminator } = posted;
  if (last.length > terminator.length)
    return last.subarray(-terminator.length - 1).toString('latin1') === `\n${terminator}`;
  return Buffer.concat(chunks).toString('latin1').endsWith(`\n${terminator}`);
}

/** Whether the text so far is the start of an answer. */
function isAnswerSoFar({ posted: { opening }, chunks, bytes }: Pending): boolean {
  if (opening === '' || chunks.length > 1) return true;
  const seen = Math.min(bytes, opening.length);
  return chunks[0]?.subarray(0, seen).toString('latin1') === opening.slice(0, seen);
}

/** Waits for the greeting among all that a kernel prints while it boots, and then sends the request. What is sent earlier is lost. */
function onBoot(printed: string, chunk: Buffer): void {
  booting = (printed + chunk.toString('latin1').replaceAll('\r', '')).slice(-LONGEST_GREETING);
  const [start, end] = [booting.lastIndexOf(GREETED), booting.lastIndexOf(`\n${READY}`)];
  if (start < 0 || end < start || pending === null) return;
  const greeting = Buffer.from(booting.slice(start, end + 1 + READY.length), 'latin1');
  booting = null;
  child?.stdin?.write(pending.posted.text);
  collect(pending, greeting);
}

function onOutput(source: ChildProcess, chunk: Buffer): void {
  if (source !== child || pending === null) return;
  if (booting !== null) onBoot(booting, chunk);
  else collect(pending, isConsole ? Buffer.from(chunk.filter((byte) => byte !== CARRIAGE_RETURN)) : chunk);
}

function collect(pending: Pending, chunk: Buffer): void {
  pending.chunks.push(chunk);
  pending.bytes += chunk.length;
  if (!isAnswerSoFar(pending)) endRequest({ kind: 'other' });
  else if (pending.bytes > pending.posted.outputLimit) endRequest({ kind: 'output' });
  else if (isWhole(pending)) {
    const answered = pending;
    const end = (): void => {
      if (pending === answered) reply({ kind: 'whole' });
    };
    // What it has printed before is read first.
    if (showsOutput()) setImmediate(end);
    else end();
  }
}

/**
 * A guard process in the target's group, but not its child, reads from a pipe that nothing is written to. The read ends when this
 * process ends, for whatever reason; the guard then kills the group.
 */
const GUARDED = '( (read -r _; kill -KILL 0) <&3 >/dev/null 2>&1 & ); exec 3<&-; exec "$@"';

function started(): ChildProcess {
  const stdio = ['pipe', 'pipe', 'pipe', 'pipe'] as const;
  const words = confinement === null ? command : confined(confinement, command);
  const process = spawn('/bin/sh', ['-c', GUARDED, 'sh', ...words], { stdio: [...stdio], detached: true });
  stderr = '';
  process.stdout?.on('data', (chunk: Buffer) => onOutput(process, chunk));
  process.stderr?.on('data', (chunk: Buffer) => {
    const text = chunk.toString('utf8');
    stderr = (stderr + text).slice(-STDERR_KEPT);
    if (latest <= FIRST_PROGRAM) takeOutput(text);
  });
  // A process that stops reading is noticed by its end, or by the missing answer.
  process.stdin?.on('error', () => {});
  process.once('error', (error) => {
    if (process !== child) return;
    child = null;
    reply({ kind: 'unstartable', reason: 'code' in error ? String(error.code) : error.message });
  });
  process.once('exit', (code, signal) => onExit(process, code, signal));
  noteGroup(process.pid ?? 0);
  if (isConsole) booting = '';
  else process.stdin?.write(GREETING);
  return process;
}

/** Writes the request to the process, and starts the process if necessary. */
function send(request: Pending): void {
  request.isFresh = child === null;
  child ??= started();
  if (booting === null) child.stdin?.write(request.posted.text);
}

/** Returns how a process ended. In a namespace, the first process tells a signal in its exit code. */
function endingOf(code: number | null, signal: string | null): Ending {
  const told = confinement === null || code === null ? null : signalOf(code);
  const by = signal ?? told;
  return by === null ? { kind: 'exit', code: code ?? 0 } : { kind: 'signal', signal: by };
}

/** Waits for the output that the process wrote before it ended, but not for output of its children. */
function onExit(ended: ChildProcess, code: number | null, signal: string | null): void {
  if (ended !== child) return;
  const finish = (): void => {
    if (ended !== child) return;
    // A process that ends between two requests is restarted: it may serve only one program.
    const isBetween = pending !== null && pending.bytes === 0 && !pending.isFresh;
    if (isBetween && pending !== null) {
      killChild();
      send(pending);
    } else endRequest(endingOf(code, signal));
  };
  ended.stdout?.once('end', finish);
  setTimeout(finish, WATCH_MS);
}

function watchUsage(): void {
  const pid = child?.pid;
  if (pid === undefined || pending === null) return;
  const { residentBytes, workedMs } = confinement === null ? usageOf(pid) : usageWithin(pid);
  pending.peakBytes = Math.max(pending.peakBytes, residentBytes);
  // CPU time of earlier requests does not count.
  pending.workedBefore ??= workedMs;
  if (residentBytes > pending.posted.memoryLimit) endRequest({ kind: 'memory' });
  else if (workedMs - pending.workedBefore > pending.posted.timeLimitMs) endRequest({ kind: 'time' });
}

port.on('message', (posted: Posted) => {
  if (posted.kind === 'drop') {
    const place = waiting.findIndex(({ asked }) => asked === posted.asked);
    if (place >= 0) waiting.splice(place, 1);
  } else if (pending === null) begin(posted);
  else if (posted.request.isUrgent === true) waiting.unshift(posted);
  else waiting.push(posted);
});

function begin(next: Asked | undefined): void {
  if (next === undefined) return;
  const { asked, request: posted } = next;
  latest = asked;
  const timer = setTimeout(() => endRequest({ kind: 'time' }), posted.waitLimitMs);
  const watch = setInterval(watchUsage, WATCH_MS);
  const none = { chunks: [], bytes: 0, peakBytes: 0, workedBefore: null, isFresh: false };
  pending = { asked, posted, timer, watch, ...none };
  send(pending);
}

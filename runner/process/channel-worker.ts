/**
 * The thread beside a target's process. It starts the process in a group of its own, writes requests to it and collects what
 * it answers, until the answer is whole, the process ends, or a limit is passed; then the group is killed. It exists because
 * the judge waits for an answer and runs nothing else meanwhile, and Node.js reads from processes only where it is free to.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { MessagePort, workerData } from 'node:worker_threads';
import { type Ending, GREETING, type Posted, type Reply } from './channel-messages.ts';
import { usageOf } from './usage.ts';

interface Shared {
  readonly path: string;
  readonly port: MessagePort;
  /** [replies so far, process group to kill where this thread no longer can]. */
  readonly bell: SharedArrayBuffer;
}

function shared(data: unknown): Shared {
  if (typeof data === 'object' && data !== null && 'path' in data && 'port' in data && 'bell' in data)
    if (
      typeof data.path === 'string' &&
      data.port instanceof MessagePort &&
      data.bell instanceof SharedArrayBuffer
    )
      return { path: data.path, port: data.port, bell: data.bell };
  throw new Error('this file is the worker of channel.ts');
}

const { path, port, bell: buffer } = shared(workerData);
const bell = new Int32Array(buffer);

/** Memory and time are looked at this often while a request is under way. */
const WATCH_MS = 20;
const STDERR_KEPT = 2000;

/** A request under way. */
interface Pending {
  readonly posted: Posted;
  readonly chunks: Buffer[];
  bytes: number;
  timer: NodeJS.Timeout;
  watch: NodeJS.Timeout;
  peakBytes: number;
  /** Time that the process had worked when it was first looked at; null before that. */
  workedBefore: number | null;
  /** Whether the process was started for this request. */
  isFresh: boolean;
}

let child: ChildProcess | null = null;
let pending: Pending | null = null;
let stderr = '';

/** Tells the other thread which group there is; 0 for none. */
function noteGroup(pid: number): void {
  Atomics.store(bell, 1, pid);
}

function killGroup(): void {
  const pid = child?.pid;
  child = null;
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // The group is gone already.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
  noteGroup(0);
}

function reply(ending: Ending): void {
  if (pending === null) return;
  const { chunks, timer, watch, peakBytes, isFresh } = pending;
  clearTimeout(timer);
  clearInterval(watch);
  pending = null;
  const answered: Reply = {
    text: Buffer.concat(chunks).toString('utf8'),
    ending,
    stderr,
    peakBytes,
    isFresh,
  };
  port.postMessage(answered);
  Atomics.add(bell, 0, 1);
  Atomics.notify(bell, 0);
}

/** Ends the process and with it the request. */
function give(ending: Ending): void {
  killGroup();
  reply(ending);
}

/** Whether the text so far ends with the line that ends an answer. */
function isWhole({ posted, chunks }: Pending): boolean {
  const last = chunks.at(-1);
  if (last === undefined || last.at(-1) !== 0x0a) return false;
  const { terminator } = posted;
  if (last.length > terminator.length)
    return last.subarray(-terminator.length - 1).toString('latin1') === `\n${terminator}`;
  return Buffer.concat(chunks).toString('latin1').endsWith(`\n${terminator}`);
}

/** Whether the text so far begins as every answer does, as far as it goes. */
function opensWell({ posted: { opening }, chunks, bytes }: Pending): boolean {
  if (opening === '' || chunks.length > 1) return true;
  const seen = Math.min(bytes, opening.length);
  return chunks[0]?.subarray(0, seen).toString('latin1') === opening.slice(0, seen);
}

function onOutput(source: ChildProcess, chunk: Buffer): void {
  if (source !== child || pending === null) return;
  pending.chunks.push(chunk);
  pending.bytes += chunk.length;
  if (!opensWell(pending)) give({ kind: 'other' });
  else if (pending.bytes > pending.posted.outputLimit) give({ kind: 'output' });
  else if (isWhole(pending)) reply({ kind: 'whole' });
}

/**
 * A guard in the group of the target, but no child of it, waits for the end of a pipe that nothing is ever written to. That
 * comes when this process ends, however it does; then the guard kills the group.
 */
const GUARDED = '( (read -r _; kill -KILL 0) <&3 >/dev/null 2>&1 & ); exec 3<&-; exec "$0"';

function started(): ChildProcess {
  const stdio = ['pipe', 'pipe', 'pipe', 'pipe'] as const;
  const process = spawn('/bin/sh', ['-c', GUARDED, path], { stdio: [...stdio], detached: true });
  stderr = '';
  process.stdout?.on('data', (chunk: Buffer) => onOutput(process, chunk));
  process.stderr?.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString('utf8')).slice(-STDERR_KEPT);
  });
  // A process that reads no more shows by how it ends, or by that it does not answer.
  process.stdin?.on('error', () => {});
  process.once('error', (error) => {
    if (process !== child) return;
    child = null;
    reply({ kind: 'unstartable', reason: 'code' in error ? String(error.code) : error.message });
  });
  process.once('exit', (code, signal) => onExit(process, code, signal));
  noteGroup(process.pid ?? 0);
  process.stdin?.write(GREETING);
  return process;
}

/** Writes the request to the process, which is started if need be. */
function send(request: Pending): void {
  request.isFresh = child === null;
  child ??= started();
  child.stdin?.write(request.posted.text);
}

/** The process has ended: what it had written by then is still to come, though not what its children may write. */
function onExit(ended: ChildProcess, code: number | null, signal: string | null): void {
  if (ended !== child) return;
  const finish = (): void => {
    if (ended !== child) return;
    // One that ends between two requests is started anew: it may serve one program only.
    const isBetween = pending !== null && pending.bytes === 0 && !pending.isFresh;
    if (isBetween && pending !== null) {
      killGroup();
      send(pending);
    } else give(signal === null ? { kind: 'exit', code: code ?? 0 } : { kind: 'signal', signal });
  };
  ended.stdout?.once('end', finish);
  setTimeout(finish, WATCH_MS);
}

function watchUsage(): void {
  const pid = child?.pid;
  if (pid === undefined || pending === null) return;
  const { residentBytes, workedMs } = usageOf(pid);
  pending.peakBytes = Math.max(pending.peakBytes, residentBytes);
  // Of a process that has served before, what it worked then does not count.
  pending.workedBefore ??= workedMs;
  if (residentBytes > pending.posted.memoryLimit) give({ kind: 'memory' });
  else if (workedMs - pending.workedBefore > pending.posted.timeLimitMs) give({ kind: 'time' });
}

port.on('message', (posted: Posted | 'close') => {
  if (posted === 'close') {
    killGroup();
    port.close();
    return;
  }
  const timer = setTimeout(() => give({ kind: 'time' }), posted.waitLimitMs);
  const watch = setInterval(watchUsage, WATCH_MS);
  pending = { posted, chunks: [], bytes: 0, timer, watch, peakBytes: 0, workedBefore: null, isFresh: false };
  send(pending);
});

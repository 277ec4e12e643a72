/** Loading executables: the process is started and greeted, and answers with its claims. Any other answer is refused. */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  decodeProfile,
  type PhysicalAddress,
  type Profile,
  parseJson,
  physicalAddress,
  SpecError,
} from '../../spec/index.ts';
import { type GivenClaims, reaching, refuseMissing, type Target } from '../target.ts';
import { AllocatorProcess } from './allocator-process.ts';
import { CallersProcess } from './callers-process.ts';
import { Channel } from './channel.ts';
import { GREETED, READY, type Reply } from './channel-messages.ts';
import { ProcessTarget } from './process-target.ts';

const TIME_LIMIT_MS = 5000;
const HELLO_BYTES = 65_536;
const MEMORY_LIMIT = 2 ** 30;

function firstLine(text: string): string {
  const [line = ''] = text.trim().split('\n');
  return line.length > 80 ? `${line.slice(0, 80)}…` : line;
}

function describeReply({ text, ending, stderr }: Reply, limitMs: number): string {
  const said = text.trim() === '' ? '' : `; it wrote ${JSON.stringify(firstLine(text))}`;
  const complained = stderr.trim() === '' ? '' : `; on standard error: ${JSON.stringify(firstLine(stderr))}`;
  switch (ending.kind) {
    case 'unstartable':
      return `it cannot be started: ${ending.reason}`;
    case 'exit':
      return `it ended with exit code ${ending.code}${said}${complained}`;
    case 'signal':
      return `it died of ${ending.signal}${said}${complained}`;
    case 'time':
      return `it did not answer within ${limitMs / 1000} s${said}`;
    case 'whole':
    case 'other':
      return `its answer is another${said}`;
    default:
      return `it passed the limit of ${ending.kind}${said}`;
  }
}

/** Returns the rest of the line that begins with a word, in the answer to the greeting; null if there is none. */
function restOfLine(lines: readonly string[], word: string): string | null {
  const line = lines.find((text) => text === word || text.startsWith(`${word} `));
  return line === undefined ? null : line.slice(word.length + 1);
}

/** A kernel boots first. */
const BOOT_LIMIT_MS = 60_000;

function greet(channel: Channel, expected: string, limitMs: number): readonly string[] {
  const limits = {
    timeLimitMs: limitMs,
    waitLimitMs: limitMs,
    outputLimit: HELLO_BYTES,
    memoryLimit: MEMORY_LIMIT,
  };
  const reply = channel.receive(channel.ask({ text: '', opening: GREETED, terminator: READY, ...limits }));
  const lines = reply.text.split('\n');
  if (reply.ending.kind === 'whole') return lines;
  throw new SpecError(`${expected}: ${describeReply(reply, limitMs)}`);
}

const SPEAKING = 'an executable that speaks the protocol of native/PROTOCOL.md';

/** The address space of a process has 47 bits, for its own memory and all of physical memory. */
const REACH = physicalAddress(1n << 46n);

/** Returns where the memory of a kernel's harness ends: it says so, or claims it. */
function memoryOf(lines: readonly string[], { memoryBelow }: Profile): PhysicalAddress {
  const said = restOfLine(lines, 'memory');
  const end =
    said !== null && /^[\da-f]{1,12}$/.test(said) ? physicalAddress(BigInt(`0x${said}`)) : memoryBelow;
  return end < memoryBelow ? end : memoryBelow;
}

/**
 * Loads an executable, held to its own claims or to a given profile.
 *
 * @throws SpecError if it cannot be started or does not speak the protocol.
 */
export function loadExecutable(path: string, given: GivenClaims): Promise<Target> {
  return load({ command: [path] }, path, given);
}

/**
 * Starts a shell command that boots a kernel, and loads the allocator that it serves on its console. `name` is the target's.
 *
 * @throws SpecError if it cannot be started, or its kernel does not greet.
 */
export function loadConsole(command: string, name: string, given: GivenClaims): Promise<Target> {
  return load({ command: ['/bin/sh', '-c', command], isConsole: true }, name, given);
}

/** The program that speaks the protocol for a module: TypeScript in a checkout, compiled in the package. */
const SERVED = fileURLToPath(
  new URL(`../load/served-module${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url),
);

/**
 * Loads a module in a separate process, like an executable. Own clauses stay there: they are not checked.
 *
 * @throws SpecError if it cannot be imported or does not build a manager.
 */
export function loadModuleApart(path: string, given: GivenClaims = {}): Promise<Target> {
  const command = [process.execPath, ...process.execArgv, SERVED, path];
  return load({ command, expected: 'a module that can be imported' }, path, given);
}

/** How a process is started, and whether it is a kernel on a console. */
interface Started {
  readonly command: readonly string[];
  readonly isConsole?: boolean;
  /** The kind of process that is expected to greet. Default: {@link SPEAKING}. */
  readonly expected?: string;
}

/** A process that has been greeted, and what it says of itself. */
interface Introduced {
  readonly channel: Channel;
  readonly lines: readonly string[];
  readonly profile: Profile;
}

/** Starts and greets a process. It is held to its own claims, unless others are given. */
async function introduced(
  { command, isConsole = false, expected = SPEAKING }: Started,
  path: string,
  given?: Profile,
): Promise<Introduced> {
  if (process.platform === 'win32')
    throw new SpecError(
      `${path}: expected a module, or WebAssembly (frameproof build): executables run on Linux`,
    );
  const channel = new Channel(command, isConsole);
  try {
    const lines = greet(channel, `${path}: expected ${expected}`, isConsole ? BOOT_LIMIT_MS : TIME_LIMIT_MS);
    const source = `${path}: profile`;
    const claimed = decodeProfile(parseJson(restOfLine(lines, 'profile') ?? '{}', source), source);
    const said = restOfLine(lines, 'calls')?.split(' ');
    if (said !== undefined) refuseMissing(path, given ?? claimed, (name) => said.includes(name));
    // The memory of a kernel's harness cannot be claimed away by another profile.
    const memoryBelow = isConsole ? memoryOf(lines, claimed) : REACH;
    return { channel, lines, profile: reaching(given ?? claimed, memoryBelow) };
  } catch (error) {
    await channel.close();
    throw error;
  }
}

async function load(started: Started, path: string, given: GivenClaims): Promise<Target> {
  const { channel, lines, profile } = await introduced(started, path, given.profile);
  const [paints, isShort] = [restOfLine(lines, 'paints') !== null, restOfLine(lines, 'short') !== null];
  if (isShort && profile.contents === 'zeroed') {
    await channel.close();
    throw new SpecError(
      `${path}: contents "zeroed" is not looked at over a serial line: leave the claim out`,
    );
  }
  const process = new AllocatorProcess(channel, { paints, isShort, programMs: given.programMs });
  return new ProcessTarget(process, { name: path, policies: profile.policies, profile });
}

/**
 * Loads an executable whose calls several callers make at the same time.
 *
 * @throws SpecError if it cannot be started, or its harness does not run several callers.
 */
export async function loadCallers(path: string): Promise<CallersProcess> {
  const { channel, lines, profile } = await introduced({ command: [resolve(path)] }, path);
  if (restOfLine(lines, 'callers') !== null) return new CallersProcess(channel, profile);
  await channel.close();
  throw new SpecError(
    `${path}: expected an executable with the harness native/frameproof.c of this version: it does not run several callers`,
  );
}

/**
 * Allocator processes: an allocator in a separate process, which runs one program at a time. A program is one request and one
 * answer. Sending and receiving are two steps, so that the process works in the meantime.
 */
import { bytesOf, isRam, type MemoryMap, type Profile, type Program, pageCount } from '../../spec/index.ts';
import type { LeftOut } from '../target.ts';
import type { World } from '../world.ts';
import { type Recording, readAnswer } from './answer.ts';
import type { Channel } from './channel.ts';
import type { Reply } from './channel-messages.ts';
import { headerText, type ProgramLimits, type Request, requestOf } from './request.ts';

/** CPU time and memory of one program on a small memory map. */
const TIME_MS = 1000;
const MEMORY_MIB = 1024;
/** Added for each RAM page frame, up to a minute in total: 64 GiB get 2.7 s, enough to list each page frame. */
const NANOSECONDS_A_PAGE = 100;
const LONGEST_MS = 60_000;
/** Wall-clock limit: 4 × the CPU limit. */
const PATIENCE = 4;
/** The harness enforces the same limits and can explain more. It gets this much time to do so first. */
const GRACE_MS = 500;
/** Limits on the length of an answer: a base, and more for each operation and each address. */
const OUTPUT_BYTES = { once: 2 ** 20, operation: 1024, address: 32 } as const;
const MIB = 2 ** 20;

function ramPages({ descriptors }: MemoryMap): number {
  return descriptors.reduce((sum, { type, pages }) => sum + (isRam(type) ? pages : 0), 0);
}

function limitsFor(pages: number, timeMs: number): ProgramLimits {
  const timeLimitMs = Math.min(LONGEST_MS, timeMs + Math.ceil((pages * NANOSECONDS_A_PAGE) / 1e6));
  const ramMib = Number(bytesOf(pageCount(pages))) / MIB;
  return { timeLimitMs, memoryMib: MEMORY_MIB + Math.ceil(ramMib / 128) };
}

function outputLimit(program: Program, pages: number): number {
  const { once, operation, address } = OUTPUT_BYTES;
  const addresses = program.reduce((sum, step) => {
    const isGrantable = step.call === 'allocPages' && step.count <= pages;
    return sum + (isGrantable ? Number(step.count) : 0);
  }, 0);
  return once + operation * program.length + address * addresses;
}

/** Properties of a process, from its answer to the greeting and from its user. */
export interface Greeted {
  /** Whether it checks the contents of page frames. */
  readonly paints: boolean;
  /** CPU milliseconds of a program on a small memory map. Default: 1000. */
  readonly programMs?: number | undefined;
}

/** A program that has been sent. */
export interface SentProgram {
  readonly request: Request;
  readonly profile: Profile;
}

/** The last line of the answer to the greeting. */
export const READY = 'ready\n';

/** Returns the text after the answer to the greeting, which only a fresh process gives; null if that answer is incomplete. */
function afterGreeting({ text, isFresh }: Reply): string | null {
  if (!isFresh) return text;
  const end = text.startsWith(READY) ? 0 : text.indexOf(`\n${READY}`) + 1;
  return end === 0 && !text.startsWith(READY) ? null : text.slice(end + READY.length);
}

export class AllocatorProcess {
  readonly paints: boolean;
  readonly programMs: number;
  readonly #channel: Channel;
  #peakKib = 0;
  /** Whether an answer is due. */
  #isAsked = false;

  constructor(channel: Channel, { paints, programMs = TIME_MS }: Greeted) {
    this.#channel = channel;
    this.paints = paints;
    this.programMs = programMs;
  }

  /** The most memory that any program took, in KiB; 0 if unknown. */
  get peakKib(): number {
    return this.#peakKib;
  }

  /** Sends a program. Throws if the answer to the program before has not been received. */
  send(world: World, program: Program, profile: Profile, leftOut?: LeftOut): SentProgram {
    if (this.#isAsked) throw new Error('a program was sent before the answer to the last one was received');
    this.#isAsked = true;
    const pages = ramPages(world.map);
    const limits = limitsFor(pages, this.programMs);
    const request = requestOf(program, profile, leftOut);
    const { timeLimitMs, memoryMib } = limits;
    this.#channel.ask({
      text: headerText(world, limits) + request.text,
      opening: '',
      terminator: 'end\n',
      timeLimitMs: timeLimitMs + GRACE_MS,
      waitLimitMs: timeLimitMs * PATIENCE + GRACE_MS,
      memoryLimit: (memoryMib + 256) * MIB,
      outputLimit: outputLimit(program, pages),
    });
    return { request, profile };
  }

  /** Waits for the answer to a program. */
  receive({ request, profile }: SentProgram): Recording {
    const reply = this.#channel.receive();
    this.#isAsked = false;
    const text = afterGreeting(reply);
    const sent = request.omitted.filter((why) => why === null).length;
    const whole = text === null ? { text: '', ending: reply.ending } : { text, ending: reply.ending };
    const recording = readAnswer(whole, { sent, profile, paints: this.paints });
    this.#peakKib = Math.max(this.#peakKib, recording.peakKib, Math.round(reply.peakBytes / 1024));
    return recording;
  }

  /** Ends the process. */
  close(): Promise<void> {
    return this.#channel.close();
  }
}

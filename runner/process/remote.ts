/**
 * Remotes: programs run in a process of somebody else's. A remote knows how the process is asked, what it claims, and the
 * most memory that it was seen to take; each program is one request and one answer.
 */
import { bytesOf, isRam, type MemoryMap, type Profile, type Program, pageCount } from '../../spec/index.ts';
import type { World } from '../world.ts';
import { type Recording, readAnswer } from './answer.ts';
import type { Channel } from './channel.ts';
import type { Reply } from './channel-messages.ts';
import { headerText, type ProgramLimits, type Request, requestOf } from './request.ts';

/** What one program may take, besides what its memory map makes an allocator do: touching one page frame in 128. */
const TIME_MS = 1000;
const MEMORY_MIB = 1024;
/** 64 GiB are given 2.7 s to be listed page frame by page frame, and 12 TiB no more than a minute. */
const NANOSECONDS_A_PAGE = 100;
const LONGEST_MS = 60_000;
/** A program that waits for something, a processor too, gets this many times the time of one that works. */
const PATIENCE = 4;
/** The harness watches the limits too, and knows more of what happened: it goes first. */
const GRACE_MS = 500;
/** What answers may be long: each operation, each address handed out, and something besides. */
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

/** What a process says of itself when it is greeted. */
interface Hello {
  readonly profile: Profile;
  /** Whether it looks after what page frames hold. */
  readonly paints: boolean;
}

/** A program under way. */
export interface Ticket {
  readonly request: Request;
  readonly limits: ProgramLimits;
}

/** The answer to the greeting, up to and with its last line. */
export const READY = 'ready\n';

/** Returns the text behind the answer to the greeting, which a process gives once; null where that is not whole. */
function afterHello({ text, isFresh }: Reply): string | null {
  if (!isFresh) return text;
  const end = text.startsWith(READY) ? 0 : text.indexOf(`\n${READY}`) + 1;
  return end === 0 && !text.startsWith(READY) ? null : text.slice(end + READY.length);
}

export class Remote {
  readonly profile: Profile;
  readonly paints: boolean;
  readonly #channel: Channel;
  /** Milliseconds that a program may take, where its memory map is small. */
  readonly programMs: number;
  #peakKib = 0;

  constructor(channel: Channel, { profile, paints }: Hello, timeLimitMs: number = TIME_MS) {
    this.#channel = channel;
    this.programMs = timeLimitMs;
    this.profile = profile;
    this.paints = paints;
  }

  /** The most memory that any program took, in KiB; 0 where none told. */
  get peakKib(): number {
    return this.#peakKib;
  }

  /** Sends a program. The answer to the one before has been received. */
  send({ map, config }: World, program: Program, undefinedAt: readonly (string | null)[] = []): Ticket {
    const pages = ramPages(map);
    const limits = limitsFor(pages, this.programMs);
    const request = requestOf(program, this.profile, undefinedAt);
    const { timeLimitMs, memoryMib } = limits;
    this.#channel.ask({
      text: headerText({ map, config }, limits) + request.text,
      opening: '',
      terminator: 'end\n',
      timeLimitMs: timeLimitMs + GRACE_MS,
      waitLimitMs: timeLimitMs * PATIENCE + GRACE_MS,
      memoryLimit: (memoryMib + 256) * MIB,
      outputLimit: outputLimit(program, pages),
    });
    return { request, limits };
  }

  /** Waits for the answer to a program. */
  receive({ request }: Ticket): Recording {
    const reply = this.#channel.receive();
    const text = afterHello(reply);
    const sent = request.omitted.filter((why) => why === null).length;
    const whole = text === null ? { text: '', ending: reply.ending } : { text, ending: reply.ending };
    const recording = readAnswer(whole, { sent, profile: this.profile, paints: this.paints });
    this.#peakKib = Math.max(this.#peakKib, recording.peakKib, Math.round(reply.peakBytes / 1024));
    return recording;
  }

  /** Ends the process. */
  close(): Promise<void> {
    return this.#channel.close();
  }
}

/**
 * Allocator processes: an allocator in a separate process, which runs one program at a time. A program is one request and one
 * answer. Sending and receiving are two steps, and programs queue up, so that the process works in the meantime.
 */
import { totalmem } from 'node:os';
import { bytesOf, type Profile, type Program, pageCount, ramPages } from '../../spec/index.ts';
import type { BytesACall, LeftOut } from '../target.ts';
import { PROGRAM_MS, type ProgramTime } from '../time-limit.ts';
import type { World } from '../world.ts';
import { type Recording, readAnswer, unanswered } from './answer.ts';
import type { Channel } from './channel.ts';
import { afterGreeting } from './channel-messages.ts';
import { headerText, MEMORY_MIB, PATIENCE, type Request, requestOf, shortHeader } from './request.ts';
import { writtenOut } from './short-answer.ts';

/** A large map may not take more than this share of the machine: else the system ends processes, and not only this one. */
const SHARE = 8;
/** The harness enforces the same limits and can explain more. It gets this much time to do so first. */
const GRACE_MS = 500;
/** Limits on the length of an answer: a base, and more for each operation and each address. */
const OUTPUT_BYTES = { once: 2 ** 20, operation: 1024, address: 32 } as const;
const MIB = 2 ** 20;

/** Returns the MiB that a program may take: on a machine, or in a container, with so many bytes of memory. */
export function memoryFor(pages: number, machineBytes = memoryOfMachine()): number {
  const ramMib = Number(bytesOf(pageCount(pages))) / MIB;
  const share = Math.max(MEMORY_MIB, Math.floor(machineBytes / SHARE / MIB));
  return Math.min(MEMORY_MIB + Math.ceil(ramMib / 128), share);
}

function memoryOfMachine(): number {
  return Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
}

/** A batch of more page frames than there are is granted only in part. */
function outputLimit(program: Program, pages: number, { batches }: Profile): number {
  const { once, operation, address } = OUTPUT_BYTES;
  const beyond = batches === 'partial' ? pages : 0;
  const addresses = program.reduce((sum, step) => {
    if (step.call !== 'allocPages') return sum;
    return sum + (step.count <= pages ? Number(step.count) : beyond);
  }, 0);
  return once + operation * program.length + address * addresses;
}

/** Properties of a process, from its answer to the greeting and from its user. */
export interface Greeted {
  /** Whether it checks the contents of page frames. */
  readonly paints: boolean;
  /** Whether it takes requests in their short form. */
  readonly isShort: boolean;
  /** CPU milliseconds of a program on a small memory map. Default: 1000. */
  readonly programMs?: number | undefined;
}

/** A program to send, and what is held against the answer. */
export interface AskedProgram {
  readonly world: World;
  readonly program: Program;
  readonly profile: Profile;
  readonly time: ProgramTime;
}

/** A program as it is sent. */
interface WrittenProgram extends AskedProgram {
  readonly request: Request;
  readonly limitMs: number;
}

/** A program that has been sent. */
export interface SentProgram extends WrittenProgram {
  /** The number of its request. */
  readonly asked: number;
}

/** Returns how many operations a program begins with so that `sent` of them are sent. */
function prefixOf(omitted: Request['omitted'], sent: number): number {
  let left = sent;
  const end = omitted.findIndex((why) => why === null && left-- === 0);
  return end < 0 ? omitted.length : end;
}

export class AllocatorProcess {
  readonly paints: boolean;
  readonly programMs: number;
  readonly #channel: Channel;
  readonly #isShort: boolean;
  #peakKib = 0;
  /** Calls made over a serial line, and their bytes in both directions. */
  readonly #line = { calls: 0, sent: 0, received: 0 };

  constructor(channel: Channel, { paints, isShort, programMs = PROGRAM_MS }: Greeted) {
    this.#isShort = isShort;
    this.#channel = channel;
    this.paints = paints;
    this.programMs = programMs;
  }

  /** The most memory that any program took, in KiB; 0 if unknown. */
  get peakKib(): number {
    return this.#peakKib;
  }

  /** Bytes of a call on the serial line so far; null if there is none. */
  get bytesACall(): BytesACall | null {
    const { calls, sent, received } = this.#line;
    return calls === 0 ? null : { sent: sent / calls, received: received / calls };
  }

  /** Sends a program, which runs once those sent before have run. */
  send(asked: AskedProgram, leftOut?: LeftOut): SentProgram {
    const { world, program, profile, time } = asked;
    const limitMs = time.limitOf(world, program.length);
    const written = {
      ...asked,
      limitMs,
      request: requestOf(program, { profile, leftOut, isShort: this.#isShort }),
    };
    return { ...written, asked: this.#ask(written, limitMs) };
  }

  /** Waits for the answer to a program. */
  receive(sent: SentProgram): Recording {
    const recording = this.#confirmed(sent);
    return recording.isCut && !this.#isShort ? this.#located(sent, recording) : recording;
  }

  /**
   * Blames the operation at which a process ended that may keep its answers until the end of the program: the shortest beginning of the
   * program that ends it too is searched for by halves.
   */
  #located(sent: SentProgram, cut: Recording): Recording {
    const { program, request } = sent;
    let ends = program.length;
    let holds = prefixOf(request.omitted, cut.responses.length);
    let answered = holds < ends ? this.#beginning(sent, holds) : cut;
    if (answered.isCut) return cut;
    while (ends - holds > 1) {
      const middle = Math.floor((holds + ends) / 2);
      const recording = this.#beginning(sent, middle);
      if (recording.isCut) ends = middle;
      else [holds, answered] = [middle, recording];
    }
    return {
      ...cut,
      started: answered.started,
      responses: [...answered.responses, cut.responses.at(-1) ?? cut.started],
    };
  }

  /** Runs the first operations of a program. */
  #beginning(sent: SentProgram, operations: number): Recording {
    const program = sent.program.slice(0, operations);
    const { profile, request } = sent;
    const written = { ...sent, program, request: requestOf(program, { profile, leftOut: request.omitted }) };
    return this.#answer(written, this.#ask(written, sent.limitMs, true));
  }

  /** Returns the answer to a program. Where it did not return, the program is run again with more time. */
  #confirmed(sent: SentProgram): Recording {
    const { time, limitMs, world } = sent;
    const answered = this.#answer(sent, sent.asked);
    if (!answered.isTimeOut) return answered;
    const returned = time.confirm(world, limitMs, (ms) => {
      const again = this.#answer(sent, this.#ask(sent, ms, true));
      return again.isTimeOut ? null : again;
    });
    return returned ?? unanswered(answered, time.message);
  }

  /** Gives up a program whose answer nobody waits for. */
  drop({ asked }: SentProgram): void {
    this.#channel.drop(asked);
  }

  #ask({ world, program, profile, request }: WrittenProgram, timeLimitMs: number, isUrgent = false): number {
    const pages = ramPages(world.map);
    const memoryMib = memoryFor(pages);
    return this.#channel.ask({
      isUrgent,
      text:
        (this.#isShort ? shortHeader(world) : headerText(world, { timeLimitMs, memoryMib }, profile)) +
        request.text,
      opening: '',
      terminator: 'end\n',
      timeLimitMs: timeLimitMs + GRACE_MS,
      waitLimitMs: timeLimitMs * PATIENCE + GRACE_MS,
      memoryLimit: (memoryMib + 256) * MIB,
      outputLimit: outputLimit(program, pages, profile),
    });
  }

  #answer({ request, profile, world }: WrittenProgram, asked: number): Recording {
    const reply = this.#channel.receive(asked);
    const answered = afterGreeting(reply);
    const text =
      answered !== null && this.#isShort ? writtenOut(answered, world.config.higherHalf) : answered;
    const sent = request.omitted.filter((why) => why === null).length;
    if (this.#isShort) this.#note(sent, request.text.length, answered?.length ?? 0);
    const whole = text === null ? { text: '', ending: reply.ending } : { text, ending: reply.ending };
    // Over a serial line nobody looks.
    const looks = this.paints && !this.#isShort && profile.contents === 'zeroed';
    const recording = readAnswer(whole, { sent, profile, paints: this.paints, looks });
    this.#peakKib = Math.max(this.#peakKib, recording.peakKib, Math.round(reply.peakBytes / 1024));
    return recording;
  }

  #note(calls: number, sent: number, received: number): void {
    this.#line.calls += calls;
    this.#line.sent += sent;
    this.#line.received += received;
  }

  /** Ends the process. */
  close(): Promise<void> {
    return this.#channel.close();
  }
}

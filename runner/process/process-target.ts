/**
 * Process targets: an allocator in a separate process, which takes whole programs. A program runs there while this thread does
 * something else; its answers are read when they are waited for.
 */
import { type Program, SpecError } from '../../spec/index.ts';
import {
  type BytesACall,
  ClaimedTarget,
  type Claims,
  type LeftOut,
  type StartedProgram,
  sourceOf,
  type Target,
  type TargetSource,
  type TimedProgram,
} from '../target.ts';
import { shareTime, timeOf } from '../time-limit.ts';
import type { World } from '../world.ts';
import type { AllocatorProcess, AskedProgram } from './allocator-process.ts';
import { RecordedSession } from './recorded-session.ts';

export class ProcessTarget extends ClaimedTarget implements Target {
  /** The process keeps its limit itself. */
  readonly programMs = Number.POSITIVE_INFINITY;
  readonly isInteractive = false;
  readonly compiled = null;
  readonly factory = null;
  readonly takesAnyNumber = false;
  readonly #process: AllocatorProcess;

  constructor(process: AllocatorProcess, claims: Claims) {
    super(claims);
    this.#process = process;
  }

  get seesWrites(): boolean {
    return this.#process.paints;
  }

  get peakKib(): number {
    return this.#process.peakKib;
  }

  get bytesACall(): BytesACall | null {
    return this.#process.bytesACall;
  }

  get source(): TargetSource {
    return sourceOf(this, this.#process.programMs);
  }

  start(world: World, program?: Program, leftOut?: LeftOut): StartedProgram {
    if (program === undefined) throw new Error(`a program is known before it runs on ${this.name}`);
    const sent = this.#process.send(this.#asked(world, program), leftOut);
    return {
      performer: () => new RecordedSession(sent.request, this.#process.receive(sent)),
      drop: () => this.#process.drop(sent),
    };
  }

  openSavable(): null {
    return null;
  }

  /** The time includes that of writing the request and of parsing the answer. */
  timed(world: World, program: Program): TimedProgram {
    return {
      turn: (operations) => {
        const start = performance.now();
        const sent = this.#process.send(this.#asked(world, program.slice(0, operations)));
        const last = this.#process.receive(sent).responses.at(-1);
        const ms = performance.now() - start;
        if (last === undefined || last === 'skipped' || last.outcome.kind !== 'malformed') return ms;
        throw new SpecError(`${this.name}: expected an answer to each call, found ${last.outcome.message}`);
      },
    };
  }

  protected override claiming(claims: Claims): Target {
    return shareTime(this, this.#process.programMs, new ProcessTarget(this.#process, claims));
  }

  close(): Promise<void> {
    return this.#process.close();
  }

  #asked(world: World, program: Program): AskedProgram {
    return { world, program, profile: this.profile, time: timeOf(this, this.#process.programMs) };
  }
}

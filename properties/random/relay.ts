/**
 * Relays: programs run in another process one ahead. While the judge looks at what one program answered, the next one runs.
 */

import type { Performer, RemoteTarget } from '../../runner/index.ts';
import type { Ticket } from '../../runner/process/index.ts';
import { RecordedSession } from '../../runner/process/index.ts';
import type { Program } from '../../spec/index.ts';
import type { DrawnProgram } from './commands.ts';
import { rehearse } from './dry-run-programs.ts';

/** A program that is running in another process. */
interface UnderWay {
  readonly drawn: DrawnProgram;
  readonly program: Program;
  readonly ticket: Ticket;
}

/** Looks at what a program answered. Returns whether it held. */
type Judge = (drawn: DrawnProgram, program: Program, performer: Performer) => boolean;

export class Relay {
  readonly #target: RemoteTarget;
  readonly #judge: Judge;
  #underWay: UnderWay | null = null;

  constructor(target: RemoteTarget, judge: Judge) {
    this.#target = target;
    this.#judge = judge;
  }

  /** Starts a program, and judges the one before. Returns whether that one held. */
  next(drawn: DrawnProgram): boolean {
    const { world, program } = rehearse(this.#target, drawn);
    const before = this.#received();
    const ticket = this.#target.remote.send(world, program);
    this.#underWay = { drawn, program, ticket };
    return before === null || this.#judge(...before);
  }

  /** Judges the last program. Returns whether it held. */
  last(): boolean {
    const before = this.#received();
    return before === null || this.#judge(...before);
  }

  #received(): [DrawnProgram, Program, Performer] | null {
    if (this.#underWay === null) return null;
    const { drawn, program, ticket } = this.#underWay;
    this.#underWay = null;
    const recording = this.#target.remote.receive(ticket);
    return [drawn, program, new RecordedSession(ticket.request, recording)];
  }
}

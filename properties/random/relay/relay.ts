/**
 * Relays: programs run one ahead of the judge on a target that takes whole programs. While one program's answers are judged, the
 * next program runs.
 */

import type { Performer, StartedProgram, Target } from '../../../runner/index.ts';
import type { Program } from '../../../spec/index.ts';
import type { DrawnProgram } from '../commands.ts';
import { dryRunOf } from './dry-run-programs.ts';

/** A program that is running. */
interface UnderWay {
  readonly drawn: DrawnProgram;
  readonly program: Program;
  readonly started: StartedProgram;
}

/** Judges the answers to a program. Returns whether it held. */
type Judge = (drawn: DrawnProgram, program: Program, performer: Performer) => boolean;

export class Relay {
  readonly #target: Target;
  readonly #judge: Judge;
  #underWay: UnderWay | null = null;

  constructor(target: Target, judge: Judge) {
    this.#target = target;
    this.#judge = judge;
  }

  /** Starts a program, and judges the one before. Returns whether that one held. */
  next(drawn: DrawnProgram): boolean {
    const { world, program } = dryRunOf(this.#target, drawn);
    const before = this.#answered();
    this.#underWay = { drawn, program, started: this.#target.start(world, program) };
    return before === null || this.#judge(...before);
  }

  /** Judges the last program. Returns whether it held. */
  last(): boolean {
    const before = this.#answered();
    return before === null || this.#judge(...before);
  }

  /** Waits for the answers to the program that is running, if there is one. */
  #answered(): [DrawnProgram, Program, Performer] | null {
    if (this.#underWay === null) return null;
    const { drawn, program, started } = this.#underWay;
    this.#underWay = null;
    return [drawn, program, started.performer()];
  }
}

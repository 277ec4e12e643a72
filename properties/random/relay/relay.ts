/**
 * Relays: programs run ahead of the judge on a target that takes whole programs. While one program's answers are judged, the next ones run
 * or wait for their turn: they take very different times, there and here, so that with one of them ahead either side waited for half of its time.
 */

import type { Performer, StartedProgram, Target } from '../../../runner/index.ts';
import type { Program } from '../../../spec/index.ts';
import type { DrawnProgram } from '../commands.ts';
import { dryRunOf } from './dry-run-programs.ts';

/** Programs ahead of the judge at most, and operations of several of them. */
const [PROGRAMS, OPERATIONS] = [4, 2 ** 12];

/** A program that has been started. */
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
  readonly #underWay: UnderWay[] = [];
  #operations = 0;
  #holds = true;

  constructor(target: Target, judge: Judge) {
    this.#target = target;
    this.#judge = judge;
  }

  /** Starts a program, and judges some before. Returns whether those held. */
  next(drawn: DrawnProgram): boolean {
    const { world, program } = dryRunOf(this.#target, drawn);
    this.#underWay.push({ drawn, program, started: this.#target.start(world, program) });
    this.#operations += program.length;
    const isFull = (): boolean => this.#underWay.length > PROGRAMS || this.#operations > OPERATIONS;
    while (this.#underWay.length > 1 && isFull() && this.#judgeFirst());
    return this.#holds;
  }

  /** Judges the programs that are left, up to the first that does not hold, and drops the rest. */
  last(): void {
    while (this.#holds && this.#judgeFirst());
    for (const { started } of this.#underWay) started.drop?.();
  }

  /** Waits for the answers to the first program under way, and judges them. Returns whether there was one, and it held. */
  #judgeFirst(): boolean {
    const first = this.#underWay.shift();
    if (first === undefined) return false;
    const { drawn, program, started } = first;
    this.#operations -= program.length;
    this.#holds = this.#judge(drawn, program, started.performer());
    return this.#holds;
  }
}

/**
 * Pairs: two targets as one. A pair gives the answers of the first target as long as the second gives the same; a different answer is
 * malformed. So the search and the shrinker, which look for broken clauses, also find differences that break none.
 */

import {
  ClaimedTarget,
  type Claims,
  type LeftOut,
  type Performer,
  type SavableSession,
  type StartedProgram,
  type Target,
  type TargetSource,
  type TimedProgram,
  type World,
} from '../../runner/index.ts';
import { type HigherHalf, halfOf, type NumberedAnswer } from '../../runner/lean/index.ts';
import type { InspectedRun, Operation, Program, Response } from '../../spec/index.ts';
import { answersAlike } from './compare.ts';

const DIFFERENT = 'the other target answers differently';

/** Returns the first answer if the second is the same, else one that no clause accepts. */
function common(first: Response, second: Response): Response {
  return answersAlike(first, second)
    ? first
    : { ...first, outcome: { kind: 'malformed', message: DIFFERENT } };
}

class PairPerformer implements Performer {
  readonly started: Response;
  readonly isRecorded: boolean;
  readonly #first: Performer;
  readonly #second: Performer;

  constructor(first: Performer, second: Performer) {
    this.#first = first;
    this.#second = second;
    this.started = common(first.started, second.started);
    this.isRecorded = first.isRecorded || second.isRecorded;
  }

  get omission(): string | null {
    return this.#first.omission ?? this.#second.omission;
  }

  perform(operation: Operation, freeForSingles: number): Response {
    const first = this.#first.perform(operation, freeForSingles);
    return common(first, this.#second.perform(operation, freeForSingles));
  }

  passOver(): void {
    this.#first.passOver();
    this.#second.passOver();
  }

  inspect(): readonly InspectedRun[] | null {
    return this.#first.inspect();
  }

  close(): void {
    this.#first.close();
    this.#second.close();
  }
}

class PairSession extends PairPerformer implements SavableSession {
  readonly saves: string;
  readonly #one: SavableSession;
  readonly #other: SavableSession;
  readonly #half: HigherHalf;

  constructor(one: SavableSession, other: SavableSession, { config }: World) {
    super(one, other);
    this.#half = halfOf(config);
    this.#one = one;
    this.#other = other;
    this.saves = one.saves;
  }

  /** The number of words of the first state, then both states. */
  save(into: Int32Array): number {
    const words = this.#one.save(into.subarray(1));
    if (into.length > 0) into[0] = words;
    return 1 + words + this.#other.save(into.subarray(1 + words));
  }

  load(saved: Int32Array): void {
    const [words = 0] = saved;
    this.#one.load(saved.subarray(1, 1 + words));
    this.#other.load(saved.subarray(1 + words));
  }

  prepare(operation: Operation): (answer: NumberedAnswer) => void {
    return (answer) => answer.take(this.perform(operation, 0), this.#half);
  }
}

class Pair extends ClaimedTarget implements Target {
  readonly programMs = Number.POSITIVE_INFINITY;
  readonly isInteractive: boolean;
  readonly compiled = null;
  readonly factory = null;
  readonly takesAnyNumber: boolean;
  readonly seesWrites: boolean;
  readonly #first: Target;
  readonly #second: Target;

  constructor(first: Target, second: Target, claims: Claims) {
    super(claims);
    this.isInteractive = first.isInteractive && second.isInteractive;
    this.takesAnyNumber = first.takesAnyNumber && second.takesAnyNumber;
    this.seesWrites = first.seesWrites;
    this.#first = first;
    this.#second = second;
  }

  readonly bytesACall = null;

  get peakKib(): number {
    return Math.max(this.#first.peakKib, this.#second.peakKib);
  }

  /** A pair has no name that `loadTarget` knows: it stays in its thread. */
  get source(): TargetSource {
    const { name, policies, profile } = this;
    return { name, policies, profile, programMs: undefined };
  }

  start(world: World, program?: Program, leftOut?: LeftOut): StartedProgram {
    const first = this.#first.start(world, program, leftOut);
    const second = this.#second.start(world, program, leftOut);
    return { performer: () => new PairPerformer(first.performer(), second.performer()) };
  }

  openSavable(world: World): SavableSession | null {
    const first = this.#first.openSavable(world);
    const second = this.#second.openSavable(world);
    if (first !== null && second !== null) return new PairSession(first, second, world);
    first?.close();
    second?.close();
    return null;
  }

  timed(world: World, program: Program): TimedProgram {
    const first = this.#first.timed(world, program);
    const second = this.#second.timed(world, program);
    return { turn: (operations) => first.turn(operations) + second.turn(operations) };
  }

  protected override claiming(claims: Claims): Target {
    return new Pair(this.#first, this.#second, claims);
  }

  async close(): Promise<void> {
    await this.#first.close();
    await this.#second.close();
  }
}

/** Returns the pair of two targets, held to the claims of the first. Warnings and writes of the second are ignored. */
export function pairOf(first: Target, second: Target): Target {
  const { policies, profile, checks } = first;
  const name = `${first.name} beside ${second.name}`;
  return new Pair(first, second, { name, policies, profile, checks });
}

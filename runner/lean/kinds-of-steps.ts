/**
 * Kinds of steps: what decides which clauses a step is checked by, and on which side, as one number. Steps of one kind count
 * alike. What they count is learned from the model: it judges the first step of each kind, and the lean judge counts kinds from
 * then on. So the clauses are written once, where the model has them, and an answer that the lean judge accepts is shown to
 * the model at least once for each way in which it can be right.
 */
import { type ModelState, step, type Tally } from '../../model/index.ts';
import {
  CALLS,
  CLAUSE_NAMES,
  type ClauseName,
  type Operation,
  type Policy,
  type Profile,
  type Response,
  type Side,
} from '../../spec/index.ts';

/** The answer that is due. */
export const GRANTED = 0;
export const REFUSED = 1;
export const MISUSED = 2;
const EXPECTED = 3;

/** Facts of a step, a bit each; some mean one thing of an allocation and another of a free. */
export const BIT = {
  /** Page frames were handed out at another base than that of 48-bit addresses; the first address named is none. */
  otherBase: 1,
  /** The first page frame handed out lies below 4 GiB; the first one named lies in the stack zone. */
  low: 2,
  otherZoneHasFree: 4,
  callersOwn: 8,
  withheld: 16,
  /** Any page frame would do; the misuse blames no page frame. */
  plain: 32,
  /** `maxAddr` is the limit; a page frame is named twice. */
  narrow: 64,
  changed: 128,
  allFree: 256,
  /** One page frame was handed out or named; several were. */
  one: 512,
  several: 1024,
} as const;
const BITS = 2048;

/** Number of kinds. */
const KINDS = CALLS.length * EXPECTED * BITS;

/** Returns the kind of a step. */
export function kindOf(call: number, expected: number, bits: number): number {
  return (call * EXPECTED + expected) * BITS + bits;
}

/** A check of a clause that a kind of step counts: twice the place of the clause, and its side. */
type Counted = readonly number[];

/** The lessons learned of targets with these policies. */
export class Lessons {
  readonly #counted: (Counted | undefined)[] = Array(KINDS);

  has(kind: number): boolean {
    return this.#counted[kind] !== undefined;
  }

  counted(kind: number): Counted {
    return this.#counted[kind] ?? [];
  }

  /** Lets the model judge a step of a kind that is new. Returns whether it accepts it. */
  learn(kind: number, before: ModelState, operation: Operation, response: Response): boolean {
    const counted: number[] = [];
    const note: Tally = (_clause, side, place) => counted.push(2 * place + side);
    if (!step(before, operation, response, note).accepted) return false;
    this.#counted[kind] = counted;
    return true;
  }
}

const LESSONS = new Map<string, Lessons>();
/** Those asked for last: one program after another is of the same target. */
let last: {
  readonly policies: readonly Policy[];
  readonly calls: Profile['calls'];
  readonly lessons: Lessons;
} | null = null;

/** Returns what has been learned so far in this process of targets that claim these policies and calls. */
export function lessonsOf(policies: readonly Policy[], { calls }: Profile): Lessons {
  if (last?.policies === policies && last.calls === calls) return last.lessons;
  const key = `${policies.toSorted().join()};${calls.join()}`;
  const lessons = LESSONS.get(key) ?? new Lessons();
  LESSONS.set(key, lessons);
  last = { policies, calls, lessons };
  return lessons;
}

/** How often steps of each kind were judged. */
export class KindCounts {
  readonly #times = new Uint32Array(KINDS);
  /** The kinds that occurred, in the order in which they first did. */
  readonly #met: number[] = [];

  note(kind: number): void {
    const times = this.#times[kind] ?? 0;
    if (times === 0) this.#met.push(kind);
    this.#times[kind] = times + 1;
  }

  /** Hands on the checks that the steps counted, and starts over. */
  drain(
    lessons: Lessons,
    note: (clause: ClauseName, side: Side, place: number, times: number) => void,
  ): void {
    for (const kind of this.#met) {
      for (const check of lessons.counted(kind)) {
        const place = check >> 1;
        note(CLAUSE_NAMES[place] ?? 'init.total', check % 2 === 0 ? 0 : 1, place, this.#times[kind] ?? 0);
      }
      this.#times[kind] = 0;
    }
    this.#met.length = 0;
  }
}

/**
 * Judged steps as numbers: facts of them, which those look at who count situations and edges, whichever judge it was; and their
 * kinds.
 *
 * A kind is what decides which clauses a step is checked by, and on which side, as one number. Steps of one kind count alike. What
 * they count is learned from the model: it judges the first step of each kind, and the lean judge counts kinds from then on. So
 * the clauses are written once, where the model has them, and an answer that the lean judge accepts is shown to the model at least
 * once for each way in which it can be right.
 */
import { type ModelState, step, type Tally } from '../../model/index.ts';
import {
  CALLS,
  CLAUSE_NAMES,
  type ClauseName,
  type Operation,
  type Owner,
  type Ownership,
  outcomePlace,
  type Response,
  type SettledStep,
  type Side,
} from '../../spec/index.ts';
import type { Claims } from '../target.ts';
import { ANY_NUMBER } from './answer.ts';
import { halfOf, NumberedCall } from './numbered-call.ts';

/** Facts of a judged step. One object serves step after step. */
export class StepFacts {
  readonly call: NumberedCall;
  /** Who owns each page frame; before the call or after it, as long as that makes no difference. */
  state: Ownership;
  /** How it ended: the place among `OUTCOME_KINDS`. */
  ended = 0;
  /** Free page frames of each zone, and boot memory not handed over, before the call and after it. */
  inBitmapBefore = ANY_NUMBER;
  inStackBefore = ANY_NUMBER;
  bootBefore = ANY_NUMBER;
  inBitmapAfter = ANY_NUMBER;
  inStackAfter = ANY_NUMBER;
  bootAfter = ANY_NUMBER;
  /** Page frames that callers hold, and extents of page frames with one owner, after the call. */
  heldAfter = ANY_NUMBER;
  extentsAfter = 0;
  /** The first page frame handed out, and how many there are; -1 and 0 where there is none. */
  base = ANY_NUMBER;
  pages = ANY_NUMBER;
  /** The page frames of a batch that was handed out. */
  frames: Float64Array = new Float64Array(0);
  /** The request of a contiguous allocation; count -1 where its numbers say that it fits nowhere, and for other calls. */
  fitCount = ANY_NUMBER;
  fitLimit = ANY_NUMBER;
  fitAlignment = ANY_NUMBER;
  /** The lowest run that would have fitted with no alignment; -1 where there is none or a page frame would do anyhow. */
  lowestUnaligned = ANY_NUMBER;
  /** The owner that a panic names. */
  panicOwner: Owner | null = null;

  constructor(call: NumberedCall, state: Ownership) {
    this.call = call;
    this.state = state;
  }
}

let facts: StepFacts | null = null;

/** Returns the facts of a step that the model judged; the same object each time. */
export function factsOf({ before, after, operation, response, asked, granted }: SettledStep): StepFacts {
  facts ??= new StepFacts(new NumberedCall(), before);
  facts.call.take(operation, halfOf(before.world.config));
  facts.state = before;
  facts.ended = outcomePlace(response.outcome.kind);
  facts.inBitmapBefore = before.freeIn('bitmap');
  facts.inStackBefore = before.freeIn('stack');
  facts.bootBefore = before.countOf('boot');
  facts.inBitmapAfter = after.freeIn('bitmap');
  facts.inStackAfter = after.freeIn('stack');
  facts.bootAfter = after.countOf('boot');
  facts.heldAfter = after.countOf('caller');
  facts.extentsAfter = after.extents;
  facts.frames = Float64Array.from(granted?.pfns ?? [], (frame) => frame ?? -1);
  facts.base = facts.frames[0] ?? -1;
  facts.pages = granted === null ? 0 : granted.runs.reduce((sum, { count }) => sum + count, 0);
  const { fit } = asked;
  facts.fitCount = fit?.count ?? -1;
  facts.fitLimit = fit?.limit ?? 0;
  facts.fitAlignment = fit?.alignment ?? 1;
  facts.lowestUnaligned = -1;
  if (granted !== null && fit !== null && fit.alignment > 1)
    facts.lowestUnaligned = before.lowestFit({ ...fit, alignment: 1 }) ?? -1;
  facts.panicOwner = response.outcome.kind === 'panicked' ? response.outcome.owner : null;
  return facts;
}

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

/** The lessons learned of targets with these claims, where this was observed. */
export class Lessons {
  /** By the kind, the place of what it counts; 0 where that is not known. */
  readonly #places = new Uint16Array(KINDS);
  readonly #counted: Counted[] = [[]];

  /** Returns the place of a kind among those that were learned; 0 where it was not. */
  placeOf(kind: number): number {
    return this.#places[kind] ?? 0;
  }

  /** Returns what a kind counts, by its place. */
  counted(place: number): Counted {
    return this.#counted[place] ?? [];
  }

  /** Lets the model judge the first step of a kind. Returns its place; 0 where it does not accept the step. */
  learn(kind: number, before: ModelState, operation: Operation, response: Response): number {
    const counted: number[] = [];
    const note: Tally = (_clause, side, place) => counted.push(2 * place + side);
    if (!step(before, operation, response, note).accepted) return 0;
    this.#places[kind] = this.#counted.length;
    return this.#counted.push(counted) - 1;
  }
}

const LESSONS = new Map<string, Lessons>();
/** Those asked for last: one program after another is of the same target. */
let last:
  | (Pick<Claims, 'policies' | 'profile'> & { readonly observed: number; readonly lessons: Lessons })
  | null = null;

/** Returns what has been learned so far in this process of targets with these claims, where this was observed. */
export function lessonsOf(
  { policies, profile }: Pick<Claims, 'policies' | 'profile'>,
  observed: number,
): Lessons {
  if (last?.policies === policies && last.profile === profile && last.observed === observed)
    return last.lessons;
  const key = `${policies.toSorted().join()};${profile.calls.join()};${observed}`;
  const lessons = LESSONS.get(key) ?? new Lessons();
  LESSONS.set(key, lessons);
  last = { policies, profile, observed, lessons };
  return lessons;
}

/** How often steps of each kind were judged, by what was learned of them. */
export class KindCounts {
  /** By the place of the kind. */
  readonly #counts = new Map<Lessons, number[]>();
  #lessons: Lessons | null = null;
  #now: number[] = [];

  /** Counts a step of a kind, by its place. */
  note(lessons: Lessons, place: number): void {
    if (lessons !== this.#lessons) this.#turnTo(lessons);
    const counts = this.#now;
    while (counts.length <= place) counts.push(0);
    counts[place] = (counts[place] ?? 0) + 1;
  }

  /** Hands on the checks that the steps counted, and starts over. */
  drain(note: (clause: ClauseName, side: Side, place: number, times: number) => void): void {
    for (const [lessons, counts] of this.#counts) {
      for (const [kind, times] of counts.entries())
        for (const check of times === 0 ? [] : lessons.counted(kind)) {
          const place = check >> 1;
          note(CLAUSE_NAMES[place] ?? 'init.total', check % 2 === 0 ? 0 : 1, place, times);
        }
      counts.fill(0);
    }
  }

  #turnTo(lessons: Lessons): void {
    this.#lessons = lessons;
    this.#now = this.#counts.get(lessons) ?? [];
    this.#counts.set(lessons, this.#now);
  }
}

/** Steps of a verification: what was done, one line of evidence, and what followed. */
import type { Scenario } from '../../spec/index.ts';
import { type Comparison, compare, type Runs, runBoth, type Sides } from './compare.ts';

/** Steps, in the order in which they are taken. */
export const STEP_NAMES = ['corpus', 'small programs', 'small worlds', 'random programs', 'speed'] as const;
export type StepName = (typeof STEP_NAMES)[number];

/**
 * - `holds`: what the step asks for.
 * - `differs`: a scenario on which the sides differ.
 * - `slower`: the candidate is slower than was allowed.
 * - `interrupted`: stopped early; nothing was found so far.
 */
export type StepVerdict = 'holds' | 'differs' | 'slower' | 'interrupted';

export interface Step {
  readonly name: StepName;
  readonly verdict: StepVerdict;
  /** What was done and what it came to, in one line. */
  readonly evidence: string;
  readonly seconds: number;
  /** A scenario on which the sides differ, as it was found. */
  readonly found: Scenario | null;
}

/** Counts what was compared. */
export class Compared {
  readonly #sides: Sides;
  scenarios = 0;
  answers = 0;
  /** Scenarios in which the sides came to be in different states, both as the specification admits. */
  parted = 0;
  /** Scenarios in which both sides break the same clause in the same way. */
  brokenAlike = 0;

  constructor(sides: Sides) {
    this.#sides = sides;
  }

  /** Runs a scenario on both sides, and returns whether they do not differ. */
  run(scenario: Scenario): boolean {
    return this.note(runBoth(this.#sides, scenario)).differsAt === null;
  }

  /** Takes note of a scenario that ran on both sides. */
  note(runs: Runs): Comparison {
    const comparison = compare(runs, this.#sides.observable);
    this.scenarios += 1;
    this.answers += comparison.compared;
    if (comparison.partedAt !== null) this.parted += 1;
    if (comparison.differsAt === null && runs.candidate.violation !== undefined) this.brokenAlike += 1;
    return comparison;
  }

  /** Returns what was compared, in words. */
  toString(): string {
    const say = (n: number): string => n.toLocaleString('en-US');
    const parts = [`${say(this.answers)} answers compared`];
    if (this.parted > 0)
      parts.push(
        `in ${say(this.parted)} of them the sides came to be in different states, and were judged each on its own from there on`,
      );
    if (this.brokenAlike > 0) parts.push(`in ${say(this.brokenAlike)} of them both break the same clause`);
    return parts.join('; ');
  }
}

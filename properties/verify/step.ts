/** Steps of a verification: each has a name, a verdict and one line of evidence. */
import type { Scenario } from '../../spec/index.ts';
import { type Comparison, compare, type Runs, runBoth, type Sides } from './compare.ts';

/**
 * The names of the steps, in the order in which they run.
 * @internal
 */
export const STEP_NAMES = ['corpus', 'small programs', 'small worlds', 'random programs', 'speed'] as const;
export type StepName = (typeof STEP_NAMES)[number];

/**
 * - `holds`: the sides agree, or the candidate is fast enough.
 * - `differs`: the sides differ on a scenario.
 * - `slower`: the candidate is slower than allowed.
 * - `interrupted`: stopped early; no difference was found.
 */
export type StepVerdict = 'holds' | 'differs' | 'slower' | 'interrupted';

/**
 * One step of a verification.
 * @public
 */
export interface Step {
  readonly name: StepName;
  readonly verdict: StepVerdict;
  /** What was done and with what result, in one line. */
  readonly evidence: string;
  readonly seconds: number;
  /** A scenario on which the sides differ, as it was found. */
  readonly found: Scenario | null;
}

/** Counts of compared scenarios and answers. */
export class Compared {
  readonly #sides: Sides;
  scenarios = 0;
  answers = 0;
  /** Scenarios in which the sides reached different states, both admitted by the specification. */
  parted = 0;
  /** Scenarios in which both sides break the same clause in the same way. */
  brokenAlike = 0;

  constructor(sides: Sides) {
    this.#sides = sides;
  }

  /** Runs a scenario on both sides, and returns whether they agree. */
  run(scenario: Scenario): boolean {
    return this.note(runBoth(this.#sides, scenario)).differsAt === null;
  }

  /** Counts a scenario that ran on both sides. */
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
        `in ${say(this.parted)} of the programs the sides reached different admitted states and were judged separately from there on`,
      );
    if (this.brokenAlike > 0)
      parts.push(`in ${say(this.brokenAlike)} of the programs both sides break the same clause`);
    return parts.join('; ');
  }
}

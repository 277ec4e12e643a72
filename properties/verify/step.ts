/** Steps of a verification: each has a name, a verdict and one line of evidence. */
import { grouped, type Scenario, type Trace } from '../../spec/index.ts';
import { compare, type Runs, runBoth, type Sides } from './compare.ts';
import type { Findings } from './findings.ts';

/**
 * The names of the steps, in the order in which they run.
 * @internal
 */
export const STEP_NAMES = ['corpus', 'small programs', 'small worlds', 'random programs', 'speed'] as const;
export type StepName = (typeof STEP_NAMES)[number];

/**
 * - `holds`: the sides agree, or the candidate is fast enough.
 * - `partial`: the sides agree on what was run before the step's budget ended.
 * - `not done`: nothing was run.
 * - `differs`: the sides differ on a scenario.
 * - `slower`: the candidate is slower than allowed.
 * - `interrupted`: stopped early; no difference was found.
 */
export type StepVerdict = 'holds' | 'partial' | 'not done' | 'differs' | 'slower' | 'interrupted';

/**
 * One step of a verification.
 * @public
 */
export interface Step {
  readonly name: StepName;
  readonly verdict: StepVerdict;
  /** The work done and its result, in one line. */
  readonly evidence: string;
  readonly seconds: number;
}

/** Returns a step that runs nothing. */
export function notDone(name: StepName, evidence: string): Step {
  return { name, verdict: 'not done', evidence, seconds: 0 };
}

/** The limits that end a step before it is whole. */
export interface StepLimits {
  readonly seconds: number;
  readonly signal?: AbortSignal | undefined;
}

/** Whether init refused the world of a scenario. */
export function isRefused({ responses }: Trace): boolean {
  return responses[0]?.outcome.kind === 'failed';
}

/** Counts of compared scenarios and answers in one step, which begins with it. The differences go to {@link Findings}. */
export class Compared {
  readonly #sides: Sides;
  readonly #findings: Findings;
  readonly #began = performance.now();
  readonly #until: number;
  readonly #signal: AbortSignal | undefined;
  scenarios = 0;
  answers = 0;
  /** Scenarios on which the sides differ. */
  differing = 0;
  /** Scenarios in which the sides reached different states, both admitted by the specification. */
  parted = 0;
  /** Scenarios in which both sides break the same clause in the same way. */
  brokenAlike = 0;
  /** Scenarios whose world init refuses on both sides: nothing is compared on these. */
  refusedAlike = 0;

  constructor(sides: Sides, findings: Findings, { seconds, signal }: StepLimits) {
    this.#sides = sides;
    this.#findings = findings;
    this.#until = this.#began + seconds * 1000;
    this.#signal = signal;
  }

  /** Whether the step must end, or had to so many milliseconds ago. */
  isOver(sinceMs = 0): boolean {
    return this.#signal?.aborted === true || performance.now() >= this.#until + sinceMs;
  }

  /** Runs a scenario on both sides. */
  run(scenario: Scenario): void {
    this.note(runBoth(this.#sides, scenario));
  }

  /** Counts a scenario that ran on both sides. */
  note(runs: Runs): void {
    if (isRefused(runs.candidate) && isRefused(runs.baseline)) {
      this.scenarios += 1;
      this.refusedAlike += 1;
      return;
    }
    const comparison = compare(runs, this.#sides.observable);
    this.scenarios += 1;
    this.answers += comparison.compared;
    if (comparison.partedAt !== null) this.parted += 1;
    if (comparison.differsAt !== null) {
      this.differing += 1;
      this.#findings.note(runs, comparison.differsAt);
    } else if (runs.candidate.violation !== undefined) this.brokenAlike += 1;
  }

  /** Returns the step, which ends now. `isWhole` says whether all was run that there is to run; `ran`, whether anything was. */
  ended(
    name: StepName,
    isWhole: boolean,
    evidence: string,
    ran: boolean = this.scenarios > this.refusedAlike,
  ): Step {
    return {
      name,
      verdict: this.#verdict(isWhole, ran),
      evidence,
      seconds: (performance.now() - this.#began) / 1000,
    };
  }

  #verdict(isWhole: boolean, ran: boolean): StepVerdict {
    if (this.differing > 0) return 'differs';
    if (this.#signal?.aborted === true) return 'interrupted';
    if (!ran) return 'not done';
    return isWhole ? 'holds' : 'partial';
  }

  /** Returns what was compared, in words. */
  toString(): string {
    const parts = [`${grouped(this.answers)} answers compared`];
    if (this.differing > 0) parts.push(`the sides differ on ${grouped(this.differing)} of the programs`);
    if (this.parted > 0)
      parts.push(
        `in ${grouped(this.parted)} of the programs the sides reached different admitted states and were judged separately from there on`,
      );
    if (this.refusedAlike > 0)
      parts.push(`init of both sides refuses the world of ${grouped(this.refusedAlike)} of the programs`);
    if (this.brokenAlike > 0)
      parts.push(`in ${grouped(this.brokenAlike)} of the programs both sides break the same clause`);
    return parts.join('; ');
  }
}

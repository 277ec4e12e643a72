/**
 * Findings: the violations of a run, one for each clause and call that it blames. The first program that shows one is kept; those that
 * show it again are only counted, so that a target that fails in every program takes no longer than one that holds.
 */

import type { Execution } from '../../../runner/index.ts';
import {
  blamedCall,
  gravityPlace,
  type PlacedViolation,
  type Program,
  type Trace,
} from '../../../spec/index.ts';

/**
 * A violation that was found.
 * @public
 */
export interface Finding {
  /** The first program that showed it, as it was found. Its violation is there. */
  readonly trace: Trace;
  /** The file of the corpus that it was found with; null if a drawn program found it. */
  readonly from: string | null;
  /** The index of the block of programs that it was found in; null if it is from a corpus. */
  readonly block: number | null;
}

/** Returns the same text for violations that are one finding. */
export function violationKey(violation: PlacedViolation, operations: Program): string {
  return `${violation.clause} ${blamedCall(violation, operations)}`;
}

function findingKey({ trace: { violation, scenario } }: Finding): string {
  return violation === undefined ? '' : violationKey(violation, scenario.operations);
}

function gravity({ trace: { violation } }: Finding): number {
  return violation === undefined ? 0 : gravityPlace(violation.clause);
}

/** Returns the findings by gravity, the gravest first, those of one clause by the call; of those that are one, only the first. */
export function byGravity<T extends Finding>(findings: readonly T[]): readonly T[] {
  const distinct = new Map(findings.toReversed().map((finding) => [findingKey(finding), finding]));
  return findings
    .filter((finding) => distinct.get(findingKey(finding)) === finding)
    .toSorted((a, b) => gravity(a) - gravity(b) || findingKey(a).localeCompare(findingKey(b)));
}

/** Milliseconds that programs may take which only show what was found before. */
const AGAIN_MS = 10_000;
/** An endless loop takes a tenth of a second each time, and counts as this many times as long. */
const ENDLESS_WEIGHT = 5;

/** The findings of a thread. Programs are noted in the order in which they are drawn. */
export class FoundSoFar {
  readonly #known = new Set<string>();
  readonly #stopFirst: boolean;
  #new: Trace[] = [];
  #msLeft: number;

  readonly #onFound: (found: Trace) => void;

  constructor(stopFirst: boolean, onFound: (found: Trace) => void = () => {}, againMs = AGAIN_MS) {
    this.#stopFirst = stopFirst;
    this.#onFound = onFound;
    this.#msLeft = againMs;
  }

  /** Whether the run ends here because of what was found. */
  get isOver(): boolean {
    return this.#msLeft <= 0 || (this.#stopFirst && this.#known.size > 0);
  }

  /** Notes a program that took `ms` to run. */
  note(execution: Execution, ms: number): void {
    const { violation, operations } = execution;
    if (violation === null) return;
    const key = violationKey(violation, operations);
    if (this.#known.has(key)) this.#msLeft -= ms * (execution.isUnanswered ? ENDLESS_WEIGHT : 1);
    else {
      const found = execution.trace();
      this.#new.push(found);
      this.#onFound(found);
    }
    this.#known.add(key);
  }

  /** Returns what a block found that is new. */
  take(block: number): readonly Finding[] {
    const taken = this.#new;
    this.#new = [];
    return taken.map((trace) => ({ trace, from: null, block }));
  }
}

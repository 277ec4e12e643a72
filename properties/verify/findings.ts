/**
 * Findings: the ways in which two sides differ, each with the first program that shows it. A clause that only one side breaks is one
 * finding, however many programs show it.
 */
import { type BreakableClause, gravityPlace, type Trace } from '../../spec/index.ts';
import type { Runs } from './compare.ts';

/**
 * - `breaks`: the candidate violates a clause, and the baseline does not.
 * - `both`: both violate the same clause at the same operation, so the candidate does not refine the specification.
 * - `answers`: the answers differ, and the specification admits both.
 * - `fixes`: the baseline violates a clause, and the candidate does not.
 *
 * The gravest comes first.
 *
 * @public
 */
export type DifferenceKind = 'breaks' | 'both' | 'answers' | 'fixes';
const KINDS: readonly DifferenceKind[] = ['breaks', 'both', 'answers', 'fixes'];

/**
 * One way in which the sides differ.
 * @public
 */
export interface Way {
  readonly kind: DifferenceKind;
  /** The violated clause; null if the answers differ. */
  readonly clause: BreakableClause | null;
  /** Index of the operation at which the sides differ, -1 for init. */
  readonly at: number;
}

/**
 * A way in which the sides differ, and the runs that show it.
 * @public
 */
export interface Finding extends Way, Runs {}

/** A clause and the operation at which it is violated; infinitely late where none is. */
type Place = Pick<Way, 'clause' | 'at'>;

function placeOf({ violation }: Trace): Place {
  return { clause: violation?.clause ?? null, at: violation?.at ?? Number.POSITIVE_INFINITY };
}

/** Returns the ways in which runs differ that do so from an operation on. What follows a violation was not judged. */
export function waysOf({ candidate, baseline }: Runs, differsAt: number): readonly Way[] {
  const [one, other] = [placeOf(candidate), placeOf(baseline)];
  const answers: Way = { kind: 'answers', clause: null, at: differsAt };
  const before = differsAt < Math.min(one.at, other.at) ? [answers] : [];
  if (one.at === other.at && one.clause === other.clause)
    return one.clause === null ? before : [...before, { kind: 'both', ...one }];
  return [
    ...before,
    ...(one.at <= other.at ? [{ kind: 'breaks' as const, ...one }] : []),
    ...(other.at <= one.at ? [{ kind: 'fixes' as const, ...other }] : []),
  ];
}

/** Compares two ways: the graver one first. */
export function compareGravity(a: Way, b: Way): number {
  const place = ({ clause }: Way): number => (clause === null ? 0 : gravityPlace(clause));
  return KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || place(a) - place(b);
}

/** The findings of a verification. */
export class Findings {
  readonly #found = new Map<string, Finding>();
  readonly #onFind: ((finding: Finding) => void) | undefined;

  /** Calls `onFind` with each finding as soon as it is noted. */
  constructor(onFind?: (finding: Finding) => void) {
    this.#onFind = onFind;
  }

  /** The number of findings. */
  get size(): number {
    return this.#found.size;
  }

  /** Notes runs that differ from an operation on. */
  note(runs: Runs, differsAt: number): void {
    for (const way of waysOf(runs, differsAt)) {
      const key = `${way.kind} ${way.clause}`;
      if (this.#found.has(key)) continue;
      const finding = { ...way, ...runs };
      this.#found.set(key, finding);
      this.#onFind?.(finding);
    }
  }

  /** Yields the findings once each, the gravest first. Findings that are noted meanwhile are yielded too. */
  *each(): Generator<Finding> {
    const done = new Set<Finding>();
    for (;;) {
      const left = [...this.#found.values()].filter((finding) => !done.has(finding));
      const [gravest] = left.sort(compareGravity);
      if (gravest === undefined) return;
      done.add(gravest);
      yield gravest;
    }
  }
}

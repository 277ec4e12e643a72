/** Differences: the simplest program found on which two sides differ in one way, with the answers of both. */

import {
  type ShrinkOptions,
  type ShrinkResult,
  shrink,
  shrinkAcross,
} from '../../counterexamples/shrink/index.ts';
import type { Target } from '../../runner/index.ts';
import type { Scenario, Trace } from '../../spec/index.ts';
import { compare, runBoth, type Sides } from './compare.ts';
import { compareGravity, type Finding, type Findings, type Way, waysOf } from './findings.ts';
import { pairOf } from './pair.ts';

/**
 * A program on which two sides differ, run on both.
 * @public
 */
export interface Difference extends Finding {
  /** Number of operations of the program before it was shrunk. */
  readonly foundOperations: number;
  readonly executions: number;
  /** Whether time ran out before every simpler program had been tried. */
  readonly exhausted: boolean;
}

/** The limits of shrinking, and who is told how far it came. */
export type ShrinkLimits = Pick<ShrinkOptions, 'signal' | 'onProgress'> & { readonly ms: number };

/** Runs a scenario on both sides. Returns the difference in this way, or null. Other ways are noted. */
function differenceOn(
  sides: Sides,
  scenario: Scenario,
  { kind, clause }: Way,
  others: Findings,
): Finding | null {
  const runs = runBoth(sides, scenario);
  const { differsAt } = compare(runs, sides.observable);
  if (differsAt === null) return null;
  others.note(runs, differsAt);
  const way = waysOf(runs, differsAt).find((each) => each.kind === kind && each.clause === clause);
  return way === undefined ? null : { ...way, ...runs };
}

/** Returns the target to shrink on, and its run: the side that violates the clause, or the pair of them where none does. */
function blamed(sides: Sides, { kind, candidate, baseline }: Finding): readonly [Target, Trace] {
  switch (kind) {
    case 'fixes':
      return [sides.baseline, baseline];
    case 'answers':
      return [pairOf(sides.candidate, sides.baseline), candidate];
    default:
      return [sides.candidate, candidate];
  }
}

/**
 * Shrinks the run of a finding; the simplest result comes last. A pair of targets violates another clause with every call that it answers
 * in two ways, so the shrinker goes from clause to clause.
 */
function shrunk(sides: Sides, finding: Finding, options: ShrinkLimits): readonly ShrinkResult[] {
  const [target, trace] = blamed(sides, finding);
  return finding.kind === 'answers'
    ? shrinkAcross(target, trace, { ...options, ms: options.ms / 2 })
    : [shrink(target, trace, options)];
}

/** Shrinks a finding. Simpler programs that show others are noted among `others`. */
function shrinkFinding(sides: Sides, finding: Finding, options: ShrinkLimits, others: Findings): Difference {
  const foundOperations = finding.candidate.scenario.operations.length;
  if (options.ms <= 0 || options.signal?.aborted === true)
    return { ...finding, foundOperations, executions: 0, exhausted: true };
  const results = shrunk(sides, finding, options);
  for (const { trace } of results.flatMap(({ otherClauses }) => otherClauses))
    differenceOn(sides, trace.scenario, finding, others);
  const simplest = results.reduce<Finding>(
    (best, { trace }) => differenceOn(sides, trace.scenario, finding, others) ?? best,
    finding,
  );
  return {
    ...simplest,
    foundOperations,
    executions: results.reduce((sum, { executions }) => sum + executions, 0),
    exhausted: results.some(({ exhausted }) => exhausted),
  };
}

/** Shrinks all findings, the gravest first, and those that come up meanwhile. They share the time. */
export function shrinkFindings(
  sides: Sides,
  findings: Findings,
  options: ShrinkLimits,
): readonly Difference[] {
  const end = performance.now() + options.ms;
  const differences: Difference[] = [];
  for (const finding of findings.each()) {
    const ms = (end - performance.now()) / (findings.size - differences.length);
    differences.push(shrinkFinding(sides, finding, { ...options, ms }, findings));
  }
  return differences.sort(compareGravity);
}

/**
 * Traces: the lasting record of a run. A trace holds the scenario, each response, and the violation, and nothing of how it was
 * found. A replay judges it again and does not trust it. So it outlives seeds, generators, weights and versions.
 */
import * as t from 'io-ts';
import type { Call } from './calls.ts';
import { SWEEP_CLAUSES } from './clauses/index.ts';
import { BreakableClause } from './clauses/own-clause.ts';
import { closed } from './decode.ts';
import { Owner } from './owner.ts';
import { Profile } from './profile.ts';
import { type Program, Scenario } from './program.ts';
import { Response } from './response.ts';

/** A violation, and the operation of the program that it happened at. */
export const PlacedViolation = t.readonly(
  closed(
    t.intersection(
      [
        t.type({
          clause: BreakableClause,
          /** Index of the operation, or -1 for init. */
          at: t.number,
          explanation: t.string,
          pfn: t.union([t.number, t.null], 'a number or null'),
          owner: t.union([Owner, t.null], 'an owner or null'),
        }),
        /** The sentence of an own clause. */
        t.partial({ sentence: t.string }),
      ],
      'a violation',
    ),
  ),
);
export type PlacedViolation = t.TypeOf<typeof PlacedViolation>;

/**
 * The call that a violation blames: one of the program, `init`, or `sweep` where page frames were compared between two calls, and any
 * call before may have gone wrong.
 */
export type BlamedCall = Call | 'init' | 'sweep';

/** Returns the call that a violation of a program blames. */
export function blamedCall({ clause, at }: PlacedViolation, operations: Program): BlamedCall {
  if (SWEEP_CLAUSES.some(({ name }) => name === clause)) return 'sweep';
  return operations[at]?.call ?? 'init';
}

/** A scenario, the answers of one target, and the verdict of the judge. */
export const Trace = t.readonly(
  closed(
    t.intersection(
      [
        t.type({
          format: t.literal('frameproof/trace'),
          version: t.literal(1),
          target: t.string,
          scenario: Scenario,
          /** The response to init, then one for each operation that was run. */
          responses: t.readonlyArray(Response),
        }),
        t.partial({
          violation: PlacedViolation,
          note: t.string,
          /** The line that compiled the target. */
          compiled: t.string,
          /** The claims that the answers were judged by, next to the policies. Older traces do not have it. */
          profile: Profile,
        }),
      ],
      'a trace',
    ),
  ),
);
export type Trace = t.TypeOf<typeof Trace>;

/** Own clauses at work: a target held to a user's rules, and the violation of one. */
import {
  decodeOwnClauses,
  type OwnClause,
  type PlacedViolation,
  type SettledStep,
  SpecError,
} from '../spec/index.ts';
import type { Target } from './target.ts';
import { lookAt } from './thrown.ts';

/**
 * Returns a target held to further own clauses. Throws `SpecError` unless they are valid and have distinct names.
 * @internal
 */
export function heldTo(target: Target, checks: readonly OwnClause[] = []): Target {
  if (checks.length === 0) return target;
  return target.withClaims({ checks: decodeOwnClauses([...target.checks, ...checks], 'checks') });
}

/** Returns what an own clause says of a step. Throws `SpecError` if it throws. */
function blameOf(clause: OwnClause, step: SettledStep): ReturnType<OwnClause['check']> {
  try {
    return clause.side(step) === null ? null : clause.check(step);
  } catch (error) {
    throw new SpecError(`${clause.name}: expected a verdict, and it threw ${lookAt(error).text}`, {
      cause: error,
    });
  }
}

/** Returns the violation of the first own clause that an accepted step breaks, or null. */
export function brokenOwnClause(
  checks: readonly OwnClause[],
  step: SettledStep,
): Omit<PlacedViolation, 'at'> | null {
  for (const clause of checks) {
    const blame = blameOf(clause, step);
    if (blame !== null) return { clause: clause.name, sentence: clause.sentence, ...blame };
  }
  return null;
}

/** Own clauses at work: a target held to a user's rules, and the violation of one. */
import { decodeOwnClauses, type OwnClause, type PlacedViolation, type SettledStep } from '../spec/index.ts';
import type { Target } from './target.ts';

/**
 * Returns a target held to further own clauses. Throws `SpecError` unless they are valid and have distinct names.
 * @internal
 */
export function heldTo(target: Target, checks: readonly OwnClause[] = []): Target {
  if (checks.length === 0) return target;
  return target.withClaims({ checks: decodeOwnClauses([...target.checks, ...checks], 'checks') });
}

/** Returns the violation of the first own clause that an accepted step breaks, or null. */
export function brokenOwnClause(
  checks: readonly OwnClause[],
  step: SettledStep,
): Omit<PlacedViolation, 'at'> | null {
  for (const clause of checks) {
    const blame = clause.side(step) === null ? null : clause.check(step);
    if (blame !== null) return { clause: clause.name, sentence: clause.sentence, ...blame };
  }
  return null;
}

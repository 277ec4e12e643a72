/** Hints: what the author of correct code would do about a counterexample, in a line that begins with the condition. */
import type { Target } from '../../runner/index.ts';
import { isAllocation, PAGE_BYTES, type Trace } from '../../spec/index.ts';
import type { Candidate } from './candidate.ts';
import { explain } from './explain.ts';

/** Returns claims as they stand in a profile. */
export function claimsText(claims: Candidate['claims']): string {
  return Object.entries(claims)
    .map(([name, value]) => `"${name}": ${JSON.stringify(value)}`)
    .join(', ');
}

/** Messages of an init that has failed for another reason than the memory that it was given. */
const DEFECT = /^reading errno and the amounts, |; what a manager is handed is read-only$/;

/** Returns what code must do before a claim helps, for violations of init; null for others. */
function adviceOnInit({ violation, responses, profile }: Trace): string | null {
  const [started] = responses;
  if (violation?.at !== -1 || started === undefined) return null;
  const { clause, explanation } = violation;
  if (clause === 'init.total' && explanation.startsWith('totalAmount() is '))
    return 'if it counts other page frames, as those alone that it manages, leave totalAmount out: of the target, and of "calls"';
  if (
    clause === 'init.total' &&
    started.outcome.kind === 'malformed' &&
    !DEFECT.test(started.outcome.message)
  )
    return 'if init cannot manage such memory, let it return false, or throw WorldRefused in TypeScript';
  const [, free = 0, expected = 0] = /^freeAmount\(\) is (\d+), expected (\d+)/.exec(explanation) ?? [];
  if (clause !== 'init.free' || profile?.keeps === 'named' || Number(free) >= Number(expected)) return null;
  return 'if init keeps page frames for itself, let it name them with fp_keep, or keep() in TypeScript, and claim "keeps": "named"';
}

/** Returns what makes an error of the user's a panic, for a misuse that was refused by one; null for others. */
function adviceOnErrors({ violation, responses }: Trace): string | null {
  if (violation?.clause !== 'misuse.panics') return null;
  const outcome = responses[violation.at + 1]?.outcome;
  return outcome?.kind === 'malformed' && outcome.message.startsWith('it threw ')
    ? 'if this error is how it refuses misuse, throw PmmPanic of frameproof/spec in its place, or claim "misuse": "undefined"'
    : null;
}

/** Returns what to do about an alignment of less than a page frame that is refused; null for others. */
function adviceOnAlignment({ violation, scenario }: Trace): string | null {
  const operation = violation === undefined ? undefined : scenario.operations[violation.at];
  const isLess = operation !== undefined && 'alignment' in operation && operation.alignment < PAGE_BYTES;
  return isLess && violation?.clause.endsWith('.complete')
    ? 'if it takes no alignment of less than a page frame, let the target pass 4096 in its place'
    : null;
}

/** Returns what to do about an allocation that takes more page frames than it hands out, which no claim describes; null for others. */
function adviceOnMore({ violation, scenario }: Trace): string | null {
  const operation = violation === undefined ? undefined : scenario.operations[violation.at];
  if (violation?.clause !== 'amounts.free' || operation === undefined || !isAllocation(operation.call))
    return null;
  const [, free = 0, expected = 0] =
    /^freeAmount\(\) is (\d+), and must be (\d+)/.exec(violation.explanation) ?? [];
  return Number(free) < Number(expected)
    ? 'if it takes more page frames than are asked for, as a guard page, no claim says so: let the target ask for as many fewer, so that all that is taken is handed out'
    : null;
}

/** Returns what to do about blocks that are aligned to something else than physical addresses, which no claim describes; null for others. */
function adviceOnBlocks({ violation, profile }: Trace): string | null {
  return violation?.clause === 'allocBitmap.aligned' && profile !== undefined && profile.contiguous !== 'any'
    ? 'if it aligns blocks to where its pool begins, no claim says so: let the target begin the pool at a multiple of its size, and name the rest with fp_keep'
    : null;
}

/** Returns what to do about a call of no page frames, which no claim leaves out; null for others. */
function adviceOnNone({ violation, scenario, profile }: Trace): string | null {
  const operation = violation === undefined ? undefined : scenario.operations[violation.at];
  if (operation === undefined || !('count' in operation) || operation.count !== 0n) return null;
  // It stands for order 64.
  if (profile?.contiguous === 'orders') return null;
  return 'if no caller asks for no page frames, let the target answer that: a run of none fails, everything else does nothing';
}

/**
 * Returns a line on a counterexample that may be none: which claim the author would make of correct code that answers so. Null where no
 * claim explains it. Runs the target a few times, and not again once `isOver` returns true.
 */
export function hintOn(target: Target, trace: Trace, isOver?: () => boolean): string | null {
  const explanation = explain(target, trace, isOver === undefined ? {} : { isOver });
  if (explanation === null) {
    const advice = [
      adviceOnInit,
      adviceOnErrors,
      adviceOnNone,
      adviceOnAlignment,
      adviceOnMore,
      adviceOnBlocks,
    ];
    return advice.reduce<string | null>((found, about) => found ?? about(trace), null);
  }
  const { condition, claims } = explanation.candidate;
  return `if ${condition}, claim ${claimsText(claims)}`;
}

/** All clauses in the order in which they judge: first the answer, then the state that it leads to. */

import { CALLS, type Call, callPlace, isAllocation, STANDARD_CALLS } from '../calls.ts';
import type { Expectation } from '../expectation.ts';
import { ALLOCATION_CLAUSES, contentsZeroed, firstFit, higherHalf, lifo } from './allocations.ts';
import { AMOUNTS, ownerAgrees, reservedAtInit } from './amounts.ts';
import {
  contentsAtInit,
  contentsPreserved,
  enomem,
  failureUnchanged,
  misuseUnchanged,
  panics,
  warns,
} from './answers.ts';
import {
  CLAUSE_NAMES,
  type Clause,
  type ClauseName,
  GRAVITIES,
  type Gravity,
  type SettledStep,
  type Step,
  type When,
} from './clause.ts';
import {
  addedFree,
  FREE_CLAUSES,
  freedReturns,
  lastReference,
  removedGone,
  removedWithheld,
} from './frees.ts';
import { type InitStep, initFree, initKept, initTotal, initWithheld } from './init.ts';
import type { BreakableClause } from './own-clause.ts';

export { isWarningOf } from './answers.ts';

/** Clauses of init, and clauses of every call that apply to init too. */
export const INIT_CLAUSES: readonly Clause<InitStep>[] = [
  initKept,
  initTotal,
  initFree,
  reservedAtInit,
  contentsAtInit,
];

/** Clauses of a sweep over every page frame. */
export const SWEEP_CLAUSES = [ownerAgrees] as const;

const ANSWERED = [enomem, warns, panics] as const;

const OWN = [...ALLOCATION_CLAUSES, ...FREE_CLAUSES];

/** Returns the clauses of an answer to a call: the ones whose names begin with its name, and the ones of its kind. */
export function answerClauses(call: Call): readonly Clause<Step>[] {
  const own = OWN.filter(({ name }) => name.startsWith(`${call}.`));
  if (!isAllocation(call)) return [...own, ...ANSWERED];
  return [higherHalf, removedWithheld, initWithheld, ...own, ...ANSWERED, lifo, firstFit, contentsZeroed];
}

/** Clauses of the state that an accepted answer leads to. */
export const STATE_CLAUSES: readonly Clause<SettledStep>[] = [
  contentsPreserved,
  failureUnchanged,
  misuseUnchanged,
  lastReference,
  freedReturns,
  addedFree,
  removedGone,
  ...AMOUNTS,
];

/** A check, with its clause's place in {@link CLAUSE_NAMES}. */
export interface Check<S> extends Pick<Clause<S>, 'name' | 'side' | 'check'> {
  readonly place: number;
}

/** Returns the checks of clauses, in their order. */
export function checksOf<S>(clauses: readonly Clause<S>[]): readonly Check<S>[] {
  return clauses.map(({ name, side, check }) => ({ name, side, check, place: CLAUSE_NAMES.indexOf(name) }));
}

/** The checks of a step: of the answer, then of the state that it leads to. */
export interface StepChecks {
  readonly answer: readonly Check<Step>[];
  readonly state: readonly Check<SettledStep>[];
}

type Expected = Expectation['kind'];

function applies(when: When | undefined, expected: Expected, handedOut: boolean): boolean {
  if (when === undefined || when === expected) return true;
  return when === 'handed out' ? handedOut : when === 'not misused' && expected !== 'misused';
}

function stepChecks(call: Call, expected: Expected, handedOut: boolean): StepChecks {
  const isMet = ({ when }: { readonly when?: When }): boolean => applies(when, expected, handedOut);
  return {
    answer: checksOf(answerClauses(call).filter(isMet)),
    state: checksOf(STATE_CLAUSES.filter(isMet)),
  };
}

const EXPECTED = ['granted', 'refused', 'misused'] as const satisfies readonly Expected[];

/** The place of an expectation in {@link EXPECTED}. */
function placeOf(expected: Expected): number {
  return expected === 'granted' ? 0 : expected === 'refused' ? 1 : 2;
}

/** The checks of all kinds of steps: by call, then by expectation, then by whether something was handed out. */
const CHECKS: readonly StepChecks[] = CALLS.flatMap((call) =>
  EXPECTED.flatMap((expected) => [stepChecks(call, expected, false), stepChecks(call, expected, true)]),
);

/** Returns the checks of a step in order, without the clauses that do not apply to it. */
export function checksFor({ asked: { call }, expected: { kind }, granted }: Step): StepChecks {
  const handedOut = granted === null ? 0 : 1;
  const checks = CHECKS[2 * (EXPECTED.length * callPlace(call) + placeOf(kind)) + handedOut];
  return checks ?? stepChecks(call, kind, granted !== null);
}

/** A clause without its check. */
export interface ClauseText {
  readonly name: ClauseName;
  readonly gravity: Gravity;
  readonly sentence: string;
  readonly sides: readonly [string, string];
}

const LINEARIZABLE: ClauseText = {
  name: 'concurrent.linearizable',
  gravity: 'memory',
  sentence: 'Any history of concurrent calls can be put in an order that all other clauses accept.',
  sides: ['calls overlap', 'calls do not overlap'],
};

const PROGRESS: ClauseText = {
  name: 'concurrent.progress',
  gravity: 'refusal',
  sentence:
    'A call returns, whatever other callers have done before, as long as none of them stops inside a call.',
  sides: ['a call waits for another', 'no call waits'],
};

const TEXTS: ReadonlyMap<ClauseName, ClauseText> = new Map(
  [
    ...INIT_CLAUSES,
    ...CALLS.flatMap(answerClauses),
    ...STATE_CLAUSES,
    ...SWEEP_CLAUSES,
    LINEARIZABLE,
    PROGRESS,
  ].map((clause) => [clause.name, clause]),
);

/** Every clause once, as text, in the order of {@link CLAUSE_NAMES}. */
export const CLAUSES: readonly ClauseText[] = CLAUSE_NAMES.flatMap((name) => TEXTS.get(name) ?? []);

/** Returns the sentence of a clause that a violation names: its own, or that of the specification; empty where there is none. */
export function sentenceOf({
  clause,
  sentence,
}: {
  readonly clause: string | undefined;
  readonly sentence?: string | undefined;
}): string {
  return sentence ?? CLAUSES.find(({ name }) => name === clause)?.sentence ?? '';
}

/** The calls that families of clauses are about which bear other names. */
const OF_CALL: Readonly<Record<string, Call>> = { references: 'retain', removed: 'removeRegion' };

/** Whether a manager with these calls can be held to a clause: it speaks of no call that only other managers have. */
export function isOfCalls(name: ClauseName, calls: readonly Call[]): boolean {
  const [family] = name.split('.');
  const call = OF_CALL[family ?? ''] ?? CALLS.find((each) => each === family);
  return call === undefined || STANDARD_CALLS.includes(call) || calls.includes(call);
}

const BY_GRAVITY: readonly BreakableClause[] = GRAVITIES.flatMap((gravity) =>
  CLAUSES.filter((clause) => clause.gravity === gravity).map(({ name }) => name),
);

/** Returns the place of a clause when all are listed by gravity, the gravest first. Own clauses come last. */
export function gravityPlace(name: BreakableClause): number {
  const place = BY_GRAVITY.indexOf(name);
  return place < 0 ? BY_GRAVITY.length : place;
}

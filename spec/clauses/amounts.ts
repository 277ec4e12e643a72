/** Clauses of the three amounts, read after every call, and of the conditions of page frames that the manager reports on request. */
import type { Call } from '../calls.ts';
import type { Owner } from '../owner.ts';
import type { Ownership } from '../ownership.ts';
import type { InspectedRun } from '../pmm.ts';
import type { Amounts, Reading } from '../response.ts';
import { PFN_LIMIT, type Pfn, pageCount, pfn } from '../units.ts';
import type { Blame, Clause, SettledStep } from './clause.ts';
import { blame } from './granted.ts';

type Amount = keyof Amounts;

/** Returns an observed amount. A lookup by a varying name would take the engine several times as long. */
function observed({ amounts }: SettledStep['response'], amount: Amount): Reading | undefined {
  if (amounts === undefined) return undefined;
  return amount === 'total' ? amounts.total : amount === 'free' ? amounts.free : amounts.reserved;
}

function callOf(amount: Amount): Call {
  return amount === 'total' ? 'totalAmount' : amount === 'free' ? 'freeAmount' : 'reservedAmount';
}

function actualAmount({ after }: SettledStep, amount: Amount): number {
  if (amount === 'total') return after.total;
  const free = after.countOf('pmm');
  return amount === 'free' ? free : after.total - free;
}

/** Judges both values of an amount that a step may have: the one read after the call, and the one returned by it. */
function wrongAmount(step: SettledStep, amount: Amount): Blame | null {
  const { outcome } = step.response;
  const actual = actualAmount(step, amount);
  const read = observed(step.response, amount) ?? actual;
  let returned: Reading = actual;
  if (step.asked.call === callOf(amount)) {
    if (outcome.kind !== 'amount')
      return blame(
        `${amount}Amount() did not answer an amount: ${'message' in outcome ? outcome.message : outcome.kind}`,
      );
    returned = outcome.amount;
  }
  const wrong = read === actual ? returned : read;
  return wrong === actual ? null : blame(wrongAmountText(amount, wrong, actual));
}

function wrongAmountText(amount: Amount, wrong: Reading, actual: number): string {
  return `${amount}Amount() is ${wrong}, and must be ${actual}`;
}

function isObserved(step: SettledStep, amount: Amount): boolean {
  return observed(step.response, amount) !== undefined || step.asked.call === callOf(amount);
}

const amountsTotal: Clause<SettledStep> = {
  name: 'amounts.total',
  gravity: 'loss',
  sentence: 'The total is the number of RAM page frames: only adding and removing memory changes it.',
  sides: ['after a success', 'after a failure or panic'],
  side(step) {
    if (!isObserved(step, 'total')) return null;
    return step.expected.kind === 'granted' ? 0 : 1;
  },
  check: (step) => wrongAmount(step, 'total'),
};

const amountsFree: Clause<SettledStep> = {
  name: 'amounts.free',
  gravity: 'loss',
  sentence: 'The free amount is the number of page frames that the manager owns.',
  sides: ['it changes', 'it stays'],
  side(step) {
    if (!isObserved(step, 'free')) return null;
    return step.before.countOf('pmm') === step.after.countOf('pmm') ? 1 : 0;
  },
  check: (step) => wrongAmount(step, 'free'),
};

const amountsReserved: Clause<SettledStep> = {
  name: 'amounts.reserved',
  gravity: 'loss',
  sentence: 'The reserved amount is the total less the free amount.',
  sides: ['nothing is reserved', 'something is'],
  side(step) {
    if (!isObserved(step, 'reserved')) return null;
    return step.after.countOf('pmm') === step.after.total ? 0 : 1;
  },
  check: (step) => wrongAmount(step, 'reserved'),
};

/** The same clause for init. */
export const reservedAtInit: Clause<Pick<SettledStep, 'after' | 'response'>> = {
  ...amountsReserved,
  side({ after, response }) {
    if (response.amounts?.reserved === undefined) return null;
    return after.countOf('pmm') === after.world.total ? 0 : 1;
  },
  check({ after, response }) {
    const actual = after.world.total - after.countOf('pmm');
    const reported = response.amounts?.reserved ?? actual;
    return reported === actual ? null : blame(wrongAmountText('reserved', reported, actual));
  },
};

export const AMOUNTS: readonly Clause<SettledStep>[] = [amountsTotal, amountsFree, amountsReserved];

/** A state, and the runs that the manager reports for it. */
export interface Sweep {
  readonly state: Ownership;
  readonly runs: readonly InspectedRun[];
}

/** Returns the condition in which a manager must have the page frames of an owner. */
function conditionOf(owner: Owner): string {
  switch (owner) {
    case 'pmm':
      return 'free';
    case 'caller':
    case 'boot':
      return 'held';
    default:
      return 'unmanaged';
  }
}

const isFree = (owner: Owner): boolean => conditionOf(owner) === 'free';
const isHeld = (owner: Owner): boolean => conditionOf(owner) === 'held';
const isUnmanaged = (owner: Owner): boolean => conditionOf(owner) === 'unmanaged';

/** Returns the first page frame of [base, end) whose condition is not `condition`. */
function firstOff(state: Ownership, base: number, end: number, condition: string): Pfn | null {
  if (base >= end) return null;
  const region = { base: pfn(base), count: pageCount(end - base) };
  // The tests are made once, not for each run of a sweep.
  switch (condition) {
    case 'free':
      return state.firstFailing(region, isFree);
    case 'held':
      return state.firstFailing(region, isHeld);
    case 'unmanaged':
      return state.firstFailing(region, isUnmanaged);
    default:
      return region.base;
  }
}

/** Whether the reported runs are well-formed: existing page frames, ascending, none twice. */
function areRuns(runs: readonly InspectedRun[]): boolean {
  let covered = 0;
  return runs.every(({ base, count }) => {
    const follows = Number.isInteger(base) && Number.isInteger(count) && base >= covered && count >= 0;
    covered = base + count;
    return follows && covered <= PFN_LIMIT;
  });
}

/** A page frame, and the wrong condition in which the manager has it. */
interface Disagreement {
  readonly frame: Pfn;
  readonly condition: string;
}

function disagreement({ state, runs }: Sweep): Disagreement | null {
  let covered = 0;
  for (const { base, count, condition } of runs) {
    const gap = firstOff(state, covered, base, 'unmanaged');
    if (gap !== null) return { frame: gap, condition: 'unmanaged' };
    const off = firstOff(state, base, base + count, condition);
    if (off !== null) return { frame: off, condition };
    covered = base + count;
  }
  const rest = firstOff(state, covered, PFN_LIMIT, 'unmanaged');
  return rest === null ? null : { frame: rest, condition: 'unmanaged' };
}

export const ownerAgrees: Clause<Sweep> = {
  name: 'owner.agrees',
  gravity: 'memory',
  sentence:
    'Asked about every page frame, the manager agrees with the specification on which it has free and which it holds.',
  sides: ['nothing is held', 'something is'],
  side({ state }) {
    if (state.unnamed > 0) return null;
    return state.countOf('caller') + state.countOf('boot') === 0 ? 0 : 1;
  },
  check(sweep) {
    if (!areRuns(sweep.runs))
      return blame('the manager reports runs that overlap, do not ascend, or are not runs of page frames');
    const off = disagreement(sweep);
    if (off === null) return null;
    const owner = sweep.state.ownerOf(off.frame);
    const must = conditionOf(owner);
    return blame(
      `the manager has page frame ${off.frame} as ${off.condition}, and it is ${must} (${owner})`,
      off.frame,
      owner,
    );
  },
};

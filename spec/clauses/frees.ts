/** Clauses of the three freeing calls. */

import type { Call } from '../calls.ts';
import { zoneOf } from '../ownership.ts';
import type { Blame, Clause, SettledStep, Step } from './clause.ts';
import { blame } from './granted.ts';

type Freeing = 'free' | 'freePages' | 'freeRegion';

function isFreeing(call: Call): call is Freeing {
  return call === 'free' || call === 'freePages' || call === 'freeRegion';
}

function freesExactly({ before, expected, response: { outcome } }: Step): Blame | null {
  const answer = 'message' in outcome ? outcome.message : `it answered "${outcome.kind}"`;
  if (expected.kind === 'misused') {
    const { why, frame, owner } = expected;
    if (outcome.kind === 'done') return blame(`it was accepted, though ${why}`, frame, owner);
    // A separate clause judges the content of a panic. A manager that claims to refuse must refuse.
    const isRefused = before.world.profile.misuse !== 'refused' || outcome.kind === 'failed';
    return isRefused ? null : blame(`it must be refused, because ${why}; ${answer}`, frame, owner);
  }
  if (outcome.kind === 'done') return null;
  return blame(`every page frame may be freed; ${answer}`);
}

function owner(call: Freeing, sentence: string): Clause<Step> {
  return {
    name: `${call}.owner`,
    gravity: 'memory',
    sentence,
    sides: ['freed', 'refused by a panic'],
    side({ asked, expected }) {
      if (asked.call !== call) return null;
      if (expected.kind !== 'misused') return 0;
      return expected.duplicate ? null : 1;
    },
    check: freesExactly,
  };
}

const distinct: Clause<Step> = {
  name: 'freePages.distinct',
  gravity: 'memory',
  sentence: 'freePages frees no batch that names a page frame twice.',
  sides: ['distinct page frames', 'one named twice'],
  side({ asked, expected }) {
    if (asked.call !== 'freePages' || asked.pfns.length < 2) return null;
    if (expected.kind !== 'misused') return 0;
    return expected.duplicate ? 1 : null;
  },
  check: freesExactly,
};

/** The clauses of the freeing calls. Those of one call judge in this order. */
export const FREE_CLAUSES: readonly Clause<Step>[] = [
  owner('free', 'free succeeds exactly when the page frame is a caller’s or boot memory.'),
  distinct,
  owner('freePages', 'freePages succeeds exactly when each page frame is a caller’s or boot memory.'),
  owner(
    'freeRegion',
    'freeRegion succeeds exactly when each page frame of the region is a caller’s or boot memory.',
  ),
];

export const freedReturns: Clause<SettledStep> = {
  name: 'freed.returns',
  gravity: 'loss',
  sentence: 'What is freed is free again, every page frame of it and nothing else.',
  sides: ['from the bitmap zone up', 'in the stack zone'],
  when: 'granted',
  side(step) {
    const { before, response, asked, expected } = step;
    if (!isFreeing(asked.call) || expected.kind !== 'granted' || response.amounts?.free === undefined)
      return null;
    const [frame] = asked.pfns;
    return frame == null ? null : zoneOf(before.world, frame) === 'bitmap' ? 0 : 1;
  },
  check({ before, after, response }) {
    const actual = response.amounts?.free;
    if (actual === after.countOf('pmm')) return null;
    const [was, must] = [before.countOf('pmm'), after.countOf('pmm')];
    return blame(`the free amount went from ${was} to ${actual}, and must be ${must}`);
  },
};

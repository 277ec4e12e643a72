/** Clauses of the calls that free page frames, and of the calls that add and remove memory. */

import { isFree } from '../calls.ts';
import { ownedRegions } from '../memory-map.ts';
import type { Operation } from '../operation.ts';
import { zoneOf } from '../ownership.ts';
import type { Pfn } from '../units.ts';
import type { Blame, Clause, SettledStep, Step } from './clause.ts';
import { blame, firstGrantedOwner, givenBack } from './granted.ts';

type FreeingCall = 'free' | 'freePages' | 'freeRegion' | 'retain' | 'release' | 'addRegion';

function acceptsExactly({ before, operation, expected, response: { outcome } }: Step): Blame | null {
  const answer = 'message' in outcome ? outcome.message : `it answered "${outcome.kind}"`;
  if (expected.kind === 'misused') {
    const { why, frame, owner } = expected;
    if (outcome.kind === 'done') return blame(`it was accepted, though ${why}`, frame, owner);
    // A separate clause judges the content of a panic. A manager that claims to refuse must refuse.
    const isRefused = before.world.profile.misuse !== 'refused' || outcome.kind === 'failed';
    return isRefused ? null : blame(`it must be refused, because ${why}; ${answer}`, frame, owner);
  }
  if (outcome.kind === 'done') return null;
  return blame(`${mustSucceed(operation)}; ${answer}`);
}

/** Returns the demand on a call that must succeed, with the reason where its arguments do not show it. */
function mustSucceed(operation: Operation): string {
  const isOfNone =
    ('count' in operation && operation.count === 0n) ||
    ('addresses' in operation && operation.addresses.length === 0);
  const why = 'address' in operation ? ', whatever its address' : '';
  return isOfNone
    ? `it must succeed, because a call of no page frames does nothing${why}`
    : 'it must succeed';
}

function owner(call: FreeingCall, sentence: string, granted = 'freed'): Clause<Step> {
  return {
    name: `${call}.owner`,
    gravity: 'memory',
    sentence,
    sides: [granted, 'refused by a panic'],
    side({ asked, expected }) {
      if (asked.call !== call || expected.kind === 'refused') return null;
      if (expected.kind === 'granted') return 0;
      return expected.duplicate ? null : 1;
    },
    check: acceptsExactly,
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
  check: acceptsExactly,
};

const retainMost: Clause<Step> = {
  name: 'retain.most',
  gravity: 'memory',
  sentence: 'retain fails exactly when the page frame has the most references that there can be.',
  sides: ['granted', 'refused'],
  when: 'not misused',
  side({ before, asked, expected }) {
    if (asked.call !== 'retain' || before.world.profile.mostReferences === null) return null;
    return expected.kind === 'granted' ? 0 : 1;
  },
  check({ before, asked, expected, response: { outcome } }) {
    if ((outcome.kind === 'failed') === (expected.kind === 'refused')) return null;
    const [frame = null] = asked.pfns;
    const references = frame === null ? 0 : before.referencesTo(frame);
    const answer = 'message' in outcome ? outcome.message : `it answered "${outcome.kind}"`;
    return blame(
      `${answer}, and the page frame has ${references} of at most ${before.world.profile.mostReferences} references`,
      frame,
      'caller',
    );
  },
};

const removeComplete: Clause<Step> = {
  name: 'removeRegion.complete',
  gravity: 'memory',
  sentence: 'removeRegion succeeds exactly when each page frame of the region is free.',
  sides: ['granted', 'refused'],
  when: 'not misused',
  side({ asked, expected }) {
    if (asked.call !== 'removeRegion' || expected.kind === 'misused') return null;
    return expected.kind === 'granted' ? 0 : 1;
  },
  check({ asked, operation, expected, response: { outcome } }) {
    const must = expected.kind === 'granted' ? 'done' : 'failed';
    if (outcome.kind === must) return null;
    const answer = 'message' in outcome ? outcome.message : `it answered "${outcome.kind}"`;
    const why =
      expected.kind === 'refused' ? `it must fail, because ${expected.why}` : mustSucceed(operation);
    return blame(`${why}; ${answer}`, asked.pfns[0] ?? null);
  },
};

/** The clauses of the freeing calls, and of adding and removing memory. Those of one call judge in this order. */
export const FREE_CLAUSES: readonly Clause<Step>[] = [
  owner('free', 'free succeeds exactly when the page frame is a caller’s or boot memory.'),
  distinct,
  owner('freePages', 'freePages succeeds exactly when each page frame is a caller’s or boot memory.'),
  owner(
    'freeRegion',
    'freeRegion succeeds exactly when each page frame of the region is a caller’s or boot memory.',
  ),
  owner('release', 'release succeeds exactly when the page frame is a caller’s or boot memory.'),
  retainMost,
  owner('retain', 'retain accepts exactly the page frames of callers.', 'accepted'),
  owner('addRegion', 'addRegion succeeds exactly when no page frame of the region is RAM.', 'added'),
  removeComplete,
];

/** Compares the free amount after a call with what it must be. */
function freesAll({ before, after, response }: SettledStep): Blame | null {
  const actual = response.amounts?.free;
  if (actual === after.countOf('pmm')) return null;
  const [was, must] = [before.countOf('pmm'), after.countOf('pmm')];
  return blame(`the free amount went from ${was} to ${actual}, and must be ${must}`);
}

export const lastReference: Clause<SettledStep> = {
  name: 'references.last',
  gravity: 'memory',
  sentence: 'A page frame returns with its last reference, and not before.',
  sides: ['with the last one', 'not before'],
  when: 'granted',
  side({ before, operation, response, asked }) {
    if (!isFree(asked.call) || !before.world.profile.calls.includes('retain')) return null;
    if (asked.pfns.length === 0 || response.amounts?.free === undefined) return null;
    return givenBack(before, operation, asked).shared.length === 0 ? 0 : 1;
  },
  check: freesAll,
};

/** Whether the map lists a page frame as RAM. */
function isRamOfMap({ before }: Step, frame: Pfn): boolean {
  return ownedRegions(before.world.map).some(
    ({ base, count, owner: first }) => first !== 'absent' && frame >= base && frame < base + count,
  );
}

export const addedFree: Clause<SettledStep> = {
  name: 'addRegion.free',
  gravity: 'loss',
  sentence: 'What is added is free: every page frame of it and nothing else.',
  sides: ['it was removed before', 'it was never RAM'],
  when: 'granted',
  side(step) {
    const { asked, response } = step;
    const [frame] = asked.pfns;
    if (asked.call !== 'addRegion' || frame == null || response.amounts?.free === undefined) return null;
    return isRamOfMap(step, frame) ? 0 : 1;
  },
  check: freesAll,
};

export const removedGone: Clause<SettledStep> = {
  name: 'removeRegion.gone',
  gravity: 'loss',
  sentence: 'What is removed is free no longer: every page frame of it and nothing else.',
  sides: ['other page frames are free', 'no other is'],
  when: 'granted',
  side({ after, asked, response }) {
    if (asked.call !== 'removeRegion' || response.amounts?.free === undefined) return null;
    return after.countOf('pmm') > 0 ? 0 : 1;
  },
  check: freesAll,
};

export const removedWithheld: Clause<Step> = {
  name: 'removed.withheld',
  gravity: 'memory',
  sentence: 'What was removed is never handed out until it is added again.',
  sides: ['one page frame', 'several'],
  when: 'handed out',
  side({ before, granted }) {
    const { world, total } = before;
    if (granted === null || total >= world.total || !world.profile.calls.includes('removeRegion'))
      return null;
    return granted.runs.length === 1 && granted.runs[0]?.count === 1 ? 0 : 1;
  },
  check(step) {
    const frame = firstGrantedOwner(step, (each) => each === 'absent');
    if (frame === null || !isRamOfMap(step, frame)) return null;
    return blame(`page frame ${frame} was handed out, and was removed`, frame, 'absent');
  },
};

export const freedReturns: Clause<SettledStep> = {
  name: 'freed.returns',
  gravity: 'loss',
  sentence: 'What is freed is free again, every page frame of it and nothing else.',
  sides: ['from the bitmap zone up', 'in the stack zone'],
  when: 'granted',
  side(step) {
    const { before, response, asked, expected } = step;
    if (!isFree(asked.call) || expected.kind !== 'granted' || response.amounts?.free === undefined)
      return null;
    const [frame] = asked.pfns;
    return frame == null ? null : zoneOf(before.world, frame) === 'bitmap' ? 0 : 1;
  },
  check: freesAll,
};

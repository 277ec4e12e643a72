/** Clauses of failures and panics: the answer, and that nothing has changed. */

import type { Call } from '../calls.ts';
import { describedCall, namesOnePage, namesRegion } from '../calls.ts';
import { isMisaligned, isPart, isShared, isU64, mayName } from '../expectation.ts';
import { addressesOf, argumentsOf } from '../operation.ts';
import type { ErrnoChange, Reading } from '../response.ts';
import { PFN_LIMIT, type Pfn, pfn } from '../units.ts';
import type { Blame, Clause, SettledStep, Step } from './clause.ts';
import { blame } from './granted.ts';

/** Returns what a call did to errno, in words. */
function errnoText(errno: ErrnoChange | undefined): string {
  if (errno === 'ENOMEM') return 'set errno to ENOMEM';
  if (errno === 'other') return 'set errno to another number than ENOMEM';
  return errno === 'cleared' ? 'cleared errno' : 'left errno as it was';
}

export const enomem: Clause<Step> = {
  name: 'failure.enomem',
  gravity: 'report',
  sentence: 'A call that fails sets errno to ENOMEM; one that succeeds leaves it unchanged.',
  sides: ['failed', 'succeeded'],
  when: 'not misused',
  side({ before, expected, response }) {
    if (response.errno === undefined || expected.kind === 'misused') return null;
    if (!before.world.profile.failures.includes('errno')) return null;
    if (expected.kind === 'refused') return 0;
    return before.world.profile.errnoAfterSuccess === 'unchanged' ? 1 : null;
  },
  check({ expected, response: { errno } }) {
    if (expected.kind === 'refused')
      return errno === 'ENOMEM' ? null : blame(`it failed, and ${errnoText(errno)}`);
    return errno === null ? null : blame(`it succeeded, and ${errnoText(errno)}`);
  },
};

/** Whether a line has an ASCII letter at a place. */
function isLetterAt(line: string, at: number): boolean {
  const lower = line.charCodeAt(at) | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

/** Whether a line contains the name of the call as a whole word: `allocPages` does not name `alloc`. */
function namesCall(line: string, call: Call): boolean {
  for (let at = line.indexOf(call); at >= 0; at = line.indexOf(call, at + 1))
    if (!isLetterAt(line, at - 1) && !isLetterAt(line, at + call.length)) return true;
  return false;
}

/** Whether a warning is a line that names the call. */
export function isWarningOf(call: Call, warning: string): boolean {
  return namesCall(warning, call) && !warning.includes('\n') && !warning.includes('\r');
}

export const warns: Clause<Step> = {
  name: 'failure.warns',
  gravity: 'report',
  sentence:
    'A call that fails reports one warning, a line that names the call; one that succeeds reports none.',
  sides: ['failed', 'succeeded'],
  when: 'not misused',
  side({ before, expected, response }) {
    if (response.warnings === undefined || expected.kind === 'misused') return null;
    if (!before.world.profile.failures.includes('warning')) return null;
    return expected.kind === 'refused' ? 0 : 1;
  },
  check({ operation, expected, response }) {
    const warnings = response.warnings ?? [];
    const wanted = expected.kind === 'refused' ? 1 : 0;
    if (warnings.length !== wanted)
      return blame(
        wanted === 1
          ? `it reported ${warnings.length} warnings, not one`
          : `it succeeded, and warned: ${JSON.stringify(warnings[0])}`,
      );
    const [line] = warnings;
    if (line === undefined || isWarningOf(operation.call, line)) return null;
    return blame(`the warning is not one line that names ${operation.call}: ${JSON.stringify(line)}`);
  },
};

/** Whether a panic need not name a page frame: an argument or address is bad, or the page frame to blame lies past the last one. */
function needsNoFrame({ before, operation, asked, expected }: Step): boolean {
  if (expected.kind === 'misused' && expected.frame === null) return true;
  if (asked.pfns.includes(null) || argumentsOf(operation).some((argument) => !isU64(argument))) return true;
  return addressesOf(operation).some((address) => isMisaligned(before, address));
}

/** Whether a call names this page frame. */
function names({ operation, asked: { pfns } }: Step, frame: Pfn): boolean {
  if (!namesRegion(operation.call) || !('count' in operation)) return pfns.includes(frame);
  const [base] = pfns;
  return base != null && frame >= base && isU64(operation.count) && BigInt(frame - base) < operation.count;
}

/** Whether a call names this page frame more than once. */
function namesTwice({ asked: { pfns } }: Step, frame: Pfn): boolean {
  return pfns.indexOf(frame) !== pfns.lastIndexOf(frame);
}

/** Whether a call names this page frame by an address inside it, which is misuse. */
function namesInside({ before, operation, asked: { pfns } }: Step, frame: Pfn): boolean {
  return addressesOf(operation).some((address, i) => pfns[i] === frame && isMisaligned(before, address));
}

/** Whether a call names this page frame as a part of a run, by a manager that takes runs back whole. */
function namesPart({ before, operation, asked: { pfns } }: Step, frame: Pfn): boolean {
  if (operation.call !== 'freeRegion') return isPart(before, frame, 1n);
  const [base] = pfns;
  return base != null && isU64(operation.count) && isPart(before, base, operation.count);
}

/** The effects on a page frame of the calls that free none. */
const DONE_TO: Partial<Readonly<Record<Call, string>>> = {
  retain: 'retained',
  allocAt: 'asked for',
  addRegion: 'added',
  removeRegion: 'removed',
};

function wrongFrame(step: Step, blamed: Reading, owner: string | null): string | null {
  const isFrame =
    typeof blamed === 'number' && Number.isInteger(blamed) && blamed >= 0 && blamed <= PFN_LIMIT;
  const frame = isFrame ? pfn(blamed) : null;
  if (frame === null || !names(step, frame))
    return `the panic blames page frame ${blamed}, which the call does not name`;
  const actual = step.before.ownerOf(frame);
  const { call } = step.operation;
  const isOwned = mayName(call, actual);
  if (isOwned && (namesTwice(step, frame) || namesInside(step, frame) || namesPart(step, frame))) return null;
  if (isOwned && !isShared(step.before, call, frame))
    return `the panic blames page frame ${frame}, which may be ${DONE_TO[call] ?? 'freed'}`;
  const isPerhapsKept = owner === 'kept' && actual === 'pmm' && step.before.unnamed > 0;
  return owner === actual || isPerhapsKept
    ? null
    : `the panic says that page frame ${frame} is owned by ${owner}, and it is ${actual}`;
}

function wrongPanic(step: Step): string | null {
  const { operation, response, expected } = step;
  const { outcome } = response;
  if (outcome.kind !== 'panicked') {
    const answer = outcome.kind === 'malformed' ? outcome.message : `it answered "${outcome.kind}"`;
    return `it must panic, because ${expected.kind === 'misused' ? expected.why : ''}; ${answer}`;
  }
  if (outcome.call !== operation.call) return `the panic names the call ${outcome.call}`;
  if (outcome.pfn === null) return needsNoFrame(step) ? null : 'the panic names no page frame';
  return wrongFrame(step, outcome.pfn, outcome.owner);
}

export const panics: Clause<Step> = {
  name: 'misuse.panics',
  gravity: 'report',
  sentence: 'A misused call panics, and the panic names the call, the page frame and its owner.',
  sides: ['a bad argument', 'a bad page frame'],
  when: 'misused',
  side({ before, expected }) {
    if (expected.kind !== 'misused' || before.world.profile.misuse !== 'panics') return null;
    return expected.frame === null ? 0 : 1;
  },
  check(step) {
    const wrong = wrongPanic(step);
    if (wrong === null || step.expected.kind !== 'misused') return null;
    return blame(wrong, step.expected.frame, step.expected.owner);
  },
};

function amountsChanged({ before, response }: Step): Blame | null {
  const { amounts } = response;
  const free = before.countOf('pmm');
  const reserved = before.total - free;
  if ((amounts?.free ?? free) === free && (amounts?.reserved ?? reserved) === reserved) return null;
  const now = `${amounts?.free ?? '?'} free and ${amounts?.reserved ?? '?'} reserved`;
  return blame(`the amounts were ${free} free and ${reserved} reserved, and are ${now}`);
}

export const failureUnchanged: Clause<SettledStep> = {
  name: 'failure.unchanged',
  gravity: 'loss',
  sentence: 'A call that fails changes nothing.',
  sides: ['single pages', 'a run or region'],
  when: 'refused',
  side({ asked, expected }) {
    if (expected.kind !== 'refused') return null;
    const { effect } = describedCall(asked.call);
    return effect === 'run' || effect === 'removed' ? 1 : 0;
  },
  check: amountsChanged,
};

export const misuseUnchanged: Clause<SettledStep> = {
  name: 'misuse.unchanged',
  gravity: 'loss',
  sentence: 'A misused call changes nothing, errno included, and reports no warning.',
  sides: ['one page frame', 'several, or none'],
  when: 'misused',
  side({ asked, expected }) {
    if (expected.kind !== 'misused') return null;
    return namesOnePage(asked.call) ? 0 : 1;
  },
  check(step) {
    const { errno, warnings, strayEntries } = step.response;
    const { misuse, failures, restOfBatch } = step.before.world.profile;
    const reports = misuse === 'panics' ? failures : [];
    if (errno != null && reports.includes('errno')) return blame(`it ${errnoText(errno)}`);
    if ((warnings ?? []).length > 0 && reports.includes('warning')) return blame('it reported a warning');
    const isOpen = restOfBatch === 'unspecified' && step.asked.call === 'allocPages';
    if (strayEntries === true && !isOpen) return blame("it changed the caller's array");
    return amountsChanged(step);
  },
};

export const contentsPreserved: Clause<Pick<SettledStep, 'before' | 'after' | 'response'>> = {
  name: 'contents.preserved',
  gravity: 'memory',
  sentence: 'The manager never writes into a page frame that it does not own.',
  sides: ['callers own page frames', 'callers own none'],
  side({ before, response }) {
    if (response.writes === undefined) return null;
    return before.countOf('caller') > 0 ? 0 : 1;
  },
  check({ before, after, response }) {
    for (const frame of response.writes ?? []) {
      const owner = before.ownerOf(pfn(frame));
      if (owner === 'pmm' || owner === 'kept' || after.ownerOf(pfn(frame)) === 'pmm') continue;
      return blame(`it wrote to page frame ${frame}, which is not its own (${owner})`, pfn(frame), owner);
    }
    return null;
  },
};

/** The same clause for init, which may write into page frames that it owns in the end. */
export const contentsAtInit: Clause<Pick<SettledStep, 'after' | 'response'>> = {
  ...contentsPreserved,
  side: ({ after, response }) => contentsPreserved.side({ before: after, after, response }),
  check: ({ after, response }) => contentsPreserved.check({ before: after, after, response }),
};

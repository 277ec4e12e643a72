/** Clauses of init, and of the memory that init withholds for good or until it is handed over. */
import { counted } from '../counted.ts';
import { isRam, ownerAfterInit } from '../memory-map.ts';
import type { Owner } from '../owner.ts';
import { type Ownership, spareIn } from '../ownership.ts';
import { keptRegions, type Response } from '../response.ts';
import { endOf, type Pfn, type Region } from '../units.ts';
import type { Blame, Clause, Step } from './clause.ts';
import { blame, firstGrantedOwner } from './granted.ts';

/** The state after init as the specification has it, and what the manager reported. */
export interface InitStep {
  readonly after: Ownership;
  readonly response: Response;
}

function initFault({ outcome }: Response): Blame | null {
  if (outcome.kind === 'done') return null;
  return blame('message' in outcome ? outcome.message : `it answered "${outcome.kind}"`);
}

export const initTotal: Clause<InitStep> = {
  name: 'init.total',
  gravity: 'loss',
  sentence: 'After init, the total is the number of RAM page frames of the map.',
  sides: ['the map lists only RAM', 'the map lists other memory too'],
  side: ({ after }) => (after.world.map.descriptors.every(({ type }) => isRam(type)) ? 0 : 1),
  check({ after, response }) {
    const fault = initFault(response);
    const actual = response.amounts?.total;
    if (fault !== null || actual === undefined || actual === after.world.total) return fault;
    return blame(`totalAmount() is ${actual}, the map has ${counted(after.world.total, 'RAM page frame')}`);
  },
};

export const initFree: Clause<InitStep> = {
  name: 'init.free',
  gravity: 'loss',
  sentence: 'After init, exactly the RAM that firmware, boot code and the manager do not keep is free.',
  sides: ['all RAM is free', 'some RAM is withheld'],
  side: ({ after }) => (after.countOf('pmm') === after.world.total ? 0 : 1),
  check({ after, response }) {
    const actual = response.amounts?.free;
    const free = after.countOf('pmm');
    if (actual === undefined || actual === free) return null;
    const [firmware, boot, kept] = [after.countOf('firmware'), after.countOf('boot'), after.countOf('kept')];
    const how = after.unnamed > 0 ? 'kept' : 'named as kept';
    const named = kept === 0 ? '' : `, ${counted(kept, 'page frame')} ${how}`;
    return blame(
      `freeAmount() is ${actual}, expected ${free} (firmware keeps ${firmware}, boot code holds ${boot}${named})`,
    );
  },
};

/** Returns the first named page frame that init may not keep, or null: it is not free RAM, or was named before. */
function wronglyKept(after: Ownership, kept: readonly Region[]): Pfn | null {
  let end = 0;
  for (const region of kept.toSorted((a, b) => a.base - b.base)) {
    if (region.count > 0 && region.base < end) return region.base;
    const wrong = after.firstFailing(region, (owner) => owner === 'kept');
    if (wrong !== null) return wrong;
    end = endOf(region);
  }
  return null;
}

export const initKept: Clause<InitStep> = {
  name: 'init.kept',
  gravity: 'memory',
  sentence: 'What the manager claims to keep for itself, and names during init, is free RAM, named once.',
  sides: ['one descriptor of the map is free', 'several are, or none'],
  side({ after, response }) {
    if (after.world.profile.keeps !== 'named' && response.kept === undefined) return null;
    return after.world.map.descriptors.filter(isFreeDescriptor).length === 1 ? 0 : 1;
  },
  check({ after, response }) {
    const kept = keptRegions(response);
    const [first] = kept;
    if (first === undefined) return null;
    if (after.world.profile.keeps !== 'named')
      return blame(`it keeps page frame ${first.base}, and does not claim keeps: "named"`, first.base, null);
    const wrong = wronglyKept(after, kept);
    if (wrong === null) return null;
    const owner = after.ownerOf(wrong);
    const why = owner === 'kept' ? 'it is named twice' : `it is not free RAM (${owner})`;
    return blame(`it keeps page frame ${wrong}, and ${why}`, wrong, owner);
  },
};

function isFreeDescriptor({ type, pages }: Ownership['world']['map']['descriptors'][number]): boolean {
  return pages > 0 && ownerAfterInit(type) === 'pmm';
}

/** Whether page frames of this owner have been withheld since init. */
function isWithheld(owner: Owner): boolean {
  return owner === 'absent' || owner === 'firmware' || owner === 'boot' || owner === 'kept';
}

/** Of the page frames that may be kept, all but as many as are can be handed out. */
function tooManyKept({ before, granted }: Step): Blame | null {
  if (before.unnamed === 0) return null;
  const parts = (granted?.runs ?? []).flatMap((run) => before.perhapsKept(run));
  const taken = parts.reduce((sum, { count }) => sum + count, 0);
  const [first] = parts;
  if (first === undefined || taken <= spareIn(before)) return null;
  const explanation = `page frame ${first.base} was handed out with others, and ${before.unnamed} of those that never were are kept`;
  return blame(explanation, first.base, before.ownerOf(first.base));
}

export const initWithheld: Clause<Step> = {
  name: 'init.withheld',
  gravity: 'memory',
  sentence:
    'What is not RAM, what firmware or the manager keeps and what boot code has not handed over is never handed out.',
  sides: ['the map withholds RAM', 'the map withholds no RAM'],
  when: 'handed out',
  side({ before, granted }) {
    if (granted === null) return null;
    return before.countOf('firmware') + before.countOf('boot') + before.countOf('kept') > 0 ? 0 : 1;
  },
  check(step) {
    const frame = firstGrantedOwner(step, isWithheld);
    if (frame === null) return tooManyKept(step);
    const owner = step.before.ownerOf(frame);
    return blame(`page frame ${frame} was handed out, and is withheld since init (${owner})`, frame, owner);
  },
};

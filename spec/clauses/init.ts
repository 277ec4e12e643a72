/** Clauses of init, and of the memory that init withholds for good or until it is handed over. */
import { counted } from '../counted.ts';
import { isRam } from '../memory-map.ts';
import type { Owner } from '../owner.ts';
import type { Ownership } from '../ownership.ts';
import type { Response } from '../response.ts';
import type { Blame, Clause, Step } from './clause.ts';
import { blame, firstGrantedOwner } from './granted.ts';

/** The state after init as the specification has it, and what the manager reported. */
export interface InitStep {
  readonly after: Ownership;
  readonly response: Response;
}

function initFault({ outcome }: Response): Blame | null {
  if (outcome.kind === 'done') return null;
  return blame(`init: ${'message' in outcome ? outcome.message : `it answered "${outcome.kind}"`}`);
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
  sentence: 'After init, exactly the RAM that neither firmware nor boot code keeps is free.',
  sides: ['all RAM is free', 'some RAM is withheld'],
  side: ({ after }) => (after.countOf('pmm') === after.world.total ? 0 : 1),
  check({ after, response }) {
    const actual = response.amounts?.free;
    const free = after.countOf('pmm');
    if (actual === undefined || actual === free) return null;
    const [firmware, boot] = [after.countOf('firmware'), after.countOf('boot')];
    return blame(
      `freeAmount() is ${actual}, expected ${free} (firmware keeps ${firmware}, boot code holds ${boot})`,
    );
  },
};

/** Whether page frames of this owner have been withheld since init. */
function isWithheld(owner: Owner): boolean {
  return owner === 'absent' || owner === 'firmware' || owner === 'boot';
}

export const initWithheld: Clause<Step> = {
  name: 'init.withheld',
  gravity: 'memory',
  sentence:
    'What is not RAM, what firmware keeps and what boot code has not handed over is never handed out.',
  sides: ['the map withholds RAM', 'the map withholds no RAM'],
  when: 'handed out',
  side({ before, granted }) {
    if (granted === null) return null;
    return before.countOf('firmware') + before.countOf('boot') > 0 ? 0 : 1;
  },
  check(step) {
    const frame = firstGrantedOwner(step, isWithheld);
    if (frame === null) return null;
    const owner = step.before.ownerOf(frame);
    return blame(`page frame ${frame} was handed out, and is withheld since init (${owner})`, frame, owner);
  },
};

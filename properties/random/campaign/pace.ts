/**
 * Paces: the sizes of the programs that a target is given. They grow from batch to batch; where a target proves too slow or too small
 * for a world, it is given smaller ones from then on. Targets without limits are known to return, and
 * keep no pace: their programs depend on nothing but the seed.
 */

import { type Target, timeOf, type World } from '../../../runner/index.ts';
import { pfnEnd, ramPages } from '../../../spec/index.ts';
import { batchesOf, GROWTH, type Sizes, sizesOf } from '../arbitraries/sizes.ts';
import type { RanProgram } from '../run-program.ts';

/** A program may take this many seconds before its world counts as too large. */
const SLOW_SECONDS = 1;
/** A longer program may take that long for each of its parts of this length. */
const SLOW_OPERATIONS = 2 ** 15;

/** Words about managers that cannot start on a world: they get no memory, or do not return. */
const CANNOT_START =
  /RangeError|allocation failed|out of memory|more memory than its limit|died of SIGKILL|still running after|did not end within its time limit/i;

/** A process may take 1 GiB. In a world of this many page frames of RAM, lists in free pages may take it; in a smaller one it is a defect. */
const MANY_FRAMES = 2 ** 17;
/** SIGKILL is from the system, which ends the process that took most. */
const TOOK_MEMORY = /it took more memory than its limit|it died of SIGKILL/;

/**
 * How a target took the world of a program.
 *
 * - `slow`: the world is checked, and smaller ones come from then on.
 * - `too large`: the same, and what broke is not a violation.
 */
export type Taken = 'taken' | 'slow' | 'too large';

export class Pace {
  readonly #target: Target;
  readonly #isBounded: boolean;
  #most: number = GROWTH.length - 1;
  /** The levels of worlds on which a program was slow: once it may have waited for a busy machine. */
  readonly #slowOn = new Set<number>();

  constructor(target: Target) {
    this.#target = target;
    // A target in another process has its limits there.
    this.#isBounded = Number.isFinite(target.programMs) || !target.isInteractive;
  }

  /** Returns the sizes of a batch. */
  sizes(batch: number): Sizes {
    return sizesOf(batch, this.#most);
  }

  /**
   * Returns the sizes of the first programs of a batch, where these try one count of batches after the other. A target that takes whole
   * programs would be sent millions of addresses; one that frees no region of any length would be named them.
   */
  batches(batch: number): readonly Sizes[] {
    const { isInteractive, profile } = this.#target;
    const { calls, freeRuns, contiguous } = profile;
    const isRegion = calls.includes('freeRegion') && freeRuns === 'page-by-page' && contiguous === 'any';
    return isInteractive && isRegion && calls.includes('allocPages') ? batchesOf(batch, this.#most) : [];
  }

  /** Takes note of a program. Returns how its target took the world. */
  note(world: World, ran: RanProgram, seconds: number): Taken {
    if (!this.#isBounded) return 'taken';
    const level = GROWTH.findIndex(({ memoryBits }) => pfnEnd(world.map) <= 2 ** memoryBits);
    if (level <= 0) return 'taken';
    const isUnable =
      !ran.holds && (cannotStart(ran) || ran.execution().isUnanswered || fillsMemory(world, ran));
    const isSlow = seconds >= SLOW_SECONDS * Math.max(1, ran.performed / SLOW_OPERATIONS);
    if (!isSlow && !isUnable) return 'taken';
    const isFirst = !this.#slowOn.has(level);
    this.#slowOn.add(level);
    if (isFirst && !isUnable) return 'taken';
    this.#most = Math.min(this.#most, level - 1);
    if (!isUnable) return 'slow';
    timeOf(this.#target, this.#target.programMs).noteTooLarge(world);
    return 'too large';
  }
}

function cannotStart(ran: RanProgram): boolean {
  const { violation } = ran.execution();
  return violation?.at === -1 && CANNOT_START.test(violation.explanation);
}

/** Whether a process may have ended because the world has more page frames than it may have memory for, as where it links the pages of a region. */
function fillsMemory({ map }: World, ran: RanProgram): boolean {
  const { violation } = ran.execution();
  return violation !== null && TOOK_MEMORY.test(violation.explanation) && ramPages(map) >= MANY_FRAMES;
}

const PACES = new WeakMap<Target, Pace>();

/** Returns the pace of a target in this thread. */
export function paceOf(target: Target): Pace {
  const pace = PACES.get(target) ?? new Pace(target);
  PACES.set(target, pace);
  return pace;
}

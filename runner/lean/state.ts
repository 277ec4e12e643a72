/**
 * The state of the lean judge: what the model's state says, in typed arrays that calls change in place. Extents are the page
 * frames at which the owner changes, ascending, and the owner from each of them on; the free stack is runs, the top one last.
 *
 *   0      16       64                 256
 *   ├ pmm ─┼ absent ┼───── caller ─────┼ absent ─ ─      starts [0, 16, 64, 256], owners [PMM, ABSENT, CALLER, ABSENT]
 *
 * Cost: O(log n) for a look-up; a change moves what lies behind it, 9 bytes an extent.
 */
import { ModelState } from '../../model/index.ts';
import {
  computedOnce,
  type FitRequest,
  type InspectedRun,
  type Owner,
  type Ownership,
  type OwnerTest,
  type PageCount,
  PFN_LIMIT,
  type Pfn,
  type Policy,
  pageCount,
  pfn,
  type Region,
  type World,
  type Zone,
} from '../../spec/index.ts';
import { ANY_NUMBER } from './answer.ts';
import { grown } from './numbered-call.ts';

/** Owners as numbers: their places here. */
export const OWNERS = [
  'absent',
  'firmware',
  'boot',
  'pmm',
  'caller',
  'kept',
] as const satisfies readonly Owner[];
export const PMM = 3;
const CALLER = 4;
const BOOT = 2;

/** Whether a caller may free page frames of this owner. */
export function isFreeableOwner(owner: number): boolean {
  return owner === BOOT || owner === CALLER;
}

/** Room for extents and runs at first. */
const ROOM = 256;

interface FlatParts {
  readonly starts: Float64Array;
  readonly owners: Uint8Array;
  readonly stack: readonly Region[] | undefined;
}

/** Returns what a state of the model is made of; the same each time, since all programs on a map begin with one state. */
const partsOf = computedOnce((state: ModelState): FlatParts => {
  const { starts, owners, stack } = state.parts();
  const places = new Uint8Array(owners.length); // entry by entry: `from` takes ten times as long
  for (let i = 0; i < places.length; i += 1) places[i] = OWNERS.indexOf(owners[i] ?? 'absent');
  return { starts: new Float64Array(starts), owners: places, stack };
});

export class LeanState implements Ownership {
  world: World;
  policies: readonly Policy[];
  /** Page frames of each owner; of `absent`, none are counted. */
  readonly counts = new Float64Array(OWNERS.length);
  /** Free page frames of the stack zone. */
  freeInStack = ANY_NUMBER;
  isStackTracked = false;
  #starts = new Float64Array(ROOM);
  #owners = new Uint8Array(ROOM);
  extents = 0;
  #stackBases = new Float64Array(ROOM);
  #stackCounts = new Float64Array(ROOM);
  #depth = 0;
  /** The page frame that the last search for an aligned run would have found without alignment, up to the run; -1 if none. */
  lowestUnaligned = ANY_NUMBER;
  /** The place of the extent that was looked up last: a sweep asks for one after the other. */
  #near = 0;

  constructor(state: ModelState) {
    this.world = state.world;
    this.policies = state.policies;
    this.set(state);
  }

  /** Goes to a state of the model. O(extents + runs). */
  set(state: ModelState): void {
    this.world = state.world;
    this.policies = state.policies;
    this.counts[1] = state.countOf('firmware');
    this.counts[BOOT] = state.countOf('boot');
    this.counts[PMM] = state.countOf('pmm');
    this.counts[CALLER] = state.countOf('caller');
    this.freeInStack = state.freeIn('stack');
    const { starts, owners, stack } = partsOf(state);
    this.isStackTracked = stack !== undefined;
    this.#reserve(starts.length);
    this.#starts.set(starts);
    this.#owners.set(owners);
    this.extents = starts.length;
    this.#near = 0;
    this.#depth = 0;
    if (stack === undefined) return;
    for (let i = stack.length - 1; i >= 0; i -= 1) this.#push(stack[i]?.base ?? 0, stack[i]?.count ?? 0);
  }

  /** A manager that adds or removes memory is left to the model's judge. */
  get total(): PageCount {
    return this.world.total;
  }

  /** Returns the model's state that says the same. O(extents + runs). */
  toModel(): ModelState {
    const stack: Region[] = [];
    for (let i = this.#depth - 1; i >= 0; i -= 1)
      stack.push({ base: pfn(this.#stackBases[i] ?? 0), count: pageCount(this.#stackCounts[i] ?? 0) });
    const owners = [...this.#owners.subarray(0, this.extents)];
    return ModelState.of(this.world, this.policies, {
      starts: [...this.#starts.subarray(0, this.extents)],
      owners: owners.map((owner) => OWNERS[owner] ?? 'absent'),
      stack: this.isStackTracked ? stack : undefined,
    });
  }

  /** Returns the owner of a page frame, as a number. */
  ownerAt(frame: number): number {
    return this.#owners[this.#find(frame)] ?? 0;
  }

  ownerOf(frame: Pfn): Owner {
    return OWNERS[this.ownerAt(frame)] ?? 'absent';
  }

  countOf(owner: Exclude<Owner, 'absent'>): PageCount {
    return pageCount(this.counts[OWNERS.indexOf(owner)] ?? 0);
  }

  freeIn(zone: Zone): PageCount {
    return pageCount(zone === 'stack' ? this.freeInStack : this.freeInBitmap);
  }

  get free(): number {
    return this.counts[PMM] ?? 0;
  }

  get freeInBitmap(): number {
    return (this.counts[PMM] ?? 0) - this.freeInStack;
  }

  /** Page frames that a caller holds. */
  get held(): number {
    return this.counts[CALLER] ?? 0;
  }

  /** Boot memory that nobody has handed over. */
  get boot(): number {
    return this.counts[BOOT] ?? 0;
  }

  /** RAM that init withheld and nobody has handed over. */
  get withheld(): number {
    return (this.counts[1] ?? 0) + this.boot;
  }

  firstFailing({ base, count }: Region, test: OwnerTest): Pfn | null {
    for (let i = this.#find(base), from: number = base; from < base + count; i += 1) {
      const to = this.#end(i);
      if (!test(OWNERS[this.#owners[i] ?? 0] ?? 'absent', from, Math.min(to, base + count))) return pfn(from);
      from = to;
    }
    return null;
  }

  /** Returns the first page frame of [base, end) that may not be freed, or `end`. O(log extents + extents met). */
  firstKept(base: number, end: number): number {
    for (let i = this.#find(base), from = base; from < end; i += 1) {
      if (!isFreeableOwner(this.#owners[i] ?? 0)) return from;
      from = this.#end(i);
    }
    return end;
  }

  /** Whether all page frames of [base, end) have one owner. */
  isAll(base: number, end: number, owner: number): boolean {
    const i = this.#find(base);
    return this.#owners[i] === owner && this.#end(i) >= end;
  }

  lowestFit({ count, limit, alignment }: FitRequest): Pfn | null {
    const found = this.lowestRun(count, limit, alignment);
    return found < 0 ? null : pfn(found);
  }

  /** Returns the first page frame of the lowest free run that fits below `limit`, or -1. O(extents below it). Sets {@link lowestUnaligned}. */
  lowestRun(count: number, limit: number, alignment: number): number {
    this.lowestUnaligned = -1;
    if (count > this.freeInBitmap) return -1;
    const [starts, owners, extents] = [this.#starts, this.#owners, this.extents];
    let end = 0;
    for (let i = 0; i < extents && end < limit; i += 1) {
      const start = end;
      end = i + 1 < extents ? (starts[i + 1] ?? 0) : PFN_LIMIT;
      if (owners[i] !== PMM || start + count > Math.min(end, limit)) continue;
      if (alignment === 1) return start;
      if (this.lowestUnaligned < 0) this.lowestUnaligned = start;
      const lowest = Math.ceil(start / alignment) * alignment;
      if (lowest + count <= Math.min(end, limit)) return lowest;
    }
    return -1;
  }

  /** A manager that keeps page frames which nobody knows is left to the model's judge. */
  get unnamed(): number {
    return 0;
  }

  perhapsKept(): readonly Region[] {
    return [];
  }

  heldRun(): null {
    return null;
  }

  /** A manager that counts references is left to the model's judge. */
  referencesTo(frame: Pfn): number {
    return isFreeableOwner(this.ownerAt(frame)) ? 1 : 0;
  }

  firstShared(): null {
    return null;
  }

  stackTop(count: PageCount): readonly Pfn[] | null {
    return this.isStackTracked ? Array.from({ length: count }, (_, k) => pfn(this.fromTop(k))) : null;
  }

  /** Returns the page frame that lies below `k` others on the free stack; -1 where there is none. O(runs above it). */
  fromTop(k: number): number {
    let above = k;
    for (let i = this.#depth - 1; i >= 0; i -= 1) {
      const count = this.#stackCounts[i] ?? 0;
      if (above < count) return (this.#stackBases[i] ?? 0) + count - 1 - above;
      above -= count;
    }
    return -1;
  }

  /** The page frame on top of the free stack; -1 where it is empty. */
  get top(): number {
    const i = this.#depth - 1;
    return i < 0 ? -1 : (this.#stackBases[i] ?? 0) + (this.#stackCounts[i] ?? 0) - 1;
  }

  /** Whether `count` page frames are what the free stack hands out next, in this order. O(count). */
  isTop(frames: Float64Array, count: number): boolean {
    let done = 0;
    for (let i = this.#depth - 1; i >= 0 && done < count; i -= 1) {
      const base = this.#stackBases[i] ?? 0;
      for (let frame = base + (this.#stackCounts[i] ?? 0) - 1; frame >= base && done < count; frame -= 1) {
        if (frames[done] !== frame) return false;
        done += 1;
      }
    }
    return done === count;
  }

  /** Gives free page frames to a caller. */
  take(base: number, count: number): void {
    this.#give(base, base + count, CALLER);
    const inStack = this.#inStack(base, count);
    this.counts[PMM] = (this.counts[PMM] ?? 0) - count;
    this.counts[CALLER] = (this.counts[CALLER] ?? 0) + count;
    this.freeInStack -= inStack;
    if (this.isStackTracked) this.#pop(inStack);
  }

  /** Takes page frames back, each a caller's or boot memory. */
  giveBack(base: number, count: number): void {
    const end = base + count;
    for (let i = this.#find(base), from = base; from < end; i += 1) {
      const to = Math.min(this.#end(i), end);
      const owner = this.#owners[i] ?? 0;
      this.counts[owner] = (this.counts[owner] ?? 0) - (to - from);
      from = to;
    }
    this.#give(base, end, PMM);
    const inStack = this.#inStack(base, count);
    this.counts[PMM] = (this.counts[PMM] ?? 0) + count;
    this.freeInStack += inStack;
    if (this.isStackTracked && inStack > 0) this.#push(end - inStack, inStack);
  }

  /** Whether runs that a manager reports, whatever they are, say of every page frame what this state does. O(extents + runs). */
  agreesWith(runs: Iterable<InspectedRun>): boolean {
    let covered = 0;
    for (const { base, count, condition } of runs) {
      if (!(Number.isSafeInteger(base) && Number.isSafeInteger(count) && base >= covered && count >= 0))
        return false;
      if (!this.#isThroughout(covered, base, 'unmanaged')) return false;
      if (!this.#isThroughout(base, base + count, condition)) return false;
      covered = base + count;
    }
    return covered <= PFN_LIMIT && this.#isThroughout(covered, PFN_LIMIT, 'unmanaged');
  }

  #isThroughout(base: number, end: number, condition: string): boolean {
    for (let i = this.#find(base), from = base; from < end; i += 1) {
      const owner = this.#owners[i] ?? 0;
      const actual = owner === PMM ? 'free' : isFreeableOwner(owner) ? 'held' : 'unmanaged';
      if (actual !== condition) return false;
      from = this.#end(i);
    }
    return true;
  }

  #inStack(base: number, count: number): number {
    return Math.min(count, Math.max(0, base + count - this.world.bitmapLimit));
  }

  #end(i: number): number {
    return i + 1 < this.extents ? (this.#starts[i + 1] ?? PFN_LIMIT) : PFN_LIMIT;
  }

  /** Returns the place of the extent that a page frame lies in. */
  #find(frame: number): number {
    const starts = this.#starts;
    const near = this.#near;
    if (near < this.extents && (starts[near] ?? 0) <= frame && frame < this.#end(near)) return near;
    const after = near + 1;
    if (after < this.extents && (starts[after] ?? 0) <= frame && frame < this.#end(after)) {
      this.#near = after;
      return after;
    }
    let low = 0;
    let high = this.extents;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= frame) low = middle;
      else high = middle;
    }
    this.#near = low;
    return low;
  }

  /** Gives [base, end) to an owner: `kept` extents stay before it, and those from `after` on behind it. */
  #give(base: number, end: number, owner: number): void {
    if (base >= end) return;
    const first = this.#find(base);
    let kept = (this.#starts[first] ?? 0) === base ? first : first + 1;
    let last = first;
    while (this.#end(last) < end) last += 1;
    let after = last + 1;
    let tail = -1;
    if (this.#end(last) > end) tail = this.#owners[last] ?? 0;
    else if (after < this.extents && this.#owners[after] === owner) after += 1;
    if (tail === owner) tail = -1;
    const begins = kept === 0 || this.#owners[kept - 1] !== owner;
    const added = (begins ? 1 : 0) + (tail < 0 ? 0 : 1);
    this.#shift(after, kept + added);
    if (begins) {
      this.#starts[kept] = base;
      this.#owners[kept] = owner;
      kept += 1;
    }
    if (tail >= 0) {
      this.#starts[kept] = end;
      this.#owners[kept] = tail;
    }
    this.#near = first;
  }

  /** Moves the extents from a place on to another place. */
  #shift(from: number, to: number): void {
    if (from === to) return;
    const extents = this.extents + to - from;
    this.#reserve(extents);
    const [starts, owners, count] = [this.#starts, this.#owners, this.extents];
    if (count - from > 64) {
      starts.copyWithin(to, from, count);
      owners.copyWithin(to, from, count);
    } else if (to > from)
      for (let i = count - 1; i >= from; i -= 1) {
        starts[i + to - from] = starts[i] ?? 0;
        owners[i + to - from] = owners[i] ?? 0;
      }
    else
      for (let i = from; i < count; i += 1) {
        starts[i + to - from] = starts[i] ?? 0;
        owners[i + to - from] = owners[i] ?? 0;
      }
    this.extents = extents;
  }

  #reserve(extents: number): void {
    if (extents <= this.#starts.length) return;
    this.#starts = grown(new Float64Array(2 * extents), this.#starts);
    this.#owners = grown(new Uint8Array(2 * extents), this.#owners);
  }

  #push(base: number, count: number): void {
    const top = this.#depth - 1;
    if (top >= 0 && (this.#stackBases[top] ?? 0) + (this.#stackCounts[top] ?? 0) === base) {
      this.#stackCounts[top] = (this.#stackCounts[top] ?? 0) + count;
      return;
    }
    if (this.#depth === this.#stackBases.length) {
      this.#stackBases = grown(new Float64Array(2 * this.#depth), this.#stackBases);
      this.#stackCounts = grown(new Float64Array(2 * this.#depth), this.#stackCounts);
    }
    this.#stackBases[this.#depth] = base;
    this.#stackCounts[this.#depth] = count;
    this.#depth += 1;
  }

  #pop(count: number): void {
    for (let left = count; left > 0 && this.#depth > 0; ) {
      const top = this.#depth - 1;
      const pages = this.#stackCounts[top] ?? 0;
      if (pages > left) {
        this.#stackCounts[top] = pages - left;
        return;
      }
      left -= pages;
      this.#depth = top;
    }
  }
}

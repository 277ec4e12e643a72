/**
 * Dry runs: a program is drawn before it runs. The meaning of an operation depends on the allocations before it. For a target that
 * takes whole programs, a stand-in answers while the program is drawn: it grants the requests that the profile says must be granted,
 * with the lowest page frames, or with the top of the free stack if the target promises `lifo`. The target grants the same requests,
 * mostly with other page frames, so the program means the same there.
 */
import { applied, ModelState } from '../model/index.ts';
import {
  type Argument,
  type Asked,
  addressesOf,
  askedOf,
  beyond,
  describedCall,
  endOf,
  expectation,
  givenBack,
  grantedBy,
  hasUndefined,
  isAllocation,
  isFree,
  isUncaught,
  leftUndefined,
  MISUSE_KINDS,
  type MisuseKind,
  namedRegions,
  namesResult,
  type Operation,
  type Outcome,
  PAGE_BYTES,
  PFN_LIMIT,
  type Pfn,
  type Policy,
  type Profile,
  pageCount,
  pfn,
  pfnAt,
  pfnLimit,
  type Reference,
  type Region,
  type ResultReference,
} from '../spec/index.ts';
import { FAILED, grantedOutcome, malformed } from './call-end.ts';
import { Results } from './results.ts';
import type { Scene } from './scene.ts';
import { hasOnlyU64 } from './target.ts';
import type { World } from './world.ts';

/** The kinds of misuse that a free may be, apart from `unaligned`, which only its address decides, and `present`, which is of `addRegion`. */
const ANY_MISUSE = MISUSE_KINDS.filter((kind) => kind !== 'unaligned' && kind !== 'present');
/** Of what was freed before: it may have been allocated again since. */
const FREED_BEFORE: readonly MisuseKind[] = ['double-free', 'repeated', 'part', 'shared'];
/** And where memory was added or removed: it may be gone. */
const FREED_OR_REMOVED: readonly MisuseKind[] = [...FREED_BEFORE, 'foreign'];
const MISUSED = malformed('misuse');

/** Pages [first, end) of a result. */
interface Pages {
  readonly first: number;
  readonly end: number;
}

function pagesFrom({ page }: ResultReference, count: Argument): Pages {
  return { first: page, end: page + Number(count) };
}

/** Returns the number of page frames that an operation requests, or that it names from each of its addresses on. */
function countOf(operation: Operation<bigint | Reference>): Argument {
  return 'count' in operation ? operation.count : 1n;
}

interface DryRunOptions {
  readonly policies: readonly Policy[];
  readonly profile: Profile;
}

export class DryRun implements Scene {
  readonly world: World;
  readonly results = new Results();
  readonly operations: Operation<Reference>[] = [];
  readonly #profile: Profile;
  /** The pages of each result that were freed by its name. Their page frames may have been allocated again since. */
  readonly #freedPages = new Map<number, Pages[]>();
  readonly #initial: ModelState;
  /** The page frames that were added or removed: on another target they may not have been. */
  readonly #moved: Region[] = [];
  #state: ModelState;

  constructor(world: World, { policies, profile }: DryRunOptions) {
    this.world = world;
    this.#profile = profile;
    this.#initial = ModelState.init(world.map, world.config, policies, profile);
    this.#state = this.#initial;
  }

  get state(): ModelState {
    return this.#state;
  }

  /** Adds an operation to the program if the target can be asked for it. Returns whether it was added. */
  perform(operation: Operation<Reference>): boolean {
    const resolved = this.results.resolve(operation);
    if (resolved === null || beyond(this.#profile, operation) !== null || !hasOnlyU64(resolved)) return false;
    const asked = askedOf(this.#state, resolved);
    const expected = expectation(this.#state, resolved, asked);
    const { kind } = expected;
    // Another page frame may be kept than here, and what is handed out decides what is misuse.
    if (kind === 'granted' && expected.isOpen && this.#state.unnamed > 0 && hasUndefined(this.#profile))
      return false;
    if (leftUndefined(this.#state, resolved) !== null || !this.#isSurelyDefined(operation)) return false;
    if (kind === 'granted' && hasUndefined(this.#profile)) this.#noteFreed(operation, resolved, asked);
    const outcome =
      kind === 'granted' ? this.#granted(resolved, asked) : kind === 'refused' ? FAILED : MISUSED;
    this.operations.push(operation);
    this.results.record(operation, { outcome });
    return true;
  }

  /** Whether the profile defines an operation wherever its results lie. */
  #isSurelyDefined(operation: Operation<Reference>): boolean {
    const count = countOf(operation);
    const { call } = operation;
    // Where another target has a result, the region may reach beyond the map.
    if (call === 'addRegion' && count !== 0n && namesResult(operation.address)) return false;
    if (!hasUndefined(this.#profile) || count === 0n || call === 'allocAt' || call === 'removeRegion')
      return true;
    if (call === 'addRegion')
      return (
        !isUncaught(this.#profile, 'present') ||
        this.#isAbsent(operation.address, count) ||
        (this.#isOutside(operation.address) && !isUncaught(this.#profile, 'argument'))
      );
    return addressesOf(operation).every((reference) =>
      this.#possibleMisuses(reference, count).every((kind) => !isUncaught(this.#profile, kind)),
    );
  }

  /** Whether an address is one of no page frame, on any target. */
  #isOutside(reference: Reference): boolean {
    if (namesResult(reference)) return false;
    return pfnAt(this.world.config, reference.absolute) === null;
  }

  /** Whether `count` page frames from an address on are not RAM, on any target. */
  #isAbsent(reference: Reference, count: Argument): boolean {
    if (namesResult(reference)) return false;
    const base = pfnAt(this.world.config, reference.absolute);
    if (base === null || base + Number(count) > PFN_LIMIT) return false;
    const end = base + Number(count);
    const isMoved = this.#moved.some((region) => region.base < end && base < endOf(region));
    const region = { base, count: pageCount(Number(count)) };
    return !isMoved && this.#initial.firstFailing(region, (owner) => owner === 'absent') === null;
  }

  /** Returns the kinds of misuse that `count` page frames from an address on may be on some target. */
  #possibleMisuses(reference: Reference, count: Argument): readonly MisuseKind[] {
    if (!namesResult(reference)) {
      if (this.#isBoot(reference.absolute, count)) return [];
      const frame = pfnAt(this.world.config, reference.absolute);
      if (frame === null) return ['argument'];
      const owner = count === 1n ? this.#state.ownerOf(frame) : null;
      // What was free at first may be free, allocated or kept there.
      const isForeign = owner === 'firmware' || (owner === 'absent' && this.#isAbsent(reference, count));
      return isForeign ? ['foreign'] : ANY_MISUSE;
    }
    const { result, page, offset } = reference;
    const isInside = offset >= 0n && offset < PAGE_BYTES;
    const isWithin = count === 1n || BigInt(page) + BigInt(count) <= BigInt(this.results.runOf(result));
    if (!isInside || !isWithin) return ANY_MISUSE;
    if (!this.#wasFreed(reference, count)) return [];
    return this.#moved.length === 0 ? FREED_BEFORE : FREED_OR_REMOVED;
  }

  #wasFreed(reference: ResultReference, count: Argument): boolean {
    const { first, end } = pagesFrom(reference, count);
    const freed = this.#freedPages.get(reference.result) ?? [];
    return freed.some((pages) => pages.first < end && first < pages.end);
  }

  #noteFreed(operation: Operation<Reference>, resolved: Operation, asked: Asked): void {
    const { effect } = describedCall(operation.call);
    if (effect === 'added' || effect === 'removed') this.#moved.push(...namedRegions(resolved, asked));
    if (!isFree(operation.call)) return;
    const count = countOf(operation);
    const { shared } = givenBack(this.#state, resolved, asked);
    for (const [i, reference] of addressesOf(operation).entries()) {
      const frame = asked.pfns[i] ?? null;
      const stays = count === 1n && frame !== null && shared.includes(frame);
      if (stays || !namesResult(reference)) continue;
      const freed = this.#freedPages.get(reference.result);
      if (freed === undefined) this.#freedPages.set(reference.result, [pagesFrom(reference, count)]);
      else freed.push(pagesFrom(reference, count));
    }
  }

  /** Whether `count` page frames from an absolute address on are boot memory, which is the same on every target. */
  #isBoot(address: bigint, count: bigint | number): boolean {
    const base = pfnAt(this.world.config, address);
    if (base === null || base + Number(count) > pfnLimit(this.#state.world.config)) return false;
    return this.#state.firstFailing({ base, count: pageCount(Number(count)) }, (o) => o === 'boot') === null;
  }

  #granted(operation: Operation, asked: Asked): Outcome {
    const outcome = grantedOutcome(this.#state, operation, asked, (count) => this.#singles(count));
    this.#state = applied(this.#state, operation, asked, grantedBy(this.#state, operation, { outcome }));
    return outcome;
  }

  /** Page frames that `alloc` may hand out next: the top of the free stack, or the lowest ones, the stack zone first. */
  #singles(count: number): readonly Pfn[] {
    const top = this.#state.stackTop(pageCount(count));
    if (top !== null) return top;
    const { bitmapLimit, profile } = this.#state.world;
    const frames = this.#lowest(bitmapLimit, PFN_LIMIT, count);
    if (frames.length < count && profile.singlePages !== 'stack-zone')
      frames.push(...this.#lowest(pfn(0), bitmapLimit, count - frames.length));
    return frames;
  }

  /** The lowest free page frames of [from, to), `count` at most. */
  #lowest(from: number, to: number, count: number): Pfn[] {
    const frames: Pfn[] = [];
    for (let at = from; at < to && frames.length < count; ) {
      const rest = { base: pfn(at), count: pageCount(to - at) };
      const first = this.#state.firstFailing(rest, (owner) => owner !== 'pmm');
      if (first === null) break;
      const wanted = { base: first, count: pageCount(Math.min(to - first, count - frames.length)) };
      const end = this.#state.firstFailing(wanted, (owner) => owner === 'pmm') ?? first + wanted.count;
      for (let frame: number = first; frame < end; frame += 1) frames.push(pfn(frame));
      at = end;
    }
    return frames;
  }
}

/**
 * Returns, for each operation of a program, the reason why its effect on a manager with undefined misuse is unknown, or null. The
 * answer errs on the safe side: a manager that hands out other page frames may define some of these operations.
 */
export function undefinedIn(
  world: World,
  program: readonly Operation<Reference>[],
  options: DryRunOptions,
): readonly (string | null)[] {
  const dryRun = new DryRun(world, options);
  return program.map((operation) => {
    if (dryRun.perform(operation)) return null;
    if (isAllocation(operation.call)) dryRun.results.record(operation, { outcome: FAILED });
    const isDefined = isAllocation(operation.call) && operation.call !== 'allocAt';
    return isDefined ? null : 'it is misuse, which this target leaves undefined';
  });
}

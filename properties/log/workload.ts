/**
 * Workloads: the calls of a kernel over a long time. Page frames are allocated and freed so that the number held stays about the same;
 * runs are requested with the limits and alignments of devices. If asked to, it sometimes makes a call that just fits, must be refused
 * or must panic. Deterministic in the seed.
 */

import type { LogEntry } from '../../counterexamples/log/index.ts';
import type { Performer } from '../../runner/index.ts';
import {
  beyond,
  type Call,
  type Config,
  hasUndefined,
  isAllocation,
  type MemoryMap,
  namedZones,
  type Operation,
  PAGE_BYTES,
  type Profile,
  type Response,
  STANDARD_CALLS,
  toHigherHalf,
  U64_MAX,
  WHOLE,
} from '../../spec/index.ts';
import { type Draws, drawsFrom } from '../random/draws.ts';

/**
 * The memory and the seed of a workload.
 * @public
 */
export interface WorkloadOptions {
  readonly map: MemoryMap;
  readonly config: Config;
  readonly seed: number;
  /** Number of calls before the first one that just fits, must be refused or must panic; null for no such calls. */
  readonly provokesFrom: number | null;
  /** The claims of the manager: no other calls are made. Default: the whole specification. */
  readonly profile?: Profile | undefined;
  /** Most single page frames held at a time. Default: {@link HELD_PAGES}. */
  readonly held?: number | undefined;
}

/** An allocated run of page frames, as it was returned. */
interface HeldRun {
  readonly address: bigint;
  readonly pages: number;
}

/** Most single page frames held; a busy kernel holds many, and frees about as many as it allocates. */
const HELD_PAGES = 20_000;
/** Runs are held one for so many single page frames. */
const PAGES_A_RUN = 40;
const BATCH_PAGES = 32;
const RUN_PAGES = 16;
/** Address limits of devices: ISA, 32 bits, none. */
const LIMITS = [0x100_0000n, 0x1_0000_0000n, U64_MAX];
const ALIGNMENTS = [PAGE_BYTES, PAGE_BYTES, 0x4000n, 0x1_0000n];
/** One call in this many just fits, must be refused or must panic. */
const PROVOCATION_INTERVAL = 50;

/** Least addresses of runs, and boundaries that they may not cross. */
const LEAST = [0n, 0x10_0000n, 0x100_0000n];
const BOUNDARIES = [0n, 0x1_0000n, 0x1000_0000n];
/** One call in this many is one that the profile adds, where it adds any. */
const ADDED_INTERVAL = 4;

export class Workload {
  readonly #draws: Draws;
  readonly #options: WorkloadOptions;
  readonly #profile: Profile;
  readonly #added: readonly Call[];
  readonly #limits: readonly bigint[];
  readonly #heldPages: number;
  readonly #heldRuns: number;
  /** Single page frames, each as often as there are references to it. */
  readonly #pages: bigint[] = [];
  readonly #references = new Map<bigint, number>();
  readonly #runs: HeldRun[] = [];
  readonly #removed: HeldRun[] = [];
  #freed: bigint;
  #freedRun: HeldRun | null = null;
  #calls = 0;

  constructor(options: WorkloadOptions) {
    this.#options = options;
    this.#profile = options.profile ?? WHOLE;
    this.#added = this.#profile.calls.filter((call) => !STANDARD_CALLS.includes(call));
    this.#limits = namedZones(this.#profile)?.map(({ below }) => below ?? U64_MAX) ?? LIMITS;
    this.#draws = drawsFrom(options.seed);
    this.#heldPages = options.held ?? HELD_PAGES;
    this.#heldRuns = Math.ceil(this.#heldPages / PAGES_A_RUN);
    const [first] = options.map.descriptors;
    this.#freed = first === undefined ? options.config.higherHalf : toHigherHalf(options.config, first.start);
  }

  /** Returns the next call. The caller must perform it: page frames that it frees count as freed. */
  next(): Operation {
    const { provokesFrom } = this.#options;
    const provokes = provokesFrom !== null && this.#calls >= provokesFrom;
    this.#calls += 1;
    if (provokes && this.#draws.below(PROVOCATION_INTERVAL) === 0) return this.#provocation();
    if (this.#added.length > 0 && this.#draws.below(ADDED_INTERVAL) === 0) {
      const added = this.#addedCall(this.#draws.of(this.#added));
      if (added !== null) return added;
    }
    const isCrowded = this.#pages.length > this.#draws.below(this.#heldPages);
    switch (this.#draws.below(10)) {
      case 0:
        return { call: 'freeAmount' };
      case 1:
      case 2:
        return this.#runs.length > this.#draws.below(this.#heldRuns) ? this.#freeRun() : this.#allocRun();
      case 3:
        return isCrowded
          ? this.#freeBatch()
          : { call: 'allocPages', count: BigInt(this.#draws.below(BATCH_PAGES)) };
      default:
        return isCrowded ? this.#free() : this.#single();
    }
  }

  /** Records the response to a call. */
  note(operation: Operation, { outcome }: Response): void {
    if (outcome.kind === 'addresses') for (const address of outcome.addresses) this.#hold(address);
    if (outcome.kind === 'done') this.#noteDone(operation);
    if (outcome.kind !== 'address') return;
    const pages = 'count' in operation ? Number(operation.count) : 1;
    const isWhole = this.#profile.calls.includes('freeRegion');
    if (isWhole && 'count' in operation) this.#runs.push({ address: outcome.address, pages });
    else for (let k = 0; k < pages; k += 1) this.#hold(outcome.address + BigInt(k) * PAGE_BYTES);
  }

  #noteDone(operation: Operation): void {
    if (operation.call === 'retain') this.#hold(operation.address);
    if (operation.call === 'removeRegion')
      this.#removed.push({ address: operation.address, pages: Number(operation.count) });
  }

  #hold(address: bigint): void {
    this.#pages.push(address);
    if (this.#added.includes('retain'))
      this.#references.set(address, (this.#references.get(address) ?? 0) + 1);
  }

  #single(): Operation {
    const { calls } = this.#profile;
    if (calls.includes('alloc')) return { call: 'alloc' };
    return calls.includes('allocPages') ? { call: 'allocPages', count: 1n } : this.#runOf(1n);
  }

  /** Removes a random page frame from those held, and returns it. */
  #takePage(): bigint | undefined {
    const at = this.#draws.below(this.#pages.length);
    const taken = this.#pages[at];
    const last = this.#pages.pop();
    if (last !== undefined && at < this.#pages.length) this.#pages[at] = last;
    if (taken !== undefined) this.#freed = taken;
    return taken;
  }

  /** Forgets one reference to a page frame. Returns how many there were. */
  #drop(address: bigint): number {
    const references = this.#references.get(address) ?? 1;
    if (references === 1) this.#references.delete(address);
    else this.#references.set(address, references - 1);
    return references;
  }

  /** Returns the call that gives back a page frame, or one reference to it. */
  #givenBack(address: bigint): Operation {
    const { calls, freesShared } = this.#profile;
    const isShared = this.#drop(address) > 1 && freesShared === 'never';
    if (calls.includes('release') && (isShared || !calls.includes('free')))
      return { call: 'release', address };
    if (calls.includes('free')) return { call: 'free', address };
    return calls.includes('freePages')
      ? { call: 'freePages', addresses: [address] }
      : { call: 'freeRegion', address, count: 1n };
  }

  #free(): Operation {
    const address = this.#takePage();
    return address === undefined ? this.#single() : this.#givenBack(address);
  }

  #freeBatch(): Operation {
    if (this.#added.includes('retain') || !this.#profile.calls.includes('freePages')) return this.#free();
    const count = Math.min(this.#pages.length, this.#draws.below(BATCH_PAGES));
    const taken = Array.from({ length: count }, () => this.#takePage());
    return { call: 'freePages', addresses: taken.filter((address) => address !== undefined) };
  }

  #allocRun(): Operation {
    return this.#runOf(BigInt(1 + this.#draws.below(RUN_PAGES)));
  }

  /** Returns a run with the arguments that the target has. */
  #runOf(wanted: bigint): Operation {
    const { calls, runArguments, contiguous } = this.#profile;
    const drawnLimit = this.#draws.of(this.#limits);
    const drawnAlignment = this.#draws.of(ALIGNMENTS);
    const count = contiguous === 'any' ? wanted : 1n << BigInt(wanted.toString(2).length - 1);
    const maxAddr = runArguments.includes('maxAddr') ? drawnLimit : U64_MAX;
    const alignment = runArguments.includes('alignment') ? drawnAlignment : PAGE_BYTES;
    if (calls.includes('allocBitmap') || !calls.includes('allocWithin'))
      return { call: 'allocBitmap', count, maxAddr, alignment };
    return { call: 'allocWithin', count, maxAddr, alignment, ...this.#bounds() };
  }

  #bounds(): { readonly minAddr: bigint; readonly boundary: bigint } {
    const { runArguments } = this.#profile;
    const minAddr = runArguments.includes('minAddr') ? this.#draws.of(LEAST) : 0n;
    return { minAddr, boundary: runArguments.includes('boundary') ? this.#draws.of(BOUNDARIES) : 0n };
  }

  /** Returns a call that only some managers have; null where nothing is there to make it with. */
  #addedCall(call: Call): Operation | null {
    const count = BigInt(1 + this.#draws.below(4));
    switch (call) {
      case 'retain': {
        const address = this.#pages[this.#draws.below(Math.max(1, this.#pages.length))];
        return address === undefined ? null : { call, address };
      }
      case 'release': {
        const address = this.#takePage();
        if (address === undefined) return null;
        this.#drop(address);
        return { call, address };
      }
      case 'allocAt':
      case 'removeRegion':
        return { call, address: this.#freed, count };
      case 'addRegion': {
        const removed = this.#removed.pop();
        return removed === undefined
          ? null
          : { call, address: removed.address, count: BigInt(removed.pages) };
      }
      case 'allocWithin': {
        const run = this.#allocRun();
        if (run.call === 'allocWithin') return run;
        return run.call === 'allocBitmap' ? { ...run, call, ...this.#bounds() } : null;
      }
      default:
        return null;
    }
  }

  #freeRun(): Operation {
    const at = this.#draws.below(this.#runs.length);
    const [taken] = this.#runs.splice(at, 1);
    if (taken === undefined) return this.#allocRun();
    this.#freed = taken.address;
    this.#freedRun = taken;
    return { call: 'freeRegion', address: taken.address, count: BigInt(taken.pages) };
  }

  /** Returns a request that the last freed run just fits: for as many page frames, below its end. */
  #tightRun({ address, pages }: HeldRun): Operation {
    const end = address - this.#options.config.higherHalf + BigInt(pages) * PAGE_BYTES;
    return { call: 'allocBitmap', count: BigInt(pages), maxAddr: end, alignment: PAGE_BYTES };
  }

  #provocation(): Operation {
    const profile = this.#profile;
    const { higherHalf } = this.#options.config;
    const provocations: readonly Operation[] = [
      ...(this.#freedRun === null ? [] : [this.#tightRun(this.#freedRun)]),
      { call: 'allocPages', count: U64_MAX },
      { call: 'allocBitmap', count: 0n, maxAddr: U64_MAX, alignment: PAGE_BYTES },
      { call: 'allocBitmap', count: 1n << 40n, maxAddr: U64_MAX, alignment: PAGE_BYTES },
      { call: 'free', address: this.#freed },
      { call: 'free', address: higherHalf - PAGE_BYTES },
      { call: 'freePages', addresses: [this.#freed, this.#freed] },
      { call: 'freeRegion', address: this.#freed, count: U64_MAX },
    ];
    const isDefined = ({ call }: Operation): boolean =>
      !hasUndefined(profile) || (isAllocation(call) && profile.outOfMemory === 'fails');
    return this.#draws.of(provocations.filter(isDefined));
  }
}

/** Returns the free amount that a response reports; `known` where it reports none, or one that is not a count of page frames. */
function freeIn({ amounts }: Response, known: number): number {
  return typeof amounts?.free === 'number' ? amounts.free : known;
}

/**
 * Makes `operations` calls of a workload on a manager, and yields each with its response.
 * @public
 */
export function* runWorkload(
  performer: Performer,
  options: WorkloadOptions,
  operations: number,
): Generator<LogEntry, void> {
  const workload = new Workload(options);
  // The free page frames of both zones are at least as many as those in the stack zone.
  let free = freeIn(performer.started, 0);
  const { profile = WHOLE } = options;
  for (let i = 0; i < operations; i += 1) {
    const operation = workload.next();
    if (beyond(profile, operation) !== null) continue;
    const response = performer.perform(operation, free);
    free = freeIn(response, free);
    workload.note(operation, response);
    yield { operation, response };
  }
}

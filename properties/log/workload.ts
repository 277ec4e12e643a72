/**
 * Workloads: the calls of a kernel over a long time. Page frames are allocated and freed so that the number held stays about the same;
 * runs are requested with the limits and alignments of devices. If asked to, it sometimes makes a call that just fits, must be refused
 * or must panic. Deterministic in the seed.
 */

import type { LogEntry } from '../../counterexamples/log/index.ts';
import type { Performer } from '../../runner/index.ts';
import {
  beyond,
  type Config,
  hasUndefined,
  isAllocation,
  type MemoryMap,
  type Operation,
  PAGE_BYTES,
  type Profile,
  type Response,
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
}

/** An allocated run of page frames, as it was returned. */
interface HeldRun {
  readonly address: bigint;
  readonly pages: number;
}

/** Most single page frames held; a busy kernel holds many, and frees about as many as it allocates. */
const HELD_PAGES = 20_000;
const HELD_RUNS = 500;
const BATCH_PAGES = 32;
const RUN_PAGES = 16;
/** Address limits of devices: ISA, 32 bits, none. */
const LIMITS = [0x100_0000n, 0x1_0000_0000n, U64_MAX];
const ALIGNMENTS = [PAGE_BYTES, PAGE_BYTES, 0x4000n, 0x1_0000n];
/** One call in this many just fits, must be refused or must panic. */
const PROVOCATION_INTERVAL = 50;

export class Workload {
  readonly #draws: Draws;
  readonly #options: WorkloadOptions;
  readonly #pages: bigint[] = [];
  readonly #runs: HeldRun[] = [];
  #freed: bigint;
  #freedRun: HeldRun | null = null;
  #calls = 0;

  constructor(options: WorkloadOptions) {
    this.#options = options;
    this.#draws = drawsFrom(options.seed);
    const [first] = options.map.descriptors;
    this.#freed = first === undefined ? options.config.higherHalf : toHigherHalf(options.config, first.start);
  }

  /** Returns the next call. The caller must perform it: page frames that it frees count as freed. */
  next(): Operation {
    const { provokesFrom } = this.#options;
    const provokes = provokesFrom !== null && this.#calls >= provokesFrom;
    this.#calls += 1;
    if (provokes && this.#draws.below(PROVOCATION_INTERVAL) === 0) return this.#provocation();
    const isCrowded = this.#pages.length > this.#draws.below(HELD_PAGES);
    switch (this.#draws.below(10)) {
      case 0:
        return { call: 'freeAmount' };
      case 1:
      case 2:
        return this.#runs.length > this.#draws.below(HELD_RUNS) ? this.#freeRun() : this.#allocRun();
      case 3:
        return isCrowded
          ? this.#freeBatch()
          : { call: 'allocPages', count: BigInt(this.#draws.below(BATCH_PAGES)) };
      default:
        return isCrowded ? this.#free() : { call: 'alloc' };
    }
  }

  /** Records the response to a call. */
  note(operation: Operation, { outcome }: Response): void {
    if (outcome.kind === 'addresses') this.#pages.push(...outcome.addresses);
    if (outcome.kind !== 'address') return;
    if (operation.call === 'allocBitmap')
      this.#runs.push({ address: outcome.address, pages: Number(operation.count) });
    else this.#pages.push(outcome.address);
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

  #free(): Operation {
    const address = this.#takePage();
    return address === undefined ? { call: 'alloc' } : { call: 'free', address };
  }

  #freeBatch(): Operation {
    const count = Math.min(this.#pages.length, this.#draws.below(BATCH_PAGES));
    const taken = Array.from({ length: count }, () => this.#takePage());
    return { call: 'freePages', addresses: taken.filter((address) => address !== undefined) };
  }

  #allocRun(): Operation {
    return {
      call: 'allocBitmap',
      count: BigInt(1 + this.#draws.below(RUN_PAGES)),
      maxAddr: this.#draws.of(LIMITS),
      alignment: this.#draws.of(ALIGNMENTS),
    };
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
    const { config, profile = WHOLE } = this.#options;
    const { higherHalf } = config;
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

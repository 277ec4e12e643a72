/**
 * Random concurrent scenarios: a few page frames in each zone, so that callers compete for them, a short program before, and two
 * or three callers with one to three calls each. Deterministic in the draws.
 */
import {
  config,
  isAllocation,
  memoryMap,
  type Operation,
  PAGE_BYTES,
  type Policy,
  type Reference,
  U64_MAX,
} from '../../spec/index.ts';
import type { Draws } from '../random/draws.ts';
import type { ConcurrentScenario } from './scenario.ts';

/** Most page frames in a zone; the least is 1. */
const ZONE_FRAMES = 4;
const BEFORE_CALLS = 3;
const CALLERS_CALLS = 3;

type Named = Operation<Reference>;

interface Zones {
  readonly bitmapFrames: number;
  readonly stackFrames: number;
}

/** Writes one program, which can refer to the results of `results` earlier allocations. */
class Writer {
  readonly #draws: Draws;
  readonly #zones: Zones;
  #results: number;

  constructor(draws: Draws, zones: Zones, results: number) {
    this.#draws = draws;
    this.#zones = zones;
    this.#results = results;
  }

  /** Allocates the whole bitmap zone, then one page frame more. */
  fillBitmapZone(): readonly Named[] {
    this.#results += 2;
    const run = { call: 'allocBitmap', maxAddr: U64_MAX, alignment: PAGE_BYTES } as const;
    return [
      { ...run, count: BigInt(this.#zones.bitmapFrames) },
      { ...run, count: 1n },
    ];
  }

  program(calls: number): readonly Named[] {
    return Array.from({ length: calls }, () => {
      const operation = this.#operation();
      if (isAllocation(operation.call)) this.#results += 1;
      return operation;
    });
  }

  #operation(): Named {
    const draws = this.#draws;
    const isFree = this.#results > 0 && draws.below(2) === 0;
    return isFree ? this.#free() : this.#other(draws.below(8));
  }

  #other(kind: number): Named {
    const { bitmapFrames, stackFrames } = this.#zones;
    switch (kind) {
      case 0:
      case 1:
        return { call: 'alloc' };
      case 2:
      case 3:
        return { call: 'allocPages', count: BigInt(this.#draws.below(stackFrames + 1)) };
      case 4:
      case 5:
      case 6:
        return this.#run(bitmapFrames);
      default:
        return { call: this.#draws.of(['freeAmount', 'freeAmount', 'reservedAmount', 'totalAmount']) };
    }
  }

  #run(bitmapFrames: number): Named {
    const count = BigInt(1 + this.#draws.below(bitmapFrames));
    const alignment = PAGE_BYTES * BigInt(1 + this.#draws.below(2));
    return { call: 'allocBitmap', count, maxAddr: U64_MAX, alignment };
  }

  #free(): Named {
    const draws = this.#draws;
    const page = (): Reference => ({ result: draws.below(this.#results), page: draws.below(2), offset: 0n });
    switch (draws.below(4)) {
      case 0:
        return { call: 'freePages', addresses: Array.from({ length: 1 + draws.below(2) }, page) };
      case 1:
        return { call: 'freeRegion', address: page(), count: BigInt(1 + draws.below(ZONE_FRAMES)) };
      default:
        return { call: 'free', address: { ...page(), page: 0 } };
    }
  }
}

/** Returns the scenario that the draws make. */
export function randomScenario(draws: Draws, policies: readonly Policy[]): ConcurrentScenario {
  const zones = { bitmapFrames: 1 + draws.below(ZONE_FRAMES), stackFrames: 1 + draws.below(ZONE_FRAMES) };
  const pages = zones.bitmapFrames + zones.stackFrames;
  const map = memoryMap([{ type: 'conventional', start: 0n, pages }], 'a few page frames');
  const writer = new Writer(draws, zones, 0);
  const full = draws.below(4) === 0 ? writer.fillBitmapZone() : [];
  const before = [...full, ...writer.program(draws.below(BEFORE_CALLS))];
  const results = before.filter(({ call }) => isAllocation(call)).length;
  const callers = Array.from({ length: 2 + draws.below(2) }, () =>
    new Writer(draws, zones, results).program(1 + draws.below(CALLERS_CALLS)),
  );
  const bitmapMaxAddr = BigInt(zones.bitmapFrames) * PAGE_BYTES;
  return { map, config: config({ bitmapMaxAddr }), policies, before, callers };
}

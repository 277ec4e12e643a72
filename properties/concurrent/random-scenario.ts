/**
 * Random concurrent scenarios: a few page frames in each zone, so that callers compete for them, a short program before, and two
 * or three callers with one to three calls each. In half of them boot memory lies across the limit of the zones, which each caller may
 * free. One in eight is long: a call in two is a burst, made many times, or the frees of many results in order or in reverse.
 * Deterministic in the draws.
 */
import {
  config,
  HIGHER_HALF_48,
  isAllocation,
  type MemoryMap,
  type MemoryType,
  mapAddresses,
  memoryMap,
  namesResult,
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
const LONG_ZONE_FRAMES = 24;
/** Page frames of boot memory on each side of the limit are at most this many. */
const BOOT_FRAMES = 2;
const BEFORE_CALLS = 3;
const CALLERS_CALLS = 3;
/** Calls of a burst are at most this many. */
const LONGEST_BURST = 12;

type Named = Operation<Reference>;

interface Zones {
  /** Page frames that are free at first. */
  readonly bitmapFrames: number;
  readonly stackFrames: number;
  /** Page frames of boot memory between these. */
  readonly bootBelow: number;
  readonly bootAbove: number;
  readonly isLong: boolean;
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
    return Array.from({ length: calls }, () => this.#step()).flat();
  }

  /** Writes a call, or the calls of a burst. */
  #step(): readonly Named[] {
    const draws = this.#draws;
    const operation = this.#operation();
    const times = this.#zones.isLong && draws.below(2) === 0 ? 2 + draws.below(LONGEST_BURST - 1) : 1;
    if (isAllocation(operation.call)) this.#results += times;
    const step = draws.below(2) === 0 ? 1 : this.#results - 1;
    return Array.from({ length: times }, (_, k) =>
      k === 0 ? operation : this.#withLater(operation, k * step),
    );
  }

  /** Returns a call that names results so much later, or from the first on again. */
  #withLater(operation: Named, by: number): Named {
    const later = (reference: Reference): Reference =>
      namesResult(reference) ? { ...reference, result: (reference.result + by) % this.#results } : reference;
    return mapAddresses(operation, later) ?? operation;
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

  /** Names a page frame of the boot memory. */
  #bootPage(page: number): Reference {
    return { absolute: HIGHER_HALF_48 + BigInt(this.#zones.bitmapFrames + page) * PAGE_BYTES };
  }

  #free(): Named {
    const draws = this.#draws;
    const page = (): Reference => ({ result: draws.below(this.#results), page: draws.below(2), offset: 0n });
    const boot = this.#zones.bootBelow + this.#zones.bootAbove;
    const any = (): Reference =>
      boot > 0 && draws.below(4) === 0 ? this.#bootPage(draws.below(boot)) : page();
    switch (draws.below(boot > 0 ? 5 : 4)) {
      case 0:
        return { call: 'freePages', addresses: Array.from({ length: 1 + draws.below(2) }, any) };
      case 1:
        return { call: 'freeRegion', address: any(), count: BigInt(1 + draws.below(ZONE_FRAMES)) };
      case 4:
        return { call: 'freeRegion', address: this.#bootPage(0), count: BigInt(boot) };
      default:
        return { call: 'free', address: { ...page(), page: 0 } };
    }
  }
}

/** Returns the free page frames of the two zones and the boot memory between them. */
function zonesOf(draws: Draws): Zones {
  const isLong = draws.below(8) === 0;
  const frames = (): number => 1 + draws.below(isLong ? LONG_ZONE_FRAMES : ZONE_FRAMES);
  const boot = draws.below(2) === 0 ? BOOT_FRAMES : 0;
  const bootFrames = (): number => (boot === 0 ? 0 : 1 + draws.below(boot));
  return {
    bitmapFrames: frames(),
    stackFrames: frames(),
    bootBelow: bootFrames(),
    bootAbove: bootFrames(),
    isLong,
  };
}

function mapOf({ bitmapFrames, stackFrames, bootBelow, bootAbove }: Zones): MemoryMap {
  const segments: readonly (readonly [MemoryType, number])[] = [
    ['conventional', bitmapFrames],
    ['loaderData', bootBelow + bootAbove],
    ['conventional', stackFrames],
  ];
  let end = 0n;
  const descriptors = segments.map(([type, pages]) => {
    const start = end;
    end += BigInt(pages) * PAGE_BYTES;
    return { type, start, pages };
  });
  return memoryMap(
    descriptors.filter(({ pages }) => pages > 0),
    'a few page frames',
  );
}

/** Returns the scenario that the draws make. */
export function randomScenario(draws: Draws, policies: readonly Policy[]): ConcurrentScenario {
  const zones = zonesOf(draws);
  const map = mapOf(zones);
  const writer = new Writer(draws, zones, 0);
  const full = draws.below(4) === 0 ? writer.fillBitmapZone() : [];
  const before = [...full, ...writer.program(draws.below(BEFORE_CALLS))];
  const results = before.filter(({ call }) => isAllocation(call)).length;
  const callers = Array.from({ length: 2 + draws.below(2) }, () =>
    new Writer(draws, zones, results).program(1 + draws.below(CALLERS_CALLS)),
  );
  const bitmapMaxAddr = BigInt(zones.bitmapFrames + zones.bootBelow) * PAGE_BYTES;
  return { map, config: config({ bitmapMaxAddr }), policies, before, callers };
}

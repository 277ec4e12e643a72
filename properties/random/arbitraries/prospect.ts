/**
 * Prospects: what a call is drawn in view of: the state, the results so far, and the landmarks of the world. Landmarks are the places of
 * a memory map where allocators go wrong, the page frames at which a descriptor or a zone begins or ends, and the regions of each owner
 * after init. They are computed once for each world.
 */
import type { Scene, World } from '../../../runner/index.ts';
import { HigherHalf, NumberedCall } from '../../../runner/lean/index.ts';
import {
  bitmapLimit,
  type Config,
  endOf,
  isFreeable,
  isPart,
  type MemoryMap,
  type Owner,
  type Ownership,
  ownedRegions,
  PAGE_SIZE,
  PFN_LIMIT,
  pfn,
  pfnAt,
  pfnEnd,
  type Region,
} from '../../../spec/index.ts';
import { bitsOf, type Digits } from '../draws.ts';

/** The results of a program so far, as page frames. */
export interface ResultFrames {
  readonly handedOut: readonly number[];
  readonly perhapsHeld: readonly number[];
  noteFreed(place: number): void;
  pagesOf(result: number): number;
  /** Returns a page frame of a result, modulo its length; -1 where its address maps none. */
  frameOf(result: number, page: number): number;
}

/** The state in view of which a call is drawn, and the call that it is drawn into. */
export interface Prospect {
  readonly call: NumberedCall;
  readonly world: World;
  readonly state: Ownership;
  readonly results: ResultFrames;
}

/** The edges of a world, and its regions by owner. */
export interface Landmarks {
  /** Page frames where a descriptor or zone begins or ends, ascending and distinct; never empty. */
  readonly edges: readonly [number, ...number[]];
  /** Regions by their owner after init, in map order, without empty ones. */
  readonly regions: Readonly<Record<Owner, readonly Region[]>>;
}

function computed({ map, config }: World): Landmarks {
  const edges = new Set<number>([bitmapLimit(config), pfnEnd(map)]);
  const regions: Record<Owner, Region[]> = {
    absent: [],
    firmware: [],
    boot: [],
    pmm: [],
    kept: [],
    caller: [],
  };
  for (const region of ownedRegions(map)) {
    edges.add(region.base).add(endOf(region));
    regions[region.owner].push(region);
  }
  edges.delete(0);
  return { edges: [0, ...[...edges].sort((a, b) => a - b)], regions };
}

/** The last landmarks computed: a program asks for the same ones again and again. */
let last: { readonly map: MemoryMap; readonly config: Config; readonly landmarks: Landmarks } | null = null;

/**
 * Returns the landmarks of a world. O(descriptors log descriptors); O(1) for the world of the previous call.
 * @internal
 */
export function landmarksOf(world: World): Landmarks {
  const { map, config } = world;
  if (last === null || last.map !== map || last.config !== config)
    last = { map, config, landmarks: computed(world) };
  return last.landmarks;
}

const AROUND_AN_EDGE = [0, 1, -1, PAGE_SIZE, -PAGE_SIZE] as const;

export function edgeAddress({ world }: Prospect, digits: Digits): number {
  const { edges } = landmarksOf(world);
  return Math.max(0, digits.of(edges) * PAGE_SIZE + digits.of(AROUND_AN_EDGE));
}

/** Returns a page frame at which a descriptor or a zone begins or ends, or a word, a leaf, a section or any other power of two. */
export function edgeFrame({ world }: Prospect, digits: Digits): number {
  const { edges, regions } = landmarksOf(world);
  const region = regions[digits.of(['pmm', 'boot'] as const)];
  const { base, count } = region[digits.next(Math.max(1, region.length))] ?? { base: 0, count: 0 };
  if (digits.next(2) === 0 || count < 2) return digits.of(edges);
  const unit = 2 ** (2 + digits.next(bitsOf(base + count)));
  const edge = Math.ceil((base + 1) / unit) * unit;
  return edge < base + count ? edge : base;
}

/** Whether a caller has a page frame. */
export function isHeld({ state }: Prospect, frame: number): boolean {
  return frame >= 0 && state.ownerOf(pfn(frame)) === 'caller';
}

/** Whether a page frame is held, and may be freed alone. */
export function isHeldAlone(prospect: Prospect, frame: number): boolean {
  return isHeld(prospect, frame) && !isPart(prospect.state, pfn(frame), 1n);
}

/** Whether a page frame may be freed alone, by a caller or as boot memory. */
export function mayBeFreed({ state }: Prospect, frame: number): boolean {
  if (!(frame >= 0 && frame < PFN_LIMIT)) return false;
  return isFreeable(state.ownerOf(pfn(frame))) && !isPart(state, pfn(frame), 1n);
}

/** The prospect of a scene: what the model's judge has, in numbers. */
export class SceneProspect implements Prospect, ResultFrames {
  readonly call = new NumberedCall();
  readonly half: HigherHalf;
  readonly #scene: Scene;

  constructor(scene: Scene) {
    this.#scene = scene;
    this.half = new HigherHalf(scene.world.config);
  }

  get world(): World {
    return this.#scene.world;
  }

  get state(): Ownership {
    return this.#scene.state;
  }

  get results(): ResultFrames {
    return this;
  }

  get handedOut(): readonly number[] {
    return this.#scene.results.handedOut;
  }

  get perhapsHeld(): readonly number[] {
    return this.#scene.results.perhapsHeld;
  }

  noteFreed(place: number): void {
    this.#scene.results.noteFreed(place);
  }

  pagesOf(result: number): number {
    return this.#scene.results.pagesOf(result);
  }

  frameOf(result: number, page: number): number {
    const address = this.#scene.results.addressOf({ result, page, offset: 0n });
    return (address === null ? null : pfnAt(this.world.config, address)) ?? -1;
  }
}

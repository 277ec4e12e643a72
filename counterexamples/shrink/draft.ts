/**
 * Drafts: scenarios in the form that the shrinker changes, thousands of them a second. A descriptor is a type and page frames,
 * the bitmap limit a page frame, and nothing is validated until the draft becomes a scenario again. The key of a draft is a
 * short string; two drafts share it exactly when they are the same scenario.
 */
import {
  addressesOf,
  addressOf,
  argumentAt,
  bitmapLimit,
  CALLS,
  type Call,
  type Config,
  config,
  describedCall,
  type MemoryMap,
  type MemoryType,
  memoryMap,
  namesResult,
  type Operation,
  PAGE_BYTES,
  PFN_LIMIT,
  type Policy,
  type Program,
  parametersOf,
  pfn,
  type Reference,
  regionOf,
  type Scenario,
} from '../../spec/index.ts';

/** A descriptor in page frames: [base, base + pages). */
export interface DraftDescriptor {
  readonly type: MemoryType;
  readonly base: number;
  readonly pages: number;
}

/** A scenario in page frames. */
export interface Draft {
  readonly descriptors: readonly DraftDescriptor[];
  /** First page frame of the stack zone. */
  readonly limit: number;
  readonly higherHalf: bigint;
  readonly physicalLimit?: bigint | undefined;
  readonly policies: readonly Policy[];
  readonly operations: Program;
}

/** Returns the draft of a scenario. The name of the map, which no manager sees, is left out. */
export function draftOf({ map, config, policies, operations }: Scenario): Draft {
  const descriptors = map.descriptors.map((d) => {
    const { base, count } = regionOf(d);
    return { type: d.type, base, pages: count };
  });
  const { higherHalf, physicalLimit } = config;
  return { descriptors, limit: bitmapLimit(config), higherHalf, physicalLimit, policies, operations };
}

/** Returns one past the last page frame of a descriptor. */
export function endOfDescriptor({ base, pages }: DraftDescriptor): number {
  return base + pages;
}

/** Whether the descriptors make a memory map: within physical memory, and disjoint. O(d²), d a handful. */
function isMap(descriptors: readonly DraftDescriptor[]): boolean {
  return descriptors.every(
    (d, i) =>
      d.base >= 0 &&
      d.pages >= 0 &&
      endOfDescriptor(d) <= PFN_LIMIT &&
      descriptors.every(
        (e, j) =>
          j >= i ||
          d.pages === 0 ||
          e.pages === 0 ||
          endOfDescriptor(e) <= d.base ||
          endOfDescriptor(d) <= e.base,
      ),
  );
}

/** Whether {@link ScenarioBuilder.scenarioOf} can make a scenario of the draft. */
export function isSound({ descriptors, limit }: Draft): boolean {
  return limit >= 0 && limit <= PFN_LIMIT && isMap(descriptors);
}

/** Builds the scenarios of drafts. Equal maps and configurations are built once, and what follows from them is computed once. */
export class ScenarioBuilder {
  readonly #maps = new Map<string, MemoryMap>();
  readonly #configs = new Map<string, Config>();

  /** Returns the scenario of a draft that is sound. */
  scenarioOf(draft: Draft): Scenario {
    return {
      map: this.#mapOf(draft),
      config: this.#configOf(draft),
      policies: draft.policies,
      operations: draft.operations,
    };
  }

  #mapOf({ descriptors }: Draft): MemoryMap {
    const key = descriptorsKey(descriptors);
    const known = this.#maps.get(key);
    if (known !== undefined) return known;
    const map = memoryMap(
      descriptors.map(({ type, base, pages }) => ({ type, start: addressOf(pfn(base)), pages })),
    );
    this.#maps.set(key, map);
    return map;
  }

  #configOf({ limit, higherHalf, physicalLimit }: Draft): Config {
    const key = `${limit} ${higherHalf} ${physicalLimit}`;
    const known = this.#configs.get(key);
    if (known !== undefined) return known;
    const made = config({ bitmapMaxAddr: addressOf(pfn(limit)), higherHalf, physicalLimit });
    this.#configs.set(key, made);
    return made;
  }
}

/** One letter for each call, simplest first, so that keys sort as ranks do. */
const LETTERS: ReadonlyMap<Call, string> = new Map(
  CALLS.map((call) => [call, String.fromCharCode('a'.charCodeAt(0) + describedCall(call).rank)]),
);

function referenceKey(reference: Reference): string {
  if (!namesResult(reference)) return `@${reference.absolute}`;
  const { result, page, offset } = reference;
  return `${result}.${page}${offset === 0n ? '' : `+${offset}`}`;
}

/** Returns a string that two operations share exactly when they are the same. */
export function operationKey(operation: Operation<Reference>): string {
  const texts = parametersOf(operation.call).map((parameter) => {
    const value = argumentAt(operation, parameter);
    const isNumber = typeof value === 'bigint' || typeof value === 'number';
    return isNumber ? String(value) : addressesOf(operation).map(referenceKey).join(',');
  });
  return `${LETTERS.get(operation.call)}${texts.join(',')}`;
}

function descriptorsKey(descriptors: readonly DraftDescriptor[]): string {
  return descriptors.map(({ type, base, pages }) => `${type}${base}+${pages}`).join(' ');
}

/** The keys of long programs: drafts of one program in many worlds share it. */
const PROGRAM_KEYS = new WeakMap<Program, string>();
const LONG_KEY = 256;

function programKey(program: Program): string {
  const key = PROGRAM_KEYS.get(program) ?? program.map(operationKey).join(';');
  if (key.length >= LONG_KEY) PROGRAM_KEYS.set(program, key);
  return key;
}

/** Returns a string that two drafts share exactly when they are the same scenario. Policies never change and are left out. */
export function keyOf({ operations, descriptors, limit, higherHalf }: Draft): string {
  return `${programKey(operations)}|${descriptorsKey(descriptors)}|${limit}|${higherHalf}`;
}

const PHYSICAL_END = BigInt(PFN_LIMIT) * PAGE_BYTES;

/** Returns the page frame that an absolute address names, or null where it is not in the higher half. */
export function frameOfAddress(higherHalf: bigint, address: bigint): number | null {
  const physical = address - higherHalf;
  return physical < 0n || physical >= PHYSICAL_END ? null : Number(physical / PAGE_BYTES);
}

/** Returns the address of the first byte of a page frame, as a reference. */
export function absoluteTo({ higherHalf }: Pick<Draft, 'higherHalf'>, frame: number): Reference {
  return { absolute: higherHalf + BigInt(frame) * PAGE_BYTES };
}

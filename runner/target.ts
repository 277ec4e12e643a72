/**
 * Targets: what executes programs, with a name and what it claims. A target is a factory of managers in this process, or a
 * process that is asked.
 */
import { createPmm } from '../impl/index.ts';
import {
  aboveLimit,
  addressOf,
  CALLS,
  type Config,
  config,
  isSpecError,
  type MemoryMap,
  memoryMap,
  type Pmm,
  type PmmFactory,
  POLICIES,
  type Policy,
  type Profile,
  pfn,
  pfnEnd,
  SpecError,
  toHex,
  WHOLE,
} from '../spec/index.ts';
import type { Remote } from './process/remote.ts';

interface Claims {
  readonly name: string;
  /** What the target promises beyond the specification. */
  readonly policies: readonly Policy[];
  /** What it claims to be; the whole of the specification where nothing is said. */
  readonly profile?: Profile;
}

/** A factory of managers in this process. */
export interface LocalTarget extends Claims {
  readonly create: PmmFactory;
}

/** A process that runs whole programs. */
export interface RemoteTarget extends Claims {
  readonly remote: Remote;
}

export type Target = LocalTarget | RemoteTarget;

/** Whether programs run in another process, where they are known to their end before they start. */
export function isRemote(target: Target): target is RemoteTarget {
  return 'remote' in target;
}

/** Returns what a target claims, without its policies, which a run may hold it to in part. */
export function profileOf({ profile }: Target): Profile {
  return profile ?? WHOLE;
}

/** Returns why a memory map with its configuration is beyond what a profile speaks of, in words, or null. */
export function worldBeyond(
  { memoryBelow, bitmapZoneBelow, zones }: Profile,
  { map, config }: { readonly map: MemoryMap; readonly config: Config },
): string | null {
  const above = aboveLimit(map, config);
  if (above !== null) return above;
  const end = addressOf(pfn(pfnEnd(map)));
  if (end > memoryBelow)
    return `the memory map ends at ${toHex(end)}, and the target's memory below ${toHex(memoryBelow)}`;
  if (zones === 1 || config.bitmapMaxAddr <= bitmapZoneBelow) return null;
  return `the bitmap zone ends at ${toHex(config.bitmapMaxAddr)}, and the target's below ${toHex(bitmapZoneBelow)}`;
}

/** Lets go of what a target takes up: the process, where it is one. No program follows. */
export async function release(target: Target): Promise<void> {
  if (isRemote(target)) await target.remote.close();
}

/** Our implementation, which promises both policies. */
export const OURS: LocalTarget = { name: 'frameproof', policies: POLICIES, create: createPmm };

function isClass(f: unknown): f is new (...args: Parameters<PmmFactory>) => Pmm {
  return typeof f === 'function' && /^class\b/.test(Function.prototype.toString.call(f));
}

function isFunction(f: unknown): f is PmmFactory {
  return typeof f === 'function';
}

/** One MiB of RAM: a manager that cannot be built for it is no target. */
const PROBE_MAP = memoryMap([{ type: 'conventional', start: 0n, pages: 256 }], 'probe');

/** Builds one manager of a plain map, so that what is no target at all is told apart from one that breaks a clause. */
function probe(create: PmmFactory, source: string): void {
  let pmm: Pmm;
  try {
    pmm = create(PROBE_MAP, {
      config: config(),
      warn: () => {},
      memory: { read: () => 0n, write: () => {} },
    });
  } catch (error) {
    if (isSpecError(error)) throw error;
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new SpecError(
      `${source}: expected a default export that builds a manager of 1 MiB of RAM, and it threw ${reason.replaceAll(/\s+/g, ' ')}`,
      { cause: error },
    );
  }
  const missing = CALLS.find((name) => typeof pmm?.[name] !== 'function');
  if (missing !== undefined)
    throw new SpecError(`${source}: expected a manager with the method ${missing}()`);
}

/**
 * Returns the target that a module's default export is: a factory `(map, options) => Pmm`, or a class with such a
 * constructor. Throws `SpecError` where it is neither, or where it cannot even manage 1 MiB of RAM.
 */
export function targetFrom(
  exported: unknown,
  {
    source,
    policies,
    profile,
  }: {
    readonly source: string;
    readonly policies: readonly Policy[];
    readonly profile?: Profile;
  },
): LocalTarget {
  const expected = 'a default export that builds a manager: (map, options) => Pmm, or a class';
  if (!isFunction(exported)) {
    const found = exported === undefined ? 'there is no default export' : `it is of type ${typeof exported}`;
    throw new SpecError(`${source}: expected ${expected}; ${found}`);
  }
  const create: PmmFactory = isClass(exported) ? (map, options) => new exported(map, options) : exported;
  probe(create, source);
  return { name: source, policies, create, ...(profile === undefined ? {} : { profile }) };
}

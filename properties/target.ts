/**
 * Targets: what executes programs. A target is a factory of managers with a name and the policies it promises.
 */
import { createPmm } from '../impl/index.ts';
import {
  CALLS,
  config,
  isSpecError,
  memoryMap,
  type Pmm,
  type PmmFactory,
  POLICIES,
  type Policy,
  SpecError,
} from '../spec/index.ts';

export interface Target {
  readonly name: string;
  /** What the target promises beyond the specification. */
  readonly policies: readonly Policy[];
  readonly create: PmmFactory;
}

/** Our implementation, which promises both policies. */
export const OURS: Target = { name: 'frameproof', policies: POLICIES, create: createPmm };

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
  { source, policies }: { readonly source: string; readonly policies: readonly Policy[] },
): Target {
  const expected = 'a default export that builds a manager: (map, options) => Pmm, or a class';
  if (!isFunction(exported)) {
    const found = exported === undefined ? 'there is no default export' : `it is of type ${typeof exported}`;
    throw new SpecError(`${source}: expected ${expected}; ${found}`);
  }
  const create: PmmFactory = isClass(exported) ? (map, options) => new exported(map, options) : exported;
  probe(create, source);
  return { name: source, policies, create };
}

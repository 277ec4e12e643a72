/**
 * Factories from modules: the default export of a user's module as a factory of managers. A module that cannot build a manager is
 * refused here; it is not a manager that breaks a clause.
 */
import {
  type Call,
  config,
  isSpecError,
  memoryMap,
  type SomePmm,
  type SomePmmFactory,
  SpecError,
  STANDARD_CALLS,
} from '../../spec/index.ts';
import { handing } from '../factory-target.ts';
import { lookAt } from '../thrown.ts';
import { TimeLimitError, within } from '../time-limit.ts';

function isClass(f: unknown): f is new (...args: Parameters<SomePmmFactory>) => SomePmm {
  return typeof f === 'function' && /^class\b/.test(Function.prototype.toString.call(f));
}

function isFunction(f: unknown): f is SomePmmFactory {
  return typeof f === 'function';
}

/** One MiB of RAM. Every manager must be able to manage it. */
const PROBE_MAP = memoryMap([{ type: 'conventional', start: 0n, pages: 256 }], 'probe');

/** A manager that takes longer to start with one MiB does not return. */
const PROBE_MS = 10_000;

/** Builds one manager. Throws if that fails or if the manager lacks one of these calls. */
function probe(create: SomePmmFactory, source: string, calls: readonly Call[]): void {
  let pmm: SomePmm;
  try {
    pmm = within(PROBE_MS, () =>
      handing(create)(PROBE_MAP, {
        config: config(),
        warn: () => {},
        memory: { read: () => 0n, write: () => {} },
      }),
    );
  } catch (error) {
    if (isSpecError(error)) throw error;
    const how =
      error instanceof TimeLimitError
        ? `was ${error.message}`
        : `threw ${lookAt(error).text.replaceAll(/\s+/g, ' ')}`;
    throw new SpecError(
      `${source}: expected a default export that builds a manager of 1 MiB of RAM, and it ${how}`,
      { cause: error },
    );
  }
  const missing = calls.find((name) => typeof pmm?.[name] !== 'function');
  if (missing !== undefined)
    throw new SpecError(
      `${source}: expected a manager with the method ${missing}(), or a profile whose calls leave it out`,
    );
}

/**
 * Returns a module's default export as a factory. It is a function `(map, options) => Pmm`, or a class with such a constructor.
 * `source` is the name of the module in messages; `calls` are the ones that it claims to have.
 *
 * @throws SpecError if it is neither, or if it cannot build a manager of 1 MiB of RAM with these calls.
 * @public
 */
export function factoryFrom(
  exported: unknown,
  source: string,
  calls: readonly Call[] = STANDARD_CALLS,
): SomePmmFactory {
  const expected = 'a default export that builds a manager: (map, options) => Pmm, or a class';
  if (!isFunction(exported)) {
    const found = exported === undefined ? 'it has no default export' : `it is of type ${typeof exported}`;
    throw new SpecError(`${source}: expected ${expected}; ${found}`);
  }
  const create: SomePmmFactory = isClass(exported) ? (map, options) => new exported(map, options) : exported;
  probe(create, source, calls);
  return create;
}

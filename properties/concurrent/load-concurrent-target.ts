/**
 * Loading concurrent targets: a module whose default export attaches one caller to a shared state:
 * `(map, { config, warn, shared, waiting }) => Pmm`. Each thread loads the module separately.
 */
import { ATOMICS } from '../../impl/index.ts';
import { lookAt, TimeLimitError, within } from '../../runner/index.ts';
import { importModule, promisedPolicies } from '../../runner/load/index.ts';
import {
  CALLS,
  config as configOf,
  memoryMap,
  SpecError,
  STANDARD_CALLS,
  type Unchecked,
} from '../../spec/index.ts';
import { type CallerPmm, type ConcurrentTarget, OURS_SHARED, sharedWords } from './target.ts';

function isAttach(value: unknown): value is ConcurrentTarget['attach'] {
  return typeof value === 'function';
}

/** A page frame for each of two callers, and one more. */
const PROBE = memoryMap([{ type: 'conventional', start: 0n, pages: 3 }]);

/** A caller that takes longer to attach and make two calls alone does not return. */
const PROBE_MS = 10_000;

/** Whether two callers of a target share a state; and the calls of its managers that are not standard. */
interface Probed {
  /** Null where they do. */
  readonly whyNot: string | null;
  readonly unchecked: readonly Unchecked[];
}

function probe(attach: ConcurrentTarget['attach']): Probed {
  const config = configOf({ bitmapMaxAddr: 0n });
  const shared = { words: sharedWords(PROBE, config), steps: ATOMICS };
  const caller = (): CallerPmm => attach(PROBE, { config, warn: () => {}, shared, waiting: {} });
  try {
    const [one, isShared] = within(PROBE_MS, () => {
      const [first, other] = [caller(), caller()];
      const free = other.freeAmount();
      return [first, first.alloc() === null || other.freeAmount() !== free];
    });
    const added = CALLS.filter((call) => !STANDARD_CALLS.includes(call) && typeof one[call] === 'function');
    return {
      whyNot: isShared ? null : 'what one caller allocates is still free for another',
      unchecked: [
        ...added.map((what) => ({ what, why: 'callers of a module make the standard calls' })),
        ...(one.inspect === undefined
          ? [{ what: 'what is left behind', why: 'it cannot be asked about every page frame' }]
          : []),
      ],
    };
  } catch (error) {
    const how = error instanceof TimeLimitError ? `was ${error.message}` : `threw ${lookAt(error).text}`;
    return { whyNot: `it ${how}`, unchecked: [] };
  }
}

/**
 * Returns the target that a module exports, with the policies that it promises, or our own for null. Throws `SpecError` if the module cannot be loaded, does not
 * export a function that attaches callers to one state, or exports a profile: callers of a module are held to the specification.
 * @public
 */
export async function loadConcurrentTarget(path: string | null): Promise<ConcurrentTarget> {
  if (path === null || path === OURS_SHARED.name) return OURS_SHARED;
  const exports = await importModule(path);
  const { default: attach, profile } = exports;
  if (!isAttach(attach))
    throw new SpecError(`${path}: expected a default export that attaches a caller: (map, options) => Pmm`);
  if (profile !== undefined)
    throw new SpecError(
      `${path}: export profile: expected none with --concurrent: callers of a module make the standard calls and are held to the specification; callers of an executable, to its profile`,
    );
  const { whyNot, unchecked } = probe(attach);
  if (whyNot !== null)
    throw new SpecError(
      `${path}: expected a default export that attaches a caller to a shared state: ${whyNot}; a manager for one caller is checked without --concurrent`,
    );
  return { name: path, policies: promisedPolicies(exports, path) ?? [], unchecked, attach };
}

/**
 * Loading concurrent targets: a module whose default export attaches one caller to a shared state:
 * `(map, { config, warn, shared, waiting }) => Pmm`. Each thread loads the module separately.
 */
import { ATOMICS } from '../../impl/index.ts';
import { lookAt } from '../../runner/index.ts';
import { importModule } from '../../runner/load/index.ts';
import { config as configOf, memoryMap, SpecError } from '../../spec/index.ts';
import { type CallerPmm, type ConcurrentTarget, OURS_SHARED, sharedWords } from './target.ts';

function isAttach(value: unknown): value is ConcurrentTarget['attach'] {
  return typeof value === 'function';
}

/** A page frame for each of two callers, and one more. */
const PROBE = memoryMap([{ type: 'conventional', start: 0n, pages: 3 }]);

/** Returns why callers of a target are not attached to one state; null if one sees what the other does. */
function notShared(attach: ConcurrentTarget['attach']): string | null {
  const config = configOf({ bitmapMaxAddr: 0n });
  const shared = { words: sharedWords(PROBE, config), steps: ATOMICS };
  const caller = (): CallerPmm => attach(PROBE, { config, warn: () => {}, shared, waiting: {} });
  try {
    const [one, other] = [caller(), caller()];
    const free = other.freeAmount();
    return one.alloc() !== null && other.freeAmount() === free
      ? 'what one caller allocates is still free for another'
      : null;
  } catch (error) {
    return `it threw ${lookAt(error).text}`;
  }
}

/**
 * Returns the target that a module exports, or our own for null. Throws `SpecError` if the module cannot be loaded, or does not
 * export a function that attaches callers to one state.
 * @public
 */
export async function loadConcurrentTarget(path: string | null): Promise<ConcurrentTarget> {
  if (path === null || path === OURS_SHARED.name) return OURS_SHARED;
  const { default: attach } = await importModule(path);
  if (!isAttach(attach))
    throw new SpecError(`${path}: expected a default export that attaches a caller: (map, options) => Pmm`);
  const why = notShared(attach);
  if (why !== null)
    throw new SpecError(
      `${path}: expected a default export that attaches a caller to a shared state: ${why}; a manager for one caller is checked without --concurrent`,
    );
  return { name: path, policies: OURS_SHARED.policies, attach };
}

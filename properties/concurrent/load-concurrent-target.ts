/**
 * Loading concurrent targets: a module whose default export attaches one caller to a shared state:
 * `(map, { config, warn, shared, waiting }) => Pmm`. Each thread loads the module separately.
 */
import { importModule } from '../../runner/load/index.ts';
import { SpecError } from '../../spec/index.ts';
import { type ConcurrentTarget, OURS_SHARED } from './target.ts';

function isAttach(value: unknown): value is ConcurrentTarget['attach'] {
  return typeof value === 'function';
}

/**
 * Returns the target that a module exports, or our own for null. Throws `SpecError` if the module cannot be loaded or does not
 * export an attach function.
 * @public
 */
export async function loadConcurrentTarget(path: string | null): Promise<ConcurrentTarget> {
  if (path === null || path === OURS_SHARED.name) return OURS_SHARED;
  const { default: attach } = await importModule(path);
  if (!isAttach(attach))
    throw new SpecError(`${path}: expected a default export that attaches a caller: (map, options) => Pmm`);
  return { name: path, policies: OURS_SHARED.policies, attach };
}

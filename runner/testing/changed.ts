/** Our implementation with some calls replaced: most targets that tests need differ from it in a call or two. */
import { createPmm } from '../../impl/index.ts';
import type { MemoryMap, PmmOptions } from '../../spec/index.ts';
import { type FactoryClaims, factoryTarget } from '../factory-target.ts';
import { OURS } from '../ours.ts';
import type { Target } from '../target.ts';
import { type PmmCalls, wrapPmm } from '../wrap-pmm.ts';

type Change = (pmm: ReturnType<typeof createPmm>, options: PmmOptions, map: MemoryMap) => Partial<PmmCalls>;

/** Returns the target, which promises what ours does unless the claims say otherwise. */
export function changed(name: string, change: Change, claims: Partial<FactoryClaims> = {}): Target {
  return factoryTarget({
    name,
    policies: OURS.policies,
    ...claims,
    create: (map, options) => {
      const pmm = createPmm(map, options);
      return wrapPmm(pmm, change(pmm, options, map));
    },
  });
}

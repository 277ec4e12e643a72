/** The corpus on both sides: programs that showed a bug once. */

import { readCorpus } from '../../counterexamples/corpus/index.ts';
import type { Policy } from '../../spec/index.ts';
import { isWithin, type Sides } from './compare.ts';
import { Compared, type Step } from './step.ts';

/** Runs the traces of the folders on both sides. Files that do not hold a trace of this version are listed, not run. */
export function corpusStep(sides: Sides, folders: readonly string[]): Step {
  const start = performance.now();
  const compared = new Compared(sides);
  const policies: readonly Policy[] = sides.candidate.policies;
  const { traces, unusable } = readCorpus(folders);
  const usable = traces.filter(({ scenario }) => isWithin(sides, scenario));
  const differing = usable.find(({ scenario }) => !compared.run({ ...scenario, policies }));
  const unused = unusable.length === 0 ? '' : `; could not be used: ${unusable.join(', ')}`;
  return {
    name: 'corpus',
    verdict: differing === undefined ? 'holds' : 'differs',
    evidence: `${compared.scenarios} traces on both sides: ${compared}${unused}`,
    seconds: (performance.now() - start) / 1000,
    found: differing === undefined ? null : { ...differing.scenario, policies },
  };
}

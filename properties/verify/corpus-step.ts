/** The corpus on both sides: programs that showed a bug once. */

import { readCorpus } from '../../counterexamples/corpus/index.ts';
import { isWithin, type Sides } from './compare.ts';
import type { Findings } from './findings.ts';
import { Compared, type Step, type StepLimits } from './step.ts';

/** Runs the traces of the folders on both sides. Files that do not hold a trace of this version are listed, not run. */
export function corpusStep(
  sides: Sides,
  findings: Findings,
  folders: readonly string[],
  limits: StepLimits,
): Step {
  const compared = new Compared(sides, findings, limits);
  const { policies } = sides.candidate;
  const { traces, unusable } = readCorpus(folders);
  const usable = traces.filter(({ scenario }) => isWithin(sides, scenario));
  for (const { scenario } of usable) {
    if (compared.isOver()) break;
    compared.run({ ...scenario, policies });
  }
  const isWhole = compared.scenarios === usable.length;
  const some = isWhole ? '' : ` of ${usable.length}`;
  const unused = unusable.length === 0 ? '' : `; could not be used: ${unusable.join(', ')}`;
  const evidence = `${compared.scenarios}${some} traces on both sides: ${compared}${unused}`;
  return compared.ended('corpus', isWhole, evidence);
}

/** The section that shows how a counterexample was shrunk. */
import type { ShrinkResult } from '../counterexamples/shrink/index.ts';
import { counted, formatProgram, type Trace } from '../spec/index.ts';
import type { Section } from './data.ts';

/** Calls of a program that are shown of each step. */
const SHOWN = 12;

/** Returns the section that shows the way from a counterexample to the simplest; none where it was left as it was found. */
export function shrinkingSections(
  { scenario: { map, operations } }: Trace,
  { way }: Pick<ShrinkResult, 'way'>,
): readonly Section[] {
  if (way.length === 0) return [];
  const pages = map.descriptors.reduce((sum, descriptor) => sum + descriptor.pages, 0);
  const steps = [{ executions: 0, operations, pages }, ...way].map((step) => ({
    ...step,
    operations: step.operations.length,
    program: formatProgram(step.operations).slice(-SHOWN),
  }));
  return [{ kind: 'shrinking', title: `${counted(way.length, 'step')} of shrinking`, steps }];
}

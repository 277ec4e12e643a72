/**
 * Small worlds: every call sequence of any length on a memory of a few page frames, judged on each side that can be saved and loaded. If
 * both can, and the observable is `exact`, the pair of them is searched too, which shows that they answer alike in every state.
 */

import type { Target } from '../../runner/index.ts';
import { grouped } from '../../spec/index.ts';
import { type Exploration, explore, howSaved } from '../explore/explore.ts';
import { type SmallWorldOptions, smallWorld } from '../explore/world.ts';
import type { Sides } from './compare.ts';
import type { Findings } from './findings.ts';
import { pairOf } from './pair.ts';
import { Compared, notDone, type Step, type StepLimits } from './step.ts';

/** A target to search, with its name in the evidence. */
interface Subject {
  readonly name: string;
  readonly target: Target;
}

/** Returns the targets to search, and the names of the sides that cannot be searched. */
function subjectsOf(
  { candidate, baseline, observable }: Sides,
  size: SmallWorldOptions,
): { readonly subjects: readonly Subject[]; readonly others: readonly string[] } {
  const world = smallWorld(size);
  const sides: readonly Subject[] = [
    { name: 'candidate', target: candidate },
    { name: 'baseline', target: baseline },
  ];
  const subjects = sides.filter(({ target }) => howSaved(target, world) !== null);
  const others = sides.filter((side) => !subjects.includes(side)).map(({ name }) => name);
  if (others.length > 0 || observable !== 'exact') return { subjects, others };
  return { subjects: [...subjects, { name: 'both at once', target: pairOf(candidate, baseline) }], others };
}

function words(name: string, { end, states, transitions, depth }: Exploration): string {
  const reached = end === 'closed' ? 'all' : `up to ${depth} operations (${end}),`;
  return `${name} ${reached} ${grouped(states)} states, ${grouped(transitions)} transitions`;
}

/** Searches the small world of a size on each side that can be saved and loaded. */
export async function exploreStep(
  sides: Sides,
  findings: Findings,
  size: SmallWorldOptions,
  limits: StepLimits,
): Promise<Step> {
  const { subjects, others } = subjectsOf(sides, size);
  const unsearched = others.map((name) => `${name} not searched, it cannot be saved and loaded`);
  if (subjects.length === 0) return notDone('small worlds', unsearched.join('; '));
  const compared = new Compared(sides, findings, limits);
  const { seconds, signal } = limits;
  const bounds = { seconds: seconds / subjects.length, ...(signal === undefined ? {} : { signal }) };
  const said: string[] = [];
  let isWhole = others.length === 0;
  for (const { name, target } of subjects) {
    if (signal?.aborted === true) break;
    const exploration = await explore({ target, world: smallWorld(size), bounds });
    said.push(words(name, exploration));
    isWhole &&= exploration.end === 'closed';
    if (exploration.trace !== null) compared.run(exploration.trace.scenario);
  }
  const evidence = `every call sequence on ${size.stack} + ${size.bitmap} page frames: ${[...said, ...unsearched].join('; ')}`;
  return compared.ended('small worlds', isWhole, evidence, true);
}

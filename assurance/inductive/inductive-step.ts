/**
 * The inductive step: from any well-formed state, an operation gets an answer that the model accepts, and leads to a state that is
 * well-formed again and means what the model then says. With init, which is well-formed, it covers call sequences of any
 * length; here it is tried on drawn states of all sizes, not proved.
 */
import {
  disagreement,
  type FlatState,
  FrameAllocator,
  firstFlaw,
  PageFrameManager,
} from '../../impl/index.ts';
import { type ModelState, step } from '../../model/index.ts';
import { factoryTarget, type World } from '../../runner/index.ts';
import {
  formatOperation,
  type Operation,
  type Pmm,
  type PmmOptions,
  POLICIES,
  toHex,
} from '../../spec/index.ts';

/** Makes a manager that works on the words of a state. */
export type Maker = (state: FlatState, world: World, options: PmmOptions) => Pmm;

/** Our own. */
export const ours: Maker = ({ words }, { map, config }, options) =>
  new PageFrameManager(new FrameAllocator(map, config, words), options);

/** Returns what is wrong after one operation on a well-formed state, or null. */
export function stepFlaw(
  world: World,
  { state, model }: { readonly state: FlatState; readonly model: ModelState },
  operation: Operation,
  make: Maker = ours,
): string | null {
  const create = (_map: World['map'], options: PmmOptions): Pmm => make(state, world, options);
  const target = factoryTarget({ name: 'a state', policies: POLICIES, create });
  const session = target.start(world).performer();
  const answered = session.perform(operation, model.freeIn('stack'));
  const verdict = step(model, operation, answered);
  const called = formatOperation(operation, toHex);
  if (!verdict.accepted) return `${called}: ${verdict.violation.clause}: ${verdict.violation.explanation}`;
  const flaw = firstFlaw(state) ?? disagreement(state, verdict.state);
  return flaw === null ? null : `${called}: ${flaw}`;
}

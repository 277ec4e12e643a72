/**
 * The inductive step: from any well-formed state, an operation gets an answer that the model accepts, and leads to a state that is
 * well-formed again and means what the model then says. With init, which is well-formed, it covers call sequences of any
 * length; here it is tried on drawn states of all sizes, not proved.
 */
import { FrameAllocator, PageFrameManager } from '../../impl/index.ts';
import { type ModelState, step, sweep } from '../../model/index.ts';
import { factoryTarget, type World } from '../../runner/index.ts';
import {
  formatOperation,
  type Operation,
  type Pmm,
  type PmmOptions,
  POLICIES,
  pageCount,
  toHex,
} from '../../spec/index.ts';
import { type BufferState, popped } from './buffer-state.ts';
import { flawsOf } from './invariant.ts';

/** Makes a manager that works on the words of a state. */
export type Maker = (state: BufferState, world: World, options: PmmOptions) => Pmm;

/** Our own. */
export const ours: Maker = ({ words }, { map, config }, options) =>
  new PageFrameManager(new FrameAllocator(map, config, words), options);

/** Returns how the words and the model disagree on the order of the free stack, or null. */
function orderFlaw(state: BufferState, model: ModelState): string | null {
  const frames = state
    .runs()
    .toReversed()
    .flatMap((run) => popped(run).map((ordinal) => state.frameOf(ordinal)));
  const expected = model.stackTop(pageCount(frames.length + 1)) ?? [];
  const at = frames.findIndex((frame, k) => frame !== expected[k]);
  if (at < 0 && frames.length === expected.length) return null;
  return `page frame ${at} from the top of the stack is ${frames[at]}, not ${expected[at]}`;
}

/** Returns what is wrong after one operation on a well-formed state, or null. */
export function stepFlaw(
  world: World,
  { state, model }: { readonly state: BufferState; readonly model: ModelState },
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
  const [flaw] = flawsOf(state);
  if (flaw !== undefined) return `${called}: ${flaw.name}: ${flaw.text}`;
  const disagreement = sweep(verdict.state, session.inspect() ?? []);
  if (disagreement !== null) return `${called}: ${disagreement.clause}: ${disagreement.explanation}`;
  const order = orderFlaw(state, verdict.state);
  return order === null ? null : `${called}: ${order}`;
}

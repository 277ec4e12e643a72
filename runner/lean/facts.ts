/**
 * Facts of a judged call, as numbers: what those look at who count situations and edges, whichever judge it was. One object
 * serves call after call.
 */
import { type Owner, type Ownership, outcomePlace, type SettledStep } from '../../spec/index.ts';
import { HigherHalf, NumberedCall } from './numbered-call.ts';

export class StepFacts {
  readonly call: NumberedCall;
  /** Who owns each page frame; before the call or after it, as long as that makes no difference. */
  state: Ownership;
  /** How it ended: the place among `OUTCOME_KINDS`. */
  ended = 0;
  /** Free page frames of each zone, and boot memory not handed over, before the call and after it. */
  inBitmapBefore = 0;
  inStackBefore = 0;
  bootBefore = 0;
  inBitmapAfter = 0;
  inStackAfter = 0;
  bootAfter = 0;
  /** Page frames that callers hold, and extents of page frames with one owner, after the call. */
  heldAfter = 0;
  extentsAfter = 0;
  /** The first page frame handed out, and how many there are; -1 and 0 where there is none. */
  base = -1;
  pages = 0;
  /** The page frames of a batch that was handed out. */
  frames: Float64Array = new Float64Array(0);
  /** The request of a contiguous allocation; count -1 where its numbers say that it fits nowhere, and for other calls. */
  fitCount = -1;
  fitLimit = 0;
  fitAlignment = 1;
  /** The lowest run that would have fitted with no alignment; -1 where there is none or a page frame would do anyhow. */
  lowestUnaligned = -1;
  /** The owner that a panic names. */
  panicOwner: Owner | null = null;

  constructor(call: NumberedCall, state: Ownership) {
    this.call = call;
    this.state = state;
  }
}

let half: HigherHalf | null = null;
let facts: StepFacts | null = null;

/** Returns the facts of a step that the model judged; the same object each time. */
export function factsOf({ before, after, operation, response, asked, granted }: SettledStep): StepFacts {
  const { config } = before.world;
  if (half === null || half.base !== config.higherHalf) half = new HigherHalf(config);
  facts ??= new StepFacts(new NumberedCall(), before);
  facts.call.take(operation, half);
  facts.state = before;
  facts.ended = outcomePlace(response.outcome.kind);
  facts.inBitmapBefore = before.freeIn('bitmap');
  facts.inStackBefore = before.freeIn('stack');
  facts.bootBefore = before.countOf('boot');
  facts.inBitmapAfter = after.freeIn('bitmap');
  facts.inStackAfter = after.freeIn('stack');
  facts.bootAfter = after.countOf('boot');
  facts.heldAfter = after.countOf('caller');
  facts.extentsAfter = after.extents;
  facts.frames = Float64Array.from(granted?.pfns ?? [], (frame) => frame ?? -1);
  facts.base = facts.frames[0] ?? -1;
  facts.pages = granted === null ? 0 : granted.runs.reduce((sum, { count }) => sum + count, 0);
  const { fit } = asked;
  facts.fitCount = fit?.count ?? -1;
  facts.fitLimit = fit?.limit ?? 0;
  facts.fitAlignment = fit?.alignment ?? 1;
  facts.lowestUnaligned = -1;
  if (granted !== null && fit !== null && fit.alignment > 1)
    facts.lowestUnaligned = before.lowestFit({ ...fit, alignment: 1 }) ?? -1;
  facts.panicOwner = response.outcome.kind === 'panicked' ? response.outcome.owner : null;
  return facts;
}

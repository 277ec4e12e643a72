/**
 * Our allocator beside a trace: it makes the same calls in the page, so that its words can be looked at. It shows its state as long as
 * it answers as the trace does; a target with other policies, or one that is wrong, parts from it.
 */
import { type FlatState, FrameAllocator, PageFrameManager } from '../../impl/index.ts';
import { Results } from '../../runner/index.ts';
import {
  argumentAt,
  describedCall,
  isPmmPanic,
  type Operation,
  type Outcome,
  parametersOf,
  reading,
} from '../../spec/index.ts';
import type { TraceSection } from '../data.ts';
import type { Story } from './story.ts';

/** The most RAM that is run beside a trace, in page frames: 64 GiB, whose words take 2 MiB. */
const MOST_FRAMES = 2 ** 24;

function passedTo(operation: Operation, array: BigUint64Array | null): readonly unknown[] {
  const rest = parametersOf(operation.call).flatMap((parameter): readonly unknown[] => {
    const value = argumentAt(operation, parameter);
    return typeof value === 'object' ? [BigUint64Array.from(value), value.length] : [value];
  });
  return array === null ? rest : [array, ...rest];
}

function outcomeOf(returned: unknown, returns: string, array: BigUint64Array | null): Outcome {
  if (returned === null || returned === false) return { kind: 'failed' };
  if (typeof returned === 'bigint') return { kind: 'address', address: returned };
  if (typeof returned === 'number') return { kind: 'amount', amount: reading(returned) };
  return returns === 'addresses' && array !== null
    ? { kind: 'addresses', addresses: [...array] }
    : { kind: 'done' };
}

/** Makes a call on our allocator. */
function answerTo(pmm: PageFrameManager, operation: Operation): Outcome {
  const { returns } = describedCall(operation.call);
  const count = 'count' in operation ? Number(operation.count) : 0;
  const isBatch = returns === 'addresses';
  const array = isBatch ? new BigUint64Array(Math.max(0, Math.min(count, pmm.freeAmount()))) : null;
  try {
    const method: unknown = Reflect.get(pmm, operation.call);
    if (typeof method !== 'function') return { kind: 'malformed', message: `it has no ${operation.call}` };
    return outcomeOf(Reflect.apply(method, pmm, passedTo(operation, array)), returns, array);
  } catch (error) {
    if (!isPmmPanic(error)) throw error;
    const { message, call, pfn, owner } = error;
    return { kind: 'panicked', message, call, pfn: pfn === null ? null : reading(pfn), owner };
  }
}

/** Whether two answers are the same, whatever a panic says. */
function isSame(one: Outcome, other: Outcome): boolean {
  if (one.kind === 'address' && other.kind === 'address') return one.address === other.address;
  if (one.kind === 'amount' && other.kind === 'amount') return one.amount === other.amount;
  if (one.kind === 'addresses' && other.kind === 'addresses')
    return String(one.addresses) === String(other.addresses);
  return one.kind === other.kind;
}

/** Our allocator after some calls of a trace. */
export interface OwnMoment {
  readonly state: FlatState;
  /** The words before the last of the calls. */
  readonly before: Int32Array;
}

/** The operation that ours answers otherwise than the trace, and its answer. */
interface Parting {
  readonly at: number;
  readonly answer: Outcome;
}

/** Operations between two states that are kept, to step back from. */
const KEPT_EACH = 256;

/** Runs the calls of a trace on our allocator. */
export class OwnRun {
  readonly #story: Story;
  readonly #frames: FrameAllocator;
  readonly #pmm: PageFrameManager;
  readonly #results = new Results();
  /** States after every {@link KEPT_EACH} operations, as words. */
  readonly #kept: Int32Array[] = [];
  #done = 0;
  #parting: Parting | null = null;

  constructor(story: Story) {
    this.#story = story;
    const { scenario, responses } = story.section.trace;
    const { map, config, operations } = scenario;
    this.#frames = new FrameAllocator(map, config);
    this.#pmm = new PageFrameManager(this.#frames, { config, warn: () => {} });
    this.#keep();
    // Results that are named later were answered before: the moments know which calls were asked.
    for (const [at, operation] of operations.entries()) {
      const response = responses[at + 1];
      if (response !== undefined) this.#results.record(operation, response);
    }
  }

  /** Where ours parts from the trace, as far as it has run; null where it has answered the same. */
  get parting(): Parting | null {
    return this.#parting;
  }

  /** Returns our allocator after the first `operations`, but before the one where it parts. O(operations), and few to step back. */
  after(operations: number): OwnMoment {
    const target = Math.min(operations, this.#parting?.at ?? operations);
    if (target <= this.#done) this.#goBackTo(Math.max(0, target - 1));
    let before = this.#words;
    while (this.#done < target) {
      if (this.#done === target - 1) before = this.#words;
      if (!this.#agrees()) return this.after(operations);
      this.#done += 1;
      if (this.#done === KEPT_EACH * this.#kept.length) this.#keep();
    }
    return { state: this.#frames.state, before };
  }

  get #words(): Int32Array {
    return this.#frames.state.words.slice();
  }

  #keep(): void {
    const words = new Int32Array(this.#frames.saveState(new Int32Array(0)));
    this.#frames.saveState(words);
    this.#kept.push(words);
  }

  #goBackTo(operations: number): void {
    const place = Math.floor(operations / KEPT_EACH);
    const kept = this.#kept[place];
    if (kept === undefined) throw new Error('a state that was not kept');
    this.#frames.loadState(kept);
    this.#done = place * KEPT_EACH;
  }

  /** Makes the next call; where it is answered otherwise than in the trace, goes back before it. */
  #agrees(): boolean {
    const at = this.#done;
    const operation = this.#story.section.trace.scenario.operations[at];
    const moment = this.#story.steps[at + 1]?.moment;
    if (operation === undefined || moment === undefined) throw new Error('a call beyond the trace');
    const resolved = moment.demand === null ? null : this.#results.resolve(operation);
    if (resolved === null) return true;
    const answer = answerTo(this.#pmm, resolved);
    if (isSame(answer, moment.response.outcome)) return true;
    this.#parting = { at, answer };
    this.#goBackTo(at);
    return false;
  }
}

/** Whether our allocator is run beside a section: one that begins with init, on a map that is small enough. */
export function isRun({ trace, log }: TraceSection): boolean {
  const frames = trace.scenario.map.descriptors.reduce((sum, { pages }) => sum + pages, 0);
  return frames <= MOST_FRAMES && (log?.skipped ?? 0) === 0;
}

/**
 * Lean runs: one program on a manager in this process, judged in numbers. What breaks a clause ends the run, and
 * {@link LeanRun.recording} has all answers, for an execution that names it and keeps the trace.
 */
import { init, ModelState } from '../../model/index.ts';
import {
  addressesOf,
  CLAUSE_NAMES,
  type InspectedRun,
  isAllocation,
  isPmmPanic,
  namesResult,
  type Operation,
  type Outcome,
  PAGE_SIZE,
  type PmmFactory,
  type Reference,
  type Response,
} from '../../spec/index.ts';
import { omitStacks, restoreStacks } from '../call-end.ts';
import { isSweepDue, sweepInterval } from '../execution.ts';
import type { Performer } from '../performer.ts';
import { ResultPlaces } from '../results.ts';
import { Session } from '../session.ts';
import type { Claims } from '../target.ts';
import type { World } from '../world.ts';
import { ADDRESS, ADDRESSES, FAILED } from './answer.ts';
import { LeanJudge, type LeanObserver } from './judge.ts';
import { outcomeOf } from './make-call.ts';
import { grown, type HigherHalf, type NumberedCall } from './numbered-call.ts';
import type { LeanState } from './state.ts';

const NO_LINES: readonly string[] = [];
const OWNER_AGREES = CLAUSE_NAMES.indexOf('owner.agrees');

const NO_PAGES = new Float64Array(0);

/** Returns 1 or -1 where page frames follow one another up or down; else 0. */
function stepOf(frames: Float64Array, pages: number): 1 | -1 | 0 {
  const first = frames[0] ?? 0;
  const step = frames[1] === first - 1 ? -1 : 1;
  for (let i = 1; i < pages; i += 1) if (frames[i] !== first + step * i) return 0;
  return step;
}

/**
 * The results of a running program as numbers: the page frames that its allocating calls have handed out. Consecutive ones, ascending
 * or descending, are a first one and a count; page frames of other batches lie in one array, one result after the other.
 */
class LeanResults extends ResultPlaces {
  readonly #pages: number[] = [];
  /** The first page frame, or the place of the first in the array. */
  readonly #bases: number[] = [];
  /** How much one page frame lies above the one before it: 1 or -1; 0 where they lie in the array. */
  readonly #steps: number[] = [];
  #batches = NO_PAGES;
  #inBatches = 0;

  /** Returns how many page frames a result has; 0 where it handed out none. */
  pagesOf(result: number): number {
    return this.#pages[result] ?? 0;
  }

  /** Returns a page frame of a result, by its index there. */
  frameOf(result: number, page: number): number {
    const base = this.#bases[result] ?? 0;
    const step = this.#steps[result] ?? 1;
    return step === 0 ? (this.#batches[base + page] ?? 0) : base + step * page;
  }

  /** Adds a result of consecutive page frames; 0 of them where it handed out none. */
  add(base: number, pages: number, step = 1): void {
    const at = this.#pages.length;
    this.#pages.push(pages);
    this.#bases.push(base);
    this.#steps.push(step);
    if (pages > 0) this.noteHandedOut(at);
  }

  /** Adds a result of these page frames. */
  addBatch(frames: Float64Array, pages: number): void {
    const step = stepOf(frames, pages);
    if (step !== 0) {
      this.add(frames[0] ?? 0, pages, step);
      return;
    }
    const at = this.#inBatches;
    this.#inBatches = at + pages;
    if (this.#inBatches > this.#batches.length)
      this.#batches = grown(new Float64Array(2 * this.#inBatches), this.#batches);
    const batches = this.#batches;
    for (let i = 0; i < pages; i += 1) batches[at + i] = frames[i] ?? 0;
    this.add(at, pages, 0);
  }
}

export class LeanRun {
  readonly results = new LeanResults();
  readonly world: World;
  readonly half: HigherHalf;
  /** The call to make next. It and the state belong to another run once this one has finished. */
  readonly call: NumberedCall;
  readonly state: LeanState;
  readonly #judge: LeanJudge;
  readonly #session: Session;
  readonly #observer: LeanObserver | null;
  readonly #sweepInterval: number;
  readonly #stackTraceLimit: number | undefined;
  /** The answers so far: each value as it came, or what was thrown; and by their places the responses that the model judged. */
  readonly #recorded: unknown[] = [];
  readonly #whole = new Map<number, Response>();
  readonly #freeAfter: number[] = [];
  readonly #writes = new Map<number, readonly number[]>();
  readonly #lines: string[] = [];
  #sweeps = 0;
  /** Answers as `inspect()` did in the sweep that ended the run. */
  #inspected: () => readonly InspectedRun[] | null = () => null;
  /** Why the run has ended: in a call, in a sweep or in init; or null. */
  #ended: 'init' | 'call' | 'sweep' | null = null;

  constructor(create: PmmFactory, claims: Claims, world: World, observer: LeanObserver | null) {
    this.world = world;
    this.#observer = observer;
    const { policies, profile } = claims;
    this.#session = new Session(create, world, profile);
    this.#stackTraceLimit = omitStacks();
    const checks: (() => void)[] = [];
    const verdict = init({ ...world, policies, profile }, this.#session.started, (...check) =>
      checks.push(() => observer?.tally(...check)),
    );
    if (!verdict.accepted) this.#ended = 'init';
    else for (const note of checks) note();
    const state = verdict.accepted
      ? verdict.state
      : ModelState.init(world.map, world.config, policies, profile);
    this.#judge = new LeanJudge(state, claims, observer, () => this.#session.response(this.#judge.answer));
    this.half = this.#judge.half;
    this.call = this.#judge.call;
    this.state = this.#judge.state;
    this.#sweepInterval = sweepInterval(state);
    if (isSweepDue(0, this.#sweepInterval)) this.#sweep();
  }

  /** Number of calls that were made. */
  get performed(): number {
    return this.#recorded.length;
  }

  /** Whether nothing has been found that the model does not accept. */
  get holds(): boolean {
    return this.#ended === null;
  }

  /** Takes over an operation of a program as the call to make next. Returns whether all that it names was handed out. */
  take(operation: Operation<Reference>): boolean {
    const { call, half, results } = this;
    call.takeNumbers(operation);
    for (const reference of addressesOf(operation)) {
      if (!namesResult(reference)) call.nameAnyAddress(reference.absolute, half);
      else {
        const { result, page, offset } = reference;
        if (page >= results.pagesOf(result)) return false;
        call.nameResult(result, page, results.frameOf(result, page), Number(offset));
      }
    }
    call.resolve(half);
    return true;
  }

  /** Makes the call that {@link call} holds, and judges it. Returns whether the specification still holds. */
  perform(): boolean {
    if (this.#ended !== null) return false;
    const session = this.#session;
    const judge = this.#judge;
    const at = this.#recorded.length;
    this.call.resolve(this.half);
    session.make(this.call, judge.answer, this.state.freeInStack);
    const holds = judge.judge();
    this.#recorded.push(session.value);
    if (judge.response !== null) this.#whole.set(at, judge.response);
    if (!holds) {
      this.#ended = 'call';
      return false;
    }
    this.#keep(at);
    return !isSweepDue(at + 1, this.#sweepInterval) || this.#sweep();
  }

  /** Keeps of an answer what {@link recording} and later calls need. */
  #keep(at: number): void {
    const { answer } = this.#judge;
    this.#freeAfter.push(this.state.free);
    if (answer.writes.length > 0) this.#writes.set(at, answer.writes);
    if (answer.kind === FAILED && this.#judge.response === null) this.#lines.push(answer.warnings[0] ?? '');
    if (answer.kind === ADDRESS)
      this.results.add(answer.frame, this.call.call === 'alloc' ? 1 : Number(this.call.count));
    else if (answer.kind === ADDRESSES) this.results.addBatch(answer.frames, answer.pages);
    else if (isAllocation(this.call.call)) this.results.add(0, 0);
  }

  /** Sweeps one last time and lets the manager go. Returns whether the specification held throughout. */
  finish(): boolean {
    if (this.#ended === null) this.#sweep();
    this.#session.close();
    this.abandon();
    return this.#ended === null;
  }

  /** Leaves the manager as it is: somewhere in a call, maybe. The last use. */
  abandon(): void {
    restoreStacks(this.#stackTraceLimit);
    this.#judge.leave();
  }

  /** Returns what performs the same program again, as it was answered. `onLast` is told before the answer that broke a clause. */
  recording(onLast: () => void): Performer {
    if (this.#ended === 'init') onLast();
    let next = 0;
    let sweep = 0;
    let allocated = 0;
    let failed = 0;
    return {
      started: this.#session.started,
      isRecorded: false,
      omission: null,
      passOver: () => {},
      close: () => {},
      perform: (operation) => {
        const at = next++;
        if (at === this.#recorded.length - 1 && this.#ended === 'call') onLast();
        const result = allocated;
        if (isAllocation(operation.call)) allocated += 1;
        const line = (): string => this.#lines[failed++] ?? '';
        return this.#whole.get(at) ?? this.#reconstructed(operation, at, result, line);
      },
      inspect: () => {
        sweep += 1;
        if (sweep < this.#sweeps || this.#ended !== 'sweep') return null;
        onLast();
        return this.#inspected();
      },
    };
  }

  #reconstructed(operation: Operation, at: number, result: number, line: () => string): Response {
    const value = this.#recorded[at];
    const outcome: Outcome =
      value === true && operation.call === 'allocPages'
        ? { kind: 'addresses', addresses: this.#addressesOf(result) }
        : outcomeOf(operation.call, value, isPmmPanic(value));
    const isFailed = outcome.kind === 'failed';
    const free = this.#freeAfter[at] ?? 0;
    const { total } = this.state.world;
    return {
      outcome,
      errno: isFailed ? 'ENOMEM' : null,
      amounts: { total, free, reserved: total - free },
      warnings: isFailed ? [line()] : NO_LINES,
      strayEntries: false,
      writes: this.#writes.get(at) ?? [],
    };
  }

  #addressesOf(result: number): readonly bigint[] {
    return Array.from({ length: this.results.pagesOf(result) }, (_, page) =>
      this.half.addressOf(this.results.frameOf(result, page) * PAGE_SIZE),
    );
  }

  /** Compares what the manager says of every page frame, where it offers that, with the state. */
  #sweep(): boolean {
    if (this.#ended !== null) return false;
    this.#sweeps += 1;
    if (this.#agrees()) return true;
    try {
      const runs = this.#session.inspect();
      if (runs === null) return true;
      this.#inspected = () => runs;
    } catch (error) {
      this.#inspected = () => {
        throw error;
      };
    }
    this.#ended = 'sweep';
    return false;
  }

  /** Whether the manager says of every page frame what the state does; counts that. */
  #agrees(): boolean {
    try {
      const runs = this.#session.pmm?.inspect?.();
      if (runs === undefined || !this.state.agreesWith(runs)) return false;
    } catch {
      return false; // It is asked once more, and what it throws then is noted.
    }
    const side = this.state.held + this.state.boot === 0 ? 0 : 1;
    this.#observer?.tally('owner.agrees', side, OWNER_AGREES);
    return true;
  }
}

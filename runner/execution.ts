/**
 * Executions: a program running on a target under the judge. After each operation the model accepts the response or names the
 * clause that it breaks. A sweep compares every page frame now and then, and at the end. The record is the trace.
 */
import { init, type ModelState, step, sweep, type Tally, type Violation } from '../model/index.ts';
import {
  freeForSingles,
  type InspectedRun,
  leavesOut,
  leftUndefined,
  type Operation,
  type PlacedViolation,
  type Policy,
  type Profile,
  type Program,
  type Reference,
  type Response,
  type SettledStep,
  type Trace,
} from '../spec/index.ts';
import { undefinedIn } from './dry-run.ts';
import { brokenOwnClause } from './own-clauses.ts';
import type { Performer } from './performer.ts';
import { Results } from './results.ts';
import type { Scene } from './scene.ts';
import { hasOnlyU64, type LeftOut, type Target } from './target.ts';
import { lookAt, stackOf } from './thrown.ts';
import type { World } from './world.ts';

/** One judged operation, for observers that count situations. */
export type JudgedStep = SettledStep;

/** An observer of an execution. */
export interface Observer {
  readonly tally: Tally;
  onStep(step: JudgedStep): void;
}

const UNOBSERVED: Observer = { tally: () => {}, onStep: () => {} };

/** Operations between two sweeps of a map with few descriptors. */
const SWEEP_INTERVAL = 16;
/** A sweep looks at each descriptor: with more of these, there are as many more operations between two. */
const FEW_DESCRIPTORS = 64;
/** A map with more RAM page frames is swept only at the end. */
const SMALL_MAP_PAGES = 1 << 16;

/** Returns how many operations lie between two sweeps at first; infinity for a map that is swept only at the end. */
export function sweepInterval({ world: { map, total } }: ModelState): number {
  if (total > SMALL_MAP_PAGES) return Number.POSITIVE_INFINITY;
  return SWEEP_INTERVAL * Math.max(1, Math.ceil(map.descriptors.length / FEW_DESCRIPTORS));
}

/** Up to here sweeps come as often; from then on each doubling of a program has as many sweeps. */
const OFTEN = 256;

/** Whether a sweep follows so many operations; `interval` is that of {@link sweepInterval}. */
export function isSweepDue(operations: number, interval: number): boolean {
  if (interval === Number.POSITIVE_INFINITY) return false;
  const doublings = operations < OFTEN ? 0 : 31 - Math.clz32(operations / OFTEN);
  return operations % (interval * (1 << doublings)) === 0; // a power costs a call
}

export interface ExecutionOptions {
  readonly policies: readonly Policy[];
  readonly observer?: Observer | undefined;
  /** The program, for a target that must know it before it starts. */
  readonly program?: Program;
  /** The performer of the program, if it has been started already. */
  readonly performer?: Performer;
}

/** Returns the operations of a program to leave out because they may be misuse, which the target leaves undefined. */
export function leftOutOf(
  target: Target,
  world: World,
  { policies, program }: Pick<ExecutionOptions, 'policies' | 'program'>,
): LeftOut | undefined {
  const { isInteractive, profile } = target;
  // An interactive target needs no dry run: before each call the state of the model says whether it is misuse.
  if (isInteractive || program === undefined || !leavesOut(profile)) return undefined;
  return undefinedIn(world, program, { policies, profile });
}

/** Whether a manager said that it cannot manage the world. */
export function isRefusal({ outcome }: Response): boolean {
  return outcome.kind === 'failed';
}

/** An operation that was passed over, and why. */
interface PassedOver {
  readonly at: number;
  /** The reference that was never handed out; empty for any other reason. */
  readonly reference: string;
  /** The reason why the target cannot be asked for it; null if a reference was not handed out. */
  readonly beyond: string | null;
}

/** Has what a manager says of every page frame compared, if it offers `inspect`. Returns the violation, or null. */
export function inspection(
  performer: Pick<Performer, 'inspect'>,
  compare: (runs: readonly InspectedRun[]) => Violation | null,
): Violation | null {
  let runs: readonly InspectedRun[] | null;
  try {
    runs = performer.inspect();
  } catch (error) {
    const explanation = `inspect() threw ${lookAt(error).text}`;
    return { clause: 'owner.agrees', explanation, pfn: null, owner: null };
  }
  return runs === null ? null : compare(runs);
}

export class Execution implements Scene {
  readonly world: World;
  readonly policies: readonly Policy[];
  readonly results = new Results();
  readonly operations: Operation<Reference>[] = [];
  readonly responses: Response[] = [];
  /** Operations passed over: a reference was never handed out, or the target cannot be asked for them. */
  readonly dangling: PassedOver[] = [];
  readonly #target: Target;
  readonly #performer: Performer;
  readonly #profile: Profile;
  readonly #observer: Observer;
  #state: ModelState | null = null;
  #violation: PlacedViolation | null = null;
  #isUnanswered = false;

  constructor(target: Target, world: World, options: ExecutionOptions) {
    const { policies, observer = UNOBSERVED } = options;
    this.world = world;
    this.policies = policies;
    this.#target = target;
    this.#observer = observer;
    this.#profile = target.profile;
    this.#performer =
      options.performer ??
      target.start(world, options.program, leftOutOf(target, world, options)).performer();
    this.responses.push(this.#performer.started);
    if (isRefusal(this.#performer.started)) return;
    const verdict = init(
      { ...world, policies, profile: this.#profile },
      this.#performer.started,
      observer.tally,
    );
    if (verdict.accepted) this.#state = verdict.state;
    else this.#reject(-1, verdict.violation);
    if (this.#isDue(-1)) this.#sweep(-1);
  }

  /** The violation, or null so far. After a violation the execution does nothing more. */
  get violation(): PlacedViolation | null {
    return this.#violation;
  }

  /** Whether init said that it cannot manage such a world: then no operation is performed. */
  get isRefused(): boolean {
    return this.#state === null && this.#violation === null;
  }

  /** The number of operations that were performed. */
  get performed(): number {
    return this.operations.length - this.dangling.length;
  }

  /** The state of the model. Throws if init was rejected. */
  get state(): ModelState {
    if (this.#state === null) throw new Error('no state: init was rejected');
    return this.#state;
  }

  /** Performs and judges one operation. Returns whether the specification still holds. */
  perform(operation: Operation<Reference>): boolean {
    if (this.#violation !== null) return false;
    const resolved = this.results.resolve(operation);
    const at = this.operations.length;
    this.operations.push(operation);
    const why = this.#performer.omission ?? this.#whyUnasked(resolved);
    if (resolved === null || why !== null) return this.#passOver(at, operation, why);
    const response = this.#performer.perform(resolved, freeForSingles(this.state));
    this.responses.push(response);
    this.results.record(operation, response);
    return this.#judge(at, resolved, response);
  }

  /** Returns the reason why the target cannot be asked for an operation in this state, or null. */
  #whyUnasked(operation: Operation | null): string | null {
    if (this.isRefused) return 'init of the target refuses this world';
    if (operation === null) return null;
    if (this.#target.takesAnyNumber || hasOnlyU64(operation)) return leftUndefined(this.state, operation);
    return 'the target only takes unsigned 64-bit integers';
  }

  /** Records an operation that is not judged. Returns whether the next one can be. */
  #passOver(at: number, operation: Operation<Reference>, because: string | null): boolean {
    const reference = because === null ? (this.results.dangling(operation) ?? '') : '';
    this.dangling.push({ at, reference, beyond: because });
    const why = because ?? 'it refers to what was not handed out';
    const response: Response = { outcome: { kind: 'malformed', message: `not run: ${why}` } };
    this.responses.push(response);
    this.results.record(operation, response);
    const hasRun = because !== null && this.#performer.isRecorded && this.#performer.omission === null;
    this.#performer.passOver();
    // If the target has performed undefined misuse, the responses after it mean nothing.
    return !hasRun;
  }

  /** Whether the target never returned. */
  get isUnanswered(): boolean {
    return this.#isUnanswered;
  }

  /** Takes note that the target never returned: from the operation under way, or where that was answered, from a sweep. */
  endUnanswered(message: string): void {
    const at = this.operations.length - 1;
    const operation = this.operations[at];
    if (this.#violation !== null) return;
    this.#isUnanswered = true;
    const isAnswered = this.responses.length > this.operations.length;
    const resolved = operation === undefined || isAnswered ? null : this.results.resolve(operation);
    if (operation === undefined || resolved === null) {
      this.#reject(at, {
        clause: 'owner.agrees',
        explanation: `inspect() is ${message}`,
        pfn: null,
        owner: null,
      });
      return;
    }
    const response: Response = { outcome: { kind: 'malformed', message: `it is ${message}` } };
    this.responses.push(response);
    this.results.record(operation, response);
    this.#judge(at, resolved, response);
  }

  /** Makes the last sweep and closes the performer. Returns whether the specification held throughout. */
  finish(): boolean {
    this.#sweep(this.operations.length - 1);
    this.#performer.close();
    return this.#violation === null;
  }

  /** The stack of the error that broke the clause: empty where it was omitted, null where no error did. */
  get stack(): string | null {
    return stackOf(this);
  }

  /** Returns the record. */
  trace(): Trace {
    const { operations, policies, responses } = this;
    const violation = this.#violation === null ? {} : { violation: this.#violation };
    const { name: target, compiled } = this.#target;
    return {
      format: 'frameproof/trace',
      version: 1,
      target,
      ...(compiled === null ? {} : { compiled }),
      profile: this.#profile,
      scenario: { ...this.world, policies, operations },
      responses,
      ...violation,
    };
  }

  #judge(at: number, operation: Operation, response: Response): boolean {
    const verdict = step(this.state, operation, response, this.#observer.tally);
    if (!verdict.accepted) return this.#reject(at, verdict.violation);
    this.#state = verdict.state;
    this.#observer.onStep(verdict.step);
    const broken = brokenOwnClause(this.#target.checks, verdict.step);
    if (broken !== null) return this.#reject(at, broken);
    return !this.#isDue(at) || this.#sweep(at);
  }

  /** Whether a sweep follows an operation; -1 stands for init. */
  #isDue(at: number): boolean {
    return this.#state !== null && isSweepDue(at + 1, sweepInterval(this.#state));
  }

  /** Compares every page frame with the state, if the manager offers `inspect`. Returns whether they agree. */
  #sweep(at: number): boolean {
    const state = this.#state;
    if (this.#violation !== null || state === null) return false;
    const violation = inspection(this.#performer, (runs) => sweep(state, runs, this.#observer.tally));
    return violation === null || this.#reject(at, violation);
  }

  #reject(at: number, violation: Omit<PlacedViolation, 'at'>): false {
    this.#violation = { ...violation, at };
    return false;
  }
}

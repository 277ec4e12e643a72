/**
 * Executions: a program running on a target under the eyes of the judge. After each operation the model accepts the
 * response or names the clause it breaks; in between, and at the end, every page frame is swept. The record of it is
 * the trace.
 */
import { init, type ModelState, type Rejection, step, sweep, type Tally } from '../model/index.ts';
import type {
  Config,
  InspectedRun,
  MemoryMap,
  Operation,
  Policy,
  Reference,
  Response,
  SettledStep,
  Trace,
  Violation,
} from '../spec/index.ts';
import { Results } from './results.ts';
import { Session } from './session.ts';
import type { Target } from './target.ts';

/** What a program runs on. */
export interface World {
  readonly map: MemoryMap;
  readonly config: Config;
}

/** One judged operation, for those who count situations. */
export type JudgedStep = SettledStep;

/** Who watches an execution. */
export interface Observer {
  readonly tally: Tally;
  onStep(step: JudgedStep): void;
}

const UNOBSERVED: Observer = { tally: () => {}, onStep: () => {} };

/** Every page frame is swept each time this many operations have been judged, where the map is small enough. */
const SWEEP_INTERVAL = 16;
/** Maps with more RAM page frames than this are swept at the end alone. */
const SMALL_MAP_PAGES = 1 << 16;

export interface ExecutionOptions {
  readonly policies: readonly Policy[];
  readonly observer?: Observer;
}

export class Execution {
  readonly world: World;
  readonly policies: readonly Policy[];
  readonly results = new Results();
  readonly operations: Operation<Reference>[] = [];
  readonly responses: Response[] = [];
  /** Operations passed over because what they refer to was never handed out. */
  readonly dangling: { readonly at: number; readonly reference: string }[] = [];
  readonly #target: Target;
  readonly #session: Session;
  readonly #observer: Observer;
  #state: ModelState | null = null;
  #violation: Violation | null = null;

  constructor(target: Target, world: World, { policies, observer = UNOBSERVED }: ExecutionOptions) {
    this.world = world;
    this.policies = policies;
    this.#target = target;
    this.#observer = observer;
    this.#session = new Session(target, world.map, world.config);
    this.responses.push(this.#session.started);
    const verdict = init({ ...world, policies }, this.#session.started, observer.tally);
    if (verdict.accepted) this.#state = verdict.state;
    else this.#reject(-1, verdict.rejection);
    if (this.#isSmall()) this.#sweep(-1);
  }

  /** The clause that was broken, or null so far. An execution that broke one does nothing more. */
  get violation(): Violation | null {
    return this.#violation;
  }

  /** The state of the model; throws where init was rejected. */
  get state(): ModelState {
    if (this.#state === null) throw new Error('there is no state: init was rejected');
    return this.#state;
  }

  /** Performs and judges one operation. Returns whether the specification still holds. */
  perform(operation: Operation<Reference>): boolean {
    if (this.#violation !== null) return false;
    const resolved = this.results.resolve(operation);
    const at = this.operations.length;
    this.operations.push(operation);
    if (resolved === null) {
      this.dangling.push({ at, reference: this.results.dangling(operation) ?? '' });
      this.responses.push({
        outcome: { kind: 'malformed', message: 'not run: it refers to what was not handed out' },
      });
      return true;
    }
    const response = this.#session.perform(resolved, this.state.freeIn('stack'));
    this.responses.push(response);
    this.results.record(operation, response);
    return this.#judge(at, resolved, response);
  }

  /** Sweeps every page frame one last time and lets the manager go. Returns whether the specification held throughout. */
  finish(): boolean {
    this.#sweep(this.operations.length - 1);
    this.#session.close();
    return this.#violation === null;
  }

  /** Returns the record of what happened. */
  trace(): Trace {
    const { operations, policies, responses } = this;
    const violation = this.#violation === null ? {} : { violation: this.#violation };
    return {
      format: 'frameproof/trace',
      version: 1,
      target: this.#target.name,
      scenario: { ...this.world, policies, operations },
      responses,
      ...violation,
    };
  }

  #judge(at: number, operation: Operation, response: Response): boolean {
    const verdict = step(this.state, operation, response, this.#observer.tally);
    if (!verdict.accepted) return this.#reject(at, verdict.rejection);
    this.#state = verdict.state;
    this.#observer.onStep(verdict.step);
    const isDue = at % SWEEP_INTERVAL === SWEEP_INTERVAL - 1 && this.#isSmall();
    return !isDue || this.#sweep(at);
  }

  #isSmall(): boolean {
    return this.#state !== null && this.#state.world.total <= SMALL_MAP_PAGES;
  }

  #sweep(at: number): boolean {
    if (this.#violation !== null || this.#state === null) return false;
    const rejection = this.#inspected(this.#state);
    return rejection === null || this.#reject(at, rejection);
  }

  /** Compares what the manager says of every page frame, where it offers that, with the state. */
  #inspected(state: ModelState): Rejection | null {
    let runs: readonly InspectedRun[] | null;
    try {
      runs = this.#session.inspect();
    } catch (error) {
      const explanation = `inspect() threw ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`;
      return { clause: 'owner.agrees', explanation, frame: null, owner: null };
    }
    return runs === null ? null : sweep(state, runs, this.#observer.tally);
  }

  #reject(at: number, { clause, explanation, frame, owner }: Rejection): false {
    this.#violation = { clause, at, explanation, pfn: frame, owner };
    return false;
  }
}

/** Runs a scenario on a target to its end or to the first broken clause, and returns the execution. */
export function execute(
  target: Target,
  { map, config, policies, operations }: Trace['scenario'],
  observer?: Observer,
): Execution {
  const execution = new Execution(
    target,
    { map, config },
    observer === undefined ? { policies } : { policies, observer },
  );
  for (const operation of operations) if (!execution.perform(operation)) break;
  execution.finish();
  return execution;
}

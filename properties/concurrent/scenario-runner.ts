/**
 * The runner of a concurrent scenario: sets it up on a target once, and runs it under one schedule after another. Each run first
 * restores the words to their values just before the callers begin.
 */
import { init, type ModelState, step } from '../../model/index.ts';
import { Results, TimeLimitError, within } from '../../runner/index.ts';
import {
  type Operation,
  type Pmm,
  type Profile,
  type Reference,
  type Response,
  SpecError,
} from '../../spec/index.ts';
import { CallerSession } from './caller-session.ts';
import type { HistoryCall } from './history.ts';
import type { ConcurrentScenario } from './scenario.ts';
import {
  type Chooser,
  Machine,
  type MachineMoment,
  newStepper,
  type Points,
  type Stepper,
} from './stepping.ts';
import { aboutWords, type ConcurrentTarget, freshWords } from './target.ts';

/** Extra tries to take the lock before a caller sleeps. None: the code that sleeps runs at once. */
const SPINS = 0;

/** A caller of the scenario, at some point of a run. */
interface Caller {
  readonly session: CallerSession;
  readonly stepper: Stepper;
  readonly program: readonly Operation<Reference>[];
  /** Index of the next operation. */
  at: number;
  results: Results;
  /** For each call made: the number of calls of each caller that had returned when it was invoked. */
  readonly cuts: string[];
}

/** A call that has not returned. */
export interface OpenCall {
  readonly caller: number;
  readonly operation: Operation;
  readonly invoked: number;
  /** Why it does not return. Default: it sleeps. */
  readonly waits?: 'asleep' | 'spinning' | 'running';
}

/** The record of one run. */
export interface Run {
  /** The calls of the callers, in the order in which they returned. */
  readonly calls: readonly HistoryCall[];
  /** Calls that wait for ever. */
  readonly open: readonly OpenCall[];
  /** The caller that took the step at each point. */
  readonly taken: readonly number[];
  /** Whether a caller slept or spun, waiting for the lock. */
  readonly hasWaited: boolean;
}

/** A moment of a run, to which it can be set back. */
export interface Moment {
  readonly machine: MachineMoment;
  readonly calls: readonly HistoryCall[];
  readonly cuts: readonly (readonly string[])[];
}

/** Milliseconds that the calls which are made alone, before the callers begin, may take. */
const ALONE_MS = 10_000;

/** Chosen to suspend the running caller after its step, whoever is next. */
const NOBODY = -1;

export class ScenarioRunner {
  readonly scenario: ConcurrentScenario;
  /** The claims of the target, where it makes any. */
  readonly profile: Profile | undefined;
  readonly machine: Machine;
  /** The state of the model after init. */
  readonly start: ModelState;
  /** The calls made before the callers begin: a part of each run's history. */
  readonly before: readonly HistoryCall[];
  /** The state of the model after these calls; null if it does not accept their answers. */
  readonly settled: ModelState | null;
  readonly #memory: Int32Array;
  readonly #initial: Int32Array;
  readonly #callers: readonly Caller[];
  readonly #host: CallerSession;
  #calls: HistoryCall[] = [];
  /** The caller whose call did not return by itself. */
  #endless: number | null = null;
  /** The same calls with references to results, as in the scenario. */
  readonly #made: readonly (readonly [Operation<Reference>, Response])[];

  constructor(target: ConcurrentTarget, scenario: ConcurrentScenario) {
    const { map, config, callers, policies } = scenario;
    const { profile } = target;
    this.scenario = scenario;
    this.profile = profile;
    this.#memory = freshWords(target, map, config);
    this.machine = new Machine(this.#memory, aboutWords(target));
    const attach = (): CallerSession => {
      const { words, steps } = this.machine;
      return new CallerSession(
        config,
        (warn) => target.attach(map, { config, warn, shared: { words, steps }, waiting: { spins: SPINS } }),
        profile,
      );
    };
    // Callers first: a panic numbers callers in the order in which they attached.
    this.#callers = callers.map((program, k) => ({
      session: attach(),
      stepper: newStepper(k + 1),
      program,
      at: 0,
      results: new Results(),
      cuts: [],
    }));
    this.#host = attach();
    const started = init({ map, config, policies, profile }, { outcome: { kind: 'done' } });
    if (!started.accepted) throw new Error(started.violation.explanation);
    this.start = started.state;
    [this.before, this.#made] = this.#make();
    this.settled = this.before.reduce<ModelState | null>(after, this.start);
    this.#initial = this.#memory.slice();
  }

  /** Runs the callers to their end, or until none can continue. */
  run(points: Points, choose: Chooser): Run {
    this.begin(points, choose);
    while (this.ready().length > 0) this.#resume(this.machine.next());
    return this.outcome();
  }

  /** Begins a run whose steps are taken one by one with {@link step}. */
  begin(points: Points, choose: Chooser = () => NOBODY): void {
    this.#memory.set(this.#initial);
    this.#calls = [];
    this.#endless = null;
    for (const caller of this.#callers) {
      Object.assign(caller.stepper, newStepper(caller.stepper.lockValue));
      caller.cuts.length = 0;
      this.#setBack(caller, []);
    }
    this.machine.begin(
      this.#callers.map(({ stepper }) => stepper),
      points,
      choose,
    );
    for (const caller of this.#callers) this.#settle(caller);
  }

  /** Returns the callers that can take a step. */
  ready(): readonly number[] {
    return this.machine.ready();
  }

  /** Lets a caller take its next step, and all that follow up to the next point. */
  step(caller: number): void {
    this.#resume(caller);
    this.machine.next();
  }

  /** Returns the record of a run that was ended from outside, in the midst of a call. */
  broken(): Run {
    this.#endless = this.machine.running;
    return this.outcome();
  }

  /** Returns the record of the run. */
  outcome(): Run {
    this.machine.rest();
    return {
      calls: this.#calls,
      open: this.#open(),
      taken: [...this.machine.taken],
      hasWaited: this.machine.hasWaited,
    };
  }

  /** Returns the present moment of the run. */
  moment(): Moment {
    const cuts = this.#callers.map((caller) => [...caller.cuts]);
    return { machine: this.machine.moment(), calls: [...this.#calls], cuts };
  }

  /** Sets the run back to an earlier moment. */
  goBack({ machine, calls, cuts }: Moment): void {
    this.machine.goBack(machine);
    this.#calls = [...calls];
    for (const [index, caller] of this.#callers.entries()) {
      caller.cuts.splice(0, caller.cuts.length, ...(cuts[index] ?? []));
      this.#setBack(
        caller,
        calls.filter((call) => call.caller === index),
      );
      if (caller.stepper.status !== 'done') this.#settle(caller);
    }
  }

  /**
   * Returns a key that tells moments apart by what can still happen and how it will be judged: the memory, what each caller has
   * read of it in its present call, the answers of its calls, and which calls had returned before each was invoked.
   */
  momentKey(): string {
    const callers = this.#callers.map(({ cuts }, index) => {
      const answers = this.#calls.filter(({ caller }) => caller === index).map(answerOf);
      return `${cuts.join(';')} ${answers.join(';')}`;
    });
    return `${callers.join('|')}|${this.machine.momentKey()}`;
  }

  /** Makes a call after a run, as one more call of its history. */
  afterwards(operation: Operation): HistoryCall {
    const response = this.#alone(operation);
    const caller = this.#callers.length;
    return { caller, operation, response, invoked: this.machine.tick(), returned: this.machine.tick() };
  }

  /** Makes a call that no other comes between. */
  #alone(operation: Operation): Response {
    const response = this.#host.perform(operation);
    this.machine.refuseDefect();
    return response;
  }

  /** The manager that reads the state after a run. */
  get host(): Pmm {
    return this.#host.pmm;
  }

  /** Performs the program that runs before the callers begin. */
  #make(): [HistoryCall[], (readonly [Operation<Reference>, Response])[]] {
    const [calls, made]: [HistoryCall[], [Operation<Reference>, Response][]] = [[], []];
    const results = new Results();
    const host = this.#callers.length;
    for (const named of this.scenario.before) {
      const operation = results.resolve(named);
      if (operation === null) continue;
      const response = this.#alone(operation);
      results.record(named, response);
      made.push([named, response]);
      const invoked = 2 * (calls.length - this.scenario.before.length);
      calls.push({ caller: host, operation, response, invoked, returned: invoked + 1 });
    }
    return [calls, made];
  }

  /** Sets a caller to the point at which it has made these calls. */
  #setBack(caller: Caller, calls: readonly HistoryCall[]): void {
    caller.at = 0;
    caller.results = new Results();
    for (const [operation, response] of this.#made) caller.results.record(operation, response);
    for (const { response } of calls) {
      this.#settle(caller);
      this.#record(caller, response);
    }
  }

  /** Records the answer to the present call of a caller. */
  #record(caller: Caller, response: Response): void {
    const named = caller.program[caller.at];
    if (named !== undefined) caller.results.record(named, response);
    caller.at += 1;
  }

  #resume(index: number): void {
    const caller = this.#callers[index];
    if (caller === undefined) throw new RangeError(`caller ${index} does not exist`);
    this.machine.turnTo(index);
    while (this.#proceed(caller, index));
  }

  /** Returns the number of calls of each caller that have returned. */
  #cut(): string {
    return this.#callers.map((_, index) => this.#countOf(index)).join();
  }

  /** Skips operations that refer to nothing. Returns the next operation, or marks the caller as done and returns null. */
  #settle(caller: Caller): Operation | null {
    for (; caller.at < caller.program.length; caller.at += 1) {
      const operation = caller.program[caller.at];
      const resolved = operation === undefined ? null : caller.results.resolve(operation);
      if (resolved !== null) return resolved;
    }
    caller.stepper.status = 'done';
    return null;
  }

  /** Makes or resumes the next call of a caller. Returns whether the call returned and another one follows. */
  #proceed(caller: Caller, index: number): boolean {
    const operation = this.#settle(caller);
    if (operation === null) return false;
    const { machine } = this;
    let response: Response | null = null;
    const isOver = machine.attempt(() => {
      response = caller.session.perform(operation);
    });
    if (caller.stepper.invoked !== null && caller.cuts.length <= this.#countOf(index))
      caller.cuts.push(this.#cut());
    if (!isOver || response === null) return false;
    const invoked = caller.stepper.invoked ?? machine.tick();
    this.#calls.push({ caller: index, operation, response, invoked, returned: machine.tick() });
    caller.stepper.invoked = null;
    this.#record(caller, response);
    return this.#settle(caller) !== null;
  }

  /** Returns the number of calls of a caller that have returned. */
  #countOf(index: number): number {
    return this.#calls.filter(({ caller }) => caller === index).length;
  }

  #open(): readonly OpenCall[] {
    return this.#callers.flatMap(({ stepper: { status, invoked }, program, at, results }, caller) => {
      const waits = caller === this.#endless ? 'running' : status;
      const named = program[at];
      if (waits === 'ready' || waits === 'done' || named === undefined) return [];
      const operation = results.resolve(named);
      return operation === null ? [] : [{ caller, operation, invoked: invoked ?? 0, waits }];
    });
  }
}

/** Sets a scenario up on a target. Throws `SpecError` where a call that is made alone does not return. */
export function runnerOf(
  target: ConcurrentTarget,
  scenario: ConcurrentScenario,
  aloneMs = ALONE_MS,
): ScenarioRunner {
  try {
    return within(aloneMs, () => new ScenarioRunner(target, scenario));
  } catch (error) {
    if (!(error instanceof TimeLimitError)) throw error;
    throw new SpecError(
      `${target.name}: expected calls that return where one caller makes them alone: it was ${error.message}`,
      { cause: error },
    );
  }
}

/** Returns the state of the model after a call, or null if it does not accept the answer. */
function after(state: ModelState | null, { operation, response }: HistoryCall): ModelState | null {
  const verdict = state === null ? null : step(state, operation, response);
  return verdict?.accepted === true ? verdict.state : null;
}

/** Returns the outcome of a call as text. */
function answerOf({ response: { outcome } }: HistoryCall): string {
  return JSON.stringify(outcome, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
}

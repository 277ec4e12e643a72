/**
 * The stage: a concurrent scenario set up on a target, to be run under one schedule after another. Setting up is done once; a
 * run puts the words back to what they were when the callers were about to begin.
 */
import { init, type ModelState } from '../../model/index.ts';
import { Results } from '../../runner/index.ts';
import type { Operation, Pmm, Reference, Response } from '../../spec/index.ts';
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
import { type ConcurrentTarget, sharedWords } from './target.ts';
import { Voice } from './voice.ts';

/** Tries before a caller sleeps. One is enough to have the code for it run. */
const SPINS = 0;

/** A caller of a run. */
interface Caller {
  readonly voice: Voice;
  readonly stepper: Stepper;
  readonly program: readonly Operation<Reference>[];
  at: number;
  results: Results;
  /** How many calls of each caller had returned when its calls were invoked, one entry a call. */
  readonly cuts: string[];
}

/** A call that did not return. */
export interface OpenCall {
  readonly caller: number;
  readonly operation: Operation;
  readonly invoked: number;
}

/** What came of one run. */
export interface Run {
  /** In the order in which they returned; those before the callers began are not among them. */
  readonly calls: readonly HistoryCall[];
  /** Calls that wait for ever. */
  readonly open: readonly OpenCall[];
  /** Who took the step at each point. */
  readonly taken: readonly number[];
  /** Whether some caller slept for the lock. */
  readonly hasSlept: boolean;
}

/** Where a run has got to: a moment to go back to. */
interface Moment {
  readonly machine: MachineMoment;
  readonly calls: readonly HistoryCall[];
  readonly cuts: readonly (readonly string[])[];
}

/** Chosen where the caller at work is to be left after its step, whoever comes next. */
const NOBODY = -1;

export class Stage {
  readonly scenario: ConcurrentScenario;
  readonly machine: Machine;
  /** The state of the model after init. */
  readonly start: ModelState;
  /** The calls before the callers begin, as a part of each run's history. */
  readonly before: readonly HistoryCall[];
  readonly #memory: Int32Array;
  readonly #initial: Int32Array;
  readonly #callers: readonly Caller[];
  readonly #host: Voice;
  #calls: HistoryCall[] = [];
  /** The same calls with the results that they name. */
  readonly #made: readonly (readonly [Operation<Reference>, Response])[];

  constructor(target: ConcurrentTarget, scenario: ConcurrentScenario) {
    const { map, config, callers, policies } = scenario;
    this.scenario = scenario;
    this.#memory = sharedWords(map, config);
    this.machine = new Machine(this.#memory);
    const attach = (): Voice => {
      const { words, steps } = this.machine;
      return new Voice((warn) =>
        target.attach(map, { config, warn, shared: { words, steps }, waiting: { spins: SPINS } }),
      );
    };
    // Callers first: a panic names them by the order in which they attached.
    this.#callers = callers.map((program, k) => ({
      voice: attach(),
      stepper: newStepper(k + 1),
      program,
      at: 0,
      results: new Results(),
      cuts: [],
    }));
    this.#host = attach();
    const started = init({ map, config, policies }, { outcome: { kind: 'done' } });
    if (!started.accepted) throw new Error(started.violation.explanation);
    this.start = started.state;
    [this.before, this.#made] = this.#make();
    this.#initial = this.#memory.slice();
  }

  /** Runs the callers to their end, or until none of them can go on. */
  run(points: Points, choose: Chooser): Run {
    this.begin(points, choose);
    while (this.ready().length > 0) this.#goOn(this.machine.next());
    return this.outcome();
  }

  /** Begins a run whose steps are taken one by one. */
  begin(points: Points, choose: Chooser = () => NOBODY): void {
    this.#memory.set(this.#initial);
    this.#calls = [];
    for (const caller of this.#callers) {
      Object.assign(caller.stepper, newStepper(caller.stepper.lockValue));
      caller.cuts.length = 0;
      this.#recall(caller, []);
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

  /** Lets a caller take the step before which it stands, and all that follow it up to the next point. */
  step(caller: number): void {
    this.#goOn(caller);
    this.machine.next();
  }

  /** Returns what the run has come to. */
  outcome(): Run {
    this.machine.rest();
    return {
      calls: this.#calls,
      open: this.#open(),
      taken: [...this.machine.taken],
      hasSlept: this.machine.hasSlept,
    };
  }

  /** Returns where the run has got to. */
  moment(): Moment {
    const cuts = this.#callers.map((caller) => [...caller.cuts]);
    return { machine: this.machine.moment(), calls: [...this.#calls], cuts };
  }

  goBack({ machine, calls, cuts }: Moment): void {
    this.machine.goBack(machine);
    this.#calls = [...calls];
    for (const [index, caller] of this.#callers.entries()) {
      caller.cuts.splice(0, caller.cuts.length, ...(cuts[index] ?? []));
      this.#recall(
        caller,
        calls.filter((call) => call.caller === index),
      );
      if (caller.stepper.standing !== 'done') this.#settle(caller);
    }
  }

  /**
   * Tells moments apart by what can still come and by how it will be judged: what is in memory, what each caller has seen
   * of it in the call under way, what its calls were answered, and which calls had returned before each was invoked.
   */
  momentKey(): string {
    const callers = this.#callers.map(({ cuts }, index) => {
      const answers = this.#calls.filter(({ caller }) => caller === index).map(answerOf);
      return `${cuts.join(';')} ${answers.join(';')}`;
    });
    return `${callers.join('|')}|${this.machine.momentKey()}`;
  }

  /** Makes a call after a run, on what it left behind, as one more call of the run's history. */
  afterwards(operation: Operation): HistoryCall {
    const response = this.#host.perform(operation);
    const caller = this.#callers.length;
    return { caller, operation, response, invoked: this.machine.tick(), returned: this.machine.tick() };
  }

  /** Returns the manager that looks at what a run left behind. */
  get host(): Pmm {
    return this.#host.pmm;
  }

  /** Performs what comes before the callers begin. */
  #make(): [HistoryCall[], (readonly [Operation<Reference>, Response])[]] {
    const [calls, made]: [HistoryCall[], [Operation<Reference>, Response][]] = [[], []];
    const results = new Results();
    const host = this.#callers.length;
    for (const named of this.scenario.before) {
      const operation = results.resolve(named);
      if (operation === null) continue;
      const response = this.#host.perform(operation);
      results.record(named, response);
      made.push([named, response]);
      const invoked = 2 * (calls.length - this.scenario.before.length);
      calls.push({ caller: host, operation, response, invoked, returned: invoked + 1 });
    }
    return [calls, made];
  }

  /** Puts a caller where it has made these calls. */
  #recall(caller: Caller, calls: readonly HistoryCall[]): void {
    caller.at = 0;
    caller.results = new Results();
    for (const [operation, response] of this.#made) caller.results.record(operation, response);
    for (const { response } of calls) {
      this.#settle(caller);
      this.#record(caller, response);
    }
  }

  /** Takes note of the answer to the call that a caller is at. */
  #record(caller: Caller, response: Response): void {
    const named = caller.program[caller.at];
    if (named !== undefined) caller.results.record(named, response);
    caller.at += 1;
  }

  #goOn(index: number): void {
    const caller = this.#callers[index];
    if (caller === undefined) throw new RangeError(`there is no caller ${index}`);
    this.machine.turnTo(index);
    while (this.#proceed(caller, index));
  }

  /** Returns how many calls of each caller have returned. */
  #cut(): string {
    return this.#callers.map((_, index) => this.#countOf(index)).join();
  }

  /** Passes over what refers to nothing, and takes note where nothing is left to do. */
  #settle(caller: Caller): Operation | null {
    for (; caller.at < caller.program.length; caller.at += 1) {
      const operation = caller.program[caller.at];
      const resolved = operation === undefined ? null : caller.results.resolve(operation);
      if (resolved !== null) return resolved;
    }
    caller.stepper.standing = 'done';
    return null;
  }

  /** Makes, or goes on with, the next call of a caller. Returns whether it came to its end and there is another one. */
  #proceed(caller: Caller, index: number): boolean {
    const operation = this.#settle(caller);
    if (operation === null) return false;
    const { machine } = this;
    let response: Response | null = null;
    const isOver = machine.attempt(() => {
      response = caller.voice.perform(operation);
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

  /** Returns how many calls of a caller have returned. */
  #countOf(index: number): number {
    return this.#calls.filter(({ caller }) => caller === index).length;
  }

  #open(): readonly OpenCall[] {
    return this.#callers.flatMap(({ stepper, program, at, results }, caller) => {
      const named = program[at];
      const operation = stepper.standing === 'asleep' && named !== undefined ? results.resolve(named) : null;
      return operation === null ? [] : [{ caller, operation, invoked: stepper.invoked ?? 0 }];
    });
  }
}

/** Returns what a call was answered, as text. */
function answerOf({ response: { outcome } }: HistoryCall): string {
  return JSON.stringify(outcome, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
}

/**
 * Judging logs: the judge follows a recorded run and says whether the specification admits it, or names the first line that it
 * does not admit: the lean judge where it knows the profile, the model elsewhere. Memory is that of one state, whatever the
 * length of the log.
 */
import { ClauseCounts, init, ModelState, type SideCounts, step, type Violation } from '../../model/index.ts';
import type { KindCounts, LeanJudge } from '../../runner/lean/index.ts';
import {
  type ClauseName,
  leftUndefined,
  type Profile,
  type Region,
  type Response,
  SpecError,
  WHOLE,
} from '../../spec/index.ts';
import type { Delivery } from './console/index.ts';
import { sourceName } from './lines.ts';
import type { LogEntry, LogHeader, LogReader, LogViolation } from './log-format.ts';
import type { PartialState, Undecided } from './partial-state.ts';
import type { LogWindow } from './program/index.ts';
import { CutLogError, type ReadLogOptions, readLog } from './read-log.ts';

/**
 * - `admitted`: the specification admits every answer.
 * - `violated`: an answer violates a clause; the lines after it were not read.
 * - `cut`: the last line that was read is incomplete, or a call that the profile leaves undefined; the answers before it are admitted.
 * - `interrupted`: the signal stopped it early; the answers so far are admitted.
 *
 * @public
 */
export type LogVerdict = 'admitted' | 'violated' | 'cut' | 'interrupted';

/**
 * The result of judging a log.
 *
 * @public
 */
export interface JudgedLog {
  readonly verdict: LogVerdict;
  readonly header: LogHeader;
  /** Operations judged, including the one that violates a clause. */
  readonly operations: number;
  /** Operations by call and outcome. */
  readonly calls: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** How often each clause was checked, on each of its sides. Clauses that were never checked are left out. */
  readonly clauses: Readonly<Record<string, SideCounts>>;
  readonly violation: LogViolation | null;
  /** Operations whose answers might be right or wrong, by the reason why nobody can say. */
  readonly undecided: Readonly<Partial<Record<Undecided, number>>>;
  /** The delivery of a log that a console printed; null for one in JSON. */
  readonly delivery: Delivery | null;
  /** Page frames known to be held by callers, in the end. */
  readonly held: number;
  /** The error in the last line that was read, where the verdict is `cut`; else null. */
  readonly cut: string | null;
  readonly seconds: number;
}

/**
 * How a log is judged.
 *
 * @public
 */
export interface JudgeOptions extends ReadLogOptions {
  /** The claims to judge it by. Default: what its header claims. */
  readonly profile?: Profile | undefined;
  /** Filled with the last entries, and the state before them. */
  readonly window?: LogWindow | undefined;
  /** Called now and then with the number of operations judged, and of page frames known to be held. */
  readonly onProgress?: (operations: number, held: number) => void;
  /** Stops judging early. */
  readonly signal?: AbortSignal;
}

type LeanRoom = typeof import('../../runner/lean/index.ts');

/** Operations between two looks at the signal, and before the lean judge is loaded. */
const STRETCH = 256;

const UNOBSERVED: Response = { outcome: { kind: 'done' } };

/** The model's verdict on an answer: the next state, or the violation. */
type AnswerVerdict =
  | { readonly accepted: true; readonly state: ModelState | PartialState }
  | { readonly accepted: false; readonly violation: Violation };

/** The line that an answer stands on, its operation (null for init), and the answer. */
type JudgedLine = Pick<LogViolation, 'line' | 'operation' | 'response'>;

class LogJudge implements LogReader {
  operations = 0;
  violation: LogViolation | null = null;
  readonly calls: Record<string, Record<string, number>> = {};
  readonly undecided: Partial<Record<Undecided, number>> = {};
  readonly #path: string;
  readonly #options: JudgeOptions;
  readonly #counts = new ClauseCounts();
  readonly #checked = new Set<ClauseName>();
  #header: LogHeader | null = null;
  #state: ModelState | PartialState | null = null;
  #after: typeof PartialState.after | null = null;
  /** Goes on from the state, as long as nothing is lost. */
  #lean: LeanJudge | null = null;
  #kinds: KindCounts | null = null;
  #response = UNOBSERVED;

  constructor(path: string, options: JudgeOptions) {
    this.#path = path;
    this.#options = options;
  }

  get header(): LogHeader {
    if (this.#header === null) throw new Error('the log has no header yet');
    return this.#header;
  }

  /** How often each clause was checked, of those that were. */
  get clauses(): Readonly<Record<string, SideCounts>> {
    this.#kinds?.drain(this.#tally);
    return this.#counts.toRecord([...this.#checked]);
  }

  onHeader(header: LogHeader): boolean {
    const given = this.#options.profile;
    // Another boot begins anew.
    this.#lean = null;
    this.#header = given === undefined ? header : { ...header, policies: given.policies, profile: given };
    const goesOn = this.#takeInit(UNOBSERVED, 1);
    return goesOn && header.start === 'running' ? this.onLoss(null) : goesOn;
  }

  async prepareForLosses(): Promise<void> {
    const { PartialState: Partial } = await import('./partial-state.ts');
    this.#after = Partial.after;
  }

  onLoss(lost: number | null): boolean {
    const state = this.#known;
    const options = { unseen: this.header.unseen === 'allocations' };
    this.#lean = null;
    if (!(state instanceof ModelState)) this.#state = state.forgotten(lost);
    else if (this.#after === null) throw new Error('a loss that nobody prepared for');
    else this.#state = this.#after(state, lost, options);
    return this.#goesOn();
  }

  onDoubt(region: Region): boolean {
    const state = this.#known;
    if (!(state instanceof ModelState)) this.#state = state.doubting(region);
    this.operations += 1;
    this.#undecide('out of order between two processors');
    return this.#goesOn();
  }

  onInit(response: Response, line: number): boolean {
    return this.#takeInit(response, line);
  }

  onEntry(entry: LogEntry, line: number): boolean {
    const { operation, response } = entry;
    const { window } = this.#options;
    window?.begin(() => this.#known);
    const isAdmitted = this.#lean !== null && this.#isAdmitted(this.#lean, entry);
    const verdict = isAdmitted ? null : this.#verdictOn(entry);
    if (typeof verdict === 'string')
      throw new CutLogError(
        `${sourceName(this.#path)}:${line}: expected a call that the profile defines: ${verdict}`,
      );
    this.operations += 1;
    window?.keep({ operation, response, line });
    this.#count(operation.call, response.outcome.kind);
    return (verdict === null || this.#take(verdict, { line, operation, response })) && this.#goesOn();
  }

  /** Whether the lean judge admits an answer; the model names what it does not admit. */
  #isAdmitted(lean: LeanJudge, { operation, response }: LogEntry): boolean {
    if (leftUndefined(lean.state, operation) !== null) return false;
    this.#response = response;
    lean.call.take(operation, lean.half);
    lean.answer.take(response, lean.half);
    return lean.judge();
  }

  /** Lets the lean judge go on from here, if it knows the profile. Short logs are judged before its code is loaded. */
  #goOnLean({ isAddressable, isKnown, KindCounts: Kinds, LeanJudge: Judge }: LeanRoom): void {
    const state = this.#known;
    const { policies, profile = WHOLE } = this.header;
    if (!(state instanceof ModelState) || !isKnown(profile) || !isAddressable(this.header)) return;
    this.#kinds = new Kinds();
    const observer = { kinds: this.#kinds, tally: this.#tally, onFacts: () => {}, onStep: () => {} };
    this.#lean = new Judge(state, { policies, profile }, observer, () => this.#response);
  }

  /** Page frames known to be held. */
  get held(): number {
    if (this.#lean !== null) return this.#lean.state.held;
    const state = this.#state;
    return state instanceof ModelState ? state.countOf('caller') : (state?.held ?? 0);
  }

  get #known(): ModelState | PartialState {
    if (this.#lean !== null) return this.#lean.state.toModel();
    if (this.#state === null) throw new Error('an operation before init');
    return this.#state;
  }

  #verdictOn(entry: LogEntry): AnswerVerdict | string {
    const state = this.#known;
    return state instanceof ModelState ? this.#judge(state, entry) : this.#judgePartly(state, entry);
  }

  /** Returns the verdict, or the reason why the profile leaves the operation undefined. */
  #judge(state: ModelState, { operation, response }: LogEntry): AnswerVerdict | string {
    return leftUndefined(state, operation) ?? step(state, operation, response, this.#tally);
  }

  #judgePartly(state: PartialState, { operation, response }: LogEntry): AnswerVerdict | string {
    const verdict = state.step(operation, response, this.#tally);
    if (verdict.accepted === null) return verdict.why;
    if (verdict.accepted && verdict.undecided !== null) this.#undecide(verdict.undecided);
    return verdict;
  }

  #undecide(reason: Undecided): void {
    this.undecided[reason] = (this.undecided[reason] ?? 0) + 1;
  }

  #goesOn(): boolean {
    // Of a slow kernel, or one that hangs, the first calls are told one by one.
    if (this.operations < STRETCH) this.#options.onProgress?.(this.operations, this.held);
    if (this.operations % STRETCH !== 0) return true;
    // Not awaited: the model goes on until it is there.
    if (this.operations === STRETCH)
      void import('../../runner/lean/index.ts').then((room) => this.#goOnLean(room));
    this.#options.onProgress?.(this.operations, this.held);
    return this.#options.signal?.aborted !== true;
  }

  readonly #tally: ClauseCounts['note'] = (clause, side, place, times) => {
    this.#checked.add(clause);
    this.#counts.note(clause, side, place, times);
  };

  #takeInit(response: Response, line: number): boolean {
    // The header holds no observation, so no clause is checked by it.
    const tally = response === UNOBSERVED ? () => {} : this.#tally;
    this.#options.window?.restart(response);
    return this.#take(init(this.header, response, tally), { line, operation: null, response });
  }

  #take(verdict: AnswerVerdict, line: JudgedLine): boolean {
    if (verdict.accepted) this.#state = verdict.state;
    else {
      const { clause, explanation, pfn, owner } = verdict.violation;
      this.violation = { ...line, clause, explanation, pfn, owner };
    }
    return verdict.accepted;
  }

  #count(call: string, outcome: string): void {
    this.calls[call] ??= {};
    const outcomes = this.calls[call];
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }
}

/**
 * Judges the log at a path (`-` for standard input), by the claims of its header or, if a profile is given, by that one. O(lines)
 * time, memory only for the model's state.
 *
 * @throws SpecError where a line is not a line of a log, or nothing was observed, OutdatedTraceError where the log is of another version.
 * @public
 */
export async function judgeLog(path: string, options: JudgeOptions = {}): Promise<JudgedLog> {
  const start = performance.now();
  const judge = new LogJudge(path, options);
  let cut: string | null = null;
  let delivery: Delivery | null = null;
  try {
    delivery = await readLog(path, judge, options);
  } catch (error) {
    if (!(error instanceof CutLogError) || judge.operations === 0) throw error;
    cut = error.message;
  }
  const { header, operations, calls, violation, clauses, undecided, held } = judge;
  const ended = options.signal?.aborted === true ? 'interrupted' : 'admitted';
  const verdict = violation !== null ? 'violated' : cut !== null ? 'cut' : ended;
  if (verdict === 'admitted' && operations === 0 && Object.keys(clauses).length === 0)
    throw new SpecError(
      `${sourceName(path)}: expected the log of a run, and it holds no call: nothing was judged`,
    );
  const seconds = (performance.now() - start) / 1000;
  return { verdict, header, operations, calls, clauses, violation, undecided, delivery, held, cut, seconds };
}

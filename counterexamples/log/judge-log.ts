/**
 * Judging logs: the model follows a recorded run and says whether the specification admits it, or where it first does
 * not. Memory is that of the model's state, whatever the length of the log.
 */
import {
  ClauseCounts,
  init,
  type ModelState,
  type SideCounts,
  step,
  type Violation,
} from '../../model/index.ts';
import type { ClauseName, Operation, Response } from '../../spec/index.ts';
import type { LogEntry, LogHeader } from './log-format.ts';
import { CutLogError, type LogReader, readLog } from './read-log.ts';

/** Where a log first breaks the specification. */
export interface LogViolation {
  /** From 1. */
  readonly line: number;
  /** The operation of that line, or null for init. */
  readonly operation: Operation | null;
  readonly response: Response;
  readonly clause: ClauseName;
  readonly explanation: string;
  readonly pfn: number | null;
  readonly owner: string | null;
}

/**
 * - `admitted`: the specification admits every answer.
 * - `violated`: it does not admit one of them; what comes after that line was not read.
 * - `cut`: the last line is not whole; the answers before it are admitted.
 */
export type LogVerdict = 'admitted' | 'violated' | 'cut';

/** What judging a log came to. */
export interface JudgedLog {
  readonly verdict: LogVerdict;
  readonly header: LogHeader;
  /** Operations judged, the broken one included. */
  readonly operations: number;
  /** Operations by call and outcome. */
  readonly calls: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** How often each clause was checked, on each of its sides; clauses that were never checked left out. */
  readonly clauses: Readonly<Record<string, SideCounts>>;
  readonly violation: LogViolation | null;
  /** What is wrong with the last line, where it is not whole. */
  readonly cut: string | null;
  readonly seconds: number;
}

const UNOBSERVED: Response = { outcome: { kind: 'done' } };

/** The state that an accepted answer leads to, or the clause that a rejected one breaks. */
type Followed =
  | { readonly accepted: true; readonly state: ModelState }
  | { readonly accepted: false; readonly violation: Violation };

class LogJudge implements LogReader {
  operations = 0;
  violation: LogViolation | null = null;
  readonly counts = new ClauseCounts();
  readonly calls: Record<string, Record<string, number>> = {};
  readonly #met = new Set<ClauseName>();
  #header: LogHeader | null = null;
  #state: ModelState | null = null;

  get header(): LogHeader {
    if (this.#header === null) throw new Error('the log has no header yet');
    return this.#header;
  }

  /** The clauses that have been checked. */
  get met(): readonly ClauseName[] {
    return [...this.#met];
  }

  onHeader(header: LogHeader): boolean {
    this.#header = header;
    return this.#takeInit(UNOBSERVED, 1);
  }

  onInit(response: Response, line: number): boolean {
    return this.#takeInit(response, line);
  }

  onEntry({ operation, response }: LogEntry, line: number): boolean {
    const state = this.#state;
    if (state === null) throw new Error('an operation before init');
    this.operations += 1;
    this.#count(operation.call, response.outcome.kind);
    const verdict = step(state, operation, response, this.#tally);
    return this.#take(verdict, { line, operation, response });
  }

  readonly #tally: ClauseCounts['note'] = (clause, side, place) => {
    this.#met.add(clause);
    this.counts.note(clause, side, place);
  };

  #takeInit(response: Response, line: number): boolean {
    // The header alone observes nothing: no clause is checked by it.
    const tally = response === UNOBSERVED ? () => {} : this.#tally;
    return this.#take(init(this.header, response, tally), { line, operation: null, response });
  }

  #take(verdict: Followed, at: Pick<LogViolation, 'line' | 'operation' | 'response'>): boolean {
    if (verdict.accepted) this.#state = verdict.state;
    else this.violation = { ...at, ...words(verdict.violation) };
    return verdict.accepted;
  }

  #count(call: string, outcome: string): void {
    this.calls[call] ??= {};
    const outcomes = this.calls[call];
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }
}

function words({
  clause,
  explanation,
  pfn,
  owner,
}: Violation): Omit<LogViolation, 'line' | 'operation' | 'response'> {
  return { clause, explanation, pfn, owner };
}

/**
 * Judges the log at a path (`-` for standard input). O(lines), and memory for the state alone.
 *
 * @throws SpecError where a line does not belong into a log, OutdatedTraceError where it is of another version.
 */
export async function judgeLog(path: string): Promise<JudgedLog> {
  const start = performance.now();
  const judge = new LogJudge();
  let cut: string | null = null;
  try {
    await readLog(path, judge);
  } catch (error) {
    if (!(error instanceof CutLogError) || judge.operations === 0) throw error;
    cut = error.message;
  }
  const { header, operations, calls, violation, counts, met } = judge;
  const verdict = violation !== null ? 'violated' : cut !== null ? 'cut' : 'admitted';
  const seconds = (performance.now() - start) / 1000;
  return { verdict, header, operations, calls, clauses: counts.toRecord(met), violation, cut, seconds };
}

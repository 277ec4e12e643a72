/**
 * The window of a log: its last entries and the state before them, to look at step by step, whatever the length of the log. While the
 * log is judged, entries are kept in blocks; a block begins with the state before it, and all but the last two are let go.
 *
 *     entries  ...  |  block let go  |  block  |  block so far
 *     window                         ^ state                 ^ last entry
 */
import { ModelState } from '../../../model/index.ts';
import { Owner, type PlacedViolation, type Response, type Trace } from '../../../spec/index.ts';
import type { LogEntry, LogHeader, LogViolation } from '../log-format.ts';
import type { PartialState } from '../partial-state.ts';
import { ProgramWriter } from './log-program.ts';

/** Entries of a block: a window has up to twice as many. To note a state takes as long as judging some of them. */
const BLOCK = 500;

/** An entry of a log, and where it stands. */
interface PlacedEntry extends LogEntry {
  /** Line number, from 1. */
  readonly line: number;
}

interface Block {
  /** Operations of the log before it. */
  readonly skipped: number;
  /** The state before it. Null where owners of page frames are only partly known. */
  readonly state: ModelState | null;
  readonly entries: PlacedEntry[];
}

/**
 * The last entries of a log: pass it to {@link judgeLog}, which fills it.
 *
 * @public
 */
export class LogWindow {
  #started: Response = { outcome: { kind: 'done' } };
  #blocks: readonly Block[] = [];

  /** Lets go of all: init was answered. */
  restart(started: Response): void {
    this.#started = started;
    this.#blocks = [];
  }

  /** Begins a block where one is due, with the state that `now` returns. O(1), and once a block the cost of `now`. */
  begin(now: () => ModelState | PartialState): void {
    const last = this.#blocks.at(-1);
    if (last !== undefined && last.entries.length < BLOCK) return;
    const state = now();
    const skipped = last === undefined ? 0 : last.skipped + BLOCK;
    const next = { skipped, state: state instanceof ModelState ? state : null, entries: [] };
    this.#blocks = [...this.#blocks.slice(-1), next];
  }

  /** Keeps the entry that was judged. O(1). */
  keep(entry: PlacedEntry): void {
    this.#blocks.at(-1)?.entries.push(entry);
  }

  /** Operations of the log before the window. */
  get skipped(): number {
    return this.#blocks[0]?.skipped ?? 0;
  }

  /** The state before the window. Null where owners of page frames are only partly known. */
  get state(): ModelState | null {
    return this.#blocks[0]?.state ?? null;
  }

  get entries(): readonly PlacedEntry[] {
    return this.#blocks.flatMap(({ entries }) => entries);
  }

  /**
   * Returns the window as a trace. It begins in the window's state, which is the one after init only where nothing is skipped. Addresses
   * are references to the calls of the window that handed them out. `source` names what was logged.
   */
  trace(header: LogHeader, violation: LogViolation | null, source: string): Trace {
    const writer = new ProgramWriter(Number.POSITIVE_INFINITY);
    writer.onHeader(header);
    for (const entry of this.entries) writer.onEntry(entry, entry.line);
    return {
      format: 'frameproof/trace',
      version: 1,
      target: source,
      scenario: writer.scenario,
      responses: [this.#started, ...this.entries.map(({ response }) => response)],
      ...(violation === null ? {} : { violation: placed(violation, this.entries.length - 1) }),
      ...(header.profile === undefined ? {} : { profile: header.profile }),
    };
  }
}

/** Returns a violation as a trace has it, by the last of its operations. */
function placed({ clause, explanation, operation, pfn, owner }: LogViolation, last: number): PlacedViolation {
  return {
    clause,
    explanation,
    at: operation === null ? -1 : last,
    pfn,
    owner: Owner.is(owner) ? owner : null,
  };
}

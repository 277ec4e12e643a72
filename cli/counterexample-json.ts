/**
 * A counterexample as `--json` prints it: one shape, with the same keys in every command, described in `docs/json.md`. A key
 * that says nothing for a command is null there.
 */
import { formatResponse } from '../counterexamples/text/index.ts';
import { type BreakableClause, formatProgram, type Trace } from '../spec/index.ts';

/** A violation as traces hold it. Where callers run at the same time, no operation and no page frame is to blame. */
interface ViolationJson {
  readonly clause: BreakableClause;
  readonly explanation: string;
  /** Index of the operation, from 0; -1 for init. */
  readonly at: number | null;
  readonly pfn: number | null;
  readonly owner: string | null;
}

export interface CounterexampleJson {
  readonly violation: ViolationJson | null;
  readonly target: string | null;
  /** The file that was run or judged, where it was not found by searching. */
  readonly from: string | null;
  /** The call that was answered wrongly, and its answer. */
  readonly call: string | null;
  readonly answer: string | null;
  /** One line an operation. Null for a log: it holds the program itself. */
  readonly program: readonly string[] | null;
  readonly operations: number;
  /** Operations in the program that was found, before it was shrunk. */
  readonly foundOperations: number | null;
  /** Whether the target answered one program in two ways. */
  readonly flaky: boolean;
  /** Whether it is certified that all shorter programs on its memory map hold, and how many they are; null where nobody asked. */
  readonly certified: boolean | null;
  readonly shorterPrograms: string | null;
  /** The claim of an author whose code is correct, where that explains it; null where nobody asked, too. */
  readonly hint: string | null;
  /** Where it was saved. */
  readonly file: string | null;
  /** The command line that goes on from here. */
  readonly next: string | null;
}

/** The facts of a counterexample. What is left out is null, or false. */
export type CounterexampleFacts = Pick<CounterexampleJson, 'operations'> &
  Partial<Omit<CounterexampleJson, 'violation'>> & {
    readonly violation: (Pick<ViolationJson, 'clause' | 'explanation'> & Partial<ViolationJson>) | null;
  };

/** Returns a counterexample as JSON. The one place that knows its keys. */
export function counterexampleJson(facts: CounterexampleFacts): CounterexampleJson {
  const { violation } = facts;
  return {
    violation: violation === null ? null : violationJson(violation),
    target: facts.target ?? null,
    from: facts.from ?? null,
    call: facts.call ?? null,
    answer: facts.answer ?? null,
    program: facts.program ?? null,
    operations: facts.operations,
    foundOperations: facts.foundOperations ?? null,
    flaky: facts.flaky ?? false,
    certified: facts.certified ?? null,
    shorterPrograms: facts.shorterPrograms ?? null,
    hint: facts.hint ?? null,
    file: facts.file ?? null,
    next: facts.next ?? null,
  };
}

function violationJson({
  clause,
  explanation,
  at = null,
  pfn = null,
  owner = null,
}: NonNullable<CounterexampleFacts['violation']>): ViolationJson {
  return { clause, explanation, at, pfn, owner };
}

/** Returns what a trace says of its counterexample; `at` is the operation to show, where it is not the violation's. */
export function factsOf(trace: Trace, at = trace.violation?.at): CounterexampleFacts {
  const { scenario, responses, violation = null, target } = trace;
  const program = formatProgram(scenario.operations);
  const response = at === undefined ? undefined : responses[at + 1];
  return {
    violation,
    target,
    program,
    operations: program.length,
    call: at === undefined ? null : (program[at] ?? 'init'),
    answer: response === undefined ? null : formatResponse(scenario.config, response),
  };
}

/**
 * Proofs: whether a function satisfies its statement for all arguments. Where the domain can be listed, the function is run on
 * each; else its text is translated, and the solver looks for arguments that break the statement. What it finds is run before
 * it counts. Before each query the translation is compared with the function on drawn arguments, which shows too that there
 * are some of which the statement speaks.
 */
import { argumentsDrawn } from './draw.ts';
import { type Arguments, Inputs } from './inputs.ts';
import type { Runnable } from './runnable.ts';
import type { Solver } from './solver.ts';
import type { FunctionSource } from './source.ts';
import type { Choice, Statement } from './statement.ts';
import { type Assignment, evaluate, type Term } from './term.ts';
import { Translator } from './translate.ts';
import type { Value } from './value.ts';

/** A function and what is claimed of it. */
export interface Claim {
  readonly function: FunctionSource;
  readonly run: Runnable;
  readonly statement: Statement;
  /** The text of the statement's functions. */
  readonly holds: FunctionSource;
  readonly given: FunctionSource | null;
  /** Index in the buffer of the first word of held bits. */
  readonly heldAt: number;
}

export type Verdict =
  | { readonly kind: 'proved' }
  /** Arguments that break the statement, what the function answers, and how it was found that this is so. */
  | { readonly kind: 'refuted'; readonly input: string; readonly answer: string }
  | { readonly kind: 'undecided'; readonly text: string };

export interface Proof {
  readonly claim: Claim;
  /** Arguments run one by one, and queries to the solver. */
  readonly runs: number;
  readonly queries: number;
  /** Drawn arguments for which the translation was compared with the function. */
  readonly compared: number;
  /** Processor time of all threads. */
  readonly cpuMs: number;
  readonly verdict: Verdict;
}

/** Rounds of each loop, where the statement says nothing: one more than a word has bits. */
const ROUNDS = 33;
/** Arguments drawn for a query. */
const DRAWN = 8;

const PROVED: Verdict = { kind: 'proved' };

/** Returns all combinations of one choice for each parameter. */
export function inputsOf({ function: { params }, statement, heldAt, holds }: Claim): readonly Inputs[] {
  const names = namesOf(holds).slice(1);
  if (params.length > statement.domain.length || names.length !== statement.domain.length)
    throw holds.file.error(holds.node, `expected a domain for each of ${params.length} parameters`);
  const combinations = statement.domain.reduce<readonly (readonly Choice[])[]>(
    (all, domain) => all.flatMap((choices) => domain.map((choice) => [...choices, choice])),
    [[]],
  );
  return combinations.map((choices) => new Inputs(choices, names, heldAt));
}

function namesOf({ params, file }: FunctionSource): readonly string[] {
  return params.map((param) => (param.type === 'Identifier' ? param.name : file.textOf(param)));
}

/** A run of a function on arguments. */
interface Run {
  readonly answer: unknown;
  readonly holds: boolean;
  /** The window's words afterwards. */
  readonly cells: readonly number[];
}

/** Runs a function, and its statement on what it answered; null where the statement does not speak of these arguments. */
function runOn({ function: { params }, run, statement }: Claim, { buffer, values }: Arguments): Run | null {
  const before = values.map((value) => (value === buffer ? buffer.now : value));
  if (statement.given !== undefined && !statement.given(...before)) return null;
  const answer = run(
    ...values.slice(0, params.length).map((value) => (value === buffer ? buffer.array : value)),
  );
  const result = answer === undefined ? buffer.now : answer;
  return { answer, holds: statement.holds(result as never, ...before), cells: [...buffer.cells] };
}

/** A claim as terms, for some of its arguments. */
interface Query {
  /** The assumptions on the arguments. */
  readonly assumed: readonly Term[];
  readonly result: Value;
  readonly cells: readonly Term[];
  readonly obligations: readonly { readonly term: Term; readonly text: string }[];
  /** The statement. */
  readonly holds: Term;
  /** Holds where the statement is broken, or an obligation. */
  readonly broken: Term;
}

/** Translates a claim for some of its arguments. */
export function queryOf(claim: Claim, inputs: Inputs): Query {
  const translator = new Translator(claim.statement.rounds ?? ROUNDS);
  const { terms } = translator;
  const { values, assumed } = inputs.terms(translator);
  const now = (): Value => inputs.windowTerm(translator, translator.cells);
  const before = values.map((value) => (value.kind === 'window' ? now() : value));
  const start = translator.cells;
  const given = claim.given === null ? terms.true : truthOf(translator.call(claim.given, before));
  const result = translator.call(claim.function, values.slice(0, claim.function.params.length));
  const after = translator.cells;
  const { obligations } = translator;
  const seen = [...obligations];
  const holds = truthOf(
    translator.call(claim.holds, [result.kind === 'nothing' ? now() : result, ...before]),
  );
  // The obligations of the statement (an index within the word, say) must hold like the statement itself.
  const all = obligations.reduce((sum, { term }) => terms.and(sum, term), holds);
  translator.cells = start;
  return {
    assumed: [...assumed, given],
    result,
    cells: after,
    obligations: seen,
    holds,
    broken: terms.not(all),
  };
}

function truthOf(value: Value): Term {
  if (value.kind === 'boolean') return value.term;
  throw new TypeError(`expected a statement to be a boolean, found a ${value.kind}`);
}

const shown = (value: unknown): string =>
  typeof value === 'number' && value < 0 ? `${value} (0x${(value >>> 0).toString(16)})` : `${value}`;

/** Returns arguments in words, `low = 3, high = 0`. */
function inputText({ names }: Inputs, { values, buffer }: Arguments): string {
  const words = Array.from(buffer.cells, (cell) => `0x${(cell >>> 0).toString(16)}`).join(' ');
  return values
    .map(
      (value, k) =>
        `${names[k]} = ${value === buffer ? `words [${words}] from index ${buffer.at}` : shown(value)}`,
    )
    .join(', ');
}

/** Returns the answer that breaks the statement, or how the function failed; null if the run satisfies the statement. */
function wrongAnswer(claim: Claim, args: Arguments): string | null {
  try {
    const run = runOn(claim, args);
    if (run === null || run.holds) return null;
    return run.answer === undefined ? 'other words' : shown(run.answer);
  } catch (error) {
    if (error instanceof RangeError) return `nothing: ${error.message}`;
    throw error;
  }
}

/** Says what a run showed, where it broke the statement. */
function refutation(claim: Claim, inputs: Inputs, args: () => Arguments): Verdict | null {
  const answer = wrongAnswer(claim, args());
  return answer === null ? null : { kind: 'refuted', input: inputText(inputs, args()), answer };
}

/** Runs what the solver found. Where the run does not break the statement, an obligation is broken, or the translation wrong. */
function judge(claim: Claim, inputs: Inputs, query: Query, assignment: Assignment): Verdict {
  const args = (): Arguments => inputs.arguments(assignment);
  const refuted = refutation(claim, inputs, args);
  if (refuted !== null) return refuted;
  const input = inputText(inputs, args());
  const terms = query.obligations.map(({ term }) => term);
  const values = evaluate(terms, assignment);
  const broken = query.obligations.find((_, k) => values[k] === 0n);
  if (broken !== undefined) return { kind: 'undecided', text: `${broken.text}: not so for ${input}` };
  const text = `the translation and the function differ for ${input}: a defect of the translation`;
  return { kind: 'undecided', text };
}

/** Returns the first of the drawn arguments for which term and run differ, in words, or null. */
export function firstDifference(
  claim: Claim,
  inputs: Inputs,
  query: Query,
  drawn: readonly Assignment[],
): string | null {
  for (const assignment of drawn) {
    const { result, cells, holds, obligations } = query;
    const terms = obligations.map(({ term }) => term);
    // Where an obligation is broken, the term says nothing of the function; the solver will find that.
    if (evaluate(terms, assignment).includes(0n)) continue;
    const run = runOn(claim, inputs.arguments(assignment));
    if (run === null) continue;
    const roots = [holds, ...cells, ...('term' in result ? [result.term] : [])];
    const [statement, ...values] = evaluate(roots, assignment);
    const found = [run.holds ? 1n : 0n, ...run.cells.map((cell) => BigInt.asUintN(32, BigInt(cell)))];
    if (run.answer !== undefined) found.push(bitsOf(run.answer, result));
    const expected = [statement, ...values];
    if (found.some((value, k) => value !== expected[k]))
      return inputText(inputs, inputs.arguments(assignment));
  }
  return null;
}

function bitsOf(answer: unknown, result: Value): bigint {
  const width = 'term' in result ? Math.max(1, result.term.width) : 1;
  return BigInt.asUintN(width, BigInt(answer as number | boolean));
}

/** Proves a claim for some of its arguments. */
async function proveCase(
  claim: Claim,
  inputs: Inputs,
  solver: Solver,
): Promise<{ readonly verdict: Verdict; readonly compared: number }> {
  const query = queryOf(claim, inputs);
  const drawn = argumentsDrawn(inputs, query.assumed, DRAWN);
  if (drawn.length === 0)
    return {
      verdict: { kind: 'undecided', text: 'no arguments were found of which the statement speaks' },
      compared: 0,
    };
  const difference = firstDifference(claim, inputs, query, drawn);
  if (difference !== null)
    return {
      verdict: { kind: 'undecided', text: `term and function differ for ${difference}` },
      compared: drawn.length,
    };
  const answer = await solver.solve([...query.assumed, query.broken]);
  const compared = drawn.length;
  if (answer.kind === 'unsatisfiable') return { verdict: PROVED, compared };
  if (answer.kind === 'unknown') return { verdict: { kind: 'undecided', text: answer.text }, compared };
  return { verdict: judge(claim, inputs, query, answer.assignment), compared };
}

function cpuMsSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

/** Proves a claim, or refutes it. */
export async function prove(claim: Claim, solver: Solver): Promise<Proof> {
  const start = process.cpuUsage();
  let [runs, queries, compared] = [0, 0, 0];
  let verdict = PROVED;
  for (const inputs of inputsOf(claim)) {
    if (inputs.only !== null) {
      const args = (): Arguments => inputs.arguments(new Map());
      if (runOn(claim, args()) === null) continue;
      runs += 1;
      verdict = refutation(claim, inputs, args) ?? PROVED;
    } else {
      const done = await proveCase(claim, inputs, solver);
      queries += 1;
      compared += done.compared;
      verdict = done.verdict;
    }
    if (verdict.kind !== 'proved') break;
  }
  return { claim, runs, queries, compared, cpuMs: cpuMsSince(start), verdict };
}

/**
 * The solver: Z3, asked in SMT-LIB whether terms can hold. The package runs Z3 as WebAssembly in separate threads, which end when it is
 * closed.
 */
import { init } from 'z3-solver';
import { type Assignment, partsOf, type Term } from './term.ts';

/** A query that takes longer ends as "unknown". */
const TIMEOUT_MS = 300_000;

export type Answer =
  | { readonly kind: 'unsatisfiable' }
  | { readonly kind: 'satisfiable'; readonly assignment: Assignment }
  | { readonly kind: 'unknown'; readonly text: string };

export interface Solver {
  /** Finds values of the variables for which the terms hold, or shows that there are none. */
  solve(terms: readonly Term[]): Promise<Answer>;
  close(): void;
}

const SORT = (width: number): string => (width === 0 ? 'Bool' : `(_ BitVec ${width})`);
const WIDENERS: Readonly<Record<string, string>> = {
  low32: '(_ extract 31 0)',
  zero64: '(_ zero_extend 32)',
  sign64: '(_ sign_extend 32)',
};

function meaningOf({ operator, width, args, value }: Term): string {
  if (operator === 'constant' && width === 0) return value === 1n ? 'true' : 'false';
  if (operator === 'constant') return `(_ bv${value} ${width})`;
  return `(${WIDENERS[operator] ?? operator} ${args.map(({ id }) => `t${id}`).join(' ')})`;
}

function definitionOf(term: Term): string {
  const { id, operator, width, name } = term;
  if (operator !== 'variable') return `(define-fun t${id} () ${SORT(width)} ${meaningOf(term)})`;
  return `(declare-const |${name}| ${SORT(width)})(define-fun t${id} () ${SORT(width)} |${name}|)`;
}

/** Returns the text that says that the terms hold. */
function textOf(terms: readonly Term[]): string {
  return [...partsOf(terms).map(definitionOf), ...terms.map(({ id }) => `(assert t${id})`)].join('\n');
}

/** Reads a model, a line for each variable: `low -> #x00000001`. */
function assignmentOf(text: string, names: readonly string[]): Assignment {
  const found = new Map<string, bigint>();
  for (const [, quoted, plain, value = ''] of text.matchAll(
    /^(?:\|(.*)\||(\S+)) -> (#x[0-9a-f]+|#b[01]+|true|false)$/gm,
  )) {
    const number = value.startsWith('#') ? BigInt(`0${value.slice(1)}`) : value === 'true' ? 1n : 0n;
    found.set(quoted ?? plain ?? '', number);
  }
  // A variable that a model leaves out may have any value.
  return new Map(names.map((name) => [name, found.get(name) ?? 0n]));
}

type Api = Awaited<ReturnType<typeof init>>['Z3'];
type Context = ReturnType<Api['mk_context']>;

/**
 * Asks about terms. The text is handed over by a call that returns once it is read, never by one that reads it later in another
 * thread: `eval_smtlib2_string` does that, when the memory of the text may be something else's.
 */
async function solveIn(Z3: Api, context: Context, terms: readonly Term[]): Promise<Answer> {
  const solver = Z3.mk_solver_for_logic(context, Z3.mk_string_symbol(context, 'QF_BV'));
  Z3.solver_inc_ref(context, solver);
  try {
    Z3.solver_from_string(context, solver, textOf(terms));
    const error = Z3.get_error_code(context);
    if (error !== 0) throw new TypeError(`Z3 does not read the query: ${Z3.get_error_msg(context, error)}`);
    const read = Z3.ast_vector_size(context, Z3.solver_get_assertions(context, solver));
    if (read < terms.length) throw new TypeError(`Z3 read ${read} of ${terms.length} terms`);
    const answer: number = await Z3.solver_check(context, solver);
    if (answer === -1) return { kind: 'unsatisfiable' };
    if (answer !== 1) return { kind: 'unknown', text: Z3.solver_get_reason_unknown(context, solver) };
    const variables = partsOf(terms).filter(({ operator }) => operator === 'variable');
    const model = Z3.model_to_string(context, Z3.solver_get_model(context, solver));
    const names = variables.map(({ name }) => name);
    return { kind: 'satisfiable', assignment: assignmentOf(model, names) };
  } finally {
    Z3.solver_dec_ref(context, solver);
  }
}

export async function openSolver(): Promise<Solver> {
  const { Z3, em } = await init();
  Z3.global_param_set('timeout', `${TIMEOUT_MS}`);
  const config = Z3.mk_config();
  const context = Z3.mk_context(config);
  Z3.del_config(config);
  return {
    solve: (terms) => solveIn(Z3, context, terms),
    close(): void {
      Z3.del_context(context);
      em.PThread.terminateAllThreads();
    },
  };
}

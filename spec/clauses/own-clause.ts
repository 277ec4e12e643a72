/**
 * Own clauses: rules that a user adds to the specification for one run. An own clause judges each step that the specification has
 * accepted. Like every clause it has a name, one sentence, two sides that a full run must both reach, and a check.
 */
import * as t from 'io-ts';
import { withJsonForm } from '../decode.ts';
import { SpecError } from '../errors.ts';
import { type Clause, ClauseName, type SettledStep } from './clause.ts';

/**
 * The name of an own clause: `own.` and words in kebab case, as in `own.even-frames`. Codec and type.
 * @public
 */
export type OwnClauseName = `own.${string}`;
export const OwnClauseName = new t.Type<OwnClauseName, string>(
  'the name of an own clause',
  isOwnClause,
  (input, context) => (isOwnClause(input) ? t.success(input) : t.failure(input, context)),
  t.identity,
);
withJsonForm(OwnClauseName, { type: 'string', pattern: '^own\\.' });

/** Whether a name is that of an own clause, not of the specification. */
export function isOwnClause(name: unknown): name is OwnClauseName {
  return typeof name === 'string' && /^own(\.[a-z0-9]+(-[a-z0-9]+)*)+$/.test(name);
}

/**
 * A rule of the user's. `side` returns which of the two sides a step is, or null if the rule does not apply; `check` returns how the
 * step breaks the rule, or null. Both must be pure: a program is run again when it is shrunk.
 * @public
 */
export interface OwnClause extends Omit<Clause<SettledStep>, 'name' | 'gravity' | 'when'> {
  readonly name: OwnClauseName;
}

/** The name of a clause that a run can break: of the specification, or an own clause. Codec and type. */
export type BreakableClause = ClauseName | OwnClauseName;
export const BreakableClause: t.Type<BreakableClause, string> = t.union(
  [ClauseName, OwnClauseName],
  'the name of a clause',
);

const isFunction = (value: unknown): boolean => typeof value === 'function';

/** Whether a value has the fields of an own clause, its name aside. */
function hasFields(value: object): value is OwnClause {
  const { sentence, sides, side, check } = value as Partial<Record<keyof OwnClause, unknown>>;
  const areTexts = [sentence, ...(Array.isArray(sides) ? sides : [])].every(
    (text) => typeof text === 'string',
  );
  return areTexts && Array.isArray(sides) && sides.length === 2 && isFunction(side) && isFunction(check);
}

function decodeOwnClause(value: unknown, source: string): OwnClause {
  if (typeof value !== 'object' || value === null || !hasFields(value))
    throw new SpecError(
      `${source}: expected { name, sentence, sides: [one, other], side(step), check(step) }`,
    );
  const { name } = value;
  if (isOwnClause(name)) return value;
  const found = JSON.stringify(name);
  throw new SpecError(
    `${source}.name: expected own. and words in kebab case, as in own.even-frames; found ${found}`,
  );
}

/** Returns the own clauses that `value` holds. Throws `SpecError` unless it is an array of them with distinct names. */
export function decodeOwnClauses(value: unknown, source: string): readonly OwnClause[] {
  if (!Array.isArray(value)) throw new SpecError(`${source}: expected an array of own clauses`);
  const clauses = value.map((each, at) => decodeOwnClause(each, `${source}[${at}]`));
  const again = clauses.findIndex(({ name }, at) => clauses.findIndex((one) => one.name === name) < at);
  if (again < 0) return clauses;
  throw new SpecError(
    `${source}[${again}].name: expected distinct names, found ${clauses[again]?.name} twice`,
  );
}

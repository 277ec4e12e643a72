/**
 * States: a trace as the states that it goes through, for tools of TLA+ and Quint. A state is the call that led to it, the answer, the
 * owner of all page frames as runs, and the violated clause (empty for none). Two forms: ITF, which is JSON, and the text that
 * TLC prints.
 *
 * Source: https://apalache-mc.org/docs/adr/015adr-trace.html
 */
import {
  formatReference,
  type Operation,
  pfnEnd,
  type Reference,
  type Response,
  type Trace,
} from '../../spec/index.ts';
import { type Moment, momentsOf } from '../trace/moments.ts';

/** A value of TLA+: an integer, a string, a sequence or a record. */
type Value = bigint | string | readonly Value[] | { readonly [name: string]: Value };

const VARIABLES = ['action', 'answer', 'owners', 'violation'] as const;
type State = Readonly<Record<(typeof VARIABLES)[number], Value>>;

function isReference(u: object): u is Reference {
  return 'result' in u || 'absolute' in u;
}

/** Returns data as a value. TLA+ has no fractions and no null: they are text. */
function asValue(data: unknown): Value {
  if (typeof data === 'bigint' || typeof data === 'string') return data;
  if (typeof data === 'number') return Number.isSafeInteger(data) ? BigInt(data) : String(data);
  if (typeof data !== 'object' || data === null) return String(data);
  if (Array.isArray(data)) return data.map(asValue);
  if (isReference(data)) return formatReference(data);
  return Object.fromEntries(Object.entries(data).map(([name, each]) => [name, asValue(each)]));
}

function actionOf(operation: Operation<Reference> | undefined): Value {
  const { call = 'init', ...given } = operation ?? {};
  return asValue({ name: call, ...given });
}

function stateOf(trace: Trace, { at, response, after, violation }: Moment): State {
  const owners = [...after.ownersIn(0, pfnEnd(trace.scenario.map))].filter(({ owner }) => owner !== 'absent');
  return {
    action: actionOf(trace.scenario.operations[at]),
    answer: asValue(answerOf(response)),
    owners: owners.map(({ base, end, owner }) => ({ base: BigInt(base), count: BigInt(end - base), owner })),
    violation: violation?.clause ?? '',
  };
}

function answerOf({ outcome, errno }: Response): object {
  return { ...outcome, ...(errno == null ? {} : { errno }) };
}

function itfValue(value: Value): unknown {
  if (typeof value === 'bigint') return { '#bigint': String(value) };
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(itfValue);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, itfValue(each)]));
}

/** Returns a trace in the Informal Trace Format. */
export function itfFile(trace: Trace): string {
  const states = momentsOf(trace).map((moment, index) => {
    const values = Object.entries(stateOf(trace, moment)).map(([name, value]) => [name, itfValue(value)]);
    return { '#meta': { index }, ...Object.fromEntries(values) };
  });
  const description = trace.note ?? 'a trace of frameproof';
  const file = { '#meta': { format: 'ITF', description }, vars: VARIABLES, states };
  return `${JSON.stringify(file, null, 1)}\n`;
}

function tlaValue(value: Value): string {
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return value.length === 0 ? '<<>>' : `<<${value.map(tlaValue).join(', ')}>>`;
  const fields = Object.entries(value).map(([name, each]) => `${name} |-> ${tlaValue(each)}`);
  return `[${fields.join(', ')}]`;
}

/** Returns a trace as TLC prints the states of an error. */
export function tlaFile(trace: Trace): string {
  const states = momentsOf(trace).map((moment, index) => {
    const { at } = moment;
    const name = at < 0 ? 'Initial predicate' : (trace.scenario.operations[at]?.call ?? '');
    const lines = Object.entries(stateOf(trace, moment)).map(
      ([each, value]) => `/\\ ${each} = ${tlaValue(value)}`,
    );
    return [`State ${index + 1}: <${name}>`, ...lines].join('\n');
  });
  return `${states.join('\n\n')}\n`;
}

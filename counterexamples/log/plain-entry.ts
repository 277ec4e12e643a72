/**
 * Plain entries: the lines that nearly all logs consist of, decoded by hand. The codecs of `spec/` take 25 µs a line, which is
 * half a minute for a million lines; this takes 2 µs. It recognises calls, answers and observations of the usual shape, and
 * returns for them what the codecs return. Everything else, right or wrong, is left to the codecs.
 */
import {
  CALLS,
  fromHex,
  type Operation,
  type Outcome,
  operationOf,
  parametersOf,
  type Response,
} from '../../spec/index.ts';
import { isWrittenFrame, type LogEntry } from './log-format.ts';

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function hex(value: unknown): bigint | null {
  return typeof value === 'string' ? fromHex(value) : null;
}

function hexes(value: unknown): readonly bigint[] | null {
  if (!Array.isArray(value)) return null;
  const found: bigint[] = [];
  for (const text of value) {
    const n = hex(text);
    if (n === null) return null;
    found.push(n);
  }
  return found;
}

function plainOperation(fields: Fields): Operation | null {
  const call = CALLS.find((name) => name === fields.call);
  if (call === undefined) return null;
  const values: (bigint | readonly bigint[])[] = [];
  for (const { name, kind } of parametersOf(call)) {
    const value = kind === 'addresses' ? hexes(fields[name]) : hex(fields[name]);
    if (value === null) return null;
    values.push(value);
  }
  return operationOf(call, values);
}

function plainOutcome(fields: Fields): Outcome | null {
  switch (fields.kind) {
    case 'address': {
      const address = hex(fields.address);
      return address === null ? null : { kind: 'address', address };
    }
    case 'addresses': {
      const addresses = hexes(fields.addresses);
      return addresses === null ? null : { kind: 'addresses', addresses };
    }
    case 'amount':
      return typeof fields.amount === 'number' ? { kind: 'amount', amount: fields.amount } : null;
    case 'done':
    case 'failed':
      return { kind: fields.kind };
    default:
      return null;
  }
}

/** A response while it is being read. */
type Observed = { -readonly [K in keyof Response]: Response[K] };

function isArrayOf<A>(value: unknown, is: (element: unknown) => element is A): value is readonly A[] {
  return Array.isArray(value) && value.every(is);
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

/** Reads one observation into `observed`. Returns whether it was of the usual shape. */
function observe(observed: Observed, name: string, value: unknown): boolean {
  switch (name) {
    case 'outcome':
      return true;
    case 'errno':
      if (value !== null && value !== 'ENOMEM') return false;
      observed.errno = value;
      return true;
    case 'warnings':
      if (!isArrayOf(value, isString)) return false;
      observed.warnings = value;
      return true;
    case 'writes':
      if (!isArrayOf(value, isWrittenFrame)) return false;
      observed.writes = value;
      return true;
    case 'strayEntries':
      if (typeof value !== 'boolean') return false;
      observed.strayEntries = value;
      return true;
    case 'amounts': {
      if (!isFields(value)) return false;
      const { total, free, reserved } = value;
      if (!isNumber(total) || !isNumber(free) || !isNumber(reserved)) return false;
      observed.amounts = { total, free, reserved };
      return true;
    }
    default:
      return false;
  }
}

function plainResponse(fields: Fields): Response | null {
  const outcome = isFields(fields.outcome) ? plainOutcome(fields.outcome) : null;
  if (outcome === null) return null;
  const observed: Observed = { outcome };
  for (const name in fields) if (!observe(observed, name, fields[name])) return null;
  return observed;
}

/** Returns the entry that `data` is, or null where the codecs must decide. */
export function plainEntry(data: unknown): LogEntry | null {
  if (!isFields(data) || !isFields(data.operation) || !isFields(data.response)) return null;
  const operation = plainOperation(data.operation);
  const response = operation === null ? null : plainResponse(data.response);
  return operation === null || response === null ? null : { operation, response };
}

/**
 * Plain entries: the lines that nearly all logs consist of, decoded by hand. The codecs of `spec/` take 25 µs a line, which is
 * half a minute for a million lines; this takes 2 µs. It recognises calls, answers and observations of the usual shape, and
 * returns for them what the codecs return. Everything else, right or wrong, is left to the codecs.
 *
 * No key may be unknown or occur twice. Each object must have as many keys as are known; and as every key has a colon, a line
 * with one colon for each known key, plus those in its messages, has each key once.
 */
import {
  CALLS,
  fromHex,
  isPageFrame,
  type Operation,
  type Outcome,
  Owner,
  operationOf,
  parametersOf,
  type Response,
  reading,
} from '../../spec/index.ts';
import type { LogEntry } from './log-format.ts';

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function keysIn(fields: object): number {
  let count = 0;
  for (const _ in fields) count += 1;
  return count;
}

/** Looking for them one by one costs 0.15 µs a line; to look at each character, five times that. */
function colonsIn(text: string): number {
  let count = 0;
  for (let at = text.indexOf(':'); at >= 0; at = text.indexOf(':', at + 1)) count += 1;
  return count;
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
  const parameters = parametersOf(call);
  if (keysIn(fields) !== 1 + parameters.length) return null;
  for (const { name, kind } of parameters) {
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
      return typeof fields.amount === 'number' ? { kind: 'amount', amount: reading(fields.amount) } : null;
    case 'done':
    case 'failed':
      return { kind: fields.kind };
    case 'panicked':
      return plainPanic(fields);
    default:
      return null;
  }
}

function plainPanic({ message, call, pfn, owner }: Fields): Outcome | null {
  if (!isString(message) || !isString(call)) return null;
  if ((pfn !== null && !isNumber(pfn)) || (owner !== null && !Owner.is(owner))) return null;
  return { kind: 'panicked', message, call, pfn: pfn === null ? null : reading(pfn), owner };
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

const AMOUNTS = 3;

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
      if (!isArrayOf(value, isPageFrame)) return false;
      observed.writes = value;
      return true;
    case 'strayEntries':
      if (typeof value !== 'boolean') return false;
      observed.strayEntries = value;
      return true;
    case 'amounts': {
      if (!isFields(value) || keysIn(value) !== AMOUNTS) return false;
      const { total, free, reserved } = value;
      if (!isNumber(total) || !isNumber(free) || !isNumber(reserved)) return false;
      observed.amounts = { total: reading(total), free: reading(free), reserved: reading(reserved) };
      return true;
    }
    default:
      return false;
  }
}

function plainResponse(fields: Fields): Response | null {
  if (!isFields(fields.outcome)) return null;
  const outcome = plainOutcome(fields.outcome);
  if (outcome === null || keysIn(fields.outcome) !== keysIn(outcome)) return null;
  const observed: Observed = { outcome };
  for (const name in fields) if (!observe(observed, name, fields[name])) return null;
  return observed;
}

/** Returns how many keys the line of an entry has where it has each once. */
function keysOf({ operation, response }: LogEntry): number {
  const { outcome, amounts } = response;
  return 2 + keysIn(operation) + keysIn(response) + keysIn(outcome) + (amounts === undefined ? 0 : AMOUNTS);
}

/** Whether a line has no key twice, for certain. An escaped colon in a message is not to make up for a key's. */
function hasEachKeyOnce(text: string, entry: LogEntry): boolean {
  const { outcome, warnings = [] } = entry.response;
  let inTexts = outcome.kind === 'panicked' ? colonsIn(outcome.message) + colonsIn(outcome.call) : 0;
  for (const warning of warnings) inTexts += colonsIn(warning);
  if (inTexts > 0 && text.includes('\\')) return false;
  return colonsIn(text) === keysOf(entry) + inTexts;
}

/** Returns the entry that a line is, given as text and as data, or null where the codecs must decide. */
export function plainEntry(data: unknown, text: string): LogEntry | null {
  if (!isFields(data) || !isFields(data.operation) || !isFields(data.response) || keysIn(data) !== 2)
    return null;
  const operation = plainOperation(data.operation);
  const response = operation === null ? null : plainResponse(data.response);
  if (operation === null || response === null) return null;
  const entry = { operation, response };
  return hasEachKeyOnce(text, entry) ? entry : null;
}

/**
 * Decoding: from unknown data to typed values, with errors that fit one line.
 *
 * A `SpecError` names the source (usually a file), the place in it and what was expected there. Every codec of `spec/` is used
 * through {@link decode}, so that all messages about bad input have one form.
 */
import * as either from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { SpecError } from './errors.ts';
import { beyondBounds, duplicateKeyIn } from './json-text.ts';

/** A JSON Schema, as data. */
export type JsonSchema = Readonly<Record<string, unknown>>;

const JSON_FORMS = new WeakMap<object, JsonSchema | t.Mixed>();

/** Returns `codec`, whose JSON a schema describes, or is that of another codec: its structure does not show it. */
export function withJsonForm<C extends object>(codec: C, form: JsonSchema | t.Mixed): C {
  JSON_FORMS.set(codec, form);
  return codec;
}

/** Returns the JSON of a codec that its structure does not show. */
export function jsonFormOf(codec: object): JsonSchema | t.Mixed | undefined {
  return JSON_FORMS.get(codec);
}

const SHOWN_CHARACTERS = 60;

/** Returns a text as a message shows it: the beginning of one that is longer than a line, or than so many characters. */
export function shortened(text: string, most = SHOWN_CHARACTERS): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

/** Returns JSON text of the beginning of a value, of some `room` characters. */
function preview(value: unknown, room: number): string {
  if (typeof value === 'bigint') return `${value}`;
  if (typeof value === 'string') return JSON.stringify(value.slice(0, Math.max(0, room)));
  if (typeof value !== 'object' || value === null) return String(value);
  if (room <= 0) return Array.isArray(value) ? '[' : '{';
  // As little is looked at as is shown: a file may hold a million elements, or as many arrays in each other.
  let inside = '';
  const add = (name: string, element: unknown): boolean => {
    const before = inside === '' ? name : `,${name}`;
    inside += before + preview(element, room - inside.length - before.length - 1);
    return inside.length < room;
  };
  if (Array.isArray(value)) {
    for (const element of value) if (!add('', element)) break;
    return `[${inside}]`;
  }
  for (const key in value) if (!add(`${preview(key, room)}:`, Reflect.get(value, key))) break;
  return `{${inside}}`;
}

function show(value: unknown): string {
  return shortened(preview(value, SHOWN_CHARACTERS));
}

/** Returns the codec inside `t.readonly` and `closed`, which hide its name. */
function unwrapped(codec: object): object {
  return codec instanceof t.ReadonlyType || codec instanceof t.ExactType ? unwrapped(codec.type) : codec;
}

/**
 * Whether an entry is a branch of a union or an intersection, which io-ts numbers as if it were a key: it looks at the
 * same data as the entry before it.
 */
function isBranch(context: t.Context, index: number): boolean {
  return index > 0 && context[index]?.actual === context[index - 1]?.actual;
}

/** Returns how a message writes the way to a place: `scenario.operations[1].address`. A key may be any text. */
function pathText(keys: readonly (string | number)[]): string {
  const parts = keys.map((key) => {
    if (/^\d+$/.test(String(key))) return `[${key}]`;
    const isPlain = typeof key === 'string' && /^[\w$ -]{1,60}$/.test(key);
    return isPlain ? `.${key}` : `[${show(key)}]`;
  });
  return parts.join('').replace(/^\./, '');
}

function pathOf(context: t.Context): string {
  return pathText(context.filter((_, i) => i > 0 && !isBranch(context, i)).map(({ key }) => key));
}

/** Returns the codec for the data at the end of a path: the whole union, not its last branch. */
function codecAt(context: t.Context): object {
  const last = context.findLastIndex((_, i) => !isBranch(context, i));
  return unwrapped(context[last]?.type ?? {});
}

/** Returns the error to show: of another format or version, or else the one that lies deepest. */
function foremost(errors: t.Errors): t.ValidationError | undefined {
  const ofFormat = errors.find(({ context }) => ['format', 'version'].includes(pathOf(context)));
  if (ofFormat !== undefined) return ofFormat;
  return errors.reduce<t.ValidationError | undefined>(
    (best, e) => (best === undefined || e.context.length > best.context.length ? e : best),
    undefined,
  );
}

/** Returns the possible values of the tag of a tagged union. */
function tagsOf({ tag, types }: t.TaggedUnionType<string, t.Mixed[]>): readonly unknown[] {
  return types.flatMap((branch) => {
    const shape = unwrapped(branch);
    const literal: unknown = shape instanceof t.InterfaceType ? shape.props[tag] : undefined;
    return literal instanceof t.LiteralType ? [literal.value] : [];
  });
}

/** The place at which data is wrong, what was expected there, and what was found. */
interface Fault {
  readonly path: string;
  readonly expected: string;
  readonly found: unknown;
}

function faultOf({ context, value }: t.ValidationError): Fault {
  const codec = codecAt(context);
  const path = pathOf(context);
  if (codec instanceof t.TaggedUnionType && typeof value === 'object' && value !== null) {
    const expected = `expected one of ${tagsOf(codec).join(', ')}`;
    const at = path === '' ? codec.tag : `${path}.${codec.tag}`;
    return { path: at, expected, found: Reflect.get(value, codec.tag) };
  }
  const name = codec instanceof t.Type ? codec.name : 'something else';
  return {
    path,
    expected: `expected ${name.startsWith('ReadonlyArray<') ? 'an array' : name}`,
    found: value,
  };
}

function render(error: t.ValidationError): string {
  const { path, expected, found } = faultOf(error);
  const place = path || 'the whole';
  return error.message === undefined
    ? `${place}: ${expected}, found ${found === undefined ? 'nothing' : show(found)}`
    : `${place}: ${error.message}`;
}

/** Returns the value that `data` encodes; throws a one-line `SpecError` naming `source`, path and expectation. */
export function decode<A>(codec: t.Type<A, unknown>, data: unknown, source: string): A {
  const decoded = codec.decode(data);
  if (!either.isLeft(decoded)) return decoded.right;
  const error = foremost(decoded.left);
  throw new SpecError(`${source}: ${error === undefined ? `expected ${codec.name}` : render(error)}`);
}

/** The name of a source, or how to find it: lines by the million are not all named. */
type Source = string | (() => string);

function notJson(source: Source, rest: string, cause?: unknown): SpecError {
  return new SpecError(`${typeof source === 'string' ? source : source()}: expected JSON${rest}`, { cause });
}

/** Finds integers of 16 digits or more, which a `number` may not hold exactly. Digits in strings of hex are not among them. */
const LONG_INTEGER = /[:,[\s]-?\d{16}/;

/** Returns the value of JSON text, exact integers included: those that a `number` does not hold are `bigint`s. */
function exactJson(text: string): unknown {
  if (!LONG_INTEGER.test(text)) return JSON.parse(text);
  return JSON.parse(text, (_, value: unknown, context?: { readonly source?: string }) => {
    const digits = typeof value === 'number' && !Number.isSafeInteger(value) ? context?.source : undefined;
    return digits !== undefined && /^-?\d+$/.test(digits) ? BigInt(digits) : value;
  });
}

/**
 * Returns the JSON value that `text` holds; throws a one-line `SpecError` naming `source` and the place. For files of other
 * tools, which may see a meaning in a key that comes twice.
 */
export function parseForeignJson(text: string, source: Source): unknown {
  const beyond = beyondBounds(text);
  if (beyond !== null) throw notJson(source, ` of ${beyond}, found more`);
  try {
    return exactJson(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message.replaceAll(/\s+/g, ' ') : String(error);
    // The place of a single line is known to its source, which would seem to be contradicted by "line 1".
    const place = text.trim().includes('\n') ? ' at line $1, column $2' : ' at column $2';
    throw notJson(
      source,
      `: ${reason.replace(/ (?:in JSON )?at position \d+ \(line (\d+) column (\d+)\)$/, place)}`,
      error,
    );
  }
}

/** Throws a one-line `SpecError` where an object of `text`, which is valid JSON, has a key twice. O(length). */
export function refuseDuplicateKeys(text: string, source: string): void {
  const duplicate = duplicateKeyIn(text);
  if (duplicate === null) return;
  const { path, key } = duplicate;
  throw new SpecError(`${source}: ${pathText([...path, key])}: expected each key once, found this one twice`);
}

/**
 * Returns the JSON value that `text` holds; throws a one-line `SpecError` naming `source` and the place, also where an object
 * has a key twice.
 */
export function parseJson(text: string, source: string): unknown {
  const value = parseForeignJson(text, source);
  refuseDuplicateKeys(text, source);
  return value;
}

// Closed codecs: records with the keys of their codec and no others. An open codec would silently ignore a misspelt key, and its
// value would not be judged. Keys that every object inherits (`constructor`) are refused too.

/** Returns the keys that the records of a codec have. */
function keysOf(codec: t.HasProps): readonly string[] {
  switch (codec._tag) {
    case 'InterfaceType':
    case 'PartialType':
    case 'StrictType':
      return Object.keys(codec.props);
    case 'IntersectionType':
      return codec.types.flatMap(keysOf);
    default:
      return keysOf(codec.type);
  }
}

/** A whole number of at least 0. */
export const Natural = t.refinement(t.number, (n) => Number.isSafeInteger(n) && n >= 0, 'a whole number');

/** A message lists at most this many keys, to fit a few lines. */
const MOST_LISTED = 12;

function listed(known: readonly string[]): string {
  const more = known.length > MOST_LISTED ? ', …' : '';
  return known.slice(0, MOST_LISTED).join(', ') + more;
}

/** Returns the error for an unknown key. Its place is the key itself. */
function strange(key: string, known: string, record: object, context: t.Context): t.ValidationError {
  const value: unknown = Object.getOwnPropertyDescriptor(record, key)?.value;
  const place = [...context, { key, type: t.never, actual: value }];
  return { value, context: place, message: `unknown key, expected one of ${known}` };
}

/** Returns the validation of `codec` that refuses all keys but these. */
function refusingOthers<A>(codec: t.Decoder<unknown, A>, keys: Iterable<string>): t.Validate<unknown, A> {
  const known: ReadonlySet<string> = new Set(keys);
  const names = listed([...known]);
  return (u, context) => {
    const decoded = codec.validate(u, context);
    if (typeof u !== 'object' || u === null || Array.isArray(u)) return decoded;
    const unknown = Object.keys(u).find((key) => !known.has(key));
    if (unknown === undefined) return decoded;
    const error = strange(unknown, names, u, context);
    return either.left(either.isLeft(decoded) ? [error, ...decoded.left] : [error]);
  };
}

/**
 * Returns `codec` without any other key: decoding refuses one, encoding leaves it out. If there are other errors too, the unknown
 * key comes first, because it may be the cause.
 */
export function closed<C extends t.HasProps>(codec: C, name: string = codec.name): t.ExactC<C> {
  const exact = t.exact(codec, name);
  return new t.ExactType(name, exact.is, refusingOthers(exact, keysOf(codec)), exact.encode, codec);
}

/** Returns the codec of records whose keys are among these names; `of` names the codec in messages. */
export function closedRecord<A>(
  of: string,
  names: Iterable<string>,
  each: t.Type<A, unknown>,
): t.Type<Readonly<Record<string, A>>, unknown> {
  const record = t.record(t.string, each);
  const codec = new t.Type<Readonly<Record<string, A>>, unknown>(
    of,
    record.is,
    refusingOthers(record, names),
    record.encode,
  );
  return withJsonForm(codec, record);
}

/**
 * Decoding: from unknown data to typed values, with errors that fit one line.
 *
 * A `SpecError` names the source (usually a file), the place in it and what was expected there. Every codec of `spec/` is used
 * through {@link decode}, so that all messages about bad input have one form.
 */
import * as either from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';

/** Bad input: data, a file or a flag with an invalid value. The message is one line. */
export class SpecError extends Error {
  override readonly name = 'SpecError';
}

/** Whether `error` is a {@link SpecError}, of this copy of the package or of another one. */
export function isSpecError(error: unknown): error is SpecError {
  return error instanceof Error && error.name === 'SpecError';
}

/** A file that was valid once and no longer applies: its format, or a clause that it names, is of another version. */
export class OutdatedTraceError extends Error {
  override readonly name = 'OutdatedTraceError';
}

const SHOWN_CHARACTERS = 60;

function show(value: unknown): string {
  const text = typeof value === 'bigint' ? `${value}` : (JSON.stringify(value) ?? String(value));
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}

/** Returns the codec inside `t.readonly` and `t.exact`, which hide its name. */
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

function pathOf(context: t.Context): string {
  const keys = context.filter((_, i) => i > 0 && !isBranch(context, i));
  const path = keys.map(({ key }) => (/^\d+$/.test(key) ? `[${key}]` : `.${key}`)).join('');
  return path.replace(/^\./, '');
}

/** Returns the codec for the data at the end of a path: the whole union, not its last branch. */
function codecAt(context: t.Context): object {
  const last = context.findLastIndex((_, i) => !isBranch(context, i));
  return unwrapped(context[last]?.type ?? {});
}

function deepest(errors: t.Errors): t.ValidationError | undefined {
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
  return { path, expected: `expected ${name}`, found: value };
}

function render(error: t.ValidationError): string {
  const { path, expected, found } = faultOf(error);
  const place = path || 'the whole';
  return error.message === undefined
    ? `${place}: ${expected}, found ${show(found)}`
    : `${place}: ${error.message}`;
}

/** Returns the value that `data` encodes; throws a one-line `SpecError` naming `source`, path and expectation. */
export function decode<A>(codec: t.Type<A, unknown>, data: unknown, source: string): A {
  const decoded = codec.decode(data);
  if (!either.isLeft(decoded)) return decoded.right;
  const error = deepest(decoded.left);
  throw new SpecError(`${source}: ${error === undefined ? `expected ${codec.name}` : render(error)}`);
}

/** Returns the JSON value that `text` holds; throws a one-line `SpecError` naming `source` and the place. */
export function parseJson(text: string, source: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message.replaceAll(/\s+/g, ' ') : String(error);
    throw new SpecError(`${source}: expected JSON: ${reason}`, { cause: error });
  }
}

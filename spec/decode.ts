/**
 * Decoding: from unknown data to typed values, with errors that fit one line.
 *
 * A `SpecError` names the source (a file, usually), the place in it and what was expected there. Every
 * codec of `spec/` is used through {@link decode}, so that all bad input reads alike.
 */
import { either } from 'fp-ts';
import type * as t from 'io-ts';

/** Bad input: data, a file or a flag that does not say what it should. The message is one line. */
export class SpecError extends Error {
  override readonly name = 'SpecError';
}

/** Whether `error` is a {@link SpecError}, of this copy of the package or of another one. */
export function isSpecError(error: unknown): error is SpecError {
  return error instanceof Error && error.name === 'SpecError';
}

const SHOWN_CHARACTERS = 60;

function show(value: unknown): string {
  const text = typeof value === 'bigint' ? `${value}` : (JSON.stringify(value) ?? String(value));
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}

function tagOf(codec: object): unknown {
  return '_tag' in codec ? codec._tag : undefined;
}

/** Whether io-ts numbers the branches of this codec as if they were keys; they are no place in the data. */
function hasBranches(codec: object | undefined): boolean {
  if (codec === undefined) return false;
  const tag = tagOf(codec);
  const isWrapped = (tag === 'ExactType' || tag === 'ReadonlyType') && 'type' in codec;
  if (isWrapped && typeof codec.type === 'object' && codec.type !== null) return hasBranches(codec.type);
  return tag === 'UnionType' || tag === 'IntersectionType';
}

function pathOf(context: t.Context): string {
  const keys = context.filter((_, i) => i > 0 && !hasBranches(context[i - 1]?.type));
  const path = keys.map(({ key }) => (/^\d+$/.test(key) ? `[${key}]` : `.${key}`)).join('');
  return path.replace(/^\./, '') || 'the whole';
}

function deepest(errors: t.Errors): t.ValidationError | undefined {
  return errors.reduce<t.ValidationError | undefined>(
    (best, e) => (best === undefined || e.context.length > best.context.length ? e : best),
    undefined,
  );
}

function render(error: t.ValidationError): string {
  const last = error.context[error.context.length - 1];
  const expected = error.message ?? `expected ${last?.type.name ?? 'something else'}`;
  return `${pathOf(error.context)}: ${expected}, found ${show(error.value)}`;
}

/** Returns the value that `data` stands for; throws a one-line `SpecError` naming `source`, path and expectation. */
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

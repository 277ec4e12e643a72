/**
 * Closed codecs: records with the keys of their codec and no others. An open codec would silently ignore a misspelt key, and its
 * value would not be judged. Keys that every object inherits (`constructor`) are refused too.
 */
import * as either from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';

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
  return new t.Type(of, record.is, refusingOthers(record, names), record.encode);
}

/**
 * Closed codecs: records that have the keys of their codec and no others. A misspelt key would be passed over in silence
 * elsewhere, and what it says not judged; keys that every object inherits (`constructor`) are no exception.
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

/** A message lists no more keys than fit a few lines. */
const MOST_LISTED = 12;

function listed(known: readonly string[]): string {
  const more = known.length > MOST_LISTED ? ', …' : '';
  return known.slice(0, MOST_LISTED).join(', ') + more;
}

/** Says that a key is one too many. The place of the error is the key itself. */
function strange(key: string, known: string, record: object, context: t.Context): t.ValidationError {
  const value: unknown = Object.getOwnPropertyDescriptor(record, key)?.value;
  const place = [...context, { key, type: t.never, actual: value }];
  return { value, context: place, message: `unknown key, expected one of ${known}` };
}

/** Returns how `codec` decodes where there are no keys but these. */
function refusingOthers<A>(codec: t.Decoder<unknown, A>, keys: Iterable<string>): t.Validate<unknown, A> {
  const known: ReadonlySet<string> = new Set(keys);
  const names = listed([...known]);
  return (u, context) => {
    const decoded = codec.validate(u, context);
    if (typeof u !== 'object' || u === null || Array.isArray(u)) return decoded;
    const unknown = Object.keys(u).filter((key) => !known.has(key));
    if (unknown.length === 0) return decoded;
    const errors = unknown.map((key) => strange(key, names, u, context));
    return either.left(either.isLeft(decoded) ? [...errors, ...decoded.left] : errors);
  };
}

/**
 * Returns the codec of records as `codec` has them, without any other key: decoding refuses one, encoding leaves it out. Where
 * something else is wrong too, the unknown key comes first: it may be why.
 */
export function closed<C extends t.HasProps>(codec: C, name: string = codec.name): t.ExactC<C> {
  const exact = t.exact(codec, name);
  return new t.ExactType(name, exact.is, refusingOthers(exact, keysOf(codec)), exact.encode, codec);
}

/** Returns the codec of records by some of these names; `of` says what they are by. */
export function closedRecord<A>(
  of: string,
  names: Iterable<string>,
  each: t.Type<A, unknown>,
): t.Type<Readonly<Record<string, A>>, unknown> {
  const record = t.record(t.string, each);
  return new t.Type(of, record.is, refusingOthers(record, names), record.encode);
}

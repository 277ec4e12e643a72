/**
 * Formats: the notations in which people have memory maps. A format claims the lines that are, or look like, its
 * entries; a claimed line that cannot be read is an error and is never skipped.
 */
import type { Entry } from './entry.ts';
import type { Line, Place } from './place.ts';

/** A line that a format claims. */
export interface Claimed {
  readonly line: Line;
  /** What the entry says: the first group of the format's `claim`. */
  readonly body: string;
}

/** A notation of memory maps, made of lines. */
export interface Format {
  /** How messages call files of this kind. */
  readonly kind: string;
  /** Whether the notation promises disjoint, page-aligned entries, whose order is worth keeping. */
  readonly isOrderly: boolean;
  /** Matches what is or looks like an entry, in a line without log prefixes; group 1 is what it says. Linear. */
  readonly claim: RegExp;
  /** Whether `claim` is matched against the raw line, because its indentation means something. */
  readonly keepsIndent?: boolean;
  /** Returns the name of the notation, which may depend on how its first entry is spelled. */
  nameOf(first: Claimed): string;
  /** Returns the entries that the claimed lines (at least one) stand for; throws `SpecError` naming the line. */
  read(claimed: readonly Claimed[]): readonly Entry[];
}

/** Reads the body of one claimed line. */
type EntryReader = (body: string, place: Place) => Entry;

/** Returns a reader of claimed lines that reads each line by itself. */
export function lineByLine(read: EntryReader): Format['read'] {
  return (claimed) => claimed.map(({ line, body }) => read(body, line));
}

/** Returns the lines that a format claims, in order. */
export function claimedBy(format: Format, lines: readonly Line[]): readonly Claimed[] {
  return lines.flatMap((line) => {
    const match = format.claim.exec(format.keepsIndent === true ? line.raw : line.text);
    return match === null ? [] : [{ line, body: (match[1] ?? '').trim() }];
  });
}

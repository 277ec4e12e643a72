/**
 * References: the addresses in a program. The k-th allocating call of a program is its k-th result, named
 * `a`, `b`, … `z`, `aa`, … A reference picks one page frame of a result and a byte from there on:
 *
 *   a           the first page frame of result a
 *   b[3]        the fourth page frame of result b
 *   b[3]+0x10   16 bytes into it
 *   0xffff…     an absolute address
 */
import * as either from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { withJsonForm } from './decode.ts';
import { fromHex, toHex } from './hex.ts';

/** A page frame of an earlier result, and a byte offset from its start (may be negative or past its end). */
export interface ResultReference {
  /** Ordinal of the allocating call, from 0. */
  readonly result: number;
  /** Index among the result's page frames, from 0. */
  readonly page: number;
  /** Bytes from the start of that page frame. */
  readonly offset: bigint;
}

/** An absolute address, for memory that no call has returned. */
export interface AbsoluteReference {
  readonly absolute: bigint;
}

export type Reference = ResultReference | AbsoluteReference;

/** Whether a reference names an earlier result. */
export function namesResult(reference: Reference): reference is ResultReference {
  return 'result' in reference;
}

const LETTERS = 26;

/** Returns the name of the k-th result: a … z, aa, ab, … */
export function resultName(k: number): string {
  const last = String.fromCharCode('a'.charCodeAt(0) + (k % LETTERS));
  return k < LETTERS ? last : resultName(Math.floor(k / LETTERS) - 1) + last;
}

/** Returns the ordinal that a result's name stands for. */
function resultOrdinal(name: string): number {
  return [...name].reduce((n, letter) => (n + 1) * LETTERS + letter.charCodeAt(0) - 'a'.charCodeAt(0), -1);
}

/** Returns a reference in the form that programs, traces and reports use. */
export function formatReference(reference: Reference): string {
  if (!namesResult(reference)) return toHex(reference.absolute);
  const { result, page, offset } = reference;
  const index = page === 0 ? '' : `[${page}]`;
  const bytes = offset === 0n ? '' : offset > 0n ? `+${toHex(offset)}` : toHex(offset);
  return `${resultName(result)}${index}${bytes}`;
}

const RESULT = /^([a-z]{1,4})(?:\[(\d{1,15})\])?(?:([+-])(0x[0-9a-f]+))?$/;

/** Returns the reference that `text` stands for, or null where it is not one. */
export function parseReference(text: string): Reference | null {
  const absolute = fromHex(text);
  if (absolute !== null) return { absolute };
  const match = RESULT.exec(text);
  if (match === null) return null;
  const [, name = '', page = '0', sign = '+', bytes = '0x0'] = match;
  const offset = BigInt(bytes);
  return { result: resultOrdinal(name), page: Number(page), offset: sign === '-' ? -offset : offset };
}

/** JSON: the text form. */
export const Reference = new t.Type<Reference, string, unknown>(
  'a reference such as "a", "b[3]", "b[3]+0x10" or a hex address',
  (u): u is Reference => typeof u === 'object' && u !== null && ('result' in u || 'absolute' in u),
  (u, context) => {
    const reference = typeof u === 'string' ? parseReference(u) : null;
    return reference === null ? t.failure(u, context) : either.right(reference);
  },
  formatReference,
);
withJsonForm(Reference, { type: 'string' });

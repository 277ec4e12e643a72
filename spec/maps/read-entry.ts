/**
 * Reading an entry: from the text of a line to an extent and a type, by the patterns of a notation. Whatever says the same
 * thing twice must agree.
 */

import type { MemoryType } from '../memory-map.ts';
import { PAGE_BYTES } from '../units.ts';
import { below, type Extent, halfOpen, inclusive, numberAt } from './entry.ts';
import { fault, type Line, type Place } from './lines.ts';
import { plainWord } from './memory-words.ts';
import type { EntryType, Fields, Notation, ReadEntry } from './notation.ts';

/** Bytes in a unit of size, by its letter. */
const UNIT_BYTES: Readonly<Record<string, number>> = {
  B: 1,
  K: 2 ** 10,
  M: 2 ** 20,
  G: 2 ** 30,
  T: 2 ** 40,
  P: 2 ** 50,
};

/** A size as people write it: `digits` after the comma, in units of `unit` bytes. */
interface Size {
  readonly value: number;
  readonly unit: number;
  readonly digits: number;
}

function sizeAt(place: Place, text: string): Size {
  const [, figures = '', letter = 'B'] = /^([\d.,]+) ?([BKMGTP])?(?:i?B)?$/i.exec(text.trim()) ?? [];
  const plain = figures.replace(',', '.');
  const unit = UNIT_BYTES[letter.toUpperCase()];
  if (unit === undefined || !/^\d+(?:\.\d+)?$/.test(plain)) throw fault(place, 'a size such as 640K', text);
  return { value: Number(plain), unit, digits: (plain.split('.')[1] ?? '').length };
}

/** Whether so many bytes are printed as this size, rounded whichever way. */
export function isPrintedAs(place: Place, bytes: bigint, text: string): boolean {
  const { value, unit, digits } = sizeAt(place, text);
  return Math.abs(Number(bytes) / unit - value) < 10 ** -digits;
}

const SPECIFIC_PURPOSE = 0x4_0000n;

/** Whether EFI attributes have the bit for memory of a specific purpose (CXL, HBM), in hex or by its flag. */
function isSpecificPurpose(attributes: string): boolean {
  const bits = /^(?:attr=)?(?:0x)?([0-9a-f]{1,16})$/i.exec(attributes.trim())?.[1];
  if (bits !== undefined) return (BigInt(`0x${bits}`) & SPECIFIC_PURPOSE) !== 0n;
  return /(?:^|[^A-Z])(?:SP|SPECIFIC_PURPOSE|SPECIAL_PURPOSE)(?:[^A-Z]|$)/.test(attributes);
}

/** Reads the fields of an entry: each method throws `SpecError` naming the place where they do not say it. */
class Reader {
  readonly #notation: Notation;
  readonly #place: Place;
  readonly #fields: Fields;

  constructor(notation: Notation, place: Place, fields: Fields) {
    this.#notation = notation;
    this.#place = place;
    this.#fields = fields;
  }

  #number(name: string, base = this.#notation.base ?? 16): bigint | null {
    const text = this.#fields[name]?.replaceAll(/[,:]/g, '');
    return text === undefined ? null : numberAt(this.#place, text, base);
  }

  #start(): bigint {
    return this.#number('start') ?? (this.#number('startFrame') ?? 0n) * PAGE_BYTES;
  }

  /** Returns the extents that the fields give, each by one of them. */
  #extents(): readonly Extent[] {
    const start = this.#start();
    const { base = 16, lengthBase = base } = this.#notation;
    const [end, last, frame] = [this.#number('end'), this.#number('last'), this.#number('endFrame')];
    const [bytes, pages] = [this.#number('bytes', lengthBase), this.#number('pages', lengthBase)];
    return [
      ...(end === null ? [] : [halfOpen(this.#place, { start, end })]),
      ...(last === null ? [] : [inclusive(this.#place, start, last)]),
      ...(frame === null ? [] : [halfOpen(this.#place, { start, end: frame * PAGE_BYTES })]),
      ...(bytes === null ? [] : [{ start, end: start + bytes }]),
      ...(pages === null ? [] : [{ start, end: start + pages * PAGE_BYTES }]),
    ];
  }

  /** Whether the only length is a size in units larger than a byte. */
  isRounded(): boolean {
    const { size } = this.#fields;
    return size !== undefined && this.#extents().length === 0 && sizeAt(this.#place, size).unit > 1;
  }

  extent(): Extent {
    const { size } = this.#fields;
    const [extent, ...others] = this.#extents();
    if (extent === undefined) return this.#sized(size ?? '');
    const length = extent.end - extent.start;
    const other = others.find(({ end }) => end !== extent.end);
    if (other !== undefined)
      throw this.#fault(
        `as many bytes as the range holds, 0x${length.toString(16)}`,
        other.end - extent.start,
      );
    if (size !== undefined && !isPrintedAs(this.#place, length, size))
      throw fault(this.#place, `the size of 0x${length.toString(16)} bytes`, size);
    return extent;
  }

  /** Returns the extent of an entry that gives no more than a size: the least one, where the size is rounded. */
  #sized(text: string): Extent {
    const { value, unit } = sizeAt(this.#place, text);
    const start = this.#start();
    return { start, end: start + BigInt(Math.floor(value * unit)) };
  }

  #fault(expected: string, found: bigint): Error {
    return fault(this.#place, expected, `0x${found.toString(16)}`);
  }

  /** Returns the type that its words or its number stand for, null where they stand for none. */
  declaredType(): EntryType | null {
    const { types, typeBase = 10, typeOf } = this.#notation;
    const { hole, type, words } = this.#fields;
    if (hole !== undefined) return 'hole';
    const special = typeOf?.(this.#fields) ?? null;
    if (special !== null) return special;
    if (type !== undefined) return types.numbers?.(Number(numberAt(this.#place, type, typeBase))) ?? null;
    return types.words?.[plainWord(words ?? '')] ?? null;
  }

  type(): EntryType {
    const type = this.declaredType();
    const { type: number, words, attributes = '' } = this.#fields;
    if (type === null)
      throw fault(
        this.#place,
        this.#notation.types.expected,
        number === undefined ? (words ?? '') : `type ${number}`,
      );
    return type === 'conventional' && isSpecificPurpose(attributes) ? 'reserved' : type;
  }

  index(): number | null {
    const { number } = this.#fields;
    return number === undefined ? null : Number(numberAt(this.#place, number, 10));
  }
}

/** Returns the fields of an entry that is whole, else null. */
function fieldsOf({ entry }: Notation, body: string): Fields | null {
  for (const pattern of entry) {
    const groups = pattern.exec(body)?.groups;
    if (groups !== undefined) return groups;
  }
  return null;
}

/**
 * Returns the entry that a text is, from its mark on; throws `SpecError` where it is not one whole, where its parts disagree, or where
 * it ends above `limit`, an address.
 */
export function readEntry(notation: Notation, line: Line, body: string, limit: bigint): ReadEntry {
  const fields = fieldsOf(notation, body);
  if (fields === null) throw fault(line, `an entry such as "${notation.example}"`, body);
  const reader = new Reader(notation, line, fields);
  const type = reader.type();
  const extent = reader.extent();
  // What is passed over is not part of the map: it may lie anywhere.
  const { start, end } =
    type === 'passed' && notation.isNested !== true ? extent : below(limit, line, extent);
  const [list, number, isRounded] = [fields.list ?? '', reader.index(), reader.isRounded()];
  return { line, start, end, type, fields, list, number, isRounded };
}

/**
 * Whether a text has the shape of an entry and a type: its numbers may say anything. Two halves of different entries put
 * together have it.
 */
export function isShaped(notation: Notation, place: Place, body: string): boolean {
  const fields = fieldsOf(notation, body);
  if (fields === null) return false;
  return fields.type !== undefined || new Reader(notation, place, fields).declaredType() !== null;
}

/** Whether a text is the beginning of an entry whose first word is its type, and was cut in that word. */
export function isCutWord({ types, entry }: Notation, text: string): boolean {
  const isFirst = entry.some(({ source }) => source.startsWith('^(?<words>'));
  const plain = plainWord(text);
  return isFirst && plain !== '' && Object.keys(types.words ?? {}).some((word) => word.startsWith(plain));
}

/** Whether an entry is memory of the map. */
export function isMemory(entry: ReadEntry): entry is ReadEntry & { readonly type: MemoryType } {
  return entry.type !== 'hole' && entry.type !== 'passed';
}

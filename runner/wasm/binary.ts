/**
 * The binary format of WebAssembly, as little of it as the engine does not tell: sections, how many globals may change, and a section of
 * our own with the line that compiled the module.
 *
 * Source: WebAssembly Core Specification, chapter 5, https://webassembly.github.io/spec/core/binary/.
 */

/** The section in which `frameproof build` leaves the line that it called clang with. */
export const BUILD_SECTION = 'frameproof.build';

const GLOBALS = 6;
/** Instructions of initial values whose operand is a number in LEB128: i32.const, i64.const, global.get. */
const NUMBERS = [0x41, 0x42, 0x23];
/** The magic number and the version. */
const HEADER_BYTES = 8;

/** A reader of unsigned numbers in LEB128. One that is signed ends at the same byte. */
export class Reader {
  readonly #bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes;
    this.at = at;
  }

  get isAtEnd(): boolean {
    return this.at >= this.#bytes.length;
  }

  byte(): number {
    return this.#bytes[this.at++] ?? 0;
  }

  number(): number {
    let value = 0;
    for (let unit = 1; ; unit *= 128) {
      const byte = this.byte();
      value += (byte & 127) * unit;
      if (byte < 128) return value;
    }
  }

  /** Reads bytes after their number. */
  bytes(): Uint8Array {
    const size = this.number();
    this.at += size;
    return this.#bytes.subarray(this.at - size, this.at);
  }

  /** Reads a vector. */
  list<T>(item: () => T): readonly T[] {
    return Array.from({ length: this.number() }, item);
  }
}

/** A section: its number, where it starts, its content. */
export interface Section {
  readonly id: number;
  readonly start: number;
  readonly content: Uint8Array;
}

/** Returns the sections of a module. */
export function sectionsOf(bytes: Uint8Array): readonly Section[] {
  const reader = new Reader(bytes, HEADER_BYTES);
  const sections: Section[] = [];
  while (!reader.isAtEnd) {
    const start = reader.at;
    sections.push({ id: reader.byte(), start, content: reader.bytes() });
  }
  return sections;
}

/** Returns the number of mutable globals that a module defines; infinity if one begins as something else than an integer. */
export function mutableGlobals(bytes: Uint8Array): number {
  const globals = sectionsOf(bytes).find(({ id }) => id === GLOBALS);
  if (globals === undefined) return 0;
  const reader = new Reader(globals.content);
  let mutable = 0;
  for (let left = reader.number(); left > 0; left -= 1) {
    reader.byte();
    mutable += reader.byte();
    if (!NUMBERS.includes(reader.byte())) return Number.POSITIVE_INFINITY;
    reader.number();
    reader.byte();
  }
  return mutable;
}

/** Returns a section, or a body, after its size. */
export function sized(content: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(leb128(content.length)), content]);
}

export function leb128(n: number): readonly number[] {
  return n < 128 ? [n] : [(n % 128) | 128, ...leb128(Math.floor(n / 128))];
}

/** Returns a module with the line that compiled it. */
export function withBuildLine(bytes: Uint8Array, line: string): Uint8Array {
  const name = Buffer.from(BUILD_SECTION);
  return Buffer.concat([bytes, Buffer.from([0]), sized(Buffer.concat([sized(name), Buffer.from(line)]))]);
}

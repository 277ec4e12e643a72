/**
 * The binary format of WebAssembly, as little of it as the engine does not tell: how many globals may change, and a section of our own
 * with the line that compiled the module.
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

/** A reader of unsigned numbers in LEB128. */
class Reader {
  readonly #bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
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
}

/** Returns the number of mutable globals that a module defines; infinity if one begins as something else than an integer. */
export function mutableGlobals(bytes: Uint8Array): number {
  const reader = new Reader(bytes, HEADER_BYTES);
  while (!reader.isAtEnd) {
    const id = reader.byte();
    const size = reader.number();
    if (id !== GLOBALS) {
      reader.at += size;
      continue;
    }
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
  return 0;
}

function leb128(n: number): readonly number[] {
  return n < 128 ? [n] : [(n & 127) | 128, ...leb128(n >>> 7)];
}

/** Returns a module with the line that compiled it. */
export function withBuildLine(bytes: Uint8Array, line: string): Uint8Array {
  const name = Buffer.from(BUILD_SECTION);
  const content = Buffer.concat([Buffer.from(leb128(name.length)), name, Buffer.from(line)]);
  return Buffer.concat([bytes, Buffer.from([0, ...leb128(content.length)]), content]);
}

/**
 * Device tree blobs: `.dtb` files, `/sys/firmware/fdt`, and what `dtc -O dtb` writes. Big-endian words of 32 bits:
 *
 *     | header | memory reservations: pairs of 64 bits, to (0, 0) | structure: tokens | strings: names of properties |
 *
 * Source: Devicetree Specification 0.4, chapter 5.
 */
import { SpecError } from '../../errors.ts';
import { type DeviceTree, MOST_LEVELS, type Property, type TreeNode } from './tree.ts';

const MAGIC = 0xd00d_feed;
const [BEGIN_NODE, END_NODE, PROPERTY, NOP, END] = [1, 2, 3, 4, 9];
const HEADER_BYTES = 40;
// The oldest version that has the layout of today.
const OLDEST_VERSION = 16;

export function isDeviceTreeBlob(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) === MAGIC;
}

/** Reads words and strings of a blob; what lies beyond its end is a `SpecError`. */
class Reader {
  readonly #source: string;
  readonly #view: DataView;
  readonly #structure: number;
  readonly #strings: number;
  #at: number;

  constructor(bytes: Uint8Array, source: string) {
    this.#source = source;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const size = this.#word(4);
    if (bytes.length < HEADER_BYTES || size > bytes.length)
      throw this.#fault(`${size} bytes, as the header says`, `${bytes.length}`);
    if (this.#word(24) > OLDEST_VERSION + 1 || this.#word(20) < OLDEST_VERSION)
      throw this.#fault('a device tree of version 16 or 17', `version ${this.#word(20)}`);
    [this.#structure, this.#strings] = [this.#word(8), this.#word(12)];
    this.#at = this.#structure;
  }

  #fault(expected: string, found: string): SpecError {
    return new SpecError(`${this.#source}: expected ${expected}, found ${found}`);
  }

  #word(offset: number): number {
    if (offset + 4 > this.#view.byteLength)
      throw this.#fault('a whole device tree blob', `its end at ${offset}`);
    return this.#view.getUint32(offset);
  }

  #take(): number {
    const word = this.#word(this.#at);
    this.#at += 4;
    return word;
  }

  #string(offset: number): string {
    let text = '';
    for (let at = offset; ; at += 1) {
      if (at >= this.#view.byteLength)
        throw this.#fault('a string that ends', `the end of the blob at ${at}`);
      const code = this.#view.getUint8(at);
      if (code === 0) return text;
      text += String.fromCharCode(code);
    }
  }

  /** Returns the next token, past those that say nothing. */
  #token(): number {
    let token = this.#take();
    while (token === NOP) token = this.#take();
    return token;
  }

  tree(): DeviceTree {
    if (this.#token() !== BEGIN_NODE) throw this.#fault('a root node', 'none');
    const root = this.#node('', 0);
    if (this.#token() !== END) throw this.#fault('one root node', 'more');
    return { root, reserved: this.#reservations() };
  }

  #reservations(): DeviceTree['reserved'] {
    const found: DeviceTree['reserved'][number][] = [];
    for (let at = this.#word(16); ; at += 16) {
      const [start, bytes] = [this.#long(at), this.#long(at + 8)];
      if (start === 0n && bytes === 0n) return found;
      found.push({ source: this.#source, where: 'the memory reservations', start, bytes });
    }
  }

  #long(offset: number): bigint {
    return (BigInt(this.#word(offset)) << 32n) | BigInt(this.#word(offset + 4));
  }

  /** Reads a node from its name on, to its end. */
  #node(path: string, level: number): TreeNode {
    if (level > MOST_LEVELS) throw this.#fault(`at most ${MOST_LEVELS} levels of nodes`, path);
    const name = this.#string(this.#at);
    this.#at += aligned(name.length + 1);
    const where = `node ${path}/${name}`.replace('//', '/');
    const properties = new Map<string, Property>();
    const children: TreeNode[] = [];
    for (let token = this.#token(); token !== END_NODE; token = this.#token()) {
      if (token === BEGIN_NODE)
        children.push(this.#node(where.slice('node '.length).replace(/\/$/, ''), level + 1));
      else if (token === PROPERTY) {
        const [key, property] = this.#property(where);
        properties.set(key, property);
      } else throw this.#fault(`a token of a device tree in ${where}`, `${token}`);
    }
    return { source: this.#source, where, name: name === '' ? '/' : name, properties, children };
  }

  #property(where: string): readonly [string, Property] {
    const [length, key] = [this.#take(), this.#string(this.#strings + this.#take())];
    const at = this.#at;
    this.#at += aligned(length);
    if (this.#at > this.#view.byteLength)
      throw this.#fault('a whole device tree blob', `its end in ${where}`);
    const bytes = new Uint8Array(this.#view.buffer, this.#view.byteOffset + at, length);
    const cells =
      length % 4 === 0 ? Array.from({ length: length / 4 }, (_, i) => this.#word(at + 4 * i)) : null;
    const text = JSON.stringify(new TextDecoder().decode(bytes).replace(/\0$/, ''));
    return [key, { source: this.#source, where, cells, text }];
  }
}

function aligned(length: number): number {
  return Math.ceil(length / 4) * 4;
}

/** Returns the tree that a blob holds; throws `SpecError` where it is none, or not whole. */
export function readBlob(bytes: Uint8Array, source: string): DeviceTree {
  return new Reader(bytes, source).tree();
}

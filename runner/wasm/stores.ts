/**
 * Stores that are noted: before each instruction that writes to linear memory, a module is given code that calls `fp_written` of the
 * harness, unless all its bytes lie in one page that has been written to during this call. So it is known of each page whether the
 * program has written to it, in worlds of any size.
 *
 *     … address value            i32.store      before
 *     … address value  [note]    i32.store      note: written[page] = NOW and all bytes lie there, or else fp_written(address, bytes)
 *
 * Source: WebAssembly Core Specification, chapter 5, https://webassembly.github.io/spec/core/binary/; the threads and memory64 proposals.
 */
import { PAGE_SIZE, SpecError } from '../../spec/index.ts';
import { leb128, Reader, type Section, sectionsOf, sized } from './binary.ts';
import type { Bits } from './engine.ts';

/** Where the notes lie: `FP_NOTES` of native/frameproof_wasm.c. They begin with a byte for each page. */
export const NOTES = 0x3c00_0000;
/** Pages of linear memory that there are notes of. */
export const NOTED_PAGES = 2 ** 22;
/** A page that has been written to during this call. */
const NOW = 2;
const PAGE_SHIFT = Math.log2(PAGE_SIZE);

/** Functions of the harness that keep the notes, or call it themselves. */
const WRITTEN = 'fp_written';
const KEEPERS = [WRITTEN, 'fp_begin', 'memset', 'memmove'];

const [TYPES, IMPORTS, FUNCTIONS, EXPORTS, CODE] = [1, 2, 3, 7, 10];
/** Kinds of imports and exports. */
const [FUNCTION, TABLE, MEMORY, GLOBAL] = [0, 1, 2, 3];

type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128';
const BINARY_TYPE: Readonly<Record<ValueType, number>> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
};
/** The locals that a function gets behind its own: an address, and the operands above it. */
const LOCALS = ['i32', 'i32', 'i64', 'i64', 'f32', 'f64', 'v128'] as const;

/** An instruction that writes: its operands above the address, and how many bytes; null where the last operand says so. */
interface Write {
  readonly operands: readonly ValueType[];
  readonly bytes: number | null;
}

function write(operand: ValueType, bytes: number): Write {
  return { operands: [operand], bytes };
}

/** i32.store to i64.store32. */
const STORES: readonly Write[] = [
  write('i32', 4),
  write('i64', 8),
  write('f32', 4),
  write('f64', 8),
  write('i32', 1),
  write('i32', 2),
  write('i64', 1),
  write('i64', 2),
  write('i64', 4),
];
/** The widths of atomic instructions, in the order of each group; the last group compares and has two operands. */
const ATOMIC: readonly Write[] = [0, 1, 4, 5, 6, 7, 8].flatMap((i) => STORES[i] ?? []);
const [FIRST_ATOMIC, LAST_GROUP, END_ATOMIC] = [0x17, 0x48, 0x4f];

/** Opcodes with a prefix, as prefix * 256 + opcode. */
const [BULK, VECTOR, THREADS] = [0xfc00, 0xfd00, 0xfe00];

function writeOf(opcode: number, bits: Bits): Write | null {
  const size = `i${bits}` as const;
  if (opcode >= 0x36 && opcode <= 0x3e) return STORES[opcode - 0x36] ?? null;
  if (opcode === BULK + 8) return { operands: ['i32', 'i32'], bytes: null };
  if (opcode === BULK + 10) return { operands: [size, size], bytes: null };
  if (opcode === BULK + 11) return { operands: ['i32', size], bytes: null };
  if (opcode === VECTOR + 11) return write('v128', 16);
  if (opcode >= VECTOR + 88 && opcode <= VECTOR + 91) return write('v128', 2 ** (opcode - VECTOR - 88));
  const atomic = opcode - THREADS;
  if (atomic < FIRST_ATOMIC || atomic >= END_ATOMIC) return null;
  const { operands = [], bytes = 0 } = ATOMIC[(atomic - FIRST_ATOMIC) % ATOMIC.length] ?? {};
  return { operands: atomic < LAST_GROUP ? operands : [...operands, ...operands], bytes };
}

/** Whether an instruction changes what is neither memory nor a global: tables, segments. */
function changesHidden(opcode: number): boolean {
  return opcode === 0x26 || [9, 12, 13, 14, 15, 17].includes(opcode - BULK);
}

/** The operands of an opcode: n a number, m the alignment and offset of memory, 4, 8 or 16 bytes, v a vector of numbers. */
function immediatesOf(opcode: number): string | null {
  if (opcode === 0x0e) return 'vn';
  if (opcode === 0x11 || opcode === 0x13) return 'nn';
  if (opcode === 0x1c) return 'v';
  if (opcode === 0x43) return '4';
  if (opcode === 0x44) return '8';
  if (opcode >= 0x28 && opcode <= 0x3e) return 'm';
  if ([0x02, 0x03, 0x04, 0x06, 0x07, 0x08, 0x09, 0x0c, 0x0d, 0x10, 0x12, 0x18].includes(opcode)) return 'n';
  if ((opcode >= 0x20 && opcode <= 0x26) || (opcode >= 0x3f && opcode <= 0x42)) return 'n';
  if (opcode === 0xd0 || opcode === 0xd2) return 'n';
  if (opcode <= 0x1b || (opcode >= 0x45 && opcode <= 0xc4) || opcode === 0xd1 || opcode === 0x19) return '';
  if (opcode >= THREADS) return opcode === THREADS + 3 ? 'n' : 'm';
  if (opcode >= VECTOR) return vectorImmediates(opcode - VECTOR);
  if (opcode >= BULK && opcode <= BULK + 17)
    return opcode < BULK + 8 ? '' : [8, 10, 12, 14].includes(opcode - BULK) ? 'nn' : 'n';
  return null;
}

function vectorImmediates(opcode: number): string {
  if (opcode <= 11 || opcode === 92 || opcode === 93) return 'm';
  if (opcode <= 13) return 'x';
  if (opcode >= 84 && opcode <= 91) return 'mn';
  return opcode >= 21 && opcode <= 34 ? 'n' : '';
}

/** Skips an immediate. Returns the offset of memory, or 0. */
function skip(reader: Reader, immediate: string): number {
  if (immediate === 'v') reader.list(() => reader.number());
  else if (immediate === '4' || immediate === '8') reader.at += Number(immediate);
  else if (immediate === 'x') reader.at += 16;
  else reader.number();
  return immediate === 'm' ? reader.number() : 0;
}

/** Returns a constant of an address, which is not negative. */
function constant(n: number, bits: Bits): readonly number[] {
  // A signed number: a 32nd bit that is set makes it negative.
  const value = bits === 32 ? BigInt(n | 0) : BigInt(n);
  const bytes: number[] = [bits === 32 ? 0x41 : 0x42];
  for (let left = value; ; left >>= 7n) {
    const byte = Number(left & 127n);
    const isLast = left >> 6n === 0n || left >> 6n === -1n;
    bytes.push(isLast ? byte : byte | 128);
    if (isLast) return bytes;
  }
}

const [LOCAL_GET, LOCAL_SET, LOCAL_TEE, CALL, IF, END, I32_CONST] = [
  0x20, 0x21, 0x22, 0x10, 0x04, 0x0b, 0x41,
];
const [I32_OR, I32_XOR, I32_LOAD8_U] = [0x72, 0x73, 0x2d];
const ARITHMETIC = {
  32: { add: 0x6a, xor: 0x73, shift: 0x76, wrap: [] },
  64: { add: 0x7c, xor: 0x85, shift: 0x88, wrap: [0xa7] },
} as const;
const NO_TYPE = 0x40;

/** Writes notes for the instructions of one module. */
class Noter {
  readonly #bits: Bits;
  readonly #written: number;

  constructor(bits: Bits, written: number) {
    this.#bits = bits;
    this.#written = written;
  }

  /** Returns the note of a write whose address and operands lie on the stack; `local` is the first that the function got. */
  note({ operands, bytes }: Write, offset: number, local: number): readonly number[] {
    const taken: ValueType[] = [];
    const places = operands.map((type) => {
      const place = LOCALS.indexOf(type) + taken.filter((other) => other === type).length;
      taken.push(type);
      return leb128(local + 1 + place);
    });
    return [
      ...places.toReversed().flatMap((place) => [LOCAL_SET, ...place]),
      ...[LOCAL_TEE, ...leb128(local)],
      ...(bytes === null
        ? [
            LOCAL_GET,
            ...leb128(local),
            LOCAL_GET,
            ...(places.at(-1) ?? []),
            ...this.#widened(operands.at(-1)),
            CALL,
            ...leb128(this.#written),
          ]
        : this.#unlessNoted(offset, bytes, local)),
      ...places.flatMap((place) => [LOCAL_GET, ...place]),
    ];
  }

  /** Makes an address of a length of memory.init, which has 32 bits. */
  #widened(type: ValueType | undefined): readonly number[] {
    return this.#bits === 64 && type === 'i32' ? [0xad] : [];
  }

  #unlessNoted(offset: number, bytes: number, local: number): readonly number[] {
    const straddles = bytes === 1 ? [] : [...this.#straddles(offset, bytes, local), I32_OR];
    return [
      ...[...this.#state(offset, local), I32_CONST, NOW, I32_XOR, ...straddles, IF, NO_TYPE],
      ...this.#address(offset, local),
      ...constant(bytes, this.#bits),
      ...[CALL, ...leb128(this.#written), END],
    ];
  }

  #address(offset: number, local: number): readonly number[] {
    const added = offset === 0 ? [] : [...constant(offset, this.#bits), ARITHMETIC[this.#bits].add];
    return [LOCAL_GET, ...leb128(local), ...added];
  }

  /** Returns code that reads the state of a page. Where the page lies beyond memory, any value will do: it traps. */
  #state(offset: number, local: number): readonly number[] {
    const { shift } = ARITHMETIC[this.#bits];
    const page = [...this.#address(offset, local), ...constant(PAGE_SHIFT, this.#bits), shift];
    return [...page, I32_LOAD8_U, 0, ...leb128(NOTES)];
  }

  /** Returns code that tells whether the first and the last byte lie in different pages: not 0 then. */
  #straddles(offset: number, bytes: number, local: number): readonly number[] {
    const { xor, shift, wrap } = ARITHMETIC[this.#bits];
    return [
      ...[...this.#address(offset, local), ...this.#address(offset + bytes - 1, local), xor],
      ...[...constant(PAGE_SHIFT, this.#bits), shift, ...wrap],
    ];
  }
}

/** A module while its functions are given notes. */
interface Noted {
  readonly path: string;
  readonly bits: Bits;
  readonly noter: Noter;
  hasHidden: boolean;
}

function opcodeOf(reader: Reader): number {
  const byte = reader.byte();
  return byte === 0xfc || byte === 0xfd || byte === 0xfe ? byte * 256 + reader.number() : byte;
}

/** Returns a function's code with its notes. */
function notedBody(body: Uint8Array, parameters: number, module: Noted): Uint8Array {
  const reader = new Reader(body);
  const groups = reader.list(() => [reader.number(), reader.byte()] as const);
  const local = groups.reduce((sum, [count]) => sum + count, parameters);
  const pieces: Uint8Array[] = [];
  let [copied, hasVector] = [reader.at, false];
  while (!reader.isAtEnd) {
    const start = reader.at;
    const opcode = opcodeOf(reader);
    const immediates = immediatesOf(opcode);
    if (immediates === null)
      throw new SpecError(
        `${module.path}: expected instructions of WebAssembly 2.0 with threads, and it has 0x${opcode.toString(16)}`,
      );
    let offset = 0;
    for (const immediate of immediates) offset += skip(reader, immediate);
    module.hasHidden ||= changesHidden(opcode);
    const found = writeOf(opcode, module.bits);
    // From an offset beyond all memory on, it traps.
    if (found === null || offset > NOTED_PAGES * PAGE_SIZE) continue;
    hasVector ||= found.operands.includes('v128');
    pieces.push(body.subarray(copied, start), Uint8Array.from(module.noter.note(found, offset, local)));
    copied = start;
  }
  if (pieces.length === 0) return body;
  const address = BINARY_TYPE[`i${module.bits}`];
  const own = LOCALS.slice(0, hasVector ? LOCALS.length : -1).map((type) => [1, BINARY_TYPE[type]]);
  const all = [...groups.map(([count, type]) => [...leb128(count), type]), [1, address], ...own];
  return Buffer.concat([
    Buffer.from([...leb128(all.length), ...all.flat()]),
    ...pieces,
    body.subarray(copied),
  ]);
}

/** The imports of a module: the types of its functions, and the bits of a pointer. */
function importsOf(content: Uint8Array): { readonly types: readonly number[]; readonly bits: Bits } {
  const reader = new Reader(content);
  const types: number[] = [];
  let bits: Bits = 32;
  const limits = (): number => {
    const flags = reader.byte();
    reader.number();
    if ((flags & 1) === 1) reader.number();
    return flags;
  };
  reader.list(() => {
    reader.bytes();
    reader.bytes();
    const kind = reader.byte();
    if (kind === FUNCTION) types.push(reader.number());
    else if (kind === MEMORY) bits = (limits() & 4) === 4 ? 64 : 32;
    else if (kind === TABLE) {
      reader.byte();
      limits();
    } else if (kind === GLOBAL) reader.at += 2;
  });
  return { types, bits };
}

/** Returns the numbers of exported functions by their names. */
function exportsOf(content: Uint8Array): ReadonlyMap<string, number> {
  const reader = new Reader(content);
  return new Map(
    reader.list(() => {
      const name = Buffer.from(reader.bytes()).toString();
      const kind = reader.byte();
      const index = reader.number();
      return [kind === FUNCTION ? name : '', index] as const;
    }),
  );
}

/** Returns the number of parameters of each type. */
function parametersOf(content: Uint8Array): readonly number[] {
  const reader = new Reader(content);
  return reader.list(() => {
    reader.byte();
    const parameters = reader.list(() => reader.byte()).length;
    reader.list(() => reader.byte());
    return parameters;
  });
}

/** A module whose stores are noted. */
export interface NotedModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Whether it changes tables or drops segments: state that is in no memory. */
  readonly hasHidden: boolean;
}

/**
 * Returns a module whose stores are noted, which imports its memory.
 *
 * @throws SpecError if it has instructions that are not known, or was not built with the harness.
 */
export function withNotedStores(bytes: Uint8Array, path: string): NotedModule {
  const sections = sectionsOf(bytes);
  const contentOf = (wanted: number): Uint8Array =>
    sections.find(({ id }) => id === wanted)?.content ?? Uint8Array.of(0);
  const { types: imported, bits } = importsOf(contentOf(IMPORTS));
  const exported = exportsOf(contentOf(EXPORTS));
  const written = exported.get(WRITTEN);
  if (written === undefined)
    throw new SpecError(
      `${path}: expected WebAssembly with the harness of this version, and it exports no ${WRITTEN}: build it again`,
    );
  const keepers = KEEPERS.map((name) => exported.get(name));
  const parameters = parametersOf(contentOf(TYPES));
  const functions = new Reader(contentOf(FUNCTIONS));
  const types = [...imported, ...functions.list(() => functions.number())];
  const module: Noted = { path, bits, noter: new Noter(bits, written), hasHidden: false };
  const code = new Reader(contentOf(CODE));
  let index = imported.length - 1;
  const bodies = code.list(() => {
    const body = code.bytes();
    index += 1;
    if (keepers.includes(index)) return sized(body);
    return sized(notedBody(body, parameters[types[index] ?? 0] ?? 0, module));
  });
  const noted = Buffer.concat([Buffer.from(leb128(bodies.length)), ...bodies]);
  const whole = ({ id, content }: Section): Uint8Array =>
    Buffer.concat([Buffer.from([id]), sized(id === CODE ? noted : content)]);
  const start = sections[0]?.start ?? bytes.length;
  return {
    bytes: new Uint8Array(Buffer.concat([bytes.subarray(0, start), ...sections.map(whole)])),
    hasHidden: module.hasHidden,
  };
}

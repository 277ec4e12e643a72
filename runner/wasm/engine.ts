/**
 * The engine: the part of `WebAssembly` that targets use, which neither the language's library nor Node.js' declares. What an engine
 * can do is found by trying, not by its version.
 */

/** A compiled module. */
export type Module = object;

export interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number | bigint): unknown;
}

/** An exported function. */
export type Exported = (...passed: readonly (number | bigint)[]) => number | bigint | undefined;

interface Import {
  readonly module: string;
  readonly name: string;
  readonly kind: string;
}

interface Engine {
  readonly Module: (new (
    bytes: Uint8Array,
  ) => Module) & {
    customSections(module: Module, name: string): readonly ArrayBuffer[];
    imports(module: Module): readonly Import[];
    exports(module: Module): readonly { readonly name: string; readonly kind: string }[];
  };
  readonly Instance: new (
    module: Module,
    imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  ) => { readonly exports: Readonly<Record<string, Exported>> };
  readonly Memory: new (descriptor: object) => Memory;
}

export const ENGINE: Engine = Reflect.get(globalThis, 'WebAssembly');

/** Bits of a pointer. */
export type Bits = 32 | 64;

/** The unit of linear memory. */
export const WASM_PAGE_BYTES = 65_536;

/** The most pages of linear memory, which the guide passes to the linker: 4 GiB and 16 GiB. */
const MOST_PAGES: Readonly<Record<Bits, number>> = { 32: 2 ** 16, 64: 2 ** 18 };

function pagesOf(bytes: number): number {
  return Math.ceil(bytes / WASM_PAGE_BYTES);
}

/** How a kind of memory is asked for. */
interface MemoryKind {
  make(initial: number, maximum: number): object;
  pages(n: number): number | bigint;
}

const PLAIN: MemoryKind = { make: (initial, maximum) => ({ initial, maximum }), pages: (n) => n };

/** Memories with pointers of 64 bits: as the standard has them, and as engines had them before (Node.js 22). */
const SIXTY_FOUR: readonly MemoryKind[] = [
  {
    make: (initial, maximum) => ({ initial: BigInt(initial), maximum: BigInt(maximum), address: 'i64' }),
    pages: BigInt,
  },
  { ...PLAIN, make: (initial, maximum) => ({ initial, maximum, index: 'i64' }) },
];

let foundSixtyFour: MemoryKind | null = null;

/** Returns the kind that this engine has, the last one if it has none. */
function sixtyFour(): MemoryKind {
  foundSixtyFour ??= SIXTY_FOUR.find(isPossible) ?? SIXTY_FOUR.at(-1) ?? PLAIN;
  return foundSixtyFour;
}

function isPossible({ make }: MemoryKind): boolean {
  try {
    return new ENGINE.Memory(make(0, MOST_PAGES[64])).buffer.byteLength === 0;
  } catch {
    return false;
  }
}

/**
 * Returns a linear memory of `bytes` bytes, which may grow by `spare` bytes. To grow costs microseconds whatever the size, to begin
 * with that size milliseconds. Throws if the engine cannot.
 */
export function memoryOf(bits: Bits, initial: number, bytes: number, spare: number): Memory {
  const maximum = Math.min(MOST_PAGES[bits], Math.max(pagesOf(initial), pagesOf(bytes)) + pagesOf(spare));
  const { make, pages } = bits === 64 ? sixtyFour() : PLAIN;
  const memory = new ENGINE.Memory(make(pagesOf(initial), maximum));
  const more = pagesOf(bytes) - pagesOf(initial);
  if (more > 0) memory.grow(pages(more));
  return memory;
}

/** Whether the engine has memories with pointers of 64 bits, tried on an empty one. */
export function hasSixtyFour(): boolean {
  return SIXTY_FOUR.some(isPossible);
}

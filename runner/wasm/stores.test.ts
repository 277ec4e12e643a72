import { expect, it } from 'vitest';
import { leb128, sized } from './binary.ts';
import { ENGINE } from './engine.ts';
import { NOTED_PAGES, NOTES, withNotedStores } from './stores.ts';

const [I32, FUNCTION] = [0x7f, 0x60];
const [LOCAL_GET_0, I32_CONST_7, DROP, END] = [[0x20, 0], [0x41, 7], 0x1a, 0x0b];
const I64_CONST_7 = [0x42, 7];
const F32_CONST = [0x43, 0, 0, 0, 0];
const F64_CONST = [0x44, 0, 0, 0, 0, 0, 0, 0, 0];
const V128_CONST = [0xfd, 12, ...Array.from({ length: 16 }, () => 7)];
const OFFSET = 5;
/** No alignment, and an offset; atomic instructions demand their alignment. */
const AT = [0, OFFSET];
const PAGES = (NOTES + NOTED_PAGES) / 65_536;

function named(text: string): readonly number[] {
  return [...leb128(text.length), ...Buffer.from(text)];
}

function section(id: number, ...items: readonly (readonly number[])[]): readonly number[] {
  return [id, ...sized(Uint8Array.from([items.length, ...items.flat()]))];
}

/** Returns a module that imports `fp_written` and a memory, and exports a function of an address with this code. */
function moduleOf(code: readonly number[], memory: readonly number[] = [0]): Uint8Array {
  const imported = (name: string, ...what: readonly number[]): readonly number[] => [
    ...named('env'),
    ...named(name),
    ...what,
  ];
  const exported = (name: string, index: number): readonly number[] => [...named(name), 0, index];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [FUNCTION, 2, I32, I32, 0], [FUNCTION, 1, I32, 0]),
    ...section(2, imported('fp_written', 0, 0), imported('memory', 2, ...memory, ...leb128(PAGES))),
    ...section(3, [1]),
    ...section(7, exported('fp_written', 0), exported('run', 1)),
    ...section(10, [...sized(Uint8Array.from([0, ...code, END]))]),
  ]);
}

/** Runs code on an address. Returns what was noted of it, and the memory after it. */
function noted(code: readonly number[], address: number, before: readonly number[] = []): readonly unknown[] {
  const { bytes } = withNotedStores(moduleOf(code), 'a module');
  const memory = new ENGINE.Memory({ initial: PAGES });
  for (const page of before) new Uint8Array(memory.buffer)[NOTES + page] = 2;
  const calls: unknown[] = [];
  const env = { memory, fp_written: (...passed: readonly unknown[]) => calls.push(passed) };
  const { run } = new ENGINE.Instance(new ENGINE.Module(bytes), { env }).exports;
  run?.(address);
  return calls;
}

const aligned = (log2: number): readonly number[] => [log2, 8];

it.each([
  ['i32.store', [...I32_CONST_7, 0x36, ...AT], [OFFSET, 4]],
  ['i64.store', [...I64_CONST_7, 0x37, ...AT], [OFFSET, 8]],
  ['f32.store', [...F32_CONST, 0x38, ...AT], [OFFSET, 4]],
  ['f64.store', [...F64_CONST, 0x39, ...AT], [OFFSET, 8]],
  ['i32.store8', [...I32_CONST_7, 0x3a, ...AT], [OFFSET, 1]],
  ['i32.store16', [...I32_CONST_7, 0x3b, ...AT], [OFFSET, 2]],
  ['i64.store8', [...I64_CONST_7, 0x3c, ...AT], [OFFSET, 1]],
  ['i64.store16', [...I64_CONST_7, 0x3d, ...AT], [OFFSET, 2]],
  ['i64.store32', [...I64_CONST_7, 0x3e, ...AT], [OFFSET, 4]],
  ['v128.store', [...V128_CONST, 0xfd, 11, ...AT], [OFFSET, 16]],
  ['v128.store16_lane', [...V128_CONST, 0xfd, 89, ...AT, 1], [OFFSET, 2]],
  ['memory.fill', [...I32_CONST_7, 0x41, 40, 0xfc, 11, 0], [0, 40]],
  ['memory.copy', [...I32_CONST_7, 0x41, 40, 0xfc, 10, 0, 0], [0, 40]],
  ['i32.atomic.store', [...I32_CONST_7, 0xfe, 0x17, ...aligned(2)], [8, 4]],
  ['i64.atomic.rmw.add', [...I64_CONST_7, 0xfe, 0x1f, ...aligned(3), DROP], [8, 8]],
  ['i64.atomic.rmw32.xchg_u', [...I64_CONST_7, 0xfe, 0x47, ...aligned(2), DROP], [8, 4]],
  ['i32.atomic.rmw8.cmpxchg_u', [...I32_CONST_7, ...I32_CONST_7, 0xfe, 0x4a, ...aligned(0), DROP], [8, 1]],
  ['i64.atomic.rmw.cmpxchg', [...I64_CONST_7, ...I64_CONST_7, 0xfe, 0x49, ...aligned(3), DROP], [8, 8]],
])('%s is noted', (_, code, [offset = 0, bytes]) => {
  expect(noted([...LOCAL_GET_0, ...code], 4096)).toEqual([[4096 + offset, bytes]]);
});

it('a store into one page that has been written to during this call is not noted again', () => {
  const store = [...LOCAL_GET_0, ...I64_CONST_7, 0x37, 0, 0];
  expect(noted(store, 4096, [1])).toEqual([]);
  expect(noted(store, 8190, [1])).toEqual([[8190, 8]]);
  expect(noted(store, 8190, [2])).toEqual([[8190, 8]]);
  expect(noted(store, 8184, [1])).toEqual([]);
});

it('blocks, branches and constants lie between stores', () => {
  const code = [
    ...[0x02, 0x40, 0x03, 0x40, 0x41, 2, 0x0e, 2, 0, 1, 1, END, END],
    ...[...LOCAL_GET_0, 0x44, 0x36, 0, 0, 0, 0, 0, 0, 0, 0x39, 0, 0],
    ...[...LOCAL_GET_0, 0x28, 2, 0x36, 0x45, 0x04, 0x40, ...LOCAL_GET_0, ...I32_CONST_7, 0x3a, 0, 0, END],
  ];
  expect(noted(code, 4096)).toEqual([
    [4096, 8],
    [4096, 1],
  ]);
});

it('a store at an offset beyond all memory traps', () => {
  const store = [...LOCAL_GET_0, ...I32_CONST_7, 0x36, 0, ...leb128(2 ** 31 + 8)];
  expect(() => noted(store, 4096)).toThrow(/memory access out of bounds/);
});

it('a module that drops a segment has state that is in no memory', () => {
  expect(withNotedStores(moduleOf([0xfc, 9, 0]), '').hasHidden).toBe(true);
  expect(withNotedStores(moduleOf([0x01]), '').hasHidden).toBe(false);
});

it('an instruction that is not known is refused', () => {
  expect(() => withNotedStores(moduleOf([0xfb, 0]), 'a.wasm')).toThrow(
    /^a\.wasm: expected instructions of WebAssembly 2\.0 with threads, and it has 0xfb/,
  );
});

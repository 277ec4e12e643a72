import { describe, expect, it } from 'vitest';
import { BUILD_SECTION, mutableGlobals, withBuildLine } from './binary.ts';
import { ENGINE } from './engine.ts';

const HEADER = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const [I32, I64, F32, CONSTANT, MUTABLE, END] = [0x7f, 0x7e, 0x7d, 0, 1, 0x0b];
const I32_CONST_300 = [0x41, 0xac, 0x02];
const I64_CONST_MINUS_1 = [0x42, 0x7f];
const F32_CONST_0 = [0x43, 0, 0, 0, 0];

function withGlobals(...globals: readonly (readonly number[])[]): Uint8Array {
  const content = [globals.length, ...globals.flat()];
  // An empty type section before it, and a custom one after it.
  return Uint8Array.from([...HEADER, 1, 1, 0, 6, content.length, ...content, 0, 3, 1, 0x61, 0]);
}

describe('a module', () => {
  it.each([
    ['no globals', Uint8Array.from(HEADER), 0],
    ['a constant one', withGlobals([I32, CONSTANT, ...I32_CONST_300, END]), 0],
    [
      'two mutable ones',
      withGlobals([I32, MUTABLE, ...I32_CONST_300, END], [I64, MUTABLE, ...I64_CONST_MINUS_1, END]),
      2,
    ],
    [
      'a mutable one after a constant one',
      withGlobals([I64, CONSTANT, ...I64_CONST_MINUS_1, END], [I32, MUTABLE, ...I32_CONST_300, END]),
      1,
    ],
    [
      'one that is not an integer',
      withGlobals([F32, CONSTANT, ...F32_CONST_0, END]),
      Number.POSITIVE_INFINITY,
    ],
  ])('with %s: they are counted', (_, bytes, count) => {
    expect(new ENGINE.Module(bytes)).toBeDefined();
    expect(mutableGlobals(bytes)).toBe(count);
  });

  it.each(['clang -O2', 'x'.repeat(1000)])('keeps the line that compiled it', (line) => {
    const module = new ENGINE.Module(withBuildLine(Uint8Array.from(HEADER), line));
    const found = ENGINE.Module.customSections(module, BUILD_SECTION);
    expect(found.map((section) => Buffer.from(section).toString())).toEqual([line]);
  });
});

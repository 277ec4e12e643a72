import { describe, expect, it } from 'vitest';
import { clangArguments, executableWords } from './clang.ts';

describe('the line that compiled WebAssembly', () => {
  it('tells what an executable of the same allocator is built from', () => {
    const words = ['-DDEBUG', 'my_target.c', 'lib/pmm.cc', 'libx.a'];
    const line = ['clang', ...clangArguments({ words, output: 'out/pmm.wasm', bits: 32 }, 'native')];
    expect(executableWords(`${line.join(' ')} (clang version 14.0.6)`)).toEqual([
      'my_target.c',
      'lib/pmm.cc',
      'libx.a',
      '-o',
      'out/pmm',
    ]);
  });
});

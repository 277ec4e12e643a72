import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryMap } from '../../../spec/index.ts';
import { anyWorld } from './worlds.ts';

describe('arbitrary worlds', () => {
  it('are valid as they are built: each survives the codec that refuses bad maps', () => {
    fc.assert(
      fc.property(anyWorld, ({ map }) => {
        expect(MemoryMap.decode(MemoryMap.encode(map))).toMatchObject({ _tag: 'Right' });
      }),
    );
  });

  it('stay small enough for a judge to look at every page frame', () => {
    fc.assert(
      fc.property(anyWorld, ({ map }) => {
        expect(map.descriptors.reduce((sum, { pages }) => sum + pages, 0)).toBeLessThan(1 << 16);
      }),
    );
  });
});

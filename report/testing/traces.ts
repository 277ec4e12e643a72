/** Traces for the tests of the page: ten operations that a person would look at, and ten thousand on a machine of 12 TiB. */
import { execute, loadTarget, OURS } from '../../runner/index.ts';
import { config, type MemoryMap, memoryMap, type Program, type Trace } from '../../spec/index.ts';

const first = { result: 0, page: 0, offset: 0n };
const batch = (page: number) => ({ result: 1, page, offset: 0n });

/** A program with every owner, both zones, a failure and a free that is accepted though it must panic. */
const TEN: Program = [
  { call: 'allocBitmap', count: 4n, maxAddr: 0x2_0000n, alignment: 0x2000n },
  { call: 'allocPages', count: 6n },
  { call: 'freeAmount' },
  { call: 'free', address: batch(2) },
  { call: 'allocBitmap', count: 99n, maxAddr: 0x2_0000n, alignment: 1n },
  { call: 'freePages', addresses: [batch(0), batch(5)] },
  { call: 'alloc' },
  { call: 'freeRegion', address: { absolute: 0xffff_8000_0003_6000n }, count: 2n },
  { call: 'freeRegion', address: first, count: 4n },
  { call: 'free', address: batch(0) },
];

const TEN_MAP = memoryMap([
  { type: 'conventional', start: 0x1000n, pages: 30 },
  { type: 'runtimeServicesData', start: 0x1_f000n, pages: 3 },
  { type: 'conventional', start: 0x2_4000n, pages: 18 },
  { type: 'acpiReclaim', start: 0x3_6000n, pages: 4 },
  { type: 'mmio', start: 0x4_0000n, pages: 2 },
  { type: 'bootServicesData', start: 0x10_0000n, pages: 400 },
]);

/** Returns ten operations, of which the last violates `free.owner`. */
export async function tenOperations(): Promise<Trace> {
  const target = await loadTarget('mutant:accepted-double-free');
  const scenario = {
    map: TEN_MAP,
    config: config({ bitmapMaxAddr: 0x2_4000n }),
    policies: ['lifo', 'first-fit'] as const,
    operations: TEN,
  };
  return execute(target, scenario).trace();
}

/** Returns a trace of many allocations, batches and frees on a large map. */
export function longTrace(map: MemoryMap, operations: number): Trace {
  const target = OURS;
  const program: Program = Array.from({ length: operations }, (_, n) => {
    const earlier = {
      result: Math.floor((n * 7) / 11) % Math.max(1, Math.floor(n / 2)),
      page: 0,
      offset: 0n,
    };
    switch (n % 5) {
      case 0:
        return { call: 'alloc' } as const;
      case 1:
        return {
          call: 'allocBitmap',
          count: BigInt(1 + (n % 7)),
          maxAddr: 1n << 40n,
          alignment: 4096n,
        } as const;
      case 2:
        return { call: 'allocPages', count: 9n } as const;
      case 3:
        return { call: 'free', address: earlier } as const;
      default:
        return { call: 'freeAmount' } as const;
    }
  });
  return execute(target, {
    map,
    config: config(),
    policies: ['lifo', 'first-fit'],
    operations: program,
  }).trace();
}

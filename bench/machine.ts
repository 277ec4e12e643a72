/** Machines: the memory of the rows, in page frames; `page_stack_bench.c` builds the same. */
import { type MemoryMap, type MemoryType, memoryMap } from '../spec/index.ts';

/** Consecutive page frames of one type. */
export interface Extent {
  readonly base: number;
  readonly pages: number;
  readonly type: MemoryType;
}

/** A memory map and the first page frame of the stack zone. */
export interface Machine {
  readonly map: MemoryMap;
  readonly extents: readonly Extent[];
  readonly limit: number;
}

/** Returns a machine with these extents. */
export function machine(extents: readonly Extent[], limit: number): Machine {
  const descriptors = extents.map(({ base, pages, type }) => ({ type, start: BigInt(base) * 4096n, pages }));
  return { map: memoryMap(descriptors), extents, limit };
}

const usable = (base: number, pages: number): Extent => ({ base, pages, type: 'conventional' });

/** 640 KiB and 1 MiB as page frames: between them PCs have no RAM. */
const [LOW_END, HIGH_BASE] = [0xa0, 0x100];
/** 3 GiB and 4 GiB: RAM in between moves above 4 GiB. */
const [HOLE_BASE, HOLE_END] = [0xc0000, 0x100000];
/** 64 MiB. */
const DEFAULT_LIMIT = 0x4000;

/** Returns a PC of about `frames` page frames, with the usual two holes and the default bitmap limit. */
export function pc(frames: number): Machine {
  const low = Math.min(frames, HOLE_BASE);
  const extents = [usable(0, LOW_END), usable(HIGH_BASE, low - HIGH_BASE), usable(HOLE_END, frames - low)];
  return machine(extents, DEFAULT_LIMIT);
}

/** Returns a machine whose memory is all in the bitmap zone. */
export function zone(frames: number): Machine {
  return machine([usable(0, frames)], frames);
}

/** Returns a machine of boot memory, half of it in each zone. */
export function straddling(frames: number): Machine {
  return machine([{ base: 0, pages: frames, type: 'loaderData' }], frames / 2);
}

/** The RAM of an HP Superdome 2 of 12 TiB, from its e820 map as posted to the Linux kernel's mailing list in 2015. */
export function superdome(): Machine {
  const ends = [
    [0x0, 0x8e],
    [0x90, 0xa0],
    [0x100, 0x6d00c],
    [0x6d018, 0x6f3fc],
    [0x6f3ff, 0x78bff],
    [0x7bfff, 0x7c000],
    [0x100001, 0xc080000],
    [0xe000001, 0xc2000000],
  ] as const;
  const acpi: Extent = { base: 0x7bdff, pages: 0x200, type: 'acpiReclaim' };
  return machine([...ends.map(([base, end]) => usable(base, end - base)), acpi], DEFAULT_LIMIT);
}

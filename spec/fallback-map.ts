/**
 * The fallback map: a machine that does not exist but could, for when this machine's own map cannot be read. Its shape
 * is that of small UEFI PCs: holes below 1 MiB and below 4 GiB, RAM on both sides of the 64-MiB bitmap limit, boot
 * services and ACPI tables near the top of low memory, and RAM above 4 GiB.
 */
import { type MemoryMap, memoryMap } from './memory-map.ts';

/** A PC with 4 GiB of RAM: 3 GiB below the hole for devices, the rest above 4 GiB. */
export const FALLBACK_MAP: MemoryMap = memoryMap(
  [
    { type: 'bootServicesCode', start: 0x0n, pages: 1 },
    { type: 'conventional', start: 0x1000n, pages: 0x57 },
    { type: 'reserved', start: 0x5_8000n, pages: 1 },
    { type: 'conventional', start: 0x5_9000n, pages: 0x46 },
    { type: 'reserved', start: 0x9_f000n, pages: 0x61 },
    { type: 'conventional', start: 0x10_0000n, pages: 0x700 },
    { type: 'acpiNvs', start: 0x80_0000n, pages: 0x10 },
    { type: 'conventional', start: 0x81_0000n, pages: 0x7f0 },
    { type: 'loaderData', start: 0x100_0000n, pages: 0x1800 },
    { type: 'conventional', start: 0x280_0000n, pages: 0xb_0800 },
    { type: 'loaderCode', start: 0xb300_0000n, pages: 0x180 },
    { type: 'conventional', start: 0xb318_0000n, pages: 0x4e80 },
    { type: 'bootServicesData', start: 0xb800_0000n, pages: 0x3000 },
    { type: 'bootServicesCode', start: 0xbb00_0000n, pages: 0x800 },
    { type: 'reserved', start: 0xbb80_0000n, pages: 0x800 },
    { type: 'acpiReclaim', start: 0xbc00_0000n, pages: 0x20 },
    { type: 'acpiNvs', start: 0xbc02_0000n, pages: 0x1e0 },
    { type: 'runtimeServicesData', start: 0xbc20_0000n, pages: 0x200 },
    { type: 'runtimeServicesCode', start: 0xbc40_0000n, pages: 0x100 },
    { type: 'conventional', start: 0xbc50_0000n, pages: 0x3b00 },
    { type: 'mmio', start: 0xe000_0000n, pages: 0x1_0000 },
    { type: 'mmio', start: 0xfec0_0000n, pages: 1 },
    { type: 'mmio', start: 0xff00_0000n, pages: 0x1000 },
    { type: 'conventional', start: 0x1_0000_0000n, pages: 0x4_0000 },
  ],
  'a PC with 4 GiB',
);

/**
 * Sizes and addresses as a reader wants them: "640 KiB", "63.6 MiB", "0x4000000".
 */
import { addressOf, bytesOf, type PageCount, type Pfn, toHex } from '../spec/maps/index.ts';

const UNITS = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** Returns the size of `pages` page frames in the largest unit that leaves at least 1, with a decimal where it is small and not exact. */
export function formatSize(pages: PageCount): string {
  const sizeKib = Number(bytesOf(pages)) / 1024;
  const power = UNITS.findLastIndex((_, i) => sizeKib >= 1024 ** i);
  const value = sizeKib / 1024 ** Math.max(power, 0);
  const digits = Number.isInteger(value) || value >= 100 ? 0 : 1;
  return `${value.toFixed(digits)} ${UNITS[Math.max(power, 0)] ?? 'KiB'}`;
}

/** Returns the address of a page frame in hex. */
export function formatFrame(frame: Pfn): string {
  return toHex(addressOf(frame));
}

/**
 * Firmware extents: which page frames outside all sections are RAM that firmware keeps. Asked only to word a panic.
 * O(descriptors) an answer.
 */
import type { MemoryMap, Owner } from '../spec/index.ts';
import { type Extent, mergedExtents } from './sections.ts';

export type FirmwareExtents = readonly Extent[];

/** Returns the page frames that firmware keeps. */
export function firmwareExtents(map: MemoryMap): FirmwareExtents {
  return mergedExtents(map, (owner) => owner === 'firmware');
}

/** Returns the owner of a page frame that lies in no section. */
export function ownerOutside(firmware: FirmwareExtents, frame: number): Owner {
  return firmware.some(({ base, end }) => base <= frame && frame < end) ? 'firmware' : 'absent';
}

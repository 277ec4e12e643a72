/**
 * Owners: who may use a page frame. Every page frame has exactly one owner at any time.
 *
 *   absent    not RAM: a hole, MMIO, unusable, persistent, or reserved
 *   firmware  RAM that firmware keeps for ever
 *   boot      RAM that boot code still uses and hands over later, by freeing it
 *   pmm       free: the manager has it
 *   kept      RAM that the manager keeps for itself for ever: its own tables
 *   caller    allocated
 */
import * as t from 'io-ts';

export const Owner = t.keyof(
  { absent: null, firmware: null, boot: null, pmm: null, kept: null, caller: null },
  'an owner (absent, firmware, boot, pmm, kept or caller)',
);
export type Owner = t.TypeOf<typeof Owner>;

/** Whether a caller may free a page frame of this owner: it was allocated, or boot code hands it over. */
export function isFreeable(owner: Owner): boolean {
  return owner === 'caller' || owner === 'boot';
}

/**
 * The two zones. Page frames below the bitmap limit belong to the bitmap zone and are allocated in contiguous
 * runs; the others belong to the stack zone and are allocated singly.
 */
export type Zone = 'bitmap' | 'stack';

export const ZONES: readonly Zone[] = ['bitmap', 'stack'];

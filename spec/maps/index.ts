/**
 * MEMORY MAPS as people have them: read from any notation, summed up. A door beside that of `spec/`, so that whoever only
 * reads maps loads no clauses, and whoever only judges loads no notations.
 */

/** The vocabulary of `spec/` that a map is described in. */
export { type Config, config, DEFAULT_BITMAP_MAX_ADDR } from '../config.ts';
export { counted, grouped } from '../counted.ts';
export { SpecError } from '../errors.ts';
export { toHex } from '../hex.ts';
export { type Descriptor, endAddressOf, MemoryMap, ownerAfterInit } from '../memory-map.ts';
export {
  addressOf,
  bytesOf,
  type PageCount,
  type Pfn,
  pageCount,
  pagesBetween,
} from '../units.ts';
/** Reading a map from text. */
export { importBytes, importMemoryMap } from './import.ts';
/** Reading a map from a file, a folder, standard input or this machine. */
export { readMemoryMap, readThisMachine } from './read.ts';
export type { ImportedMap, ReadOptions, UnusedTable } from './reading.ts';
/** A map as a manager sees it: page frames by owner and zone. */
export {
  type Band,
  bandsOf,
  INITIAL_OWNERS,
  pagesIn,
  type Totals,
  totalsOf,
  zonesOf,
} from './summary.ts';

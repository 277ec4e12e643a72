/** Worlds: a memory map with its configuration. A program runs on one. */
import type { Config, MemoryMap } from '../spec/index.ts';

export interface World {
  readonly map: MemoryMap;
  readonly config: Config;
}

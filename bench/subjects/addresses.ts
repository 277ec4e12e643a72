/** Our `Pmm` face: higher-half addresses as `bigint`. */
import { createPmm } from '../../impl/index.ts';
import { config, HIGHER_HALF_48, type Pmm } from '../../spec/index.ts';
import { type Machine, zone } from '../machine.ts';
import type { Subject } from '../subject.ts';

export class Addresses implements Subject<bigint, BigUint64Array> {
  #pmm = managerOf(zone(1));

  init(machine: Machine): void {
    this.#pmm = managerOf(machine);
  }
  alloc(): bigint | null {
    return this.#pmm.alloc();
  }
  allocPages(pages: BigUint64Array, count: number): boolean {
    return this.#pmm.allocPages(pages, count);
  }
  allocBitmap(count: number, end: number, alignment: number): bigint | null {
    return this.#pmm.allocBitmap(count, end * 4096, alignment * 4096);
  }
  free(page: bigint): void {
    this.#pmm.free(page);
  }
  freePages(pages: BigUint64Array, count: number): void {
    this.#pmm.freePages(pages, count);
  }
  freeRegion(page: bigint, count: number): void {
    this.#pmm.freeRegion(page, count);
  }
  page(frame: number): bigint {
    return HIGHER_HALF_48 + BigInt(frame) * 4096n;
  }
  batch(length: number): BigUint64Array {
    return new BigUint64Array(length);
  }
  get(pages: BigUint64Array, index: number): bigint {
    return pages[index];
  }
  set(pages: BigUint64Array, index: number, page: bigint): void {
    pages[index] = page;
  }
  stateBytes(): null {
    return null;
  }
}

function ignoreWarning(): void {}

const memory = { read: () => 0n, write: () => {} };

function managerOf({ map, limit }: Machine): Pmm {
  return createPmm(map, {
    config: config({ bitmapMaxAddr: BigInt(limit) * 4096n }),
    warn: ignoreWarning,
    memory,
  });
}

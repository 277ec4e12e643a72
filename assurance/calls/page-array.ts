/**
 * A page array: the table that kernels keep of physical memory, one number for each page frame. It is the owner of a page frame or its
 * references, and all state there is. Its cost is that of the memory: it claims little.
 *
 *     -4 kept   -3 absent   -2 firmware   -1 boot   0 free   1, 2, … references of callers
 */
import {
  type Call,
  isU64,
  type MemoryMap,
  type Owner,
  ownedRegions,
  PAGE_BYTES,
  type PmmOptions,
  PmmPanic,
  pfnAt,
  pfnEnd,
  type SomePmm,
} from '../../spec/index.ts';

const [KEPT, ABSENT, FIRMWARE, BOOT, FREE] = [-4, -3, -2, -1, 0];

const CODES: Readonly<Record<Owner, number>> = {
  absent: ABSENT,
  firmware: FIRMWARE,
  boot: BOOT,
  pmm: FREE,
  kept: KEPT,
  caller: 1,
};

/** The arguments of a contiguous allocation. */
export interface Bounds {
  readonly count: bigint;
  readonly minAddr: bigint;
  readonly maxAddr: bigint;
  readonly alignment: bigint;
  readonly boundary: bigint;
}

/** The profile of such a manager, as JSON. `most` references a page frame. */
export function arrayClaims(most: number): object {
  return {
    calls: ['alloc', 'allocPages', 'free', 'retain', 'release', 'totalAmount', 'freeAmount'],
    zones: 1,
    mostReferences: most,
    memoryBelow: '0x100000',
  };
}

export class PageArray implements SomePmm {
  errno: SomePmm['errno'] = null;
  protected readonly options: PmmOptions;
  protected readonly pages: Int32Array;
  protected readonly most: number;

  constructor(map: MemoryMap, options: PmmOptions, most: number) {
    this.options = options;
    this.most = most;
    this.pages = new Int32Array(pfnEnd(map)).fill(ABSENT);
    for (const { base, count, owner } of ownedRegions(map)) this.pages.fill(CODES[owner], base, base + count);
  }

  alloc(): bigint | null {
    const frame = this.pages.indexOf(FREE);
    return frame < 0 ? this.fail('alloc') : this.take(frame);
  }

  allocPages(addresses: BigUint64Array, count: number | bigint): boolean | number {
    if (!Number.isInteger(Number(count)) || !isU64(BigInt(count))) this.panic('allocPages', null);
    if (count > this.freeAmount()) return this.fail('allocPages') !== null;
    for (let i = 0, frame = -1; i < count; i += 1) {
      frame = this.pages.indexOf(FREE, frame + 1);
      addresses[i] = this.take(frame);
    }
    return true;
  }

  free(address: bigint): void {
    const frame = this.held('free', address);
    if (this.references(frame) > 1) this.panic('free', frame);
    this.drop(frame);
  }

  allocAt(address: bigint, count: number | bigint): bigint | null {
    const base = this.named('allocAt', address);
    if (!Number.isInteger(Number(count)) || !isU64(BigInt(count))) this.panic('allocAt', null);
    if (count <= 0 || !this.isFree(base, Number(count))) return this.fail('allocAt');
    this.pages.fill(1, base, base + Number(count));
    return this.take(base);
  }

  allocWithin(...passed: readonly (number | bigint)[]): bigint | null {
    if (!passed.every((value) => Number.isInteger(Number(value)) && isU64(BigInt(value))))
      this.panic('allocWithin', null);
    const [count = 0n, minAddr = 0n, maxAddr = 0n, alignment = 0n, boundary = 0n] = passed.map(BigInt);
    const asked = { count, minAddr, maxAddr, alignment, boundary };
    for (let base = 0; count > 0 && base < this.pages.length; base += 1) {
      if (!this.fits(BigInt(base) * PAGE_BYTES, asked) || !this.isFree(base, Number(count))) continue;
      this.pages.fill(1, base, base + Number(count));
      return this.take(base);
    }
    return this.fail('allocWithin');
  }

  /** Whether a run from an address on lies where it is asked for. */
  protected fits(start: bigint, asked: Bounds): boolean {
    const alignment = ((asked.alignment + PAGE_BYTES - 1n) / PAGE_BYTES) * PAGE_BYTES;
    return (
      start >= asked.minAddr &&
      start + asked.count * PAGE_BYTES <= asked.maxAddr &&
      (alignment === 0n || start % alignment === 0n) &&
      this.staysWithin(start, asked)
    );
  }

  /** Whether a run from an address on crosses no boundary. */
  protected staysWithin(start: bigint, { count, boundary }: Bounds): boolean {
    const apart = (boundary / PAGE_BYTES) * PAGE_BYTES;
    return apart === 0n || start / apart === (start + count * PAGE_BYTES - 1n) / apart;
  }

  protected isFree(base: number, count: number): boolean {
    return (
      base + count <= this.pages.length &&
      this.pages.subarray(base, base + count).every((code) => code === FREE)
    );
  }

  addRegion(address: bigint, count: number | bigint): void {
    const base = this.counted('addRegion', address, count);
    if (count <= 0) return;
    const wrong = this.firstPresent(base, Number(count));
    if (base + Number(count) > this.pages.length || wrong >= 0)
      this.panic('addRegion', wrong >= 0 ? wrong : null);
    this.put(base, Number(count), FREE);
  }

  removeRegion(address: bigint, count: number | bigint): boolean {
    const base = this.counted('removeRegion', address, count);
    if (count <= 0) return true;
    if (!this.isFree(base, Number(count))) return this.fail('removeRegion') !== null;
    this.put(base, Number(count), ABSENT);
    return true;
  }

  /** Makes page frames free, or absent. */
  protected put(base: number, count: number, code: number): void {
    this.pages.fill(code, base, base + count);
  }

  /** Returns the first of these page frames that is RAM; -1 where none is. */
  protected firstPresent(base: number, count: number): number {
    const found = this.pages.subarray(base, base + count).findIndex((code) => code !== ABSENT);
    return found < 0 ? -1 : base + found;
  }

  /** The page frame that an address names, where the count is one. */
  private counted(call: Call, address: bigint, count: number | bigint): number {
    if (!isU64(address) || !Number.isInteger(Number(count)) || !isU64(BigInt(count))) this.panic(call, null);
    return count === 0 || count === 0n ? 0 : this.named(call, address);
  }

  retain(address: bigint): boolean {
    const frame = this.named('retain', address);
    if (!this.mayRetain(frame)) this.panic('retain', frame);
    if (this.references(frame) >= this.most) return this.fail('retain') !== null;
    this.pages[frame] = this.references(frame) + 1;
    return true;
  }

  release(address: bigint): void {
    this.drop(this.held('release', address));
  }

  totalAmount(): number {
    return this.pages.reduce((sum, code) => sum + (code === ABSENT ? 0 : 1), 0);
  }

  freeAmount(): number {
    return this.pages.reduce((sum, code) => sum + (code === FREE ? 1 : 0), 0);
  }

  saveState(into: Int32Array): number {
    into.set(this.pages.subarray(0, into.length));
    return this.pages.length;
  }

  loadState(saved: Int32Array): void {
    this.pages.set(saved);
  }

  /** References of callers; not above 0 where there are none. */
  protected references(frame: number): number {
    return this.pages[frame] ?? ABSENT;
  }

  protected mayRetain(frame: number): boolean {
    return this.references(frame) > 0;
  }

  /** Takes a reference away. */
  protected drop(frame: number): void {
    this.pages[frame] = Math.max(FREE, this.references(frame) - 1);
  }

  protected take(frame: number): bigint {
    this.pages[frame] = 1;
    return this.options.config.higherHalf + BigInt(frame) * PAGE_BYTES;
  }

  protected fail(call: Call): null {
    this.errno = 'ENOMEM';
    this.options.warn(`${call} failed`);
    return null;
  }

  protected panic(call: Call, frame: number | null): never {
    const code = frame === null ? ABSENT : this.references(frame);
    const owners = ['kept', 'absent', 'firmware', 'boot', 'pmm'] as const;
    const owner = frame === null ? null : (owners[code - KEPT] ?? 'caller');
    throw new PmmPanic(`${call}: page frame ${frame}`, { call, pfn: frame, owner });
  }

  /** The page frame that an address names. */
  protected named(call: Call, address: bigint): number {
    const frame = isU64(address) ? pfnAt(this.options.config, address) : null;
    return frame ?? this.panic(call, null);
  }

  /** The page frame that an address names, which may be freed. */
  protected held(call: Call, address: bigint): number {
    const frame = this.named(call, address);
    const code = this.references(frame);
    return code > 0 || code === BOOT ? frame : this.panic(call, frame);
  }
}

/**
 * An allocator that works: a sorted list of extents, each with its owner, searched from the start. It is slow, and satisfies every
 * clause.
 *
 *   npx frameproof check --target examples/works.ts
 */
import {
  bitmapLimit,
  type Call,
  isRam,
  type MemoryMap,
  type Owner,
  ownerAfterInit,
  type Pmm,
  type PmmOptions,
  PmmPanic,
  regionOf,
} from 'frameproof/spec';

const PAGE = 4096n;
const U64_LIMIT = 1n << 64n;
const FRAME_LIMIT = 2 ** 40;

/** Page frames [base, end) of one owner. */
export interface Extent {
  readonly base: number;
  readonly end: number;
  readonly owner: Owner;
}

/** Its promises beyond the specification. `alloc` takes the lowest free page frame, so there is no LIFO stack. */
export const policies = ['first-fit'];

export default class ExtentList implements Pmm {
  errno: Pmm['errno'] = null;
  readonly #options: PmmOptions;
  /** First page frame of the stack zone. */
  readonly #limit: number;
  /** All RAM, ascending; neighbours of one owner and zone are joined. */
  protected extents: readonly Extent[] = [];

  constructor(map: MemoryMap, options: PmmOptions) {
    this.#options = options;
    this.#limit = bitmapLimit(options.config);
    for (const descriptor of map.descriptors) {
      const { base, count } = regionOf(descriptor);
      if (isRam(descriptor.type)) this.#give(base, base + count, ownerAfterInit(descriptor.type));
    }
  }

  alloc(): bigint | null {
    const [frame] = this.#lowest(1);
    if (frame === undefined) return this.fail('alloc', '1 page frame');
    this.#give(frame, frame + 1, 'caller');
    return this.#address(frame);
  }

  allocPages(addresses: BigUint64Array, count: number | bigint): boolean {
    const wanted = this.#argument('allocPages', count);
    if (wanted > BigInt(this.freeIn('stack'))) {
      this.fail('allocPages', `${wanted} page frames`);
      return false;
    }
    if (wanted > BigInt(addresses.length)) throw this.#panic('allocPages', 'the array is too short');
    this.#lowest(Number(wanted)).forEach((frame, i) => {
      this.#give(frame, frame + 1, 'caller');
      addresses[i] = this.#address(frame);
    });
    return true;
  }

  allocBitmap(count: number | bigint, maxAddr: number | bigint, alignment: number | bigint): bigint | null {
    const wanted = this.#argument('allocBitmap', count);
    const end = this.#argument('allocBitmap', maxAddr) / PAGE;
    const step = (this.#argument('allocBitmap', alignment) + PAGE - 1n) / PAGE || 1n;
    for (const extent of this.#free('bitmap')) {
      const base = ((BigInt(extent.base) + step - 1n) / step) * step;
      const last = end < BigInt(extent.end) ? end : BigInt(extent.end);
      if (wanted === 0n || base + wanted > last) continue;
      this.#give(Number(base), Number(base + wanted), 'caller');
      return this.#address(Number(base));
    }
    return this.fail('allocBitmap', `${wanted} contiguous page frames`);
  }

  free(address: bigint): void {
    const frame = this.#freeable('free', this.#frame('free', address));
    this.#give(frame, frame + 1, 'pmm');
  }

  freePages(addresses: BigUint64Array, count: number | bigint): void {
    const wanted = Number(this.#argument('freePages', count));
    const frames = [...addresses.subarray(0, wanted)].map((address) => this.#frame('freePages', address));
    for (const frame of frames) this.#freeable('freePages', frame);
    const twice = frames.find((frame, i) => frames.indexOf(frame) !== i);
    if (twice !== undefined) throw this.#panic('freePages', 'named twice', twice);
    for (const frame of frames) this.#give(frame, frame + 1, 'pmm');
  }

  freeRegion(address: bigint, count: number | bigint): void {
    const wanted = this.#argument('freeRegion', count);
    this.#argument('freeRegion', address);
    if (wanted === 0n) return;
    const base = this.#frame('freeRegion', address);
    const end = Number(BigInt(base) + wanted);
    for (let frame = base; frame < end; ) {
      this.#freeable('freeRegion', frame);
      frame = this.#extentAt(frame)?.end ?? end;
    }
    this.#give(base, end, 'pmm');
  }

  totalAmount(): number {
    return this.extents.reduce((sum, { base, end }) => sum + end - base, 0);
  }

  freeAmount(): number {
    return this.freeIn('bitmap') + this.freeIn('stack');
  }

  reservedAmount(): number {
    return this.totalAmount() - this.freeAmount();
  }

  /** Fails a call: the error number, and one warning. */
  protected fail(call: Call, asked: string): null {
    this.errno = 'ENOMEM';
    this.#options.warn(`${call}: no room for ${asked}, ${this.freeAmount()} page frames are free`);
    return null;
  }

  #free(zone: 'bitmap' | 'stack'): readonly Extent[] {
    return this.extents.filter(
      ({ base, owner }) => owner === 'pmm' && base < this.#limit === (zone === 'bitmap'),
    );
  }

  /** Number of free page frames of a zone. */
  protected freeIn(zone: 'bitmap' | 'stack'): number {
    return this.#free(zone).reduce((sum, { base, end }) => sum + end - base, 0);
  }

  /** The lowest free page frames of the stack zone, at most `count`. */
  #lowest(count: number): readonly number[] {
    const frames: number[] = [];
    for (const { base, end } of this.#free('stack'))
      for (let frame = base; frame < end && frames.length < count; frame += 1) frames.push(frame);
    return frames;
  }

  #extentAt(frame: number): Extent | undefined {
    return this.extents.find(({ base, end }) => base <= frame && frame < end);
  }

  /** Gives [from, to) to an owner: cuts the extents there, inserts the new ones, joins neighbours. The others stay as they are. */
  #give(from: number, to: number, owner: Owner): void {
    const found = this.extents.findIndex(({ end }) => end >= from);
    const first = found < 0 ? this.extents.length : found;
    const beyond = this.extents.findIndex(({ base }) => base > to);
    const near = this.extents.slice(first, beyond < 0 ? undefined : beyond);
    const cut = near.flatMap((old) => [
      { ...old, end: Math.min(old.end, from) },
      { ...old, base: Math.max(old.base, to) },
    ]);
    const middle = Math.min(Math.max(from, this.#limit), to);
    const given = [
      { base: from, end: middle, owner },
      { base: middle, end: to, owner },
    ];
    const parts = [...cut, ...given].filter(({ base, end }) => base < end).sort((a, b) => a.base - b.base);
    const joined: Extent[] = [];
    for (const part of parts) {
      const last = joined.at(-1);
      const joins =
        last !== undefined &&
        last.end === part.base &&
        last.owner === part.owner &&
        part.base !== this.#limit;
      if (joins) joined[joined.length - 1] = { ...last, end: part.end };
      else joined.push(part);
    }
    this.extents = this.extents.toSpliced(first, near.length, ...joined);
  }

  #address(frame: number): bigint {
    return this.#options.config.higherHalf + BigInt(frame) * PAGE;
  }

  #argument(call: Call, value: number | bigint): bigint {
    if (typeof value === 'number' && !Number.isInteger(value))
      throw this.#panic(call, `${value} is not an integer`);
    const n = BigInt(value);
    if (n < 0n || n >= U64_LIMIT) throw this.#panic(call, `${n} is not an unsigned 64-bit integer`);
    return n;
  }

  #frame(call: Call, address: bigint): number {
    const physical = this.#argument(call, address) - this.#options.config.higherHalf;
    const frame = physical < 0n ? FRAME_LIMIT : Number(physical / PAGE);
    if (frame >= FRAME_LIMIT) throw this.#panic(call, `${address} is not in the higher half`);
    return frame;
  }

  #freeable(call: Call, frame: number): number {
    const owner = this.#extentAt(frame)?.owner;
    if (owner === 'caller' || owner === 'boot') return frame;
    throw this.#panic(call, `page frame ${frame} may not be freed`, frame);
  }

  #panic(call: Call, reason: string, frame: number | null = null): PmmPanic {
    const owner = frame === null ? null : (this.#extentAt(frame)?.owner ?? 'absent');
    return new PmmPanic(`${call}: ${reason}`, { call, pfn: frame, owner });
  }
}

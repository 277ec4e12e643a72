/** Batches that are granted in part, or that use the rest of their array. */
import { isU64 } from '../../spec/index.ts';
import { type Added, MOST, variant, WITHOUT } from './added-call.ts';
import { arrayClaims, PageArray } from './page-array.ts';

/** Returns an argument as programs have it. */
function exact(count: number | bigint): number | bigint {
  return typeof count === 'number' && Number.isInteger(count) ? BigInt(count) : count;
}

/** One whose batches are granted in part. */
class PartialArray extends PageArray {
  override allocPages(addresses: BigUint64Array, count: number | bigint): number {
    if (!isU64(exact(count))) this.panic('allocPages', null);
    const got = Number(this.limit(BigInt(count)));
    if (got > 0) super.allocPages(addresses, got);
    else if (count > 0) this.fail('allocPages');
    return got;
  }

  /** Returns the size of the batch that is granted. */
  protected limit(count: bigint): bigint {
    const free = BigInt(this.freeAmount());
    return count < free ? count : free;
  }
}

/** One that ends the array of a batch that it cannot grant, as loops do that write what they got. */
class EndingArray extends PageArray {
  override allocPages(addresses: BigUint64Array, count: number | bigint): boolean | number {
    const granted = super.allocPages(addresses, count);
    if (granted === false && addresses.length > 0) addresses[0] = 0n;
    return granted;
  }
}

export const BATCHES: readonly Added[] = [
  {
    name: 'batches in part',
    claims: { ...arrayClaims(MOST), mostReferences: null, ...WITHOUT, batches: 'partial' },
    without: { ...arrayClaims(MOST), mostReferences: null, ...WITHOUT },
    breaks: 'allocPages.complete',
    correct: (map, options) => new PartialArray(map, options, MOST),
    broken: [
      variant(
        'all-or-nothing',
        'allocPages.complete',
        class extends PartialArray {
          protected override limit(count: bigint): bigint {
            return count <= this.freeAmount() ? count : 0n;
          }
        },
      ),
      variant(
        'half-of-what-is-free',
        'allocPages.as-many',
        class extends PartialArray {
          protected override limit(count: bigint): bigint {
            const got = super.limit(count);
            return got < count && got > 1n ? got / 2n : got;
          }
        },
      ),
      variant(
        'last-free-page-left',
        'allocPages.as-many',
        class extends PartialArray {
          protected override limit(count: bigint): bigint {
            const free = BigInt(this.freeAmount());
            return count > free && free > 1n ? free - 1n : super.limit(count);
          }
        },
      ),
      variant(
        'more-told-than-allocated',
        'address.higher-half',
        class extends PartialArray {
          override allocPages(addresses: BigUint64Array, count: number | bigint): number {
            const got = super.allocPages(addresses, count);
            return got > 1 && got < count && addresses.length > got ? got + 1 : got;
          }
        },
      ),
    ],
  },
  {
    name: 'batches that use the rest of their array',
    claims: { ...arrayClaims(MOST), mostReferences: null, ...WITHOUT, restOfBatch: 'unspecified' },
    without: { ...arrayClaims(MOST), mostReferences: null, ...WITHOUT },
    breaks: 'allocPages.all-or-nothing',
    hint: 'if allocPages() may change entries of the array that it does not fill, claim "restOfBatch": "unspecified"',
    correct: (map, options) => new EndingArray(map, options, MOST),
    broken: [
      variant(
        'page-taken-by-a-refused-batch',
        'allocPages.all-or-nothing',
        class extends EndingArray {
          override allocPages(addresses: BigUint64Array, count: number | bigint): boolean | number {
            const granted = super.allocPages(addresses, count);
            if (granted === false && count > 8) this.alloc();
            return granted;
          }
        },
      ),
      variant(
        'first-entry-left-out',
        'address.higher-half',
        class extends EndingArray {
          override allocPages(addresses: BigUint64Array, count: number | bigint): boolean | number {
            const [first = 0n] = addresses;
            const granted = super.allocPages(addresses, count);
            if (granted !== false && count > 8) addresses[0] = first;
            return granted;
          }
        },
      ),
    ],
  },
];

/** References: page frames that several callers hold, and what a free takes of them. */
import { type Added, array, BOOT, FREE, MOST, variant, WITHOUT } from './added-call.ts';
import { arrayClaims, PageArray } from './page-array.ts';

const UNBOUND = 2 ** 31 - 1;

/** One whose `free` takes a reference. */
class FreeingArray extends PageArray {
  override free(address: bigint): void {
    this.drop(this.held('free', address));
  }
}

export const REFERENCES: readonly Added[] = [
  {
    name: 'references',
    claims: arrayClaims(MOST),
    without: { ...arrayClaims(MOST), mostReferences: null, ...WITHOUT },
    breaks: null,
    correct: array(MOST),
    broken: [
      variant(
        'first-release-frees',
        'references.last',
        class extends PageArray {
          protected override drop(frame: number): void {
            this.pages[frame] = FREE;
          }
        },
      ),
      variant(
        'last-reference-kept',
        'references.last',
        class extends PageArray {
          override release(address: bigint): void {
            const frame = this.held('release', address);
            if (this.references(frame) !== 1) this.drop(frame);
          }
        },
      ),
      variant(
        'free-memory-retained',
        'retain.owner',
        class extends PageArray {
          protected override mayRetain(frame: number): boolean {
            return this.references(frame) >= FREE;
          }
        },
      ),
      variant(
        'boot-memory-retained',
        'retain.owner',
        class extends PageArray {
          protected override mayRetain(frame: number): boolean {
            return super.mayRetain(frame) || this.references(frame) === BOOT;
          }
        },
      ),
      variant('one-reference-more', 'retain.most', PageArray, MOST + 1),
      variant('one-reference-fewer', 'retain.most', PageArray, MOST - 1),
      variant(
        'free-memory-released',
        'release.owner',
        class extends PageArray {
          override release(address: bigint): void {
            if (this.references(this.named('release', address)) !== FREE) super.release(address);
          }
        },
      ),
      variant(
        'boot-memory-not-released',
        'release.owner',
        class extends PageArray {
          override release(address: bigint): void {
            const frame = this.held('release', address);
            if (this.references(frame) === BOOT) this.panic('release', frame);
            this.drop(frame);
          }
        },
      ),
      variant(
        'shared-page-freed',
        'free.owner',
        class extends PageArray {
          override free(address: bigint): void {
            this.pages[this.held('free', address)] = FREE;
          }
        },
      ),
    ],
  },
  {
    name: 'references without a bound, which a free takes',
    claims: { ...arrayClaims(MOST), mostReferences: null, freesShared: 'one-reference' },
    without: { ...arrayClaims(MOST), mostReferences: null, ...WITHOUT },
    breaks: null,
    correct: (map, options) => new FreeingArray(map, options, UNBOUND),
    broken: [
      variant(
        'count-of-five-bits',
        'references.last',
        class extends FreeingArray {
          override retain(address: bigint): boolean {
            const isRetained = super.retain(address);
            const frame = this.named('retain', address);
            if (this.references(frame) === 2 ** 5) this.pages[frame] = 1;
            return isRetained;
          }
        },
        UNBOUND,
      ),
      variant(
        'frees-as-if-alone',
        'references.last',
        class extends FreeingArray {
          override free(address: bigint): void {
            this.pages[this.held('free', address)] = FREE;
          }
        },
        UNBOUND,
      ),
    ],
  },
];

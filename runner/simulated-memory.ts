/**
 * Simulated physical memory: the 64-bit words that were written, by physical address. It records which page frames a manager writes
 * to, so that a write into the wrong page frame is detected whatever its value.
 */
import { PAGE_BYTES, PHYSICAL_LIMIT, type PhysicalMemory, type Region } from '../spec/index.ts';

/** The page frames that were written to where none was. */
export const NO_WRITES: readonly number[] = [];

const WORD_BYTES = 8n;
const PAGE_WORDS = Number(PAGE_BYTES / WORD_BYTES);

/** Returns the number of the word at a physical address: exact, since the address is below 2^56 and its last three bits are 0. */
function wordAt(address: bigint): number {
  if (address >= 0n && address < PHYSICAL_LIMIT && address % WORD_BYTES === 0n) return Number(address) / 8;
  throw new RangeError(`physical address ${address} is not a multiple of 8 below 2^56`);
}

/** The first and the last word of a page frame. */
const EDGES = [0, PAGE_WORDS - 1] as const;
/** The words that a caller leaves there, and that all memory holds at first. */
const LEFT_OVER = 0x5a5a_5a5a_5a5a_5a5an;
/** Most page frames of one allocation that are looked at. */
const LOOKED_AT = 64;
/** Words that are kept together: a link in each page frame costs 64 bytes, and a page frame that is zeroed 64 look-ups. */
const TOGETHER = 8;

export class SimulatedMemory implements PhysicalMemory {
  /** Where {@link TOGETHER} words begin among those that are kept, by the number of the first divided by as many. */
  readonly #places = new Map<number, number>();
  #words = new BigUint64Array(TOGETHER);
  /** The part that was asked for last, and its place. */
  #part = -1;
  #place = 0;
  #written: Set<number> | null = null;
  #lastWritten = -1;

  /** Reads the word at a physical address. One that was never written holds something, as in RAM. */
  read(address: bigint): bigint {
    return this.#read(wordAt(address));
  }

  /** Returns the page frames that do not read as zeros, of some that were handed out; callers write to them then. O(runs). */
  handedOut(runs: readonly Region[]): readonly number[] {
    const looked = runs
      .slice(0, LOOKED_AT)
      .flatMap(({ base, count }) => Array.from({ length: Math.min(count, LOOKED_AT) }, (_, i) => base + i))
      .slice(0, LOOKED_AT);
    const unzeroed = looked.filter((frame) => !this.#isZero(frame * PAGE_WORDS));
    for (const frame of looked) for (const edge of EDGES) this.#write(frame * PAGE_WORDS + edge, LEFT_OVER);
    return unzeroed;
  }

  #isZero(start: number): boolean {
    for (let word = start; word < start + PAGE_WORDS; word += 1) if (this.#read(word) !== 0n) return false;
    return true;
  }

  write(address: bigint, value: bigint): void {
    const word = wordAt(address);
    this.#write(word, value);
    const frame = Math.floor(word / PAGE_WORDS);
    if (frame === this.#lastWritten && this.#written !== null) return;
    this.#written ??= new Set();
    this.#written.add(frame);
    this.#lastWritten = frame;
  }

  #read(word: number): bigint {
    const part = Math.floor(word / TOGETHER);
    const isKept = part === this.#part || this.#goTo(part);
    return isKept ? (this.#words[this.#place + word - part * TOGETHER] ?? LEFT_OVER) : LEFT_OVER;
  }

  #write(word: number, value: bigint): void {
    const part = Math.floor(word / TOGETHER);
    if (part !== this.#part && !this.#goTo(part)) this.#keep(part);
    this.#words[this.#place + word - part * TOGETHER] = value;
  }

  /** Goes to a part that is kept. Returns whether it is. */
  #goTo(part: number): boolean {
    const place = this.#places.get(part);
    if (place === undefined) return false;
    this.#part = part;
    this.#place = place;
    return true;
  }

  /** Makes room for a part, and goes there. */
  #keep(part: number): void {
    const place = this.#places.size * TOGETHER;
    if (place === this.#words.length) {
      const more = new BigUint64Array(2 * place);
      more.set(this.#words);
      this.#words = more;
    }
    this.#words.fill(LEFT_OVER, place, place + TOGETHER);
    this.#places.set(part, place);
    this.#part = part;
    this.#place = place;
  }

  /** Returns the page frames written to since they were last taken. */
  takeWrites(): readonly number[] {
    if (this.#written === null) return NO_WRITES;
    const frames = [...this.#written];
    this.#written = null;
    return frames;
  }
}

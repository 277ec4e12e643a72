/**
 * Simulated physical memory: the 64-bit words that were written, by physical address. It records which page frames a manager writes
 * to, so that a write into the wrong page frame is detected whatever its value.
 */
import { PAGE_BYTES, PHYSICAL_LIMIT, type PhysicalMemory, type Region } from '../spec/index.ts';

/** The page frames that were written to where none was. */
export const NO_WRITES: readonly number[] = [];

const WORD_BYTES = 8n;

function wordAt(address: bigint): bigint {
  if (address >= 0n && address < PHYSICAL_LIMIT && address % WORD_BYTES === 0n) return address;
  throw new RangeError(`physical address ${address} is not a multiple of 8 below 2^56`);
}

/** The first and the last word of a page frame. */
const EDGES = [0n, PAGE_BYTES - WORD_BYTES] as const;
/** The words that a caller leaves there, and that all memory holds at first. */
const LEFT_OVER = 0x5a5a_5a5a_5a5a_5a5an;
/** Most page frames of one allocation that are looked at. */
const LOOKED_AT = 64;

export class SimulatedMemory implements PhysicalMemory {
  readonly #words = new Map<bigint, bigint>();
  #written: Set<number> | null = null;

  /** Reads the word at a physical address. One that was never written holds something, as in RAM. */
  read(address: bigint): bigint {
    return this.#words.get(wordAt(address)) ?? LEFT_OVER;
  }

  /** Returns the page frames that do not read as zeros, of some that were handed out; callers write to them then. O(runs). */
  handedOut(runs: readonly Region[]): readonly number[] {
    const looked = runs
      .slice(0, LOOKED_AT)
      .flatMap(({ base, count }) => Array.from({ length: Math.min(count, LOOKED_AT) }, (_, i) => base + i))
      .slice(0, LOOKED_AT);
    const unzeroed = looked.filter((frame) => !this.#isZero(BigInt(frame) * PAGE_BYTES));
    for (const frame of looked)
      for (const edge of EDGES) this.#words.set(BigInt(frame) * PAGE_BYTES + edge, LEFT_OVER);
    return unzeroed;
  }

  #isZero(start: bigint): boolean {
    for (let at = 0n; at < PAGE_BYTES; at += WORD_BYTES) if (this.read(start + at) !== 0n) return false;
    return true;
  }

  write(address: bigint, value: bigint): void {
    this.#words.set(wordAt(address), BigInt.asUintN(64, value));
    this.#written ??= new Set();
    this.#written.add(Number(address / PAGE_BYTES));
  }

  /** Returns the page frames written to since they were last taken or dropped. */
  takeWrites(): readonly number[] {
    if (this.#written === null) return NO_WRITES;
    const frames = [...this.#written];
    this.#written = null;
    return frames;
  }

  /** Drops the record of writes. Returns whether it held any. */
  dropWrites(): boolean {
    if (this.#written === null) return false;
    this.#written = null;
    return true;
  }
}

/**
 * Simulated physical memory: the 64-bit words that were written, by physical address. It records which page frames a manager writes
 * to, so that a write into the wrong page frame is detected whatever its value.
 */
import { PAGE_BYTES, PHYSICAL_LIMIT, type PhysicalMemory } from '../spec/index.ts';

/** The page frames that were written to where none was. */
export const NO_WRITES: readonly number[] = [];

const WORD_BYTES = 8n;

function wordAt(address: bigint): bigint {
  if (address >= 0n && address < PHYSICAL_LIMIT && address % WORD_BYTES === 0n) return address;
  throw new RangeError(`physical address ${address} is not a multiple of 8 below 2^56`);
}

export class SimulatedMemory implements PhysicalMemory {
  readonly #words = new Map<bigint, bigint>();
  #written: Set<number> | null = null;

  read(address: bigint): bigint {
    return this.#words.get(wordAt(address)) ?? 0n;
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

/** A list of free runs of page frames, sorted and joined, searched from the start. Page frames are numbered from physical address 0. */
export class Allocator {
  #free: { readonly base: number; readonly end: number }[] = [];

  /** Takes `count` page frames in a row, below page frame `limit`, the first a multiple of `alignment`; null if there are none. */
  take(count: number, limit = Number.POSITIVE_INFINITY, alignment = 1): number | null {
    if (count < 1) return null;
    for (const [i, run] of this.#free.entries()) {
      const base = Math.ceil(run.base / alignment) * alignment;
      const end = base + count;
      if (end > Math.min(run.end, limit)) continue;
      const rest = [
        { base: run.base, end: base },
        { base: end, end: run.end },
      ];
      this.#free.splice(i, 1, ...rest.filter((part) => part.base < part.end));
      return base;
    }
    return null;
  }

  /** Adds page frames [base, base + count): new ones, or ones that were taken. */
  give(base: number, count: number): void {
    if (count === 0) return;
    const sorted = [...this.#free, { base, end: base + count }].sort((a, b) => a.base - b.base);
    this.#free = [];
    for (const run of sorted) {
      const last = this.#free.at(-1);
      if (last?.end === run.base) this.#free[this.#free.length - 1] = { base: last.base, end: run.end };
      else this.#free.push(run);
    }
  }

  /** Number of free page frames. */
  freeAmount(): number {
    return this.#free.reduce((sum, { base, end }) => sum + end - base, 0);
  }
}

/** How often each of some names occurred. One look-up a note: this is on the path of every judged operation. */
export class NameCounts {
  readonly #times = new Map<string, { times: number }>();

  /** Whether none occurred. */
  get isEmpty(): boolean {
    return this.#times.size === 0;
  }

  /** Takes note of a name. O(1). */
  note(name: string): void {
    const known = this.#times.get(name);
    if (known === undefined) this.#times.set(name, { times: 1 });
    else known.times += 1;
  }

  /** Returns each name with how often it occurred, in the order in which they first did. */
  entries(): readonly (readonly [string, number])[] {
    return [...this.#times].map(([name, { times }]) => [name, times]);
  }
}

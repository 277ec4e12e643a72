/** Call counts: how often each call ended in each way. */

import type { StepFacts } from '../../../runner/lean/index.ts';
import { CALLS, OUTCOME_KINDS } from '../../../spec/index.ts';

export class CallCounts {
  /** By the place of the call, then of the outcome. */
  readonly #counts = new Float64Array(CALLS.length * OUTCOME_KINDS.length);
  /** The places that are not 0, in the order in which they were first counted. */
  readonly #met: number[] = [];

  /** Counts a judged operation. O(1). */
  note({ call, ended }: StepFacts): void {
    const place = call.place * OUTCOME_KINDS.length + ended;
    const times = this.#counts[place] ?? 0;
    if (times === 0) this.#met.push(place);
    this.#counts[place] = times + 1;
  }

  /** Returns the counts by call and outcome, in the order in which they were first counted. */
  toRecord(): Readonly<Record<string, Readonly<Record<string, number>>>> {
    const met = this.#met.map((place) => ({
      call: CALLS[Math.floor(place / OUTCOME_KINDS.length)] ?? '',
      outcome: OUTCOME_KINDS[place % OUTCOME_KINDS.length] ?? '',
      times: this.#counts[place] ?? 0,
    }));
    const byCall = Map.groupBy(met, ({ call }) => call);
    return Object.fromEntries(
      [...byCall].map(([call, outcomes]) => [
        call,
        Object.fromEntries(outcomes.map(({ outcome, times }) => [outcome, times])),
      ]),
    );
  }
}

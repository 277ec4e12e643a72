/**
 * The driver of a manager that can be saved and loaded. An operation goes to the manager with as little around it as can be;
 * the response as a whole comes from the same session, as in a random run. A search asks for both the first time, and they
 * must agree.
 */

import type { SavableSession, Target, World } from '../../runner/index.ts';
import { NumberedAnswer } from '../../runner/lean/index.ts';
import { type InspectedRun, type Response, SpecError } from '../../spec/index.ts';
import type { Driver } from './driver.ts';
import { Fingerprints } from './fingerprint.ts';
import type { MemoJudge } from './memo-judge.ts';

export class ManagerDriver implements Driver {
  readonly fingerprints: Fingerprints;
  readonly started: Response;
  readonly #session: SavableSession;
  readonly #judge: MemoJudge;
  /** The calls that operations are, prepared when they are first made. */
  readonly #calls: ((answer: NumberedAnswer) => void)[] = [];
  readonly #answer = new NumberedAnswer();

  /** Throws `SpecError` where the target's manager cannot be saved and loaded, or init throws. */
  constructor(target: Target, world: World, judge: MemoJudge) {
    const session = target.openSavable(world);
    if (session === null)
      throw new SpecError(`${target.name}: expected a manager with saveState() and loadState()`);
    this.#session = session;
    this.started = session.started;
    this.#judge = judge;
    this.fingerprints = new Fingerprints(world.config);
  }

  save(into: Int32Array): number {
    return this.#session.save(into);
  }

  load(saved: Int32Array): void {
    this.#session.load(saved);
  }

  inspect(): readonly InspectedRun[] | null {
    return this.#session.inspect();
  }

  respond(operation: number, ownership: number): Response {
    const { states } = this.#judge;
    return this.#session.perform(this.#judge.operation(operation), states.freeInStack(ownership));
  }

  perform(operation: number): boolean {
    const called = this.#judge.operation(operation);
    this.#calls[operation] ??= this.#session.prepare(called);
    this.#calls[operation]?.(this.#answer);
    return this.fingerprints.take(this.#answer, called.call);
  }
}

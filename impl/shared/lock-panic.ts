/**
 * Lock panics: a call that was not made, because the lock could not be had or what it guards cannot be trusted. Nothing has
 * changed. These are no `PmmPanic`s, which say that the caller misused the manager: here the caller did nothing wrong.
 */

/** What a caller does inside the lock: a call of the manager, or looking at the whole state. */
export type Visit = string;

export class LockPanic extends Error {
  override readonly name = 'LockPanic';
  /** The call that was not made. */
  readonly call: Visit;
  /** The caller that is to blame, and the call it was last known in. */
  readonly holder: number;
  readonly holderCall: Visit;

  constructor(
    message: string,
    blamed: { readonly call: Visit; readonly holder: number; readonly in: Visit },
  ) {
    super(`${blamed.call}: ${message}`);
    this.call = blamed.call;
    this.holder = blamed.holder;
    this.holderCall = blamed.in;
  }
}

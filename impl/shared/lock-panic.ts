/**
 * Lock panics: a call that was not made, because the lock could not be taken or the state behind it cannot be trusted. Nothing
 * has changed. A `PmmPanic` says that the caller misused the manager; here the caller did nothing wrong.
 */

/** A visit: the call of the manager, or the inspection, for which a caller takes the lock. */
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

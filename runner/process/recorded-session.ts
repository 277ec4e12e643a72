/**
 * Recorded sessions: a program that has run in another process, replayed response by response. So one judge serves live managers
 * and records.
 */
import type { Operation, Response } from '../../spec/index.ts';
import { malformed } from '../call-end.ts';
import type { Performer } from '../performer.ts';
import { type Recording, withCall } from './answer.ts';
import type { Request } from './request.ts';

export class RecordedSession implements Performer {
  readonly started: Response;
  readonly isRecorded = true;
  readonly #recording: Recording;
  readonly #omitted: Request['omitted'];
  /** The next operation, counted among all operations and among those sent. */
  #next = 0;
  #nextSent = 0;

  constructor({ omitted }: Request, recording: Recording) {
    this.started = recording.started;
    this.#recording = recording;
    this.#omitted = omitted;
  }

  get omission(): string | null {
    return this.#omitted[this.#next] ?? null;
  }

  perform(operation: Operation): Response {
    const response = this.#take();
    if (response === undefined) return { outcome: malformed('it answered no more') };
    if (response === 'skipped')
      return { outcome: malformed('it skipped an operation whose references it had handed out') };
    return withCall(response, operation.call);
  }

  passOver(): void {
    this.#take();
  }

  inspect(): null {
    return null;
  }

  close(): void {}

  /** Returns the response to the next operation; undefined if it was not sent or not answered. */
  #take(): Response | 'skipped' | undefined {
    const isSent = this.omission === null;
    this.#next += 1;
    if (!isSent) return undefined;
    this.#nextSent += 1;
    return this.#recording.responses[this.#nextSent - 1];
  }
}

/**
 * Recorded sessions: a program that has run in another process, its responses handed out one by one as the judge comes to
 * them. So the judge is the same for a manager in this process and for one that answered a whole program at once.
 */
import type { Operation, Outcome, Response } from '../../spec/index.ts';
import type { Performer } from '../performer.ts';
import { type Recording, withCall } from './answer.ts';
import type { Request } from './request.ts';

function malformed(message: string): Outcome {
  return { kind: 'malformed', message };
}

export class RecordedSession implements Performer {
  readonly started: Response;
  readonly isRecorded = true;
  readonly #recording: Recording;
  readonly #omitted: Request['omitted'];
  /** The operation that comes next, among all and among those sent. */
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
      return { outcome: malformed('it passed the operation over, though it had handed out what it names') };
    return withCall(response, operation.call);
  }

  passOver(): void {
    this.#take();
  }

  inspect(): null {
    return null;
  }

  close(): void {}

  /** Returns the response to the next operation, undefined where it was not sent or not answered. */
  #take(): Response | 'skipped' | undefined {
    const isSent = this.omission === null;
    this.#next += 1;
    if (!isSent) return undefined;
    this.#nextSent += 1;
    return this.#recording.responses[this.#nextSent - 1];
  }
}

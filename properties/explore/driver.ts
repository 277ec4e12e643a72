/**
 * Drivers: the interface between a search and a manager or the model. A driver is in one state at a time, which it saves and loads
 * as words. It performs an operation and leaves the fingerprint of the response, or returns the full response.
 */
import type { InspectedRun, Response } from '../../spec/index.ts';
import type { Fingerprints } from './fingerprint.ts';

export interface Driver {
  /** The fingerprint of the response to {@link perform}. */
  readonly fingerprints: Fingerprints;
  /** The response to init. */
  readonly started: Response;
  /** Writes the state to `into` and returns its number of words, or the number that it needs: see `Pmm.saveState`. */
  save(into: Int32Array): number;
  load(saved: Int32Array): void;
  /**
   * Performs the operation of a number, and returns whether the response has a fingerprint. `ownership` and `order` are the model's
   * state before the operation.
   */
  perform(operation: number, ownership: number, order: number): boolean;
  /** Performs an operation and returns the full response. */
  respond(operation: number, ownership: number, order: number): Response;
  /** Returns the manager's answer to `inspect()`, or null if it does not offer that. */
  inspect(): readonly InspectedRun[] | null;
}

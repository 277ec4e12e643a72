/**
 * Drivers: what a search drives. A driver is in one state at a time, which it saves and loads as words; it performs an
 * operation and leaves the fingerprint of the response, or the response as a whole where that is asked for.
 */
import type { InspectedRun, Operation, Response } from '../../spec/index.ts';
import type { Fingerprints } from './fingerprint.ts';

export interface Driver {
  /** The fingerprint of the response to {@link perform}. */
  readonly fingerprints: Fingerprints;
  /** What init answered. */
  readonly started: Response;
  /** Writes the state to `into` from its start and returns its words, or how many more would be needed: see `Pmm.saveState`. */
  save(into: Int32Array): number;
  load(saved: Int32Array): void;
  /**
   * Performs an operation, by its number, and returns whether the response has a fingerprint. The model's state is that
   * before the operation.
   */
  perform(operation: number, ownership: number, order: number): boolean;
  /** Performs an operation and returns the response. */
  respond(operation: number, ownership: number, order: number): Response;
  /** What the manager says of every page frame, or null where it does not offer that. */
  inspect(): readonly InspectedRun[] | null;
}

/** The operations that a search performs, in the order in which it does. */
export type Operations = readonly Operation[];

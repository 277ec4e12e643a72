/**
 * Policies: promises of a particular manager beyond the specification of every manager. Our implementation makes both; another
 * manager is held only to the ones that it claims.
 */
import * as t from 'io-ts';

/**
 * - `lifo`: single pages come back last freed, first allocated. Init pushes page frames in map order, ascending within a
 *   descriptor; `freePages` pushes in array order, `freeRegion` ascending; a failure or panic leaves the order.
 * - `first-fit`: `allocBitmap` returns the fitting run with the lowest address.
 */
export const POLICIES = ['lifo', 'first-fit'] as const;

export const Policy = t.keyof({ lifo: null, 'first-fit': null }, 'a policy (lifo or first-fit)');
export type Policy = t.TypeOf<typeof Policy>;

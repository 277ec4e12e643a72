/** Told amounts: the calls among the claimed ones that tell amounts. One that is left out is not judged, though the manager may have it. */
import type { Call } from '../spec/index.ts';

export interface ToldAmounts {
  readonly total: boolean;
  readonly free: boolean;
  readonly reserved: boolean;
}

/** Returns the amounts that a manager tells which claims these calls. */
export function toldAmounts(calls: readonly Call[]): ToldAmounts {
  return {
    total: calls.includes('totalAmount'),
    free: calls.includes('freeAmount'),
    reserved: calls.includes('reservedAmount'),
  };
}

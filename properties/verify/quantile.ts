/** Quantiles of measurements: always one of the values (the nearest rank), NaN where there are none. O(n log n). */

/**
 * Returns the value at or below which this share of the values lies.
 * @internal
 */
export function quantile(values: readonly number[], share: number): number {
  const ascending = values.toSorted((a, b) => a - b);
  return ascending[Math.max(0, Math.ceil(ascending.length * share) - 1)] ?? Number.NaN;
}

/**
 * Returns the median; of an even number of values, the lower one of the two in the middle.
 * @internal
 */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

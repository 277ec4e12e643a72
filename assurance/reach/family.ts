/** Families of defects: each is planted at any size of a range. */
import type { Plant } from './planted.ts';

/** A family of planted defects. */
export interface Family {
  /** Names the moment; `K` stands for the size. */
  readonly name: string;
  readonly least: number;
  readonly most: number;
  /** How sizes are drawn: so that each doubling is as likely as the next, the same but powers of two, or the same but odd. */
  readonly sizes: 'any' | 'powers' | 'odd';
  readonly plant: Plant;
}

export const family = (
  name: string,
  [least, most]: readonly [number, number],
  plant: Plant,
  sizes: Family['sizes'] = 'any',
): Family => ({ name, least, most, sizes, plant });

/** Returns the size of a family for a number drawn from [0, 1). */
export function sizeOf({ least, most, sizes }: Family, drawn: number): number {
  const [low, high] = [Math.log2(least), Math.log2(most)];
  if (sizes === 'powers') return 2 ** Math.floor(low + drawn * (high - low + 1));
  const size = Math.min(most, Math.floor(2 ** (low + drawn * (high - low))));
  return sizes === 'odd' ? size | 1 : size;
}

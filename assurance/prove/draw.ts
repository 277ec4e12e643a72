/** Drawn arguments: values of variables that satisfy the assumptions, from a fixed seed. They compare, they do not prove. */
import type { Inputs } from './inputs.ts';
import { type Assignment, evaluate, type Term } from './term.ts';

/** Most draws for each assignment that is wanted. */
const TRIES = 200;

/** A generator of 32 bits a call (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

/** Returns a number of [low, high]: an end, a number of few runs of bits, or any. */
function drawn(next: () => number, low: number, high: number): number {
  const span = high - low + 1;
  const kind = next() % 6;
  if (kind === 0) return low;
  if (kind === 1) return high;
  const sparse = kind === 2 ? next() & next() & next() : kind === 3 ? next() | next() | next() : next();
  const value = span > 2 ** 32 ? sparse * 2 ** 21 + (next() >>> 11) : sparse;
  return low + (value % span);
}

/** Returns up to `count` assignments that satisfy all assumptions. */
export function argumentsDrawn(
  inputs: Inputs,
  assumed: readonly Term[],
  count: number,
): readonly Assignment[] {
  const next = generator(count);
  const found: Assignment[] = [];
  for (let tried = 0; tried < count * TRIES && found.length < count; tried += 1) {
    const assignment = new Map(
      inputs.variables.map(({ name, low, high }) => {
        const width = low >= 0 ? (high < 2 ** 32 ? 32 : 64) : high < 2 ** 31 ? 32 : 64;
        return [name, BigInt.asUintN(width, BigInt(drawn(next, low, high)))];
      }),
    );
    if (evaluate(assumed, assignment).every((value) => value === 1n)) found.push(assignment);
  }
  return found;
}

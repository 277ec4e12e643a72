/** Crews: who expands the levels of a search. Threads, or this one alone. */
import type { Findings } from './expander.ts';

/** What a crew found in a level. */
export interface LevelFindings extends Findings {
  /** States that were expanded; fewer than the level has where the crew was told to stop, or ran out of room. */
  readonly expanded: number;
}

export interface Crew {
  readonly size: number;
  /** Expands the states of a level, given as records in the order of their places. */
  expand(level: Int32Array): Promise<LevelFindings>;
  /** Transitions judged so far, by and large. */
  transitions(): number;
  /** Tells everybody to stop after the state at hand. */
  stop(): void;
  /** Lets everybody go, and returns which sides of which clauses other threads have met. */
  close(): Promise<readonly Uint8Array[]>;
}

/** Joins what several found. */
export function joinFindings(parts: readonly LevelFindings[]): LevelFindings {
  const sum = (f: (part: LevelFindings) => number): number => parts.reduce((n, part) => n + f(part), 0);
  const broken = parts
    .flatMap((part) => part.broken ?? [])
    .toSorted((a, b) => a.cost - b.cost || a.parent - b.parent || a.operation - b.operation);
  return {
    added: parts.flatMap((part) => part.added),
    transitions: sum((part) => part.transitions),
    changing: sum((part) => part.changing),
    broken: broken[0] ?? null,
    unswept: parts.flatMap((part) => part.unswept),
    isFull: parts.some((part) => part.isFull),
    expanded: sum((part) => part.expanded),
  };
}

/**
 * Seeking: one planted defect after the other, by a campaign as `check` runs it and by plain commands; and how soon what was found is
 * shrunk.
 */
import { shrink } from '../../counterexamples/shrink/index.ts';
import { DEFAULT_OPERATIONS, drawsFrom, runCampaign } from '../../properties/random/index.ts';
import type { Target } from '../../runner/index.ts';
import { isBurst, lengthOfStep, stepsOf, type Trace } from '../../spec/index.ts';
import { type Family, sizeOf } from './family.ts';
import { plainly, type Sought, stopwatch } from './plain.ts';
import { targetOf, withDefect } from './planted.ts';

/** How long, in seconds of processor time, and from how many seeds each family is looked for. */
export interface Effort {
  readonly seeds: number;
  readonly seconds: number;
  readonly plainSeeds: number;
  readonly plainSeconds: number;
  /** Whether what was found is shrunk. */
  readonly shrinks: boolean;
  /** Seconds on the clock after which no further case is begun. */
  readonly deadline: number;
}

/** More than any campaign runs in its time. */
const MANY_PROGRAMS = 2 ** 24;
/** Programs within which a defect counts as found, however long they take. */
export const PROGRAMS = 2000;

/** A defect to look for from one seed. */
export interface Case {
  readonly family: Family;
  readonly seed: number;
  readonly size: number;
}

/** A case, and how soon each side found it; null where plain commands did not look for it. */
export interface Tried extends Case {
  readonly ours: Sought;
  readonly plain: Sought | null;
  /** Null where nothing was shrunk. */
  readonly shrunk: Shrunk | null;
}

/** A counterexample that was shrunk. */
export interface Shrunk {
  /** Seconds of processor time. */
  readonly seconds: number;
  readonly operations: number;
  /** Steps of the program; a burst is one. */
  readonly steps: number;
  /** Calls of its longest burst; 0 without bursts. */
  readonly burst: number;
}

/** Returns the cases of all families, seed by seed. Each seed has its part of the range of sizes, the first the largest. */
export function casesOf(families: readonly Family[], seeds: number): readonly Case[] {
  return Array.from({ length: seeds }, (_, k) => k + 1).flatMap((seed) => {
    const draws = drawsFrom(seed);
    return families.map((family) => {
      const drawn = (seeds - seed + draws.below(2 ** 20) / 2 ** 20) / seeds;
      return { family, seed, size: sizeOf(family, drawn) };
    });
  });
}

/** Looks for a defect as `check` does. Returns the first program that shows it, too; null if none did. */
async function byCampaign(
  target: Target,
  seed: number,
  seconds: number,
): Promise<readonly [Sought, Trace | null]> {
  const elapsed = stopwatch();
  const time = new AbortController();
  const timer = setInterval(() => elapsed() >= seconds && time.abort(), 50);
  const { findings, programs } = await runCampaign({
    target,
    worlds: [],
    generated: true,
    programs: MANY_PROGRAMS,
    operations: DEFAULT_OPERATIONS,
    seed,
    stopFirst: true,
    signal: time.signal,
  }).finally(() => clearInterval(timer));
  return [{ isFound: findings.length > 0, seconds: elapsed(), programs }, findings[0]?.trace ?? null];
}

/** Shrinking ends by itself; this limit, in milliseconds, holds on a machine that has much else to do. */
const SHRINK_MS = 300_000;

function shrunkFrom(target: Target, found: Trace): Shrunk {
  const elapsed = stopwatch();
  const { operations } = shrink(target, found, { ms: SHRINK_MS }).trace.scenario;
  const steps = stepsOf(operations);
  const burst = Math.max(0, ...steps.filter(isBurst).map(lengthOfStep));
  return { seconds: elapsed(), operations: operations.length, steps: steps.length, burst };
}

/** Whether plain commands look for the defect of a seed too: for few of them, but for large sizes and small ones. */
export function isForPlain(seed: number, { seeds, plainSeeds }: Effort): boolean {
  const step = Math.ceil(seeds / plainSeeds);
  return seed % step === step >> 1;
}

/** Looks for the defect of a case, by both sides. */
export async function tryCase(chosen: Case, effort: Effort): Promise<Tried> {
  const { family, seed, size } = chosen;
  const create = withDefect(family.plant, size);
  const target = targetOf('planted', create);
  const [ours, found] = await byCampaign(target, seed, effort.seconds);
  const shrunk = effort.shrinks && found !== null ? shrunkFrom(target, found) : null;
  const plain = isForPlain(seed, effort) ? plainly(create, seed, effort.plainSeconds) : null;
  return { ...chosen, ours, plain, shrunk };
}

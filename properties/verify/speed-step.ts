/**
 * Speed: the same long workload on both sides, in turns, so that other load on the machine affects both. Each turn gives one ratio; the
 * result is their median and quartiles. Only the calls are timed, with arguments prepared before; init and judging are not.
 */

import { ProgramWriter } from '../../counterexamples/log/program/index.ts';
import { execute, OURS, type TimedProgram, TimeLimitError, type World } from '../../runner/index.ts';
import { grouped, type Program, rounded, SpecError } from '../../spec/index.ts';
import { runWorkload } from '../log/workload.ts';
import type { Sides } from './compare.ts';
import type { Findings } from './findings.ts';
import { median, quantile } from './quantile.ts';
import { Compared, isRefused, notDone, type Step } from './step.ts';

/**
 * Ratios of the candidate's time to the baseline's: below 1 the candidate is faster.
 * @public
 */
export interface Speed {
  readonly median: number;
  /** The first and the third quartile. */
  readonly quartiles: readonly [number, number];
  readonly turns: number;
  /** The ratio of each turn. */
  readonly ratios: readonly number[];
  /** Number of calls in a turn, on each side. */
  readonly operations: number;
  /** Median nanoseconds a call. */
  readonly candidateNs: number;
  readonly baselineNs: number;
}

/**
 * The memory and duration of a speed measurement, and its limit.
 * @public
 */
export interface SpeedOptions {
  readonly world: World & { readonly name: string };
  readonly seed: number;
  /** Seconds for all turns together, approximately. */
  readonly seconds: number;
  /** Most calls in a turn. Default: 20,000. */
  readonly operations?: number;
  /** The largest ratio that passes; null if any does. */
  readonly maxSlowdown: number | null;
}

const OPERATIONS = 20_000;
/** Least and most turns. */
const LEAST_TURNS = 15;
const MOST_TURNS = 101;
/** Calls of the first try, and how many times more each further one has. */
const LEAST_OPERATIONS = 100;
const GROWTH = 4;

/** Returns a workload as a program, which has the same meaning on targets that hand out other page frames. */
function workloadOf({ world, seed, operations = OPERATIONS }: SpeedOptions): Program {
  const { map, config } = world;
  const performer = OURS.start({ map, config }).performer();
  const writer = new ProgramWriter(Number.POSITIVE_INFINITY);
  writer.onHeader({ map, config, policies: [] });
  let line = 0;
  for (const entry of runWorkload(performer, { map, config, seed, provokesFrom: null }, operations))
    writer.onEntry(entry, line++);
  performer.close();
  return writer.operations;
}

/** Both sides, and the number of calls in a turn. */
interface Timed {
  readonly one: TimedProgram;
  readonly other: TimedProgram;
  readonly operations: number;
}

/** Returns both sides with as many calls of a program as leave time for enough turns. Calls may take longer the more were made before. */
function timedWithin({ candidate, baseline }: Sides, world: World, program: Program, ms: number): Timed {
  for (let operations = LEAST_OPERATIONS; ; operations *= GROWTH) {
    const part = program.slice(0, operations);
    const [one, other] = [candidate.timed(world, part), baseline.timed(world, part)];
    const both = one.turn(part.length) + other.turn(part.length);
    const isWhole = part.length === program.length;
    if (isWhole || GROWTH * both * LEAST_TURNS > ms) return { one, other, operations: part.length };
  }
}

/** Measures both sides in turns. */
export async function measureSpeed(
  sides: Sides,
  options: SpeedOptions,
  signal?: AbortSignal,
): Promise<Speed> {
  const { seconds, world } = options;
  const { one, other, operations } = timedWithin(sides, world, workloadOf(options), seconds * 1000);
  const times: (readonly [candidate: number, baseline: number])[] = [];
  const end = performance.now() + seconds * 1000;
  while (times.length < LEAST_TURNS || (performance.now() < end && times.length < MOST_TURNS)) {
    if (signal?.aborted === true) break;
    // The sides alternate in going first.
    if (times.length % 2 === 0) times.push([one.turn(operations), other.turn(operations)]);
    else {
      const ms = other.turn(operations);
      times.push([one.turn(operations), ms]);
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  const ratios = times.map(([a, b]) => a / b);
  const ns = (of: readonly number[]): number => (median(of) * 1e6) / operations;
  return {
    median: median(ratios),
    quartiles: [quantile(ratios, 0.25), quantile(ratios, 0.75)],
    turns: times.length,
    ratios,
    operations,
    candidateNs: ns(times.map(([a]) => a)),
    baselineNs: ns(times.map(([, b]) => b)),
  };
}

function evidence(speed: Speed, sides: Sides, { world, maxSlowdown }: SpeedOptions): string {
  const { quartiles, turns, operations, candidateNs, baselineNs } = speed;
  const limit = maxSlowdown === null ? 'no limit was asked for' : `${maxSlowdown} at most`;
  const isAsked = !sides.candidate.isInteractive || !sides.baseline.isInteractive;
  const asked = isAsked ? '; a process with what it takes to ask it' : '';
  return `${rounded(speed.median)} times the baseline's time (quartiles ${quartiles.map(rounded).join(' to ')}; ${limit}): ${grouped(Math.round(candidateNs))} ns a call against ${grouped(Math.round(baselineNs))} ns, in ${turns} turns of ${grouped(operations)} calls on ${world.name}${asked}`;
}

/** Compares the answers to the workload, of which a call has not returned. */
function unmeasured(sides: Sides, findings: Findings, options: SpeedOptions, error: unknown): Step {
  if (!(error instanceof TimeLimitError)) throw error;
  const compared = new Compared(sides, findings, { seconds: Number.POSITIVE_INFINITY });
  const { map, config } = options.world;
  const { policies } = sides.candidate;
  const program = workloadOf(options);
  // Its time is that of its calls: the fewest that show it.
  for (let operations = LEAST_OPERATIONS; compared.differing === 0; operations *= GROWTH) {
    compared.run({ map, config, policies, operations: program.slice(0, operations) });
    if (operations >= program.length) break;
  }
  if (compared.differing === 0)
    throw new SpecError(
      `speed: expected calls that return, and one was ${error.message}: pass --speed-time 0`,
    );
  return compared.ended('speed', false, `a call does not return: ${compared}`);
}

/** Measures both sides, and compares the median with the limit. */
export async function speedStep(
  sides: Sides,
  findings: Findings,
  options: SpeedOptions,
  signal?: AbortSignal,
): Promise<Step & { readonly speed: Speed | null }> {
  const start = performance.now();
  const { map, config, name } = options.world;
  const refusing = [sides.candidate, sides.baseline].find((side) =>
    isRefused(execute(side, { map, config, policies: side.policies, operations: [] }).trace()),
  );
  if (refusing !== undefined)
    return { ...notDone('speed', `init of ${refusing.name} refuses ${name}`), speed: null };
  const speed = await measureSpeed(sides, options, signal).catch((error: unknown) =>
    unmeasured(sides, findings, options, error),
  );
  if ('verdict' in speed) return { ...speed, speed: null };
  const isSlower = options.maxSlowdown !== null && speed.median > options.maxSlowdown;
  return {
    name: 'speed',
    verdict: signal?.aborted === true ? 'interrupted' : isSlower ? 'slower' : 'holds',
    evidence: evidence(speed, sides, options),
    seconds: (performance.now() - start) / 1000,
    speed,
  };
}

/**
 * Verification: does one implementation refine another? Programs that once showed a bug, all small programs, every call sequence on a
 * small world, random programs, then speed; up to the first step that does not hold.
 */
import { OWN_CORPUS } from '../../counterexamples/corpus/index.ts';
import type { SmallWorldOptions } from '../explore/world.ts';
import type { Sides } from './compare.ts';
import { corpusStep } from './corpus-step.ts';
import { type Difference, shrinkDifference } from './difference.ts';
import { exploreStep } from './explore-step.ts';
import { type RandomOptions, randomStep } from './random-step.ts';
import { smallStep } from './small-step.ts';
import { type Speed, type SpeedOptions, speedStep } from './speed-step.ts';
import type { Step, StepVerdict } from './step.ts';

/**
 * The steps of a verification.
 * @public
 */
export interface VerifyOptions {
  /** Folders of traces to run, in addition to the corpus of this package. */
  readonly corpora: readonly string[];
  /** Most operations in a small program. */
  readonly smallOperations: number;
  /** The memory on which every call sequence is run; null to skip the step. */
  readonly smallWorld: SmallWorldOptions | null;
  readonly random: RandomOptions;
  /** Null to skip the step. */
  readonly speed: Omit<SpeedOptions, 'seed'> | null;
  /** Milliseconds for shrinking a program on which the sides differ. */
  readonly shrinkMs: number;
  /** Called after each step. */
  readonly onStep?: (step: Step) => void;
  readonly signal?: AbortSignal;
}

/**
 * - `refines`: every step holds.
 * - `differs`: the sides differ on a program.
 * - `slower`: no difference was found, but the candidate takes longer than allowed.
 * - `interrupted`: stopped early; no difference was found.
 * @public
 */
export type VerifyVerdict = 'refines' | 'differs' | 'slower' | 'interrupted';

/**
 * The result of a verification.
 * @public
 */
export interface VerifyResult {
  readonly verdict: VerifyVerdict;
  readonly steps: readonly Step[];
  readonly difference: Difference | null;
  /** Null if it was not measured. */
  readonly speed: Speed | null;
}

const VERDICT_OF: Readonly<Record<StepVerdict, VerifyVerdict>> = {
  holds: 'refines',
  differs: 'differs',
  slower: 'slower',
  interrupted: 'interrupted',
};

/**
 * Runs one step after the other, up to the first that does not hold. Both sides are held to the policies of the candidate: make them
 * with {@link sidesOf}. Minutes with the options of `frameproof verify`.
 * @public
 */
export async function verify(sides: Sides, options: VerifyOptions): Promise<VerifyResult> {
  const { random, signal, corpora, smallOperations, smallWorld } = options;
  const steps: Step[] = [];
  let speed: Speed | null = null;
  const todo: (() => Promise<Step>)[] = [
    async () => corpusStep(sides, [OWN_CORPUS, ...corpora]),
    () => smallStep(sides, smallOperations, signal),
    ...(smallWorld === null ? [] : [() => exploreStep(sides, smallWorld, signal)]),
    () => randomStep(sides, random, signal),
  ];
  const { speed: asked } = options;
  if (asked !== null)
    todo.push(async () => {
      const step = await speedStep(sides, { ...asked, seed: random.seed }, signal);
      speed = step.speed;
      return step;
    });
  for (const run of todo) {
    const step = await run();
    steps.push(step);
    options.onStep?.(step);
    if (step.verdict !== 'holds') break;
  }
  const last = steps.at(-1);
  const found = last?.found ?? null;
  return {
    verdict: VERDICT_OF[last?.verdict ?? 'holds'],
    steps,
    difference: found === null ? null : shrinkDifference(sides, found, options.shrinkMs),
    speed,
  };
}

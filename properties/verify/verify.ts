/**
 * Verification: does one implementation refine another? Programs that once showed a bug, all small programs, every call sequence on a
 * small world, random programs, then speed. A step that finds a difference goes on: each clause on which the sides differ is one.
 */
import { OWN_CORPUS } from '../../counterexamples/corpus/index.ts';
import type { SmallWorldOptions } from '../explore/world.ts';
import type { Sides } from './compare.ts';
import { corpusStep } from './corpus-step.ts';
import { type Difference, shrinkFindings } from './difference.ts';
import { exploreStep } from './explore-step.ts';
import { type Finding, Findings } from './findings.ts';
import { type RandomOptions, randomStep } from './random-step.ts';
import { smallStep } from './small-step.ts';
import { type Speed, type SpeedOptions, speedStep } from './speed-step.ts';
import { notDone, type Step } from './step.ts';

/**
 * The steps of a verification.
 * @public
 */
export interface VerifyOptions {
  /** Folders of traces to run, in addition to the corpus of this package. */
  readonly corpora: readonly string[];
  /** Most operations in a small program. */
  readonly smallOperations: number;
  /** Most small programs. Default: all there are. */
  readonly smallPrograms?: number | undefined;
  /** The memory on which every call sequence is run; null to skip the step. */
  readonly smallWorld: SmallWorldOptions | null;
  readonly random: RandomOptions;
  /** Null to skip the step. */
  readonly speed: Omit<SpeedOptions, 'seed'> | null;
  /** Seconds of each step but the last, at most. Default: no limit. */
  readonly stepSeconds?: number | undefined;
  /** Milliseconds for shrinking all programs on which the sides differ. */
  readonly shrinkMs: number;
  /** Called after each step. */
  readonly onStep?: (step: Step) => void;
  /** Called with each way in which the sides differ as soon as a program shows it, before it is shrunk. */
  readonly onFind?: (finding: Finding) => void;
  /** Called with the operations of the simplest program so far, while a finding is shrunk. */
  readonly onShrink?: ((operations: number) => void) | undefined;
  readonly signal?: AbortSignal;
}

/**
 * - `refines`: no step found a difference.
 * - `differs`: the sides differ on a program.
 * - `slower`: no difference was found, but the candidate takes longer than allowed.
 * - `not done`: no step compared anything.
 * - `interrupted`: stopped early; no difference was found.
 * @public
 */
export type VerifyVerdict = 'refines' | 'differs' | 'slower' | 'not done' | 'interrupted';

/**
 * The result of a verification.
 * @public
 */
export interface VerifyResult {
  readonly verdict: VerifyVerdict;
  readonly steps: readonly Step[];
  /** One for each clause on which the sides differ, the gravest first. */
  readonly differences: readonly Difference[];
  /** Null if it was not measured. */
  readonly speed: Speed | null;
}

function verdictOf(steps: readonly Step[]): VerifyVerdict {
  const verdicts = steps.map(({ verdict }) => verdict);
  for (const grave of ['differs', 'interrupted', 'slower'] as const)
    if (verdicts.includes(grave)) return grave;
  const isCompared = steps.some(({ name, verdict }) => name !== 'speed' && verdict !== 'not done');
  return isCompared ? 'refines' : 'not done';
}

/**
 * Runs one step after the other. Both sides are held to the policies of the candidate: make them with {@link sidesOf}. Minutes with the
 * options of `frameproof verify`.
 * @public
 */
export async function verify(sides: Sides, options: VerifyOptions): Promise<VerifyResult> {
  const { random, signal, corpora, smallOperations, smallWorld, shrinkMs } = options;
  const { stepSeconds = Number.POSITIVE_INFINITY, smallPrograms = Number.POSITIVE_INFINITY } = options;
  const limits = { seconds: stepSeconds, signal };
  const small = { ...limits, longest: smallOperations, programs: smallPrograms };
  const findings = new Findings(options.onFind);
  const steps: Step[] = [];
  let speed: Speed | null = null;
  const measured = async (): Promise<Step> => {
    if (options.speed === null) return notDone('speed', 'not asked for');
    if (findings.size > 0) return notDone('speed', 'the sides do not do the same work');
    const step = await speedStep(sides, findings, { ...options.speed, seed: random.seed }, signal);
    speed = step.speed;
    return step;
  };
  const todo: readonly (() => Step | Promise<Step>)[] = [
    () => corpusStep(sides, findings, [OWN_CORPUS, ...corpora], limits),
    () => smallStep(sides, findings, small),
    () =>
      smallWorld === null
        ? notDone('small worlds', 'not asked for')
        : exploreStep(sides, findings, smallWorld, limits),
    () => randomStep(sides, findings, random, limits),
    measured,
  ];
  for (const run of todo) {
    const step = await run();
    steps.push(step);
    options.onStep?.(step);
    if (signal?.aborted === true) break;
  }
  const differences = shrinkFindings(sides, findings, {
    ms: shrinkMs,
    signal,
    onProgress: options.onShrink,
  });
  return { verdict: verdictOf(steps), steps, differences, speed };
}

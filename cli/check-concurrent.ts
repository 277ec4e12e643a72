/** `frameproof check --concurrent`: callers at the same time, under explored schedules and in real threads. */

import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import {
  type ConcurrentResult,
  type ConcurrentTarget,
  checkConcurrent,
  checkNative,
  concurrentTraceOf,
  type FoundRun,
  loadConcurrentTarget,
  loadNativeTarget,
  type NativeCheckOptions,
  type NativeTarget,
  OURS_SHARED,
  profileWorld,
  type Shape,
  saveConcurrentTrace,
} from '../properties/concurrent/index.ts';
import type { NamedWorld } from '../properties/random/index.ts';
import { worldBeyond } from '../runner/index.ts';
import { isModule } from '../runner/load/index.ts';
import { type Config, config, counted, SpecError, uncheckedBy, WHOLE } from '../spec/index.ts';
import { anySeed, type CheckOptions, namedWorld } from './check-setup.ts';
import { conclude } from './command-result.ts';
import { concurrentJson, concurrentReport, MOST_THREADS, violationLines } from './concurrent-report.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { type ConcurrentOptions, GENERATED } from './options.ts';
import { type Form, FoundFiles } from './output-file.ts';
import { print } from './print.ts';
import { phaseBar } from './progress-bar.ts';
import { interruption } from './supervised.ts';

const DEFAULT_SCENARIOS = 300;
const DEFAULT_THREADS = 4;
/** Two callers are the fewest that run at the same time; more threads than 64 find nothing that fewer do not. */
const FEWEST_THREADS = 2;
const DEFAULT_CALLS = 100_000;
/** Shapes of which every schedule is gone through: in seconds, and in minutes. */
const QUICK_SHAPES: readonly Shape[] = [{ callers: 2, calls: 1 }];
const ALL_SHAPES: readonly Shape[] = [...QUICK_SHAPES, { callers: 3, calls: 1 }, { callers: 2, calls: 2 }];

/** Returns the files of runs under a schedule. */
function foundRuns(
  target: Pick<ConcurrentTarget, 'name'>,
  { corpus, json }: CheckOptions,
): FoundFiles<FoundRun> {
  const form: Form<FoundRun> = {
    keyOf: ({ violation }) => violation.clause,
    nameOf: ({ violation, scenario }) =>
      `${violation.clause} by ${counted(scenario.callers.flat().length, 'call')}`,
    save: (folder, found) => saveConcurrentTrace(folder, concurrentTraceOf(target, found)),
  };
  return new FoundFiles(form, join(corpus, 'concurrent'), json);
}

function exitCodeOf({ violation, stopped }: ConcurrentResult): ExitCode {
  if (violation !== null) return EXIT.violated;
  return stopped ? EXIT.interrupted : EXIT.holds;
}

/** Returns the usual number of threads. Those of a module may spin: no more of them than run at once, or who holds a lock waits for those who wait for it. */
function usualThreads(target: string): number {
  return isModule(target)
    ? Math.min(DEFAULT_THREADS, Math.max(FEWEST_THREADS, availableParallelism()))
    : DEFAULT_THREADS;
}

function threadsOf({ target, threads = usualThreads(target) }: CheckOptions): number {
  if (threads >= FEWEST_THREADS && threads <= MOST_THREADS) return threads;
  throw new SpecError(
    `--threads: expected from ${FEWEST_THREADS} to ${MOST_THREADS} with --concurrent, found ${threads}`,
  );
}

async function targetOf({ target: name, policy }: CheckOptions): Promise<ConcurrentTarget> {
  const loaded = await loadConcurrentTarget(name);
  const { profile = WHOLE } = loaded;
  const policies = policy ?? loaded.policies;
  return {
    ...loaded,
    policies,
    unchecked: [...uncheckedBy({ ...profile, policies }), ...(loaded.unchecked ?? [])],
  };
}

/** Returns a check of an executable, on memory of a few page frames, and later of some hundred. */
function nativeCheck(target: NativeTarget, { exhaustive, map }: CheckOptions & ConcurrentOptions): Check {
  if (exhaustive === true)
    throw new SpecError('--exhaustive: expected a module: no schedule can be chosen in an executable');
  if (map !== undefined)
    throw new SpecError(
      '--map: expected a module with --concurrent: executables get memory that is generated',
    );
  const run = async (common: CommonOptions): Promise<ConcurrentResult> => {
    // The terminal is drawn when this thread waits for nothing.
    await new Promise(setImmediate);
    return checkNative({ ...common, target });
  };
  const unchecked = uncheckedBy({ ...target.profile, policies: target.policies });
  return { target: { ...target, unchecked }, world: GENERATED, config: config(), run };
}

/** Page frames in each zone of a world within a profile. */
const FRAMES = 512;

/** Returns the world of real threads: the named one, or one within the profile of the target. */
function worldFor({ profile }: ConcurrentTarget, options: CheckOptions & ConcurrentOptions): NamedWorld {
  if (profile === undefined) return namedWorld(options);
  if (options.map === undefined) {
    const callers = Array.from({ length: threadsOf(options) }, () => 1);
    const size = { bitmapFrames: FRAMES, stackFrames: FRAMES, before: 0, callers };
    return { name: GENERATED, ...profileWorld(profile, size) };
  }
  const world = namedWorld(options);
  const why = worldBeyond(profile, world);
  if (why !== null) throw new SpecError(`--map: ${why}`);
  return world;
}

/** Returns a check of a module, or of our own implementation. */
async function moduleCheck(options: CheckOptions & ConcurrentOptions): Promise<Check> {
  const target = await targetOf(options);
  const { name: world, map, config } = worldFor(target, options);
  const module = options.target === OURS_SHARED.name ? null : options.target;
  const shapes = options.exhaustive === true ? ALL_SHAPES : QUICK_SHAPES;
  const run = (common: CommonOptions): Promise<ConcurrentResult> =>
    checkConcurrent({ ...common, target, module, shapes, map, config });
  return { target, world, config, run };
}

/** The options of a check of any target. */
type CommonOptions = Omit<NativeCheckOptions, 'target'>;

/** A check that is ready to run. */
interface Check {
  readonly target: Pick<ConcurrentTarget, 'name' | 'policies' | 'unchecked'>;
  /** The memory, in words. */
  readonly world: string;
  readonly config: Config;
  readonly run: (common: CommonOptions) => Promise<ConcurrentResult>;
}

/** Runs the concurrent check that was asked for. */
export async function runConcurrent(options: CheckOptions & ConcurrentOptions): Promise<void> {
  const threads = threadsOf(options);
  const native = await loadNativeTarget(options.target, options.policy);
  const { target, world, config, run } =
    native === null ? await moduleCheck(options) : nativeCheck(native, options);
  const seed = options.seed ?? anySeed();
  const isJson = options.json === true;
  if (!isJson) print(`target    ${target.name}\nmap       ${world}\nseed      ${seed}\n\n`);
  const bar = await phaseBar();
  const files = foundRuns(target, options);
  const result = await run({
    seed,
    scenarios: options.programs ?? DEFAULT_SCENARIOS,
    workers: threads,
    calls: options.calls ?? DEFAULT_CALLS,
    onProgress: bar.update,
    onFound: files.note,
    shrinkMs: options.shrinkTime * 1000,
    signal: interruption(),
  }).finally(bar.stop);
  await native?.process.close();
  const { found } = result;
  const path = found === null ? null : files.replace(found.first, found.shrunk.found);
  const about = { target: target.name, seed, threads, unchecked: target.unchecked ?? [], path };
  const report = concurrentReport(result, about);
  const { json } = await conclude(
    {
      lines: report.slice(0, -1),
      verdict: [...report.slice(-1), ...violationLines(result, { ...about, config })],
      json: concurrentJson(result, about),
      exitCode: exitCodeOf(result),
    },
    { target: target.name, isJson },
  );
  if (options.html !== undefined) {
    const [{ historySection, writeHtml }, { resultSection }] = await Promise.all([
      import('./html.ts'),
      import('../report/index.ts'),
    ]);
    const { violation } = result;
    const found = result.found?.shrunk.found ?? null;
    const shown = violation === null ? [] : [await historySection({ ...about, violation, found, config })];
    writeHtml(options.html, [...shown, resultSection(`check of ${target.name}`, json)]);
  }
}

/** `frameproof check --concurrent`: callers at the same time, under explored schedules and in real threads. */
import {
  type ConcurrentResult,
  type ConcurrentTarget,
  checkConcurrent,
  concurrentTraceOf,
  loadConcurrentTarget,
  OURS_SHARED,
  type Shape,
  saveConcurrentTrace,
} from '../properties/concurrent/index.ts';
import { SpecError } from '../spec/index.ts';
import { anySeed, type CheckOptions, namedWorld } from './check-setup.ts';
import { concurrentJson, concurrentReport, violationLines } from './concurrent-report.ts';
import { EXIT } from './exit-codes.ts';
import { phaseBar } from './progress.ts';

/** What `check` is asked besides where callers run at the same time. */
export interface ConcurrentOptions {
  readonly concurrent?: boolean;
  readonly workers?: number;
  readonly calls?: number;
  readonly exhaustive?: boolean;
}

const DEFAULT_SCENARIOS = 300;
const DEFAULT_WORKERS = 4;
const DEFAULT_CALLS = 100_000;
/** Shapes of which every schedule is gone through: in seconds, and in minutes. */
const QUICK_SHAPES: readonly Shape[] = [{ callers: 2, calls: 1 }];
const ALL_SHAPES: readonly Shape[] = [...QUICK_SHAPES, { callers: 3, calls: 1 }, { callers: 2, calls: 2 }];

/** Options of `check` that say nothing here. */
const IDLE = [
  'time',
  'operations',
  'jobs',
  'shard',
  'results',
  'budget',
  'stats',
  'junit',
  'profile',
] as const;
/** Options that say something here alone. */
const OWN = ['workers', 'calls', 'exhaustive'] as const;

/** Throws `SpecError` where an option was given that does not go with the others; `isGiven` says which were. */
export function refuseMixed(isConcurrent: boolean, isGiven: (option: string) => boolean): void {
  const [wrong] = (isConcurrent ? IDLE : OWN).filter(isGiven);
  if (wrong === undefined) return;
  throw new SpecError(`--${wrong}: ${isConcurrent ? 'does not go' : 'goes'} with --concurrent`);
}

/** Saves what a schedule broke; returns where, or null where there is nothing to save. */
function save({ found }: ConcurrentResult, target: ConcurrentTarget, corpus: string): string | null {
  if (found === null) return null;
  return saveConcurrentTrace(`${corpus}/concurrent`, concurrentTraceOf(target, found.shrunk.found));
}

async function targetOf({ target: name, policy }: CheckOptions): Promise<ConcurrentTarget> {
  const loaded = await loadConcurrentTarget(name);
  return { ...loaded, policies: policy ?? loaded.policies };
}

/** Runs the concurrent check that was asked for. */
export async function runConcurrent(options: CheckOptions & ConcurrentOptions): Promise<void> {
  const target = await targetOf(options);
  const { name, map, config } = namedWorld(options);
  const seed = options.seed ?? anySeed();
  const workers = options.workers ?? DEFAULT_WORKERS;
  const isJson = options.json === true;
  if (!isJson) process.stdout.write(`target    ${target.name}\nmap       ${name}\nseed      ${seed}\n\n`);
  const bar = await phaseBar(!isJson);
  const result = await checkConcurrent({
    target,
    module: options.target === OURS_SHARED.name ? null : options.target,
    seed,
    scenarios: options.programs ?? DEFAULT_SCENARIOS,
    shapes: options.exhaustive === true ? ALL_SHAPES : QUICK_SHAPES,
    map,
    config,
    workers,
    calls: options.calls ?? DEFAULT_CALLS,
    onProgress: bar.update,
  }).finally(bar.stop);
  const path = save(result, target, options.corpus);
  const text = isJson
    ? JSON.stringify(concurrentJson(result, { seed, path }), null, 1)
    : [...concurrentReport(result, { workers, seed }), ...violationLines(result, { config, path })].join(
        '\n',
      );
  process.stdout.write(`${text}\n`);
  process.exitCode = result.violation === null ? EXIT.holds : EXIT.broken;
}

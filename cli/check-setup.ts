/** The setup of a check: its target, maps and seed, and the campaign that they make. */
import { availableParallelism } from 'node:os';
import type { BlockRunner, CampaignOptions, NamedWorld, Shard } from '../properties/random/index.ts';
import { OURS, type Target, worldBeyond } from '../runner/index.ts';
import { loadTarget } from '../runner/load/index.ts';
import {
  config,
  counted,
  FALLBACK_MAP,
  type MemoryMap,
  type Policy,
  type Profile,
  ramPages,
  SpecError,
} from '../spec/index.ts';
import { readMemoryMap, readThisMachine } from '../spec/maps/index.ts';
import { GENERATED } from './options.ts';
import type { StatisticsFile } from './output-file.ts';
import { campaignBar } from './progress-bar.ts';

/** Which memory maps programs run on. */
export interface MapOptions {
  readonly map?: readonly string[];
  readonly bitmapMaxAddr: bigint;
  readonly physicalBits?: bigint;
}

export interface CheckOptions extends MapOptions {
  readonly target: string;
  readonly programs?: number;
  readonly time?: number;
  readonly operations: number;
  readonly seed?: number;
  readonly reference?: boolean;
  readonly threads?: number;
  readonly shard?: Shard;
  readonly results: string;
  readonly policy?: readonly Policy[];
  readonly profile?: Profile;
  readonly programTime?: number;
  readonly shrinkTime: number;
  readonly stopFirst?: boolean;
  readonly corpus: string;
  readonly coverage?: string;
  readonly stats?: string;
  readonly junit?: string;
  readonly html?: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** Programs of a check that says neither how many nor how long. */
export const DEFAULT_PROGRAMS = 2000;

interface NamedMap {
  readonly name: string;
  readonly map: MemoryMap;
}

/** Whether most programs run on generated maps: where no map is named, or `generated` is. */
export function usesGenerated({ map: paths }: MapOptions): boolean {
  return paths === undefined || paths.includes(GENERATED);
}

/** Returns the map at a path. Of a warning its name tells, for nobody would read a check's map otherwise. */
function namedMap(path: string, physicalLimit: bigint | undefined): NamedMap {
  const { map, warnings } = readMemoryMap(path, { physicalLimit });
  const told =
    warnings.length === 0 ? '' : ` (${counted(warnings.length, 'warning')}: frameproof map ${path})`;
  return { name: `${path}${told}`, map };
}

function thisMachine(): NamedMap {
  const imported = readThisMachine();
  if (imported === null)
    return { name: `${FALLBACK_MAP.name} (this machine does not show its own map)`, map: FALLBACK_MAP };
  return { name: `this machine (${imported.notation})`, map: imported.map };
}

/**
 * Returns the memory maps that are named, or this machine's own. The target must be able to manage each named one: throws
 * `SpecError` where it cannot. This machine's is left out where the target cannot manage it.
 */
export function worldsOf(
  { map: paths, bitmapMaxAddr, physicalBits: physicalLimit }: MapOptions,
  target: Target = OURS,
): readonly NamedWorld[] {
  const files = paths?.filter((path) => path !== GENERATED);
  const maps = files?.map((path) => namedMap(path, physicalLimit)) ?? [thisMachine()];
  return maps.flatMap(({ name, map }) => {
    const world = { map, config: config({ bitmapMaxAddr, physicalLimit }) };
    const why = worldBeyond(target.profile, world);
    if (why !== null && paths === undefined) return [];
    if (why !== null) throw new SpecError(`--map ${name}: expected one that ${target.name} manages: ${why}`);
    return [{ name: `${name}, ${counted(ramPages(map), 'page frame')} of RAM`, ...world }];
  });
}

/** Returns the map that speed is measured on: the first that is named, or one that every machine has. */
export function speedWorld([first]: readonly NamedWorld[], { bitmapMaxAddr }: MapOptions): NamedWorld {
  return (
    first ?? {
      name: FALLBACK_MAP.name ?? 'a plain map',
      map: FALLBACK_MAP,
      config: config({ bitmapMaxAddr }),
    }
  );
}

/** Returns the map that `--map` names, or this machine's, for checks that run on one. Throws `SpecError` where it names several. */
export function namedWorld(options: CheckOptions): NamedWorld {
  const [world, another] = worldsOf(options);
  if (world === undefined || another !== undefined || usesGenerated({ ...options, map: options.map ?? [] }))
    throw new SpecError('--map: expected one memory map at most with --concurrent');
  return world;
}

/** A check with its target loaded, its maps read and its seed drawn. */
export interface PreparedCheck {
  readonly target: Target;
  readonly worlds: readonly NamedWorld[];
  readonly seed: number;
  readonly options: CheckOptions;
}

/** Returns the lines that a check begins with. */
export function header({ target, worlds, seed, options }: PreparedCheck): string {
  const maps = [...(usesGenerated(options) ? [GENERATED] : []), ...worlds.map(({ name }) => name)];
  const promises = target.policies.length === 0 ? 'no policy' : target.policies.join(', ');
  return [
    `target  ${target.name} (promises ${promises})`,
    ...maps.map((name) => `map     ${name}`),
    `seed    ${seed}`,
    '',
  ].join('\n');
}

/** A seed for whoever does not care; it is printed, so that the run can be repeated. */
export function anySeed(): number {
  return Math.floor(Math.random() * 0x7fff_ffff);
}

/** Loads the target and reads the maps. Throws `SpecError` where one cannot be used. */
export async function prepareCheck(options: CheckOptions): Promise<PreparedCheck> {
  const { policy, profile, programTime } = options;
  const target = await loadTarget(options.target, policy, { profile, programMs: programTime });
  return { target, worlds: worldsOf(options, target), seed: options.seed ?? anySeed(), options };
}

/** Returns how blocks are run: on threads where several are asked for. More threads than cores only wait for each other. */
export async function blockRunner(options: CheckOptions): Promise<BlockRunner | undefined> {
  const threads = Math.min(options.threads ?? 1, availableParallelism());
  if (threads === 1) return undefined;
  const { onThreads } = await import('../properties/random/scale/index.ts');
  return onThreads(threads);
}

/** Returns the campaign that a check runs. */
export function campaignOf({ target, worlds, seed, options }: PreparedCheck): CampaignOptions {
  const { time, operations, stopFirst = false } = options;
  const unlimited = time === undefined ? DEFAULT_PROGRAMS : Number.POSITIVE_INFINITY;
  const programs = options.programs ?? unlimited;
  const seconds = time === undefined ? {} : { seconds: time };
  const { reference = false } = options;
  const generated = usesGenerated(options);
  return { target, worlds, generated, programs, ...seconds, operations, seed, stopFirst, reference };
}

async function openStatistics(path: string, target: string): Promise<StatisticsFile> {
  const { statisticsFile } = await import('./output-file.ts');
  return statisticsFile(path, target);
}

/** Runs a campaign with the bar and the file of statistics that go with it. */
export async function withProgress<T>(
  check: PreparedCheck,
  signal: AbortSignal,
  campaign: (options: CampaignOptions) => Promise<T>,
): Promise<T> {
  const { stats, time } = check.options;
  const statistics = stats === undefined ? null : await openStatistics(stats, check.target.name);
  const asked = campaignOf(check);
  const bar = await campaignBar({ programs: asked.programs, seconds: time });
  const onProgram = statistics === null ? {} : { onProgram: statistics.note };
  try {
    return await campaign({ ...asked, onProgress: bar.update, ...onProgram, signal });
  } finally {
    bar.stop();
    statistics?.close();
  }
}

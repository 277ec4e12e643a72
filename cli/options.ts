/** Options that several commands share, so that one flag means one thing in all of them. Bad values are `SpecError`s of one line. */
import { Option } from 'commander';
import type { Shard } from '../properties/random/index.ts';
import { readText } from '../spec/files/index.ts';
import {
  DEFAULT_BITMAP_MAX_ADDR,
  decodeProfile,
  type MemoryMap,
  type Profile,
  parseJson,
  SpecError,
  toHex,
} from '../spec/index.ts';
import { pageAddress, physicalLimit } from './map-flags.ts';

/** Returns a reader of whole numbers from `least` to `most`; the reader throws `SpecError` naming the flag. */
export function wholeNumber(
  flag: string,
  least: number,
  most: number = Number.MAX_SAFE_INTEGER,
): (text: string) => number {
  return (text) => {
    const n = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (n >= least && n <= most) return n;
    const bound = n > most ? `at most ${most}` : `at least ${least}`;
    throw new SpecError(`${flag}: expected a whole number of ${bound}, found ${JSON.stringify(text)}`);
  };
}

function decimal(text: string): number {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
}

/** Returns a reader of numbers above 0; `what` names them in the error. */
export function positive(flag: string, what = 'a number'): (text: string) => number {
  return (text) => {
    const n = decimal(text);
    if (n > 0) return n;
    throw new SpecError(`${flag}: expected ${what} above 0, found ${JSON.stringify(text)}`);
  };
}

/** Adds one more value of an option that may be given several times. */
function repeated(text: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, text];
}

/** The word for the generated maps, as a value of `--map`. */
export const GENERATED = 'generated';

/** `--map`, for commands that run on several. */
export function mapsOption(): Option {
  return new Option(
    '--map <path>',
    `memory map to run on, instead of generated ones and this machine's; may be repeated; "${GENERATED}" for generated ones`,
  ).argParser(repeated);
}

/** `--bitmap-max-addr`, for commands that run on several maps. */
export function bitmapMaxAddrOption(): Option {
  return new Option('--bitmap-max-addr <address>', 'end of the bitmap zone on maps that are not generated')
    .argParser(pageAddress('--bitmap-max-addr'))
    .default(DEFAULT_BITMAP_MAX_ADDR, toHex(DEFAULT_BITMAP_MAX_ADDR));
}

/** `--reference`, for commands whose programs the lean judge judges. */
export function referenceOption(): Option {
  return new Option('--reference', 'let the model judge every answer: slower, same verdict');
}

/** `--physical-bits`, for commands that run on several maps. */
export function physicalBitsOption(): Option {
  return new Option(
    '--physical-bits <n>',
    'bits of a physical address on maps that are not generated: 56 on RISC-V (default: 52)',
  ).argParser(physicalLimit);
}

/** `--seed`, for commands that pick a seed where none is given. */
export function seedOption(): Option {
  return new Option('--seed <n>', 'repeat the run of this seed (default: a new seed each time)').argParser(
    wholeNumber('--seed', 0),
  );
}

/** Operations of a program that is drawn, and held in memory, as a whole. */
const MOST_OPERATIONS = 1_000_000;

/** `--operations`: the length of random programs. */
export function operationsOption(most: number): Option {
  return new Option('--operations <n>', 'operations in a program, at most; a burst counts as one')
    .argParser(wholeNumber('--operations', 1, MOST_OPERATIONS))
    .default(most);
}

/** `--time`: seconds of searching. */
export function timeOption(what: string): Option {
  return new Option('--time <seconds>', what).argParser(positive('--time', 'seconds'));
}

const DEFAULT_SHRINK_SECONDS = 10;

/** `--shrink-time`: seconds of all that follows a find. */
export function shrinkTimeOption(): Option {
  return new Option(
    '--shrink-time <seconds>',
    'time for making a counterexample simple, 0 to leave it as found',
  )
    .argParser((text) => {
      const n = decimal(text);
      if (n >= 0) return n;
      throw new SpecError(`--shrink-time: expected seconds of at least 0, found ${JSON.stringify(text)}`);
    })
    .default(DEFAULT_SHRINK_SECONDS);
}

/** `--threads`. */
export function threadsOption(byDefault: string): Option {
  return new Option('--threads <n>', `threads to run on (default: ${byDefault})`).argParser(
    wholeNumber('--threads', 1),
  );
}

/** Where the memory map of a console's log is. */
export interface LogMapFlags {
  readonly map?: string;
  readonly mapFromLog?: boolean;
}

/** `--map` and `--map-from-log`, for commands that read logs. */
export function logMapOptions(): readonly [Option, Option] {
  return [
    new Option('--map <path>', "memory map of a console's log (default: the one in the log)"),
    new Option(
      '--map-from-log',
      'take the memory map from what the kernel printed before its log, in any notation',
    ),
  ];
}

/** Returns how a log is read by these flags, with the readers of all notations only where they are needed. */
export async function logMapOf({ map, mapFromLog }: LogMapFlags): Promise<{
  readonly map?: MemoryMap;
  readonly mapFromLog?: boolean | undefined;
}> {
  if (map === undefined) return { mapFromLog };
  const { readMemoryMap } = await import('../spec/maps/index.ts');
  return { map: readMemoryMap(map).map };
}

/** `--corpus`: the folder of counterexamples. */
export function corpusOption(what = 'folder of counterexamples: read first, and saved to'): Option {
  return new Option('--corpus <folder>', what).default('counterexamples');
}

/** `--junit`. */
export function junitOption(): Option {
  return new Option('--junit <file>', 'write the result as JUnit XML');
}

/** The tables that commands which summarize a run print with `--verbose`. */
export const TABLES = 'tables of the calls, situations and clauses that were met';
/** The extra output of commands which run a target, with `--verbose`. */
export const STACK = 'the stack of an error that the target throws';

/** `--verbose`. */
export function verboseOption(what: string = STACK): Option {
  return new Option('--verbose', `also print ${what}`);
}

/** `--json`. */
export function jsonOption(): Option {
  return new Option('--json', 'print the result as JSON');
}

/** The variable in which a Kubernetes Indexed Job numbers its pods. */
const INDEX_VARIABLE = 'JOB_COMPLETION_INDEX';

/** Returns the shard in `text`: I/N, or N where the environment says which one this is. */
export function shard(text: string, environment: NodeJS.ProcessEnv = process.env): Shard {
  const named = environment[INDEX_VARIABLE];
  const [, index = named ?? '', of = ''] = /^(?:(\d+)\/)?(\d+)$/.exec(text) ?? [];
  if (/^\d+$/.test(index) && Number(index) < Number(of)) return { index: Number(index), of: Number(of) };
  const known = named === undefined ? 'is not set' : `is ${JSON.stringify(named)}`;
  throw new SpecError(
    `--shard: expected I/N with I from 0 to N - 1, or N with I in ${INDEX_VARIABLE}, which ${known}, found ${JSON.stringify(text)}`,
  );
}

/** The options of `check --concurrent`. */
export interface ConcurrentOptions {
  readonly concurrent?: boolean;
  readonly calls?: number;
  readonly exhaustive?: boolean;
}

/** Options of a check in one thread of calls. */
const SEQUENTIAL_ONLY = [
  'time',
  'operations',
  'shard',
  'results',
  'stopFirst',
  'programTime',
  'coverage',
  'stats',
  'junit',
  'profile',
  'reference',
] as const;
const CONCURRENT_ONLY = ['calls', 'exhaustive'] as const;

function flagOf(option: string): string {
  return `--${option.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Throws `SpecError` where an option was given that does not go with the others; `isGiven` says which were. */
export function refuseMixed(isConcurrent: boolean, isGiven: (option: string) => boolean): void {
  const [wrong] = (isConcurrent ? SEQUENTIAL_ONLY : CONCURRENT_ONLY).filter(isGiven);
  if (wrong === undefined) return;
  throw new SpecError(`${flagOf(wrong)}: ${isConcurrent ? 'does not go' : 'goes'} with --concurrent`);
}

const PROFILE = { of: 'profile', mostBytes: 2 ** 20 };

function readProfile(path: string): Profile {
  return decodeProfile(parseJson(readText(path, PROFILE), path), path);
}

/** `--profile`: what a target claims. */
export function profileOption(
  what = 'JSON: what the target claims to do (default: what it says itself)',
): Option {
  return new Option('--profile <file>', what).argParser(readProfile);
}

/** `--profile`, for commands whose file may hold one. */
export function otherProfileOption(): Option {
  return profileOption('JSON: what the target claims to do (default: what the file says, else the target)');
}

/** `frameproof verify`: does one allocator refine another? Each step leaves a line of evidence, and the last line is the verdict. */

import { Command, Option } from 'commander';
import { DEFAULT_OPERATIONS } from '../properties/random/index.ts';
import {
  type Difference,
  type Finding,
  OBSERVABLES,
  type Observable,
  openSide,
  type Side,
  type Sides,
  sidesOf,
  type VerifyOptions,
  type VerifyResult,
  verify,
} from '../properties/verify/index.ts';
import type { Policy, Profile, Trace } from '../spec/index.ts';
import { anySeed, type MapOptions, speedWorld, usesGenerated, worldsOf } from './check-setup.ts';
import { conclude as concludeWith } from './command-result.ts';
import { EXIT, endWith } from './exit-codes.ts';
import { examples } from './help.ts';
import { htmlOption } from './map-flags.ts';
import { commandLine, nextLine } from './next-step.ts';
import {
  bitmapMaxAddrOption,
  corpusOption,
  jsonOption,
  junitOption,
  mapsOption,
  operationsOption,
  physicalBitsOption,
  positive,
  profileOption,
  seedOption,
  shrinkTimeOption,
  timeOption,
  verboseOption,
  wholeNumber,
} from './options.ts';
import { type FoundFiles, foundTraces, writeWhole } from './output-file.ts';
import { print, say } from './print.ts';
import { shrinkBar } from './progress-bar.ts';
import { commandOnFile } from './recorded-target.ts';
import { interruption } from './supervised.ts';
import { policyOption, programTimeOption } from './target-options.ts';
import {
  blamed,
  differenceLine,
  differenceLines,
  stepLine,
  verifyJson,
  verifyVerdictLine,
} from './verify-report.ts';

interface VerifyCommandOptions extends MapOptions {
  readonly against: string;
  readonly observable: Observable;
  readonly policy?: readonly Policy[];
  readonly profile?: Profile;
  readonly programTime?: number;
  readonly programs?: number;
  readonly time: number;
  readonly operations: number;
  readonly small: number;
  readonly seed?: number;
  readonly speedTime: number;
  readonly maxSlowdown?: number;
  readonly corpus: string;
  readonly shrinkTime: number;
  readonly junit?: string;
  readonly json?: boolean;
  readonly html?: string;
}

const DEFAULT_PROGRAMS = 1000;
const DEFAULT_STEP_SECONDS = 20;
const DEFAULT_SMALL = 2;
/** Page frames of the two zones on which every call sequence is run: some seconds a side. */
const WORLD = { stack: 3, bitmap: 3 };
const DEFAULT_SPEED_SECONDS = 3;

const EXIT_OF = {
  refines: EXIT.holds,
  differs: EXIT.violated,
  slower: EXIT.violated,
  'not done': EXIT.partial,
  interrupted: EXIT.interrupted,
} as const;

function optionsOf(
  options: VerifyCommandOptions,
  { candidate }: Sides,
  { seed, signal }: { readonly seed: number; readonly signal: AbortSignal },
): VerifyOptions {
  const { operations, small, time, speedTime, maxSlowdown, corpus, shrinkTime, json } = options;
  const { programs = DEFAULT_PROGRAMS } = options;
  const worlds = worldsOf(options, candidate);
  return {
    corpora: [corpus],
    smallOperations: small,
    smallPrograms: options.programs,
    stepSeconds: time,
    smallWorld: WORLD,
    random: { worlds, generated: usesGenerated(options), programs, operations, seed },
    speed:
      speedTime === 0
        ? null
        : { world: speedWorld(worlds, options), seconds: speedTime, maxSlowdown: maxSlowdown ?? null },
    shrinkMs: shrinkTime * 1000,
    ...(json === true ? {} : { onStep: (step) => print(stepLine(step)) }),
    signal,
  };
}

function header(sides: Sides, [candidate, baseline]: readonly [Side, Side], seed: number): string {
  const { policies } = sides.candidate;
  const named = ({ target: { name }, remarks }: Side): string =>
    remarks.length === 0 ? name : `${name} (${remarks.join('; ')})`;
  return [
    `candidate ${named(candidate)}`,
    `baseline  ${named(baseline)}`,
    `held to   ${['the specification', ...policies].join(', ')}${sides.observable === 'exact' ? '; the same answers' : ''}`,
    `seed      ${seed}`,
    '',
    '',
  ].join('\n');
}

/** The candidate and the baseline, as the command line names them, and the seed of the run. */
interface Compared {
  readonly candidate: string;
  readonly baseline: string;
  readonly seed: number;
}

/** The files of what was found: of each way in which the sides differ the run that violates a clause, where there is one. */
class FoundDifferences {
  readonly #files: FoundFiles<Trace>;
  readonly #found = new Map<string, Trace>();

  constructor(folder: string, isJson: boolean) {
    this.#files = foundTraces(folder, isJson);
  }

  /** Saves the run that was found, and says so. */
  readonly note = (finding: Finding): void => {
    const trace = blamed(finding);
    if (trace.violation === undefined) return;
    this.#found.set(`${finding.kind} ${finding.clause}`, trace);
    this.#files.note(trace);
  };

  /** Saves the shrunk run in its place. Returns its path; null where it violates no clause, or was not saved. */
  replace(difference: Difference): string | null {
    const trace = blamed(difference);
    if (trace.violation === undefined) return null;
    return this.#files.replace(this.#found.get(`${difference.kind} ${difference.clause}`) ?? trace, trace);
  }
}

/** A difference is replayed where it was saved and its target can be loaded again; else the comparison is repeated. */
function nextStep(
  difference: Difference | undefined,
  { candidate, baseline, seed }: Compared,
  path: string | null,
): string {
  const target = difference === undefined ? '' : blamed(difference).target;
  if (path !== null && !target.startsWith('git:')) return commandOnFile('replay', path, target);
  return commandLine('verify', candidate, '--against', baseline, '--seed', String(seed));
}

/** Returns the lines of the differences: the gravest and those that are not saved in full, the others in a line each. */
function differencesText(
  differences: readonly Difference[],
  paths: readonly (string | null)[],
): readonly string[] {
  const full = differences.flatMap((difference, i) => {
    const path = paths[i] ?? null;
    if (i > 0 && path !== null) return [];
    return [...differenceLines(difference), ...(path === null ? [] : [`saved     ${path}`]), ''];
  });
  const short = differences.flatMap((difference, i) => {
    const path = paths[i] ?? null;
    return i > 0 && path !== null ? [differenceLine(difference, path)] : [];
  });
  return [...full, ...short, ...(short.length === 0 ? [] : [''])];
}

async function conclude(
  result: VerifyResult,
  compared: Compared,
  { json, junit, html }: VerifyCommandOptions,
  found: FoundDifferences,
): Promise<void> {
  const { differences, verdict } = result;
  const paths = differences.map((difference) => found.replace(difference));
  const isDone = verdict === 'refines' || verdict === 'interrupted' || verdict === 'not done';
  const next = isDone ? null : nextStep(differences[0], compared, paths[0] ?? null);
  const { candidate, baseline } = compared;
  const saved = differences.map((difference, i) => {
    const path = paths[i] ?? null;
    return { path, next: nextStep(difference, compared, path) };
  });
  const { json: shown, exitCode } = await concludeWith(
    {
      lines: ['', ...differencesText(differences, paths)],
      verdict: [verifyVerdictLine(result), ...(next === null ? [] : [nextLine(next)])],
      json: { candidate, baseline, ...verifyJson(result, saved) },
      exitCode: EXIT_OF[verdict],
    },
    { target: 'candidate or baseline', isJson: json === true },
  );
  if (junit !== undefined) {
    const { verifyJunit } = await import('./junit-verify.ts');
    writeWhole('--junit', junit, verifyJunit(compared, result, shown.outsideCalls));
  }
  if (html !== undefined) {
    const { verificationSections, writeHtml } = await import('./html.ts');
    writeHtml(
      html,
      verificationSections(
        { ...result, verdict: exitCode === EXIT_OF[verdict] ? verdict : 'violated' },
        `${candidate} against ${baseline}`,
      ),
    );
  }
}

async function openBoth(
  candidate: string,
  { against, profile, programTime }: VerifyCommandOptions,
  signal: AbortSignal,
): Promise<readonly [Side, Side]> {
  const options = { signal, profile, programMs: programTime };
  const first = await openSide(candidate, { ...options, other: against });
  try {
    return [first, await openSide(against, { ...options, other: candidate })];
  } catch (error) {
    await first.close();
    throw error;
  }
}

/** Verifies. An error that an interruption causes is not a failure. */
async function run(candidate: string, options: VerifyCommandOptions): Promise<void> {
  const signal = interruption();
  try {
    await runVerification(candidate, options, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    say('interrupted before anything was compared');
    endWith(EXIT.interrupted);
  }
}

async function runVerification(
  candidate: string,
  options: VerifyCommandOptions,
  signal: AbortSignal,
): Promise<void> {
  const seed = options.seed ?? anySeed();
  const both = await openBoth(candidate, options, signal);
  try {
    const { observable, policy } = options;
    const [first, second] = both;
    const held = policy === undefined ? { observable } : { observable, policies: policy };
    const sides = sidesOf(first.target, second.target, held);
    const asked = optionsOf(options, sides, { seed, signal });
    if (options.json !== true) print(header(sides, both, seed));
    const found = new FoundDifferences(options.corpus, options.json === true);
    const bar = await shrinkBar(options.shrinkTime);
    const result = await verify(sides, { ...asked, onFind: found.note, onShrink: bar.update });
    bar.stop();
    await conclude(result, { candidate, baseline: options.against, seed }, options, found);
  } finally {
    for (const side of both) await side.close();
  }
}

/** Returns the command `frameproof verify`. Its errors are `SpecError`s, thrown. */
export function verifyCommand(): Command {
  return new Command('verify')
    .description('say whether an allocator refines another one, and compare their speed')
    .argument('<candidate>', 'a target, or git:REVISION or git:REVISION:PATH')
    .requiredOption('--against <baseline>', 'the allocator to compare it with, named in the same way')
    .addOption(
      new Option(
        '--observable <what>',
        'spec: any answer that the specification admits; exact: the same answer',
      )
        .choices(OBSERVABLES)
        .default('spec'),
    )
    .addOption(policyOption('policies both are held to', 'those the baseline promises'))
    .addOption(profileOption())
    .addOption(mapsOption())
    .addOption(bitmapMaxAddrOption())
    .addOption(physicalBitsOption())
    .addOption(seedOption())
    .option(
      '--programs <n>',
      `random programs, and small programs at most (default: ${DEFAULT_PROGRAMS}, and all small ones)`,
      wholeNumber('--programs', 0),
    )
    .addOption(timeOption('time for each of the four searching steps, at most').default(DEFAULT_STEP_SECONDS))
    .addOption(operationsOption(DEFAULT_OPERATIONS))
    .option(
      '--small <n>',
      'run all programs of at most this many operations on small maps',
      wholeNumber('--small', 0),
      DEFAULT_SMALL,
    )
    .addOption(programTimeOption())
    .addOption(shrinkTimeOption())
    .option(
      '--speed-time <seconds>',
      'time for measuring speed, 0 to leave it out',
      wholeNumber('--speed-time', 0),
      DEFAULT_SPEED_SECONDS,
    )
    .option(
      '--max-slowdown <ratio>',
      "the candidate's time as a multiple of the baseline's, at most (default: no limit)",
      positive('--max-slowdown'),
    )
    .addOption(corpusOption())
    .addOption(junitOption())
    .addOption(htmlOption())
    .addOption(verboseOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        'npx frameproof verify my-pmm.ts --against git:HEAD~1',
        'npx frameproof verify ./my-pmm --against ./my-old-pmm --max-slowdown 1.1',
      ),
    )
    .action(run);
}

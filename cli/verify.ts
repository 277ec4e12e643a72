/** `frameproof verify`: does one allocator refine another? Each step leaves a line of evidence, and the last line is the verdict. */
import { Command, Option } from 'commander';
import { DEFAULT_OPERATIONS } from '../properties/random/index.ts';
import {
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
import { DEFAULT_BITMAP_MAX_ADDR, type Policy, type Profile, toHex } from '../spec/index.ts';
import { anySeed, GENERATED, type MapOptions, speedWorld, usesGenerated, worldsOf } from './check-setup.ts';
import { budgetOption } from './counterexample.ts';
import { EXIT } from './exit-codes.ts';
import { errorLine } from './failure.ts';
import { verifyJunit } from './junit-verify.ts';
import {
  pageAddress,
  policyList,
  positive,
  profileOption,
  programMsOption,
  repeated,
  wholeNumber,
} from './options.ts';
import { writeWhole } from './output-file.ts';
import { differenceLines, stepLine, verifyJson, verifyVerdictLine } from './verify-report.ts';

interface VerifyCommandOptions extends MapOptions {
  readonly against: string;
  readonly observable: Observable;
  readonly policy?: readonly Policy[];
  readonly profile?: Profile;
  readonly programMs?: number;
  readonly programs: number;
  readonly operations: number;
  readonly small: number;
  readonly seed?: number;
  readonly speedTime: number;
  readonly maxSlowdown?: number;
  readonly corpus: string;
  readonly budget: number;
  readonly junit?: string;
  readonly json?: boolean;
}

const DEFAULT_PROGRAMS = 1000;
const DEFAULT_SMALL = 2;
/** Page frames of the two zones on which every call sequence is run: some seconds a side. */
const WORLD = { stack: 3, bitmap: 3 };
const DEFAULT_SPEED_SECONDS = 3;

const EXIT_OF = {
  refines: EXIT.holds,
  differs: EXIT.broken,
  slower: EXIT.broken,
  interrupted: EXIT.interrupted,
} as const;

function optionsOf(
  options: VerifyCommandOptions,
  { candidate }: Sides,
  { seed, signal }: { readonly seed: number; readonly signal: AbortSignal },
): VerifyOptions {
  const { programs, operations, small, speedTime, maxSlowdown, corpus, budget, json } = options;
  const worlds = worldsOf(options, candidate);
  return {
    corpora: [corpus],
    smallOperations: small,
    smallWorld: WORLD,
    random: { worlds, generated: usesGenerated(options), programs, operations, seed },
    speed:
      speedTime === 0
        ? null
        : { world: speedWorld(worlds, options), seconds: speedTime, maxSlowdown: maxSlowdown ?? null },
    shrinkMs: budget * 1000,
    ...(json === true ? {} : { onStep: (step) => process.stdout.write(stepLine(step)) }),
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

function conclude(
  result: VerifyResult,
  names: { readonly candidate: string; readonly baseline: string },
  { json, junit }: VerifyCommandOptions,
): void {
  if (junit !== undefined) writeWhole('--junit', junit, verifyJunit(names, result));
  const shown = result.difference === null ? '' : `\n${differenceLines(result.difference).join('\n')}\n`;
  process.stdout.write(
    json === true
      ? `${JSON.stringify({ ...names, ...verifyJson(result) }, null, 1)}\n`
      : `${shown}\n${verifyVerdictLine(result)}`,
  );
  process.exitCode = EXIT_OF[result.verdict];
}

/** Ctrl-C asks for what was found so far; a second one, and a request to end, end the process, and leave nothing behind. */
function interruption(): AbortSignal {
  const interrupt = new AbortController();
  process.once('SIGINT', () => {
    interrupt.abort();
    process.once('SIGINT', () => process.exit(EXIT.interrupted));
  });
  process.once('SIGTERM', () => process.exit(EXIT.interrupted));
  return interrupt.signal;
}

async function openBoth(
  candidate: string,
  { against, profile, programMs }: VerifyCommandOptions,
  signal: AbortSignal,
): Promise<readonly [Side, Side]> {
  const options = { signal, profile, programMs };
  const first = await openSide(candidate, options);
  try {
    return [first, await openSide(against, options)];
  } catch (error) {
    await first.close();
    throw error;
  }
}

/** What fails because it was interrupted is no failure. */
async function run(candidate: string, options: VerifyCommandOptions): Promise<void> {
  const signal = interruption();
  try {
    await verified(candidate, options, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    process.stderr.write(errorLine('interrupted before anything was compared'));
    process.exitCode = EXIT.interrupted;
  }
}

async function verified(
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
    if (options.json !== true) process.stdout.write(header(sides, both, seed));
    conclude(await verify(sides, asked), { candidate, baseline: options.against }, options);
  } finally {
    for (const side of both) await side.close();
  }
}

/** Returns the command `frameproof verify`. Its errors are `SpecError`s, thrown. */
export function verifyCommand(): Command {
  return new Command('verify')
    .description('say whether an allocator refines another one, and how fast it is beside it')
    .argument('<candidate>', `a target, or git:REVISION or git:REVISION:PATH`)
    .requiredOption('--against <baseline>', 'what it is compared with, named in the same way')
    .addOption(
      new Option(
        '--observable <what>',
        'spec: any answer that the specification admits; exact: the same answer',
      )
        .choices(OBSERVABLES)
        .default('spec'),
    )
    .option(
      '--policy <list>',
      'what both are held to: lifo,first-fit or none (default: what the baseline promises)',
      policyList,
    )
    .addOption(profileOption())
    .addOption(programMsOption())
    .option('--programs <n>', 'random programs', wholeNumber('--programs', 0), DEFAULT_PROGRAMS)
    .option(
      '--operations <n>',
      'operations in a random program, at most',
      wholeNumber('--operations', 1),
      DEFAULT_OPERATIONS,
    )
    .option(
      '--small <n>',
      'run all programs of so many operations, at most, on small maps',
      wholeNumber('--small', 0),
      DEFAULT_SMALL,
    )
    .option(
      '--map <path>',
      `memory map for random programs and speed, instead of generated ones and this machine's; may be repeated; "${GENERATED}" for those`,
      repeated,
    )
    .addOption(
      new Option('--bitmap-max-addr <address>', 'end of the bitmap zone on maps that are not generated')
        .argParser(pageAddress('--bitmap-max-addr'))
        .default(DEFAULT_BITMAP_MAX_ADDR, toHex(DEFAULT_BITMAP_MAX_ADDR)),
    )
    .option(
      '--seed <n>',
      'repeat the run of this seed (default: another one each time)',
      wholeNumber('--seed', 0),
    )
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
    .addOption(budgetOption())
    .option('--corpus <folder>', 'folder of counterexamples: run first', 'counterexamples')
    .option('--junit <file>', 'write the result as JUnit XML')
    .option('--json', 'print the result as JSON')
    .action(run);
}

/**
 * A counterexample as a command leaves it: shrunk, saved, and shown. Commands that find one share this, so that it reads
 * the same wherever it comes from.
 */
import { Option } from 'commander';
import { type Flaky, type ShrinkResult, shrink } from '../counterexamples/shrink/index.ts';
import { formatCounterexample, saveTrace } from '../counterexamples/trace/index.ts';
import { type Certificate, certify } from '../properties/explore/index.ts';
import type { Shrinking } from '../properties/random/index.ts';
import type { Target } from '../runner/index.ts';
import type { ClauseName, Trace } from '../spec/index.ts';
import { errorLine } from './failure.ts';
import { wholeNumber } from './options.ts';

interface SaveOptions {
  readonly saveTo: string;
  /** How the command calls that folder. */
  readonly flag?: string;
}

interface ShrinkingOptions {
  /** Seconds for shrinking; 0 to leave it as it was found. */
  readonly budget: number;
  /** How fast-check shrank it, where it did. */
  readonly byFastCheck?: Shrinking | null;
}

type KeepOptions = SaveOptions & ShrinkingOptions;

/** A counterexample, how it was shrunk, and where it was saved. */
export interface KeptCounterexample {
  readonly trace: Trace;
  /** Operations in the program that was found. */
  readonly foundOperations: number;
  /** Null where it was left as it was found. */
  readonly shrinking: ShrinkResult | null;
  /** Both runs, where the target answered one program in two ways. */
  readonly flaky: Flaky | null;
  /** The clause that fast-check's shrinking ended at, where it is another one. */
  readonly slippedTo: ClauseName | null;
  /** Null where it could not be saved. */
  readonly path: string | null;
  /** Whether it is as short as any on its world, where that was asked. */
  readonly certificate?: Certificate | null;
  /** How the command calls the time for shrinking, where that is not `--budget`. */
  readonly budgetFlag?: string | undefined;
}

const DEFAULT_BUDGET_SECONDS = 10;

/** The option that bounds the shrinking. */
export function budgetOption(): Option {
  return new Option('--budget <seconds>', 'time for shrinking a counterexample, 0 to leave it as found')
    .argParser(wholeNumber('--budget', 0))
    .default(DEFAULT_BUDGET_SECONDS);
}

/** Returns where the counterexample was saved, or null where it could not be: it is printed all the same. */
function save(saveTo: string, flag: string, trace: Trace): string | null {
  try {
    return saveTrace(saveTo, trace);
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const found = `found ${JSON.stringify(saveTo)}: ${reason}`;
    process.stderr.write(errorLine(`${flag}: expected a folder that can be written to, ${found}`));
    return null;
  }
}

/** Both runs of a target that is flaky. Where a counterexample of a moment ago holds now, it is that, too. */
function flakyRuns(found: Trace, shrinking: ShrinkResult | null): Flaky | null {
  if (shrinking?.verdict === 'holds') return { first: found, second: shrinking.trace };
  return shrinking?.flaky ?? null;
}

function slippedTo(shrinking: Shrinking | null): ClauseName | null {
  const [from, to] = [shrinking?.from.violation?.clause, shrinking?.to.violation?.clause];
  return to === undefined || to === from ? null : to;
}

/** Shrinks a counterexample within a budget of seconds, and leaves it unsaved. */
export function shrunkCounterexample(
  target: Target,
  found: Trace,
  { budget, byFastCheck = null }: ShrinkingOptions,
): KeptCounterexample {
  const shrinking = budget === 0 ? null : shrink(target, found, { ms: budget * 1000 });
  const flaky = flakyRuns(found, shrinking);
  const trace = flaky?.first ?? shrinking?.trace ?? found;
  const foundOperations = found.scenario.operations.length;
  return { trace, foundOperations, shrinking, flaky, slippedTo: slippedTo(byFastCheck), path: null };
}

/** Shrinks a counterexample within the budget, and saves it. */
export function keepCounterexample(target: Target, found: Trace, options: KeepOptions): KeptCounterexample {
  return savedCounterexample(shrunkCounterexample(target, found, options), options);
}

/** Saves a counterexample. */
export function savedCounterexample(
  kept: Omit<KeptCounterexample, 'path'>,
  { saveTo, flag = '--save-to' }: SaveOptions,
): KeptCounterexample {
  return { ...kept, path: save(saveTo, flag, kept.trace) };
}

/** Returns a word as a shell takes it. */
function shellWord(word: string): string {
  return /^[\w./+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function howShrunk({
  trace,
  foundOperations,
  shrinking,
  slippedTo,
  budgetFlag = '--budget',
}: KeptCounterexample): readonly string[] {
  if (shrinking === null) return [];
  const { executions, seconds, exhausted, otherClauses } = shrinking;
  const now = trace.scenario.operations.length;
  const spent = `${executions.toLocaleString('en-US')} executions, ${seconds.toFixed(1)} s`;
  const lines = [`from ${foundOperations} operations to ${now} (${spent})`];
  if (exhausted)
    lines.push(`the budget ended first: a simpler program may exist, give it more with ${budgetFlag}`);
  if (otherClauses.length > 0)
    lines.push(`simpler programs break other clauses: ${otherClauses.map((o) => o.clause).join(', ')}`);
  if (slippedTo !== null)
    lines.push(`fast-check's shrinking went on to ${slippedTo}; this is the clause found first`);
  return lines.map((line, i) => `${i === 0 ? 'shrunk   ' : '          '}${line}`);
}

function flakyLines({ flaky }: KeptCounterexample): readonly string[] {
  if (flaky === null) return [];
  return [
    'flaky     the target answered the same program in two ways; the other run:',
    ...formatCounterexample(flaky.second),
  ];
}

/** Returns a counterexample with its certificate, for which as much time is taken as for shrinking it, at most. */
export async function certified(
  target: Target,
  kept: KeptCounterexample,
  seconds: number,
): Promise<KeptCounterexample> {
  if (seconds === 0 || kept.flaky !== null) return kept;
  return { ...kept, certificate: await certify(target, kept.trace, { ms: seconds * 1000 }) };
}

function allShorter({ programs, operations }: Extract<Certificate, { readonly kind: 'shortest' }>): string {
  if (programs === 0n) return 'it has no operations';
  const held =
    programs === 1n
      ? 'the empty program holds'
      : `all ${programs.toLocaleString('en-US')} shorter programs hold`;
  return `${held} (of ${operations} operations on this memory map)`;
}

function certificateLines({ certificate = null }: KeptCounterexample): readonly string[] {
  if (certificate === null) return [];
  switch (certificate.kind) {
    case 'shortest':
      return [`certified shortest possible: ${allShorter(certificate)}`];
    case 'shorter': {
      const { scenario, violation } = certificate.trace;
      return [
        `certified no: a program of ${scenario.operations.length} operations breaks ${violation?.clause} on this memory map`,
      ];
    }
    default:
      return [`certified no, it is open whether a shorter program does: ${certificate.why}`];
  }
}

/** Returns the text that shows a counterexample, where it was saved and how to replay it. */
export function counterexampleText(kept: KeptCounterexample): string {
  const { trace, path } = kept;
  const saved =
    path === null ? [] : [`saved     ${path}`, `replay    npx frameproof replay ${shellWord(path)}`];
  const how = [...howShrunk(kept), ...certificateLines(kept), ...flakyLines(kept)];
  return `\n${[...formatCounterexample(trace), ...how, ...saved].join('\n')}\n`;
}

/** Returns what `--json` says of a counterexample. */
export function counterexampleJson(kept: KeptCounterexample): object {
  const { trace, foundOperations, flaky, path } = kept;
  const operations = trace.scenario.operations.length;
  const { target, violation } = trace;
  const certificate = certificateJson(kept);
  return {
    ...violation,
    target,
    operations,
    foundOperations,
    flaky: flaky !== null,
    file: path,
    ...certificate,
  };
}

function certificateJson({ certificate = null }: KeptCounterexample): object {
  if (certificate === null) return {};
  const shorter = certificate.kind === 'shortest' ? { shorterPrograms: String(certificate.programs) } : {};
  return { certified: certificate.kind === 'shortest', ...shorter };
}

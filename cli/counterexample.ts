/**
 * A counterexample as a command leaves it: reduced, saved, and shown. Commands that find one share this, so that it reads
 * the same wherever it comes from.
 */
import { Option } from 'commander';
import {
  formatCounterexample,
  type ReduceResult,
  reduce,
  saveTrace,
  type Target,
} from '../properties/index.ts';
import type { Trace } from '../spec/index.ts';
import { errorLine } from './failure.ts';
import { wholeNumber } from './options.ts';

interface SaveOptions {
  readonly saveTo: string;
  /** How the command calls that folder. */
  readonly flag?: string;
}

interface KeepOptions extends SaveOptions {
  /** Seconds for reducing; 0 to leave it as it was found. */
  readonly budget: number;
}

/** A counterexample, how it was reduced, and where it was saved. */
export interface KeptCounterexample {
  readonly trace: Trace;
  /** Operations in the program that was found. */
  readonly foundOperations: number;
  /** Null where it was left as it was found. */
  readonly reduction: ReduceResult | null;
  /** Null where it could not be saved. */
  readonly path: string | null;
}

const DEFAULT_BUDGET_SECONDS = 10;

/** The option that bounds the reduction. */
export function budgetOption(): Option {
  return new Option('--budget <seconds>', 'time for reducing a counterexample, 0 to leave it as found')
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

/** Reduces a counterexample within a budget of seconds, and leaves it unsaved. */
export function reducedCounterexample(target: Target, found: Trace, budget: number): KeptCounterexample {
  const reduction = budget === 0 ? null : reduce(target, found, { ms: budget * 1000 });
  const trace = reduction?.trace ?? found;
  return { trace, foundOperations: found.scenario.operations.length, reduction, path: null };
}

/** Reduces a counterexample within the budget, and saves it. */
export function keepCounterexample(target: Target, found: Trace, options: KeepOptions): KeptCounterexample {
  return savedCounterexample(reducedCounterexample(target, found, options.budget), options);
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

function howReduced({ trace, foundOperations, reduction }: KeptCounterexample): readonly string[] {
  if (reduction === null) return [];
  const { executions, ms, exhausted, otherClauses, verdict } = reduction;
  const now = trace.scenario.operations.length;
  const spent = `${executions.toLocaleString('en-US')} executions, ${(ms / 1000).toFixed(1)} s`;
  const lines = [`from ${foundOperations} operations to ${now} (${spent})`];
  if (verdict === 'flaky') lines.push('the target is flaky: it answered the same program in two ways');
  if (exhausted)
    lines.push('the budget ended first: a simpler program may exist, give it more with --budget');
  if (otherClauses.length > 0)
    lines.push(`simpler programs break other clauses: ${otherClauses.map((o) => o.clause).join(', ')}`);
  return lines.map((line, i) => `${i === 0 ? 'reduced   ' : '          '}${line}`);
}

/** Returns the text that shows a counterexample, where it was saved and how to replay it. */
export function counterexampleText(kept: KeptCounterexample): string {
  const { trace, path } = kept;
  const saved =
    path === null ? [] : [`saved     ${path}`, `replay    npx frameproof replay ${shellWord(path)}`];
  return `\n${[...formatCounterexample(trace), ...howReduced(kept), ...saved].join('\n')}\n`;
}

/** Returns what `--json` says of a counterexample. */
export function counterexampleJson({ trace, foundOperations, reduction, path }: KeptCounterexample): object {
  const operations = trace.scenario.operations.length;
  const flaky = reduction?.verdict === 'flaky';
  return { ...trace.violation, target: trace.target, operations, foundOperations, flaky, file: path };
}

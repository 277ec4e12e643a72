/**
 * Settling: which counterexample is reported, the one that was found or what it was shrunk to. Both run again, for a target may answer one
 * program in two ways.
 */
import { isDeepStrictEqual } from 'node:util';
import { runAnew } from '../../runner/anew/index.ts';
import { execute, isTimeOut, ofUnknownTime, type Target } from '../../runner/index.ts';
import type { Trace } from '../../spec/index.ts';
import { formatResponse } from '../text/index.ts';
import type { Flaky, ShrinkResult } from './shrink.ts';

/** The counterexample to report. */
export interface Settled {
  readonly trace: Trace;
  /** Both runs, where the target answered one program in two ways. */
  readonly flaky: Flaky | null;
}

/** A counterexample that was found, and what became of it. */
export interface Shrunk {
  readonly found: Trace;
  /** Null where it was left as it was found. */
  readonly shrinking: ShrinkResult | null;
}

interface SettleOptions {
  /** Whether programs run in their module loaded anew, too. */
  readonly isAnew: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Both runs of a target that is flaky, the one that violates a clause first. A counterexample of a moment ago that holds now shows that, too. */
function flakyRuns({ found, shrinking }: Shrunk): Flaky | null {
  if (shrinking?.verdict === 'holds') return { first: found, second: shrinking.trace };
  const flaky = shrinking?.flaky ?? null;
  return flaky === null || flaky.first.violation !== undefined
    ? flaky
    : { first: found, second: flaky.first };
}

/**
 * Runs a counterexample as `replay` does: on a target of which nothing is known, and in a module that no program has run in. Returns both
 * runs where they differ.
 */
async function unreproduced(
  target: Target,
  first: Trace,
  { isAnew, signal }: SettleOptions,
): Promise<Flaky | null> {
  // After an interruption there is not the time for another run.
  if (signal?.aborted === true) return null;
  const differing = (second: Trace | null): Flaky | null =>
    second === null || second.violation?.clause === first.violation?.clause ? null : { first, second };
  // Shrinking takes for endless what is not over in a tenth of the limit.
  const again = execute(ofUnknownTime(target), first.scenario);
  const doubt = differing(again.trace());
  // To see once more that it does not return takes many times its limit.
  if (doubt !== null || !isAnew || again.isUnanswered) return doubt;
  return differing(await runAnew(target, first.scenario, signal));
}

/** Returns the counterexample to report: the shrunk one, unless only the one that was found occurs again. */
export async function settled(target: Target, shrunk: Shrunk, options: SettleOptions): Promise<Settled> {
  const { found, shrinking } = shrunk;
  const runs = flakyRuns(shrunk);
  // A run that ends within a tenth of the limit at one time and not at another one does return.
  const isEnded = runs !== null && runs.first !== found && isTimeOut(runs.first);
  if (runs !== null && !isEnded) return { trace: runs.first, flaky: runs };
  const trace = !isEnded && shrinking?.verdict === 'shrunk' ? shrinking.trace : found;
  const doubt = await unreproduced(target, trace, options);
  if (doubt === null || trace === found) return { trace, flaky: doubt };
  return { trace: found, flaky: await unreproduced(target, found, options) };
}

/** Whether a second run of the program violated the same clause. */
export function isReproduced({ trace, flaky }: Settled): boolean {
  return flaky === null || flaky.second.violation?.clause === trace.violation?.clause;
}

/** Whether what a simpler program did depended on the programs before it, so that the one that was found is reported. */
export function sharesState({ trace, flaky, found, shrinking }: Settled & Shrunk): boolean {
  return flaky === null && trace === found && shrinking?.verdict === 'shrunk' && shrinking.trace !== found;
}

/** Returns where the other run of a program was answered differently, in one line. */
export function otherRun({ first, second }: Flaky): string {
  const place = second.responses.findIndex((response, i) => !isDeepStrictEqual(response, first.responses[i]));
  if (place < 0) return 'the other run had the same answers';
  const where = place === 0 ? 'init' : `operation ${place}`;
  const [one, other] = [first, second].map(({ responses, scenario }) => {
    const response = responses[place];
    return response === undefined ? 'none' : formatResponse(scenario.config, response);
  });
  return one === other
    ? `in the other run, errno, amounts, warnings or writes were different after ${where}`
    : `in the other run, ${where} was answered: ${other}`;
}

const SHARED =
  'its managers may share state, such as a variable of the module, or time or chance decides its answers';

/** Returns the lines that say how far a counterexample can be relied on: none where it and simpler ones fail each time. */
export function doubtLines(found: Settled & Shrunk): readonly string[] {
  if (sharesState(found)) return ['simpler programs did not fail again', SHARED];
  if (found.flaky === null) return [];
  const doubt = 'not reproduced: the same program did not violate the clause when it ran again';
  return [...(isReproduced(found) ? [] : [doubt]), otherRun(found.flaky), SHARED];
}

/** Scenarios from files: a saved trace, or a log of a recorded run, which becomes a program. Either can be run and shrunk. */
import type { BreakableClause, Profile, Scenario } from '../../spec/index.ts';
import { parseJson } from '../../spec/index.ts';
import { judgeLog } from '../log/judge-log.ts';
import { linesOf } from '../log/lines.ts';
import { scenarioOfLog } from '../log/log-program.ts';
import { isLogHeader } from '../log/read-log.ts';
import { readTrace } from '../trace/trace-file.ts';

/**
 * A scenario from a file.
 *
 * @public
 */
export interface ReadScenario {
  readonly kind: 'trace' | 'log';
  readonly scenario: Scenario;
  /** The target it was found on, or null where the file does not say so. */
  readonly target: string | null;
  /** The profile that it was judged by; undefined where the file does not say so. */
  readonly profile?: Profile | undefined;
  /** The clause that it breaks, according to the file. */
  readonly violation?: { readonly clause: BreakableClause };
  readonly note?: string;
}

/** Whether the file's first line is the header of a log. The first line of a trace is not a whole JSON value. */
async function isLog(path: string): Promise<boolean> {
  for await (const [first] of linesOf(path)) {
    if (first === undefined) continue;
    try {
      return isLogHeader(parseJson(first.text, path));
    } catch {
      return false;
    }
  }
  return false;
}

/** A log is read up to the line that the specification does not admit: nothing after it matters. */
async function readLogScenario(path: string, given: Profile | undefined): Promise<ReadScenario> {
  const { violation, header } = await judgeLog(path, { profile: given });
  const scenario = await scenarioOfLog(path, violation?.line);
  const broken = violation === null ? {} : { violation: { clause: violation.clause } };
  const { policies, profile } = header;
  return { kind: 'log', scenario: { ...scenario, policies }, target: null, profile, ...broken };
}

/**
 * Reads a trace or a log. A log is judged by its own claims, or by a given profile.
 *
 * @throws SpecError where the file is neither, or a line of it is wrong.
 * @throws OutdatedTraceError where it is of another version.
 * @public
 */
export async function readScenario(path: string, given?: Profile): Promise<ReadScenario> {
  return (await isLog(path)) ? readLogScenario(path, given) : { kind: 'trace', ...readTrace(path) };
}

/** Scenarios from files: a saved trace, or a log of a recorded run, which becomes a program. Either can be run and shrunk. */
import type { BreakableClause, Profile, Scenario } from '../../spec/index.ts';
import { FALLBACK_MAP, parseJson } from '../../spec/index.ts';
import { compactLinesIn } from '../log/console/index.ts';
import { judgeLog } from '../log/judge-log.ts';
import { linesOf } from '../log/lines.ts';
import { scenarioOfLog } from '../log/program/index.ts';
import { isLogHeader, type ReadLogOptions } from '../log/read-log.ts';
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

/** Whether a file is a log: its first line is the header of one in JSON, or a console printed it. The first line of a trace is not a whole JSON value. */
async function isLog(path: string): Promise<boolean> {
  let isFirst = true;
  let found = false;
  for await (const lines of linesOf(path))
    for (const { text } of lines) {
      if (isFirst && text.trim() === '') continue;
      if (isFirst && text.trimStart().startsWith('{')) return isHeader(text, path);
      isFirst = false;
      compactLinesIn(text, () => {
        found = true;
        return false;
      });
      if (found) return true;
    }
  return false;
}

function isHeader(text: string, path: string): boolean {
  try {
    return isLogHeader(parseJson(text, path));
  } catch {
    return false;
  }
}

/** A log is read up to the line that the specification does not admit: nothing after it matters. */
async function readLogScenario(
  path: string,
  profileGiven: Profile | undefined,
  options: ReadLogOptions,
): Promise<ReadScenario> {
  const { violation, header } = await judgeLog(path, { ...options, profile: profileGiven });
  const scenario = await scenarioOfLog(path, violation?.line, options);
  // A log that starts in the middle may have no map.
  const map = scenario.map.descriptors.length === 0 ? FALLBACK_MAP : scenario.map;
  const broken = violation === null ? {} : { violation: { clause: violation.clause } };
  const { policies, profile } = header;
  return { kind: 'log', scenario: { ...scenario, map, policies }, target: null, profile, ...broken };
}

/**
 * Reads a trace or a log. A log is judged by its own claims, or by a given profile.
 *
 * @throws SpecError where the file is neither, or a line of it is wrong.
 * @throws OutdatedTraceError where it is of another version.
 * @public
 */
export async function readScenario(
  path: string,
  given?: Profile,
  options: ReadLogOptions = {},
): Promise<ReadScenario> {
  return (await isLog(path)) ? readLogScenario(path, given, options) : { kind: 'trace', ...readTrace(path) };
}

/** What can be shrunk: a saved trace, or a log of a recorded run, which becomes a program. */
import type { ClauseName, Policy, Scenario } from '../../spec/index.ts';
import { parseJson } from '../../spec/index.ts';
import { judgeLog } from '../log/judge-log.ts';
import { linesOf } from '../log/lines.ts';
import { scenarioOfLog } from '../log/log-program.ts';
import { isLogHeader } from '../log/read-log.ts';
import { readTrace } from '../trace/trace-file.ts';

/** A scenario from a file. */
export interface ReadScenario {
  readonly kind: 'trace' | 'log';
  readonly scenario: Scenario;
  /** The target it was found on, where the file says so. */
  readonly target: string | null;
  /** The clause that the file breaks by itself, or null. */
  readonly clause: ClauseName | null;
  readonly note: string | null;
}

/** Whether the file's first line is the header of a log. A trace is one JSON value, which its first line alone is not. */
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

/** A log is taken up to where the specification does not admit it, since what follows is of no use. */
async function readLogScenario(path: string): Promise<ReadScenario> {
  const { violation } = await judgeLog(path);
  const scenario = await scenarioOfLog(path, violation?.line);
  return { kind: 'log', scenario, target: null, clause: violation?.clause ?? null, note: null };
}

/** Reads a trace or a log. Throws as their readers do. */
export async function readScenario(path: string): Promise<ReadScenario> {
  if (await isLog(path)) return readLogScenario(path);
  const { scenario, target, violation, note } = readTrace(path);
  return { kind: 'trace', scenario, target, clause: violation?.clause ?? null, note: note ?? null };
}

/** Returns the scenario held to those policies alone that a target promises. */
export function heldTo(scenario: Scenario, policies: readonly Policy[]): Scenario {
  return { ...scenario, policies: scenario.policies.filter((policy) => policies.includes(policy)) };
}

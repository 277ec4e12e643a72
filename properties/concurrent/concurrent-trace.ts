/**
 * Concurrent traces: a run that broke a clause, as a file: the scenario, the schedule and the violation. Like other traces it
 * does not say how the run was found, and is judged again when it is replayed.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import * as t from 'io-ts';
import { makeFolder, writeFile } from '../../spec/files/index.ts';
import {
  CLAUSE_NAMES,
  ClauseName,
  closed,
  decode,
  Natural,
  OutdatedTraceError,
  SpecError,
  shortened,
} from '../../spec/index.ts';
import { refuseBeyond } from './askable-scenario.ts';
import { type FoundRun, tryRun } from './sample-schedules.ts';
import { beyondLimits, ConcurrentScenario, Schedule } from './scenario.ts';
import { runnerOf } from './scenario-runner.ts';
import { following } from './schedulers.ts';
import { POINTS, type Points } from './stepping.ts';
import type { ConcurrentTarget } from './target.ts';

const PointsCodec = t.keyof(
  Object.fromEntries(POINTS.map((name) => [name, null])) as Record<Points, null>,
  POINTS.join(' or '),
);

/**
 * A scenario, a schedule, and the clause that the run breaks. Codec and type.
 * @public
 */
export const ConcurrentTrace = t.readonly(
  closed(
    t.intersection(
      [
        t.type({
          format: t.literal('frameproof/concurrent-trace'),
          version: t.literal(1),
          target: t.string,
          scenario: ConcurrentScenario,
          /** The steps between which the schedule may switch callers. */
          points: PointsCodec,
          schedule: Schedule,
          violation: t.readonly(closed(t.type({ clause: ClauseName, explanation: t.string }))),
        }),
        t.partial({
          /** The seed of the places at which threads paused, of a run that no schedule led to. */
          yields: Natural,
        }),
      ],
      'a concurrent trace',
    ),
  ),
);
export type ConcurrentTrace = t.TypeOf<typeof ConcurrentTrace>;

/**
 * Returns the trace of a run that broke a clause on a target.
 * @public
 */
export function concurrentTraceOf(
  target: Pick<ConcurrentTarget, 'name'>,
  { scenario, points, schedule, yields, violation }: FoundRun,
): ConcurrentTrace {
  return {
    format: 'frameproof/concurrent-trace',
    version: 1,
    target: target.name,
    scenario,
    points,
    schedule,
    ...(yields === undefined ? {} : { yields }),
    violation: { clause: violation.clause, explanation: violation.explanation },
  };
}

/**
 * Runs a trace again on a target. Returns the run with its violation, or null if it holds. Throws `SpecError` where the profile of the target
 * does not cover it.
 * @public
 */
export function replayConcurrent(
  target: ConcurrentTarget,
  { scenario, points, schedule }: ConcurrentTrace,
): FoundRun | null {
  if (target.profile !== undefined) refuseBeyond(target.name, target.profile, scenario);
  const [, found] = tryRun(runnerOf(target, scenario), points, following(schedule));
  return found;
}

const DIGEST_CHARACTERS = 10;

/**
 * Saves a trace in a folder and returns its path. Creates the folder if it is missing.
 * @public
 */
export function saveConcurrentTrace(folder: string, trace: ConcurrentTrace): string {
  const encoded = ConcurrentTrace.encode(trace);
  const digest = createHash('sha256').update(JSON.stringify(encoded)).digest('hex');
  const path = join(folder, `${trace.violation.clause}-${digest.slice(0, DIGEST_CHARACTERS)}.json`);
  makeFolder(folder);
  writeFile(path, `${JSON.stringify(encoded, null, 1)}\n`);
  return path;
}

/**
 * Whether the data of a file calls itself a concurrent trace, of any version.
 * @internal
 */
export function isConcurrentTrace(data: unknown): boolean {
  return fieldOf(data, 'format') === 'frameproof/concurrent-trace';
}

/**
 * Returns the trace that data holds. Throws `SpecError` if it is malformed, `OutdatedTraceError` if it has another version or
 * names an unknown clause.
 * @public
 */
export function decodeConcurrentTrace(data: unknown, source: string): ConcurrentTrace {
  const version = fieldOf(data, 'version');
  if (typeof version === 'number' && version !== 1)
    throw new OutdatedTraceError(`${source}: format version ${version}, and this program reads version 1`);
  const clause = fieldOf(fieldOf(data, 'violation'), 'clause');
  if (typeof clause === 'string' && !CLAUSE_NAMES.some((name) => name === clause))
    throw new OutdatedTraceError(`${source}: clause ${shortened(clause)} is not of this specification`);
  const trace = decode(ConcurrentTrace, data, source);
  const beyond = beyondLimits(trace.scenario, trace.yields === undefined);
  if (beyond !== null) throw new SpecError(`${source}: ${beyond}`);
  return trace;
}

function fieldOf(data: unknown, key: string): unknown {
  return typeof data === 'object' && data !== null ? Reflect.get(data, key) : undefined;
}

/** Recording: a workload on a target, written as a log while it runs. Nothing is judged here; `frameproof judge` judges the log. */

import { entryLine, headerLine, initLine, type LogHeader } from '../../counterexamples/log/index.ts';
import { suspectRealm, type Target } from '../../runner/index.ts';
import { runWorkload } from './workload.ts';

/**
 * A recording: the target, its memory, and the workload.
 * @public
 */
export interface RecordOptions extends LogHeader {
  readonly target: Target;
  readonly operations: number;
  readonly seed: number;
  /** Number of calls before the first one that just fits, must be refused or must panic; null for no such calls. */
  readonly provokesFrom: number | null;
}

/**
 * Yields the lines of a log, without line breaks, as the target answers. O(1) memory, plus the target's.
 * @public
 */
export function* recordLog(options: RecordOptions): Generator<string, void> {
  const { target, map, config, policies, profile, operations, seed, provokesFrom } = options;
  const trust = suspectRealm(target.factory ?? target);
  try {
    const performer = target.start({ map, config }).performer();
    yield headerLine({ map, config, policies, profile });
    yield initLine(performer.started);
    const workload = { map, config, seed, provokesFrom, profile };
    for (const entry of runWorkload(performer, workload, operations)) yield entryLine(entry);
  } finally {
    trust();
  }
}

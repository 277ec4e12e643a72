/**
 * Recording: a workload on a target, written down as a log while it runs. Nothing is judged: that is what the log is for.
 */
import { Session } from '../session.ts';
import type { LocalTarget } from '../target.ts';
import { entryLine, headerLine, initLine, type LogHeader } from './log-format.ts';
import { Workload } from './workload.ts';

export interface RecordOptions extends LogHeader {
  readonly target: LocalTarget;
  readonly operations: number;
  readonly seed: number;
  /** Calls before the first one that just fits, must be refused or must panic; null for none of these. */
  readonly provokesFrom: number | null;
}

/** Yields the lines of a log, without their line breaks, as the target answers. O(1) memory besides the target's. */
export function* recordLog(options: RecordOptions): Generator<string, void> {
  const { target, map, config, policies, operations, seed, provokesFrom } = options;
  const session = new Session(target, map, config);
  const workload = new Workload({ map, config, seed, provokesFrom });
  yield headerLine({ map, config, policies });
  yield initLine(session.started);
  // As many page frames as are free in both zones are at least those of the stack zone.
  let free = session.started.amounts?.free ?? 0;
  for (let i = 0; i < operations; i += 1) {
    const operation = workload.next();
    const response = session.perform(operation, free);
    free = response.amounts?.free ?? free;
    workload.note(operation, response);
    yield entryLine({ operation, response });
  }
}

/** Trials: damaged logs of correct runs, judged. A violation in one is a false alarm. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type JudgedLog, judgeLog } from '../../counterexamples/log/index.ts';
import { isSpecError } from '../../spec/index.ts';
import { boot, damagedLog } from './damage.ts';

export interface Trials {
  readonly judged: number;
  readonly lost: number;
  readonly undecided: number;
  /** The false alarms, in words. */
  readonly wrong: readonly string[];
}

/** Returns the result of judging a text. */
export async function judged(text: string): Promise<JudgedLog> {
  const folder = mkdtempSync(join(tmpdir(), 'frameproof-damage-'));
  try {
    writeFileSync(join(folder, 'console.log'), text);
    return await judgeLog(join(folder, 'console.log'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Damages logs of `calls` calls, and judges them. */
export async function trials(options: {
  readonly trials: number;
  readonly calls: number;
  readonly seed: number;
}): Promise<Trials> {
  const boots = [1, 2, 3, 4].map((seed) => boot(options.calls, seed));
  const wrong: string[] = [];
  let [calls, lost, undecided] = [0, 0, 0];
  for (let k = 0; k < options.trials; k += 1) {
    const seed = options.seed * 1_000_000 + k;
    try {
      const log = await judged(damagedLog(boots, seed));
      calls += log.operations;
      lost += log.delivery?.lost ?? 0;
      for (const count of Object.values(log.undecided)) undecided += count;
      if (log.verdict !== 'admitted')
        wrong.push(`seed ${seed}: line ${log.violation?.line}: ${log.violation?.explanation ?? log.cut}`);
    } catch (error) {
      // A log of which nothing is left.
      if (!isSpecError(error)) throw error;
    }
  }
  return { judged: calls, lost, undecided, wrong };
}

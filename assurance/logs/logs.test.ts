/** Damaged logs of correct runs: a smoke of it; `npm run logs` tries 1,000. */
import { describe, expect, it } from 'vitest';
import { drawsFrom } from '../../properties/random/index.ts';
import { boot, damaged, LOSSES } from './damage.ts';
import { judged, trials } from './trials.ts';

describe('a damaged log of a correct run', () => {
  it('is never a violation', async () => {
    const { judged: calls, lost, wrong } = await trials({ trials: 30, calls: 300, seed: 7 });
    expect(wrong).toEqual([]);
    expect(calls).toBeGreaterThan(5000);
    expect(lost).toBeGreaterThan(50);
  });

  it('has its losses counted', async () => {
    const lines = boot(400, 3);
    for (const seed of [1, 2, 3]) {
      const left = damaged(lines, drawsFrom(seed), LOSSES);
      const arrived = lines.filter((line) => left.some((text) => text.includes(line)));
      const last = lines.findLastIndex((line) => arrived.includes(line));
      const log = await judged(`${left.join('\n')}\n`);
      expect(log.delivery?.lost).toBe(last + 1 - arrived.length);
    }
  });
});

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../cli/testing/temporary-folder.ts';
import { recordLog } from '../../../properties/log/index.ts';
import { OURS } from '../../../runner/index.ts';
import { config, memoryMap } from '../../../spec/index.ts';
import { momentsOf } from '../../trace/index.ts';
import { judgeLog } from '../judge-log.ts';
import { LogWindow } from './log-window.ts';

const folder = temporaryFolder();
const lines = [
  ...recordLog({
    target: OURS,
    map: memoryMap([
      { type: 'conventional', start: 0n, pages: 64 },
      { type: 'conventional', start: 0x10_0000n, pages: 256 },
    ]),
    config: config({ bitmapMaxAddr: 0x2_0000n }),
    policies: OURS.policies,
    operations: 1700,
    seed: 5,
    provokesFrom: 0,
  }),
];

/** Judges the lines, and returns the window with what was judged. */
async function judged(text: readonly string[]) {
  const path = join(folder, 'a.log');
  writeFileSync(path, `${text.join('\n')}\n`);
  const window = new LogWindow();
  return { window, log: await judgeLog(path, { window }), path };
}

describe('the window of a log', () => {
  it('ends with the violation, and says the same when it is judged again from its state', async () => {
    const at = lines.findLastIndex((line) => /"call":"free".*"kind":"done"/.test(line));
    const { window, log, path } = await judged(lines.toSpliced(at, 0, lines[at] ?? ''));
    const { skipped, entries, state } = window;
    expect(skipped).toBe(1000);
    expect(skipped + entries.length).toBe(log.operations);
    expect(entries.at(-1)?.line).toBe(log.violation?.line);
    const trace = window.trace(log.header, null, path);
    const last = momentsOf(trace, state).at(-1);
    expect(last?.at).toBe(entries.length - 1);
    const { clause, explanation, pfn } = log.violation ?? expect.fail();
    expect(last?.violation).toMatchObject({ clause, explanation, pfn });
    expect(window.trace(log.header, log.violation, path).violation).toEqual(last?.violation);
  });

  it('holds all of a short log, from init on, its addresses as references', async () => {
    const { window, log, path } = await judged(lines.slice(0, 300));
    expect(window.skipped).toBe(0);
    const trace = window.trace(log.header, log.violation, path);
    expect(momentsOf(trace)).toHaveLength(log.operations + 1);
    expect(momentsOf(trace).at(-1)?.after.countOf('caller')).toBe(log.held);
    expect(trace.scenario.operations).toContainEqual(
      expect.objectContaining({ address: expect.objectContaining({ result: expect.any(Number) }) }),
    );
  });

  it('has no state where a log begins in the middle', async () => {
    const [header = '', , ...entries] = lines;
    const running = JSON.stringify({ ...JSON.parse(header), start: 'running' });
    const { window, log } = await judged([running, ...entries.slice(0, 20)]);
    expect(window.state).toBeNull();
    expect(window.entries).toHaveLength(log.operations);
  });
});

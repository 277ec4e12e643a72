import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { judgeLog } from '../judge-log.ts';

const folder = mkdtempSync(join(tmpdir(), 'frameproof-ftrace-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
/** Returns what the judge says of a trace. */
async function verdict(...lines: readonly string[]): Promise<object> {
  files += 1;
  const path = join(folder, `${files}.txt`);
  writeFileSync(path, `${lines.join('\n')}\n`);
  const { operations, violation, undecided, held, delivery } = await judgeLog(path, { format: 'ftrace' });
  const found = violation === null ? {} : { line: violation.line, clause: violation.clause };
  return { operations, undecided, held, lost: delivery?.lost, ...found };
}

function event(
  kind: 'alloc' | 'free',
  frame: number,
  at: Partial<{ cpu: number; us: number; order: number }> = {},
): string {
  const { cpu = 0, us = frame, order = 0 } = at;
  const seconds = (us / 1e6).toFixed(6);
  return `  sh-12  [00${cpu}] ..... ${seconds}: mm_page_${kind}: page=00000000a1b2c3d4 pfn=0x${frame.toString(16)} order=${order} migratetype=0`;
}

const FIRST = 'not seen before';

describe('judging a trace of Linux', () => {
  it.each([
    [
      'the trace file',
      '  <idle>-0  [000] d..1.  2.262450: mm_page_KIND: page=(____ptrval____) pfn=0x5 order=0',
    ],
    ['the console', '[    2.262450] mm_page_KIND: page=00000000a1b2c3d4 pfn=0x5 order=0 migratetype=0'],
    ['trace-cmd', '  bash-99 [001] 2.262450: mm_page_KIND: page=0xffffea0 pfn=5 order=0 migratetype=0'],
    ['perf', 'bash 99 [001] 2.262450: kmem:mm_page_KIND: page=0xffffea0 pfn=0x5 order=0 migratetype=0'],
  ])('reads the lines of %s', async (_, line) => {
    const [alloc, free] = [line.replace('KIND', 'alloc'), line.replace('KIND', 'free')];
    expect(await verdict(alloc, free, '# a comment', alloc)).toMatchObject({
      operations: 3,
      undecided: { [FIRST]: 1 },
      held: 1,
    });
    expect(await verdict(alloc, alloc)).toMatchObject({ line: 2, clause: 'alloc.was-free' });
  });

  it('knows blocks of 2^order, which may be freed in parts', async () => {
    const block = event('alloc', 8, { order: 3 });
    expect(await verdict(block, event('free', 9), event('free', 12, { order: 2 }))).toMatchObject({
      held: 3,
    });
    expect(await verdict(block, event('alloc', 12, { order: 2 }))).toMatchObject({
      line: 2,
      clause: 'allocBitmap.was-free',
    });
    expect(await verdict(event('alloc', 9, { order: 1 }))).toMatchObject({ clause: 'allocBitmap.aligned' });
  });

  it('decides nothing by a free of what was last seen free, since bulk allocations are not traced', async () => {
    const reason = 'allocations are not in the log';
    expect(await verdict(event('free', 8), event('free', 8))).toMatchObject({
      undecided: { [FIRST]: 1, [reason]: 1 },
    });
  });

  it('decides nothing by an allocation and a free of two processors within 10 µs, which may be in the wrong order', async () => {
    const start = event('alloc', 8, { us: 100 });
    const alloc = event('alloc', 8, { us: 200, cpu: 1 });
    const reason = 'out of order between two processors';
    expect(await verdict(start, alloc, event('free', 8, { us: 205 }))).toMatchObject({
      undecided: { [reason]: 2 },
    });
    expect(await verdict(start, alloc, event('free', 8, { us: 215 }))).toMatchObject({ line: 2 });
    expect(await verdict(start, alloc, event('free', 8, { us: 205, cpu: 1 }))).toMatchObject({ line: 2 });
  });

  it('knows nothing after events that were lost, and goes on', async () => {
    const lost = 'CPU:1 [LOST 123 EVENTS]';
    expect(
      await verdict(event('alloc', 8), lost, event('alloc', 8), event('alloc', 8, { us: 99 })),
    ).toMatchObject({
      lost: 123,
      line: 4,
    });
  });

  it('takes a failed allocation for one', async () => {
    const failed = '[ 1.000000] mm_page_alloc: page=0000000000000000 pfn=0x0 order=4 migratetype=0';
    expect(await verdict(failed, failed)).toMatchObject({ operations: 2, held: 0 });
  });

  it('refuses a text without such events in one line', async () => {
    await expect(verdict('hello')).rejects.toThrow(
      /: expected a trace with mm_page_alloc or mm_page_free, found no such event$/,
    );
  });
});

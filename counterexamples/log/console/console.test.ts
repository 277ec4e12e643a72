import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type JudgedLog, type JudgeOptions, judgeLog } from '../judge-log.ts';
import { scenarioOfLog } from '../program/index.ts';
import { compactText } from './compact-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'frameproof-console-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function logOf(lines: readonly string[]): string {
  files += 1;
  const path = join(folder, `${files}.log`);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

const HEADER = 'h 1 ffff800000000000 10000 {"policies": []}';
const MAP = 'm 7 0 40';
const at = (frame: number): string => `ffff8000000${frame.toString(16)}000`;

/** Returns the lines of a boot, numbered from 0. */
function boot(...bodies: readonly string[]): readonly string[] {
  return bodies.map((body, number) => compactText(number, body));
}

const CALLS = [`a ${at(32)}`, `a ${at(33)}`, `f ${at(32)}`, `a ${at(32)}`] as const;
const WHOLE = boot(HEADER, MAP, ...CALLS);

function judged(lines: readonly string[], options: JudgeOptions = {}): Promise<JudgedLog> {
  return judgeLog(logOf(lines), options);
}

function summary({ verdict, operations, violation, delivery, undecided }: JudgedLog): object {
  return {
    verdict,
    operations,
    ...(violation === null ? {} : { line: violation.line, clause: violation.clause }),
    lost: delivery?.lostNumbers,
    undecided: Object.values(undecided).reduce((sum, count) => sum + count, 0),
  };
}

describe("judging a console's output", () => {
  it('finds the log among everything else, with its map and its claims', async () => {
    const noisy = ['OpenSBI v1.3', ...WHOLE.map((line) => `[  0.1] ${line}\r`), 'bye'];
    const log = await judged(noisy);
    expect(summary(log)).toEqual({ verdict: 'admitted', operations: 4, lost: [], undecided: 0 });
    expect(log.header).toMatchObject({ policies: [], config: { bitmapMaxAddr: 0x1_0000n } });
  });

  it('names the line of a violation', async () => {
    const twice = [...WHOLE.slice(0, 4), 'noise', compactText(4, `a ${at(32)}`)];
    expect(summary(await judged(twice))).toMatchObject({
      verdict: 'violated',
      line: 6,
      clause: 'alloc.was-free',
    });
  });

  it('goes on after a loss with what it still knows', async () => {
    const lossy = WHOLE.toSpliced(3, 1);
    expect(summary(await judged(lossy))).toEqual({
      verdict: 'admitted',
      operations: 3,
      lost: ['3'],
      undecided: 1,
    });
    const later = [...lossy, compactText(7, `f ${at(32)}`), compactText(8, `f ${at(32)}`)];
    expect(summary(await judged(later))).toMatchObject({
      verdict: 'violated',
      line: 7,
      clause: 'free.owner',
      lost: ['3', '6'],
    });
  });

  it('judges each boot from its start', async () => {
    const log = await judged([...WHOLE.slice(0, 4), ...WHOLE]);
    expect(summary(log)).toEqual({ verdict: 'admitted', operations: 6, lost: [], undecided: 0 });
    expect(log.delivery?.boots).toBe(2);
    expect((await scenarioOfLog(logOf([...WHOLE.slice(0, 4), ...WHOLE]))).operations).toHaveLength(4);
  });

  it('judges a second boot from its start, however long the first was', async () => {
    const pages = Array.from({ length: 20_000 }, (_, k) => `${k % 2 === 0 ? 'a' : 'f'} ${at(32)}`);
    const first = boot(HEADER, MAP, ...pages, `a ${at(32)}`);
    expect(summary(await judged([...first, ...WHOLE]))).toMatchObject({
      verdict: 'admitted',
      operations: 20_005,
    });
  });

  it('takes a line that comes twice once, and knows nothing after one from before', async () => {
    const repeated = [...WHOLE.slice(0, 3), ...WHOLE.slice(2)];
    expect(await judged(repeated)).toMatchObject({
      verdict: 'admitted',
      operations: 4,
      delivery: { repeated: 1 },
    });
    const late = [...WHOLE, ...WHOLE.slice(2, 3)];
    expect(await judged(late)).toMatchObject({ verdict: 'admitted', delivery: { outOfOrder: 1 } });
  });

  it('names a line whose checksum is right and that is none of the format', async () => {
    const lines = boot(HEADER, MAP, `a ${at(32)}`, `a 0x${at(33)}`, 'z 1', 'm 63 0 1');
    expect(await judged(lines)).toMatchObject({
      operations: 1,
      delivery: {
        damaged: 0,
        unknown: { lines: 3, first: expect.stringMatching(/:4: a 0xffff800000021000$/) },
      },
    });
  });

  it.each(['utf16le', 'utf16be'])('reads %s, as PowerShell redirects output', async (encoding) => {
    const path = logOf([]);
    const bytes = Buffer.from(`\uFEFF${WHOLE.join('\n')}\n`, 'utf16le');
    writeFileSync(path, encoding === 'utf16be' ? bytes.swap16() : bytes);
    expect(summary(await judgeLog(path))).toMatchObject({ verdict: 'admitted', operations: 4 });
  });

  it('knows nothing at first where the beginning is lost, or no map is there', async () => {
    expect(summary(await judged(WHOLE.slice(2)))).toMatchObject({
      verdict: 'admitted',
      operations: 4,
      lost: ['0-1'],
    });
    expect(summary(await judged([...WHOLE.slice(3), compactText(6, `a ${at(32)}`)]))).toMatchObject({
      verdict: 'violated',
      clause: 'alloc.was-free',
    });
    const noMap = boot(HEADER, ...CALLS);
    expect(await judged(noMap)).toMatchObject({ verdict: 'admitted', header: { start: 'running' } });
    const joined = boot(HEADER.replace('h', 'j'), MAP, ...CALLS);
    expect(summary(await judged(joined))).toMatchObject({ verdict: 'admitted', undecided: 2 });
  });

  it('takes the map from what was printed before', async () => {
    const lines = ['BIOS-e820: [mem 0x0-0x20fff] usable', ...boot(HEADER, ...CALLS)];
    const { violation } = await judged(lines, { mapFromLog: true });
    expect(violation).toMatchObject({ clause: 'init.withheld', pfn: 33 });
  });

  it('judges physical addresses where pointers are that', async () => {
    const physical = boot('h 1 0 10000 {}', MAP, 'a 20000', 'f 20000', 'f 20000');
    expect(summary(await judged(physical))).toMatchObject({
      verdict: 'violated',
      line: 5,
      clause: 'free.owner',
    });
  });

  it.each([
    [boot('h 2 0 0 {}'), ':1: expected a log of version 1, found 2'],
    [boot('h 1 1 0 {}', MAP, 'a 1'), ':1: config: higherHalf: expected a multiple of 4096'],
    [
      boot('h 1 0 0 {"zones":3}'),
      ':1: zones: expected 1, 2 or an array of zones: [{"name":"dma","below":"0x1000000"},{"name":"normal"}], found 3',
    ],
    [boot(HEADER, MAP, MAP, 'a 1'), ':1: the memory map after this line: '],
    [['nothing of it'], ': expected a log, found no line of one: '],
    [
      boot(HEADER, MAP).map((line) => line.replace('fp ', 'fp 0')),
      ': expected a log, found 2 lines of one, of which no checksum is right',
    ],
  ])('refuses %j in one line', async (lines, message) => {
    await expect(judged(lines)).rejects.toThrow(message);
  });

  it('reads a log in JSON that starts in the middle', async () => {
    const header = {
      format: 'frameproof/log',
      version: 1,
      config: { bitmapMaxAddr: '0x10000', higherHalf: '0xffff800000000000' },
    };
    const entry = (frame: number): object => ({
      operation: { call: 'alloc' },
      response: { outcome: { kind: 'address', address: `0x${at(frame)}` } },
    });
    const lines = [{ ...header, start: 'running' }, entry(32), entry(33), entry(32)].map((line) =>
      JSON.stringify(line),
    );
    expect(summary(await judged(lines))).toMatchObject({ verdict: 'violated', line: 4, undecided: 2 });
    await expect(judged([JSON.stringify(header), ...lines.slice(1)])).rejects.toThrow(
      /:1: map: .*expected a memory map/,
    );
  });
});

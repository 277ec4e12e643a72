/** Output on a terminal: colours where they are wanted, lines that break at blanks. */
import { spawnSync } from 'node:child_process';
import { WriteStream } from 'node:tty';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { print, printsData, streams } from './print.ts';
import { BIN, plainEnvironment } from './testing/frameproof.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';
import { textTable } from './text-table.ts';

/** A report of 84 columns: a label, a long line, the verdict. */
const REPORT =
  'config    bitmap zone below 0x4000000, physical memory mapped at 0xffff800000000000\nholds: yes\n';
const GREEN = '\u001b[32mholds\u001b[39m: yes';

const FIELDS = ['isTTY', 'columns', 'getColorDepth'] as const;
const before = FIELDS.map((name) => Object.getOwnPropertyDescriptor(process.stdout, name));

/** Prints on a terminal of a width, or on none, in an environment; returns what it gets. */
function printed(
  text: string,
  width: number | undefined,
  environment: Readonly<Record<string, string>>,
): string {
  const { getColorDepth } = WriteStream.prototype;
  const values = { isTTY: width !== undefined, columns: width, getColorDepth };
  for (const name of FIELDS)
    Object.defineProperty(process.stdout, name, { value: values[name], configurable: true });
  for (const name of ['NO_COLOR', 'FORCE_COLOR', 'CI', 'TERM']) vi.stubEnv(name, environment[name]);
  const parts: string[] = [];
  vi.spyOn(streams, 'out').mockImplementation((part) => parts.push(part) > 0);
  print(text);
  return parts.join('');
}

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  printsData(false);
  for (const [i, name] of FIELDS.entries()) {
    const was = before[i];
    if (was === undefined) Reflect.deleteProperty(process.stdout, name);
    else Object.defineProperty(process.stdout, name, was);
  }
});

describe('a report', () => {
  it('is plain where nobody looks', () => {
    expect(printed(REPORT, undefined, {})).toBe(REPORT);
  });

  it('has colours where FORCE_COLOR asks for them, and none where NO_COLOR forbids them', () => {
    expect(printed(REPORT, undefined, { FORCE_COLOR: '1' })).toContain(GREEN);
    expect(printed(REPORT, 100, { NO_COLOR: '1' })).toBe(REPORT);
    expect(printed(REPORT, 100, { TERM: 'xterm-256color' })).toContain(GREEN);
  });

  it.each([60, 80])('breaks at blanks in %i columns, and goes on behind the label', (width) => {
    const lines = printed(REPORT, width, { NO_COLOR: '1' }).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
    expect(lines[1]).toMatch(/^ {10}\S/);
    expect(lines.map((line) => line.trim()).join(' ')).toBe(REPORT.trim().replace('\n', ' ').concat(' '));
  });

  it('that is data is printed as it is', () => {
    printsData(true);
    expect(printed(REPORT, 60, { FORCE_COLOR: '1' })).toBe(REPORT);
  });
});

describe('a table', () => {
  const table = {
    head: ['clause', 'checked on one side', 'sides'],
    aligns: ['left', 'right', 'left'],
    rows: [['alloc.complete', '1,234', 'pages of the zone are free | none of the zone is free']],
    gap: 2,
    isHeadUnderlined: false,
  } as const;

  it('is as wide as its texts where they fit', () => {
    expect(textTable({ ...table, width: 200 }).split('\n')).toHaveLength(2);
  });

  it.each([60, 70, 80])('wraps at words in %i columns', (width) => {
    const text = textTable({ ...table, width });
    const lines = text.split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
    expect(lines.length).toBeGreaterThan(2);
    const words = (words: string): readonly string[] => words.split(/\s+/).toSorted();
    expect(words(text.trim())).toEqual(words([...table.head, ...table.rows[0]].join(' ')));
  });
});

describe('a terminal', () => {
  it('of 60 columns gets lines that fit it', () => {
    const folder = temporaryFolder({ 'box.txt': 'BIOS-e820: [mem 0x0-0xfffffffffff] usable\n' });
    const { NO_COLOR: _, ...env } = plainEnvironment();
    const command = `stty cols 60; ${process.execPath} ${BIN} map box.txt`;
    const { stdout } = spawnSync('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
      cwd: folder,
      env: { ...env, TERM: 'xterm-256color' },
      encoding: 'utf8',
    });
    const lines = stdout.split('\r\n');
    expect(lines.length).toBeGreaterThan(10);
    expect(lines.filter((line) => line.length > 60)).toEqual([]);
  });
});

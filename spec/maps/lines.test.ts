import { describe, expect, it } from 'vitest';
import { importMemoryMap } from './import.ts';
import { linesOf, withoutLogPrefix } from './lines.ts';

const TABLE = [
  'BIOS-e820: [mem 0x0000000000000000-0x000000000009ffff] usable',
  'BIOS-e820: [mem 0x00000000000a0000-0x00000000000fffff] reserved',
  'BIOS-e820: [mem 0x0000000000100000-0x0000000007ffffff] usable',
];
const NODES = [
  '  node   0: [mem 0x0000000000001000-0x000000000009ffff]',
  '  node   0: [mem 0x0000000000100000-0x0000000007ffffff]',
];

/** Returns what a text is read as: type, first byte and pages of each descriptor. */
function read(...lines: readonly string[]): readonly string[] {
  const { map } = importMemoryMap(lines.join('\n'), 'dump');
  return map.descriptors.map(({ type, start, pages }) => `${type} ${start} ${pages}`);
}

const [PLAIN, PLAIN_NODES] = [read(...TABLE), read(...NODES)];

describe('what a log puts before a line is undone', () => {
  it.each([
    ['dmesg', '[    0.000000] '],
    ['dmesg with the caller', '[    0.000000][    T0] '],
    ['the caller only', '[    T0] '],
    ['dmesg --raw', '<6>[    0.000000] '],
    ['dmesg --ctime', '[Mon Jan  1 00:00:00 2024] '],
    ['dmesg --ctime in German', '[Mo Jan  1 00:00:00 2024] '],
    ['dmesg --decode', 'kern  :info  : [    0.000000] '],
    ['dmesg --reltime, first line', '[Jan 1 00:00] '],
    ['dmesg --reltime', '[  +0.000012] '],
    ['dmesg --show-delta', '[    0.000000 <    0.000000>] '],
    ['dmesg --notime --show-delta', '[<    0.000000>] '],
    ['dmesg --time-format iso', '2024-02-07T11:03:40,123456+01:00 '],
    ['journalctl', 'Feb 07 11:03:40 host kernel: '],
    ['journalctl -o short-precise', 'Feb 07 11:03:40.123456 host kernel: '],
    ['journalctl -o short-full', 'Wed 2024-02-07 11:03:40 CET host kernel: '],
    ['journalctl -o short-iso', '2024-02-07T11:03:40+0100 host kernel: '],
    ['journalctl -o short-monotonic', '[    0.000000] host kernel: '],
    ['journalctl -o short-delta', '[    0.000000 <    0.000000 >] host kernel: '],
    ['journalctl -o short-unix', '1707300220.123456 host kernel: '],
    ['syslog', 'Jan  1 00:00:00 host kernel: '],
    ['syslog with the kernel’s own stamp', 'Jan  1 00:00:00 host kernel: [    0.000000] '],
    ['syslog with ISO dates', '2024-01-01T00:00:00.123456+01:00 host kernel: [    0.000000] '],
    ['syslog, RFC 5424', '<6>1 2024-01-01T00:00:00.000Z host kernel - - - '],
    ['Android, kernel', '<6>[    0.000000,0] '],
    ['Android, kernel of MediaTek', '<4>[    0.000000]<0>-(0)[0:swapper] '],
    ['Android, kernel of Samsung', '<6>[    0.000000]  [0:        swapper:    0] '],
    ['Android, kernel of Motorola', '[    0.000000] c0      0 '],
    ['Android, logcat -v threadtime', '01-01 00:00:00.000     0     0 I         : '],
    ['Android, logcat -v brief', 'I/         (    0): '],
    ['a terminal with dates', '[2024-01-01 00:00:00.123] '],
    ['a terminal with times', '[00:00:00.123] '],
    ['a tab', '\t'],
  ])('%s', (_, prefix) => {
    expect(withoutLogPrefix(`${prefix}node   0: [mem`)).toBe('node   0: [mem');
    expect(read(...TABLE.map((line) => prefix + line))).toEqual(PLAIN);
    expect(read(...NODES.map((line) => prefix + line))).toEqual(PLAIN_NODES);
  });

  it('where only some lines have it too', () => {
    const [first = '', ...others] = TABLE;
    expect(read(`[    0.000000] ${first}`, ...others)).toEqual(PLAIN);
  });

  it('and what no known logger prints, where it stands before every entry, numbers apart', () => {
    const logged = TABLE.map((line, i) => `console#${i} (${100 * i} ms) ${line}`);
    expect(read(...logged)).toEqual(PLAIN);
  });

  it('but is refused where it stands before some', () => {
    const [first = '', second = '', third = ''] = TABLE;
    expect(() => read(first, `mylog ${second}`, third)).toThrow(
      'dump: line 2: expected nothing before an entry, found "mylog "',
    );
  });
});

describe('what mail and terminals do to a text is undone', () => {
  it.each([
    ['quoted', TABLE.map((line) => `> ${line}`)],
    ['quoted twice', TABLE.map((line) => `> > ${line}`)],
    ['quoted without blanks', TABLE.map((line) => `>>${line}`)],
    ['quoted in part', TABLE.map((line, i) => (i === 1 ? `> > ${line}` : i === 2 ? line : `> ${line}`))],
    ['coloured', TABLE.map((line) => `\u001b[32m[    0.000000] \u001b[0m\u001b[33m${line}\u001b[0m`)],
    ['coloured, escapes made visible', TABLE.map((line) => `^[[33m${line}^[[0m`)],
    ['with CR LF', [TABLE.join('\r\n')]],
    ['with CR CR LF', [TABLE.join('\r\r\n')]],
    ['with CR', [TABLE.join('\r')]],
    ['with blank lines', TABLE.flatMap((line) => [line, ''])],
    ['wrapped at a blank', TABLE.map((line) => line.replace('] ', ']\n'))],
    ['wrapped inside a number', TABLE.map((line) => line.replace('-0x0000', '-0x00\n00'))],
    ['wrapped and quoted', TABLE.map((line) => `> ${line.replace('] ', ']\n> ')}`)],
    ['quoted-printable', [TABLE.join('\n').replace('usable', 'us=\nable').replace('reserved', 'rese=72ved')]],
  ])('%s', (_, lines) => {
    expect(read(...lines)).toEqual(PLAIN);
  });

  it('quoted-printable is what it looks like only where it escapes = itself or breaks a line', () => {
    const smap = 'SMAP type=01, xattr=01, base=0000000000000000, len=0000000000100000';
    expect(read(smap)).toEqual(['conventional 0 256']);
    expect(read(smap.replaceAll('=', '=3D'))).toEqual(['conventional 0 256']);
  });

  it('keeps the numbers of lines, whatever was joined', () => {
    const broken = `${TABLE[0]?.replace('usable', 'us=\nable')}\nBIOS-e820: [mem 0x00100000-0x001fffff] cheese`;
    expect(() => read(broken)).toThrow('dump: line 3: expected a memory type');
  });

  it('a wrapped entry that can be put together in two ways is refused', () => {
    const type = 'efi: mem00: type=1\n1, attr=0xf, range=[0x0000000000000000-0x0000000000001000) (0MB)';
    expect(read(type)).toEqual(['mmio 0 1']);
    expect(() =>
      read('BIOS-e820: [mem 0x0000000000000000-0x0000000000000fff] soft', 'BIOS-e820: reserved'),
    ).toThrow('line 1: expected a memory type');
  });

  it('a nested line keeps its indentation, quoted or logged', () => {
    const [root, child] = linesOf(
      '> 00001000-0009fbff : System RAM\n>   00002000-00002fff : Reserved',
      'dump',
    );
    expect([root?.indent, child?.indent]).toEqual([0, 2]);
    const [logged] = linesOf('[    0.000000]   00002000-00002fff : Reserved', 'dump');
    expect(logged?.indent).toBe(2);
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importMemoryMap } from './import.ts';
import type { ImportedMap, ReadOptions } from './reading.ts';

function fixture(name: string): readonly string[] {
  return readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8')
    .trimEnd()
    .split('\n');
}

function imported(lines: readonly string[], options: ReadOptions = {}): ImportedMap {
  return importMemoryMap(lines.join('\n'), 'dump', options);
}

/** Returns why lines are refused, without the name of the dump. */
function refusal(lines: readonly string[], options: ReadOptions = {}): string {
  try {
    imported(lines, options);
  } catch (error) {
    if (error instanceof Error && error.name === 'SpecError') return error.message.replace('dump: ', '');
    throw error;
  }
  return 'nothing was refused';
}

function bytesOf({ entries }: ImportedMap): bigint {
  return entries
    .filter(({ type }) => type === 'conventional')
    .reduce((sum, { start, end }) => sum + (end - start), 0n);
}

/** Returns the lines without the one at an index. */
function without(lines: readonly string[], index: number): readonly string[] {
  return lines.filter((_, i) => i !== index);
}

const E820 = [
  'BIOS-e820: [mem 0x0000000000000000-0x000000000009ffff] usable',
  'BIOS-e820: [mem 0x00000000000a0000-0x00000000000fffff] reserved',
  'BIOS-e820: [mem 0x0000000000100000-0x0000000007ffffff] usable',
];

describe('a table is read whole or not at all', () => {
  it.each([
    ['efi-dmesg.txt', 1, /^line 2: expected entry 1, found "entry 2: entry 1 is missing" .*--partial/],
    ['efi-dmesg.txt', 0, /^line 1: expected entry 0, found "entry 1: entry 0 is missing"/],
    ['seabios-e820.txt', 1, /^line 1: expected 4 entries in the table that this line speaks of, found "3"/],
    ['seabios-e820.txt', 4, /^line 1: expected 4 entries/],
    ['hvmloader-e820.txt', 1, /^line 3: expected entry 0/],
    [
      'hvmloader-e820.txt',
      2,
      /^line 3: expected an entry or a hole from 0xa0000: this table names its holes/,
    ],
    ['e820-gaps.txt', 1, /^line 2: expected an entry or a hole from 0x9fc00/],
    ['coreboot-bootmem.txt', 3, /^line 4: expected entry 3/],
    ['esxi-mboot.txt', 2, /^line 3: expected entry 2/],
    ['limine.txt', 3, /^line 1: expected 6 entries/],
    [
      'linux-memblock.txt',
      3,
      /^line 2: expected 534773760 bytes .*found "268435456"|^line 3: expected 2 entries/,
    ],
    ['linux-memblock.txt', 6, /^line 2: expected 10551296 bytes|^line 6: expected 2 entries/],
    ['linux-pfn-ranges.txt', 6, /^line 8: expected 32655 pages .*found "143"/],
    ['linux-nomap.txt', 7, /^line 9: expected 262144 pages/],
    ['opencore.txt', 15, /^line 15: expected an entry such as "OCMM: Entry/],
    ['uboot-bdinfo.txt', 2, /^line 2: expected an entry such as/],
    ['uboot-bdinfo.txt', 1, /^line 3: expected a whole entry of uboot-bdinfo/],
    ['uboot-lmb.txt', 2, /^line 2: expected 2 entries/],
    ['xen-arm.txt', 6, /^line 7: expected entry 0 of RESVD/],
    [
      'lsmem-de.txt',
      1,
      /^line 6: expected 2G in the table that this line speaks of, found "536870912 bytes"/,
    ],
    ['uefi-memmap.txt', 1, /^line 10: expected 131727360 bytes .*found "131072000"/],
  ])('%s without line %i, counted from 0', (name, index, message) => {
    expect(refusal(without(fixture(name), index))).toMatch(message);
  });

  it('numbers that step back are refused, whatever flag is given', () => {
    const [first = '', second = '', third = '', ...others] = fixture('efi-dmesg.txt');
    const moved = [first, third, second, ...others];
    expect(refusal(moved, { partial: true, lenient: true })).toBe(
      'line 3: expected entry 3, found "entry 1"',
    );
  });

  it('a line within the table that is none of its lines is named', () => {
    const [first = '', ...others] = E820;
    const log = [first, '[    0.000000] random: crng init done', ...others];
    expect(refusal(log)).toBe(
      'line 2: expected an entry of e820-dmesg: this line stands within its table, found "random: crng init done" (`frameproof map --lenient` leaves it out)',
    );
    expect(imported(log, { lenient: true }).warnings).toHaveLength(1);
  });

  it('what is left of an entry beside the table is refused, at either end', () => {
    const [first = '', , last = ''] = E820;
    for (const at of [3, 20, 50]) {
      expect(refusal([first.slice(at), ...E820.slice(1)])).toMatch(/^line 1: expected .*e820-dmesg/);
      expect(refusal([...E820.slice(0, 2), last.slice(at)])).toMatch(/^line 3: expected .*e820-dmesg/);
      expect(refusal([...E820.slice(0, 2), last.slice(0, at)])).toMatch(/^line 3: expected /);
    }
    expect(
      imported(['BIOS-provided physical RAM map:', ...E820, 'NX (Execute Disable) protection: active']).count,
    ).toBe(3);
  });

  it('an entry that repeats the one before it is refused, or left out', () => {
    const [first = '', ...others] = E820;
    expect(refusal([first, first, ...others])).toMatch(
      /^line 2: expected an entry other than that of line 1/,
    );
    expect(bytesOf(imported([first, first, ...others], { lenient: true }))).toBe(bytesOf(imported(E820)));
  });

  it('a length that was cut is refused where another digit would fill the space to the next entry', () => {
    const lines = ['base: 0x0, type: 0, length: 0x1000', 'base: 0x10000, type: 1, length: 0x1000'];
    expect(refusal(lines)).toMatch(/^line 1: expected a whole number: with more digits .* at 0x10000/);
    expect(refusal(['base: 0x1000, type: 0, length: 0x10'])).toMatch(
      /^line 1: expected whole page frames of RAM/,
    );
  });

  it('RAM beside RAM is refused where the printer joins what touches: a longer word was cut', () => {
    const cut = fixture('coreboot-bootmem.txt').map((line) => line.replace('RAMSTAGE', 'RAM'));
    expect(refusal(cut)).toMatch(/^line 5: expected a type other than that of line 4, which it touches/);
  });

  it('a type number is refused beside words where there is a word for it', () => {
    const lines = fixture('grub-lsmmap.txt').map((line) => line.replace('type = 0x15', 'type = 0x1'));
    expect(refusal(lines)).toMatch(/^line 11: expected a memory type/);
  });

  it('an entry above its heading, or a heading without entries, is refused', () => {
    const [real = '', heading = '', one = '', ...others] = fixture('freebsd-chunks.txt');
    expect(refusal([real, one, heading, ...others])).toMatch(
      /^line 2: expected entries of freebsd-chunks below their heading/,
    );
    expect(refusal(fixture('mips-user.txt').filter((line) => !line.includes('04000000')))).toMatch(
      /^line 3: expected entries of mips-user below this heading/,
    );
  });
});

describe('/proc/iomem', () => {
  const TREE = fixture('iomem.txt');

  it('whose indentation is lost is refused', () => {
    expect(refusal(TREE.map((line) => line.trim()))).toMatch(
      /^line 4: expected a range after that of line 3 \(indented/,
    );
  });

  it('of which a parent is lost is refused', () => {
    expect(refusal(without(TREE, 5))).toMatch(/^line 6: expected a range inside that of line 3/);
    expect(refusal(without(TREE, 12))).toMatch(/^line 13: expected /);
  });

  it('whose entries were moved is refused', () => {
    expect(refusal([...TREE.slice(0, 6), TREE[7] ?? '', TREE[6] ?? '', ...TREE.slice(8)])).toMatch(
      /^line 8: expected a range after that of line 7/,
    );
  });

  it.each(['System R', 'Reserve', 'ACPI T', 'Persistent M', 'System RAM (kme'])(
    'with a name cut to "%s" is refused',
    (name) => {
      expect(refusal(['00001000-0009fbff : System RAM', `00100000-7fffffff : ${name}`])).toMatch(
        /^line 2: expected a whole name such as "System RAM"/,
      );
      expect(refusal([`00100000-7fffffff : ${name}`])).toMatch(/^line 1: expected a whole name/);
    },
  );
});

describe('several boots in one dump', () => {
  const OTHER = E820.map((line) => line.replace('07ffffff', '0fffffff'));

  it('are told apart, and chosen by number', () => {
    const log = ['Linux version 6.1', ...E820, 'and much more', 'Linux version 6.1', ...OTHER];
    expect(refusal(log)).toBe(
      'line 7: expected one table of e820-dmesg (--boot 1 to 2, or last, chooses one), found "another one: BIOS-e820: [mem 0x0000000000000000-0x000000000009ffff] usab…"',
    );
    for (const [boot, size] of [
      [1, 0x7f0_0000n],
      [2, 0xff0_0000n],
      ['last', 0xff0_0000n],
    ] as const) {
      const read = imported(log, { boot });
      expect(bytesOf(read)).toBe(0xa0000n + size);
      expect(read.unused).toHaveLength(1);
    }
    expect(refusal(log, { boot: 3 })).toBe('line 2: expected --boot from 1 to 2, found "3"');
  });

  it('are one where they say the same', () => {
    expect(imported([...E820, 'Linux version 6.1', ...E820]).count).toBe(3);
  });

  it.each([
    ['efi-dmesg.txt', 'type=7', 'type=2', 5],
    ['seabios-e820.txt', '= 1 RAM', '= 2 RESERVED', 7],
    ['hvmloader-e820.txt', ': ACPI', ': NVS', 11],
    ['uefi-memmap.txt', 'LoaderCode', 'LoaderData', 14],
    ['xen-e820.txt', '1fffffff', '0fffffff', 7],
    ['iomem.txt', '07ffffff', '06ffffff', 16],
    ['linux-node-ranges.txt', '07ffffff', '06ffffff', 7],
    ['freebsd-efi.txt', 'BootServicesData', 'BootServicesCode', 8],
  ])('of %s are told apart where nothing but the entries says so', (name, from, to, line) => {
    const lines = fixture(name);
    const other = lines.map((text) => text.replace(from, to)).filter((text) => !text.includes('Pages ('));
    expect(refusal([...lines, ...other])).toMatch(
      new RegExp(`^line ${line}: expected one table of .*--boot 1 to 2`),
    );
  });
});

describe('several tables of one boot', () => {
  const LOG = fixture('dmesg.log');

  it('are named with the flag that reads them', () => {
    const read = imported(LOG);
    expect(read.notation).toBe('e820-dmesg');
    expect(read.unused).toEqual([
      { notation: 'e820-modified', where: 'line 8', flag: '--table e820-modified' },
      { notation: 'linux-node-ranges', where: 'line 10', flag: '--table linux-node-ranges' },
    ]);
    expect(imported(LOG, { table: 'linux-node-ranges' }).count).toBe(1);
    expect(refusal(LOG, { table: 'efi-dmesg' })).toBe(
      '--table: expected a table of this dump (e820-dmesg, e820-modified, linux-node-ranges), found "efi-dmesg"',
    );
  });

  it('that contradict each other carry a warning: entries of the first are missing', () => {
    const log = [...E820.slice(1), 'node   0: [mem 0x0000000000001000-0x000000000009ffff]'];
    expect(imported(log).warnings).toEqual([
      'e820-dmesg lacks memory that linux-node-ranges lists in line 3: entries are missing',
    ]);
  });

  it('mem= of a command line is named where nothing says what the kernel made of it', () => {
    const log = ['Kernel command line: console=ttyS0 mem=64M quiet', ...E820];
    expect(imported(log).notes).toContain('line 1: mem=64M is not used: --mem 64M uses it');
    const limited = imported(log, { usableBelow: 64n << 20n });
    expect(bytesOf(limited)).toBe(0xa0000n + 0x7f0_0000n);
    expect(limited.map.descriptors.at(-1)).toEqual({
      type: 'conventional',
      start: 0x10_0000n,
      pages: 0x3f00,
    });
    expect(limited.notes.join()).not.toContain('mem=');
    expect(imported(fixture('e820-user.txt')).notes.join()).not.toContain('mem=');
  });

  it('a user’s map that leaves out what was found is said to', () => {
    expect(imported(fixture('mips-user.txt')).notes).toContain(
      'line 2: mips-memory lists memory that mips-user lacks',
    );
  });
});

describe('what cannot be seen is said once for the notation', () => {
  it('of lines that are neither numbered nor counted', () => {
    expect(imported(E820).notes).toEqual([
      'e820-dmesg neither numbers nor counts its entries: lines that are missing, or of another machine, cannot be seen',
    ]);
  });

  it('of the last ones of a table that is numbered', () => {
    expect(imported(fixture('efi-dmesg.txt')).notes).toEqual([
      'efi-dmesg does not count its entries: last ones that are missing cannot be seen',
    ]);
  });

  it('and nothing of a table that is counted or added up', () => {
    for (const name of ['seabios-e820.txt', 'linux-memblock.txt', 'linux-pfn-ranges.txt', 'uboot-lmb.txt'])
      expect([name, ...imported(fixture(name)).notes]).toEqual([name]);
  });

  it('touching ranges of one node are of two kinds, and a log that does not say which carries a warning', () => {
    const nodes = fixture('linux-nomap.txt').filter((line) => !line.includes('43000000..'));
    expect(imported(nodes).warnings).toEqual([
      expect.stringMatching(/^line 6 touches line 5: one of them is nomap, perhaps/),
      expect.stringMatching(/^line 7 touches line 6/),
    ]);
  });

  it('entries that overlap are said to, and the less usable type holds', () => {
    const read = imported([...E820, 'BIOS-e820: [mem 0x0000000000200000-0x00000000002fffff] ACPI NVS']);
    expect(read.notes).toContain('line 4 overlaps line 3: the less usable type holds');
    expect(read.map.descriptors.filter(({ type }) => type === 'acpiNvs')).toHaveLength(1);
  });
});

describe('one bad entry', () => {
  it.each([
    ['backwards', 'BIOS-e820: [mem 0x0000000000300000-0x00000000001fffff] usable', 'ends after its start'],
    ['above 2^52', 'BIOS-e820: [mem 0x0010000000000000-0x00100000000fffff] usable', 'at or below 2^52'],
    [
      'of an unknown type',
      'BIOS-e820: [mem 0x0000000008000000-0x00000000080fffff] excellent',
      'a memory type',
    ],
  ])('%s is named, and left out with --lenient', (_, bad, message) => {
    const lines = [...E820.slice(0, 2), bad, ...E820.slice(2)];
    expect(refusal(lines)).toMatch(new RegExp(`^line 3: .*${message.replace('^', '\\^')}.*--lenient`));
    expect(refusal(lines, { partial: true })).toMatch(/^line 3: /);
    const read = imported(lines, { lenient: true });
    expect(bytesOf(read)).toBe(bytesOf(imported(E820)));
    expect(read.warnings).toEqual([expect.stringMatching(/^line 3: expected /)]);
  });

  it('of what the kernel reserved is not part of the map', () => {
    expect(imported(fixture('linux-memblock.txt')).warnings).toEqual([]);
  });

  it('above 2^52 is read where physical memory ends above: RISC-V', () => {
    const high = ['  node   0: [mem 0x0010000000000000-0x00100000000fffff]'];
    const read = imported(high, { physicalLimit: 1n << 56n });
    expect(read.map.descriptors).toEqual([{ type: 'conventional', start: 1n << 52n, pages: 256 }]);
    expect(refusal(high)).toContain('at or below 2^52');
    const json = [
      JSON.stringify({
        ...read.map,
        descriptors: [{ type: 'conventional', start: '0x10000000000000', pages: 256 }],
      }),
    ];
    expect(refusal(json)).toMatch(/^the memory map ends at 0x10000000100000, .*--physical-bits 56/);
    expect(imported(json, { physicalLimit: 1n << 56n }).map.descriptors).toEqual(read.map.descriptors);
  });
});

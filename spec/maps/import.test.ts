import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { config } from '../config.ts';
import { FALLBACK_MAP } from '../fallback-map.ts';
import { isRam, MemoryMap } from '../memory-map.ts';
import { importMemoryMap } from './import.ts';
import { readMemoryMap } from './read.ts';
import type { ImportedMap } from './reading.ts';
import { totalsOf } from './summary.ts';

const FIXTURES = join(import.meta.dirname, 'fixtures');

/** Returns a map in a form that fits a table: "type first..last pages". */
function shown({ map }: ImportedMap): readonly string[] {
  return map.descriptors.map(({ type, start, pages }) => `${type} 0x${start.toString(16)} ${pages}`);
}

function fixture(name: string): ImportedMap {
  return readMemoryMap(join(FIXTURES, name));
}

/** Imports text under the name `dump`. */
function imported(...lines: readonly string[]): ImportedMap {
  return importMemoryMap(lines.join('\n'), 'dump');
}

/** Returns the message of the error that the lines provoke. */
function refusal(...lines: readonly string[]): string {
  try {
    imported(...lines);
  } catch (error) {
    if (error instanceof Error && error.name === 'SpecError') return error.message;
    throw error;
  }
  return 'nothing was refused';
}

describe('each notation', () => {
  it('e820 of a Linux boot log: inclusive ranges, words old and new, gaps are not entries', () => {
    const dump = fixture('e820-dmesg.txt');
    expect([dump.notation, dump.count]).toEqual(['e820-dmesg', 9]);
    expect(shown(dump)).toEqual([
      'conventional 0x0 159',
      'reserved 0x9f000 1',
      'reserved 0xf0000 16',
      'conventional 0x100000 16127',
      'acpiReclaim 0x3fff000 1',
      'conventional 0x4000000 4096',
      'reserved 0x5000000 256',
      'persistent 0x5100000 256',
      'reserved 0x5200000 256',
    ]);
  });

  it('e820 of an old Linux boot log: exclusive ends, words in parentheses', () => {
    const dump = fixture('e820-dmesg-old.txt');
    expect([dump.notation, dump.count]).toEqual(['e820-dmesg-old', 5]);
    expect(shown(dump)).toEqual([
      'conventional 0x0 159',
      'reserved 0x9f000 1',
      'conventional 0x100000 24320',
      'acpiReclaim 0x6000000 8',
      'acpiNvs 0x6008000 8',
    ]);
  });

  it('setup_data: usable entries that touch inside a page frame are one', () => {
    const dump = fixture('e820-setup-data.txt');
    expect([dump.notation, dump.count]).toEqual(['e820-setup-data', 4]);
    expect(shown(dump)).toEqual(['conventional 0x0 144', 'conventional 0x100000 32512']);
  });

  it('EFI map of an old Linux boot log: numeric types, exclusive ends, order and empty entries kept', () => {
    const dump = fixture('efi-dmesg.txt');
    expect([dump.notation, dump.count]).toEqual(['efi-dmesg', 4]);
    expect(shown(dump)).toEqual([
      'conventional 0x100000 32512',
      'bootServicesData 0x0 2',
      'reserved 0x0 0',
      'runtimeServicesData 0x8000000 16',
    ]);
  });

  it('EFI map of a Linux boot log: named types, inclusive ends, an empty entry that ends before 0', () => {
    const dump = fixture('efi-dmesg-named.txt');
    expect([dump.notation, dump.count]).toEqual(['efi-dmesg', 5]);
    expect(shown(dump)).toEqual([
      'bootServicesCode 0x0 1',
      'conventional 0x1000 159',
      'acpiNvs 0x800000 8',
      'mmio 0xffc00000 1024',
      'reserved 0x0 0',
    ]);
  });

  it('EFI map of a Linux boot log on ARM, with a vendor type', () => {
    const dump = fixture('efi-dmesg-arm.txt');
    expect([dump.notation, dump.count]).toEqual(['efi-dmesg-arm', 3]);
    expect(shown(dump)).toEqual([
      'loaderData 0x40000000 128',
      'conventional 0x40080000 262016',
      'reserved 0x80000000 16',
    ]);
  });

  it('UEFI shell: heading and summary are not entries, an unknown type is a vendor type in hex', () => {
    const dump = fixture('uefi-memmap.txt');
    expect([dump.notation, dump.count]).toEqual(['uefi-memmap', 7]);
    expect(shown(dump)).toEqual([
      'conventional 0x0 160',
      'bootServicesData 0x100000 256',
      'loaderCode 0x200000 256',
      'conventional 0x300000 32000',
      'acpiReclaim 0x8000000 16',
      'reserved 0x8010000 16',
      'mmio 0xa0000 96',
    ]);
  });

  it('Xen: inclusive ranges in brackets', () => {
    const dump = fixture('xen-e820.txt');
    expect([dump.notation, dump.count]).toEqual(['xen-e820', 4]);
    expect(shown(dump)).toEqual([
      'conventional 0x0 159',
      'reserved 0x9f000 1',
      'conventional 0x100000 130816',
      'unusable 0x20000000 256',
    ]);
  });

  it('Xen before 4.15: exclusive ends; time stamps after the name of the hypervisor', () => {
    const dump = fixture('xen-e820-old.txt');
    expect([dump.notation, dump.count]).toEqual(['xen-e820', 3]);
    expect(shown(dump)).toEqual([
      'conventional 0x0 159',
      'reserved 0x9f000 1',
      'conventional 0x100000 130816',
    ]);
  });

  it('SeaBIOS: numbered lines', () => {
    const dump = fixture('seabios-e820.txt');
    expect([dump.notation, dump.count]).toEqual(['seabios-e820', 4]);
    expect(shown(dump)).toEqual([
      'conventional 0x0 159',
      'reserved 0x9f000 1',
      'conventional 0x100000 65248',
      'acpiNvs 0xffe0000 32',
    ]);
  });

  it('Multiboot: a base and a length, types as numbers or in the words of GRUB', () => {
    const dump = fixture('multiboot.txt');
    expect([dump.notation, dump.count]).toEqual(['multiboot', 4]);
    expect(shown(dump)).toEqual([
      'conventional 0x0 159',
      'reserved 0x9f000 1',
      'conventional 0x100000 32512',
      'acpiReclaim 0x8000000 1',
    ]);
  });

  it('FreeBSD: with and without commas, sorted when resolved', () => {
    const dump = fixture('smap.txt');
    expect([dump.notation, dump.count]).toEqual(['smap', 4]);
    expect(shown(dump)).toEqual([
      'conventional 0x0 159',
      'reserved 0x9f000 1',
      'conventional 0x100000 32512',
      'unusable 0x8000000 1',
    ]);
  });

  it('Linux node ranges: RAM alone', () => {
    const dump = fixture('linux-node-ranges.txt');
    expect([dump.notation, dump.count]).toEqual(['linux-node-ranges', 3]);
    expect(shown(dump)).toEqual([
      'conventional 0x1000 158',
      'conventional 0x100000 32512',
      'conventional 0x10000000000 65536',
    ]);
  });

  it('/proc/iomem: children split their parent, and one without a memory type has that of its parent', () => {
    const dump = fixture('iomem.txt');
    expect([dump.notation, dump.count]).toEqual(['iomem', 15]);
    expect(shown(dump)).toEqual([
      'reserved 0x0 1',
      'conventional 0x1000 158',
      'reserved 0x9f000 97',
      'conventional 0x100000 7936',
      'reserved 0x2000000 256',
      'conventional 0x2100000 24320',
      'acpiReclaim 0x8000000 16',
      'persistent 0x10000000 512',
      'conventional 0x10200000 65024',
      'mmio 0xfec00000 1',
    ]);
  });

  it('/sys/firmware/memmap: a folder of folders, in the order of their numbers', () => {
    const dump = fixture('firmware-memmap');
    expect([dump.notation, dump.count]).toEqual(['firmware-memmap', 4]);
    expect(shown(dump)).toEqual([
      'conventional 0x0 159',
      'reserved 0x9f000 1',
      'conventional 0x100000 32512',
      'acpiNvs 0x8000000 16',
    ]);
  });

  it('our own JSON: as it is, with its own name', () => {
    const dump = fixture('frameproof.json');
    expect([dump.notation, dump.count, dump.map.name]).toEqual(['frameproof/memory-map', 2, 'two regions']);
    expect(shown(dump)).toEqual(['conventional 0x100000 256', 'reserved 0x0 1']);
  });

  it('has a fixture of its own, and every fixture but one is a map', () => {
    const refused = readdirSync(FIXTURES).filter((name) => {
      try {
        return fixture(name).entries.length === 0;
      } catch {
        return true;
      }
    });
    expect(refused).toEqual(['iomem-not-root.txt']);
  });
});

describe('a whole boot log', () => {
  it('gives its firmware map, whatever stands before and between the entries', () => {
    const dump = fixture('dmesg.log');
    expect([dump.notation, dump.count, dump.map.name]).toEqual(['e820-dmesg', 3, 'dmesg']);
    expect(shown(dump)).toEqual([
      'conventional 0x0 159',
      'reserved 0x9f000 1',
      'conventional 0x100000 32512',
    ]);
  });

  it.each([
    '[    0.000000] ',
    '[    0.000000][    T0] ',
    '<6>[    0.000000] ',
    '[Mon Jan  1 00:00:00 2024] ',
    'kern  :info  : [    0.000000] ',
    'Jan  1 00:00:00 host kernel: ',
    '2024-01-01T00:00:00.123456+01:00 host kernel: [    0.000000] ',
    '\t',
  ])('is read with %j before each line', (prefix) => {
    expect(shown(imported(`${prefix}BIOS-e820: [mem 0x0-0xfff] usable`))).toEqual(['conventional 0x0 1']);
    expect(shown(imported(`${prefix}  node   0: [mem 0x0-0xfff]`))).toEqual(['conventional 0x0 1']);
  });

  it.each([
    'Loading compiled-in X.509 certificates',
    'compiled-in : something',
    'node 0: deferred pages are ready',
    'Modules linked in: 12 - nothing (yet)',
    'modified: two files; user: nobody; Xen: not here',
    'efi: Remove mem48: MMIO range=[0x80000000-0x8fffffff] (256MB) from e820 map',
    'efi: memattr: 3 entries',
    'BIOS-provided physical RAM map:',
    'e820: update [mem 0x00000000-0x00000fff] usable ==> reserved',
    'reserved 00001000-00001fff for something',
    'Stack 00000000 00000001 and so on',
  ])('has words that are not entries: %s', (words) => {
    expect(refusal(words)).toMatch(/^dump: (?:line 1: )?expected /);
    expect(shown(imported(words, 'BIOS-e820: [mem 0x0-0xfff] usable'))).toEqual(['conventional 0x0 1']);
  });

  it('may print a size before the type, and a number for a type that has no word', () => {
    expect(shown(imported('BIOS-e820: [mem 0x0-0xfff]  4.0 KB System RAM'))).toEqual(['conventional 0x0 1']);
    expect(shown(imported('(XEN)  [0000000000000000, 0000000000000fff] type 20'))).toEqual([
      'reserved 0x0 1',
    ]);
  });

  it('is read with the line breaks of any system and a byte order mark', () => {
    const lines = ['BIOS-e820: [mem 0x0-0xfff] usable', 'BIOS-e820: [mem 0x1000-0x1fff] reserved', ''];
    for (const text of [lines.join('\r\n'), lines.join('\r'), `\uFEFF${lines.join('\n')}`])
      expect(shown(importMemoryMap(text, 'dump'))).toEqual(['conventional 0x0 1', 'reserved 0x1000 1']);
  });

  it('gives the EFI map where it has both, because that one says more', () => {
    const dump = imported(
      'BIOS-e820: [mem 0x0000000000000000-0x0000000000001fff] usable',
      'efi: mem00: type=4, attr=0xf, range=[0x0000000000000000-0x0000000000002000) (0MB)',
    );
    expect(shown(dump)).toEqual(['bootServicesData 0x0 2']);
  });

  it('gives what the kernel made of the map where it has nothing better', () => {
    expect(imported('modified: [mem 0x0-0xfff] usable').notation).toBe('e820-modified');
    expect(imported('user: [mem 0x0-0xfff] usable').notation).toBe('e820-user');
    expect(imported('Xen: [mem 0x0-0xfff] usable').notation).toBe('e820-xen-guest');
  });
});

describe('entries that cannot be read are errors', () => {
  it.each([
    ['bad hex', 'BIOS-e820: [mem 0x00000000000g0000-0x000000000009fbff] usable', 'a hex number'],
    ['too many digits', 'BIOS-e820: [mem 0x00000000000000000-0x000000000009fbff] usable', 'a hex number'],
    ['an unknown word', 'BIOS-e820: [mem 0x0-0xfff] excellent', 'a memory type'],
    ['no type', 'BIOS-e820: [mem 0x0-0xfff]', 'an entry such as'],
    ['a line cut short', 'BIOS-e820: [mem 0x0000', 'an entry such as'],
    ['nothing at all', 'BIOS-e820:', 'an entry such as'],
    ['a start after the end', 'BIOS-e820: [mem 0x2000-0xfff] usable', 'ends after its start'],
    ['an end above 2^52', 'BIOS-e820: [mem 0x0-0x10000000000000] reserved', 'at or below 2^52'],
    [
      'a start after the end, old',
      'BIOS-e820: 0000000000002000 - 0000000000001000 (usable)',
      'ends after its start',
    ],
    ['an old line cut short', 'BIOS-e820: 0000000000002000 - 0000000000003000', 'an entry such as'],
    ['setup_data', 'reserve setup_data: [mem 0x0-0xfff] nonsense', 'a memory type'],
    [
      'an unassigned EFI number',
      'efi: mem00: type=16, attr=0xf, range=[0x0-0x1000) (0MB)',
      'an EFI memory type',
    ],
    ['an unknown EFI word', 'efi: mem00: [Cheese |WB] range=[0x0-0xfff] (0MB)', 'an EFI memory type'],
    ['an EFI range without an end', 'efi: mem00: type=7, attr=0xf, range=[0x0-', 'an entry such as'],
    ['an EFI line cut short', 'efi: mem00: type=7', 'an entry such as'],
    [
      'a shell type',
      'Cheese 0000000000000000-0000000000000FFF 0000000000000001 000000000000000F',
      'an EFI memory type',
    ],
    [
      'a shell line without its dash',
      'BS_Data 0000000000000000 0000000000000FFF 0000000000000001 F',
      'an entry such as',
    ],
    ['a shell line cut short', 'BS_Data 0000000000000000-00000000', 'an entry such as'],
    ['a Xen word', '(XEN)  [0000000000000000, 000000000009fbff] (cheese)', 'a memory type'],
    ['Xen hex', '(XEN)  0000000000000000 - 00000000000zfbff (usable)', 'a hex number'],
    ['a Xen line cut short', '(XEN)  0000000000000000 - 00000000', 'an entry such as'],
    ['SeaBIOS', '  0: 0000000000000000 - 000000000009fc00 = RAM', 'an entry such as'],
    ['Multiboot', 'base_addr = 0x0, length = , type = 0x1', 'an entry such as'],
    ['a Multiboot word', 'base_addr = 0x0, length = 0x1000, cheese', 'a memory type'],
    ['FreeBSD', 'SMAP type=01, xattr=01, base=0000000000000000', 'an entry such as'],
    [
      'a FreeBSD length',
      'SMAP type=01, xattr=01, base=fffffffffffff000, len=ffffffffffffffff',
      'at or below 2^52',
    ],
    ['a node range', 'node   0: [mem 0x1000]', 'an entry such as'],
    ['an iomem address', '0000z000-0009fbff : System RAM', 'a hex number'],
    ['an iomem line without a name', '00001000-0009fbff :', 'an entry such as'],
  ])('%s', (_, line, expected) => {
    const message = refusal('a line of something else', line);
    expect(message).toContain(expected);
    expect(message).toMatch(/^dump: line 2: expected .*, found "[^\n]*$/);
  });

  it('and the line at fault is named, in the midst of good ones', () => {
    const good = (page: number): string => `BIOS-e820: [mem 0x${page}000-0x${page}fff] usable`;
    expect(refusal(good(1), good(2), 'BIOS-e820: [mem 0x3000-0x3fff] usabel', good(4))).toBe(
      'dump: line 3: expected a memory type such as "usable", "reserved" or "ACPI data", found "usabel" (`frameproof map --lenient` leaves it out)',
    );
  });

  it('among them a shell entry whose pages disagree with its range', () => {
    expect(refusal('BS_Data    0000000000100000-00000000001FFFFF 00000000000000FF 000000000000000F')).toBe(
      'dump: line 1: expected as many bytes as the range holds, 0x100000, found "0xff000" (`frameproof map --lenient` leaves it out)',
    );
  });

  it('and an iomem child that leaves its parent', () => {
    expect(refusal('00001000-00001fff : System RAM', '  00001000-00002fff : Kernel code')).toBe(
      'dump: line 2: expected a range inside that of line 1, found "00001000-00002fff : Kernel code"',
    );
  });

  it('and an entry may end exactly at 2^52', () => {
    expect(shown(imported('BIOS-e820: [mem 0xffffffffff000-0xfffffffffffff] reserved'))).toEqual([
      'reserved 0xffffffffff000 1',
    ]);
  });
});

describe('text that is not a memory map', () => {
  it('is told what maps there are', () => {
    for (const text of ['', '\n\n', 'hello', 'BIOS-provided physical RAM map:', 'a - b (c)', '[1, 2, 3]'])
      expect(refusal(text)).toMatch(
        /^dump: expected a memory map \(.*Linux boot log.*iomem.*memmap.*JSON.*\)$/,
      );
  });

  it('is refused in one clear line where it is binary', () => {
    expect(refusal('\u007fELF\u0002\u0001\0\0\0')).toBe(
      'dump: expected a memory map as text, found binary data',
    );
  });

  it('is refused in one line where it is other JSON', () => {
    expect(refusal('{"format": "something else", "version": 1, "descriptors": []}')).toContain(
      'format: expected "frameproof/memory-map", found "something else"',
    );
    expect(refusal('{"format": ')).toMatch(/^dump: expected JSON: [^\n]*$/);
  });

  it('says to be root where all addresses are hidden', () => {
    const path = join(FIXTURES, 'iomem-not-root.txt');
    expect(() => readMemoryMap(path)).toThrow(
      `${path}: expected addresses, found only zeros: read it as root`,
    );
  });

  it('never shows control characters of a bad line', () => {
    const message = refusal(`BIOS-e820: \u001b[2J\u0007${'x'.repeat(500)}`);
    expect(message).toMatch(/^[\x20-\x7e…]{1,250}$/);
  });
});

describe('long lines', () => {
  it.each([
    ['blanks', ' '.repeat(300_000)],
    ['prefixes', '[    0.000000] '.repeat(20_000)],
    ['BIOS-e820 and blanks', `BIOS-e820: ${' '.repeat(300_000)}x`],
    ['an EFI name', `efi: mem00: [${'x'.repeat(300_000)}`],
    ['EFI attributes', `efi: mem00: [A${'|'.repeat(300_000)}`],
    ['zeros', '0'.repeat(300_000)],
    ['words', 'Available '.repeat(30_000)],
    ['a syslog date', `Jan  1 ${'kernel '.repeat(30_000)}`],
    ['Multiboot', `base_addr = ${'0x0, length = '.repeat(30_000)}`],
  ])('of %s cost no more than their length', (_, line) => {
    const before = process.threadCpuUsage();
    expect(refusal(line, line, line)).toMatch(/^dump: /);
    expect(process.threadCpuUsage(before).user).toBeLessThan(2_000_000);
  });
});

describe('the fallback map', () => {
  it('survives its own codec', () => {
    const again = importMemoryMap(JSON.stringify(MemoryMap.encode(FALLBACK_MAP)), 'fallback.json');
    expect(again.map).toEqual(FALLBACK_MAP);
  });

  it('has the 4 GiB that its name says, but for what devices and firmware reserve', () => {
    const ram = FALLBACK_MAP.descriptors.filter(({ type }) => isRam(type));
    const sizeMib = ram.reduce((sum, { pages }) => sum + pages, 0) / 256;
    expect(FALLBACK_MAP.name).toBe('a PC with 4 GiB');
    expect(4096 - sizeMib).toBeGreaterThan(0);
    expect(4096 - sizeMib).toBeLessThan(64);
  });

  it('has page frames of every owner, and free ones and boot code on both sides of the default bitmap limit', () => {
    const { pmm, boot, firmware, absent } = totalsOf(FALLBACK_MAP, config());
    for (const { bitmap, stack } of [pmm, boot, absent, firmware])
      expect(Math.min(bitmap, stack)).toBeGreaterThan(0);
  });
});

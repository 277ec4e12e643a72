import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importMemoryMap } from './import.ts';
import { NOTATIONS } from './notations.ts';
import { readMemoryMap } from './read.ts';
import type { ImportedMap } from './reading.ts';

const FIXTURES = join(import.meta.dirname, 'fixtures');

function fixture(name: string): ImportedMap {
  return readMemoryMap(join(FIXTURES, name));
}

/** A dump in one notation, and the map that it holds: "type first-address pages". */
interface Example {
  readonly what: string;
  readonly file: string;
  readonly read: readonly [notation: string, entries: number];
  readonly map: readonly string[];
}

const EXAMPLES: readonly Example[] = [
  {
    what: 'coreboot: its last stage is handed over with the boot, its tables are not',
    file: 'coreboot-bootmem.txt',
    read: ['coreboot-bootmem', 8],
    map: [
      'reserved 0x0 1',
      'conventional 0x1000 159',
      'reserved 0xa0000 96',
      'conventional 0x100000 1280',
      'loaderData 0x600000 128',
      'conventional 0x680000 129152',
      'reserved 0x1ff00000 272',
    ],
  },
  {
    what: 'device tree blob: the same tree as the source',
    file: 'device-tree.dtb',
    read: ['device-tree-blob', 4],
    map: [
      'runtimeServicesData 0x40000000 16',
      'conventional 0x40010000 8176',
      'runtimeServicesData 0x42000000 256',
      'conventional 0x42100000 122624',
      'conventional 0x880000000 65536',
    ],
  },
  {
    what: 'device tree source: reservations and no-map are the firmware’s, what is reusable stays RAM',
    file: 'device-tree.dts',
    read: ['device-tree-source', 4],
    map: [
      'runtimeServicesData 0x40000000 16',
      'conventional 0x40010000 8176',
      'runtimeServicesData 0x42000000 256',
      'conventional 0x42100000 122624',
      'conventional 0x880000000 65536',
    ],
  },
  {
    what: 'e820 of Linux 7: named holes are not entries',
    file: 'e820-gaps.txt',
    read: ['e820-dmesg', 4],
    map: [
      'conventional 0x0 159',
      'reserved 0x9f000 1',
      'conventional 0x100000 261888',
      'reserved 0xfffc0000 64',
    ],
  },
  {
    what: 'e820 of the firmware beside that of a user',
    file: 'e820-user.txt',
    read: ['e820-dmesg', 2],
    map: ['conventional 0x0 160', 'conventional 0x100000 524032'],
  },
  {
    what: 'EFI map of an old ARM kernel: no prefix, wrapped at 80 columns',
    file: 'efi-dmesg-arm-old.txt',
    read: ['efi-dmesg-arm', 3],
    map: ['loaderData 0x40000000 128', 'conventional 0x40080000 262016', 'runtimeServicesData 0x80000000 16'],
  },
  {
    what: 'EFI 1.10 shell: PAL_code, addresses above 2^43',
    file: 'efi-shell-1.10.txt',
    read: ['uefi-memmap', 5],
    map: [
      'conventional 0x1000 127',
      'bootServicesData 0x100000 256',
      'runtimeServicesCode 0x4000000000 256',
      'palCode 0x4000100000 64',
      'mmio 0xf0000000000 262144',
    ],
  },
  {
    what: 'ESXi: lengths in decimal, memory of a specific purpose is reserved',
    file: 'esxi-mboot.txt',
    read: ['esxi-mboot', 5],
    map: [
      'conventional 0x0 160',
      'bootServicesData 0x100000 256',
      'conventional 0x200000 257536',
      'runtimeServicesData 0x3f000000 16',
      'reserved 0x100000000 262144',
    ],
  },
  {
    what: 'FreeBSD: chunks of physical memory below their heading',
    file: 'freebsd-chunks.txt',
    read: ['freebsd-chunks', 2],
    map: ['conventional 0x40000000 17408', 'conventional 0x44410000 113648'],
  },
  {
    what: 'FreeBSD: EFI map, pages in hex, devices unaligned',
    file: 'freebsd-efi.txt',
    read: ['freebsd-efi', 5],
    map: [
      'mmio 0x9000000 2',
      'conventional 0x40000000 16384',
      'bootServicesData 0x44000000 256',
      'runtimeServicesData 0x44100000 16',
      'reserved 0x80000000 65536',
    ],
  },
  {
    what: 'GRUB lsefimmap: its own words, types without one by number',
    file: 'grub-lsefimmap.txt',
    read: ['grub-lsefimmap', 7],
    map: [
      'bootServicesCode 0x0 1',
      'conventional 0x1000 159',
      'loaderData 0x100000 256',
      'acpiNvs 0x800000 8',
      'runtimeServicesData 0x808000 8',
      'conventional 0x810000 260080',
      'reserved 0x40000000 16',
    ],
  },
  {
    what: 'GRUB lsmmap: every type, words and numbers',
    file: 'grub-lsmmap.txt',
    read: ['multiboot', 11],
    map: [
      'conventional 0x0 159',
      'reserved 0x9f000 1',
      'conventional 0x100000 32480',
      'acpiReclaim 0x7fe0000 16',
      'acpiNvs 0x7ff0000 8',
      'unusable 0x7ff8000 1',
      'persistent 0x8000000 8192',
      'reserved 0xa000000 16',
      'runtimeServicesCode 0xa010000 16',
      'reserved 0xa020000 16',
    ],
  },
  {
    what: 'hvmloader: addresses in two halves, named holes',
    file: 'hvmloader-e820.txt',
    read: ['hvmloader-e820', 6],
    map: [
      'conventional 0x0 160',
      'reserved 0xf0000 16',
      'conventional 0x100000 261872',
      'acpiReclaim 0x3fff0000 16',
      'persistent 0xfc000000 16384',
      'conventional 0x100000000 65536',
    ],
  },
  {
    what: 'Limine: types by word, sizes in bytes',
    file: 'limine-sizes.txt',
    read: ['limine-sizes', 6],
    map: [
      'conventional 0x0 159',
      'reserved 0x9f000 97',
      'conventional 0x100000 8192',
      'acpiNvs 0x2100000 2',
      'runtimeServicesData 0x2200000 512',
      'unusable 0x2400000 1',
    ],
  },
  {
    what: 'Limine: types by number, a count in the heading',
    file: 'limine.txt',
    read: ['limine', 6],
    map: [
      'conventional 0x0 159',
      'reserved 0x9f000 97',
      'conventional 0x100000 32483',
      'acpiReclaim 0x7fe3000 29',
      'loaderData 0x8000000 2048',
      'mmio 0xfd000000 1000',
    ],
  },
  {
    what: 'memblock=debug: memory without what the kernel reserved, no-map is the firmware’s',
    file: 'linux-memblock.txt',
    read: ['linux-memblock', 4],
    map: ['conventional 0x80200000 65024', 'runtimeServicesData 0x90000000 65536'],
  },
  {
    what: 'Linux node ranges less the reserved memory of the device tree',
    file: 'linux-nomap.txt',
    read: ['linux-node-ranges', 3],
    map: [
      'conventional 0x40000000 8192',
      'runtimeServicesData 0x42000000 1',
      'conventional 0x42001000 4095',
      'runtimeServicesData 0x43000000 256',
      'conventional 0x43100000 249600',
    ],
  },
  {
    what: 'Linux before 3.4: ranges of page frame numbers',
    file: 'linux-pfn-ranges.txt',
    read: ['linux-pfn-ranges', 3],
    map: ['conventional 0x10000 143', 'conventional 0x100000 32512', 'conventional 0x10000000 32768'],
  },
  {
    what: 'lsmem in German: a comma in numbers, offline blocks left out',
    file: 'lsmem-de.txt',
    read: ['lsmem', 3],
    map: ['conventional 0x0 393216', 'conventional 0x100000000 131072'],
  },
  {
    what: 'MIPS: sizes and where they begin',
    file: 'mips-memory.txt',
    read: ['mips-memory', 2],
    map: ['conventional 0x0 32512', 'reserved 0x7f00000 256'],
  },
  {
    what: 'MIPS: what a user gave takes the place of what was found',
    file: 'mips-user.txt',
    read: ['mips-user', 1],
    map: ['conventional 0x0 16384'],
  },
  {
    what: 'OpenCore: five lines an entry, the attributes table is another',
    file: 'opencore.txt',
    read: ['opencore', 3],
    map: ['conventional 0x1000 159', 'conventional 0x100000 253696', 'mmio 0xfe000000 16'],
  },
  {
    what: 'QEMU info mtree -f: the RAM of the machine in the system’s view, shadowed by ROM',
    file: 'qemu-mtree.txt',
    read: ['qemu-mtree', 8],
    map: [
      'conventional 0x0 160',
      'mmio 0xa0000 32',
      'reserved 0xc0000 11',
      'reserved 0xe0000 32',
      'conventional 0x100000 130816',
      'mmio 0xfec00000 1',
      'reserved 0xfffc0000 64',
    ],
  },
  {
    what: 'U-Boot bdinfo: banks, three lines each',
    file: 'uboot-bdinfo.txt',
    read: ['uboot-bdinfo', 2],
    map: ['conventional 0x40000000 131072', 'conventional 0x880000000 65536'],
  },
  {
    what: 'U-Boot efidebug memmap: exclusive ends, words in capitals',
    file: 'uboot-efidebug.txt',
    read: ['uboot-efidebug', 7],
    map: [
      'conventional 0x80000000 32512',
      'bootServicesData 0x87f00000 256',
      'loaderCode 0x88000000 256',
      'runtimeServicesData 0x88100000 16',
      'acpiReclaim 0x88110000 16',
      'conventional 0x88120000 32480',
      'mmio 0x10000000 1',
    ],
  },
  {
    what: 'U-Boot lmb: no-map is the firmware’s, what U-Boot uses is handed over',
    file: 'uboot-lmb.txt',
    read: ['uboot-lmb', 4],
    map: [
      'runtimeServicesData 0x40000000 128',
      'conventional 0x40080000 122752',
      'loaderData 0x5e000000 8192',
      'conventional 0x880000000 65536',
    ],
  },
  {
    what: 'uefi-rs: pretty-printed, in hex',
    file: 'uefi-rs-pretty.txt',
    read: ['uefi-rs', 2],
    map: ['conventional 0x1000 159', 'runtimeServicesData 0x100000 16'],
  },
  {
    what: 'uefi-rs: decimal numbers, one line a descriptor',
    file: 'uefi-rs.txt',
    read: ['uefi-rs', 5],
    map: [
      'bootServicesCode 0x0 1',
      'conventional 0x1000 159',
      'conventional 0x100000 32512',
      'acpiNvs 0x8000000 16',
      'mmio 0xfee00000 1',
    ],
  },
  {
    what: 'Xen on Arm: banks less what is reserved; modules are not part of the machine',
    file: 'xen-arm.txt',
    read: ['xen-arm', 4],
    map: [
      'runtimeServicesData 0x40000000 256',
      'conventional 0x40100000 32512',
      'runtimeServicesData 0x48000000 1',
      'conventional 0x48001000 229375',
      'conventional 0x880000000 524288',
    ],
  },
  {
    what: 'Xen: EFI map of 13 digits, memory of a specific purpose is reserved',
    file: 'xen-efi.txt',
    read: ['xen-efi', 6],
    map: [
      'conventional 0x0 160',
      'bootServicesData 0x100000 1792',
      'acpiNvs 0x800000 8',
      'conventional 0x808000 260088',
      'reserved 0x100000000 262144',
      'mmio 0xfee00000 1',
    ],
  },
];

describe('a notation', () => {
  it.each(EXAMPLES)('$what', ({ file, read, map }) => {
    const imported = fixture(file);
    expect([imported.notation, imported.count]).toEqual(read);
    expect(
      imported.map.descriptors.map(({ type, start, pages }) => `${type} 0x${start.toString(16)} ${pages}`),
    ).toEqual(map);
    expect(imported.warnings).toEqual([]);
  });

  it('lsmem is read in a language whose words nobody told us', () => {
    const text = [
      'ALUE                                   KOKO         TILA IRROTETTAVA LOHKOT',
      '0x0000000000000000-0x000000005fffffff  1,5G     käytössä       kyllä   0-11',
      '0x0000000100000000-0x000000010fffffff  256M poissa käytöstä         -  32-33',
    ].join('\n');
    expect(importMemoryMap(text, 'dump').entries).toEqual([
      { type: 'conventional', start: 0n, end: 0x6000_0000n },
    ]);
    const short = '0x0000000000000000-0x000000005fffffff  1,5G käytössä   0-11';
    expect(() => importMemoryMap(short, 'dump')).toThrow(
      'expected the state of memory as LC_ALL=C prints it',
    );
  });

  it('of each kind has a fixture', () => {
    const readable = readdirSync(FIXTURES).filter((name) => name !== 'iomem-not-root.txt');
    const read = new Set(readable.map((name) => fixture(name).notation));
    // The three that only a log of an unusual machine has are written in lines of a test, beside the others of their printer.
    const without = NOTATIONS.map(({ name }) => name).filter((name) => !read.has(name));
    expect(without).toEqual([
      'e820-xen-guest',
      'e820-xen-guest-old',
      'e820-modified',
      'e820-modified-old',
      'e820-user',
      'e820-user-old',
    ]);
  });

  it('reads its own example', () => {
    for (const notation of NOTATIONS.filter(({ lines }) => lines === undefined)) {
      const found = notation.mark.exec(notation.example);
      expect(found?.index, notation.name).toBe(0);
      expect(
        notation.entry.some((pattern) => pattern.test(notation.example)),
        notation.name,
      ).toBe(true);
    }
  });

  it('has no word that is the beginning of another of another type, where the type ends the line', () => {
    const ending = NOTATIONS.filter(({ entry }) =>
      entry.some(({ source }) => /\(\?<words>[^)]*\)\)*\$$/.test(source)),
    );
    expect(ending.length).toBeGreaterThan(10);
    for (const { name, types, isJoined } of ending) {
      const words = Object.entries(types.words ?? {});
      const cut = words.flatMap(([word, type]) =>
        words
          .filter(([other, its]) => word !== '' && other !== word && other.startsWith(word) && its !== type)
          .map(([other]) => `${word}: ${other}`),
      );
      // What coreboot calls RAM it joins: one that touches another was cut.
      expect([name, ...(isJoined === true ? [] : cut)]).toEqual([name]);
    }
  });
});

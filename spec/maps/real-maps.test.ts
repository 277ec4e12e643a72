/**
 * Maps of real machines, where they are at hand: a folder `shared/maps` beside the project, with an index of what an
 * independent reader made of each. They are not part of the project, so these tests say when they are absent.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Descriptor, type MemoryType, ownerAfterInit } from '../memory-map.ts';
import { importMemoryMap } from './import.ts';
import { readMemoryMap } from './read.ts';
import type { ImportedMap, ReadOptions } from './reading.ts';

const MAPS = join(import.meta.dirname, '../../../shared/maps');

function rowsOf(folder: string): readonly (readonly string[])[] {
  const [, ...lines] = readFileSync(join(MAPS, folder, 'INDEX.tsv'), 'utf8')
    .trim()
    .split('\n');
  return lines.map((line) => line.split('\t'));
}

function read(name: string, options: ReadOptions = {}): ImportedMap {
  return readMemoryMap(join(MAPS, `${name}.txt`), options);
}

/** Returns why a map is refused, without its path. */
function refusal(name: string, options: ReadOptions = {}): string {
  try {
    read(name, options);
  } catch (error) {
    if (error instanceof Error && error.name === 'SpecError')
      return error.message.replace(`${join(MAPS, `${name}.txt`)}: `, '');
    throw error;
  }
  return 'nothing was refused';
}

function pages({ map }: ImportedMap, holds: (d: Descriptor) => boolean): number {
  return map.descriptors.filter(holds).reduce((sum, d) => sum + d.pages, 0);
}

function pagesOf(imported: ImportedMap, type: MemoryType): number {
  return pages(imported, (d) => d.type === type);
}

/** What the index counts as usable: RAM, and what an EFI firmware leaves free once its system has booted. */
const USABLE: readonly MemoryType[] = ['conventional', 'loaderCode', 'bootServicesCode', 'bootServicesData'];

/** Returns the bytes that a dump lists as conventional memory, before page frames are made of them. */
function listedBytes({ entries }: ImportedMap): bigint {
  return entries
    .filter(({ type }) => type === 'conventional')
    .reduce((sum, { start, end }) => sum + (end - start), 0n);
}

const PAGES_PER_MIB = 256;

/** The maps of `more/` that are read with a flag, or for which nobody counted, and what is right. */
const JUDGED: Readonly<
  Record<string, { readonly why: string; readonly options?: ReadOptions; readonly bytes: number }>
> = {
  'e820-backwards-softreserved': {
    why: 'its second entry ends before it starts (a digit is lost): left out, soft reserved memory is no RAM of the manager',
    options: { lenient: true },
    bytes: 0,
  },
  'efi-arm-old-noprefix-hikey': {
    why: 'its last entry is cut after its first line: the first one is a page of conventional memory',
    options: { partial: true },
    bytes: 0x1000,
  },
  'esxi-mboot-mmap': {
    why: 'entries 11 to 17 are missing by its own numbers; the index adds up what is there',
    options: { partial: true },
    bytes: 2_329_284_608,
  },
  'limine-hex-type-2g': {
    why: 'it says 18 entries and lists 13; the index adds up what is there',
    options: { partial: true },
    bytes: 2_145_927_168,
  },
  'limine-sizes-256m': {
    why: 'sizes are rounded down to KiB and MiB, so an entry ends there at the least: 254 MiB + 308 KiB + 124 KiB',
    options: { lenient: true },
    bytes: 254 * 2 ** 20 + 308 * 2 ** 10 + 124 * 2 ** 10,
  },
  'quoted-mail-node-ranges': {
    why: 'one range, quoted twice: 0xf80000 to 0x8000000',
    bytes: 0x800_0000 - 0xf8_0000,
  },
  'uboot-lmb-dump-riscv': {
    why: '4 GiB, less 0x60000 no-map (OpenSBI: the firmware keeps it) and 0x2133000 that U-Boot itself uses (handed over with the boot)',
    bytes: 0x1_0000_0000 - 0x6_0000 - 0x213_3000,
  },
};

/** What is said where a map of `more/` is not read as it is. */
const REFUSALS: Readonly<Record<string, RegExp>> = {
  'e820-backwards-softreserved': /^line 2: expected a range that ends after its start, .*--lenient/,
  'efi-arm-old-noprefix-hikey': /^line 7: expected an entry such as /,
  'esxi-mboot-mmap':
    /^line 12: expected entry 11, found "entry 18: entries 11 to 17 are missing" .*--partial/,
  'limine-hex-type-2g': /^line 1: expected 18 entries .*found "13" .*--partial/,
  'limine-sizes-256m': /^line 1: expected a size in bytes: this one is rounded.*--lenient/,
};

/** What of `damaged/` is read, as the undamaged map or as so many bytes; what is refused, and in which words. */
const DAMAGED: Readonly<Record<string, string | bigint | RegExp>> = {
  'dmesg-ansi': 'kvm-bochs-512m',
  'efi-ringbuffer-lost-100':
    /^line 1: expected entry 0, found "entry 99: entries 0 to 98 are missing" .*--partial/,
  'efi-sp': 2047n << 20n,
  'iomem-cxl-indent-stripped':
    /^line 2: expected a range after that of line 1 \(indented, .*"1b7a00000-1b8ffffff : Kernel code"/,
  'iomem-truncated': /^line 2: expected a whole name such as "System RAM".*"System R"/,
  'node-dmesg-iso': 'server-9008-8node-sparse25tib',
  'node-short-monotonic': 'server-9008-8node-sparse25tib',
  'seabios-3-of-8': /^line 1: expected 8 entries .*found "2" .*--partial/,
  'two-boots-256-then-512':
    /^line 11: expected one table of e820-dmesg \(--boot 1 to 2, or last, chooses one\)/,
  'two-boots-512-then-256':
    /^line 8: expected one table of e820-dmesg \(--boot 1 to 2, or last, chooses one\)/,
  'uefi-half-quoted': 'uefi-pc-a-16g',
  'xen-last-quoted': 'xen-q35-8g',
};

const arePresent = existsSync(MAPS);

describe('maps of real machines', () => {
  if (!arePresent) {
    it('reads the real maps (absent here: ../shared/maps)', () => {
      console.log(`absent, so not read: ${MAPS}`);
    });
    return;
  }
  const rows = rowsOf('');
  const more = rowsOf('more');
  const damaged = rowsOf('damaged');

  it('every file has the outcome of its index, to the byte, and no warning that it does not deserve', () => {
    for (const [name = '', notation, count, usable] of rows) {
      const imported = read(name);
      const mib = (Number(listedBytes(imported)) / 2 ** 20).toFixed(2);
      expect([name, imported.notation, `${imported.count}`, mib]).toEqual([name, notation, count, usable]);
      expect([name, ...imported.warnings]).toEqual([name]);
    }
    for (const [name = '', , , usable = ''] of more) {
      const { options, bytes, why } = JUDGED[name] ?? { bytes: Number(usable), why: 'the index' };
      if (REFUSALS[name] !== undefined) expect(refusal(`more/${name}`), name).toMatch(REFUSALS[name]);
      const imported = read(`more/${name}`, options);
      const found = pages(imported, ({ type }) => USABLE.includes(type)) * 4096;
      expect([name, found], why).toEqual([name, bytes]);
      if (usable !== '-') expect([name, found]).toEqual([name, Number(usable)]);
    }
    for (const [name = ''] of damaged) {
      const outcome = DAMAGED[name];
      if (outcome instanceof RegExp) expect(refusal(`damaged/${name}`), name).toMatch(outcome);
      else if (typeof outcome === 'string')
        expect(read(`damaged/${name}`).map.descriptors, name).toEqual(read(outcome).map.descriptors);
      else expect([name, listedBytes(read(`damaged/${name}`))]).toEqual([name, outcome]);
    }
  });

  it('no file is left out', () => {
    const counts = ['', 'more', 'damaged'].map((folder) => {
      const names = readdirSync(join(MAPS, folder)).filter((name) => name.endsWith('.txt'));
      expect(names.map((name) => name.slice(0, -4)).sort()).toEqual(
        rowsOf(folder)
          .map(([name]) => name)
          .sort(),
      );
      return names.length;
    });
    console.log(`read ${counts.join(' + ')} maps of real machines`);
    expect(counts[0]).toBeGreaterThanOrEqual(65);
    expect(Object.keys(DAMAGED)).toHaveLength(damaged.length);
  });

  it('only an excerpt carries a warning: of a log whose first lines are missing, as its other table shows', () => {
    const warned = more.filter(
      ([name = '']) => REFUSALS[name] === undefined && read(`more/${name}`).warnings.length > 0,
    );
    expect(warned.map(([name]) => name)).toEqual(['setup-data-acpi-nvs-wrapped-T0']);
    expect(read('more/setup-data-acpi-nvs-wrapped-T0').warnings).toEqual([
      'e820-dmesg lacks memory that e820-setup-data lists in line 6: entries are missing',
    ]);
  });

  it('what is usable is rounded to whole page frames: less than one is lost at each edge', () => {
    for (const [name = '', , , , oddities = ''] of rows) {
      const imported = read(name);
      const edges = 2 * Number(/usable-unaligned\((\d+)\)/.exec(oddities)?.[1] ?? 0);
      const lost = Number(listedBytes(imported)) / 4096 - pagesOf(imported, 'conventional');
      expect(lost, name).toBeGreaterThanOrEqual(0);
      expect(lost, name).toBeLessThanOrEqual(edges);
    }
  });

  it('what the manager owns after init is what ExitBootServices leaves free', () => {
    const withTotal = rows.filter(([, , , , oddities = '']) => oddities.includes('afterExitBootServicesMiB'));
    expect(withTotal).toHaveLength(17);
    for (const [name = '', , , , oddities = ''] of withTotal) {
      const expected = /afterExitBootServicesMiB=([\d.]+)/.exec(oddities)?.[1];
      const found = pages(read(name), (d) => ownerAfterInit(d.type) === 'pmm') / PAGES_PER_MIB;
      expect([name, found.toFixed(2)]).toEqual([name, expected]);
    }
  });

  it('each of two boots can be chosen', () => {
    const [one, other] = [256, 512].map((mib) => BigInt(mib) << 20n);
    const near = (boot: number | 'last', name: string): bigint =>
      listedBytes(read(`damaged/${name}`, { boot }));
    for (const [boot, name, size = 0n] of [
      [1, 'two-boots-256-then-512', one],
      [2, 'two-boots-256-then-512', other],
      ['last', 'two-boots-512-then-256', one],
      [1, 'two-boots-512-then-256', other],
    ] as const)
      expect(Number(size - near(boot, name)), `${name} ${boot}`).toBeLessThan(2 ** 20);
    expect(refusal('damaged/two-boots-512-then-256', { boot: 3 })).toContain('--boot from 1 to 2');
  });

  it('an EFI table and an e820 table of one machine agree: neither lacks what the other lists', () => {
    for (const [efi, e820] of [
      ['laptop-thinkpad-x240-efi', 'laptop-thinkpad-x240'],
      ['server-dell-r630-64g-efi', 'server-dell-r630-64g'],
    ]) {
      const [one, other] = [efi, e820].map((name) => readFileSync(join(MAPS, `${name}.txt`), 'utf8'));
      const both = importMemoryMap(`${one}${other}`, 'both');
      expect([both.notation, ...both.warnings]).toEqual(['efi-dmesg']);
      expect(both.unused.map(({ flag }) => flag)).toEqual(['--table e820-dmesg']);
    }
  });

  it('an EFI table whose last entries are lost is told by the e820 table beside it', () => {
    const efi = readFileSync(join(MAPS, 'server-dell-r630-64g-efi.txt'), 'utf8').split('\n');
    const e820 = readFileSync(join(MAPS, 'server-dell-r630-64g.txt'), 'utf8');
    const { warnings } = importMemoryMap([...efi.slice(0, 200), e820].join('\n'), 'both');
    expect(warnings).toEqual([
      expect.stringMatching(
        /^efi-dmesg lacks memory that e820-dmesg lists in line \d+: entries are missing$/,
      ),
    ]);
  });

  it('an EFI map keeps its empty entries: ThinkPad X240 has seven', () => {
    expect(read('laptop-thinkpad-x240-efi').map.descriptors.filter((d) => d.pages === 0)).toHaveLength(7);
  });

  it('an EFI map keeps the order of its firmware: ThinkPad X240 ends with what lies lowest', () => {
    const { descriptors } = read('laptop-thinkpad-x240-efi').map;
    expect(descriptors[39]).toMatchObject({ type: 'reserved', start: 0xa0000n });
  });

  it('an e820 table that is not sorted is: FreeBSD lists 12 GiB before what lies below 4 GiB', () => {
    const starts = read('smap-freebsd-amd64').map.descriptors.map((d) => d.start);
    expect(starts).toEqual(starts.toSorted((a, b) => (a < b ? -1 : 1)));
  });

  it('"type 20" counts as reserved: HP 250 G3', () => {
    const { descriptors } = read('laptop-hp-250g3').map;
    expect(
      descriptors.find((d) => d.start <= 0x9c64f000n && d.start + BigInt(d.pages) * 4096n > 0x9c64f000n),
    ).toEqual({
      type: 'reserved',
      start: 0x9c64f000n,
      pages: 0x860, // "type 20" and the reserved range after it
    });
  });

  it('setup_data splits usable RAM inside page frames without losing any: Dell R7625', () => {
    const { descriptors } = read('server-dell-r7625-setupdata-unaligned').map;
    expect(descriptors.at(-1)).toEqual({ type: 'conventional', start: 0x100000n, pages: 0x59bcd });
  });

  it('RAM may lie above 1 TiB, and be sparse: 12 TiB of a Superdome2, eight nodes over 25 TiB', () => {
    const last = read('server-hp-superdome2-12tib').map.descriptors.findLast(
      (d) => d.type === 'conventional',
    );
    expect(last).toEqual({ type: 'conventional', start: 0xe0_0000_1000n, pages: 3_019_898_879 });
    expect(read('server-9008-8node-sparse25tib').map.descriptors.at(-1)).toEqual({
      type: 'conventional',
      start: 0x1900_0000_0000n,
      pages: 2 ** 24,
    });
  });

  it('soft reserved memory is not the manager’s: CXL expanders', () => {
    expect(read('cxl-amd-softreserved-partial').map.descriptors).toHaveLength(1);
    expect(pagesOf(read('cxl-amd-softreserved-partial'), 'conventional')).toBe(0);
  });

  it('what a user gave is not used beside the firmware’s table, and named with its flag: mem=1G', () => {
    expect(read('more/user-mem-1g-amd-warthog').unused).toEqual([
      { notation: 'e820-user', where: 'lines 14 to 22', flag: '--table e820-user' },
    ]);
    const user = read('more/user-mem-1g-amd-warthog', { table: 'e820-user' });
    expect(pagesOf(user, 'conventional') * 4096).toBe(0x9d000 + 0x3ff0_0000);
    const limited = read('more/user-mem-1g-amd-warthog', { usableBelow: 1n << 30n });
    expect(limited.map.descriptors).toEqual(user.map.descriptors);
  });
});

/**
 * Maps of real machines, where they are at hand: a folder `shared/maps` beside the project, whose INDEX.tsv says what an
 * independent reader made of each. They are not part of the project, so these tests say when they are absent.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Descriptor, type MemoryType, ownerAfterInit } from '../memory-map.ts';
import { readMemoryMap } from './read.ts';
import type { ImportedMap } from './reading.ts';

const MAPS = join(import.meta.dirname, '../../../shared/maps');

interface Row {
  readonly name: string;
  readonly format: string;
  readonly entries: number;
  readonly usableMib: number;
  readonly oddities: string;
}

function readIndex(): readonly Row[] {
  const [, ...lines] = readFileSync(join(MAPS, 'INDEX.tsv'), 'utf8').trim().split('\n');
  return lines.map((line) => {
    const [name = '', format = '', entries = '', usable = '', oddities = ''] = line.split('\t');
    return { name, format, entries: Number(entries), usableMib: Number(usable), oddities };
  });
}

function read(name: string): ImportedMap {
  return readMemoryMap(join(MAPS, `${name}.txt`));
}

function pages({ map }: ImportedMap, holds: (d: Descriptor) => boolean): number {
  return map.descriptors.filter(holds).reduce((sum, d) => sum + d.pages, 0);
}

function pagesOf(imported: ImportedMap, type: MemoryType): number {
  return pages(imported, (d) => d.type === type);
}

function oddity({ oddities }: Row, pattern: RegExp): number | null {
  const found = pattern.exec(oddities)?.[1];
  return found === undefined ? null : Number(found);
}

const PAGES_PER_MIB = 256;
// INDEX.tsv has two decimals: half of 0.01 MiB is 1.28 pages.
const PRINTED_PAGES = 0.005 * PAGES_PER_MIB + 1e-6;

/** Whole pages are lost only where a usable entry is not aligned: less than one at each of its two edges. */
function roundingPages(row: Row): number {
  return 2 * (oddity(row, /usable-unaligned\((\d+)\)/) ?? 0);
}

const arePresent = existsSync(MAPS);

describe('maps of real machines', () => {
  if (!arePresent) {
    it('reads the real maps (absent here: ../shared/maps)', () => {
      console.log(`absent, so not read: ${MAPS}`);
    });
    return;
  }
  const rows = readIndex();

  it.each(rows)('$name: the notation, the entries and the usable total are those of the index', (row) => {
    const imported = read(row.name);
    expect([imported.notation, imported.entries.length]).toEqual([row.format, row.entries]);
    const lost = row.usableMib * PAGES_PER_MIB - pagesOf(imported, 'conventional');
    expect(lost).toBeGreaterThanOrEqual(-PRINTED_PAGES);
    expect(lost).toBeLessThanOrEqual(PRINTED_PAGES + roundingPages(row));
  });

  it('what the manager owns after init is what ExitBootServices leaves free', () => {
    const withTotal = rows.filter((row) => row.oddities.includes('afterExitBootServicesMiB'));
    expect(withTotal).toHaveLength(17);
    for (const row of withTotal) {
      const expected = (oddity(row, /afterExitBootServicesMiB=([\d.]+)/) ?? 0) * PAGES_PER_MIB;
      const actual = pages(read(row.name), (d) => ownerAfterInit(d.type) === 'pmm');
      expect(Math.abs(actual - expected), row.name).toBeLessThanOrEqual(PRINTED_PAGES);
    }
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

  it('RAM may lie above 1 TiB: 12 TiB of a Superdome2', () => {
    const last = read('server-hp-superdome2-12tib').map.descriptors.findLast(
      (d) => d.type === 'conventional',
    );
    expect(last).toEqual({ type: 'conventional', start: 0xe0_0000_1000n, pages: 3_019_898_879 });
  });

  it('RAM may be sparse: eight nodes over 25 TiB', () => {
    const imported = read('server-9008-8node-sparse25tib');
    expect(imported.map.descriptors.at(-1)).toEqual({
      type: 'conventional',
      start: 0x1900_0000_0000n,
      pages: 2 ** 24,
    });
  });

  it('gap lines are no entries: QEMU with Linux 7', () => {
    expect(readFileSync(join(MAPS, 'qemu-i440fx-256m-linux7.txt'), 'utf8')).toContain('[gap');
    expect(read('qemu-i440fx-256m-linux7').entries).toHaveLength(7);
  });

  it('soft reserved memory is not the manager’s: CXL expanders', () => {
    expect(read('cxl-amd-softreserved-partial').map.descriptors).toHaveLength(1);
    expect(pagesOf(read('cxl-amd-softreserved-partial'), 'conventional')).toBe(0);
  });

  it('a table may have one usable page and nothing more: Samsung 500C', () => {
    expect(pagesOf(read('chromebook-samsung-500c'), 'conventional')).toBe(1);
  });

  it('every map of the index was read', () => {
    console.log(`read ${rows.length} maps of real machines`);
    expect(rows.length).toBeGreaterThanOrEqual(65);
  });
});

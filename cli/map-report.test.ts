import { describe, expect, it } from 'vitest';
import { config, FALLBACK_MAP, MemoryMap, memoryMap, pageCount } from '../spec/index.ts';
import { bandsOf, importMemoryMap } from '../spec/maps/index.ts';
import { cellsOf, formatSize, mapBar, mapReport } from './map-report.ts';

const DUMP = [
  'BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable',
  'BIOS-e820: [mem 0x000000000009fc00-0x000000000009ffff] reserved',
  'BIOS-e820: [mem 0x0000000000100000-0x0000000007ffefff] usable',
  'BIOS-e820: [mem 0x0000000007fff000-0x0000000007ffffff] ACPI NVS',
].join('\n');

/** Returns a map as it is read from its own JSON. */
function asRead(map: MemoryMap) {
  return importMemoryMap(JSON.stringify(MemoryMap.encode(map)), 'map.json');
}

describe('the report on a map', () => {
  it('shows the regions, the totals and the bar', () => {
    const imported = importMemoryMap(DUMP, 'box.txt');
    expect(`\n${mapReport({ imported, config: config(), width: 72 })}\n`).toMatchInlineSnapshot(`
      "
      box: 4 entries of e820-dmesg, 4 regions
      read      lines 1 to 4 of a Linux boot log
      note      e820-dmesg neither numbers nor counts its entries: lines that
                are missing, or of another machine, cannot be seen

      the regions, each from start to just before end, with their owner after init:
          start       end pages    size type         owner    zone
      --------- --------- ----- ------- ------------ -------- ------
            0x0   0x9f000   159 636 KiB conventional pmm      bitmap
        0x9f000   0xa0000     1   4 KiB reserved     absent   bitmap
       0x100000 0x7fff000 32511 127 MiB conventional pmm      both
      0x7fff000 0x8000000     1   4 KiB acpiNvs      firmware stack

      page frames by owner and zone (holes are not counted):
      owner         bitmap zone       stack zone            both
      -------- ---------------- ---------------- ---------------
      pmm      16287 (63.6 MiB) 16383 (64.0 MiB) 32670 (128 MiB)
      boot                    0                0               0
      firmware                0        1 (4 KiB)       1 (4 KiB)
      absent          1 (4 KiB)                0       1 (4 KiB)

      address space in 6 bands, not to scale (a cell each, then by log2 of the size):
      ############...----------############################################fff
                                                     ^ bitmap limit 0x4000000
      # pmm (free)   b boot   f firmware   . absent (named by the map)   - hole
      "
    `);
  });

  it('says so where the map is empty', () => {
    const imported = asRead(memoryMap([]));
    expect(mapReport({ imported, config: config(), width: 80 })).toMatch(/the map is empty$/);
  });

  it('has no line wider than 80 characters for a PC, and no escape codes', () => {
    const imported = asRead(FALLBACK_MAP);
    const lines = mapReport({ imported, config: config(), width: 80 }).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(lines.join('\n')).not.toContain('\u001b');
  });
});

describe('the bar of the address space', () => {
  const bands = bandsOf(FALLBACK_MAP, config());

  it.each([40, 80, 200])('fills lines of %i cells, and no band vanishes', (width) => {
    const cells = cellsOf(bands, width);
    expect(cells.reduce((sum, n) => sum + n, 0) % width).toBe(0);
    expect(Math.min(...cells)).toBeGreaterThanOrEqual(1);
    expect(mapBar(bands, width).every((line) => line.length <= width)).toBe(true);
  });

  it('gives a larger band at least about as many cells as a smaller one', () => {
    const cells = cellsOf(bands, 80);
    for (const [i, a] of bands.entries())
      for (const [j, b] of bands.entries())
        if (a.end - a.base <= b.end - b.base) expect(cells[i] ?? 0).toBeLessThanOrEqual((cells[j] ?? 0) + 1);
  });

  it('takes several lines where there are more bands than cells', () => {
    const pieces = Array.from(
      { length: 50 },
      (_, i) => ({ type: 'conventional', start: BigInt(i) * 0x2000n, pages: 1 }) as const,
    );
    const lines = mapBar(bandsOf(memoryMap(pieces), config()), 40);
    expect(lines.map((line) => line.length)).toEqual([40, 40, 40]);
  });

  it('points at the bitmap limit, left of the pointer where the right is too narrow', () => {
    expect(mapBar(bands, 80)).toContainEqual(expect.stringMatching(/^ +\^ bitmap limit 0x4000000$/));
    const late = bandsOf(
      memoryMap([{ type: 'conventional', start: 0n, pages: 1000 }]),
      config({ bitmapMaxAddr: 0x3e7000n }),
    );
    expect(mapBar(late, 40)).toContainEqual(expect.stringMatching(/^ *bitmap limit 0x3e7000 \^$/));
  });

  it('points at nothing where all of the map lies in one zone', () => {
    const [stack, bitmap] = [config({ bitmapMaxAddr: 0n }), config({ bitmapMaxAddr: 1n << 52n })];
    for (const settings of [stack, bitmap])
      expect(mapBar(bandsOf(FALLBACK_MAP, settings), 80).join()).not.toContain('bitmap limit');
  });
});

describe('sizes', () => {
  it.each([
    [0, '0 KiB'],
    [1, '4 KiB'],
    [255, '1020 KiB'],
    [256, '1 MiB'],
    [16287, '63.6 MiB'],
    [262144, '1 GiB'],
    [2 ** 38, '1 PiB'],
  ])('%i pages are %s', (pages, expected) => {
    expect(formatSize(pageCount(pages))).toBe(expected);
  });
});

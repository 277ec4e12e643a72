import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { MEMORY_TYPES, type MemoryType, memoryMap } from '../../memory-map.ts';
import { importMemoryMap } from '../import.ts';
import { differencesOf, writtenAs } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'frameproof-output-'));
afterAll(() => rmSync(folder, { recursive: true }));

const TYPES = Object.keys(MEMORY_TYPES) as MemoryType[];
/** A page frame of every type, and one between two. */
const EVERY = memoryMap(
  TYPES.map((type, i) => ({ type, start: BigInt(2 * i) * 4096n, pages: 1 })),
  'every type',
);

describe('a written map', () => {
  it('in JSON is read again as it is', () => {
    const { text, merged } = writtenAs('json', EVERY);
    expect(importMemoryMap(text, 'again.json').map).toEqual(EVERY);
    expect(merged).toEqual([]);
  });

  it('as e820 is read again with the types that e820 has, and says which it wrote alike', () => {
    const { text, merged } = writtenAs('e820', EVERY);
    const again = importMemoryMap(text, 'again.txt');
    expect([again.notation, again.count]).toEqual(['e820-dmesg', TYPES.length]);
    expect(again.map.descriptors.map(({ type }) => type)).toEqual([
      'reserved',
      'conventional',
      'conventional',
      'conventional',
      'conventional',
      'reserved',
      'reserved',
      'conventional',
      'unusable',
      'acpiReclaim',
      'acpiNvs',
      'reserved',
      'reserved',
      'reserved',
      'persistent',
      'reserved',
    ]);
    expect(merged).toEqual([
      'loaderCode as usable',
      'loaderData as usable',
      'bootServicesCode as usable',
      'bootServicesData as usable',
      'runtimeServicesCode as reserved',
      'runtimeServicesData as reserved',
      'mmio as reserved',
      'mmioPortSpace as reserved',
      'palCode as reserved',
      'unaccepted as reserved',
    ]);
  });

  it('as e820 joins what touches and has one word, and leaves out what is empty', () => {
    const map = memoryMap([
      { type: 'bootServicesData', start: 0x1000n, pages: 1 },
      { type: 'conventional', start: 0n, pages: 1 },
      { type: 'reserved', start: 0x5000n, pages: 0 },
    ]);
    expect(writtenAs('e820', map).text).toBe('BIOS-e820: [mem 0x0000000000000000-0x0000000000001fff] usable');
  });

  it('as a Limine request is C that answers what the map says', () => {
    writeFileSync(
      join(folder, 'limine.h'),
      [
        '#include <stdint.h>',
        'enum { LIMINE_MEMMAP_USABLE, LIMINE_MEMMAP_RESERVED, LIMINE_MEMMAP_ACPI_RECLAIMABLE, LIMINE_MEMMAP_ACPI_NVS,',
        '  LIMINE_MEMMAP_BAD_MEMORY, LIMINE_MEMMAP_BOOTLOADER_RECLAIMABLE };',
        '#define LIMINE_MEMMAP_REQUEST { 1, 2, 3, 4 }',
        'struct limine_memmap_entry { uint64_t base, length, type; };',
        'struct limine_memmap_response { uint64_t revision, entry_count; struct limine_memmap_entry **entries; };',
        'struct limine_memmap_request { uint64_t id[4], revision; struct limine_memmap_response *response; };',
      ].join('\n'),
    );
    const name = 'every type */ int x;\n';
    writeFileSync(join(folder, 'map.c'), `${writtenAs('limine', { ...EVERY, name }).text}\n`);
    writeFileSync(
      join(folder, 'main.c'),
      [
        '#include <stdio.h>',
        '#include "map.c"',
        'int main(void) {',
        '  struct limine_memmap_response *r = memmap_request.response;',
        '  for (uint64_t i = 0; i < r->entry_count; i++)',
        '    printf("base: 0x%lx, type: %lu, length: 0x%lx\\n", r->entries[i]->base, r->entries[i]->type, r->entries[i]->length);',
        '}',
      ].join('\n'),
    );
    execFileSync('cc', ['-std=c11', '-Wall', '-Werror', '-I.', '-o', 'main', 'main.c'], { cwd: folder });
    const printed = execFileSync(join(folder, 'main'), { encoding: 'utf8' });
    const again = importMemoryMap(printed, 'limine.txt');
    expect([again.notation, again.count]).toEqual(['limine', TYPES.length]);
    const usable = again.map.descriptors.filter(({ type }) => type === 'conventional');
    expect(usable.map(({ start }) => TYPES[Number(start / 8192n)])).toEqual([
      'loaderCode',
      'bootServicesCode',
      'bootServicesData',
      'conventional',
    ]);
  });
});

describe('the differences of two maps', () => {
  const before = memoryMap([
    { type: 'conventional', start: 0n, pages: 4 },
    { type: 'reserved', start: 0x4000n, pages: 1 },
    { type: 'bootServicesData', start: 0x8000n, pages: 2 },
  ]);

  it('are none where they are equal, however they are divided', () => {
    const divided = memoryMap([
      { type: 'bootServicesData', start: 0x9000n, pages: 1 },
      { type: 'conventional', start: 0x2000n, pages: 2 },
      { type: 'conventional', start: 0n, pages: 2 },
      { type: 'reserved', start: 0x4000n, pages: 1 },
      { type: 'bootServicesData', start: 0x8000n, pages: 1 },
    ]);
    expect(differencesOf(before, divided)).toEqual([]);
    expect(differencesOf(memoryMap([]), memoryMap([]))).toEqual([]);
  });

  it('are stretches of page frames, with what they were and became, and whether their owner changed', () => {
    const after = memoryMap([
      { type: 'conventional', start: 0n, pages: 3 },
      { type: 'acpiNvs', start: 0x3000n, pages: 2 },
      { type: 'conventional', start: 0x8000n, pages: 3 },
    ]);
    expect(differencesOf(before, after)).toEqual([
      { base: 3, end: 4, before: 'conventional', after: 'acpiNvs', isOwner: true },
      { base: 4, end: 5, before: 'reserved', after: 'acpiNvs', isOwner: true },
      { base: 8, end: 10, before: 'bootServicesData', after: 'conventional', isOwner: false },
      { base: 10, end: 11, before: 'hole', after: 'conventional', isOwner: true },
    ]);
  });

  it('of a hole and what is no RAM leave the owner as it was', () => {
    const hole = memoryMap([{ type: 'conventional', start: 0n, pages: 4 }]);
    expect(differencesOf(hole, before)[0]).toEqual({
      base: 4,
      end: 5,
      before: 'hole',
      after: 'reserved',
      isOwner: false,
    });
  });
});

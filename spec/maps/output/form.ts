/**
 * Forms: memory maps as other programs read them.
 *
 *     json     our own, which loses nothing
 *     e820     the lines of a Linux boot log: [mem 0x0000000000000000-0x000000000009efff] usable
 *     limine   C: a memory map request of the Limine boot protocol, with its response
 *
 * A form that has fewer types than EFI writes several of them alike; {@link WrittenMap.merged} says which.
 *
 * Source: Linux `arch/x86/kernel/e820.c`; the Limine boot protocol, "Memory Map Feature".
 */
import { toHex } from '../../hex.ts';
import { endAddressOf, MemoryMap, type MemoryType } from '../../memory-map.ts';

export const FORMS = ['json', 'e820', 'limine'] as const;
export type Form = (typeof FORMS)[number];

/** A map as text that ends without a line break. */
export interface WrittenMap {
  readonly text: string;
  /** The types that the text does not tell from others: "loaderData as usable". */
  readonly merged: readonly string[];
}

/** The words of a form for our types. */
type Names = Readonly<Record<MemoryType, string>>;

const E820: Names = {
  conventional: 'usable',
  loaderCode: 'usable',
  loaderData: 'usable',
  bootServicesCode: 'usable',
  bootServicesData: 'usable',
  acpiReclaim: 'ACPI data',
  acpiNvs: 'ACPI NVS',
  unusable: 'unusable',
  persistent: 'persistent (type 7)',
  reserved: 'reserved',
  runtimeServicesCode: 'reserved',
  runtimeServicesData: 'reserved',
  mmio: 'reserved',
  mmioPortSpace: 'reserved',
  palCode: 'reserved',
  unaccepted: 'reserved',
};

const LIMINE: Names = {
  conventional: 'USABLE',
  loaderCode: 'USABLE',
  loaderData: 'BOOTLOADER_RECLAIMABLE',
  bootServicesCode: 'USABLE',
  bootServicesData: 'USABLE',
  acpiReclaim: 'ACPI_RECLAIMABLE',
  acpiNvs: 'ACPI_NVS',
  unusable: 'BAD_MEMORY',
  persistent: 'RESERVED',
  reserved: 'RESERVED',
  runtimeServicesCode: 'RESERVED',
  runtimeServicesData: 'RESERVED',
  mmio: 'RESERVED',
  mmioPortSpace: 'RESERVED',
  palCode: 'RESERVED',
  unaccepted: 'RESERVED',
};

/** Bytes [start, end) that a form has one word for. */
interface Named {
  readonly start: bigint;
  readonly end: bigint;
  readonly name: string;
}

/** Returns what a map has by the words of a form: ascending, none empty, and no two of one word touch. */
function namedBy(names: Names, { descriptors }: MemoryMap): readonly Named[] {
  const all = descriptors
    .filter(({ pages }) => pages > 0)
    .map((d) => ({ start: BigInt(d.start), end: BigInt(endAddressOf(d)), name: names[d.type] }))
    .sort((a, b) => (a.start < b.start ? -1 : 1));
  const joined: Named[] = [];
  for (const next of all) {
    const last = joined.at(-1);
    if (last?.name === next.name && last.end === next.start)
      joined[joined.length - 1] = { ...last, end: next.end };
    else joined.push(next);
  }
  return joined;
}

/** Returns the types of a map that a form writes like another one: those whose word is first that of an earlier type. */
function mergedBy(names: Names, { descriptors }: MemoryMap): readonly string[] {
  const types = Object.keys(names).filter((type) => descriptors.some((d) => d.type === type)) as MemoryType[];
  const isPlain = (type: MemoryType): boolean =>
    Object.keys(names).find((other) => names[other as MemoryType] === names[type]) === type;
  return types.filter((type) => !isPlain(type)).map((type) => `${type} as ${names[type]}`);
}

function wide(address: bigint): string {
  return `0x${address.toString(16).padStart(16, '0')}`;
}

function e820(map: MemoryMap): string {
  return namedBy(E820, map)
    .map(({ start, end, name }) => `BIOS-e820: [mem ${wide(start)}-${wide(end - 1n)}] ${name}`)
    .join('\n');
}

function limine(map: MemoryMap): string {
  const entries = namedBy(LIMINE, map);
  const name = (map.name ?? 'a map without a name').replaceAll('*/', '* /').replaceAll(/[\r\n]/g, ' ');
  return [
    `/* ${name}: what Limine answers, for a kernel that runs without it. */`,
    '#include <limine.h>',
    '',
    'static struct limine_memmap_entry entries[] = {',
    ...entries.map(
      (e) =>
        `    { .base = ${toHex(e.start)}, .length = ${toHex(e.end - e.start)}, .type = LIMINE_MEMMAP_${e.name} },`,
    ),
    '};',
    '',
    'static struct limine_memmap_entry *entry_pointers[] = {',
    ...entries.map((_, i) => `    &entries[${i}],`),
    '};',
    '',
    'static struct limine_memmap_response response = {',
    `    .entry_count = ${entries.length},`,
    '    .entries = entry_pointers,',
    '};',
    '',
    'struct limine_memmap_request memmap_request = {',
    '    .id = LIMINE_MEMMAP_REQUEST,',
    '    .response = &response,',
    '};',
  ].join('\n');
}

/** Returns a map in a form. */
export function writtenAs(form: Form, map: MemoryMap): WrittenMap {
  switch (form) {
    case 'json':
      return { text: JSON.stringify(MemoryMap.encode(map), null, 2), merged: [] };
    case 'e820':
      return { text: e820(map), merged: mergedBy(E820, map) };
    case 'limine':
      return { text: limine(map), merged: mergedBy(LIMINE, map) };
  }
}

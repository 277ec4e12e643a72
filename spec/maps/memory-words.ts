/**
 * Memory types by number and by word: what firmware numbers and what printers call the EFI memory types.
 *
 * Two families share the names: the e820 numbers of a BIOS (ACPI 6.5, table 15.2) and the numbers of UEFI (2.10, table
 * 7.10). Each notation says which words it has; words of several notations stand here.
 *
 * Soft reserved memory is RAM set aside for a driver: a page-frame manager does not get it, so it counts as reserved.
 */
import { MEMORY_TYPES, type MemoryType } from '../memory-map.ts';

/** Types by word, in the form of {@link plainWord}. */
export type Words = Readonly<Record<string, MemoryType>>;

/** Returns the type of a number, or null where the notation assigns it none. */
export type Numbers = (number: number) => MemoryType | null;

/** Returns words in the form in which tables of words hold them: lower case, one blank for everything that is not a letter or digit. */
export function plainWord(words: string): string {
  return words
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim();
}

/** Which words and numbers mean which type. `expected` is how messages call them: "a memory type such as …". */
export interface Types {
  readonly expected: string;
  readonly words?: Words;
  readonly numbers?: Numbers;
}

const E820: ReadonlyMap<number, MemoryType> = new Map([
  [1, 'conventional'],
  [2, 'reserved'],
  [3, 'acpiReclaim'],
  [4, 'acpiNvs'],
  [5, 'unusable'],
  [7, 'persistent'],
  [12, 'persistent'],
]);

/** e820 numbers. One that is not assigned counts as reserved, which is how kernels treat it. */
export const E820_NUMBERS: Numbers = (number) => E820.get(number) ?? 'reserved';

/** e820 numbers where the printer has words for those that are assigned: an assigned one was cut from a longer number. */
export const E820_OTHER_NUMBERS: Numbers = (number) => (E820.has(number) || number === 0 ? null : 'reserved');

/** Linux' words for e820 types: of the boot log, old and new, of `/sys/firmware/memmap` and of `/proc/iomem`. */
export const E820_WORDS: Words = {
  usable: 'conventional',
  'system ram': 'conventional',
  reserved: 'reserved',
  'device reserved': 'reserved',
  'soft reserved': 'reserved',
  'application reserved': 'reserved',
  'ram buffer': 'reserved',
  'unknown e820 type': 'reserved',
  'acpi data': 'acpiReclaim',
  'acpi tables': 'acpiReclaim',
  'acpi nvs': 'acpiNvs',
  'acpi non volatile storage': 'acpiNvs',
  unusable: 'unusable',
  'unusable memory': 'unusable',
  persistent: 'persistent',
  'persistent type 7': 'persistent',
  'persistent type 12': 'persistent',
  'persistent ram': 'persistent',
  'persistent memory': 'persistent',
  'persistent memory legacy': 'persistent',
};

const EFI: ReadonlyMap<number, MemoryType> = new Map(
  // A record's keys are its own: MEMORY_TYPES is a literal.
  (Object.keys(MEMORY_TYPES) as MemoryType[]).map((type) => [MEMORY_TYPES[type].efi, type]),
);

const FIRST_VENDOR_TYPE = 0x7000_0000;
const LAST_VENDOR_TYPE = 0xffff_ffff;

/**
 * EFI numbers. From 0x70000000 up they belong to vendors and to boot loaders: what they mean by them is unknown, so they
 * count as reserved. An unassigned number below is not a memory type.
 */
export const EFI_NUMBERS: Numbers = (number) => {
  const isVendors = number >= FIRST_VENDOR_TYPE && number <= LAST_VENDOR_TYPE;
  return EFI.get(number) ?? (isVendors ? 'reserved' : null);
};

/** Words of all printers of EFI maps: no two printers mean different types by one word. */
export const EFI_WORDS: Words = {
  reserved: 'reserved',
  'loader code': 'loaderCode',
  loadercode: 'loaderCode',
  'ldr code': 'loaderCode',
  'loader data': 'loaderData',
  loaderdata: 'loaderData',
  'ldr data': 'loaderData',
  'boot code': 'bootServicesCode',
  'bs code': 'bootServicesCode',
  bootservicescode: 'bootServicesCode',
  'boot services code': 'bootServicesCode',
  'boot data': 'bootServicesData',
  'bs data': 'bootServicesData',
  bootservicesdata: 'bootServicesData',
  'boot services data': 'bootServicesData',
  'runtime code': 'runtimeServicesCode',
  'rt code': 'runtimeServicesCode',
  runtimeservicescode: 'runtimeServicesCode',
  'runtime services code': 'runtimeServicesCode',
  'runtime data': 'runtimeServicesData',
  'rt data': 'runtimeServicesData',
  runtimeservicesdata: 'runtimeServicesData',
  'runtime services data': 'runtimeServicesData',
  'conventional memory': 'conventional',
  conventionalmemory: 'conventional',
  conventional: 'conventional',
  'conv mem': 'conventional',
  available: 'conventional',
  'unusable memory': 'unusable',
  unusablememory: 'unusable',
  'unusable mem': 'unusable',
  unusable: 'unusable',
  'acpi reclaim memory': 'acpiReclaim',
  acpireclaimmemory: 'acpiReclaim',
  'acpi reclaim mem': 'acpiReclaim',
  'acpi reclaim': 'acpiReclaim',
  'acpi recl': 'acpiReclaim',
  'acpi rec': 'acpiReclaim',
  'acpi memory nvs': 'acpiNvs',
  acpimemorynvs: 'acpiNvs',
  'acpi mem nvs': 'acpiNvs',
  'acpi non volatile': 'acpiNvs',
  'acpi nvs': 'acpiNvs',
  'memory mapped i o': 'mmio',
  memorymappedio: 'mmio',
  memmapio: 'mmio',
  mmio: 'mmio',
  io: 'mmio',
  'mmio port space': 'mmioPortSpace',
  memorymappedioportspace: 'mmioPortSpace',
  'mmio port': 'mmioPortSpace',
  memportio: 'mmioPortSpace',
  'io port': 'mmioPortSpace',
  'io ports': 'mmioPortSpace',
  'pal code': 'palCode',
  palcode: 'palCode',
  pal: 'palCode',
  'persistent memory': 'persistent',
  persistentmemory: 'persistent',
  persistent: 'persistent',
  persist: 'persistent',
  'unaccepted memory': 'unaccepted',
  unacceptedmemory: 'unaccepted',
  unaccepted: 'unaccepted',
  unaccept: 'unaccepted',
};

/** Linux's words for e820 types. */
export const E820_TYPES: Types = {
  expected: 'a memory type such as "usable", "reserved" or "ACPI data"',
  words: E820_WORDS,
  numbers: E820_OTHER_NUMBERS,
};

/** EFI memory types, by number or by the word of any printer. */
export const EFI_TYPES: Types = {
  expected: 'an EFI memory type such as "Conventional Memory" or a number from 0 to 15',
  words: EFI_WORDS,
  numbers: EFI_NUMBERS,
};

/** Memory without a type: all that is listed is RAM. */
export const RAM_ONLY: Types = { expected: 'RAM', words: { '': 'conventional' } };

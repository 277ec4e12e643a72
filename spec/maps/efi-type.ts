/**
 * EFI types: the numbers of UEFI 2.10, table 7.10, and the words that Linux and the UEFI shell print for them.
 *
 * From 0x70000000 up the numbers belong to vendors and to boot loaders. What they mean by them is unknown, so they
 * count as reserved; an unassigned number below is no memory type.
 */
import { MEMORY_TYPES, type MemoryType } from '../memory-map.ts';
import { fault, type Place } from './place.ts';

const FIRST_VENDOR_TYPE = 0x7000_0000;
const LAST_VENDOR_TYPE = 0xffff_ffff;

const BY_NUMBER: ReadonlyMap<number, MemoryType> = new Map(
  // A record's keys are its own: MEMORY_TYPES is a literal.
  (Object.keys(MEMORY_TYPES) as MemoryType[]).map((type) => [MEMORY_TYPES[type].efi, type]),
);

/** Words in lower case. Linux shortened some of them, and the shell's old spelling differs from the new one. */
const BY_WORDS: ReadonlyMap<string, MemoryType> = new Map([
  ['reserved', 'reserved'],
  ['loader code', 'loaderCode'],
  ['loadercode', 'loaderCode'],
  ['loader data', 'loaderData'],
  ['loaderdata', 'loaderData'],
  ['boot code', 'bootServicesCode'],
  ['bs_code', 'bootServicesCode'],
  ['boot data', 'bootServicesData'],
  ['bs_data', 'bootServicesData'],
  ['runtime code', 'runtimeServicesCode'],
  ['rt_code', 'runtimeServicesCode'],
  ['runtime data', 'runtimeServicesData'],
  ['rt_data', 'runtimeServicesData'],
  ['conventional memory', 'conventional'],
  ['conventional', 'conventional'],
  ['available', 'conventional'],
  ['unusable memory', 'unusable'],
  ['unusable', 'unusable'],
  ['acpi reclaim memory', 'acpiReclaim'],
  ['acpi reclaim', 'acpiReclaim'],
  ['acpi_recl', 'acpiReclaim'],
  ['acpi memory nvs', 'acpiNvs'],
  ['acpi mem nvs', 'acpiNvs'],
  ['acpi_nvs', 'acpiNvs'],
  ['memory mapped i/o', 'mmio'],
  ['mmio', 'mmio'],
  ['memmapio', 'mmio'],
  ['mmio port space', 'mmioPortSpace'],
  ['mmio port', 'mmioPortSpace'],
  ['mmio_port', 'mmioPortSpace'],
  ['memportio', 'mmioPortSpace'],
  ['pal code', 'palCode'],
  ['palcode', 'palCode'],
  ['persistent memory', 'persistent'],
  ['persistent', 'persistent'],
  ['unaccepted memory', 'unaccepted'],
  ['unaccepted', 'unaccepted'],
  ['unaccept', 'unaccepted'],
]);

function isVendorType(number: number): boolean {
  return number >= FIRST_VENDOR_TYPE && number <= LAST_VENDOR_TYPE;
}

/** Returns the memory type of an EFI number; throws `SpecError` for one that is not assigned. */
export function efiTypeOfNumber(place: Place, number: number): MemoryType {
  const type = BY_NUMBER.get(number) ?? (isVendorType(number) ? 'reserved' : undefined);
  if (type === undefined) throw fault(place, 'an EFI memory type from 0 to 15', `type ${number}`);
  return type;
}

/** Returns the memory type that these words stand for; throws `SpecError` where they stand for none. */
export function efiTypeOfWords(place: Place, words: string): MemoryType {
  const type = BY_WORDS.get(words.trim().toLowerCase());
  if (type === undefined)
    throw fault(place, 'an EFI memory type such as "Conventional Memory" or "BS_Data"', words);
  return type;
}

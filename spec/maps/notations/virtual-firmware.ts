/**
 * The debug logs of SeaBIOS and coreboot.
 *
 *     e820 map has 8 items:
 *       0: 0000000000000000 - 000000000009fc00 = 1 RAM          SeaBIOS, end exclusive
 *      0. 0000000080400000-0000000080431fff: RAM                coreboot, `last` inclusive
 *
 * Source: SeaBIOS `src/e820map.c`; coreboot `src/lib/bootmem.c`.
 */
import { E820_NUMBERS } from '../memory-words.ts';
import type { Notation } from '../notation.ts';

/** The e820 table in SeaBIOS's debug log. */
export const SEABIOS_E820: Notation = {
  name: 'seabios-e820',
  printer: 'a SeaBIOS log',
  mark: /^\d{1,4}: +0\w{7,15} -/,
  entry: [
    /^(?<number>\d{1,4}): +(?<start>[0-9a-f]{16}) - (?<end>[0-9a-f]{16}) = (?<type>\d{1,10}) (?:RAM|RESERVED|ACPI|NVS|UNUSABLE|HOLE|UNKNOWN)$/,
  ],
  example: '0: 0000000000000000 - 000000000009fc00 = 1 RAM',
  types: { expected: 'an e820 memory type', numbers: E820_NUMBERS },
  heading: /^e820 map has (?<count>\d{1,6}) items:$/,
};

/**
 * The memory that coreboot hands to its payload. Where coreboot's last stage and the payload itself lie is free once they
 * have booted; its tables and what runs beside the system are not.
 */
export const COREBOOT_BOOTMEM: Notation = {
  name: 'coreboot-bootmem',
  printer: 'a coreboot log',
  mark: /^\d{1,3}\. [0-9a-f]{16}-/,
  entry: [/^(?<number>\d{1,3})\. (?<start>[0-9a-f]{16})-(?<last>[0-9a-f]{16}): (?<words>[A-Z][A-Z0-9 !]*)$/],
  example: '0. 0000000080400000-0000000080431fff: RAM',
  types: {
    expected: 'a memory type such as "RAM" or "CONFIGURATION TABLES"',
    words: {
      ram: 'conventional',
      reserved: 'reserved',
      acpi: 'acpiReclaim',
      nvs: 'acpiNvs',
      unusable: 'unusable',
      'vendor reserved': 'reserved',
      bl31: 'runtimeServicesCode',
      opensbi: 'runtimeServicesCode',
      'configuration tables': 'reserved',
      'soft reserved': 'reserved',
      ramstage: 'loaderData',
      payload: 'loaderData',
      'tag storage': 'reserved',
    },
  },
  isJoined: true,
};

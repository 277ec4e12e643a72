/**
 * Firmware, and the programs that run on it before an operating system.
 *
 *     Available  0000000000001000-000000000009EFFF 000000000000009E 000000000000000F     the UEFI shell: `memmap`
 *     MMap[0]: 0x0 - 0x8dfff len=581632, type=7, attr=0xf                                ESXi's boot loader
 *     MemoryDescriptor { ty: CONVENTIONAL, padding: 0, phys_start: 4096, … }             uefi-rs, in decimal
 *     OCMM: Entry (0x7e5f1018), then a line for each of its fields                       OpenCore
 *     0: 0000000000000000 - 000000000009fc00 = 1 RAM                                     SeaBIOS, end exclusive
 *     0. 0000000080400000-0000000080431fff: RAM                                          coreboot
 *
 * Where a range says its end it is the last byte, but for SeaBIOS; EFI says the number of pages as well.
 *
 * Source: UEFI Shell 2.2, section 5.3 (memmap), and that of EFI 1.10; ESXi `mboot`; uefi-rs `MemoryDescriptor`;
 * OpenCore `Library/OcMemoryLib`; SeaBIOS `src/e820map.c`; coreboot `src/lib/bootmem.c`.
 */
import { E820_NUMBERS, EFI_TYPES } from '../memory-words.ts';
import type { Notation } from '../notation.ts';

/** The output of `memmap` in the UEFI shell. A type that the shell has no word for is printed as eight hex digits. */
export const UEFI_SHELL: Notation = {
  name: 'uefi-memmap',
  printer: 'the output of `memmap` in the UEFI shell',
  // A word and what may be an address: the headings and the summary have no such second word.
  mark: /^\w{1,16}\s{1,16}(?=\w*\d)\w{8,16}(?:-|$|\s+\w{16}\s)/,
  entry: [
    /^(?<type>[0-9A-F]{8})\s+(?<start>[0-9A-Z]{16})-(?<last>[0-9A-Z]{16})\s+(?<pages>[0-9A-F]{16})\s+(?<attributes>[0-9A-F]{16})$/i,
    /^(?<words>\w+)\s+(?<start>[0-9A-Z]{16})-(?<last>[0-9A-Z]{16})\s+(?<pages>[0-9A-F]{16})\s+(?<attributes>[0-9A-F]{16})$/i,
  ],
  example: 'Available 0000000000001000-0000000000001FFF 0000000000000001 000000000000000F',
  typeBase: 16,
  types: EFI_TYPES,
  heading: /^Type\s+Start\s+End\s+#\s?Pages\s+Attributes$/i,
  figures: [/^(?<words>[A-Za-z_]{4,12})\s*:\s+(?<pages>[\d,]{1,20}) Pages? \([\d,]{1,28}(?: Bytes)?\)$/i],
  isOrderly: true,
};

/** The log of ESXi's boot loader. */
export const ESXI_MBOOT: Notation = {
  name: 'esxi-mboot',
  printer: "the log of ESXi's boot loader",
  mark: /(?<!\S)MMap\[\d+\]/,
  entry: [
    /^MMap\[(?<number>\d{1,5})\]: (?<start>0x[0-9a-f]{1,16}) - (?<last>0x[0-9a-f]{1,16}) len=(?<bytes>\d{1,20}), type=(?<type>\d{1,10}), attr=(?<attributes>0x[0-9a-f]{1,16})$/,
  ],
  example: 'MMap[0]: 0x0 - 0x8dfff len=581632, type=7, attr=0xf',
  base: 10,
  types: EFI_TYPES,
  openEnd: 'attributes',
  isOrderly: true,
};

/** A descriptor as programs in Rust print it for debugging, on one line or over several. */
export const UEFI_RS: Notation = {
  name: 'uefi-rs',
  printer: 'a program of uefi-rs',
  mark: /(?<!\S)MemoryDescriptor \{/,
  entry: [
    /^MemoryDescriptor \{ ty: (?:MemoryType\( ?)?(?:(?<type>\d{1,10})|(?<words>[A-Z_]+))(?:,? ?\))?,(?: padding: \d+,)? phys_start: (?<start>0x[0-9a-f]{1,16}|\d{1,20}), virt_start: (?:0x)?[0-9a-f]+, page_count: (?<pages>0x[0-9a-f]{1,16}|\d{1,20}), att: (?<attributes>[^}]+?),? \}$/,
  ],
  example:
    'MemoryDescriptor { ty: CONVENTIONAL, padding: 0, phys_start: 4096, virt_start: 0, page_count: 159, att: WRITE_BACK }',
  base: 10,
  lines: 16,
  types: EFI_TYPES,
  isOrderly: true,
};

/** The firmware's map in the log of OpenCore; its table of attributes looks alike, but for its heading. */
export const OPENCORE: Notation = {
  name: 'opencore',
  printer: 'the log of OpenCore',
  mark: /(?<!\S)OCMM: Entry/,
  entry: [
    /^OCMM: Entry \(0x[0-9a-f]{1,16}\) (?:OCMM: +)?Type +- 0x(?<type>[0-9a-f]{1,8}) (?:OCMM: +)?PhysicalStart +- 0x(?<start>[0-9a-f]{16}) (?:OCMM: +)?VirtualStart +- 0x[0-9a-f]{16} (?:OCMM: +)?NumberOfPages +- 0x(?<pages>[0-9a-f]{16}) (?:OCMM: +)?Attribute +- 0x(?<attributes>[0-9a-f]{16})$/i,
  ],
  example:
    'OCMM: Entry (0x7e5f1018), then its Type, PhysicalStart, VirtualStart, NumberOfPages and Attribute',
  typeBase: 16,
  lines: 6,
  types: EFI_TYPES,
  heading: /(?<!\S)OCMM: MemoryMap:$/,
  needsHeading: true,
  alike: /(?<!\S)OCMM: MemoryAttributesTable:$/,
  figures: [/(?<!\S)OCMM:\s+NumberOfEntries\s+- (?<count>0x[0-9a-f]{1,8})$/i],
  passes: /(?<!\S)OCMM:\s+(?:Size|DescriptorSize)\s+- 0x[0-9a-f]{1,8}$/i,
  isOrderly: true,
};

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

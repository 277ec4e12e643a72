/**
 * The Xen hypervisor: its boot log (`xl dmesg`), and what it tells a guest.
 *
 *     (XEN)  [0000000000000000, 000000000009fbff] (usable)                e820 since 4.15, `last` inclusive
 *     (XEN)  0000000000000000 - 000000000009fc00 (usable)                 before, end exclusive
 *     (XEN)  0000000000000-0000000007fff type=3 attr=000000000000000f     EFI, `last` inclusive
 *     (XEN) RAM: 0000000000000000 - 000000007fffffff                      Arm, `last` inclusive, less:
 *     (XEN)  RESVD[0]: 0000000000000000 - 0000000000ffffff
 *     (d4)  [00]: 00000000:00000000 - 00000000:000a0000: RAM              hvmloader, end exclusive
 *
 * Source: Xen `xen/arch/x86/e820.c`, `xen/common/efi/boot.c`, `xen/arch/arm/setup.c` and `tools/firmware/hvmloader/e820.c`.
 *
 * QEMU's monitor: `info mtree -f`, the address spaces of a machine as its devices see them.
 *
 *     FlatView #0
 *      AS "memory", root: system
 *      Root memory region: system
 *       0000000000000000-000000000009ffff (prio 0, ram): pc.ram
 *       00000000000c0000-00000000000cafff (prio 0, rom): pc.ram @00000000000c0000
 *       00000000fec00000-00000000fec00fff (prio 0, i/o): ioapic
 *
 * RAM of the machine is told by its name from that of devices. What of it is read only shadows a ROM.
 *
 * Source: QEMU `system/memory.c` (mtree_print_flatview).
 */
import { E820_NUMBERS, E820_TYPES, EFI_TYPES } from '../memory-words.ts';
import type { EntryType, Fields, Notation } from '../notation.ts';

/** The e820 table in the boot log of a Xen hypervisor. */
export const XEN_E820: Notation = {
  name: 'xen-e820',
  printer: 'a Xen boot log',
  // Addresses are printed 16 digits wide: the first digit of one below 2^52 is 0.
  mark: /^\[?0[0-9a-z]{7,15}(?:,| -(?= |$)(?![^=]*=))/,
  entry: [
    /^\[(?<start>[0-9a-z]{16}), (?<last>[0-9a-z]{16})\] \((?<words>[^()]+)\)$/,
    /^\[(?<start>[0-9a-z]{16}), (?<last>[0-9a-z]{16})\] \(?type (?<type>\d{1,10})\)?$/,
    /^(?<start>[0-9a-z]{16}) - (?<end>[0-9a-z]{16}) \((?<words>[^()]+)\)$/,
    /^(?<start>[0-9a-z]{16}) - (?<end>[0-9a-z]{16}) \(?type (?<type>\d{1,10})\)?$/,
  ],
  example: '[0000000000000000, 000000000009fbff] (usable)',
  types: E820_TYPES,
  heading: /^\S{1,24} RAM map:$/,
};

/** The EFI memory map in the boot log of a Xen hypervisor. */
export const XEN_EFI: Notation = {
  name: 'xen-efi',
  printer: 'a Xen boot log',
  mark: /^[0-9a-f]{13}-[0-9a-f]+ type/,
  entry: [
    /^(?<start>[0-9a-f]{13})-(?<last>[0-9a-f]{13}) type=(?<type>\d{1,10}) attr=(?<attributes>[0-9a-f]{16})$/,
  ],
  example: '0000000000000-0000000007fff type=3 attr=000000000000000f',
  types: EFI_TYPES,
  heading: /^EFI memory map:$/,
  isOrderly: true,
};

function armType({ list }: Fields): EntryType {
  return list === 'RAM' ? 'conventional' : 'runtimeServicesData';
}

/** The memory banks that Xen finds on an Arm. Modules are what was loaded into them, and not the machine's doing. */
export const XEN_ARM: Notation = {
  name: 'xen-arm',
  printer: 'a Xen boot log',
  mark: /^(?:RAM: |RESVD\[)[0-9a-f]/,
  entry: [
    /^(?<list>RAM): (?<start>[0-9a-f]{16}) - (?<last>[0-9a-f]{16})$/,
    /^(?<list>RESVD)\[(?<number>\d{1,4})\]: (?<start>[0-9a-f]{16}) - (?<last>[0-9a-f]{16})$/,
  ],
  example: 'RAM: 0000000000000000 - 000000007fffffff',
  types: { expected: 'RAM or a reserved range' },
  typeOf: armType,
  heading: /^Checking for initrd in \/chosen$/,
  passes: /^(?:MODULE\[\d{1,4}\]: |CMDLINE\[|$)/,
};

/** The e820 table that hvmloader builds for a guest: two halves of an address, and named holes. */
export const HVMLOADER_E820: Notation = {
  name: 'hvmloader-e820',
  printer: "the log of Xen's hvmloader",
  mark: /^(?:\[\d{2,}\]|HOLE): (?=[0-9a-f]*:)/,
  entry: [
    /^\[(?<number>\d{2,4})\]: (?<start>[0-9a-f]{8}:[0-9a-f]{8}) - (?<end>[0-9a-f]{8}:[0-9a-f]{8}): (?<words>[A-Z]+)$/,
    /^\[(?<number>\d{2,4})\]: (?<start>[0-9a-f]{8}:[0-9a-f]{8}) - (?<end>[0-9a-f]{8}:[0-9a-f]{8}): UNKNOWN \((?<type>[0-9a-f]{8})\)$/,
    /^(?<hole>HOLE): (?<start>[0-9a-f]{8}:[0-9a-f]{8}) - (?<end>[0-9a-f]{8}:[0-9a-f]{8})$/,
  ],
  example: '[00]: 00000000:00000000 - 00000000:000a0000: RAM',
  typeBase: 16,
  types: {
    expected: 'RAM, RESERVED, ACPI or NVS',
    words: { ram: 'conventional', reserved: 'reserved', acpi: 'acpiReclaim', nvs: 'acpiNvs' },
    numbers: E820_NUMBERS,
  },
  heading: /^E820 table:$/,
};

/** Names of the RAM of machines: `pc.ram`, `mach-virt.ram`, and of memory backends: `ram-node0`, `mem0`, `/objects/mem1`. */
const MACHINE_RAM = /^(?:[\w-]+\.ram|ram(?:-node\d+)?|(?:\/objects\/)?mem\d+|dimm\d+|vmem\d+)$/;
/** Names of what devices have of it. */
const DEVICE_RAM = /vram|vga|bios|rom|flash|qxl|framebuffer|sram|tcm|ocm|msix|edid|virtio|nvram|hpm|bar \d/i;

function mtreeType({ kind = '', words = '' }: Fields): EntryType | null {
  if (kind === 'i/o' || kind === 'romd' || kind === 'ramd') return 'mmio';
  if (MACHINE_RAM.test(words)) return kind === 'ram' ? 'conventional' : 'reserved';
  if (kind === 'rom') return 'reserved';
  if (kind === 'nv-ram') return 'persistent';
  return DEVICE_RAM.test(words) ? 'mmio' : null;
}

/** The address space of the machine; its devices' have other names. */
export const QEMU_MTREE: Notation = {
  name: 'qemu-mtree',
  printer: '`info mtree -f` of QEMU',
  mark: /^[0-9a-f]{16}-[0-9a-f]{1,16} ?(?:\(|$)/,
  entry: [
    /^(?<start>[0-9a-f]{16})-(?<last>[0-9a-f]{16}) \(prio -?\d{1,10}, (?<kind>ram|rom|ramd|romd|i\/o|nv-ram)\): (?<words>\S+(?: [^\s@]\S*)*?)(?: @(?<offset>[0-9a-f]{16}))?(?: owner:\{[^}]*\}| parent:\{[^}]*\})?(?: KVM)?$/,
  ],
  example: '0000000000000000-000000000009ffff (prio 0, ram): pc.ram',
  types: { expected: 'RAM with the name of that of a machine ("pc.ram") or of a device ("vga.vram")' },
  typeOf: mtreeType,
  heading: /^AS "[^"]*", root: system$/,
  needsHeading: true,
  freeText: /\): /,
  alike: /^FlatView #\d/,
  passes: /^(?:AS "[^"]*", root: .*|Root memory region: .*|No rendered FlatView)$/,
};

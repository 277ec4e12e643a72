/**
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
import type { EntryType, Fields, Notation } from '../notation.ts';

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

/** The address space of the machine; those of its devices have other names. */
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

/**
 * Linux: lists of RAM, without the firmware's reasons for the rest.
 *
 *       node   0: [mem 0x0000000000001000-0x000000000009efff]                        usable RAM by node
 *         0: 0x00000010 -> 0x0000009f                                                the same before 3.4, in page frames
 *      memory[0x0]  [0x80200000-0x9fffffff], 0x1fe00000 bytes flags: 0x0             memblock=debug
 *     OF: reserved mem: 0x80000000..0x81ffffff (32768 KiB) nomap non-reusable name   taken out of any of these
 *      memory: 04000000 @ 00000000 (usable)                                          MIPS: a size and where it begins
 *     0x0000000000000000-0x000000007fffffff  2G online yes 0-15                      lsmem: memory blocks of a running system
 *
 * Source: Linux `mm/mm_init.c`, `mm/memblock.c`, `drivers/of/of_reserved_mem.c` and `arch/mips/kernel/setup.c`;
 * util-linux `sys-utils/lsmem.c`.
 *
 * `/proc/iomem`: who uses which physical addresses on a running Linux. A tree, drawn with two blanks a level.
 *
 *     00001000-0009fbff : System RAM
 *     000a0000-000fffff : Reserved
 *       000f0000-000fffff : System ROM
 *
 * A child splits its parent. One whose name is a memory type has that type; any other (kernel code, a device) has its
 * parent's, because the map is the machine's and not that of the kernel which happens to run. Outside all memory types
 * there are devices: MMIO. To anyone but root all addresses read 0, which is refused.
 *
 * Source: Linux `kernel/resource.c`.
 */

import type { MemoryType } from '../../memory-map.ts';
import { byStart, type Entry } from '../entry.ts';
import { E820_WORDS, plainWord, RAM_ONLY } from '../memory-words.ts';
import type { EntryType, Fields, Notation, ReadEntry } from '../notation.ts';

const FIRMWARE_TABLES = [
  'mips-user',
  'efi-dmesg',
  'efi-dmesg-arm',
  'e820-dmesg',
  'e820-dmesg-old',
  'e820-setup-data',
];

/** What the device tree keeps from the kernel: with `nomap`, or for a driver alone, it is not the manager's. */
function reservedType({ map, reuse }: Fields): EntryType {
  return map === 'nomap' || reuse === 'non-reusable' ? 'runtimeServicesData' : 'passed';
}

/** Ranges of the device tree's `/reserved-memory`, which are not a map but taken out of one. */
export const RESERVED_MEM: Notation = {
  name: 'linux-reserved-mem',
  printer: 'a Linux boot log',
  mark: /^OF: r(?!eserved mem: (?:initialized|OVERLAP|failed|unsupported|not enough))/,
  entry: [
    /^OF: reserved mem: 0x(?<start>[0-9a-f]{1,16})\.\.0x(?<last>[0-9a-f]{1,16}) \((?<size>\d{1,12} KiB)\) (?<map>map|nomap) (?<reuse>reusable|non-reusable) \S.*$/,
  ],
  example: 'OF: reserved mem: 0x80000000..0x81ffffff (32768 KiB) nomap non-reusable name@0',
  types: RAM_ONLY,
  typeOf: reservedType,
  isScattered: true,
  freeText: / (?:map|nomap) /,
};

/** The kernel's "Early memory node ranges". */
export const NODE_RANGES: Notation = {
  name: 'linux-node-ranges',
  printer: 'a Linux boot log',
  mark: /^node {1,8}\d{1,6}:\s*\[/,
  entry: [/^node {1,8}(?<list>\d{1,6}):\s*\[mem 0x(?<start>[0-9a-z]+)-0x(?<last>[0-9a-z]+)\]$/],
  example: 'node   0: [mem 0x0000000000001000-0x000000000009efff]',
  types: RAM_ONLY,
  heading: /^Early memory node ranges$/,
  figures: [/^On node (?<list>\d{1,6}) totalpages: (?<frames>\d{1,16})$/],
  derivedFrom: FIRMWARE_TABLES,
  carvedBy: RESERVED_MEM,
  isSplitByKind: true,
};

/** "Early memory PFN ranges", of kernels before 3.4: page frame numbers, end exclusive. */
export const PFN_RANGES: Notation = {
  name: 'linux-pfn-ranges',
  printer: 'a Linux boot log',
  mark: /^\d{1,4}: 0x[0-9a-f]+ ->/,
  entry: [/^(?<list>\d{1,4}): 0x(?<startFrame>[0-9a-f]{8,13}) -> 0x(?<endFrame>[0-9a-f]{8,13})$/],
  example: '0: 0x00000010 -> 0x0000009f',
  types: RAM_ONLY,
  heading: /^(?:Early memory PFN ranges|early_node_map\[\d{1,6}\] active PFN ranges)$/,
  needsHeading: true,
  figures: [/^On node (?<list>\d{1,6}) totalpages: (?<frames>\d{1,16})$/],
  derivedFrom: FIRMWARE_TABLES,
};

const NOMAP = 0x4;

/** The lists of memblock: what memory there is. What of it the kernel uses already is not the machine's doing. */
function memblockType({ list, flags = '0' }: Fields): EntryType {
  if (list !== 'memory') return 'passed';
  return (Number(flags) & NOMAP) !== 0 ? 'runtimeServicesData' : 'conventional';
}

/** The lines of `memblock=debug`. */
export const MEMBLOCK: Notation = {
  name: 'linux-memblock',
  printer: 'a Linux boot log with `memblock=debug`',
  mark: /^(?:memory|reserved)\[0x[0-9a-f]+\]/,
  entry: [
    /^(?<list>memory|reserved)\[(?<number>0x[0-9a-f]{1,4})\]\s+\[0x(?<start>[0-9a-f]{1,16})-0x(?<last>[0-9a-f]{1,16})\], 0x(?<bytes>[0-9a-f]{1,16}) bytes (?:on node \d{1,6} )?flags: (?<flags>0x[0-9a-f]{1,8})$/,
  ],
  example: 'memory[0x0] [0x0000000080200000-0x000000009fffffff], 0x000000001fe00000 bytes flags: 0x0',
  types: RAM_ONLY,
  typeOf: memblockType,
  heading: /^MEMBLOCK configuration:$/,
  carvedBy: RESERVED_MEM,
  figures: [
    /^(?<list>memory) size = (?<bytes>0x[0-9a-f]{1,16}) reserved size =/,
    /^memory size = 0x[0-9a-f]{1,16} (?<list>reserved) size = (?<bytes>0x[0-9a-f]{1,16})$/,
    /^(?<list>memory|reserved)\.cnt\s{1,4}= (?<count>0x[0-9a-f]{1,8})$/,
  ],
};

const MIPS: Omit<Notation, 'name' | 'heading' | 'alike'> = {
  printer: 'a Linux boot log of a MIPS',
  mark: /^memory: /,
  entry: [/^memory: (?<bytes>[0-9a-f]{8,16}) @ (?<start>[0-9a-f]{8,16}) \((?<words>[^()]+)\)$/],
  example: 'memory: 04000000 @ 00000000 (usable)',
  types: {
    expected: 'a memory type such as "usable" or "reserved"',
    words: {
      usable: 'conventional',
      'usable after init': 'conventional',
      'rom data': 'reserved',
      reserved: 'reserved',
    },
  },
};

const MIPS_DETERMINED = /^Determined physical RAM map:/;
const MIPS_USER = /^User-defined physical RAM map:/;

/** What the boot loader and the command line gave a MIPS: where there is one, the kernel's own guess is dropped. */
export const MIPS_USER_MEMORY: Notation = {
  ...MIPS,
  name: 'mips-user',
  heading: MIPS_USER,
  needsHeading: true,
  alike: MIPS_DETERMINED,
};

/** What a MIPS kernel was told by its firmware, or found out. */
export const MIPS_MEMORY: Notation = {
  ...MIPS,
  name: 'mips-memory',
  heading: MIPS_DETERMINED,
  restrictedBy: 'mips-user',
  needsHeading: true,
  alike: MIPS_USER,
};

/**
 * Returns the type of a memory block by its state. In a language whose words we do not know, whether it can be removed tells:
 * of one that is not in use `lsmem` does not say.
 */
function lsmemType({ state = '', removable }: Fields): EntryType | null {
  if (/^online$/i.test(state)) return 'conventional';
  if (/^(?:offline|going[- ]offline|on->off)$/i.test(state) || removable === '-') return 'passed';
  return removable === undefined ? null : 'conventional';
}

/** The list of `lsmem`: memory blocks that are online. Its words are translated, its numbers may have a comma. */
export const LSMEM: Notation = {
  name: 'lsmem',
  printer: '`lsmem`',
  mark: /^0x[0-9a-f]{16}-0x[0-9a-f]{1,16}(?:$|\s)/,
  entry: [
    /^0x(?<start>[0-9a-f]{16})-0x(?<last>[0-9a-f]{16})\s+(?<size>[\d.,]+[BKMGTP]?)\s+(?<state>\p{L}[\p{L}>-]*(?: \p{L}+)*)\s+(?:(?<removable>\S+)\s+)?(?<blocks>\d+(?:-\d+)?)(?:\s+(?:\d+|[A-Z][A-Za-z0-9/]*)){0,2}$/u,
  ],
  example: '0x0000000000000000-0x000000007fffffff  2G online yes 0-15',
  types: { expected: 'the state of memory as LC_ALL=C prints it ("online" or "offline")', words: {} },
  typeOf: lsmemType,
  figures: [/^(?=.*online)(?!.*offline)\P{N}+:\s+(?<size>[\d.,]+[BKMGTP]?)$/iu],
};

interface Node {
  readonly entry: ReadEntry;
  readonly type: MemoryType;
  readonly children: Node[];
}

/** Whether a name is the beginning of one that is a memory type: its line was cut there. */
function isCut(name: string): boolean {
  const isOpen = name.split('(').length > name.split(')').length;
  const plain = plainWord(name);
  return isOpen || Object.keys(E820_WORDS).some((word) => word !== plain && word.startsWith(plain));
}

/** Returns the type that a name is, `passed` for the name of a device or of a part of the kernel. */
function nameType({ words: name = '' }: Fields): EntryType | null {
  // "System RAM (kmem)" is System RAM that a driver brought in.
  const bare = plainWord(name.replace(/ \([^()]*\)$/, ''));
  const type = E820_WORDS[plainWord(name)] ?? E820_WORDS[bare];
  if (type !== undefined) return type;
  return isCut(name) ? null : 'passed';
}

/** Returns the roots of the tree that indented entries are. */
function treeOf(entries: readonly ReadEntry[]): readonly Node[] {
  const roots: Node[] = [];
  const open: Node[] = [];
  for (const entry of entries) {
    while ((open.at(-1)?.entry.line.indent ?? -1) >= entry.line.indent) open.pop();
    const parent = open.at(-1);
    const type = entry.type === 'passed' || entry.type === 'hole' ? (parent?.type ?? 'mmio') : entry.type;
    const node = { entry, type, children: [] };
    (parent?.children ?? roots).push(node);
    open.push(node);
  }
  return roots;
}

/** Returns what a node covers itself, between its children, and then what they cover. */
function covered({ type, entry, children }: Node): readonly Entry[] {
  const sorted = children.toSorted((a, b) => byStart(a.entry, b.entry));
  const starts = [entry.start, ...sorted.map((child) => child.entry.end)];
  const ends = [...sorted.map((child) => child.entry.start), entry.end];
  const own = starts.map((start, i) => ({ type, start, end: ends[i] ?? start }));
  return [...own.filter((e) => e.start < e.end), ...sorted.flatMap(covered)];
}

/** `/proc/iomem`, as root sees it. */
export const IOMEM: Notation = {
  name: 'iomem',
  printer: '/proc/iomem as root',
  // The digit keeps prose out ("compiled-in : …").
  mark: /^(?=\w*\d)[0-9a-f]\w{7,}-\w*(?: :|$)/,
  entry: [/^(?<start>[0-9a-z]{8,16})-(?<last>[0-9a-z]{8,16}) : (?<words>\S.*)$/],
  example: '00001000-0009fbff : System RAM',
  types: { expected: 'a whole name such as "System RAM" or "Reserved"', words: {} },
  typeOf: nameType,
  isNested: true,
  freeText: / :/,
  arrange: (entries) => treeOf(entries).flatMap(covered),
};

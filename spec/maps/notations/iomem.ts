/**
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
import { E820_WORDS, plainWord } from '../memory-words.ts';
import type { EntryType, Fields, Notation, ReadEntry } from '../notation.ts';

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

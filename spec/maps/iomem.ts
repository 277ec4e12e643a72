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
import { SpecError } from '../decode.ts';
import type { MemoryType } from '../memory-map.ts';
import { typeOfWords } from './e820-type.ts';
import { byStart, type Entry, type Extent, hexAt, inclusive } from './entry.ts';
import type { Claimed, Format } from './format.ts';
import { fault, type Line } from './place.ts';

interface Node {
  readonly line: Line;
  readonly depth: number;
  readonly type: MemoryType;
  readonly extent: Extent;
  readonly children: Node[];
}

const ENTRY = /^(\w+)-(\w+) : (.+)$/;
const EXPECTED = 'an entry such as "00001000-0009fbff : System RAM"';

function typeOf(name: string, parent: Node | undefined): MemoryType {
  // "System RAM (kmem)" is System RAM that a driver brought in.
  const bare = name.replace(/ \([^()]*\)$/, '');
  return typeOfWords(name) ?? typeOfWords(bare) ?? parent?.type ?? 'mmio';
}

function readNode({ line, body }: Claimed, parent: Node | undefined): Node {
  const [whole, start = '', last = '', name = ''] = ENTRY.exec(body) ?? [];
  if (whole === undefined) throw fault(line, EXPECTED, body);
  const extent = inclusive(line, hexAt(line, start), hexAt(line, last));
  return { line, depth: depthOf(line), type: typeOf(name, parent), extent, children: [] };
}

function depthOf({ raw }: Line): number {
  return raw.length - raw.trimStart().length;
}

function requireInside(child: Node, parent: Node): void {
  const isInside = child.extent.start >= parent.extent.start && child.extent.end <= parent.extent.end;
  if (!isInside)
    throw fault(child.line, `a range inside that of ${parent.line.where}`, child.line.raw.trim());
}

/** Returns the roots of the tree. `open` holds the path to the node read last. */
function readTree(claimed: readonly Claimed[]): readonly Node[] {
  const roots: Node[] = [];
  const open: Node[] = [];
  for (const each of claimed) {
    while ((open.at(-1)?.depth ?? -1) >= depthOf(each.line)) open.pop();
    const parent = open.at(-1);
    const node = readNode(each, parent);
    if (parent !== undefined) requireInside(node, parent);
    (parent?.children ?? roots).push(node);
    open.push(node);
  }
  return roots;
}

/** Returns what a node covers itself, between its children, and then what they cover. */
function entriesOf({ type, extent, children }: Node): readonly Entry[] {
  const sorted = children.toSorted((a, b) => byStart(a.extent, b.extent));
  const starts = [extent.start, ...sorted.map((child) => child.extent.end)];
  const ends = [...sorted.map((child) => child.extent.start), extent.end];
  const own = starts.map((start, i) => ({ type, start, end: ends[i] ?? start }));
  return [...own.filter((e) => e.start < e.end), ...sorted.flatMap(entriesOf)];
}

function isHidden(roots: readonly Node[]): boolean {
  return roots.every(({ extent, children }) => extent.end <= 1n && isHidden(children));
}

function readIomem(claimed: readonly Claimed[]): readonly Entry[] {
  const roots = readTree(claimed);
  const source = claimed[0]?.line.source ?? 'iomem';
  if (isHidden(roots))
    throw new SpecError(`${source}: expected addresses, found only zeros: read /proc/iomem as root`);
  return roots.flatMap(entriesOf);
}

/** `/proc/iomem`, as root sees it. */
export const IOMEM: Format = {
  kind: '/proc/iomem as root',
  isOrderly: false,
  // The digit keeps prose out ("compiled-in : …").
  claim: /^\s*(?=\w*\d)([0-9a-f]\w{7,}-\w* :.*)$/,
  keepsIndent: true,
  nameOf: () => 'iomem',
  read: readIomem,
};

/**
 * Device trees: what a boot loader on ARM, RISC-V and others hands to a kernel, as text (`.dts`) or as a blob (`.dtb`).
 * RAM is what the nodes `/memory@…` list; `/reserved-memory` and the list of memory reservations take parts out of it.
 *
 *     memory@40000000 { device_type = "memory"; reg = <0x0 0x40000000 0x1 0x0>; };      address cells, then size cells
 *
 * A reserved range that the kernel must not map (`no-map`), or that is kept for a driver, is the firmware's; one that it
 * may use in the meantime (`reusable`) stays RAM.
 *
 * Source: Devicetree Specification 0.4, sections 2.3, 3.4 and 3.5.
 */
import { below, type Entry } from '../entry.ts';
import { fault, type Place } from '../lines.ts';

/** The value of a property: cells of 32 bits, or what else it is. A property that only is there has no cells. */
export interface Property extends Place {
  readonly cells: readonly number[] | null;
  readonly text: string;
}

/** A node: its name with its unit address, its properties and its children. */
export interface TreeNode extends Place {
  readonly name: string;
  readonly properties: ReadonlyMap<string, Property>;
  readonly children: readonly TreeNode[];
}

/** A device tree: its root, and the ranges of its list of memory reservations. */
export interface DeviceTree {
  readonly root: TreeNode;
  readonly reserved: readonly (Place & { readonly start: bigint; readonly bytes: bigint })[];
}

/** Levels of nodes below the root: what is deeper is not a device tree but a text that never ends. */
export const MOST_LEVELS = 64;

/** How many cells addresses and sizes have below a node. */
interface Cells {
  readonly address: number;
  readonly size: number;
}

function cellCount(node: TreeNode, name: string): number {
  const property = node.properties.get(name);
  const [count, another] = property?.cells ?? [];
  if (property === undefined || count === undefined || another !== undefined || count < 1 || count > 2)
    throw fault(property ?? node, `${name} of 1 or 2 in the node ${node.name}`, property?.text ?? 'none');
  return count;
}

function cellsOf(node: TreeNode): Cells {
  return { address: cellCount(node, '#address-cells'), size: cellCount(node, '#size-cells') };
}

function joined(cells: readonly number[]): bigint {
  return cells.reduce((value, cell) => (value << 32n) | BigInt(cell), 0n);
}

/** A range of a `reg` property. */
interface Range extends Place {
  readonly start: bigint;
  readonly bytes: bigint;
}

function rangesOf(property: Property, { address, size }: Cells): readonly Range[] {
  const { cells, source, where } = property;
  const width = address + size;
  if (cells === null || cells.length === 0 || cells.length % width !== 0)
    throw fault(property, `reg with ${address} address and ${size} size cells for each range`, property.text);
  return Array.from({ length: cells.length / width }, (_, i) => {
    const at = i * width;
    return {
      source,
      where,
      start: joined(cells.slice(at, at + address)),
      bytes: joined(cells.slice(at + address, at + width)),
    };
  });
}

/** Throws `SpecError` where the address in a node's name is not where its first range begins. */
function requireUnitAddress({ name, source, where }: TreeNode, [first]: readonly Range[]): void {
  const unit = /@([0-9a-f,]+)$/i.exec(name)?.[1];
  if (unit === undefined || first === undefined || unit.includes(',')) return;
  if (BigInt(`0x${unit}`) !== first.start)
    throw fault(
      { source, where },
      `a node whose name ends with @${first.start.toString(16)}, where it begins`,
      name,
    );
}

/** Returns the ranges of a node, or null where it has none of its own. */
function nodeRanges(node: TreeNode, cells: Cells): readonly Range[] | null {
  const reg = node.properties.get('reg');
  if (reg === undefined) return null;
  const ranges = rangesOf(reg, cells);
  requireUnitAddress(node, ranges);
  return ranges;
}

function isMemory({ name, properties }: TreeNode): boolean {
  return /^memory(?:@|$)/.test(name) || properties.get('device_type')?.text === '"memory"';
}

function isDisabled({ properties }: TreeNode): boolean {
  const status = properties.get('status')?.text;
  return status !== undefined && !/^"(?:okay|ok)"$/.test(status);
}

function entryOf(type: Entry['type'], range: Range, limit: bigint): Entry {
  const extent = { start: range.start, end: range.start + range.bytes };
  return { type, ...below(limit, range, extent) };
}

function memoryEntries(node: TreeNode, cells: Cells, limit: bigint): readonly Entry[] {
  if (isDisabled(node)) return [];
  const ranges = nodeRanges(node, cells);
  if (ranges === null) throw fault(node, 'reg in a node of memory', node.name);
  if (node.children.length > 0)
    throw fault(node, 'no nodes below one of memory', node.children[0]?.name ?? '');
  return ranges.map((range) => entryOf('conventional', range, limit));
}

/** Returns what a node below `/reserved-memory` takes out of RAM. One with a size alone is placed by the kernel. */
function reservedEntries(node: TreeNode, cells: Cells, limit: bigint): readonly Entry[] {
  if (isDisabled(node) || node.properties.has('reusable')) return [];
  const ranges = nodeRanges(node, cells);
  if (ranges === null && !node.properties.has('size'))
    throw fault(node, 'reg or size in a reserved node', node.name);
  return (ranges ?? []).map((range) => entryOf('runtimeServicesData', range, limit));
}

const RESERVED = 'reserved-memory';

/** Throws `SpecError` where a node below the root has a name that was cut: to overlook it would change the map. */
function requireWhole(node: TreeNode): void {
  const { name } = node;
  const isCut =
    name !== RESERVED && name !== 'memory' && (RESERVED.startsWith(name) || RESERVED.endsWith(name));
  if (isCut || /^(?:e?mory|memo?r?)@/.test(name)) throw fault(node, `a node ${RESERVED} or memory@…`, name);
}

/** Throws `SpecError` where a node of another kind holds what reserves memory: it has lost its place. */
function requireNoReservation({ children }: TreeNode): void {
  for (const child of children) {
    if (child.name === RESERVED) throw fault(child, `the node ${RESERVED} right below the root`, child.name);
    if (child.properties.has('no-map')) throw fault(child, `no-map only below ${RESERVED}`, child.name);
    requireNoReservation(child);
  }
}

/** Returns the entries of a device tree; throws `SpecError` naming the node that does not say where it lies. */
export function memoryOf({ root, reserved }: DeviceTree, limit: bigint): readonly Entry[] {
  for (const child of root.children) requireWhole(child);
  const others = root.children.filter(({ name }) => name !== RESERVED);
  requireNoReservation({ ...root, children: others });
  const memory = root.children.filter(isMemory);
  if (memory.length === 0) throw fault(root, 'a node of memory below the root', 'none');
  const cells = cellsOf(root);
  const ram = memory.flatMap((node) => memoryEntries(node, cells, limit));
  if (memory[0] !== undefined && ram.every(({ start, end }) => start === end))
    throw fault(memory[0], 'memory of some size (a boot loader fills it in: read /sys/firmware/fdt)', 'none');
  const kept = root.children.filter(({ name }) => name === RESERVED);
  return [
    ...ram,
    ...kept.flatMap((parent) => {
      const own = cellsOf(parent);
      return parent.children.flatMap((node) => reservedEntries(node, own, limit));
    }),
    ...reserved.map((range) => entryOf('runtimeServicesData', range, limit)),
  ];
}

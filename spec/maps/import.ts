/**
 * Imports: memory maps as people have them. A notation is recognised by one entry that it can read, wherever in a text
 * that stands; then its table is read whole or not at all.
 *
 * A boot log often holds several maps. The notation that says most wins ({@link NOTATIONS}); the others are named in the
 * result, each with the flag that reads it instead. Of several tables of one notation that differ, `boot` chooses one.
 */
import { basename } from 'node:path';
import { aboveLimit, config, DEFAULT_PHYSICAL_LIMIT } from '../config.ts';
import { decode, parseJson } from '../decode.ts';
import { SpecError } from '../errors.ts';
import { endAddressOf, MemoryMap, memoryMap, ownerAfterInit } from '../memory-map.ts';
import { choose, tablesIn } from './choice.ts';
import { isDeviceTreeBlob, readBlob } from './device-tree/blob.ts';
import { isDeviceTreeSource, readSource } from './device-tree/source.ts';
import { type DeviceTree, memoryOf } from './device-tree/tree.ts';
import type { Entry } from './entry.ts';
import { linesOf } from './lines.ts';
import { type MemmapFiles, missingFolder, readMemmapFiles } from './notations/linux-firmware.ts';
import type { ImportedMap, ReadOptions } from './reading.ts';
import { resolve, resolveUnlessOrderly } from './resolve.ts';

/** Returns what to call the map of a source: the last part of a path, without `.txt` and the like. */
function nameOf(source: string): string {
  return basename(source).replace(/\.(?:txt|log|json|dmesg|dts|dtb)$/i, '');
}

/** Returns the entries without RAM from an address on. */
function usableBelow(limit: bigint | undefined, entries: readonly Entry[]): readonly Entry[] {
  if (limit === undefined) return entries;
  return entries.flatMap((entry) => {
    const isUsable = ownerAfterInit(entry.type) === 'pmm';
    if (!isUsable || entry.end <= limit) return [entry];
    return entry.start < limit ? [{ ...entry, end: limit }] : [];
  });
}

/** What a reader of a notation knows of the map; the rest is the same for all. */
type Found = Omit<ImportedMap, 'map'> & { readonly isOrderly?: boolean };

/** What there is to say of a dump that is nothing but its map. */
const PLAIN = { where: null, passed: 0, notes: [], warnings: [], unused: [] };

function imported({ isOrderly = false, ...found }: Found, source: string, options: ReadOptions): ImportedMap {
  const used = usableBelow(options.usableBelow, found.entries);
  const descriptors = isOrderly ? resolveUnlessOrderly(used) : resolve(used);
  return { ...found, map: memoryMap(descriptors, nameOf(source)) };
}

function importJson(text: string, source: string, options: ReadOptions): ImportedMap {
  const map = decode(MemoryMap, parseJson(text, source), source);
  const above = aboveLimit(map, config({ physicalLimit: options.physicalLimit }));
  if (above !== null)
    throw new SpecError(`${source}: ${above} (\`frameproof map --physical-bits 56\` is for RISC-V)`);
  const entries = map.descriptors.map((d) => ({ type: d.type, start: d.start, end: endAddressOf(d) }));
  const found = {
    ...PLAIN,
    notation: map.format,
    printer: '`frameproof map --json`',
    count: entries.length,
    entries,
  };
  return options.usableBelow === undefined ? { ...found, map } : imported(found, source, options);
}

const UNSEEN =
  'device-tree-source counts nothing: properties and nodes that are missing or moved cannot be seen';

function deviceTree(tree: DeviceTree, form: 'source' | 'blob', limit: bigint): Found {
  const entries = memoryOf(tree, limit);
  return {
    ...PLAIN,
    notation: `device-tree-${form}`,
    printer: 'a device tree',
    count: entries.length,
    entries,
    notes: form === 'source' ? [UNSEEN] : [],
  };
}

function importText(text: string, source: string, options: ReadOptions): ImportedMap {
  const limit = options.physicalLimit ?? DEFAULT_PHYSICAL_LIMIT;
  const lines = linesOf(text, source);
  if (isDeviceTreeSource(lines))
    return imported(deviceTree(readSource(lines), 'source', limit), source, options);
  return imported(choose(tablesIn({ lines, limit }), { lines, limit }, source, options), source, options);
}

/**
 * Returns the memory map that a text holds, whatever its notation. `source` is how messages call the text (its path).
 * Throws a one-line `SpecError` where there is no map, where the text does not say one thing, or where anything speaks
 * against its table that the options do not let pass. O(n log n).
 */
export function importMemoryMap(text: string, source: string, options: ReadOptions = {}): ImportedMap {
  const body = text.replace(/^\uFEFF/, '');
  if (body.includes('\0')) throw new SpecError(`${source}: expected a memory map as text, found binary data`);
  return body.trimStart().startsWith('{')
    ? importJson(body, source, options)
    : importText(body, source, options);
}

/** Returns bytes as text. The UEFI shell writes UTF-16 where its output is redirected to a file: its mark tells. */
function textOf(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  return new TextDecoder('utf-8').decode(bytes);
}

/** Returns the memory map of a file's bytes: a text in any notation, or a device tree blob. Throws as {@link importMemoryMap}. */
export function importBytes(bytes: Uint8Array, source: string, options: ReadOptions = {}): ImportedMap {
  if (!isDeviceTreeBlob(bytes)) return importMemoryMap(textOf(bytes), source, options);
  const limit = options.physicalLimit ?? DEFAULT_PHYSICAL_LIMIT;
  return imported(deviceTree(readBlob(bytes, source), 'blob', limit), source, options);
}

/** Returns the memory map of the folder `/sys/firmware/memmap`, given its files; throws as {@link importMemoryMap}. */
export function importMemmapFiles(
  folders: readonly MemmapFiles[],
  source: string,
  options: ReadOptions = {},
): ImportedMap {
  const entries = readMemmapFiles(folders, source, options.physicalLimit ?? DEFAULT_PHYSICAL_LIMIT);
  const missing = missingFolder(folders);
  if (missing !== null && options.partial !== true)
    throw new SpecError(`${source}: expected ${missing} (\`frameproof map --partial\` reads what is there)`);
  const found: Found = {
    ...PLAIN,
    notation: 'firmware-memmap',
    printer: 'the folder /sys/firmware/memmap',
    count: entries.length,
    entries,
    warnings: missing === null ? [] : [`expected ${missing}`],
  };
  return imported(found, source, options);
}

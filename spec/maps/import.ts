/**
 * Imports: memory maps as people have them. A notation is recognised by one line that it can read, wherever in a text
 * that stands; then every line that looks like its entries must be one.
 *
 * A boot log often holds several maps. The one that says most wins: the EFI map (it tells boot services from free RAM),
 * then the firmware's e820 table, then what hypervisors and kernels made of it.
 */
import { basename } from 'node:path';
import { decode, isSpecError, parseJson, SpecError } from '../decode.ts';
import { type DescriptorInput, MemoryMap, memoryMap } from '../memory-map.ts';
import {
  BIOS_E820,
  MODIFIED_E820,
  NODE_RANGES,
  SETUP_DATA_E820,
  USER_E820,
  XEN_GUEST_E820,
} from './e820-linux.ts';
import { EFI_DMESG } from './efi-linux.ts';
import { type MemmapFiles, readMemmapFiles } from './firmware-memmap.ts';
import { type Claimed, claimedBy, type Format } from './format.ts';
import { FREEBSD_SMAP } from './freebsd-smap.ts';
import { IOMEM } from './iomem.ts';
import { MULTIBOOT } from './multiboot.ts';
import { type Line, linesOf } from './place.ts';
import { resolve, resolveUnlessOrderly } from './resolve.ts';
import { SEABIOS_E820 } from './seabios.ts';
import { UEFI_SHELL } from './uefi-shell.ts';
import { XEN_E820 } from './xen.ts';

/** A memory map, and what it was read from. */
export interface ImportedMap {
  readonly map: MemoryMap;
  /** The notation: `e820-dmesg`, `efi-dmesg`, `uefi-memmap`, `iomem`, `frameproof/memory-map`, … */
  readonly format: string;
  /** Entries that the dump had, before they were resolved. */
  readonly entries: number;
}

/** All notations made of lines, the one that says most first. */
const FORMATS: readonly Format[] = [
  EFI_DMESG,
  UEFI_SHELL,
  BIOS_E820,
  XEN_E820,
  XEN_GUEST_E820,
  SEABIOS_E820,
  MULTIBOOT,
  FREEBSD_SMAP,
  SETUP_DATA_E820,
  MODIFIED_E820,
  USER_E820,
  IOMEM,
  NODE_RANGES,
];

const KINDS = [
  ...new Set(FORMATS.map(({ kind }) => kind)),
  'the folder /sys/firmware/memmap',
  'or JSON of format "frameproof/memory-map"',
].join(', ');

/** Returns what to call the map of a source: the last part of a path, without `.txt` and the like. */
function nameOf(source: string): string {
  return basename(source).replace(/\.(?:txt|log|json|dmesg)$/i, '');
}

function importJson(text: string, source: string): ImportedMap {
  const map = decode(MemoryMap, parseJson(text, source), source);
  return { map, format: 'frameproof/memory-map', entries: map.descriptors.length };
}

/** A format, and the lines of a text that it claims. */
interface Candidate {
  readonly format: Format;
  readonly claimed: readonly Claimed[];
}

/** Whether the format can read one of its lines at least. Prose that looks like an entry does not make a map. */
function isRecognised({ format, claimed }: Candidate): boolean {
  return claimed.some((one) => {
    try {
      return format.read([one]).length > 0;
    } catch (error) {
      if (isSpecError(error)) return false;
      throw error;
    }
  });
}

/** Returns the format that says most of those recognised; where none is, the first that claims lines, for its error. */
function recognise(lines: readonly Line[]): Candidate | undefined {
  const candidates = FORMATS.map((format) => ({ format, claimed: claimedBy(format, lines) }));
  return candidates.find(isRecognised) ?? candidates.find(({ claimed }) => claimed.length > 0);
}

function importLines(text: string, source: string): ImportedMap {
  const { format, claimed } = recognise(linesOf(text, source)) ?? {};
  const [first] = claimed ?? [];
  if (format === undefined || claimed === undefined || first === undefined)
    throw new SpecError(`${source}: expected a memory map (${KINDS})`);
  const entries = format.read(claimed);
  const descriptors: readonly DescriptorInput[] = (format.isOrderly ? resolveUnlessOrderly : resolve)(
    entries,
  );
  return {
    map: memoryMap(descriptors, nameOf(source)),
    format: format.nameOf(first),
    entries: claimed.length,
  };
}

/**
 * Returns the memory map that a text holds, whatever its notation. `source` is how messages call the text (its path).
 * Throws a one-line `SpecError` where there is no map, or where an entry cannot be read. O(n log n).
 */
export function importMemoryMap(text: string, source: string): ImportedMap {
  const body = text.replace(/^\uFEFF/, '');
  if (body.includes('\0')) throw new SpecError(`${source}: expected a memory map as text, found binary data`);
  return body.trimStart().startsWith('{') ? importJson(body, source) : importLines(body, source);
}

/** Returns the memory map of the folder `/sys/firmware/memmap`, given its files; throws as {@link importMemoryMap}. */
export function importMemmapFiles(folders: readonly MemmapFiles[], source: string): ImportedMap {
  const descriptors = resolve(readMemmapFiles(folders, source));
  return {
    map: memoryMap(descriptors, nameOf(source)),
    format: 'firmware-memmap',
    entries: folders.length,
  };
}

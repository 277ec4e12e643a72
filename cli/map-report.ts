/**
 * What `frameproof map` prints: where the map comes from, its regions, its totals, and the bar of the address space.
 */
import Table from 'cli-table3';
import {
  bandsOf,
  type Config,
  type Descriptor,
  endAddressOf,
  type ImportedMap,
  INITIAL_OWNERS,
  type MemoryMap,
  ownerAfterInit,
  pageCount,
  toHex,
  totalsOf,
  zonesOf,
} from '../spec/maps/index.ts';
import { LEGEND, mapBar } from './map-bar.ts';
import { formatSize } from './map-size.ts';
import { UNFRAMED } from './unframed.ts';

/** A map to report, under a configuration. `width` is that of the terminal, in characters. */
interface MapReport {
  readonly imported: ImportedMap;
  readonly config: Config;
  readonly width: number;
}

type Align = 'left' | 'right';

/** Columns one blank apart, the head underlined: a region of a PC fits a line of 80 characters. */
const FRAME = { ...UNFRAMED, mid: '-', 'mid-mid': ' ' };

/** Returns a table without colours and without lines between its rows. */
function table(
  head: readonly string[],
  aligns: readonly Align[],
  rows: readonly (readonly string[])[],
): string {
  const made = new Table({
    head: [...head],
    colAligns: [...aligns],
    chars: FRAME,
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 0 },
  });
  made.push(...rows.map((row) => [...row]));
  return made.toString().replaceAll(/ +$/gm, '');
}

function zoneName(descriptor: Descriptor, config: Config): string {
  const zones = zonesOf(descriptor, config);
  return zones.length > 1 ? 'both' : (zones[0] ?? 'none');
}

function regionRow(descriptor: Descriptor, config: Config): readonly string[] {
  return [
    toHex(descriptor.start),
    toHex(endAddressOf(descriptor)),
    `${descriptor.pages}`,
    formatSize(descriptor.pages),
    descriptor.type,
    ownerAfterInit(descriptor.type),
    zoneName(descriptor, config),
  ];
}

function regionTable({ descriptors }: MemoryMap, config: Config): string {
  return table(
    ['start', 'end', 'pages', 'size', 'type', 'owner', 'zone'],
    ['right', 'right', 'right', 'right', 'left', 'left', 'left'],
    descriptors.map((d) => regionRow(d, config)),
  );
}

function totalTable(map: MemoryMap, config: Config): string {
  const totals = totalsOf(map, config);
  const rows = INITIAL_OWNERS.map((owner) => {
    const { bitmap, stack } = totals[owner];
    const cells = [bitmap, stack, pageCount(bitmap + stack)];
    return [owner, ...cells.map((pages) => (pages === 0 ? '0' : `${pages} (${formatSize(pages)})`))];
  });
  return table(['owner', 'bitmap zone', 'stack zone', 'both'], ['left', 'right', 'right', 'right'], rows);
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

function title({ map, notation, count: entries }: ImportedMap): string {
  const read = `${entries === 1 ? '1 entry' : `${entries} entries`} of ${notation}`;
  return `${map.name ?? 'a map without a name'}: ${read}, ${count(map.descriptors.length, 'region')}`;
}

function barSection({ imported, config, width }: MapReport): readonly string[] {
  const bands = bandsOf(imported.map, config);
  if (bands.length === 0) return ['the map is empty'];
  return [
    `address space in ${count(bands.length, 'band')}, not to scale (a cell each, then by log2 of the size):`,
    ...mapBar(bands, width),
    LEGEND,
  ];
}

/** Returns the report on a map as text that ends without a line break. No colours. */
export function mapReport(report: MapReport): string {
  const { imported, config } = report;
  return [
    title(imported),
    'the regions, each from start to just before end, with their owner after init:',
    regionTable(imported.map, config),
    '',
    'page frames by owner and zone (holes are not counted):',
    totalTable(imported.map, config),
    '',
    ...barSection(report),
  ].join('\n');
}

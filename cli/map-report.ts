/**
 * The output of `frameproof map`: where the map comes from, its regions, its totals, and the bar of the address space.
 *
 * The bar has cells of one character:
 *
 *     ###.##########################f######bbb#####-----....----#####
 *                       ^ bitmap limit 0x4000000
 *
 * Not to scale, or a page of firmware beside a GiB of RAM would vanish: each band has one cell, and the cells that are
 * left go by the logarithm of the band's size. A map of more bands than a line has cells takes several lines.
 */
import {
  addressOf,
  type Band,
  bandsOf,
  bytesOf,
  type Config,
  counted,
  type Descriptor,
  endAddressOf,
  type ImportedMap,
  INITIAL_OWNERS,
  ownerAfterInit,
  type PageCount,
  type Pfn,
  pageCount,
  pagesBetween,
  toHex,
  totalsOf,
  zonesOf,
} from '../spec/maps/index.ts';
import { textTable } from './text-table.ts';

const GLYPHS: Readonly<Record<Band['owner'], string>> = {
  pmm: '#',
  boot: 'b',
  firmware: 'f',
  absent: '.',
  hole: '-',
};
const LEGEND = '# pmm (free)   b boot   f firmware   . absent (named by the map)   - hole';

// Room for the label of the bitmap limit at any address: 13 + 15 characters and the pointer.
const MIN_WIDTH = 40;

/** Returns the number of cells of each band: at least 1 each, together a multiple of `width`. */
export function cellsOf(bands: readonly Band[], width: number): readonly number[] {
  const spare = Math.ceil(bands.length / width) * width - bands.length;
  const weights = bands.map(({ base, end }) => Math.log2(pagesBetween(base, end) + 1));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let seen = 0;
  // Rounding the running sum, not the shares, makes the cells add up.
  return weights.map((weight) => {
    const before = Math.round((spare * seen) / total);
    seen += weight;
    return 1 + Math.round((spare * seen) / total) - before;
  });
}

function pointer(column: number, width: number, label: string): string {
  const fits = column + 2 + label.length <= width;
  return fits ? `${' '.repeat(column)}^ ${label}` : `${label} ^`.padStart(column + 1);
}

/** Returns the cell at which the stack zone starts, or null where one of the zones has no band. */
function limitCell(bands: readonly Band[], cells: readonly number[]): number | null {
  const first = bands.findIndex(({ zone }) => zone === 'stack');
  return first > 0 ? cells.slice(0, first).reduce((sum, n) => sum + n, 0) : null;
}

/** Returns the bar of the bands, as lines of at most `width` cells (at least 40), with the bitmap limit pointed at. */
export function mapBar(bands: readonly Band[], terminalWidth: number): readonly string[] {
  const width = Math.max(terminalWidth, MIN_WIDTH);
  const cells = cellsOf(bands, width);
  const bar = bands.map(({ owner }, i) => GLYPHS[owner].repeat(cells[i] ?? 0)).join('');
  const limit = limitCell(bands, cells);
  const base = bands.find(({ zone }) => zone === 'stack')?.base;
  return Array.from({ length: Math.ceil(bar.length / width) }, (_, row) => {
    const line = bar.slice(row * width, (row + 1) * width);
    if (limit === null || base === undefined || Math.floor(limit / width) !== row) return [line];
    return [line, pointer(limit % width, width, `bitmap limit ${formatFrame(base)}`)];
  }).flat();
}

/** Returns the address of a page frame in hex. */
export function formatFrame(frame: Pfn): string {
  return toHex(addressOf(frame));
}

/** A map to report, under a configuration. `width` is that of the terminal, in characters. */
interface MapReport {
  readonly imported: ImportedMap;
  readonly config: Config;
  readonly width: number;
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

/** Columns one blank apart, the head underlined: a region of a PC fits a line of 80 characters. */
export const UNDERLINED = { gap: 1, isHeadUnderlined: true } as const;

function regionTable({ imported, config, width }: MapReport): string {
  return textTable({
    head: ['start', 'end', 'pages', 'size', 'type', 'owner', 'zone'],
    aligns: ['right', 'right', 'right', 'right', 'left', 'left', 'left'],
    rows: imported.map.descriptors.map((d) => regionRow(d, config)),
    ...UNDERLINED,
    width,
  });
}

function totalTable({ imported, config, width }: MapReport): string {
  const totals = totalsOf(imported.map, config);
  const rows = INITIAL_OWNERS.map((owner) => {
    const { bitmap, stack } = totals[owner];
    const cells = [bitmap, stack, pageCount(bitmap + stack)];
    return [owner, ...cells.map((pages) => (pages === 0 ? '0' : `${pages} (${formatSize(pages)})`))];
  });
  return textTable({
    head: ['owner', 'bitmap zone', 'stack zone', 'both'],
    aligns: ['left', 'right', 'right', 'right'],
    rows,
    ...UNDERLINED,
    width,
  });
}

function title({ map, notation, count }: ImportedMap): string {
  const read = `${counted(count, 'entry', 'entries')} of ${notation}`;
  return `${map.name ?? 'a map without a name'}: ${read}, ${counted(map.descriptors.length, 'region')}`;
}

const LABEL_WIDTH = 10;

/** Returns a text after its label, in lines of words that fit `width` characters, where the words do. */
export function labelled(label: string, text: string, width: number): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last === '') lines[lines.length - 1] = word;
    else if (LABEL_WIDTH + last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  const [first = '', ...others] = lines;
  return [label.padEnd(LABEL_WIDTH) + first, ...others.map((line) => ' '.repeat(LABEL_WIDTH) + line)].join(
    '\n',
  );
}

/** Returns how a map was read: from which lines, what is worth knowing, what else there was. */
function reading({ imported, width }: MapReport): readonly string[] {
  const { printer, where, passed, notes, warnings, unused } = imported;
  const others = passed === 0 ? '' : `, ${counted(passed, 'line')} passed over`;
  const parts: readonly (readonly [string, string])[] = [
    ['read', where === null ? printer : `${where} of ${printer}${others}`],
    ...warnings.map((text) => ['warning', text] as const),
    ...notes.map((text) => ['note', text] as const),
    ...unused.map(
      ({ notation, where: at, flag }) => ['not used', `${notation}, ${at}: ${flag} reads it`] as const,
    ),
  ];
  return parts.map(([label, text]) => labelled(label, text, width));
}

function barSection({ imported, config, width }: MapReport): readonly string[] {
  const bands = bandsOf(imported.map, config);
  if (bands.length === 0) return ['the map is empty'];
  return [
    `address space in ${counted(bands.length, 'band')}, not to scale (a cell each, then by log2 of the size):`,
    ...mapBar(bands, width),
    LEGEND,
  ];
}

/** Returns the report on a map as text that ends without a line break. No colours. */
export function mapReport(report: MapReport): string {
  const { imported } = report;
  return [
    title(imported),
    ...reading(report),
    '',
    'the regions, each from start to just before end, with their owner after init:',
    regionTable(report),
    '',
    'page frames by owner and zone (holes are not counted):',
    totalTable(report),
    '',
    ...barSection(report),
  ].join('\n');
}

const UNITS = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** Returns the size of `pages` page frames in the largest unit that leaves at least 1, with a decimal where it is small and not exact. */
export function formatSize(pages: PageCount): string {
  const sizeKib = Number(bytesOf(pages)) / 1024;
  const power = UNITS.findLastIndex((_, i) => sizeKib >= 1024 ** i);
  const value = sizeKib / 1024 ** Math.max(power, 0);
  const digits = Number.isInteger(value) || value >= 100 ? 0 : 1;
  return `${value.toFixed(digits)} ${UNITS[Math.max(power, 0)] ?? 'KiB'}`;
}

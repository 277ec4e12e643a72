/**
 * A bar of the address space, in cells of one character:
 *
 *     ###.##########################f######bbb#####-----....----#####
 *                       ^ bitmap limit 0x4000000
 *
 * Not to scale, or a page of firmware beside a GiB of RAM would vanish: each band has one cell, and the cells that are
 * left go by the logarithm of the band's size. A map of more bands than a line has cells takes several lines.
 */
import { addressOf, type Band, type Pfn, pagesBetween, toHex } from '../spec/maps/index.ts';

const GLYPHS: Readonly<Record<Band['owner'], string>> = {
  pmm: '#',
  boot: 'b',
  firmware: 'f',
  absent: '.',
  hole: '-',
};
export const LEGEND = '# pmm (free)   b boot   f firmware   . absent (named by the map)   - hole';

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

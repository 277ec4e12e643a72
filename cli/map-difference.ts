/** The report on what differs between two memory maps: a line for each stretch of page frames, and the sums. */
import { addressOf, counted, grouped, type ImportedMap, pageCount, toHex } from '../spec/maps/index.ts';
import type { Difference } from '../spec/maps/output/index.ts';
import { formatSize, UNDERLINED } from './map-report.ts';
import { columns } from './print.ts';
import { textTable } from './text-table.ts';

/** Two maps, and what differs between them. */
export interface Comparison {
  readonly before: ImportedMap;
  readonly after: ImportedMap;
  readonly found: readonly Difference[];
}

function pagesOf(found: readonly Difference[]): number {
  return found.reduce((sum, { base, end }) => sum + (end - base), 0);
}

function row({ base, end, before, after, isOwner }: Difference): readonly string[] {
  const pages = pageCount(end - base);
  const [from, to] = [toHex(addressOf(base)), toHex(addressOf(end))];
  return [from, to, `${pages}`, formatSize(pages), before, after, isOwner ? 'yes' : 'no'];
}

function nameOf({ map, notation, count }: ImportedMap): string {
  return `${map.name ?? 'a map without a name'} (${counted(count, 'entry', 'entries')} of ${notation})`;
}

/** Returns the report as text that ends without a line break. No colours. */
export function differenceReport({ before, after, found }: Comparison): string {
  const warnings = [before, after].flatMap(({ warnings }) => warnings.map((text) => `warning   ${text}`));
  const head = [`before    ${nameOf(before)}`, `after     ${nameOf(after)}`, ...warnings];
  if (found.length === 0) return [...head, 'no page frame differs'].join('\n');
  const moved = found.filter(({ isOwner }) => isOwner);
  return [
    ...head,
    '',
    textTable({
      head: ['start', 'end', 'pages', 'size', 'before', 'after', 'other owner'],
      aligns: ['right', 'right', 'right', 'right', 'left', 'left', 'left'],
      rows: found.map(row),
      ...UNDERLINED,
      width: columns(),
    }),
    '',
    `${counted(pagesOf(found), 'page frame')} ${pagesOf(found) === 1 ? 'differs' : 'differ'}, ${grouped(pagesOf(moved))} of them by owner`,
  ].join('\n');
}

/** Tables as text, without lines between rows. Where a row is wider than the terminal, cells wrap at words. */
import Table from 'cli-table3';

/** What cli-table3 draws round and between cells, left out. */
const UNFRAMED = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
} as const;

export interface TextTable {
  readonly head: readonly string[];
  readonly aligns: readonly ('left' | 'right')[];
  readonly rows: readonly (readonly string[])[];
  /** Blanks between two columns. */
  readonly gap: number;
  readonly isHeadUnderlined: boolean;
  /** Characters in a line. */
  readonly width: number;
}

function widest(texts: readonly string[]): number {
  return Math.max(...texts.map((text) => text.length));
}

/** Returns the widths of the columns: their texts', the widest ones cut down as far as their longest word until a row fits. */
function widthsOf({ head, rows, gap, width }: TextTable): readonly number[] {
  const columns = head.map((title, i) => [title, ...rows.map((row) => row[i] ?? '')]);
  const widths = columns.map(widest);
  const least = columns.map((texts) => widest(texts.flatMap((text) => text.split(' '))));
  const sum = (): number => widths.reduce((total, each) => total + each, gap * (widths.length - 1));
  for (let excess = sum() - width; excess > 0; excess = sum() - width) {
    const spare = widths.map((each, i) => each - (least[i] ?? 0));
    const most = Math.max(...spare);
    if (most === 0) break;
    const i = spare.indexOf(most);
    widths[i] = (widths[i] ?? 0) - Math.min(most, excess);
  }
  return widths;
}

/** Returns a table without colours. */
export function textTable(table: TextTable): string {
  const { head, aligns, rows, gap, isHeadUnderlined } = table;
  const middle = ' '.repeat(gap);
  const line = isHeadUnderlined ? { mid: '-', 'mid-mid': middle } : {};
  const made = new Table({
    head: [...head],
    colAligns: [...aligns],
    colWidths: [...widthsOf(table)],
    wordWrap: true,
    chars: { ...UNFRAMED, middle, ...line },
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 0 },
  });
  made.push(...rows.map((row) => [...row]));
  return made.toString().replaceAll(/ +$/gm, '');
}

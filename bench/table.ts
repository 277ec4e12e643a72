/** The table that the benchmark prints. */
import Table from 'cli-table3';
import type { Measurement } from './measure.ts';
import { BATCH_ROW, STATE_ROW } from './rows.ts';

/** Returns nanoseconds with a unit that keeps three digits readable. */
function formatTime(nanoseconds: number | undefined): string {
  if (nanoseconds === undefined) return '–';
  if (nanoseconds < 1000) return `${nanoseconds.toPrecision(3)} ns`;
  if (nanoseconds < 1e6) return `${(nanoseconds / 1e3).toPrecision(3)} µs`;
  return `${(nanoseconds / 1e6).toPrecision(3)} ms`;
}

function formatRatio(ratio: number | null): string {
  if (ratio === null) return '–';
  return ratio >= 0.01 ? ratio.toFixed(2 + Number(ratio < 0.1)) : ratio.toExponential(1);
}

/** Returns how a limit was kept. */
export function mark(holds: boolean | null): string {
  if (holds === null) return '';
  return holds ? '✓' : '✗ missed';
}

/** Whether a row keeps the limit on its addresses; null where it has none. */
export function holdsByAddress({ number, medians }: Measurement): boolean | null {
  const nanoseconds = medians.addresses;
  return number === BATCH_ROW.number && nanoseconds !== undefined
    ? nanoseconds <= BATCH_ROW.addressesNs
    : null;
}

/** Bytes of state a page frame. */
export interface StateSize {
  readonly fresh: number;
  readonly worst: number;
}

/** Returns the rows of {@link StateSize}: what is measured, the limit and whether it holds. */
export function stateRows({
  fresh,
  worst,
}: StateSize): readonly (readonly [string, number, number, boolean])[] {
  return [
    ['fresh', fresh, STATE_ROW.fresh, fresh <= STATE_ROW.fresh],
    ['at worst fragmentation', worst, STATE_ROW.worst, worst <= STATE_ROW.worst],
  ];
}

/** Returns the table as text. */
export function renderTable(measurements: readonly Measurement[], state: StateSize): string {
  const table = new Table({
    head: [
      '#',
      'row',
      'size',
      'per',
      'ours, frames',
      'ours, addresses',
      'checked C',
      'C',
      'checked C, wasm',
      'naive TS',
      'ours / checked C',
      'limit',
      '',
    ],
    style: { head: [], border: [] },
    colAligns: [
      'right',
      'left',
      'left',
      'left',
      'right',
      'right',
      'right',
      'right',
      'right',
      'right',
      'right',
      'right',
      'left',
    ],
  });
  for (const m of measurements) {
    const timesOf = (each: Measurement['medians']): readonly string[] =>
      [each.frames, each.addresses, each.checked, each.c, each.wasm, each.naive].map(formatTime);
    const [frames = '', addresses = '', ...others] = timesOf(m.medians);
    const byAddress = holdsByAddress(m);
    const bound = byAddress === null ? '' : `, limit ${BATCH_ROW.addressesNs} ns ${mark(byAddress)}`;
    const times = [frames, addresses + bound, ...others];
    const limit = m.limit === null ? '' : String(m.limit);
    table.push([m.number, m.title, m.label, m.unit, ...times, formatRatio(m.ratio), limit, mark(m.holds)]);
    if (m.number !== 1) continue;
    table.push([m.number, 'the same, first run (cold)', m.label, m.unit, ...timesOf(m.cold), '', '', '']);
  }
  for (const [label, bytes, limit, holds] of stateRows(state)) {
    const figures = [`${bytes.toFixed(3)} B`, '', '', '', '', '', ''];
    table.push([STATE_ROW.number, STATE_ROW.title, label, 'frame', ...figures, String(limit), mark(holds)]);
  }
  return table.toString();
}

/** The chart: cost against size on logarithmic axes, one panel a row, as SVG. */
import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import type { Measurement } from './measure.ts';
import { SUBJECTS } from './process.ts';

const NAMES = {
  frames: 'ours, frames',
  addresses: 'ours, addresses',
  checked: 'checked C',
  c: 'C',
  wasm: 'checked C as WebAssembly',
  naive: 'naive TypeScript',
} as const;

function panel(measurements: readonly Measurement[]): object {
  const values = measurements.flatMap(({ size, medians }) =>
    SUBJECTS.flatMap((subject) => {
      const nanoseconds = medians[subject];
      return nanoseconds === undefined
        ? []
        : [{ mebibytes: size / 256, nanoseconds, subject: NAMES[subject] }];
    }),
  );
  const [{ number, title } = { number: 0, title: '' }] = measurements;
  const axis = (name: string, text: string): object => ({
    field: name,
    type: 'quantitative',
    scale: { type: 'log' },
    title: text,
    axis: { format: '~s', grid: true, tickCount: 6 },
  });
  return {
    title: { text: `${number}. ${title}`, fontSize: 12 },
    width: 330,
    height: 220,
    data: { values },
    mark: { type: 'line', point: true },
    encoding: {
      x: axis('mebibytes', 'MiB'),
      y: axis('nanoseconds', 'ns per operation'),
      color: { field: 'subject', type: 'nominal', title: null, sort: Object.values(NAMES) },
    },
  };
}

/** Returns the chart of these rows as SVG text. */
export async function renderChart(rows: readonly (readonly Measurement[])[]): Promise<string> {
  const spec = { concat: rows.map(panel), columns: 2, background: 'white' } as TopLevelSpec;
  const view = new View(parse(compile(spec).spec), { renderer: 'none' });
  return await view.toSVG();
}

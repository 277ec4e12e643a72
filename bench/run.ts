/**
 * `npm run bench`: prints the table; `--json FILE` also writes it as data, and a chart beside it; `--quick` measures small
 * sizes with few rounds, `--rows 1,4` some rows, `--columns checked,addresses` some columns beside ours. Ends with 0 whether or not limits are missed: they are figures of one machine and moment, and said.
 */
import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { renderChart } from './chart.ts';
import { type Measurement, measure, type Rounds } from './measure.ts';
import { SUBJECTS, type SubjectName, type SubjectProcess, startSubjects } from './process.ts';
import { BATCH_ROW, CHARTED, ROWS, type Row, STATE_ROW } from './rows.ts';
import { holdsByAddress, mark, renderTable, type StateSize, stateRows } from './table.ts';

const FULL: Rounds = { warmup: 8, measured: 21 };
const QUICK: Rounds = { warmup: 4, measured: 5 };
/** Page frames beyond which `--quick` does not go: 4 GiB. */
const QUICK_FRAMES = 2 ** 20;
/** A run of the C baseline at this size takes a second and 2 GiB: fewer rounds do. */
const HUGE_FRAMES = 2 ** 28;

type Subjects = ReadonlyMap<SubjectName, SubjectProcess>;

async function measureAll(
  subjects: Subjects,
  rows: readonly Row[],
  isQuick: boolean,
): Promise<readonly Measurement[]> {
  const measurements: Measurement[] = [];
  for (const row of rows) {
    for (const point of row.points) {
      if (isQuick && point.size > QUICK_FRAMES) continue;
      process.stderr.write(`row ${row.number}, ${point.label} …\n`);
      const rounds = isQuick || point.size === HUGE_FRAMES ? QUICK : FULL;
      measurements.push(await measure(subjects, row, point, rounds));
    }
  }
  return measurements;
}

async function measureState(subjects: Subjects): Promise<StateSize> {
  const [fresh, worst] = (await subjects.get('frames')?.ask(`state ${STATE_ROW.frames}`)) ?? [0, 0];
  return { fresh: fresh / STATE_ROW.frames, worst: worst / STATE_ROW.frames };
}

function summary(measurements: readonly Measurement[], state: StateSize): string {
  const limited = measurements.filter(({ holds }) => holds !== null);
  const missed = limited
    .filter(({ holds }) => holds === false)
    .map((m) => `row ${m.number} (${m.label}): ${(m.ratio ?? 0).toFixed(3)} of checked C, limit ${m.limit}`);
  const byAddress = measurements.filter((m) => holdsByAddress(m) !== null);
  const addressesMissed = byAddress
    .filter((m) => holdsByAddress(m) === false)
    .map(
      ({ number, label, medians }) =>
        `row ${number} (${label}): ${(medians.addresses ?? 0).toFixed(1)} ns a page by addresses, limit ${BATCH_ROW.addressesNs} ns`,
    );
  const stateMissed = stateRows(state)
    .filter(([, , , holds]) => !holds)
    .map(([label, bytes, limit]) => `row 10 (${label}): ${bytes.toFixed(3)} B, limit ${limit} B`);
  const all = [...missed, ...addressesMissed, ...stateMissed];
  const count = limited.length + byAddress.length + stateRows(state).length;
  return all.length === 0
    ? `${mark(true)} all ${count} limits hold`
    : `${mark(false)}:\n  ${all.join('\n  ')}`;
}

async function writeResults(
  file: string,
  measurements: readonly Measurement[],
  state: StateSize,
): Promise<void> {
  const machine = {
    cpu: cpus()[0]?.model ?? 'unknown',
    cpus: cpus().length,
    node: process.version,
    load: loadavg()[0],
  };
  const result = {
    format: 'frameproof/bench',
    version: 1,
    date: new Date().toISOString(),
    machine,
    measurements,
    state,
  };
  writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
  const rows = CHARTED.map((number) => measurements.filter((m) => m.number === number));
  const chart = file.replace(/(\.json)?$/, '.svg');
  writeFileSync(chart, await renderChart(rows));
  console.log(`written: ${file}, ${chart}`);
}

/** Returns the rows that `--rows 1,4` names; all without it. */
function chosenRows(list: string | undefined): readonly Row[] {
  if (list === undefined) return ROWS;
  const numbers = list.split(',').map(Number);
  const chosen = ROWS.filter((row) => numbers.includes(row.number));
  if (numbers.every((n) => chosen.some(({ number }) => number === n))) return chosen;
  console.error(`--rows: expected numbers of rows from 1 to 9 such as 1,4, found ${list}`);
  process.exit(2);
}

/** Returns the columns that `--columns checked,addresses` names, and ours, which all limits are on; all columns without it. */
function chosenColumns(list: string | undefined): readonly SubjectName[] {
  if (list === undefined) return SUBJECTS;
  const names = ['frames', ...list.split(',')];
  const chosen = SUBJECTS.filter((name) => names.includes(name));
  if (names.every((name) => chosen.some((each) => each === name))) return chosen;
  console.error(`--columns: expected some of ${SUBJECTS.join(', ')}, found ${list}`);
  process.exit(2);
}

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    quick: { type: 'boolean', default: false },
    rows: { type: 'string' },
    columns: { type: 'string' },
  },
});
const rows = chosenRows(values.rows);
const subjects = startSubjects(chosenColumns(values.columns), (text) => console.log(text));
try {
  const measurements = await measureAll(subjects, rows, values.quick);
  const state = await measureState(subjects);
  console.log(renderTable(measurements, state));
  console.log(summary(measurements, state));
  if (values.json !== undefined) await writeResults(values.json, measurements, state);
} finally {
  for (const subject of subjects.values()) subject.stop();
}

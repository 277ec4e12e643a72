/** The documentation says of the last recorded run what was recorded. */
import { readFileSync } from 'node:fs';
import * as t from 'io-ts';
import { describe, expect, it } from 'vitest';
import { decode } from '../spec/index.ts';

const Measurement = t.type({
  number: t.number,
  label: t.string,
  limit: t.union([t.number, t.null]),
  medians: t.record(t.string, t.number),
  ratio: t.union([t.number, t.null]),
  holds: t.union([t.boolean, t.null]),
});

function textOf(path: string): string {
  return readFileSync(new URL(path, import.meta.url), 'utf8');
}

const { measurements } = decode(
  t.type({ measurements: t.array(Measurement) }),
  JSON.parse(textOf('results/bench.json')),
  'bench.json',
);

/** Returns a recorded row, with its figures as the documentation writes them. */
function recorded(number: number, label: string) {
  const row = measurements.find((one) => one.number === number && one.label === label);
  if (row === undefined) throw new Error(`row ${number}, ${label} is not recorded`);
  const { limit, medians } = row;
  const ratio = (digits: number): string => row.ratio?.toFixed(digits) ?? '';
  const verdict = (digits: number): string => `${row.holds === false ? '**missed:** ' : ''}${ratio(digits)}`;
  const ns = (column: string, digits = 1): string => (medians[column] ?? Number.NaN).toFixed(digits);
  return { limit, ratio, verdict, ns };
}

describe('the figures of the last recorded run', () => {
  const single = recorded(1, '1 GiB');
  const [near, far] = [recorded(2, '1 GiB'), recorded(2, '64 GiB')];
  const [short, long] = [recorded(3, '64'), recorded(3, '512')];
  const [full, large] = [recorded(4, '64 MiB'), recorded(9, '1 TiB')];

  it.each([
    `| 1 | ${single.verdict(2)} (${single.ns('frames')} ns, checked C ${single.ns('checked')}, as WebAssembly ${single.ns('wasm')}) | ${single.limit} |`,
    `| 2, 1 GiB | ${near.verdict(2)} (${near.ns('frames')} ns) | ${near.limit} |`,
    `| 2, 64 GiB | ${far.verdict(2)} (${far.ns('frames')} ns, checked C ${far.ns('checked')}) | ${far.limit} |`,
    `| 3, 64 and 512 pages | ${short.verdict(2)} and ${long.verdict(2)} | ${long.limit} |`,
    `| 3, addresses, 64 and 512 pages | ${short.ns('addresses')} and ${long.ns('addresses')} ns a page | 5 ns |`,
    `| 4, 64 MiB | ${full.verdict(4)} | ${full.limit} |`,
    `| 9, 1 TiB | ${large.verdict(4)} | ${large.limit} |`,
  ])('are those of the table: %s', (row) => {
    expect(textOf('README.md').split('\n')).toContain(row);
  });

  it('are those of the tour', () => {
    const tour = textOf('../docs/tour.md').replaceAll(/\s+/g, ' ');
    const missed = measurements.filter(({ holds }) => holds === false);
    expect(missed.map(({ number }) => number)).toEqual([1]);
    const contiguous = measurements.flatMap(({ number, ratio }) =>
      number === 4 || number === 5 ? [(ratio ?? 0) * 100] : [],
    );
    const [least, most] = [Math.min(...contiguous).toFixed(1), Math.max(...contiguous).toFixed(1)];
    const init = recorded(9, '12 TiB, HP Superdome 2').ns('frames', 0);
    expect(tour).toContain(
      `${single.ratio(2)} times as long as C (limit 1.25). At random it is ${near.ratio(2)} times in 1 GiB, and ${far.ratio(2)} in 64 GiB. Contiguous allocations take ${least} to ${most} % of the time of a bitmap searched bit by bit, a refusal in a zone of 64 GiB ${recorded(6, '64 GiB').ns('frames', 0)} ns, and init of 12 TiB ${(Number(init) / 1e6).toFixed(1)} ms.`,
    );
  });
});

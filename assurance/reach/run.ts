/**
 * `npm run reach`: how soon planted defects of each family are found, by `check` as it is and by plain `fc.commands`. Within an hour;
 * `--quick` takes five minutes. `--family TEXT` takes only those whose name has the text; `--seeds` and `--time` (seconds a case)
 * change the effort, `--seed` takes only the cases of one of the seeds. `--shrink` shrinks what was found, and says in which
 * seconds of processor time, by the length of the burst that is left. The table has what was found in the time and in a tenth of it; the lines below say
 * what only the whole time finds. Exits 1 where a family is not found from every
 * seed, unless `--quick`. `--distribution` prints instead what programs are made of, as a table: of 2,000 programs of seed 1, or of
 * another number and seed (`--programs`, `--seed`).
 */
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { withBar } from '../../cli/index.ts';
import { median, quantile } from '../../properties/verify/index.ts';
import { counted, grouped } from '../../spec/index.ts';
import { distributionOf, distributionTable } from './distribution.ts';
import { FAMILIES } from './families.ts';
import type { Family } from './family.ts';
import type { Sought } from './plain.ts';
import { casesOf, type Effort, PROGRAMS, type Tried, tryCase } from './seek.ts';

const FULL: Effort = {
  seeds: 10,
  seconds: 60,
  plainSeeds: 3,
  plainSeconds: 20,
  shrinks: false,
  deadline: 3600,
};
const QUICK: Effort = { seeds: 3, seconds: 2, plainSeeds: 1, plainSeconds: 2, shrinks: false, deadline: 300 };

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    family: { type: 'string', default: '' },
    seeds: { type: 'string' },
    time: { type: 'string' },
    plain: { type: 'boolean', default: true },
    shrink: { type: 'boolean', default: false },
    distribution: { type: 'boolean', default: false },
    programs: { type: 'string', default: '2000' },
    seed: { type: 'string' },
  },
  allowNegative: true,
});

function effort(): Effort {
  const usual = values.quick ? QUICK : FULL;
  return {
    ...usual,
    seeds: Number(values.seeds ?? usual.seeds),
    seconds: Number(values.time ?? usual.seconds),
    plainSeeds: values.plain ? usual.plainSeeds : 0,
    shrinks: values.shrink,
  };
}

const found = (sought: readonly Sought[]): string =>
  sought.length === 0 ? '-' : `${sought.filter(({ isFound }) => isFound).length} of ${sought.length}`;

/** Returns the median of those that were found. */
function typical(sought: readonly Sought[], digits: number, numberOf: (one: Sought) => number): string {
  const numbers = sought.filter(({ isFound }) => isFound).map(numberOf);
  return numbers.length === 0 ? '-' : median(numbers).toFixed(digits);
}

/** Returns those that were found in a tenth of the time: a shorter run draws the same programs, and fewer of them. */
function soon(sought: readonly Sought[], seconds: number): readonly Sought[] {
  return sought.map((one) => ({ ...one, isFound: one.isFound && one.seconds <= seconds / 10 }));
}

function rowOf({ name, most }: Family, tried: readonly Tried[], seconds: number): readonly string[] {
  const ours = tried.map((one) => one.ours);
  const plain = tried.flatMap((one) => one.plain ?? []);
  return [
    name,
    grouped(most),
    found(soon(ours, seconds)),
    found(ours),
    typical(ours, 1, ({ seconds }) => seconds),
    typical(ours, 0, ({ programs }) => programs),
    found(plain),
    typical(plain, 1, ({ seconds }) => seconds),
  ];
}

function tableOf(families: readonly Family[], tried: readonly Tried[], seconds: number): string {
  const head = [
    'family',
    'K up to',
    `found in\n${seconds / 10} s`,
    `found in\n${seconds} s`,
    'seconds\np50',
    'programs\np50',
    'plain\nfound',
    'plain\ns p50',
  ];
  const colAligns = head.map((_, column): 'left' | 'right' => (column === 0 ? 'left' : 'right'));
  const table = new Table({ head, colAligns, style: { head: [], border: [], compact: true } });
  table.push(
    ...families.map((family) => [
      ...rowOf(
        family,
        tried.filter((one) => one.family === family),
        seconds,
      ),
    ]),
  );
  return table.toString();
}

/** By the most calls of a burst: the seconds of processor time in which it is to be shrunk, at the 95th percentile. */
const SHRINKING = [
  { longest: 0, seconds: 2 },
  { longest: 2 ** 10, seconds: 2 },
  { longest: 2 ** 14 + 1, seconds: 15 },
] as const;

function shrinkTable(tried: readonly Tried[]): string {
  const head = [
    'calls of\nthe burst',
    'shrunk',
    's p50',
    's p95',
    'slowest',
    'limit',
    'steps p50',
    'steps p95',
  ];
  const table = new Table({
    head,
    colAligns: head.map(() => 'right'),
    style: { head: [], border: [], compact: true },
  });
  let least = 0;
  for (const { longest, seconds: limit } of SHRINKING) {
    const shrunk = tried
      .flatMap(({ shrunk }) => shrunk ?? [])
      .filter(({ burst }) => burst >= least && burst <= longest);
    const seconds = (share: number): string =>
      quantile(
        shrunk.map(({ seconds }) => seconds),
        share,
      ).toFixed(1);
    const steps = (share: number): number =>
      quantile(
        shrunk.map(({ steps }) => steps),
        share,
      );
    const name = longest === 0 ? 'no burst' : `up to ${grouped(longest)}`;
    table.push([
      name,
      shrunk.length,
      seconds(0.5),
      seconds(0.95),
      seconds(1),
      limit,
      steps(0.5),
      steps(0.95),
    ]);
    least = longest + 1;
  }
  return table.toString();
}

async function main(): Promise<void> {
  const start = performance.now();
  const elapsed = (): number => (performance.now() - start) / 1000;
  const families = FAMILIES.filter(({ name }) => name.includes(values.family));
  const chosen = effort();
  const cases = casesOf(families, chosen.seeds).filter(({ seed }) => seed === Number(values.seed ?? seed));
  const tried: Tried[] = [];
  for await (const one of withBar(cases, ({ family, size }) => `${family.name}, K = ${size}`))
    if (elapsed() < chosen.deadline) tried.push(await tryCase(one, chosen));
  console.log(tableOf(families, tried, chosen.seconds));
  if (chosen.shrinks) console.log(shrinkTable(tried));
  for (const { family, size, seed, shrunk } of tried)
    if (
      shrunk !== null &&
      shrunk.seconds > (SHRINKING.find(({ longest }) => shrunk.burst <= longest)?.seconds ?? 0)
    )
      console.log(
        `shrunk slowly: ${family.name}, K = ${size}, seed ${seed}: ${counted(shrunk.operations, 'operation')} in ${counted(shrunk.steps, 'step')}, ${shrunk.seconds.toFixed(1)} s`,
      );
  const deep = tried.filter(({ ours }) => ours.isFound && ours.seconds > chosen.seconds / 10);
  for (const { family, size, seed, ours } of deep)
    console.log(
      `found only after ${chosen.seconds / 10} s: ${family.name}, K = ${size}, seed ${seed}: ${ours.seconds.toFixed(1)} s`,
    );
  const missed = tried.filter(({ ours }) => !ours.isFound);
  for (const { family, seed, size } of missed)
    console.log(`not found: ${family.name}, K = ${size}, seed ${seed}`);
  const late = tried.filter(({ ours }) => ours.isFound && ours.programs > PROGRAMS);
  console.log(
    `${counted(families.length, 'family', 'families')}, ${values.seed === undefined ? counted(chosen.seeds, 'seed') : `seed ${values.seed}`}, cases of ${chosen.seconds} s each: ${missed.length} of ${tried.length} cases not found, ${late.length} found after more than ${PROGRAMS} programs; ${cases.length - tried.length} not tried; ${elapsed().toFixed(0)} s`,
  );
  if (!values.quick && missed.length + cases.length - tried.length > 0) process.exitCode = 1;
}

if (values.distribution)
  console.log(distributionTable(await distributionOf(Number(values.seed ?? 1), Number(values.programs))));
else await main();

/**
 * Judged transitions per second and core, compared with a plain breadth-first search over the same graph. Run it with
 * `npm run bench:explore`; `--json FILE` also writes the figures.
 *
 * Ours is the search of `frameproof explore` in one thread: restore, call, three amounts, judge by every clause, key, look-up.
 * The plain one does the same as simply as possible: a session, the model's `step`, a string a state in a `Map`. Both search all of one
 * small world, in turns, and must find the same number of states and transitions. Times are processor time of the thread, where the
 * engine measures it (Node 24 and later), so that other load matters less. Figures are medians.
 */

import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { explore, operationInstances, smallWorld } from '../properties/explore/index.ts';
import { median } from '../properties/verify/index.ts';
import { OURS } from '../runner/index.ts';
import { plainSearch } from './plain-search.ts';

/** Least judged transitions a second and core. */
const LEAST_RATE = 1_000_000;
const ROUNDS = 3;

/** The counts of one turn, and its seconds. */
interface Turn {
  readonly states: number;
  readonly transitions: number;
  readonly seconds: number;
}

/** Seconds that this thread has worked so far; where that is not known, seconds on the clock. */
function secondsOfWork(): number {
  if (typeof process.threadCpuUsage !== 'function') return performance.now() / 1000;
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1e6;
}

const { values } = parseArgs({
  options: {
    stack: { type: 'string', default: '4' },
    bitmap: { type: 'string', default: '5' },
    json: { type: 'string' },
  },
});
const size = { stack: Number(values.stack), bitmap: Number(values.bitmap) };
const world = smallWorld(size);
const operations = operationInstances(world);

async function ourTurn(): Promise<Turn> {
  const start = secondsOfWork();
  const { states, transitions, end } = await explore({ target: OURS, world, operations });
  if (end !== 'closed') throw new Error(`the search ended before it closed: ${end}`);
  return { states, transitions, seconds: secondsOfWork() - start };
}

function plainTurn(): Turn {
  const start = secondsOfWork();
  const { states, transitions, shortest } = plainSearch({
    target: OURS,
    world,
    policies: OURS.policies,
    operations,
  });
  if (shortest !== null) throw new Error('a clause is broken: there is nothing to measure');
  return { states, transitions, seconds: secondsOfWork() - start };
}

function rate({ transitions, seconds }: Turn): number {
  return transitions / seconds;
}

function checkSame(ours: Turn, plain: Turn): void {
  if (ours.states === plain.states && ours.transitions === plain.transitions) return;
  throw new Error(
    `two searches of one graph differ: ${ours.states} and ${plain.states} states, ${ours.transitions} and ${plain.transitions} transitions`,
  );
}

const turns: { readonly ours: Turn; readonly plain: Turn }[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  const turn = { ours: await ourTurn(), plain: plainTurn() };
  checkSame(turn.ours, turn.plain);
  turns.push(turn);
}
const ours = median(turns.map((turn) => rate(turn.ours)));
const plain = median(turns.map((turn) => rate(turn.plain)));
const ratio = median(turns.map((turn) => rate(turn.ours) / rate(turn.plain)));
const holds = ours >= LEAST_RATE;

function grouped(n: number): string {
  return Math.round(n).toLocaleString('en');
}

const table = new Table({
  head: ['', 'judged transitions/s', 'µs each', 'times the plain one', `at least ${grouped(LEAST_RATE)}/s`],
  colAligns: ['left', 'right', 'right', 'right', 'left'],
  style: { head: [], border: [] },
});
table.push(
  ['explore, one thread', grouped(ours), (1e6 / ours).toFixed(2), ratio.toFixed(1), holds ? '✓' : '✗'],
  ['Map of strings, breadth-first', grouped(plain), (1e6 / plain).toFixed(2), '', ''],
);
const [cpu] = cpus();
const first = turns[0]?.ours;
console.log(table.toString());
console.log(
  `--stack ${size.stack} --bitmap ${size.bitmap}: ${grouped(first?.states ?? 0)} states, ${grouped(first?.transitions ?? 0)} transitions, ` +
    `${ROUNDS} rounds; Node ${process.versions.node}, ${cpu?.model.trim() ?? 'unknown CPU'}`,
);
if (values.json !== undefined)
  writeFileSync(
    values.json,
    `${JSON.stringify({ size, ours, plain, ratio, leastRate: LEAST_RATE, holds, turns }, null, 1)}\n`,
  );
if (!holds) process.exitCode = 1;

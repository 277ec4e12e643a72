/**
 * The distribution of what programs are made of: each argument, worlds, bursts and programs, as shares of magnitudes. Counted from the
 * programs of a campaign as they ran, whatever draws them. A burst counts as the operations that it begins with.
 */
import { DEFAULT_OPERATIONS, runCampaign } from '../../properties/random/index.ts';
import { type Execution, OURS } from '../../runner/index.ts';
import {
  type Argument,
  addressesOf,
  argumentAt,
  grouped,
  isBurst,
  isRam,
  isU64,
  lengthOfStep,
  namesResult,
  parametersOf,
  pfnEnd,
  stepsOf,
} from '../../spec/index.ts';

/** Numbers below each of these make a column, and those that are the last or more. */
const BOUNDS = [1, 2, 8, 64, 2 ** 9, 2 ** 12, 2 ** 16, 2 ** 32, 2 ** 53] as const;

export const COLUMNS: readonly string[] = [
  '0',
  '1',
  '2 to 7',
  '8 to 63',
  '64 to 511',
  '512 to 4,095',
  '4,096 to 2^16',
  '2^16 to 2^32',
  '2^32 to 2^53',
  '2^53 and more',
  'no u64',
];
const NO_U64 = BOUNDS.length + 1;

/** How often a quantity had each magnitude, and how often it was a power of two or a neighbour of one, from 8 on. */
export interface Histogram {
  readonly times: number[];
  total: number;
  nearPowers: number;
}

function isNearPower(value: bigint): boolean {
  const isPower = (n: bigint): boolean => n > 0n && (n & (n - 1n)) === 0n;
  return [value - 1n, value, value + 1n].some(isPower);
}

/** Histograms by the names of their quantities, in the order in which these are named. */
export class Distribution {
  readonly histograms = new Map<string, Histogram>();

  note(quantity: string, value: Argument): void {
    const found = this.histograms.get(quantity) ?? { times: COLUMNS.map(() => 0), total: 0, nearPowers: 0 };
    this.histograms.set(quantity, found);
    const place = columnOf(value);
    found.times[place] = (found.times[place] ?? 0) + 1;
    found.total += 1;
    if (place > 2 && place !== NO_U64 && isNearPower(BigInt(value))) found.nearPowers += 1;
  }

  /** Takes note of a program and its world. */
  noteProgram({ world: { map }, operations }: Pick<Execution, 'world' | 'operations'>): void {
    const ram = map.descriptors.filter(({ type }) => isRam(type));
    this.note('page frames of RAM', BigInt(ram.reduce((sum, { pages }) => sum + pages, 0)));
    this.note('end of memory, as a page frame', BigInt(pfnEnd(map)));
    this.note('descriptors of a map', BigInt(map.descriptors.length));
    for (const { pages } of ram) this.note('page frames of a descriptor of RAM', BigInt(pages));
    this.note('operations of a program', BigInt(operations.length));
    for (const step of stepsOf(operations)) {
      if (isBurst(step)) this.note('operations of a burst', BigInt(lengthOfStep(step)));
      for (const operation of isBurst(step) ? step.first : [step]) this.#noteArguments(operation);
    }
  }

  #noteArguments(operation: Execution['operations'][number]): void {
    for (const parameter of parametersOf(operation.call)) {
      const value = argumentAt(operation, parameter);
      const name = `${operation.call}: ${parameter.name}`;
      if (typeof value === 'bigint' || typeof value === 'number') this.note(name, value);
      else if (parameter.kind === 'addresses')
        this.note(`${operation.call}: addresses of a batch`, BigInt(addressesOf(operation).length));
    }
    const [first] = addressesOf(operation);
    if (first !== undefined && namesResult(first))
      this.note('page of a result, named first', BigInt(first.page));
  }
}

function columnOf(value: Argument): number {
  if (!isU64(value)) return NO_U64;
  const place = BOUNDS.findIndex((bound) => Number(value) < bound);
  return place < 0 ? BOUNDS.length : place;
}

/** Counts what the programs of a seed are made of. */
export async function distributionOf(seed: number, programs: number): Promise<Distribution> {
  const distribution = new Distribution();
  await runCampaign({
    target: OURS,
    worlds: [],
    generated: true,
    programs,
    operations: DEFAULT_OPERATIONS,
    seed,
    onProgram: ({ execution }) => distribution.noteProgram(execution),
  });
  return distribution;
}

function share(times: number, total: number): string {
  const percent = (100 * times) / Math.max(1, total);
  if (times === 0) return '';
  return percent < 0.1 ? '<0.1' : percent.toFixed(percent < 10 ? 1 : 0);
}

/** Returns a distribution as a table in Markdown; all numbers but the first column's are percent. */
export function distributionTable({ histograms }: Distribution): string {
  const head = ['', 'number', ...COLUMNS, '2^k ±1, from 8 on'];
  const rows = [...histograms].map(([name, { times, total, nearPowers }]) => [
    name,
    grouped(total),
    ...times.map((one) => share(one, total)),
    share(nearPowers, total),
  ]);
  const rule = head.map((_, column) => (column === 0 ? '---' : '--:'));
  return [head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

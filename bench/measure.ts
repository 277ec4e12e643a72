/**
 * Measuring: medians of interleaved runs. Tinybench runs one task a subject, all at once; a turnstile lets one through at a
 * time, so the subjects take turns and a slow minute of the machine hits all of them.
 */
import { Bench } from 'tinybench';
import type { SubjectName, SubjectProcess } from './process.ts';
import type { Point, Row } from './rows.ts';

/** Nanoseconds an operation of each subject, of which the first run was cold and the median is warm. */
export interface Measurement {
  readonly number: number;
  readonly title: string;
  readonly unit: string;
  readonly label: string;
  readonly size: number;
  readonly limit: number | null;
  readonly medians: Partial<Record<SubjectName, number>>;
  readonly cold: Partial<Record<SubjectName, number>>;
  /** Ours / checked C of the medians. */
  readonly ratio: number | null;
  /** Whether the limit holds; null where there is none or nothing to compare with. */
  readonly holds: boolean | null;
}

/** How often each subject is run. */
export interface Rounds {
  readonly warmup: number;
  readonly measured: number;
}

/** Page frames beyond which a subject is not run: the naive one would need minutes or all memory, WebAssembly has 1 GiB. */
const MOST_FRAMES: Partial<Record<SubjectName, number>> = { naive: 2 ** 20, wasm: 2 ** 18 };

function turnstile(): <A>(work: () => Promise<A>) => Promise<A> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };
}

function takesPart(name: SubjectName, { size, oursOnly }: Point): boolean {
  if (name === 'c' || name === 'checked') return oursOnly !== true;
  return size <= (MOST_FRAMES[name] ?? Number.POSITIVE_INFINITY);
}

function ratioOf(medians: Partial<Record<SubjectName, number>>): number | null {
  const { frames, checked } = medians;
  return frames === undefined || checked === undefined ? null : frames / checked;
}

/** Measures one row at one size. */
export async function measure(
  subjects: ReadonlyMap<SubjectName, SubjectProcess>,
  { number, title, unit, scenario }: Row,
  point: Point,
  rounds: Rounds,
): Promise<Measurement> {
  const cold: Partial<Record<SubjectName, number>> = {};
  const medians: Partial<Record<SubjectName, number>> = {};
  const pass = turnstile();
  const bench = new Bench({
    concurrency: 'bench',
    time: 0,
    warmupTime: 0,
    iterations: rounds.measured,
    warmupIterations: rounds.warmup,
    throws: true,
  });
  for (const [name, subject] of subjects) {
    if (!takesPart(name, point)) continue;
    bench.add(name, async () => {
      const [nanoseconds, operations] = await pass(() => subject.ask(`${scenario} ${point.size}`));
      cold[name] ??= nanoseconds / operations;
      return { overriddenDuration: nanoseconds / operations / 1e6 };
    });
  }
  await bench.run();
  for (const name of subjects.keys()) {
    const result = bench.getTask(name)?.result;
    if (result !== undefined && 'latency' in result) medians[name] = result.latency.p50 * 1e6;
  }
  const ratio = ratioOf(medians);
  const holds = ratio === null || point.limit === null ? null : ratio <= point.limit;
  const { label, size, limit } = point;
  return { number, title, unit, label, size, limit, medians, cold, ratio, holds };
}

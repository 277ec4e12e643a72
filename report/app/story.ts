/** The story of a trace: its moments with the words that the page shows of them, and who uses whose result. Built once. */
import { formatResponse } from '../../counterexamples/text/index.ts';
import { type Moment, momentsOf } from '../../counterexamples/trace/index.ts';
import { ModelState } from '../../model/index.ts';
import {
  addressesOf,
  counted,
  formatProgram,
  isAllocation,
  namesResult,
  pageCount,
  pfn,
  WHOLE,
} from '../../spec/index.ts';
import type { TraceSection } from '../data.ts';
import { grouped } from './hex.ts';

/** Consecutive page frames, any numbers that a target may have named. */
export interface Frames {
  readonly base: number;
  readonly count: number;
}

/** One step of the page: init, or an operation. Steps are numbered as people count, so that init is 0. */
export interface Step {
  readonly call: string;
  readonly answer: string;
  readonly moment: Moment;
  /** Its line in the log that was judged. */
  readonly line: number | null;
  /** The steps whose results it names. */
  readonly uses: readonly number[];
  /** The steps that name its result. */
  readonly usedBy: readonly number[];
}

export interface Story {
  readonly section: TraceSection;
  /** Operations of the log before the first step. */
  readonly skipped: number;
  readonly steps: readonly Step[];
  /** The step that violates a clause, or null. */
  readonly violated: number | null;
  /** Calls behind the violation, which were not made. */
  readonly unmade: number;
}

/** Returns the state that a part of a log begins in; null where the section begins with init. */
function stateBefore({ trace, log }: TraceSection): ModelState | null {
  if (log == null || log.state === null) return null;
  const { map, config, policies } = trace.scenario;
  const { world } = ModelState.init(map, config, policies, trace.profile ?? WHOLE);
  const { starts, owners, stack } = log.state;
  const runs = stack?.map(([base = 0, count = 0]) => ({ base: pfn(base), count: pageCount(count) }));
  return ModelState.of(world, policies, { starts, owners, stack: runs });
}

/** Returns the story of a section. O(the model's cost of its steps). */
export function storyOf(section: TraceSection): Story {
  const { trace } = section;
  const { config, operations } = trace.scenario;
  const skipped = section.log?.skipped ?? 0;
  const moments = momentsOf(trace, stateBefore(section));
  const calls = formatProgram(operations);
  const makers = operations.flatMap(({ call }, at) => (isAllocation(call) ? [at + 1] : []));
  const usesOf = (at: number): readonly number[] => {
    const operation = operations[at];
    const named = operation === undefined ? [] : addressesOf(operation).filter(namesResult);
    return [...new Set(named.flatMap(({ result }) => makers[result] ?? []))];
  };
  const usedBy = new Map<number, number[]>();
  for (const { at } of moments)
    for (const maker of usesOf(at)) usedBy.set(maker, [...(usedBy.get(maker) ?? []), at + 1]);
  const steps = moments.map(
    (moment, step): Step => ({
      call: grouped(calls[moment.at] ?? (skipped === 0 ? 'init' : 'before')),
      answer:
        moment.at < 0 && skipped > 0
          ? `after ${counted(skipped, 'operation')}, not shown`
          : grouped(formatResponse(config, moment.response)),
      line: section.log?.lines[moment.at] ?? null,
      moment,
      uses: usesOf(moment.at),
      usedBy: usedBy.get(step) ?? [],
    }),
  );
  const violated = steps.findIndex(({ moment }) => moment.violation !== null);
  return {
    section,
    skipped,
    steps,
    violated: violated < 0 ? null : violated,
    unmade: operations.length + 1 - moments.length,
  };
}

/** Whether regions hold a page frame. */
export function holds(regions: readonly Frames[], frame: number): boolean {
  return regions.some(({ base, count }) => base <= frame && frame < base + count);
}

/** The page frames of a step of which the target says one thing and the specification another. */
export function disputedIn({ violation, demand, touched }: Moment): readonly Frames[] {
  if (violation === null) return [];
  const { pfn } = violation;
  const isRefusal = demand !== null && demand.expected.kind !== 'granted';
  const regions: Frames[] = isRefusal || pfn !== null ? [...touched] : [];
  if (pfn !== null && !holds(regions, pfn)) regions.push({ base: pfn, count: 1 });
  return regions;
}

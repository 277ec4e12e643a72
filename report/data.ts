/**
 * The data of a report, as the page holds it in JSON: sections, each one picture. Traces and maps are as their files have them; the
 * application judges a trace again, so a step needs no data but the answers.
 */
import * as t from 'io-ts';
import { Config, MemoryMap, Trace } from '../spec/index.ts';

const Titled = t.type({
  /** The words of the section's tab. */
  title: t.string,
});

/** A counterexample, or any other saved run of one program. */
const TraceSection = t.intersection([
  Titled,
  t.type({
    kind: t.literal('trace'),
    trace: Trace,
    /** The command line that runs it again; null where it was not saved. */
    replay: t.union([t.string, t.null]),
  }),
]);
export type TraceSection = t.TypeOf<typeof TraceSection>;

const Times = t.record(t.string, t.number);

/**
 * A run of random programs, as `frameproof check --json` prints it.
 *
 * @public
 */
export const CheckedRun = t.strict(
  {
    verdict: t.string,
    programs: t.number,
    operations: t.number,
    seconds: t.number,
    seed: t.number,
    calls: t.record(t.string, Times),
    situations: Times,
    clauses: t.record(t.string, Times),
    arguments: t.record(t.string, t.type({ drawn: t.number, edges: Times })),
    unreached: t.readonlyArray(t.string),
    unchecked: t.readonlyArray(t.type({ what: t.string, why: t.string })),
  },
  'the result of frameproof check --json',
);
/**
 * A run of random programs.
 *
 * @public
 */
export type CheckedRun = t.TypeOf<typeof CheckedRun>;

const RunSection = t.intersection([Titled, t.type({ kind: t.literal('run'), result: CheckedRun })]);
export type RunSection = t.TypeOf<typeof RunSection>;

/** A memory map, or two to compare. */
const MapSection = t.intersection([
  Titled,
  t.type({
    kind: t.literal('map'),
    map: MemoryMap,
    config: Config,
    other: t.union([t.intersection([Titled, t.type({ map: MemoryMap })]), t.null]),
  }),
]);
export type MapSection = t.TypeOf<typeof MapSection>;

const Numbers = t.readonlyArray(t.number);
const Lists = t.readonlyArray(Numbers);

/** The states of a small world, as `frameproof/explore` has them. */
const GraphSection = t.intersection([
  Titled,
  t.type({
    kind: t.literal('graph'),
    map: MemoryMap,
    config: Config,
    /** In words; the graph names them by their place. */
    operations: t.readonlyArray(t.string),
    graph: t.type({
      levels: Numbers,
      frames: Numbers,
      owners: t.readonlyArray(t.string),
      stacks: Lists,
      ways: Lists,
      next: Lists,
    }),
  }),
]);
export type GraphSection = t.TypeOf<typeof GraphSection>;

/** Callers at the same time, whose answers no order of the calls explains. */
const HistorySection = t.intersection([
  Titled,
  t.type({
    kind: t.literal('history'),
    clause: t.string,
    explanation: t.string,
    calls: t.readonlyArray(
      t.type({
        caller: t.string,
        /** Calls begin and return one after the other: places in that order. */
        invoked: t.number,
        returned: t.union([t.number, t.null]),
        call: t.string,
        answer: t.string,
      }),
    ),
    /** The longest orders that explain a part of the calls, by their numbers from 1, and why no call can be next. */
    deadEnds: t.readonlyArray(
      t.type({ order: Numbers, next: t.readonlyArray(t.type({ call: t.number, why: t.string })) }),
    ),
    left: t.number,
    /** Runs of steps: the caller, from 0, and how many steps it takes. Empty for threads, which follow no schedule. */
    schedule: Lists,
    replay: t.union([t.string, t.null]),
  }),
]);
export type HistorySection = t.TypeOf<typeof HistorySection>;

/** Two allocators side by side. */
const VerificationSection = t.intersection([
  Titled,
  t.type({
    kind: t.literal('verification'),
    verdict: t.string,
    steps: t.readonlyArray(
      t.strict({ name: t.string, verdict: t.string, evidence: t.string, seconds: t.number }),
    ),
    /** The ratio of the candidate's time to the baseline's in each turn; null if it was not measured. */
    speed: t.union([t.strict({ median: t.number, ratios: Numbers }), t.null]),
    /** The programs on which they differ, run on both, and the operation at which they do; -1 for init. */
    differences: t.readonlyArray(t.strict({ at: t.number, candidate: Trace, baseline: Trace })),
  }),
]);
export type VerificationSection = t.TypeOf<typeof VerificationSection>;

/**
 * One picture of a report: a trace, a run of programs, a memory map, the states of a small world, a concurrent history, or two
 * allocators side by side.
 *
 * @public
 */
export const Section = t.union([
  TraceSection,
  RunSection,
  MapSection,
  GraphSection,
  HistorySection,
  VerificationSection,
]);
/**
 * One picture of a report.
 *
 * @public
 */
export type Section = t.TypeOf<typeof Section>;

/** All that a page shows. */
export const Sections = t.readonlyArray(Section, 'the sections of a report');

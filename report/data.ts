/**
 * The data of a report, as the page holds it in JSON: sections, each one picture. Traces and maps are as their files have them; the
 * application judges a trace again, so a step needs no data but the answers.
 */
import * as t from 'io-ts';
import {
  Config,
  MemoryMap,
  type Operation,
  Owner,
  Policy,
  Profile,
  ResolvedOperation,
  Trace,
} from '../spec/index.ts';

/** By name only: the declarations of this file, which are in the package, would spell them out in each section. */
const TraceFile: t.Type<Trace, unknown> = Trace;
const Resolved: t.Type<Operation, unknown> = ResolvedOperation;

const Titled = t.type({
  /** The words of the section's tab. */
  title: t.string,
});

const Numbers = t.readonlyArray(t.number);
const Lists = t.readonlyArray(Numbers);

/** The place of a trace in the log that it is the last part of. */
const LogPlace = t.type({
  /** Operations of the log before it. */
  skipped: t.number,
  /** The line of each operation. */
  lines: Numbers,
  /** The state before it, null after init: owners from page frames on, and the free stack, top first, as bases and counts. */
  state: t.union([
    t.type({ starts: Numbers, owners: t.readonlyArray(Owner), stack: t.union([Lists, t.null]) }),
    t.null,
  ]),
});

/** A counterexample, or any other saved run of one program. */
const TraceSection = t.intersection([
  Titled,
  t.type({
    kind: t.literal('trace'),
    trace: TraceFile,
    /** The command line that runs it again; null where it was not saved. */
    replay: t.union([t.string, t.null]),
  }),
  t.partial({ log: LogPlace }),
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
    furthest: Times,
    reached: t.record(t.string, Times),
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

/** The states of a small world that are too many for a graph: the page computes where the calls lead. */
const TreeSection = t.intersection([
  Titled,
  t.type({
    kind: t.literal('tree'),
    map: MemoryMap,
    config: Config,
    policies: t.readonlyArray(Policy),
    profile: Profile,
    operations: t.readonlyArray(Resolved),
    words: t.readonlyArray(t.string),
    tree: t.type({ levels: Numbers, frames: Numbers, rows: t.string }),
  }),
]);
export type TreeSection = t.TypeOf<typeof TreeSection>;

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

/**
 * A verification, as far as `frameproof verify --json` prints it.
 *
 * @public
 */
export const VerifiedSides = t.strict(
  {
    verdict: t.string,
    steps: t.readonlyArray(
      t.strict({ name: t.string, verdict: t.string, evidence: t.string, seconds: t.number }),
    ),
    /** The ratio of the candidate's time to the baseline's in each turn; null if it was not measured. */
    speed: t.union([t.strict({ median: t.number, ratios: Numbers }), t.null]),
  },
  'the result of frameproof verify --json',
);

/** Two allocators side by side. */
const VerificationSection = t.intersection([
  Titled,
  VerifiedSides,
  t.type({
    kind: t.literal('verification'),
    /** The programs on which they differ, run on both, and the operation at which they do; -1 for init. */
    differences: t.readonlyArray(t.strict({ at: t.number, candidate: TraceFile, baseline: TraceFile })),
  }),
]);
export type VerificationSection = t.TypeOf<typeof VerificationSection>;

const SavedAs = t.type({ file: t.union([t.string, t.null]) });

/**
 * The output of every command with `--json`: its verdict, and the counterexamples that it saved.
 *
 * @public
 */
export const PrintedResult = t.intersection(
  [
    t.type({ verdict: t.string }),
    t.partial({ counterexample: t.union([SavedAs, t.null]), counterexamples: t.readonlyArray(SavedAs) }),
  ],
  'a trace, a shard, a memory map, or the result of a command with --json',
);
/**
 * The output of every command with `--json`.
 *
 * @public
 */
export type PrintedResult = t.TypeOf<typeof PrintedResult>;

/** The way from a counterexample to the simplest one. */
const ShrinkingSection = t.intersection([
  Titled,
  t.type({
    kind: t.literal('shrinking'),
    /** Counterexamples gone through, the one that was found first. */
    steps: t.readonlyArray(
      t.strict({
        /** Programs run until it was found. */
        executions: t.number,
        operations: t.number,
        /** Page frames of its memory map. */
        pages: t.number,
        /** Its calls in words; of a long program the last ones. */
        program: t.readonlyArray(t.string),
      }),
    ),
  }),
]);
export type ShrinkingSection = t.TypeOf<typeof ShrinkingSection>;

/** The result of a command that has no picture, or of a log: what it says, and its counts. */
const ResultSection = t.intersection([
  Titled,
  t.type({
    kind: t.literal('result'),
    verdict: t.string,
    /** Names, and what the result says of them. */
    facts: t.readonlyArray(t.tuple([t.string, t.string])),
    /** Calls with their answers, the last of which violates a clause where one does. */
    calls: t.readonlyArray(t.strict({ line: t.number, call: t.string, answer: t.string })),
    tables: t.record(t.string, Times),
    clauses: t.record(t.string, Times),
  }),
]);
/** @internal */
export type ResultSection = t.TypeOf<typeof ResultSection>;

/**
 * One picture of a report: a trace, a run of programs, a memory map, the states of a small world, a concurrent history, two
 * allocators side by side, the way of a shrinking, or the result of any other command.
 *
 * @public
 */
export const Section = t.union([
  TraceSection,
  RunSection,
  MapSection,
  GraphSection,
  TreeSection,
  HistorySection,
  VerificationSection,
  ResultSection,
  ShrinkingSection,
]);
/**
 * One picture of a report.
 *
 * @public
 */
export type Section = t.TypeOf<typeof Section>;

/** All that a page shows. */
export const Sections: t.Type<readonly Section[], unknown> = t.readonlyArray(
  Section,
  'the sections of a report',
);

/**
 * Exploration of a target that cannot be saved and loaded: its programs are run again from init. First every program of up to
 * so many operations, as far as that is not too many; then a walk through every state of the model. What this shows is less
 * than what a search of all states shows, and it is said what.
 */
import type { Operation, Trace } from '../../spec/index.ts';
import { traceOf } from './program.ts';
import { runTree } from './program-tree.ts';
import type { Subject } from './run.ts';
import type { Bounds } from './search.ts';
import { walk } from './walk.ts';

interface UnsavedOptions extends Subject {
  readonly operations: readonly Operation[];
  readonly bounds?: Bounds;
  readonly onProgress?: (progress: { readonly states: number; readonly transitions: number }) => void;
}

/** What running a target's programs came to. */
export interface UnsavedExploration {
  readonly kind: 'unsaved';
  readonly end: 'walked' | 'violated' | 'states' | 'time' | 'interrupted';
  /** Every program of up to so many operations was run, from init. */
  readonly depth: number;
  readonly programs: number;
  /** States of the model that were met, and those in which every operation was tried. */
  readonly modelStates: number;
  readonly finished: number;
  /** Calls of the walk. */
  readonly calls: number;
  readonly managers: number;
  /** Calls from init to the farthest state of the model. */
  readonly farthest: number;
  readonly seconds: number;
  readonly operations: readonly Operation[];
  readonly trace: Trace | null;
}

/** Programs that may be run from init. */
const MOST_PROGRAMS = 10_000;

/** Returns the length up to which all programs are few enough. */
function treeDepth(operations: number): number {
  return Math.floor(Math.log(MOST_PROGRAMS) / Math.log(Math.max(2, operations)));
}

/** Runs the programs of a target that cannot be saved. */
export async function exploreUnsaved(options: UnsavedOptions): Promise<UnsavedExploration> {
  const { target, world, policies, operations, bounds = {}, onProgress } = options;
  const start = performance.now();
  const shared = {
    ...{ target, world, policies, operations },
    ...(bounds.signal === undefined ? {} : { signal: bounds.signal }),
    ...(bounds.seconds === undefined ? {} : { deadline: start + 1000 * bounds.seconds }),
    ...(bounds.states === undefined ? {} : { states: bounds.states }),
  };
  const tree = await runTree({ ...shared, depth: treeDepth(operations.length) });
  const walked =
    tree.end === 'violated'
      ? null
      : await walk({
          ...shared,
          onProgress: ({ states, calls }) => onProgress?.({ states, transitions: tree.programs + calls }),
        });
  const program = tree.program ?? walked?.program ?? null;
  const end =
    walked === null || walked.end === 'violated' ? 'violated' : walked.end === 'done' ? 'walked' : walked.end;
  return {
    kind: 'unsaved',
    end,
    depth: tree.depth,
    programs: tree.programs,
    modelStates: walked?.states ?? 0,
    finished: walked?.finished ?? 0,
    calls: walked?.calls ?? 0,
    managers: walked?.managers ?? 0,
    farthest: walked?.depth ?? 0,
    seconds: (performance.now() - start) / 1000,
    operations,
    trace: program === null ? null : traceOf(target, world, policies, program),
  };
}

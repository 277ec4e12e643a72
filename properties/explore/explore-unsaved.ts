/**
 * Exploration of a target that cannot be saved and loaded: its programs are run from init. First every short program, of lengths
 * with at most 10,000 programs together; then a walk through every state of the model. That shows less than a search of all states,
 * and the result says how far it went.
 */
import { suspectRealm } from '../../runner/index.ts';
import type { Operation, Trace } from '../../spec/index.ts';
import { Patience } from './patience.ts';
import { traceOf } from './program.ts';
import { runTree } from './program-tree.ts';
import type { Subject } from './run.ts';
import type { Bounds } from './search.ts';
import { type WalkResult, walk } from './walk.ts';

/**
 * An exploration of a target that cannot be saved: the target, the world, the operations and the bounds.
 * @public
 */
export interface UnsavedOptions extends Subject {
  readonly operations: readonly Operation[];
  readonly bounds?: Bounds;
  readonly onProgress?: (progress: { readonly states: number; readonly transitions: number }) => void;
}

/**
 * The result of an exploration of a target that cannot be saved.
 * @public
 */
export interface UnsavedExploration extends Pick<WalkResult, 'end' | 'finished' | 'calls' | 'managers'> {
  readonly kind: 'unsaved';
  /** Every program of up to this many operations was run from init. */
  readonly depth: number;
  readonly programs: number;
  /** Number of model states met. */
  readonly modelStates: number;
  /** Number of calls from init to the farthest state of the model. */
  readonly farthest: number;
  readonly seconds: number;
  readonly operations: readonly Operation[];
  readonly trace: Trace | null;
}

/** Most programs of one length that are all run from init. */
const MOST_PROGRAMS = 10_000;

/** Returns the greatest length with at most {@link MOST_PROGRAMS} programs. */
function treeDepth(operations: number): number {
  return Math.floor(Math.log(MOST_PROGRAMS) / Math.log(Math.max(2, operations)));
}

/**
 * Explores a target that cannot be saved. O(programs × length + calls of the walk), each call as slow as the target. A call that does
 * not return breaks a clause.
 * @public
 */
export function exploreUnsaved(options: UnsavedOptions): Promise<UnsavedExploration> {
  const { target, world } = options;
  const trust = suspectRealm(target.factory ?? target);
  return exploreWith(options, new Patience(target, world)).finally(trust);
}

async function exploreWith(options: UnsavedOptions, patience: Patience): Promise<UnsavedExploration> {
  const { target, world, policies, operations, bounds = {}, onProgress } = options;
  const start = performance.now();
  const { signal, seconds = Number.POSITIVE_INFINITY, states = Number.POSITIVE_INFINITY } = bounds;
  const shared = { target, world, policies, operations, patience, signal, deadline: start + 1000 * seconds };
  const tree = await runTree({ ...shared, depth: treeDepth(operations.length) });
  const onCalls = (met: number, calls: number): void =>
    onProgress?.({ states: met, transitions: tree.programs + calls });
  const walked = tree.end === 'violated' ? null : await walk({ ...shared, states, onCalls });
  const program = tree.program ?? walked?.program ?? null;
  const trace = program === null ? null : traceOf(target, world, policies, program);
  const isStuck = tree.isStuck || walked?.isStuck === true;
  // The target was slow, or the machine.
  if (isStuck && trace?.violation === undefined) return exploreWith(options, patience.more());
  return {
    kind: 'unsaved',
    end: walked?.end ?? 'violated',
    depth: tree.depth,
    programs: tree.programs,
    modelStates: walked?.states ?? 0,
    finished: walked?.finished ?? 0,
    calls: walked?.calls ?? 0,
    managers: walked?.managers ?? 0,
    farthest: walked?.depth ?? 0,
    seconds: (performance.now() - start) / 1000,
    operations,
    trace,
  };
}

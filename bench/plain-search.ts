/**
 * The plain search: the same breadth-first search, as simple as possible, for comparison. A state is a string in a `Map`, a session
 * performs the operations, and the model's `step` judges every answer. Tests compare the fast search with it, and
 * `npm run bench:explore` measures both.
 */
import { init, type ModelState, step, sweep } from '../model/index.ts';
import { framesOfWorld } from '../properties/explore/index.ts';
import type { Target, World } from '../runner/index.ts';
import { freeForSingles, type Operation, type Policy, pfn, SpecError } from '../spec/index.ts';

/** Most words of a manager's state. */
const WORDS = 1 << 12;

/** The counts of a plain search. */
interface PlainResult {
  readonly states: number;
  readonly transitions: number;
  /** Number of transitions that lead to another state. */
  readonly changing: number;
  readonly levels: readonly number[];
  /** Length of the shortest program that breaks a clause; null if none does. */
  readonly shortest: number | null;
}

interface PlainOptions {
  readonly target: Target;
  readonly world: World;
  readonly policies: readonly Policy[];
  readonly operations: readonly Operation[];
  /** Seconds after which the search ends, closed or not. */
  readonly seconds?: number;
}

interface Node {
  readonly state: ModelState;
  readonly saved: Int32Array;
}

/** Searches all states of a target that can be saved and loaded. Throws `SpecError` if it cannot. */
export function plainSearch({ target, world, policies, operations, seconds }: PlainOptions): PlainResult {
  const session = target.openSavable(world);
  if (session === null)
    throw new SpecError(`${target.name}: expected a manager with saveState() and loadState()`);
  const frames = framesOfWorld({ ...world, profile: target.profile }).manageable.map((frame) => pfn(frame));
  const scratch = new Int32Array(WORDS);
  const save = (): Int32Array => scratch.slice(0, session.save(scratch));
  const keyOf = ({ state, saved }: Node): string => {
    const owners = frames.map((frame) => state.ownerOf(frame)[0]).join('');
    return `${owners} ${state.stackTop(state.freeIn('stack'))?.join() ?? ''} ${saved.join()}`;
  };
  const holds = (state: ModelState): boolean => {
    const runs = session.inspect();
    return runs === null || sweep(state, runs) === null;
  };

  const deadline = performance.now() + 1000 * (seconds ?? Number.POSITIVE_INFINITY);
  const started = init({ ...world, policies, profile: target.profile }, session.started);
  if (!started.accepted || !holds(started.state))
    return { states: 0, transitions: 0, changing: 0, levels: [], shortest: 0 };
  const root: Node = { state: started.state, saved: save() };
  const seen = new Map<string, Node>([[keyOf(root), root]]);
  const levels: number[] = [];
  let [transitions, changing, isBroken] = [0, 0, false];
  for (let level = [root]; level.length > 0; ) {
    levels.push(level.length);
    const next: Node[] = [];
    for (const node of level) {
      const before = keyOf(node);
      for (const operation of operations) {
        session.load(node.saved);
        const response = session.perform(operation, freeForSingles(node.state));
        const verdict = step(node.state, operation, response);
        transitions += 1;
        if (!verdict.accepted) {
          isBroken = true;
          continue;
        }
        const after: Node = { state: verdict.state, saved: save() };
        const key = keyOf(after);
        if (key !== before) changing += 1;
        if (seen.has(key)) continue;
        seen.set(key, after);
        next.push(after);
        if (!holds(after.state)) isBroken = true;
      }
      if (performance.now() > deadline)
        return { states: seen.size, transitions, changing, levels, shortest: null };
    }
    if (isBroken) return { states: seen.size, transitions, changing, levels, shortest: levels.length };
    level = next;
  }
  return { states: seen.size, transitions, changing, levels, shortest: null };
}

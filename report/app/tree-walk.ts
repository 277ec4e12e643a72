/**
 * Walks among states that are too many to draw: where the calls lead from a state is computed by the model, when somebody is there. An
 * answer that the specification admits is followed where it leads to a state that the search met.
 */
import { ModelState, step } from '../../model/index.ts';
import { rowOf, stackIn, stateKey } from '../../properties/explore/index.ts';
import {
  addressOf,
  describedCall,
  isU64,
  type Operation,
  type Outcome,
  type Owner,
  pageCount,
  pfn,
  toHigherHalf,
} from '../../spec/index.ts';
import type { TreeSection } from '../data.ts';

const OWNERS: Readonly<Record<string, Owner>> = { p: 'pmm', c: 'caller', b: 'boot', k: 'kept' };

/** An operation, and the state that it leads to. */
export interface Way {
  readonly operation: number;
  readonly to: number;
}

export class TreeWalk {
  readonly size: number;
  readonly #section: TreeSection;
  readonly #numbers = new Map<string, number>();
  readonly #initial: ModelState;

  constructor(section: TreeSection) {
    const { tree, map, config, policies, profile } = section;
    this.#section = section;
    this.size = tree.levels.reduce((sum, level) => sum + level, 0);
    for (let state = 0; state < this.size; state += 1) this.#numbers.set(rowOf(tree, state).key, state);
    this.#initial = ModelState.init(map, config, policies, profile);
  }

  /** The owners of the page frames in a state, a letter each. */
  ownersIn(state: number): string {
    const { tree } = this.#section;
    return rowOf(tree, state).key.slice(0, tree.frames.length);
  }

  /** The free stack from the top. */
  stackIn(state: number): readonly number[] {
    const { tree } = this.#section;
    return stackIn(tree.frames, rowOf(tree, state).key);
  }

  /** Returns the shortest way from init to a state. */
  wayTo(state: number): readonly Way[] {
    const way: Way[] = [];
    for (let to = state; to !== 0; ) {
      const { before, operation } = rowOf(this.#section.tree, to);
      way.push({ operation, to });
      to = before;
    }
    return way.reverse();
  }

  /** Returns the ways on from a state, the simplest operation for each state. O(operations · page frames). */
  waysFrom(state: number): readonly Way[] {
    const from = this.#stateOf(state);
    const ways = new Map<number, Way>();
    for (const [n, operation] of this.#section.operations.entries())
      for (const outcome of this.#answersTo(from, operation)) {
        const verdict = step(from, operation, { outcome });
        const to = verdict.accepted ? this.#numberOf(verdict.state) : undefined;
        if (to !== undefined && to !== state && !ways.has(to)) ways.set(to, { operation: n, to });
      }
    return [...ways.values()];
  }

  #numberOf(state: ModelState): number | undefined {
    const { frames } = this.#section.tree;
    const owners = frames.map((frame) => state.ownerOf(pfn(frame))[0]).join('');
    return this.#numbers.get(stateKey(frames, owners, state.stackTop(state.freeIn('stack')) ?? []));
  }

  #stateOf(state: number): ModelState {
    const { frames } = this.#section.tree;
    const { world, policies } = this.#initial;
    const parts = this.#initial
      .ownersIn(0, world.end)
      .flatMap(({ base, end, owner }) =>
        Array.from({ length: end - base }, (_, i) => ({ frame: base + i, owner })),
      );
    const owners = this.ownersIn(state);
    frames.forEach((frame, i) => {
      const part = parts[frame];
      if (part !== undefined) parts[frame] = { frame, owner: OWNERS[owners[i] ?? ''] ?? part.owner };
    });
    const stack = policies.includes('lifo')
      ? this.stackIn(state).map((frame) => ({ base: pfn(frame), count: pageCount(1) }))
      : undefined;
    const starts = parts.map(({ frame }) => frame);
    return ModelState.of(world, policies, {
      starts: [...starts, world.end],
      owners: [...parts.map(({ owner }) => owner), 'absent'],
      stack,
    });
  }

  /** Returns answers among which are those that the specification admits; of batches whose order is free, two. */
  #answersTo(state: ModelState, operation: Operation): readonly Outcome[] {
    const { returns } = describedCall(operation.call);
    if (returns === 'amount') return [];
    if (returns === 'done') return [{ kind: 'done' }];
    const { config, tree } = this.#section;
    const address = (frame: number): bigint => toHigherHalf(config, addressOf(pfn(frame)));
    const free = tree.frames.filter((frame) => state.ownerOf(pfn(frame)) === 'pmm');
    if (returns === 'address') return free.map((frame) => ({ kind: 'address', address: address(frame) }));
    const count = 'count' in operation && isU64(operation.count) ? Number(operation.count) : Number.NaN;
    if (!(count <= free.length)) return [];
    const top = state.stackTop(pageCount(count));
    const orders = top === null ? [free, free.toReversed()] : [top];
    return orders.map((frames) => ({ kind: 'addresses', addresses: frames.slice(0, count).map(address) }));
  }
}

import { describe, expect, it } from 'vitest';
import { Execution, OURS } from '../../runner/index.ts';
import { mapAddresses, pfn } from '../../spec/index.ts';
import { type Exploration, explore } from './explore.ts';
import { operationInstances } from './instances.ts';
import { rowOf, stackIn, stateKey } from './state-graph.ts';
import { smallWorld } from './world.ts';

const world = smallWorld({ stack: 2, bitmap: 3 });
const operations = operationInstances(world);
const { graph, states, levels }: Exploration = await explore({
  target: OURS,
  world,
  operations,
  graph: true,
});
if (graph === null) throw new Error('no graph');
const { owners, stacks, ways, next, frames } = graph;

/** Returns the operations of the simplest shortest way to a state. */
function wayTo(state: number): readonly number[] {
  const [before, operation] = ways[state] ?? [];
  return before === undefined || operation === undefined ? [] : [...wayTo(before), operation];
}

/** Runs operations, and returns the state of the model after them as the graph writes it. */
function ranTo(way: readonly number[]): readonly unknown[] {
  const execution = new Execution(OURS, world, { policies: OURS.policies });
  for (const n of way) {
    const operation = mapAddresses(operations[n] ?? expect.fail(), (absolute) => ({ absolute }));
    execution.perform(operation ?? expect.fail());
  }
  const { state } = execution;
  return [
    frames.map((frame) => state.ownerOf(pfn(frame))[0]).join(''),
    state.stackTop(state.freeIn('stack')),
  ];
}

describe('the tree of a search', () => {
  it('has every state of the model once, with a way as short as that in the graph', async () => {
    const { tree, graph: none } = await explore({ target: OURS, world, operations, graph: 'ways' });
    if (tree === null) expect.fail();
    expect(none).toBeNull();
    const size = tree.levels.reduce((sum, level) => sum + level, 0);
    const known = new Map<string, number>();
    for (const [state, text] of owners.entries()) {
      const key = stateKey(frames, text, stacks[state] ?? []);
      if (!known.has(key)) known.set(key, state);
    }
    expect(size).toBe(known.size);
    for (let state = 1; state < size; state += 1) {
      const { key, before, operation } = rowOf(tree, state);
      expect(before).toBeLessThan(state);
      const way = wayTo(known.get(key) ?? -1);
      let length = 0;
      for (let at = state; at !== 0; at = rowOf(tree, at).before) length += 1;
      expect(length).toBe(way.length);
      expect(operation).toBeLessThan(operations.length);
      expect(stackIn(frames, key)).toEqual(stacks[known.get(key) ?? -1]);
    }
  });
});

describe('the graph of a search', () => {
  it('has every state once, by level', () => {
    expect(graph.levels).toEqual(levels);
    expect([owners.length, stacks.length, ways.length, next.length]).toEqual([
      states,
      states,
      states,
      states,
    ]);
    const depths = ways.map((_, state) => wayTo(state).length);
    expect(levels.map((_, depth) => depths.filter((d) => d === depth).length)).toEqual(levels);
  });

  it('leads to each state by its way, and from it by every operation that it names', () => {
    for (const [state, ends] of next.entries()) {
      const way = wayTo(state);
      expect(ranTo(way)).toEqual([owners[state], stacks[state]]);
      for (let i = 0; i < ends.length; i += 2) {
        const to = ends[i + 1] ?? -1;
        expect(ranTo([...way, ends[i] ?? -1])).toEqual([owners[to], stacks[to]]);
      }
    }
  });

  it('is kept where it is asked for', async () => {
    expect((await explore({ target: OURS, world, operations })).graph).toBeNull();
  });
});

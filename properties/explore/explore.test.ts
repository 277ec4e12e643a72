import { describe, expect, it } from 'vitest';
import { plainSearch } from '../../bench/plain-search.ts';
import { OURS } from '../../runner/index.ts';
import { config, memoryMap, type Operation, PAGE_BYTES } from '../../spec/index.ts';
import { explore, modelGraph } from './explore.ts';
import { operationInstances } from './instances.ts';
import { smallWorld } from './world.ts';

const WORLD = smallWorld({ stack: 3, bitmap: 2 });

/** A world of N free page frames, all of them in the stack zone. */
function freeStack(pages: number) {
  return {
    map: memoryMap([{ type: 'conventional', start: 0n, pages }]),
    config: config({ bitmapMaxAddr: 0n }),
  };
}

/** `alloc`, and `free` of every page frame. */
function allocAndFree(pages: number): readonly Operation[] {
  const { higherHalf } = config();
  const addresses = Array.from({ length: pages }, (_, frame) => higherHalf + BigInt(frame) * PAGE_BYTES);
  return [{ call: 'alloc' }, ...addresses.map((address): Operation => ({ call: 'free', address }))];
}

describe('the graph of the model', () => {
  it.each([
    [1, 2],
    [3, 16],
    [5, 326],
    [6, 1957],
  ])(
    'has as many states with a free stack of %i as there are ordered selections: %i',
    async (pages, states) => {
      const graph = await modelGraph(freeStack(pages), allocAndFree(pages));
      expect(graph).toMatchObject({ end: 'closed', states, transitions: states * (pages + 1) });
    },
  );

  it('moves from each of them by one alloc, where a page frame is free, and one free for each that is held', async () => {
    // Of 4 page frames, k are held in 4! / k! states; each has k frees and, but for k = 4, an alloc.
    const frees = 24 * 0 + 24 * 1 + 12 * 2 + 4 * 3 + 1 * 4;
    const moves = frees + 24 + 24 + 12 + 4;
    expect((await modelGraph(freeStack(4), allocAndFree(4))).changing).toBe(moves);
  });
});

describe('our implementation', () => {
  it('is explored to closure, and every clause holds', async () => {
    const { end, trace, states, modelStates, clauses } = await explore({ target: OURS, world: WORLD });
    expect({ end, trace }).toEqual({ end: 'closed', trace: null });
    expect(states).toBeGreaterThan(modelStates);
    expect(modelStates).toBe((await modelGraph(WORLD)).states);
    expect(clauses.never.map(({ name }) => name)).toEqual([
      'init.kept',
      'contents.zeroed',
      'allocPages.as-many',
      'concurrent.linearizable',
      'concurrent.progress',
    ]);
  });

  it('has the states and transitions that the plain search finds', async () => {
    const operations = operationInstances(WORLD);
    const plain = plainSearch({ target: OURS, world: WORLD, policies: OURS.policies, operations });
    const { states, transitions, changing, levels } = await explore({ target: OURS, world: WORLD });
    expect({ states, transitions, changing, levels, shortest: null }).toEqual(plain);
  });

  it('gives the same result with two threads as with one', async () => {
    const one = await explore({ target: OURS, world: WORLD });
    const two = await explore({ target: OURS, world: WORLD, workers: 2 });
    const { seconds: _, tableBytes: __, ...same } = one;
    expect(two).toMatchObject(same);
  });
});

it('progress goes on after the search, while its states are counted and written down', async () => {
  const counted: string[] = [];
  const world = smallWorld({ stack: 2, bitmap: 1 });
  const { states } = await explore({
    target: OURS,
    world,
    graph: 'ways',
    onProgress: (progress) => {
      if (progress.counted !== null) counted.push(`${progress.counted.done} of ${progress.counted.of}`);
    },
  });
  expect(states).toBeGreaterThan(1);
  const last = `${states} of ${states}`;
  expect(counted.filter((text) => text === last)).toHaveLength(2);
  expect(counted.at(-1)).toBe(last);
});

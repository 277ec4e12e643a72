/** Searches of compiled C. */
import { describe, expect, it } from 'vitest';
import { plainSearch } from '../../bench/plain-search.ts';
import { execute } from '../../runner/index.ts';
import { nativeBuilder } from '../../runner/testing/built-native.ts';
import { runCampaign } from '../random/index.ts';
import { certify, explore, howSaved, operationInstances, smallWorld } from './index.ts';

const built = nativeBuilder();
const PAGE_STACK = ['examples/page_stack_target.c', 'examples/page_stack.c'];
const WORLD = smallWorld({ stack: 3, bitmap: 3 });
const BITS = [64, 32] as const;

describe.each(BITS)('a search of compiled C with pointers of %i bits', (bits) => {
  it.each([
    ['page stack', PAGE_STACK, 60, 84],
    ['next fit', ['examples/next_fit.c'], 224, 224],
    ['buddy', ['examples/buddy.c'], 96, 561],
  ])(
    'of %s closes; stale words add states only where the target does not name the live ones',
    async (_, files, live, all) => {
      for (const [flags, states] of [
        [[], live],
        [['-DFP_IGNORE_LIVE'], all],
      ] as const) {
        const target = await built(bits, files, ...flags);
        const found = await explore({ target, world: WORLD });
        expect({ end: found.end, states: found.states }).toEqual({ end: 'closed', states });
        expect(found.clauses.both.map(({ name }) => name)).toContain('contents.preserved');
      }
    },
  );

  it('meets the same states and transitions as the plain search', async () => {
    const target = await built(bits, ['examples/buddy.c']);
    const world = smallWorld({ stack: 2, bitmap: 2 });
    const operations = operationInstances(world, { target });
    const plain = plainSearch({ target, world, policies: target.policies, operations });
    const { states, transitions, changing, levels } = await explore({ target, world, operations });
    expect({ states, transitions, changing, levels, shortest: null }).toEqual(plain);
  });

  it('finds what an allocator hides, with a shortest program', async () => {
    const target = await built(bits, ['testing/fifth_free.c', 'examples/page_stack.c']);
    const { end, trace } = await explore({ target, world: smallWorld({ stack: 2, bitmap: 2 }) });
    expect(end).toBe('violated');
    expect(trace?.violation?.clause).toBe('freed.returns');
    expect(trace?.scenario.operations.filter(({ call }) => call === 'free')).toHaveLength(5);
    expect(trace?.compiled).toBeUndefined();
  });

  it('refuses a claim of live bytes that is wrong', async () => {
    const target = await built(bits, ['testing/live_nothing.c', 'examples/page_stack.c']);
    await expect(explore({ target, world: WORLD })).rejects.toThrow(
      /nothing depends on the bytes that live\(\) does not name, and \w+ does/,
    );
  });

  it.each([
    ['traps', '-DFP_TRAPS', /^expected live\(\) to name bytes: unreachable; npx frameproof check finds/],
    ['never ends', '-DFP_LOOPS', /^expected live\(\) to name bytes: .* does not end; npx frameproof check/],
  ])('refuses a live() that %s', async (_, flag, message) => {
    const target = await built(bits, ['testing/live_nothing.c', 'examples/page_stack.c'], flag);
    await expect(explore({ target, world: WORLD })).rejects.toThrow(message);
  });

  it('refuses an allocator whose memory grows, whose state is not in what is saved', async () => {
    const target = await built(bits, ['testing/wasm_zoo.c'], '-DMISBEHAVE=grow');
    const world = smallWorld({ stack: 3, bitmap: 0, allFree: true });
    await expect(explore({ target, world })).rejects.toThrow(/its linear memory has grown/);
    // A counterexample of it is certified without, by running all shorter programs.
    const address = { absolute: world.config.higherHalf };
    const operations = [{ call: 'alloc' }, { call: 'freeRegion', address, count: 1n }] as const;
    const trace = execute(target, { ...world, policies: [], operations }).trace();
    expect((await certify(target, trace)).kind).not.toBe('open');
  });

  it('certifies counterexamples', async () => {
    const target = await built(bits, ['examples/broken_limit.c', 'examples/page_stack.c']);
    const run = {
      worlds: [{ ...WORLD, name: 'small' }],
      generated: false,
      programs: 100,
      operations: 60,
      seed: 3,
    };
    const [finding] = (await runCampaign({ target, ...run })).findings;
    if (finding === undefined) throw new Error('it was not caught');
    expect(howSaved(target, WORLD)).not.toBeNull();
    expect((await certify(target, finding.trace)).kind).toMatch(/^short/);
  });
});

import { describe, expect, it } from 'vitest';
import { createPmm } from '../../impl/index.ts';
import { runCampaign } from '../../properties/random/index.ts';
import { execute, factoryTarget, OURS, type Target, wrapPmm } from '../../runner/index.ts';
import {
  config,
  counted,
  memoryMap,
  type Operation,
  type Reference,
  Trace,
  WHOLE,
} from '../../spec/index.ts';
import { BUGS } from './fixtures/broken.ts';
import { shrink, shrinkAcross } from './shrink.ts';
import { compareSimplicity } from './simplicity.ts';

const SEEDS = [1, 2];

const searched = new Map<string, Promise<Trace>>();

/** Returns what a campaign finds; several tests begin with the same. */
function counterexample(target: Target, seed: number): Promise<Trace> {
  const key = `${target.name}, seed ${seed}`;
  const trace = searched.get(key) ?? search(target, seed);
  searched.set(key, trace);
  return trace;
}

async function search(target: Target, seed: number): Promise<Trace> {
  const options = { target, worlds: [], generated: true, programs: 5000, operations: 50, seed };
  const [found] = (await runCampaign({ ...options, stopFirst: true })).findings;
  if (found === undefined) throw new Error(`seed ${seed} does not find that ${target.name}`);
  return found.trace;
}

function bug(name: string): Target {
  const found = BUGS.find(({ target }) => target.name === name);
  if (found === undefined) throw new Error(`unknown bug "${name}"`);
  return found.target;
}

const ALLOC: Operation<Reference> = { call: 'alloc' };

const AFTER_FIFTH = 'alloc fails after the fifth free';

function free(result: number): Operation<Reference> {
  return { call: 'free', address: { result, page: 0, offset: 0n } };
}

function traceOn(target: Target, operations: readonly Operation<Reference>[]): Trace {
  const map = memoryMap([
    { type: 'loaderData', start: 0x8000n, pages: 3 },
    { type: 'conventional', start: 0n, pages: 8 },
  ]);
  const { policies } = target;
  return execute(target, { map, config: config({ bitmapMaxAddr: 0x4000n }), policies, operations }).trace();
}

describe('shrink', () => {
  for (const { target, shortest } of BUGS)
    it(`brings "${target.name}" down to ${counted(shortest, 'operation')}, the same from every seed, under its clause`, async () => {
      const programs = new Set<string>();
      for (const seed of SEEDS) {
        const found = await counterexample(target, seed);
        const results = shrinkAcross(target, found);
        const [own] = results;
        expect(own).toMatchObject({ verdict: 'shrunk', exhausted: false });
        expect(own?.trace.violation?.clause).toBe(found.violation?.clause);
        expect(own?.otherClauses.map(({ clause }) => clause)).not.toContain(found.violation?.clause);
        const simplest = results.at(-1)?.trace ?? found;
        expect(simplest.scenario.operations).toHaveLength(shortest);
        expect(simplest.violation?.at).toBe(shortest - 1);
        programs.add(JSON.stringify(Trace.encode(simplest)));
      }
      expect([...programs]).toHaveLength(1);
    });

  it('shrinks a failure of hidden state that no smaller state explains', () => {
    const operations = [0, 1, 2, 3, 4].flatMap((k) => [ALLOC, free(k)]);
    const target = bug(AFTER_FIFTH);
    const { trace } = shrink(target, traceOn(target, [...operations, ALLOC]));
    expect(trace.scenario.operations.map(({ call }) => call)).toEqual([
      'free',
      'free',
      'free',
      'free',
      'free',
      'alloc',
    ]);
  });

  it('leaves out what a burst allocates and nobody names', () => {
    const target = bug(AFTER_FIFTH);
    const world = { map: memoryMap([{ type: 'conventional', start: 0n, pages: 80 }]) };
    const operations = [...Array(70).fill(ALLOC), ...[69, 67, 3, 66, 50].map(free), ALLOC];
    const { trace } = shrink(target, { scenario: { ...traceOn(target, operations).scenario, ...world } });
    expect(trace.scenario.operations).toHaveLength(6);
  });

  it('leaves out operations that were passed over, and renumbers the results', () => {
    const calls = WHOLE.calls.filter((call) => call !== 'allocPages');
    const target = bug(AFTER_FIFTH).withClaims({ profile: { ...WHOLE, calls } });
    const operations = [1, 2, 3, 4, 5].flatMap((k) => [ALLOC, free(k)]);
    const given = traceOn(target, [{ call: 'allocPages', count: 1n }, ...operations, ALLOC]);
    expect(shrink(target, given).trace.scenario.operations).toHaveLength(6);
  });

  it('tries no programs without calls for a clause that is checked after calls', () => {
    const create: typeof createPmm = (map, options) =>
      Object.assign(createPmm(map, options), { alloc: () => null });
    const target = factoryTarget({ name: 'never allocates', policies: [], create });
    const { executions, trace } = shrink(target, traceOn(target, [ALLOC]));
    expect(trace.scenario.operations).toEqual([ALLOC]);
    expect(executions).toBeLessThan(100);
  });

  it('gives the same result each time', async () => {
    const target = bug('fragmentation refuses a run that fits');
    const found = await counterexample(target, 1);
    expect(shrink(target, found).trace).toEqual(shrink(target, found).trace);
  });

  it('finds nothing simpler than what it found', async () => {
    const target = bug('a refused batch returns its pages in another order');
    const { trace } = shrink(target, await counterexample(target, 1));
    const again = shrink(target, trace);
    expect(again.steps).toBe(0);
    expect(compareSimplicity(again.trace.scenario, trace.scenario)).toBe(0);
  });

  it('keeps the best so far when the budget ends, and says so', async () => {
    const target = bug('a refused batch returns its pages in another order');
    const found = await counterexample(target, 1);
    const short = shrink(target, found, { executions: 5 });
    expect(short).toMatchObject({ verdict: 'shrunk', exhausted: true, executions: 5 });
    expect(short.trace.violation?.clause).toBe(found.violation?.clause);
    expect(compareSimplicity(short.trace.scenario, found.scenario)).toBeLessThanOrEqual(0);
    expect(shrink(target, found).exhausted).toBe(false);
    expect(shrink(target, found, { ms: 0 })).toMatchObject({ exhausted: true, executions: 2 });
  });

  it('takes note of the other clauses that simpler scenarios break', () => {
    const target = bug('free rounds up');
    const address = { absolute: config().higherHalf + 0x8001n };
    const { trace, otherClauses } = shrink(
      target,
      traceOn(target, [{ call: 'free', address: { absolute: address.absolute + 0x2000n } }]),
    );
    expect(trace.violation?.clause).toBe('free.owner');
    const [other] = otherClauses;
    expect(other?.clause).toBe('misuse.panics');
    expect(other?.count).toBeGreaterThan(0);
    expect(other?.trace.violation?.clause).toBe('misuse.panics');
  });

  it('says of a target that answers differently on a second run that it is flaky, with both runs', () => {
    let managers = 0;
    const target = factoryTarget({
      name: 'flaky',
      policies: OURS.policies,
      create: (map, options) => {
        managers += 1;
        const pmm = createPmm(map, options);
        if (managers % 2 === 0) pmm.alloc = () => null;
        return pmm;
      },
    });
    const { verdict, flaky } = shrink(target, traceOn(target, [ALLOC]));
    expect(verdict).toBe('flaky');
    expect(flaky?.first.responses).not.toEqual(flaky?.second.responses);
  });

  it('says of a scenario that breaks no clause that it holds', () => {
    expect(shrink(OURS, traceOn(OURS, [ALLOC]))).toMatchObject({ verdict: 'holds', flaky: null });
  });

  it('simplifies all of a program whose bursts a smaller world has taken', () => {
    const target = factoryTarget({
      name: 'the last page frame is another',
      policies: [],
      create: (map, options) => {
        const pmm = createPmm(map, options);
        let count = 0;
        return wrapPmm(pmm, {
          alloc: () => {
            count += 1;
            return count > 1 && pmm.freeAmount() === 1 ? 0n : pmm.alloc();
          },
        });
      },
    });
    const map = memoryMap([{ type: 'conventional', start: 0x8a000n, pages: 98 }]);
    const operations = Array.from({ length: 98 }, () => ALLOC);
    const scenario = { map, config: config({ bitmapMaxAddr: 0n }), policies: [], operations };
    const { trace } = shrink(target, execute(target, scenario).trace());
    expect(trace.scenario.operations).toEqual([ALLOC, ALLOC]);
    // It is in the bitmap zone: the first call is refused.
    expect(trace.scenario.map).toEqual(memoryMap([{ type: 'conventional', start: 0n, pages: 1 }]));
  });

  it('drops the names of maps and the operations after the failure', () => {
    const target = bug('a double free is accepted');
    const freed: Operation<Reference> = { call: 'free', address: { absolute: config().higherHalf } };
    const { trace, way, steps, executions } = shrink(target, traceOn(target, [freed, ALLOC, ALLOC]));
    expect(trace.scenario.operations).toEqual([freed]);
    expect(trace.scenario.map).toEqual(memoryMap([{ type: 'conventional', start: 0n, pages: 1 }]));
    expect(way).toHaveLength(1 + steps);
    expect(way.at(-1)).toMatchObject({ operations: [freed], pages: 1 });
    expect(way.every((step) => step.executions <= executions)).toBe(true);
  });
});

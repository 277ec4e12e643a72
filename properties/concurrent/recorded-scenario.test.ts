import { describe, expect, it } from 'vitest';
import { type SharedParts, SharedPmm, sharedParts } from '../../impl/index.ts';
import { wrapPmm } from '../../runner/index.ts';
import { config, memoryMap, type Operation, PAGE_BYTES, type Reference } from '../../spec/index.ts';
import { drawsFrom } from '../random/draws.ts';
import {
  ConcurrentTrace,
  concurrentTraceOf,
  decodeConcurrentTrace,
  replayConcurrent,
} from './concurrent-trace.ts';
import { explain, type HistoryCall } from './history.ts';
import type { ConcurrentViolation } from './judge-run.ts';
import { cutAt, scenariosLike, smallWorld } from './recorded-scenario.ts';
import { tryRun } from './sample-schedules.ts';
import type { ConcurrentScenario } from './scenario.ts';
import { type OpenCall, ScenarioRunner } from './scenario-runner.ts';
import { atRandom } from './schedulers.ts';
import { callsOf, repeatRun, shrinkRun } from './shrink-run.ts';
import { simpler } from './simpler-scenarios.ts';
import { type ConcurrentTarget, OURS_SHARED } from './target.ts';

/** Page frames that are reserved before the lock is forgotten: far more than a short program allocates. */
const MANY = 30;

/** Forgets the lock in batches once many page frames are reserved. */
const FORGETS_LATE: ConcurrentTarget = {
  ...OURS_SHARED,
  attach: (map, { shared, waiting, ...options }) => {
    const parts: SharedParts = sharedParts(map, options, shared, waiting);
    const pmm = new SharedPmm(parts);
    return wrapPmm(pmm, {
      allocPages: (addresses, count) => {
        const { inside, takeWarnings, warn } = parts;
        if (inside.reservedAmount() < MANY) return pmm.allocPages(addresses, count);
        const granted = inside.allocPages(addresses, count);
        for (const message of takeWarnings()) warn(message);
        return granted;
      },
    });
  },
};

const never = (): boolean => false;

/** Returns a long program, which allocates more than it frees. */
function program(seed: number): readonly Operation<Reference>[] {
  const draws = drawsFrom(seed);
  let results = 0;
  return Array.from({ length: 45 }, () => {
    if (results > 0 && draws.below(4) === 0)
      return { call: 'free', address: { result: draws.below(results), page: 0, offset: 0n } };
    results += 1;
    return draws.below(3) > 0 ? { call: 'allocPages', count: BigInt(1 + draws.below(3)) } : { call: 'alloc' };
  });
}

const LONG: ConcurrentScenario = {
  map: memoryMap([{ type: 'conventional', start: 0n, pages: 512 }]),
  config: config({ bitmapMaxAddr: 16n * PAGE_BYTES }),
  policies: FORGETS_LATE.policies,
  before: [],
  callers: [program(1), program(2)],
};

/** Returns the calls of a long run, which leads to a panic, and the longest orders that explain them. */
function recorded(scenario: ConcurrentScenario): Pick<ConcurrentViolation, 'calls' | 'deadEnds'> {
  const runner = new ScenarioRunner(FORGETS_LATE, scenario);
  const [, found] = tryRun(runner, 'accesses', atRandom(drawsFrom(1)));
  const calls = found?.violation.calls ?? [];
  const search = explain(runner.start, calls);
  if (search.isLinearizable) throw new Error('the long run holds');
  return { calls, deadEnds: search.deadEnds };
}

describe('calls before the callers begin', () => {
  it('become one batch of all that was allocated, also where a page of each result was freed', () => {
    const allocations = Array.from({ length: 10 }, () => ({ call: 'allocPages', count: 4n }) as const);
    const frees = allocations.map((_, result) => {
      return { call: 'free', address: { result, page: 0, offset: 0n } } as const;
    });
    const scenarios = simpler({ ...LONG, before: [...allocations, ...frees] }).map((change) => change());
    expect(scenarios.map(({ before }) => before)).toContainEqual([{ call: 'allocPages', count: 40n }]);
  });
});

describe('a long history', () => {
  const violation = recorded(LONG);
  const cut = cutAt(violation, []);
  const history = { ...LONG, callers: LONG.callers.length, ...cut };

  it('is cut at its violation', () => {
    const [longest] = violation.deadEnds;
    expect(cut.order.length).toBeGreaterThan(20);
    expect(cut.order).toEqual(longest?.order);
    const horizon = Math.max(...(longest?.next ?? []).map(({ returned }) => returned));
    expect(cut.rest.length).toBeGreaterThan(0);
    expect(cut.rest.every(({ invoked }) => invoked < horizon)).toBe(true);
  });

  it('is repeated with most of its calls before the callers begin, and shrunk to four calls at most, which are replayed', () => {
    const likes = scenariosLike({ ...history, ...smallWorld(history) });
    const found = likes.map((like) => repeatRun(FORGETS_LATE, like, never)).find((run) => run !== null);
    if (found == null) throw new Error('no run repeats it');
    expect(found.scenario.before.length).toBeGreaterThan(20);
    const { found: shrunk, isOpen } = shrinkRun(FORGETS_LATE, found);
    expect(isOpen).toBe(false);
    expect(callsOf(shrunk)).toBeLessThanOrEqual(4);
    const trace = concurrentTraceOf(FORGETS_LATE, shrunk);
    const read = decodeConcurrentTrace(JSON.parse(JSON.stringify(ConcurrentTrace.encode(trace))), 'a trace');
    expect(replayConcurrent(FORGETS_LATE, read)).toEqual(shrunk);
    expect(replayConcurrent(OURS_SHARED, read)).toBe(null);
  });

  it('keeps the calls that were made before the callers began', () => {
    const found = recorded({ ...LONG, before: [{ call: 'alloc' }] });
    const likes = [...scenariosLike({ ...history, ...cutAt(found, []) })];
    expect(likes.at(-1)?.before).toEqual([{ call: 'alloc' }]);
  });
});

describe('an address inside a page frame', () => {
  it('becomes a reference to the call that handed it out, as in a log', () => {
    const { map, config, policies } = LONG;
    const address = config.higherHalf + 20n * PAGE_BYTES;
    const answered = { errno: null, warnings: [], strayEntries: false };
    const order: readonly HistoryCall[] = [
      {
        ...{ caller: 0, operation: { call: 'alloc' }, invoked: 0, returned: 1 },
        response: { ...answered, outcome: { kind: 'address', address } },
      },
    ];
    const free = (caller: number): OpenCall => ({
      ...{ caller, invoked: 2 + caller },
      operation: { call: 'free', address: address + 8n },
    });
    const rest = [free(0), free(1)];
    const [like] = [...scenariosLike({ map, config, policies, callers: 2, order, rest })];
    const freed = [{ call: 'free', address: { result: 0, page: 0, offset: 8n } }];
    expect(like).toMatchObject({ before: [{ call: 'alloc' }], callers: [freed, freed] });
  });
});

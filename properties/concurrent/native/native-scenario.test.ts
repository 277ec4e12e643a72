import { describe, expect, it } from 'vitest';
import {
  addressesOf,
  decodeProfile,
  namesResult,
  type Operation,
  type Program,
  type Reference,
} from '../../../spec/index.ts';
import { drawsFrom } from '../../random/draws.ts';
import type { ConcurrentScenario } from '../scenario.ts';
import { isAskable, nativeScenario } from './native-scenario.ts';

const SIZE = { bitmapFrames: 4, stackFrames: 4, before: 4, callers: [6, 6] };

function scenarios(claims: object): readonly ConcurrentScenario[] {
  const profile = decodeProfile(claims, 'claims');
  return Array.from({ length: 200 }, (_, seed) =>
    nativeScenario(drawsFrom(seed), { profile, policies: [] }, SIZE),
  );
}

/** The page frames that a call frees, by result and page. */
function freedBy(operation: Operation<Reference>): readonly string[] {
  const pages = operation.call === 'freeRegion' ? Number(operation.count) : 1;
  return addressesOf(operation).flatMap((address) =>
    namesResult(address)
      ? Array.from({ length: pages }, (_, page) => `${address.result}[${address.page + page}]`)
      : [],
  );
}

/** Results of callers are numbered alike: those made before are the same for all, the others a caller's own. */
function freed({ before, callers }: ConcurrentScenario): readonly string[] {
  const shared = before.filter(({ call }) => call.startsWith('alloc')).length;
  const of = (program: Program, caller: number): readonly string[] =>
    program.flatMap(freedBy).map((name) => (Number.parseInt(name, 10) < shared ? name : `${caller} ${name}`));
  return [before, ...callers].flatMap(of);
}

describe('scenarios for an executable', () => {
  it('free each page frame once where a second free is undefined, whatever the order of calls', () => {
    const all = scenarios({ misuse: 'undefined' }).map(freed);
    expect(all.flat().length).toBeGreaterThan(500);
    for (const names of all) expect(new Set(names).size).toBe(names.length);
  });

  it('have callers free the same page frame where that is noticed', () => {
    const isRivalry = (names: readonly string[]): boolean => new Set(names).size < names.length;
    expect(scenarios({ misuse: 'refused' }).map(freed).filter(isRivalry).length).toBeGreaterThan(5);
  });

  it.each([
    { calls: ['alloc', 'free', 'freeAmount'], misuse: 'undefined' },
    { contiguous: 'powers-of-two', alignments: 'powers-of-two', zones: 1 },
    { freeRuns: 'whole', misuse: 'undefined', memoryAtLeast: 20 },
  ])('ask for nothing beyond %j', (claims) => {
    const profile = decodeProfile(claims, 'claims');
    for (const scenario of scenarios(claims)) expect(isAskable(scenario, profile)).toBe(true);
  });

  it('are not asked for once a simpler run is too short for the free that names it', () => {
    const profile = decodeProfile({ misuse: 'undefined' }, 'claims');
    const run = { call: 'allocBitmap', maxAddr: 4096n, alignment: 4096n } as const;
    const free = { call: 'freeRegion', address: { result: 0, page: 0, offset: 0n }, count: 2n } as const;
    const [scenario] = scenarios({ misuse: 'undefined' });
    const of = (count: bigint): ConcurrentScenario => ({
      ...(scenario as ConcurrentScenario),
      before: [{ ...run, count }],
      callers: [[free]],
    });
    expect([2n, 1n].map((count) => isAskable(of(count), profile))).toEqual([true, false]);
  });

  it('are refused to a target whose allocations must not fail', () => {
    expect(() => scenarios({ outOfMemory: 'undefined' })).toThrow(
      /^check --concurrent: expected a target whose /,
    );
  });
});

import { describe, expect, it } from 'vitest';
import {
  addressesOf,
  CALLS,
  decodeProfile,
  HIGHER_HALF_48,
  namesResult,
  type Operation,
  type Profile,
  type Program,
  type Reference,
  STANDARD_CALLS,
} from '../../spec/index.ts';
import { drawsFrom } from '../random/draws.ts';
import { isAskable } from './askable-scenario.ts';
import { profileScenario } from './profile-scenario.ts';
import type { ConcurrentScenario } from './scenario.ts';

const SIZE = { bitmapFrames: 4, stackFrames: 4, before: 4, callers: [6, 6] };

/** Every call that a profile may add. */
const ADDED = {
  calls: ['alloc', 'allocPages', 'freeAmount', ...CALLS.filter((call) => !STANDARD_CALLS.includes(call))],
  batches: 'partial',
  zones: 1,
  misuse: 'undefined',
  mostReferences: 100,
};

function profileOf(claims: object): Profile {
  return decodeProfile(claims, 'claims');
}

function scenarios(claims: object): readonly ConcurrentScenario[] {
  const profile = profileOf(claims);
  return Array.from({ length: 200 }, (_, seed) =>
    profileScenario(drawsFrom(seed), { profile, policies: [] }, SIZE),
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
    ADDED,
    { ...ADDED, misuse: 'panics', mostReferences: 3 },
    { zones: [{ name: 'a', below: '0x1000000' }, { name: 'b' }], neverBelow: '0x1000' },
  ])('ask for nothing beyond %j', (claims) => {
    const profile = profileOf(claims);
    for (const scenario of scenarios(claims)) expect(isAskable(scenario, profile)).toBe(true);
  });

  it('make each call that a profile adds, and give back no reference that was not taken', () => {
    const of = ({ before, callers }: ConcurrentScenario): Program => [...before, ...callers.flat()];
    const made = new Set(scenarios(ADDED).flatMap((scenario) => of(scenario).map(({ call }) => call)));
    for (const call of ADDED.calls) expect(made).toContain(call);
    const taken = scenarios(ADDED).filter((scenario) => of(scenario).some(({ call }) => call === 'retain'));
    const without = taken.map(({ before, callers, ...rest }) => {
      const rests = (program: Program): Program => program.filter(({ call }) => call !== 'retain');
      return isAskable({ ...rest, before: rests(before), callers: callers.map(rests) }, profileOf(ADDED));
    });
    expect(without).toContain(false);
  });

  it('add no memory that is RAM where nobody notices that', () => {
    const [scenario] = scenarios(ADDED);
    const address = { absolute: HIGHER_HALF_48 };
    const adding = {
      ...(scenario as ConcurrentScenario),
      callers: [[{ call: 'addRegion', address, count: 1n } as const]],
    };
    expect(isAskable(adding, profileOf(ADDED))).toBe(false);
    expect(isAskable(adding, profileOf({ ...ADDED, misuse: 'panics' }))).toBe(true);
  });

  it('are not asked for once a simpler run is too short for the free that names it', () => {
    const profile = profileOf({ misuse: 'undefined' });
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

import { describe, expect, it } from 'vitest';
import { ModelState } from '../../model/index.ts';
import {
  type Config,
  config,
  decodeProfile,
  type MemoryMap,
  memoryMap,
  type Operation,
  type Outcome,
  pageCount,
  pfn,
  physicalAddress,
  toHigherHalf,
} from '../../spec/index.ts';
import { PartialState, type PartialVerdict } from './partial-state.ts';

const CONFIG: Config = config({ bitmapMaxAddr: 0x1_0000n });
const NOWHERE = memoryMap([]);
const MAP = memoryMap([
  { type: 'conventional', start: 0n, pages: 64 },
  { type: 'runtimeServicesData', start: 0x10_0000n, pages: 1 },
]);

const at = (frame: number): bigint => toHigherHalf(CONFIG, physicalAddress(BigInt(frame) * 4096n));
const alloc = (frame: number | null): Call => [
  { call: 'alloc' },
  frame === null ? { kind: 'failed' } : { kind: 'address', address: at(frame) },
];
const free = (frame: number, outcome: Outcome = { kind: 'done' }): Call => [
  { call: 'free', address: at(frame) },
  outcome,
];
const freeAmount = (amount: number): Call => [{ call: 'freeAmount' }, { kind: 'amount', amount }];

type Call = readonly [Operation, Outcome];

function start(
  map: MemoryMap,
  options: { readonly unseen?: boolean } = {},
  claims: object = {},
): PartialState {
  return PartialState.unknown(ModelState.init(map, CONFIG, [], decodeProfile(claims, 'p')).world, options);
}

/** Returns what the calls after a start decide: `null` for a decided one, the reason, the clause that is violated, or what is undefined. */
function verdicts(begun: PartialState, ...calls: readonly Call[]): readonly (string | null)[] {
  const found: (string | null)[] = [];
  let state = begun;
  for (const [operation, outcome] of calls) {
    const verdict: PartialVerdict = state.step(operation, { outcome }, () => {});
    if (verdict.accepted === true) {
      state = verdict.state;
      found.push(verdict.undecided);
    } else found.push(verdict.accepted === null ? verdict.why : verdict.violation.clause);
  }
  return found;
}

const FIRST = 'not seen before';

describe('a partial state', () => {
  it('decides what happens to a page frame once it was seen', () => {
    expect(verdicts(start(NOWHERE), alloc(40), free(40), alloc(40), free(40))).toEqual([
      FIRST,
      null,
      null,
      null,
    ]);
    expect(verdicts(start(NOWHERE), free(40), alloc(40), free(40))).toEqual([FIRST, null, null]);
  });

  it('finds a page frame handed out while held, and freed while free', () => {
    expect(verdicts(start(NOWHERE), alloc(40), alloc(40))).toEqual([FIRST, 'alloc.was-free']);
    expect(verdicts(start(NOWHERE), free(40), free(40))).toEqual([FIRST, 'free.owner']);
  });

  it('knows from a map what is never handed out, and nothing more', () => {
    expect(verdicts(start(MAP), alloc(40))).toEqual([FIRST]);
    expect(verdicts(start(MAP), alloc(256))).toEqual(['init.withheld']);
    expect(verdicts(start(MAP), alloc(300))).toEqual(['init.withheld']);
    expect(verdicts(start(MAP), free(256))).toEqual(['free.owner']);
  });

  it('finds an allocation refused while a page frame is known to be free', () => {
    const refused = 'refused, and memory is partly unknown';
    expect(verdicts(start(NOWHERE), alloc(null), free(40), alloc(null))).toEqual([
      refused,
      FIRST,
      'alloc.complete',
    ]);
    // Page frame 3 is in the bitmap zone, where single pages do not come from.
    expect(verdicts(start(NOWHERE), free(3), alloc(null))).toEqual([FIRST, refused]);
  });

  it('judges amounts by how they change', () => {
    expect(
      verdicts(start(NOWHERE), freeAmount(7), alloc(40), freeAmount(6), free(40), freeAmount(7)),
    ).toEqual([FIRST, FIRST, null, null, null]);
    expect(verdicts(start(NOWHERE), freeAmount(7), alloc(40), freeAmount(7)).at(-1)).toBe('amounts.free');
    expect(verdicts(start(NOWHERE), free(40), freeAmount(0)).at(-1)).toBe('amounts.free');
  });

  it('says nothing of a free that was refused, unless it knows the page frame', () => {
    const panic = { kind: 'panicked', message: 'no', call: 'free', pfn: 40, owner: 'pmm' } as const;
    expect(verdicts(start(NOWHERE), free(40, panic))).toEqual([FIRST]);
    expect(verdicts(start(NOWHERE), free(40), free(40, panic))).toEqual([FIRST, null]);
    expect(verdicts(start(NOWHERE), alloc(40), free(40, panic)).at(-1)).toBe('free.owner');
  });

  it('stops at what the profile leaves undefined', () => {
    const trusting = start(NOWHERE, {}, { misuse: 'undefined' });
    expect(verdicts(trusting, free(40), free(40)).at(-1)).toMatch(
      /^misuse is undefined on this target: page frame 40/,
    );
  });

  it('decides nothing by a second free where allocations are not in the log', () => {
    const unseen = start(NOWHERE, { unseen: true }, { zones: 1 });
    const reason = 'allocations are not in the log';
    expect(verdicts(unseen, free(40), free(40), alloc(null), alloc(40), alloc(40))).toEqual([
      FIRST,
      reason,
      reason,
      null,
      'alloc.was-free',
    ]);
  });

  it('forgets the owners with a loss', () => {
    const verdict = start(MAP).step(
      { call: 'alloc' },
      { outcome: { kind: 'address', address: at(40) } },
      () => {},
    );
    if (verdict.accepted !== true) throw new Error('the first answer decides nothing');
    expect(verdicts(verdict.state.forgotten(null), alloc(40), alloc(256))).toEqual([FIRST, 'init.withheld']);
  });

  it('explains by each lost call one change, where a call changes the owner of one page frame', () => {
    const reason = 'a lost call explains it';
    const refused = 'refused, and memory is partly unknown';
    const claims = { calls: ['alloc', 'free', 'freeAmount'] };
    const known = ModelState.init(MAP, CONFIG, [], decodeProfile(claims, 'p')).allocated([
      { base: pfn(40), count: pageCount(2) },
    ]);
    const after = (lost: number | null): PartialState => PartialState.after(known, lost);
    // Page frames 40 and 41 are held, 42 is free.
    expect(verdicts(after(1), alloc(40), alloc(41))).toEqual([reason, 'alloc.was-free']);
    expect(verdicts(after(1), free(42), free(43))).toEqual([reason, 'free.owner']);
    expect(verdicts(after(1), free(40), alloc(42), alloc(null))).toEqual([null, null, 'alloc.complete']);
    expect(verdicts(after(46), alloc(null))).toEqual([refused]);
    expect(verdicts(after(45), alloc(null))).toEqual(['alloc.complete']);
    expect(verdicts(after(2), freeAmount(61), alloc(40), freeAmount(60), free(42), freeAmount(61))).toEqual([
      FIRST,
      reason,
      null,
      reason,
      null,
    ]);
    expect(verdicts(after(null), alloc(40), alloc(41))).toEqual([FIRST, FIRST]);
    expect(verdicts(after(2), freeAmount(59))).toEqual(['amounts.free']);
    const panic = { kind: 'panicked', message: 'no', call: 'free', pfn: 40, owner: 'pmm' } as const;
    expect(verdicts(after(1), free(40, panic))).toEqual([FIRST]);
  });

  it('takes a region of unknown page frames at once', () => {
    const region: Call = [{ call: 'freeRegion', address: at(0), count: 64n }, { kind: 'done' }];
    expect(verdicts(start(MAP), region, alloc(40), region)).toEqual([FIRST, null, 'freeRegion.owner']);
    const run: Call = [
      { call: 'allocBitmap', count: 4n, maxAddr: 0xffff_ffffn, alignment: 0x4000n },
      { kind: 'address', address: at(4) },
    ];
    expect(verdicts(start(MAP), run, free(5), run)).toEqual([FIRST, null, 'allocBitmap.was-free']);
  });

  it('follows memory that is added, and knows nothing of what was removed', () => {
    const calls = ['alloc', 'free', 'freeAmount', 'totalAmount', 'addRegion', 'removeRegion'];
    const begun = start(MAP, {}, { calls });
    const move = (call: 'addRegion' | 'removeRegion', kind: 'done' | 'failed' = 'done'): Call => {
      const region = { address: at(40), count: 8n };
      return [call === 'addRegion' ? { call, ...region } : { call, ...region }, { kind }];
    };
    const total = (amount: number): Call => [{ call: 'totalAmount' }, { kind: 'amount', amount }];
    const gone = [total(70), move('removeRegion'), total(62)];
    expect(verdicts(begun, ...gone, alloc(41))).toEqual([FIRST, FIRST, null, FIRST]);
    const again = [...gone, move('addRegion'), total(70), alloc(41)];
    expect(verdicts(begun, ...again)).toEqual([FIRST, FIRST, null, null, null, null]);
    expect(verdicts(begun, ...again, total(62)).at(-1)).toBe('amounts.total');
    expect(verdicts(begun, ...again, move('removeRegion'))).toContain('removeRegion.complete');
    expect(verdicts(begun, move('removeRegion', 'failed'), alloc(41))).toEqual([FIRST, FIRST]);
    expect(verdicts(begun, alloc(41), move('addRegion'))).toEqual([FIRST, 'addRegion.owner']);
  });

  it('knows references from the allocation on, and of other page frames only that they are held', () => {
    const calls = ['alloc', 'free', 'retain', 'release', 'freeAmount'];
    const call = (name: 'retain' | 'release', frame: number): Call => {
      const operation: Operation =
        name === 'retain' ? { call: name, address: at(frame) } : { call: name, address: at(frame) };
      return [operation, { kind: 'done' }];
    };
    const begun = (more: object = {}): PartialState => start(MAP, {}, { calls, ...more });
    const counted = [alloc(40), call('retain', 40), call('release', 40), call('release', 40), alloc(40)];
    expect(verdicts(begun(), ...counted)).toEqual([FIRST, null, null, null, null]);
    expect(verdicts(begun(), ...counted, call('release', 40), call('release', 40)).at(-1)).toBe(
      'release.owner',
    );
    // It may have been the last reference or not.
    expect(verdicts(begun(), call('retain', 40), alloc(40))).toEqual([FIRST, 'alloc.was-free']);
    expect(verdicts(begun(), call('release', 40), alloc(40))).toEqual([FIRST, FIRST]);
    expect(verdicts(begun(), call('retain', 40), call('release', 40), alloc(40))).toEqual([
      FIRST,
      FIRST,
      FIRST,
    ]);
    const panic = { kind: 'panicked', message: 'no', call: 'free', pfn: 40, owner: 'caller' } as const;
    expect(verdicts(begun(), call('retain', 40), free(40, panic), free(40), free(40)).slice(1)).toEqual([
      FIRST,
      null,
      'free.owner',
    ]);
    const one = { freesShared: 'one-reference' };
    expect(verdicts(begun(one), call('retain', 40), free(40), free(40))).toEqual([FIRST, FIRST, FIRST]);
  });
});

import fc from 'fast-check';
import { assert, describe, expect, it } from 'vitest';
import {
  addressOf,
  config,
  isFreeable,
  memoryMap,
  type Operation,
  type Outcome,
  type Owner,
  PAGE_BYTES,
  type Policy,
  pageCount,
  pfn,
  type Response,
  toHigherHalf,
  U64_MAX,
} from '../spec/index.ts';
import { init, ModelState, step, sweep, type Tally, type Verdict } from './index.ts';

/*
 *   0                10   12        16                  24   26        30  32
 *   ├───── pmm ───────┼boot┼── pmm ──┼─────── pmm ───────┼boot┼── pmm ──┼firm┤
 *   └────────── bitmap zone ─────────┴────────────── stack zone ─────────────┘
 */
const MEMORY = 32;
const LIMIT = 16;
const CONFIG = config({ bitmapMaxAddr: BigInt(LIMIT) * PAGE_BYTES });
const MAP = memoryMap([
  { type: 'conventional', start: 0n, pages: 10 },
  { type: 'loaderData', start: 10n * PAGE_BYTES, pages: 2 },
  { type: 'conventional', start: 12n * PAGE_BYTES, pages: 12 },
  { type: 'acpiReclaim', start: 24n * PAGE_BYTES, pages: 2 },
  { type: 'conventional', start: 26n * PAGE_BYTES, pages: 4 },
  { type: 'acpiNvs', start: 30n * PAGE_BYTES, pages: 2 },
]);

function start(...policies: readonly Policy[]): ModelState {
  return ModelState.init(MAP, CONFIG, policies);
}

function at(frame: number): bigint {
  return toHigherHalf(CONFIG, addressOf(pfn(frame)));
}

function handedOut(frame: number): Outcome {
  return { kind: 'address', address: at(frame) };
}

const ALLOC: Operation = { call: 'alloc' };
const REFUSED: Response = { outcome: { kind: 'failed' } };
const DONE: Response = { outcome: { kind: 'done' } };

function free(frame: number): Operation {
  return { call: 'free', address: at(frame) };
}

function run(count: number): Operation {
  return { call: 'allocBitmap', count: BigInt(count), maxAddr: U64_MAX, alignment: PAGE_BYTES };
}

/** The state that an accepted response leads to. */
function after(verdict: Verdict): ModelState {
  assert(
    verdict.accepted,
    verdict.accepted ? '' : `${verdict.violation.clause}: ${verdict.violation.explanation}`,
  );
  return verdict.state;
}

/** The clause that a response breaks, or null. */
function broken(state: ModelState, operation: Operation, response: Response): string | null {
  const verdict = step(state, operation, response);
  return verdict.accepted ? null : verdict.violation.clause;
}

describe('the model accepts', () => {
  it('any free page frame of the stack zone for an alloc, and follows what was handed out', () => {
    for (const frame of [16, 20, 29]) {
      const state = after(step(start(), ALLOC, { outcome: handedOut(frame) }));
      expect(state.ownerOf(pfn(frame))).toBe('caller');
      expect(state.freeIn('stack')).toBe(start().freeIn('stack') - 1);
    }
  });

  it('any run that fits, where first-fit is not promised', () => {
    expect([0, 5, 12].map((frame) => broken(start(), run(4), { outcome: handedOut(frame) }))).toEqual([
      null,
      null,
      null,
    ]);
  });

  it('that boot memory is handed over, and that it is free from then on', () => {
    const state = after(step(start(), free(24), DONE));
    expect(state.ownerOf(pfn(24))).toBe('pmm');
    expect(state.countOf('boot')).toBe(3);
  });

  it('what it has no observation of: a response may leave out errno, warnings and amounts', () => {
    expect(broken(start(), run(17), REFUSED)).toBeNull();
  });
});

describe('the model rejects, and names the clause:', () => {
  const held = (): ModelState => after(step(start(), ALLOC, { outcome: handedOut(20) }));

  it.each<readonly [clause: string, state: () => ModelState, operation: Operation, response: Response]>([
    ['alloc.was-free', held, ALLOC, { outcome: handedOut(20) }],
    ['alloc.zone', start, ALLOC, { outcome: handedOut(0) }],
    ['alloc.page-aligned', start, ALLOC, { outcome: { kind: 'address', address: at(20) + 8n } }],
    ['alloc.complete', start, ALLOC, REFUSED],
    ['address.higher-half', start, ALLOC, { outcome: { kind: 'address', address: 0x10_000n } }],
    ['init.withheld', start, ALLOC, { outcome: handedOut(30) }],
    [
      'allocBitmap.was-free',
      () => after(step(start(), run(2), { outcome: handedOut(0) })),
      run(2),
      { outcome: handedOut(1) },
    ],
    ['allocBitmap.zone', start, run(4), { outcome: handedOut(14) }],
    [
      'allocPages.distinct',
      start,
      { call: 'allocPages', count: 2n },
      { outcome: { kind: 'addresses', addresses: [at(16), at(16)] } },
    ],
    ['free.owner', start, free(20), DONE],
    ['freePages.distinct', held, { call: 'freePages', addresses: [at(20), at(20)] }, DONE],
    [
      'misuse.panics',
      start,
      free(31),
      { outcome: { kind: 'panicked', message: '', call: 'free', pfn: 31, owner: 'caller' } },
    ],
    ['failure.enomem', start, run(17), { ...REFUSED, errno: null }],
    ['freed.returns', held, free(20), { ...DONE, amounts: { total: 32, free: 25, reserved: 7 } }],
    ['amounts.reserved', start, free(24), { ...DONE, amounts: { total: 32, free: 27, reserved: 6 } }],
    ['failure.unchanged', start, run(17), { ...REFUSED, amounts: { total: 32, free: 25, reserved: 7 } }],
    ['contents.preserved', held, run(17), { ...REFUSED, writes: [20] }],
  ])('%s', (clause, state, operation, response) => {
    expect(step(state(), operation, response)).toMatchObject({ accepted: false, violation: { clause } });
  });

  it('policy.lifo, only of those who promise it', () => {
    const response: Response = { outcome: handedOut(16) };
    expect(broken(start('lifo'), ALLOC, response)).toBe('policy.lifo');
    expect(broken(start('lifo'), ALLOC, { outcome: handedOut(29) })).toBeNull();
    expect(broken(start(), ALLOC, response)).toBeNull();
  });

  it('policy.first-fit, with the page frame that should have been taken', () => {
    const verdict = step(start('first-fit'), run(2), { outcome: handedOut(5) });
    expect(verdict).toMatchObject({ accepted: false, violation: { clause: 'policy.first-fit', pfn: 0 } });
  });

  it('the page frame of a batch that comes first in it', () => {
    const batch: Outcome = { kind: 'addresses', addresses: [at(21), at(20), at(19)] };
    const verdict = step(held(), { call: 'allocPages', count: 3n }, { outcome: batch });
    expect(verdict).toMatchObject({ violation: { clause: 'allocPages.was-free', pfn: 20 } });
  });
});

describe('init and sweeps', () => {
  it('the free amount after init is the RAM that nobody keeps', () => {
    const scenario = { map: MAP, config: CONFIG, policies: [] };
    const amounts = { total: 32, free: 26, reserved: 6 };
    expect(init(scenario, { ...DONE, amounts }).accepted).toBe(true);
    const verdict = init(scenario, { ...DONE, amounts: { ...amounts, free: 30 } });
    expect(verdict).toMatchObject({ accepted: false, violation: { clause: 'init.free' } });
  });

  it('a sweep finds the one page frame on which manager and model differ', () => {
    const runs = [
      { base: 0, count: 10, condition: 'free' },
      { base: 10, count: 2, condition: 'held' },
      { base: 12, count: 12, condition: 'free' },
      { base: 24, count: 2, condition: 'held' },
      { base: 26, count: 4, condition: 'free' },
    ] as const;
    expect(sweep(start(), runs)).toBeNull();
    const held = after(step(start(), ALLOC, { outcome: handedOut(20) }));
    expect(sweep(held, runs)).toMatchObject({ clause: 'owner.agrees', pfn: 20, owner: 'caller' });
  });
});

it('the tally is told each clause that was checked, and the side that the step was', () => {
  const sides = new Map<string, number>();
  const tally: Tally = (clause, side) => sides.set(clause, side);
  step(start('lifo'), ALLOC, { outcome: handedOut(29) }, tally);
  expect(sides.get('alloc.complete')).toBe(0);
  expect(sides.get('policy.lifo')).toBe(0);
  expect(sides.has('free.owner')).toBe(false);
  expect(sides.has('amounts.free')).toBe(false);
});

/** A next event, drawn wide: its numbers get their meaning from the state. */
interface Drawn {
  readonly call: 'alloc' | 'allocPages' | 'allocBitmap' | 'free' | 'freeRegion';
  readonly at: number;
  readonly count: number;
}

const anyDrawn: fc.Arbitrary<Drawn> = fc.record({
  call: fc.constantFrom('alloc', 'allocPages', 'allocBitmap', 'free', 'freeRegion'),
  at: fc.nat(MEMORY),
  count: fc.integer({ min: 1, max: 6 }),
});

/** The owner of each page frame: the same state as the model's, in the plainest form. */
type Frames = readonly Owner[];

/** Page frames [base, base + count) of one zone or both. */
function numbers(base: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => base + i);
}

function isFreeRun(frames: Frames, base: number, count: number): boolean {
  return base + count <= LIMIT && numbers(base, count).every((frame) => frames[frame] === 'pmm');
}

function isHeldRun(frames: Frames, base: number, count: number): boolean {
  return numbers(base, count).every((frame) => isFreeable(frames[frame] ?? 'absent'));
}

/** A call that succeeds with its answer, and the page frames that change hands; null where nothing drawn can succeed. */
function success(frames: Frames, { call, at: from, count }: Drawn) {
  const rotated = numbers(0, MEMORY).map((i) => (from + i) % MEMORY);
  const inStack = rotated.filter((frame) => frame >= LIMIT && frames[frame] === 'pmm').slice(0, count);
  switch (call) {
    case 'alloc':
      return inStack[0] === undefined
        ? null
        : { operation: ALLOC, outcome: handedOut(inStack[0]), changed: inStack.slice(0, 1) };
    case 'allocPages': {
      const outcome: Outcome = { kind: 'addresses', addresses: inStack.map(at) };
      const operation: Operation = { call, count: BigInt(inStack.length) };
      return { operation, outcome, changed: inStack };
    }
    case 'allocBitmap': {
      const base = rotated.find((frame) => isFreeRun(frames, frame, count));
      return base === undefined
        ? null
        : { operation: run(count), outcome: handedOut(base), changed: numbers(base, count) };
    }
    case 'free': {
      const frame = rotated.find((f) => isHeldRun(frames, f, 1));
      return frame === undefined ? null : { operation: free(frame), outcome: DONE.outcome, changed: [frame] };
    }
    default: {
      const base = rotated.find((f) => isHeldRun(frames, f, count));
      if (base === undefined) return null;
      const operation: Operation = { call: 'freeRegion', address: at(base), count: BigInt(count) };
      return { operation, outcome: DONE.outcome, changed: numbers(base, count) };
    }
  }
}

/** The state of the model and the array after all calls that can succeed. */
function played(drawn: readonly Drawn[]): { readonly state: ModelState; readonly frames: Frames } {
  let state = start();
  let frames = owners(state);
  for (const next of drawn) {
    const call = success(frames, next);
    if (call === null) continue;
    state = after(step(state, call.operation, { outcome: call.outcome }));
    const owner = call.outcome.kind === 'done' ? 'pmm' : 'caller';
    frames = frames.map((old, frame) => (call.changed.includes(frame) ? owner : old));
  }
  return { state, frames };
}

function owners(state: ModelState): Frames {
  return numbers(0, MEMORY).map((frame) => state.ownerOf(pfn(frame)));
}

describe('the model and an array with one owner a page frame', () => {
  const anyCalls = fc.array(anyDrawn, { maxLength: 40, size: 'max' });

  it('agree on every page frame and on every count, whatever was called', () => {
    fc.assert(
      fc.property(anyCalls, (calls) => {
        const { state, frames } = played(calls);
        expect(owners(state)).toEqual(frames);
        for (const owner of ['firmware', 'boot', 'pmm', 'caller'] as const)
          expect(state.countOf(owner)).toBe(frames.filter((o) => o === owner).length);
        expect(state.freeIn('bitmap')).toBe(frames.slice(0, LIMIT).filter((o) => o === 'pmm').length);
        expect(state.freeIn('stack')).toBe(frames.slice(LIMIT).filter((o) => o === 'pmm').length);
      }),
    );
  });

  it('agree on the lowest run that fits', () => {
    const anyRequest = fc.record({
      count: fc.integer({ min: 1, max: 8 }),
      limit: fc.integer({ min: 0, max: LIMIT }),
      alignment: fc.integer({ min: 1, max: 5 }),
    });
    fc.assert(
      fc.property(anyCalls, anyRequest, (calls, { count, limit, alignment }) => {
        const { state, frames } = played(calls);
        const fits = (base: number): boolean =>
          base % alignment === 0 && base + count <= limit && isFreeRun(frames, base, count);
        const request = { count: pageCount(count), limit: pfn(limit), alignment };
        expect(state.lowestFit(request)).toBe(numbers(0, LIMIT).find(fits) ?? null);
      }),
    );
  });

  it('agree on the first page frame that may not be freed', () => {
    fc.assert(
      fc.property(anyCalls, fc.nat(MEMORY), fc.nat(MEMORY), (calls, base, count) => {
        const { state, frames } = played(calls);
        const region = { base: pfn(base), count: pageCount(count) };
        const failing = numbers(base, count).find((frame) => !isFreeable(frames[frame] ?? 'absent'));
        expect(state.firstFailing(region, isFreeable)).toBe(failing ?? null);
      }),
    );
  });

  it('a step leaves the state before it as it was', () => {
    fc.assert(
      fc.property(anyCalls, anyDrawn, (calls, next) => {
        const { state, frames } = played(calls);
        const call = success(frames, next);
        if (call !== null) step(state, call.operation, { outcome: call.outcome });
        expect(owners(state)).toEqual(frames);
        expect(state.countOf('caller')).toBe(frames.filter((owner) => owner === 'caller').length);
      }),
    );
  });
});

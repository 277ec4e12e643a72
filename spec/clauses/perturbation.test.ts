/**
 * Responses one step off. Programs run on a manager that answers as the specification has it; each of its answers is
 * accepted, and none of them is when one thing about it is changed.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ModelState, step } from '../../model/index.ts';
import { config, pfnAt } from '../config.ts';
import { askedOf, expectation } from '../expectation.ts';
import { memoryMap } from '../memory-map.ts';
import type { Operation } from '../operation.ts';
import { Owner } from '../owner.ts';
import { POLICIES, type Policy } from '../profile.ts';
import type { Outcome, Response } from '../response.ts';
import { type Pfn, pageCount, pfn, U64_MAX } from '../units.ts';
import type { Clause, SettledStep } from './clause.ts';
import { grantedBy } from './granted.ts';
import { answerClauses, checksFor, STATE_CLAUSES } from './index.ts';

const PAGE = 4096n;
/** Page frames that there are operations on: the map has 14 of them, and a hole at 6. */
const FRAMES = 16;
const LIMIT = 8;
const MAP = memoryMap([
  { type: 'conventional', start: 0n, pages: 4 },
  { type: 'loaderData', start: 4n * PAGE, pages: 1 },
  { type: 'acpiNvs', start: 5n * PAGE, pages: 1 },
  { type: 'conventional', start: 7n * PAGE, pages: 5 },
  { type: 'acpiReclaim', start: 12n * PAGE, pages: 1 },
  { type: 'conventional', start: 13n * PAGE, pages: 2 },
]);
const CONFIG = config({ bitmapMaxAddr: BigInt(LIMIT) * PAGE });
const initially = (policies: readonly Policy[]): ModelState => ModelState.init(MAP, CONFIG, policies);
const addressOf = (frame: number): bigint => CONFIG.higherHalf + BigInt(frame) * PAGE;
const frameOf = (address: bigint): Pfn => pfnAt(CONFIG, address) ?? pfn(0);

const anyAddress = fc
  .oneof(
    { arbitrary: fc.record({ frame: fc.nat(FRAMES), byte: fc.nat(4095) }), weight: 9 },
    { arbitrary: fc.constant(null), weight: 1 },
  )
  .map((place) => (place === null ? 0n : addressOf(place.frame) + BigInt(place.byte)));
const anyCount = fc.oneof(
  { arbitrary: fc.bigInt({ min: 0n, max: 4n }), weight: 9 },
  { arbitrary: fc.constantFrom(-1n, U64_MAX, 2n ** 64n), weight: 1 },
);

const anyOperation: fc.Arbitrary<Operation> = fc.oneof(
  fc.constant<Operation>({ call: 'alloc' }),
  fc.record({ call: fc.constant('allocPages' as const), count: anyCount }),
  fc.record({
    call: fc.constant('allocBitmap' as const),
    count: anyCount,
    maxAddr: fc.oneof(fc.constant(U64_MAX), fc.bigInt({ min: 0n, max: 9n * PAGE })),
    alignment: fc.constantFrom(0n, 1n, 4097n, 3n * PAGE, U64_MAX),
  }),
  fc.record({ call: fc.constant('free' as const), address: anyAddress }),
  fc.record({ call: fc.constant('freePages' as const), addresses: fc.array(anyAddress, { maxLength: 3 }) }),
  fc.record({ call: fc.constant('freeRegion' as const), address: anyAddress, count: anyCount }),
  fc.constantFrom<Operation>({ call: 'totalAmount' }, { call: 'freeAmount' }, { call: 'reservedAmount' }),
);

/** Returns the value that a granted call has for a state that promises both policies. */
function granted(state: ModelState, operation: Operation): Outcome {
  const free = state.countOf('pmm');
  switch (operation.call) {
    case 'alloc':
      return { kind: 'address', address: addressOf(state.stackTop(pageCount(1))?.[0] ?? 0) };
    case 'allocPages': {
      const top = state.stackTop(pageCount(Number(operation.count))) ?? [];
      return { kind: 'addresses', addresses: top.map(addressOf) };
    }
    case 'allocBitmap':
      return { kind: 'address', address: addressOf(lowestRun(state, operation)[0] ?? 0) };
    case 'totalAmount':
      return { kind: 'amount', amount: state.world.total };
    case 'freeAmount':
      return { kind: 'amount', amount: free };
    case 'reservedAmount':
      return { kind: 'amount', amount: state.world.total - free };
    default:
      return { kind: 'done' };
  }
}

/** Returns the first page frames of all runs that fit, looking at every page frame of every run. */
function lowestRun(state: ModelState, operation: Extract<Operation, { call: 'allocBitmap' }>): number[] {
  const { count, maxAddr, alignment } = operation;
  const run = Array.from({ length: Number(count) }, (_, i) => i);
  return Array.from({ length: LIMIT }, (_, base) => base).filter((base) => {
    const end = BigInt(base + run.length);
    const unit = alignment === 0n ? PAGE : BigInt(Math.ceil(Number(alignment) / 4096)) * PAGE;
    const isFree = run.every((i) => state.ownerOf(pfn(base + i)) === 'pmm');
    return isFree && (BigInt(base) * PAGE) % unit === 0n && end <= LIMIT && end * PAGE <= maxAddr;
  });
}

/** Returns what must be answered, the amounts after the call included. */
function soundResponse(state: ModelState, operation: Operation): Response {
  const expected = expectation(state, operation);
  const quiet = { errno: null, warnings: [], strayEntries: false, writes: [] };
  if (expected.kind === 'refused')
    return withAmounts(state, state, {
      ...quiet,
      outcome: { kind: 'failed' },
      errno: 'ENOMEM',
      warnings: [`${operation.call} failed: out of memory`],
    });
  if (expected.kind === 'misused') {
    const { frame, owner, why } = expected;
    const outcome: Outcome = { kind: 'panicked', message: why, call: operation.call, pfn: frame, owner };
    return withAmounts(state, state, { ...quiet, outcome });
  }
  const response = { ...quiet, outcome: granted(state, operation) };
  const verdict = step(state, operation, response);
  if (!verdict.accepted)
    throw new Error(`rejected: ${verdict.violation.clause}, ${verdict.violation.explanation}`);
  return withAmounts(state, verdict.state, response);
}

function withAmounts(before: ModelState, after: ModelState, response: Response): Response {
  const { total } = before.world;
  const free = after.countOf('pmm');
  return { ...response, amounts: { total, free, reserved: total - free } };
}

/** A change to a response, by its name. */
type Perturbation = readonly [what: string, response: Response];

const OTHER_KINDS: readonly Outcome[] = [
  { kind: 'address', address: addressOf(8) },
  { kind: 'addresses', addresses: [addressOf(8)] },
  { kind: 'addresses', addresses: [] },
  { kind: 'amount', amount: 9 },
  { kind: 'done' },
  { kind: 'failed' },
  { kind: 'panicked', message: 'no', call: 'alloc', pfn: 8, owner: 'pmm' },
  { kind: 'malformed', message: 'it returned undefined' },
];

function otherOutcomes(outcome: Outcome): Outcome[] {
  switch (outcome.kind) {
    case 'address':
      return [1n, -1n, PAGE, -PAGE].map((d) => ({ kind: 'address', address: outcome.address + d }));
    case 'addresses': {
      const { addresses } = outcome;
      const moved = addresses.flatMap((address, i) =>
        [1n, -1n, PAGE, -PAGE].map((d) => addresses.with(i, address + d)),
      );
      const resized = [[...addresses, addressOf(8)], ...(addresses.length > 0 ? [addresses.slice(1)] : [])];
      const turned = addresses.length > 1 ? [addresses.toReversed()] : [];
      return [...moved, ...resized, ...turned].map((changed) => ({ kind: 'addresses', addresses: changed }));
    }
    case 'amount':
      return [1, -1, Number.NaN].map((d) => ({ kind: 'amount', amount: Number(outcome.amount) + d }));
    case 'panicked':
      return [
        { ...outcome, call: outcome.call === 'free' ? 'freePages' : 'free' },
        { ...outcome, pfn: 2 ** 45 },
      ];
    default:
      return [];
  }
}

/** Whether a panic must name the owner: one page frame is to blame, it is not named twice, and no argument is bad. */
function mustNameOwner(state: ModelState, operation: Operation): boolean {
  const expected = expectation(state, operation);
  return expected.kind === 'misused' && expected.frame !== null && !expected.duplicate;
}

/** Returns every response that differs from a sound one in one thing. */
function perturbations(state: ModelState, operation: Operation, sound: Response): Perturbation[] {
  const { outcome, amounts, errno, warnings = [] } = sound;
  const kinds = OTHER_KINDS.filter(({ kind }) => kind !== outcome.kind);
  const changed: Perturbation[] = [...otherOutcomes(outcome), ...kinds].map((other) => [
    `the outcome ${Object.values(other).join(' ')}`,
    { ...sound, outcome: other },
  ]);
  changed.push(['errno', { ...sound, errno: errno === null ? 'ENOMEM' : null }]);
  changed.push(['a warning more', { ...sound, warnings: [...warnings, `${operation.call}: mind`] }]);
  if (warnings.length > 0) changed.push(['a warning less', { ...sound, warnings: [] }]);
  if (amounts !== undefined)
    for (const amount of ['total', 'free', 'reserved'] as const)
      for (const d of [1, -1])
        changed.push([
          `${amount} ${d}`,
          { ...sound, amounts: { ...amounts, [amount]: Number(amounts[amount] ?? 0) + d } },
        ]);
  if (outcome.kind === 'panicked' && mustNameOwner(state, operation))
    for (const owner of [null, ...Object.keys(Owner.keys).filter(Owner.is)])
      if (owner !== outcome.owner)
        changed.push([`owner ${owner}`, { ...sound, outcome: { ...outcome, owner } }]);
  if (operation.call === 'allocPages' || outcome.kind === 'panicked')
    changed.push(['stray entries', { ...sound, strayEntries: true }]);
  changed.push(['a write to firmware', { ...sound, writes: [5] }]);
  changed.push(['a write beyond memory', { ...sound, writes: [99] }]);
  return changed;
}

/** Returns the step of a response, before it is judged. */
function stepOf(before: ModelState, operation: Operation, response: Response): SettledStep {
  const asked = askedOf(before, operation);
  const expected = expectation(before, operation, asked);
  const granted = grantedBy(before, operation, response);
  return { before, operation, response, asked, expected, granted, policies: before.policies, after: before };
}

/** The visible part of a state. */
function snapshot(state: ModelState): unknown {
  return {
    owners: Array.from({ length: FRAMES + 1 }, (_, i) => state.ownerOf(pfn(i))),
    counts: (['boot', 'firmware', 'pmm', 'caller'] as const).map((owner) => state.countOf(owner)),
    free: (['bitmap', 'stack'] as const).map((zone) => state.freeIn(zone)),
    stack: state.stackTop(pageCount(FRAMES)),
  };
}

/** Runs a program with sound answers, and shows each step to `look`. */
function walk(
  policies: readonly Policy[],
  program: readonly Operation[],
  look: (state: ModelState, operation: Operation, sound: Response) => void,
): void {
  let [state, strict] = [initially(policies), initially(POLICIES)];
  for (const operation of program) {
    const sound = soundResponse(strict, operation);
    look(state, operation, sound);
    const [next, nextStrict] = [step(state, operation, sound), step(strict, operation, sound)];
    if (!next.accepted) throw new Error(`rejected: ${next.violation.clause}, ${next.violation.explanation}`);
    if (!nextStrict.accepted) throw new Error(`rejected under its policies: ${nextStrict.violation.clause}`);
    [state, strict] = [next.state, nextStrict.state];
  }
}

const anyProgram = fc.array(anyOperation, { maxLength: 12, size: 'max' });

describe('the judge', () => {
  test('accepts every sound answer and rejects it when one thing is changed', () => {
    let tried = 0;
    fc.assert(
      fc.property(anyProgram, (program) => {
        walk(POLICIES, program, (state, operation, sound) => {
          for (const [what, response] of perturbations(state, operation, sound)) {
            tried += 1;
            if (step(state, operation, response).accepted)
              throw new Error(`${operation.call} was accepted with another ${what}`);
          }
        });
      }),
      { numRuns: 300 },
    );
    expect(tried).toBeGreaterThan(10_000);
  });

  test('makes the check of every clause that has a side in a step, and in the order of the clauses', () => {
    const hasSide = (step: SettledStep, clause: Clause<SettledStep>): boolean => clause.side(step) !== null;
    fc.assert(
      fc.property(anyProgram, (program) => {
        walk(POLICIES, program, (before, operation, sound) => {
          for (const [, response] of [
            ['sound', sound] as const,
            ...perturbations(before, operation, sound),
          ]) {
            const step = stepOf(before, operation, response);
            const checks = checksFor(step);
            const listed = [answerClauses(operation.call), STATE_CLAUSES].map((clauses) =>
              clauses.filter((clause) => hasSide(step, clause)).map(({ name }) => name),
            );
            const made = [checks.answer, checks.state].map((list) =>
              list.filter((check) => check.side(step) !== null).map(({ name }) => name),
            );
            expect(made).toEqual(listed);
          }
        });
      }),
      { numRuns: 30 },
    );
  });

  test('accepts any page frame that is free in the stack zone where no policy is promised, and no other', () => {
    fc.assert(
      fc.property(anyProgram, (program) => {
        walk([], [...program, { call: 'alloc' }], (state, operation, { amounts: _, ...sound }) => {
          if (operation.call !== 'alloc' || sound.outcome.kind !== 'address') return;
          for (let frame = 0; frame <= FRAMES; frame += 1) {
            const outcome: Outcome = { kind: 'address', address: addressOf(frame) };
            const isFree = frame >= LIMIT && state.ownerOf(pfn(frame)) === 'pmm';
            expect(step(state, operation, { ...sound, outcome }).accepted).toBe(isFree);
          }
        });
      }),
    );
  });

  test('accepts any run that fits where no policy is promised, and no other', () => {
    const last: Operation = { call: 'allocBitmap', count: 2n, maxAddr: 8n * PAGE, alignment: 1n };
    fc.assert(
      fc.property(anyProgram, (program) => {
        walk([], [...program, last], (state, operation, { amounts: _, ...sound }) => {
          if (operation.call !== 'allocBitmap' || sound.outcome.kind !== 'address') return;
          const fitting = lowestRun(state, operation);
          expect(fitting).toContain(frameOf(sound.outcome.address));
          for (let frame = 0; frame <= FRAMES; frame += 1) {
            const outcome: Outcome = { kind: 'address', address: addressOf(frame) };
            expect(step(state, operation, { ...sound, outcome }).accepted).toBe(fitting.includes(frame));
          }
        });
      }),
    );
  });

  test('refuses a contiguous allocation exactly where no run fits', () => {
    fc.assert(
      fc.property(anyProgram, (program) => {
        walk([], program, (state, operation, { outcome }) => {
          if (operation.call !== 'allocBitmap' || outcome.kind === 'panicked') return;
          const hasRun =
            operation.count !== 0n && operation.count !== U64_MAX && lowestRun(state, operation).length > 0;
          expect(outcome.kind).toBe(hasRun ? 'address' : 'failed');
        });
      }),
    );
  });

  test('leaves the state that it judged as it was', () => {
    fc.assert(
      fc.property(anyProgram, (program) => {
        walk(POLICIES, program, (state, operation, sound) => {
          const before = snapshot(state);
          const verdict = step(state, operation, sound);
          for (const [, response] of perturbations(state, operation, sound)) step(state, operation, response);
          expect(snapshot(state)).toEqual(before);
          expect(step(state, operation, sound)).toEqual(verdict);
        });
      }),
      { numRuns: 30 },
    );
  });
});

/** Operations, responses, scenarios and traces come back from a file as they were written. */
import fc from 'fast-check';
import type * as t from 'io-ts';
import { describe, expect, test } from 'vitest';
import { CALLS } from './calls.ts';
import { CLAUSE_NAMES } from './clauses/clause.ts';
import { config, HIGHER_HALF_48, HIGHER_HALF_57 } from './config.ts';
import { decode } from './decode.ts';
import { memoryMap } from './memory-map.ts';
import { type Argument, type Operation, ProgramOperation, ResolvedOperation } from './operation.ts';
import { Owner } from './owner.ts';
import { decodeProfile, POLICIES, WHOLE } from './profile.ts';
import { Scenario } from './program.ts';
import type { Reference } from './reference.ts';
import { type Outcome, Response, reading } from './response.ts';
import { Trace } from './trace.ts';
import { U64_MAX } from './units.ts';

function fromJson<A>(codec: t.Type<A, unknown, unknown>, value: A): A {
  const json: unknown = JSON.parse(JSON.stringify(codec.encode(value)));
  return decode(codec, json, 'file');
}

const anyAddress = fc.oneof(fc.bigInt({ min: 0n, max: U64_MAX }), fc.bigInt(), fc.constantFrom(0n, U64_MAX));
const anyFraction = fc
  .double({ noNaN: true, noDefaultInfinity: true, min: -1000, max: 1000 })
  .map((n) => (Number.isInteger(n) ? n + 0.5 : n));
const anyArgument: fc.Arbitrary<Argument> = fc.oneof(anyAddress, anyFraction);

function anyOperation<A>(address: fc.Arbitrary<A>): fc.Arbitrary<Operation<A>> {
  const count = anyArgument;
  return fc.oneof(
    fc.constantFrom<Operation<A>>(
      { call: 'alloc' },
      { call: 'totalAmount' },
      { call: 'freeAmount' },
      { call: 'reservedAmount' },
    ),
    fc.record({ call: fc.constant('allocPages' as const), count }),
    fc.record({
      call: fc.constant('allocBitmap' as const),
      count,
      maxAddr: anyArgument,
      alignment: anyArgument,
    }),
    fc.record({ call: fc.constant('free' as const), address }),
    fc.record({ call: fc.constant('freePages' as const), addresses: fc.array(address) }),
    fc.record({ call: fc.constant('freeRegion' as const), address, count }),
  );
}

const anyReference: fc.Arbitrary<Reference> = fc.oneof(
  fc.record({ result: fc.nat(800), page: fc.nat(99), offset: fc.bigInt() }),
  fc.record({ absolute: anyAddress }),
);

/** Any number that a manager may report in place of a count. JSON has no -0. */
const anyReading = fc
  .oneof(fc.nat(), fc.double(), fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }))
  .map((n) => (n === 0 ? 0 : reading(n)));
const anyOwner = fc.constantFrom<Owner | null>(null, ...Object.keys(Owner.keys).filter(Owner.is));

const anyOutcome: fc.Arbitrary<Outcome> = fc.oneof(
  fc.constantFrom<Outcome>({ kind: 'done' }, { kind: 'failed' }),
  fc.record({ kind: fc.constant('address' as const), address: anyAddress }),
  fc.record({ kind: fc.constant('addresses' as const), addresses: fc.array(anyAddress) }),
  fc.record({ kind: fc.constant('amount' as const), amount: anyReading }),
  fc.record({ kind: fc.constant('malformed' as const), message: fc.string() }),
  fc.record({
    kind: fc.constant('panicked' as const),
    message: fc.string(),
    call: fc.constantFrom('somethingElse', ...CALLS),
    pfn: fc.option(anyReading),
    owner: anyOwner,
  }),
);

const anyResponse: fc.Arbitrary<Response> = fc.record(
  {
    outcome: anyOutcome,
    errno: fc.constantFrom('ENOMEM', 'cleared', 'other', null),
    warnings: fc.array(fc.string()),
    amounts: fc.record({ total: anyReading, free: anyReading, reserved: anyReading }),
    strayEntries: fc.boolean(),
    writes: fc.array(fc.nat()),
  },
  { requiredKeys: ['outcome'] },
);

const anyScenario: fc.Arbitrary<Scenario> = fc.record({
  map: fc.nat(9).map((pages) => memoryMap([{ type: 'conventional', start: 0x1000n, pages }], 'tiny')),
  config: fc.constantFrom(config(), config({ bitmapMaxAddr: 0n, higherHalf: HIGHER_HALF_57 })),
  policies: fc.subarray([...POLICIES]),
  operations: fc.array(anyOperation(anyReference), { maxLength: 6 }),
});

const anyTrace: fc.Arbitrary<Trace> = fc.record(
  {
    format: fc.constant('frameproof/trace' as const),
    version: fc.constant(1 as const),
    target: fc.string(),
    scenario: anyScenario,
    responses: fc.array(anyResponse, { maxLength: 6 }),
    violation: fc.record({
      clause: fc.constantFrom(...CLAUSE_NAMES),
      at: fc.integer({ min: -1, max: 99 }),
      explanation: fc.string(),
      pfn: fc.option(fc.nat()),
      owner: anyOwner,
    }),
    note: fc.string(),
    profile: fc.constantFrom(WHOLE, decodeProfile({ zones: 1, failures: [], memoryBelow: '0x1000' }, '')),
  },
  { requiredKeys: ['format', 'version', 'target', 'scenario', 'responses'] },
);

describe('JSON gives back', () => {
  test('any operation, with addresses as such and with references', () => {
    fc.assert(
      fc.property(anyOperation(anyAddress), anyOperation(anyReference), (resolved, symbolic) => {
        expect(fromJson(ResolvedOperation, resolved)).toEqual(resolved);
        expect(fromJson(ProgramOperation, symbolic)).toEqual(symbolic);
      }),
    );
  });

  test('any response, even one that reports amounts that are not finite', () => {
    fc.assert(
      fc.property(anyResponse, (response) => {
        expect(fromJson(Response, response)).toEqual(response);
      }),
    );
  });

  test('any scenario', () => {
    fc.assert(
      fc.property(anyScenario, (scenario) => {
        expect(fromJson(Scenario, scenario)).toEqual(scenario);
      }),
    );
  });

  test('any trace', () => {
    fc.assert(
      fc.property(anyTrace, (trace) => {
        expect(fromJson(Trace, trace)).toEqual(trace);
      }),
    );
  });
});

describe('a file reads', () => {
  test('integers of 64 bits as hex strings, and fractions as numbers', () => {
    expect(ResolvedOperation.encode({ call: 'freeRegion', address: HIGHER_HALF_48, count: 0.5 })).toEqual({
      call: 'freeRegion',
      address: '0xffff800000000000',
      count: 0.5,
    });
  });

  test('addresses of a program by the results that they name', () => {
    const addresses = [
      { result: 0, page: 0, offset: 0n },
      { result: 1, page: 3, offset: 16n },
    ];
    expect(ProgramOperation.encode({ call: 'freePages', addresses })).toEqual({
      call: 'freePages',
      addresses: ['a', 'b[3]+0x10'],
    });
  });
});

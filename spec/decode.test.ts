import * as t from 'io-ts';
import { describe, expect, test } from 'vitest';
import { CLAUSE_NAMES } from './clauses/clause.ts';
import { decode, parseJson } from './decode.ts';
import { isSpecError, SpecError } from './errors.ts';
import { Scenario } from './program.ts';
import { Trace } from './trace.ts';

const map = {
  format: 'frameproof/memory-map',
  version: 1,
  descriptors: [{ type: 'conventional', start: '0x0', pages: 4 }],
};
const scenario = {
  map,
  config: { bitmapMaxAddr: '0x0', higherHalf: '0xffff800000000000' },
  policies: ['lifo'],
  operations: [{ call: 'alloc' }, { call: 'free', address: 'a' }],
};
const trace = { format: 'frameproof/trace', version: 1, target: 'mine', scenario, responses: [] };

/** Returns what `decode` says of a trace with these fields changed. */
function refusal(changes: object): string {
  try {
    decode(Trace, { ...trace, ...changes }, 'trace.json');
    return 'accepted';
  } catch (error) {
    return isSpecError(error) ? error.message : 'another error';
  }
}

const withOperation = (operation: unknown): string =>
  refusal({ scenario: { ...scenario, operations: [{ call: 'alloc' }, operation] } });
const withResponse = (response: unknown): string => refusal({ responses: [response] });

const CALLS_LISTED =
  'alloc, allocPages, allocBitmap, free, freePages, freeRegion, totalAmount, freeAmount, reservedAmount, retain, release, allocAt, allocWithin, addRegion, removeRegion';

describe('an error', () => {
  test('names the source, the place in it, what was expected and what was found', () => {
    expect(withOperation({ call: 'allocPages', count: 3 })).toBe(
      'trace.json: scenario.operations[1].count: expected an integer as a hex string such as "0x1f", or a fraction, found 3',
    );
  });

  test('names the element of an array inside an operation', () => {
    expect(withOperation({ call: 'freePages', addresses: ['a', '?'] })).toBe(
      'trace.json: scenario.operations[1].addresses[1]: ' +
        'expected a reference such as "a", "b[3]", "b[3]+0x10" or a hex address, found "?"',
    );
  });

  test('says which calls there are', () => {
    expect(withOperation({ call: 'aloc' })).toBe(
      `trace.json: scenario.operations[1].call: expected one of ${CALLS_LISTED}, found "aloc"`,
    );
    expect(withOperation({})).toContain(`operations[1].call: expected one of ${CALLS_LISTED}, found nothing`);
    expect(withOperation(7)).toBe(
      `trace.json: scenario.operations[1]: expected an operation (${CALLS_LISTED}), found 7`,
    );
  });

  test('is of the call that was meant, though another one is nearer to what is there', () => {
    expect(withOperation({ call: 'free', addresses: ['?'], count: 3 })).toContain(
      'operations[1].addresses: unknown key, expected one of call, address',
    );
  });

  test('says which outcomes there are, and is of the one that was meant', () => {
    expect(withResponse({ outcome: { kind: 'adress' } })).toBe(
      'trace.json: responses[0].outcome.kind: ' +
        'expected one of address, addresses, amount, done, failed, panicked, malformed, found "adress"',
    );
    expect(withResponse({ outcome: { kind: 'address', address: 3 } })).toContain(
      'responses[0].outcome.address: expected a hex string',
    );
  });

  test('says all that a field may be, not the last thing tried', () => {
    expect(withResponse({ outcome: { kind: 'done' }, errno: 'EIO' })).toBe(
      'trace.json: responses[0].errno: expected "ENOMEM", "cleared", "other" or null, found "EIO"',
    );
  });

  test('does not mistake what parts a codec is made of for places in the file', () => {
    const descriptors = [{ type: 'ram', start: '0x0', pages: 1 }];
    const message = refusal({ scenario: { ...scenario, map: { ...map, descriptors } } });
    expect(message).toContain(
      'trace.json: scenario.map.descriptors[0].type: expected a memory type (reserved, ',
    );
    expect(message).toContain('found "ram"');
  });

  test('does not repeat the data where it says what is wrong with it', () => {
    const descriptors = [...map.descriptors, ...map.descriptors];
    expect(refusal({ scenario: { ...scenario, map: { ...map, descriptors } } })).toBe(
      'trace.json: scenario.map: expected disjoint descriptors below 2^56: ' +
        'descriptor 0 (conventional, 4 pages from 0x0) overlaps descriptor 1 (conventional, 4 pages from 0x0)',
    );
  });

  test.each([
    [null, 'trace.json: the whole: expected a trace, found null'],
    ['{}', 'trace.json: the whole: expected a trace, found "{}"'],
  ])('of data that is not an object says what it should be: %j', (data, message) => {
    expect(() => decode(Trace, data, 'trace.json')).toThrow(new SpecError(message));
  });

  test('names a field that is missing', () => {
    expect(() => decode(Scenario, { ...scenario, config: undefined }, 's.json')).toThrow(
      's.json: config: expected a configuration, found nothing',
    );
    expect(refusal({ responses: undefined })).toBe('trace.json: responses: expected an array, found nothing');
  });

  test('says first that it is of another format or version, whatever else is wrong', () => {
    const other = { format: 'frameproof/log', violation: {}, scenario: {} };
    expect(refusal(other)).toBe('trace.json: format: expected "frameproof/trace", found "frameproof/log"');
  });

  test('is one line, and shows no more than the start of what was found', () => {
    const message = refusal({ target: Array.from({ length: 1000 }, () => 'line\n') });
    expect(message).toMatch(/^trace\.json: target: expected string, found \["line\\n",.{0,60}…$/);
  });

  test('shows the start of what is deep or wide without a look at the rest', () => {
    let deep: unknown = [];
    for (let i = 0; i < 1_000_000; i += 1) deep = [deep];
    expect(refusal({ target: deep })).toMatch(/^trace\.json: target: expected string, found \[{50,60}…$/);
    const wide: unknown[] = Array.from({ length: 1000 }, () => ({ a: 1 }));
    const tooFar = (): never => expect.unreachable('nobody is shown this element');
    Object.defineProperty(wide, 500, { enumerable: true, get: tooFar });
    expect(refusal({ target: wide })).toMatch(/found \[\{"a":1\},\{"a":1\},.*…$/);
  });

  test('shows what JSON cannot hold', () => {
    expect(() => decode(t.string, 3n, 'value')).toThrow('value: the whole: expected string, found 3');
    expect(() => decode(t.string, undefined, 'value')).toThrow('found nothing');
  });
});

describe('what is sound', () => {
  test('is accepted', () => {
    expect(refusal({})).toBe('accepted');
  });

  test('may name any clause, and only a clause', () => {
    const violation = { at: 0, explanation: '', pfn: null, owner: null };
    for (const clause of CLAUSE_NAMES)
      expect(refusal({ violation: { ...violation, clause } })).toBe('accepted');
    expect(refusal({ violation: { ...violation, clause: 'alloc.nice' } })).toBe(
      'trace.json: violation.clause: expected the name of a clause, found "alloc.nice"',
    );
  });
});

describe('parsing JSON', () => {
  test('reads it', () => {
    expect(parseJson('{"a": [1]}', 'file')).toEqual({ a: [1] });
  });

  test.each(['', '{', '{"a": }', 'nonsense\n\nnonsense', '\u0000'])('refuses %j in one line', (text) => {
    expect(() => parseJson(text, 'file')).toThrow(/^file: expected JSON: .+$/);
  });

  test('says where: of a single line, whose source knows its number, by column', () => {
    expect(() => parseJson('{"a": 1 "b": 2}', 'log:7')).toThrow(
      /^log:7: expected JSON: Expected .* at column 9$/,
    );
    expect(() => parseJson('{"a": 1,\n"b" 2}', 'file')).toThrow(/ at line 2, column 5$/);
  });
});

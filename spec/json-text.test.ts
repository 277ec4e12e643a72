import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson } from './decode.ts';
import { isSpecError } from './errors.ts';
import { beyondBounds, duplicateKeyIn } from './json-text.ts';

describe('a duplicate key', () => {
  it.each([
    ['{"a":1,"a":1}', [], 'a'],
    ['{"a":{"b":1},"c":[0,{"b":2},{"x":[],"b":1,"b":{}}]}', ['c', 2], 'b'],
    ['[[],[[],{"a":[{"k":1,"k":2}]}]]', [1, 1, 'a', 0], 'k'],
    ['{ "a" : 1 , "b" : 2 ,\n\t"a" :\r 3 }', [], 'a'],
    ['{"a":1,"\\u0061":2}', [], 'a'],
    ['{"\\"":1,"b":"\\\\","\\"":2}', [], '"'],
    ['{"__proto__":1,"__proto__":2}', [], '__proto__'],
    ['{"":1,"":2}', [], ''],
  ] as const)('of %s is found, with its place', (text, path, key) => {
    expect(duplicateKeyIn(text)).toEqual({ path, key });
  });

  it.each([
    '{"a":{"a":{"a":"a"}},"b":{"a":["a","a"]}}',
    '{"a":"\\"a\\":1,\\"a\\":2","b":"}{:,"}',
    '["a","a",{"a":1},{"a":1}]',
    '"a"',
    '3',
    '{}',
  ])('is not seen where there is none: %s', (text) => {
    expect(duplicateKeyIn(text)).toBeNull();
  });

  it('is not seen in what JSON.stringify writes, whatever that is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(duplicateKeyIn(JSON.stringify(value, null, 1))).toBeNull();
      }),
    );
  });

  it('is looked for in a million arrays in each other without a deep stack', () => {
    const depth = 1_000_000;
    expect(duplicateKeyIn(`${'['.repeat(depth)}{"a":1,"a":2}${']'.repeat(depth)}`)?.key).toBe('a');
  });
});

const LEVELS = 'at most 200 levels of objects and arrays';
const VALUES = 'at most 2,097,152 values';

function repeated(text: string, times: number): string {
  return Array.from({ length: times }, () => text).join(',');
}

/** A string that makes a text too long to be passed over. */
const LONG = `"${'x'.repeat(70_000)}"`;

describe('JSON of too much', () => {
  it.each([
    ['arrays in each other', `${'['.repeat(1e6)}${']'.repeat(1e6)}`, LEVELS],
    ['objects in each other', `${'{"a":'.repeat(1e5)}0${'}'.repeat(1e5)}`, LEVELS],
    ['brackets without an end', '['.repeat(1e5), LEVELS],
    ['empty arrays', `[${repeated('[]', 2.2e6)}]`, VALUES],
    ['numbers', `[${repeated('0', 2.2e6)}]`, VALUES],
    ['keys', `{${repeated('"":0', 2.2e6)}}`, VALUES],
  ])('has %s, and is refused before it is parsed', (_, text, beyond) => {
    expect(beyondBounds(text)).toBe(beyond);
    try {
      parseJson(text, 'f.json');
      expect.unreachable();
    } catch (error) {
      expect(isSpecError(error) && error.message).toBe(`f.json: expected JSON of ${beyond}, found more`);
    }
  });

  it.each([
    ['200 levels', `[${LONG},${'['.repeat(199)}${']'.repeat(199)}]`],
    ['2,000,000 values', `[${repeated('0', 2e6)}]`],
    ['brackets and commas in a string', `"${'[,{,'.repeat(1e6)}"`],
    ['a quote in one', `"\\"${'[,{,'.repeat(1e6)}\\\\"`],
    ['a string without an end', `"${'['.repeat(1e6)}`],
  ])('is not that of %s', (_, text) => {
    expect(beyondBounds(text)).toBeNull();
  });
});

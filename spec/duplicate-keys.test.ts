import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { duplicateKeyIn } from './duplicate-keys.ts';

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

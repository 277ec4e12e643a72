/** No decoder passes over a key that it does not know, or one that comes twice. */
import * as t from 'io-ts';
import { describe, expect, it } from 'vitest';
import { closed, decode, parseJson } from './decode.ts';
import { isSpecError } from './errors.ts';
import { MemoryMap } from './memory-map.ts';
import { Profile } from './profile.ts';
import { Trace } from './trace.ts';

const TRACE = {
  format: 'frameproof/trace',
  version: 1,
  target: 'mine',
  profile: { zones: 1, misuse: 'refused' },
  scenario: {
    map: {
      format: 'frameproof/memory-map',
      version: 1,
      descriptors: [{ type: 'conventional', start: '0x0', pages: 4 }],
    },
    config: { bitmapMaxAddr: '0x0', higherHalf: '0xffff800000000000' },
    policies: ['lifo'],
    operations: [{ call: 'alloc' }, { call: 'free', address: 'a' }],
  },
  responses: [
    { outcome: { kind: 'done' }, amounts: { total: 4, free: 4, reserved: 0 } },
    { outcome: { kind: 'panicked', message: '', call: 'alloc', pfn: 1, owner: 'pmm' }, errno: null },
    { outcome: { kind: 'addresses', addresses: [] }, writes: [3] },
  ],
  violation: { clause: 'free.owner', at: 1, explanation: '', pfn: null, owner: null },
  note: 'seen once',
};

/** Returns what decoding a text says. */
function refusal<A>(codec: t.Type<A, unknown>, text: string): string {
  try {
    decode(codec, parseJson(text, 'f.json'), 'f.json');
    return 'accepted';
  } catch (error) {
    if (isSpecError(error)) return error.message;
    throw error;
  }
}

/** Returns a text once for each of its objects, with more written at the beginning of that object. */
function withMore(text: string, more: string): readonly string[] {
  return [...text.matchAll(/\{/g)].map(
    ({ index }) => `${text.slice(0, index + 1)}${more},${text.slice(index + 1)}`,
  );
}

/** A kind of file, what decoding a text as it says, a sound one, and how many objects that has. */
const SUBJECTS: readonly (readonly [string, (text: string) => string, object, number])[] = [
  ['a trace', (text) => refusal(Trace, text), TRACE, 16],
  ['a memory map', (text) => refusal(MemoryMap, text), TRACE.scenario.map, 2],
  ['a profile', (text) => refusal(Profile, text), { calls: ['alloc'], misuse: 'refused' }, 1],
];

describe.each(SUBJECTS)('%s', (_, refusalOf, sound, objects) => {
  const text = JSON.stringify(sound);

  it('is accepted as it is', () => {
    expect(refusalOf(text)).toBe('accepted');
  });

  it.each(['mispelt', 'constructor', '__proto__', 'toString', 'hasOwnProperty', ''])(
    'is refused with the key "%s" in any of its objects',
    (key) => {
      const spoilt = withMore(text, `${JSON.stringify(key)}:1`);
      expect(spoilt).toHaveLength(objects);
      for (const each of spoilt)
        expect(refusalOf(each)).toMatch(/^f\.json: .*: unknown key, expected one of /);
    },
  );

  it('is refused with any of its keys twice', () => {
    for (const [name] of text.matchAll(/"\w+":/g))
      expect(refusalOf(text.replace(name, `${name}0,${name}`))).toMatch(
        /^f\.json: .*: expected each key once, found this one twice$/,
      );
  });
});

describe('a closed record', () => {
  const Point = closed(t.type({ x: t.number, y: t.number }, 'a point'));

  it('names the unknown key rather than the one that it stands for', () => {
    expect(refusal(Point, '{"x":1,"Y":2}')).toBe('f.json: Y: unknown key, expected one of x, y');
  });

  it('shows a key of any text in one short line', () => {
    expect(refusal(Point, JSON.stringify({ x: 1, y: 2, 'a\nb.c': 3 }))).toBe(
      'f.json: ["a\\nb.c"]: unknown key, expected one of x, y',
    );
    expect(refusal(Point, JSON.stringify({ x: 1, y: 2, ['k'.repeat(1000)]: 3 })).length).toBeLessThan(200);
  });

  it('leaves other keys out where it is encoded', () => {
    const more = { x: 1, y: 2, z: 3 };
    expect(Point.encode(more)).toEqual({ x: 1, y: 2 });
  });
});

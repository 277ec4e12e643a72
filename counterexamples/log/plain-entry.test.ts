import * as either from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { recordLog } from '../../properties/log/index.ts';
import { anyWorld, constantFrom, nat, record, runProperty } from '../../properties/random/index.ts';
import { OURS } from '../../runner/index.ts';
import { EntryLine, entryLine } from './log-format.ts';
import { plainEntry } from './plain-entry.ts';

const POLICIES = OURS.policies;

/** Values that a log edited by hand may hold anywhere. */
const ODD = [
  null,
  true,
  -1,
  1.5,
  '',
  '0x',
  '0X1F',
  '-0x1',
  '0x1g',
  [],
  {},
  ['0x1', 1],
  'ENOMEM',
  'done',
  2 ** 44,
];

type Json = Record<string, unknown>;

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null;
}

/** Every place in a JSON value, as the object that it is in and its key. */
function placesIn(value: unknown): readonly (readonly [Json, string])[] {
  if (!isObject(value)) return [];
  return Object.keys(value).flatMap((key) => [[value, key] as const, ...placesIn(value[key])]);
}

function expectAgreement(edited: unknown): boolean {
  // What JSON can hold: a hole in an array becomes null.
  const text = JSON.stringify(edited);
  const data: unknown = JSON.parse(text);
  const plain = plainEntry(data, text);
  const decoded = EntryLine.decode(data);
  if (plain !== null) expect(either.isRight(decoded) && decoded.right).toEqual(plain);
  return plain !== null;
}

const anyLog = record({ world: anyWorld, seed: nat(1000) }).map(({ world, seed }) => {
  const lines = recordLog({
    target: OURS,
    ...world,
    policies: POLICIES,
    operations: 60,
    seed,
    provokesFrom: 0,
  });
  return [...lines].slice(2);
});

describe('a plain entry', () => {
  it('is what the codecs make of the same line', () => {
    let plain = 0;
    const run = runProperty(
      anyLog,
      (lines) => {
        for (const line of lines) plain += expectAgreement(JSON.parse(line)) ? 1 : 0;
        return true;
      },
      { runs: 50, seed: 1, shrink: false },
    );
    expect(run.failed).toBe(false);
    expect(plain).toBe(50 * 60);
  });

  it('is what the codecs make of a line that somebody edited, or is left to them', () => {
    const anyEdit = record({ lines: anyLog, place: nat(), odd: constantFrom<unknown>(...ODD), drop: nat(3) });
    const run = runProperty(
      anyEdit,
      ({ lines, place, odd, drop }) => {
        for (const line of lines) {
          const data: unknown = JSON.parse(line);
          const places = placesIn(data);
          const [parent, key] = places[place % places.length] ?? [{}, ''];
          if (drop === 0) delete parent[key];
          else parent[key] = odd;
          expectAgreement(data);
        }
        return true;
      },
      { runs: 100, seed: 2, shrink: false },
    );
    expect(run.failed).toBe(false);
  });

  it('has each key once, and no other', () => {
    let spoilt = 0;
    const run = runProperty(
      anyLog,
      (lines) => {
        for (const line of lines)
          for (const [name] of line.matchAll(/"\w+":/g)) {
            for (const more of [`${name}null,`, `"toString":0,`, `"__proto__":{},`, `"x" : ":",`]) {
              const text = line.replace(name, `${more}${name}`);
              expect(plainEntry(JSON.parse(text), text), text).toBeNull();
              spoilt += 1;
            }
          }
        return true;
      },
      { runs: 3, seed: 3, shrink: false },
    );
    expect(run.failed).toBe(false);
    expect(spoilt).toBeGreaterThan(5000);
  });

  it.each([
    ['colons in a warning', '"warnings":["a:b:c"]', true],
    ['a quote and a colon in one', '"warnings":["x\\":y"]', false],
    [
      'a key twice, which an escaped colon in a warning makes up for',
      '"errno":null,"errno":null,"warnings":["a\\u003ab"]',
      false,
    ],
  ])(
    'of a line with %s is left to the codecs unless each key certainly comes once',
    (_, observed, isPlain) => {
      const text = `{"operation":{"call":"alloc"},"response":{"outcome":{"kind":"failed"},${observed}}}`;
      expect(plainEntry(JSON.parse(text), text) !== null).toBe(isPlain);
    },
  );

  it('reads back from the line that is written for it', () => {
    const entry = {
      operation: { call: 'allocBitmap', count: 2n, maxAddr: (1n << 64n) - 1n, alignment: 1.5 },
      response: { outcome: { kind: 'failed' }, errno: 'ENOMEM', warnings: ['allocBitmap: 2 asked'] },
    } as const;
    const decoded = EntryLine.decode(JSON.parse(entryLine(entry)));
    expect(either.isRight(decoded) && decoded.right).toEqual(entry);
  });
});

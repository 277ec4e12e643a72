import { describe, expect, it } from 'vitest';
import { isSpecError } from '../../spec/index.ts';
import { decodeConcurrentTrace } from './concurrent-trace.ts';

const TRACE = {
  format: 'frameproof/concurrent-trace',
  version: 1,
  target: 'frameproof',
  scenario: {
    map: {
      format: 'frameproof/memory-map',
      version: 1,
      descriptors: [{ type: 'conventional', start: '0x0', pages: 4 }],
    },
    config: { bitmapMaxAddr: '0x1000', higherHalf: '0xffff800000000000' },
    policies: [],
    before: [{ call: 'alloc' }],
    callers: [[{ call: 'alloc' }], [{ call: 'free', address: 'a' }]],
  },
  points: 'accesses',
  schedule: [
    [0, 3],
    [1, 1],
  ],
  violation: { clause: 'concurrent.linearizable', explanation: '' },
};
const { scenario } = TRACE;

/** Returns what decoding a trace says. */
function refusal(data: unknown): string {
  try {
    decodeConcurrentTrace(data, 'c.json');
    return 'accepted';
  } catch (error) {
    if (isSpecError(error)) return error.message;
    throw error;
  }
}

function mapOf(pages: number): object {
  return { ...scenario.map, descriptors: [{ type: 'conventional', start: '0x0', pages }] };
}

const alloc = { call: 'alloc' };

describe('a concurrent trace', () => {
  it('is accepted as it is saved, and at its limits', () => {
    expect(refusal(TRACE)).toBe('accepted');
    expect(refusal({ ...TRACE, scenario: { ...scenario, map: mapOf(65_536) } })).toBe('accepted');
    const callers = Array.from({ length: 8 }, (_, k) =>
      Array.from({ length: k === 0 ? 992 : 1 }, () => alloc),
    );
    expect(refusal({ ...TRACE, scenario: { ...scenario, callers } })).toBe('accepted');
  });

  it('of threads, which run under no schedule, may have more callers and calls', () => {
    const callers = Array.from({ length: 64 }, () => Array(100).fill(alloc));
    const many = { ...TRACE, scenario: { ...scenario, before: Array(2000).fill(alloc), callers } };
    expect(refusal(many)).toMatch(/^c\.json: scenario\.callers: expected at most 8 callers/);
    expect(refusal({ ...many, yields: 7 })).toBe('accepted');
  });

  it.each([
    [
      'memory, of which every schedule makes a copy',
      { map: mapOf(2 ** 30) },
      'c.json: scenario.map: expected at most 65,536 page frames of RAM, found 1,073,741,824',
    ],
    [
      'callers',
      { callers: Array(9).fill([]) },
      'c.json: scenario.callers: expected at most 8 callers, found 9',
    ],
    [
      'calls',
      { before: [], callers: [Array(1001).fill(alloc)] },
      'c.json: scenario.callers: expected at most 1,000 calls, found 1,001',
    ],
  ])('of too much of it is refused in one line: %s', (_, changes, message) => {
    expect(refusal({ ...TRACE, scenario: { ...scenario, ...changes } })).toBe(message);
  });

  it.each(['mispelt', 'constructor', '__proto__'])(
    'with the key %s in any of its objects is refused',
    (key) => {
      const text = JSON.stringify(TRACE);
      for (const { index } of text.matchAll(/\{/g)) {
        const spoilt: unknown = JSON.parse(`${text.slice(0, index + 1)}"${key}":1,${text.slice(index + 1)}`);
        expect(refusal(spoilt)).toMatch(/^c\.json: .*: unknown key, expected one of /);
      }
    },
  );
});

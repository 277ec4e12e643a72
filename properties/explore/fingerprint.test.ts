import { describe, expect, it } from 'vitest';
import { CALLS, config, HIGHER_HALF_48, Owner, type Response } from '../../spec/index.ts';
import { Fingerprints } from './fingerprint.ts';

const AMOUNTS = { total: 5, free: 3, reserved: 1 };
const DONE: Response = { outcome: { kind: 'done' }, errno: null, warnings: [], amounts: AMOUNTS };

/** Returns a response that is as short as it can be, but for some of its parts. */
function but(parts: Partial<Response>): Response {
  return { ...DONE, ...parts };
}

function page(frame: number): bigint {
  return HIGHER_HALF_48 + 4096n * BigInt(frame);
}

function addresses(...frames: readonly number[]): Response {
  return but({ outcome: { kind: 'addresses', addresses: frames.map(page) } });
}

function panic(call: unknown, owner: unknown, frame: number | null = null, message = 'a panic'): Response {
  const outcome = { kind: 'panicked', call, owner, pfn: frame, message };
  return but({ outcome: outcome as Response['outcome'] });
}

/** Returns the three words of a response, or null where it has no fingerprint. */
function wordsOf(response: Response, fingerprints: Fingerprints): string | null {
  if (!fingerprints.ofResponse(response, 'alloc')) return null;
  return [fingerprints.first, fingerprints.second, fingerprints.third].join();
}

/** Responses between which some clause can tell. */
const DIFFERENT: readonly Response[] = [
  DONE,
  but({ errno: 'ENOMEM' }),
  but({ strayEntries: true }),
  but({ warnings: ['one'] }),
  but({ warnings: ['two'] }),
  but({ warnings: [''] }),
  but({ warnings: ['alloc: no memory'] }),
  but({ warnings: ['alloc: no memory', 'alloc: no memory'] }),
  but({ warnings: ['alloc: no\nmemory'] }),
  but({ warnings: ['allocPages: no memory'] }),
  but({ warnings: ['one', 'two'] }),
  but({ warnings: ['["one","two"]x'] }),
  but({ amounts: { ...AMOUNTS, total: 6 } }),
  but({ amounts: { ...AMOUNTS, free: 4 } }),
  but({ amounts: { ...AMOUNTS, reserved: 1023 } }),
  but({ outcome: { kind: 'failed' } }),
  but({ outcome: { kind: 'failed' }, errno: 'ENOMEM', warnings: ['one'], strayEntries: true }),
  ...[0, 1, 2].map((amount) => but({ outcome: { kind: 'amount', amount } })),
  ...[0, 1, 2].map((frame) => but({ outcome: { kind: 'address', address: page(frame) } })),
  addresses(),
  addresses(0),
  addresses(0, 1),
  addresses(1, 0),
  addresses(0, 0),
  ...CALLS.flatMap((call) =>
    [null, ...Object.keys(Owner.keys)].flatMap((owner) =>
      [null, 0, 1].map((frame) => panic(call, owner, frame)),
    ),
  ),
];

/** Responses that do not fit three words: they are judged without a memory. */
const TOO_LARGE: readonly (readonly [string, Response])[] = [
  ['an address below the higher half', but({ outcome: { kind: 'address', address: 4096n } })],
  [
    'an address that is not the first of a page frame',
    but({ outcome: { kind: 'address', address: page(1) + 1n } }),
  ],
  ['a page frame from 2^31 on', but({ outcome: { kind: 'address', address: page(2 ** 31) } })],
  ['such an address in a batch', but({ outcome: { kind: 'addresses', addresses: [page(1), 0n] } })],
  ['an amount that was returned below 0', but({ outcome: { kind: 'amount', amount: -1 } })],
  ['a fraction that was returned', but({ outcome: { kind: 'amount', amount: 0.5 } })],
  ['an amount of 1024', but({ amounts: { ...AMOUNTS, total: 1024 } })],
  ['an amount below 0', but({ amounts: { ...AMOUNTS, free: -1 } })],
  ['an amount that is a fraction', but({ amounts: { ...AMOUNTS, reserved: 0.5 } })],
  ['another errno', but({ errno: 'EINVAL' as 'ENOMEM' })],
  ['a panic that names no call', panic('reboot', 'pmm')],
  ['a panic that names an unknown owner', panic('free', 'nobody')],
  ['a panic that names a page frame below 0', panic('free', 'pmm', -2)],
  ['a malformed answer', but({ outcome: { kind: 'malformed', message: 'no answer' } })],
  ['writes into page frames', but({ writes: [{ pfn: 1 }] as unknown as NonNullable<Response['writes']> })],
];

describe('fingerprints', () => {
  it('are the same for the same response, and differ where a clause can tell two apart', () => {
    const fingerprints = new Fingerprints(config({}));
    const words = DIFFERENT.map((response) => wordsOf(response, fingerprints));
    expect(words).not.toContain(null);
    expect(new Set(words).size).toBe(DIFFERENT.length);
    expect(DIFFERENT.map((response) => wordsOf(structuredClone(response), fingerprints))).toEqual(words);
  });

  it('do not tell two warnings apart that are one line each and name the call', () => {
    const fingerprints = new Fingerprints(config({}));
    const [few, none] = [but({ warnings: ['alloc: 2 free'] }), but({ warnings: ['alloc: 0 free'] })];
    expect(wordsOf(few, fingerprints)).toBe(wordsOf(none, fingerprints));
    expect(fingerprints.ofResponse(few, 'freePages') && fingerprints.first).not.toBe(
      fingerprints.ofResponse(none, 'freePages') && fingerprints.first,
    );
  });

  it('do not tell the messages of panics apart, which no clause reads', () => {
    const fingerprints = new Fingerprints(config({}));
    const [one, other] = [panic('free', 'pmm', 3), panic('free', 'pmm', 3, 'other words')];
    expect(wordsOf(one, fingerprints)).toBe(wordsOf(other, fingerprints));
  });

  it.each(TOO_LARGE)('do not exist of %s', (_, response) => {
    expect(new Fingerprints(config({})).ofResponse(response, 'alloc')).toBe(false);
  });

  it('differ where one answer tells less than another', () => {
    const fingerprints = new Fingerprints(config({}));
    const { errno: _, ...silent } = DONE;
    const amounts = [{ free: 4 }, { total: 0, free: 4, reserved: 0 }, {}].map((told) =>
      but({ amounts: told }),
    );
    const words = [DONE, silent, ...amounts].map((response) => wordsOf(response, fingerprints));
    expect(words).not.toContain(null);
    expect(new Set(words).size).toBe(words.length);
  });
});

import { expect, it } from 'vitest';
import { decodeProfile, type Operation, PAGE_BYTES, type Reference, U64_MAX } from '../../spec/index.ts';
import { candidatesFor } from './candidates.ts';

it('a claim is not tried where the allocator has none of the calls that would speak for it', () => {
  const calls = ['allocWithin', 'allocAt', 'freeRegion', 'freeAmount'];
  const profile = decodeProfile({ calls, zones: 1, singlePages: 'anywhere', policies: [] }, 'profile');
  const bounds = { maxAddr: U64_MAX, minAddr: 0n, alignment: PAGE_BYTES, boundary: 0n };
  const operation: Operation<Reference> = { call: 'allocWithin', count: 1n, ...bounds };
  const expected = { kind: 'granted', why: null } as const;
  const response = { outcome: { kind: 'failed' }, errno: null, warnings: [] } as const;
  const moment = { demand: { operation, expected }, response } as never;
  const tried = candidatesFor({ clause: 'allocWithin.complete', earlier: [], moment, profile });
  const waiting = tried.filter(({ condition }) => condition.startsWith('page frames that are freed wait'));
  expect(tried).not.toEqual([]);
  expect(waiting).toEqual([]);
});

/** Calls that a profile adds, in C: as a process, and as WebAssembly, of which all states are searched. */
import { describe, expect, it } from 'vitest';
import { explore, smallWorld } from '../../properties/explore/index.ts';
import { runCampaign } from '../../properties/random/index.ts';
import type { Trace } from '../../spec/index.ts';
import { type BuiltAs, nativeBuilder } from '../testing/built-native.ts';

const built = nativeBuilder();

/** Returns the clauses that the page array breaks, the sought one among them if programs come upon it. */
async function brokenBy(
  as: BuiltAs,
  sought: string | RegExp,
  ...flags: readonly string[]
): Promise<readonly string[]> {
  const target = await built(as, ['testing/page_array.c'], ...flags);
  try {
    const stop = new AbortController();
    const onFound = ({ violation }: Trace): void => {
      if (violation?.clause.match(sought)) stop.abort();
    };
    const options = {
      worlds: [],
      generated: true,
      operations: 60,
      seed: 3,
      programs: 150,
      signal: stop.signal,
    };
    const { findings } = await runCampaign({ ...options, target, onFound });
    return findings.map(({ trace }) => trace.violation?.clause ?? 'none');
  } finally {
    await target.close();
  }
}

describe.each<BuiltAs>(['process', 64])('a page array as %s', (as) => {
  it('holds', async () => {
    expect(await brokenBy(as, /./)).toEqual([]);
  });

  it.each([
    ['-DFREES_AT_ONCE', 'references.last'],
    ['-DMOST=4', 'retain.most'],
    ['-DONE_LEFT', 'allocPages.as-many'],
    ['-DLAST_FORGOTTEN', /^(init.withheld|allocAt.was-free)$/],
    ['-DLAST_NOT_ADDED', /^addRegion.(free|owner)$/],
    ['-DMARKS_REMOVED', 'contents.preserved'],
    ['-DBOUNDARY_FORGOTTEN', 'allocWithin.complete'],
  ])('with %s breaks %s', async (flag, clause) => {
    expect((await brokenBy(as, clause, flag)).join()).toMatch(clause);
  });

  it('is refused where it lacks a call that it claims', async () => {
    await expect(built(as, ['testing/page_array.c'], '-DNO_RETAIN', '-Wno-unused-function')).rejects.toThrow(
      /expected the call retain, or a profile whose calls leave it out: its fp_target has \{"calls":\["alloc",/,
    );
  });

  it('is refused where it takes orders and does not claim that', async () => {
    await expect(built(as, ['testing/page_array.c'], '-DTAKES_ORDERS')).rejects.toThrow(
      /expected "contiguous": "orders" in its profile, because its fp_target has alloc_order or free_order/,
    );
  });
});

it('is searched to the end as WebAssembly: as many states as the model has', async () => {
  const target = await built(64, ['testing/page_array.c']);
  const { end, states, modelStates, clauses } = await explore({
    target,
    world: smallWorld({ stack: 1, bitmap: 2 }),
  });
  expect({ end, states }).toEqual({ end: 'closed', states: modelStates });
  const names = clauses.both.map(({ name }) => name);
  expect(names).toEqual(
    expect.arrayContaining([
      'retain.owner',
      'retain.most',
      'references.last',
      'allocAt.complete',
      'allocWithin.boundary',
      'addRegion.owner',
      'removed.withheld',
    ]),
  );
  await target.close();
});

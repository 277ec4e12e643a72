/** Defects planted in C, each found in WebAssembly and in a process, and certified in both. */
import { describe, expect, it } from 'vitest';
import { shrink } from '../../counterexamples/shrink/index.ts';
import { type BuiltAs, nativeBuilder } from '../../runner/testing/built-native.ts';
import type { Trace } from '../../spec/index.ts';
import { runCampaign } from '../random/index.ts';
import { type Certificate, certify } from './index.ts';

const built = nativeBuilder();

/** The simplest program that breaks a clause, or any, on an allocator with a defect, and whether it is a shortest one. */
async function found(
  as: BuiltAs,
  defect: string,
  programs: number,
  clause?: string,
): Promise<{ trace: Trace; certificate: Certificate } | null> {
  const target = await built(as, ['testing/planted.c'], `-DDEFECT=${defect}`);
  try {
    const stop = new AbortController();
    const isSought = ({ violation }: Trace): boolean => (clause ?? violation?.clause) === violation?.clause;
    // Some defects break another clause first, which depends on the programs.
    const onFound = (trace: Trace): void => (isSought(trace) ? stop.abort() : undefined);
    const run = { worlds: [], generated: true, programs, operations: 100, seed: 3, signal: stop.signal };
    const { findings } = await runCampaign({ target, ...run, onFound });
    const finding = findings.find(({ trace }) => isSought(trace));
    if (finding === undefined) return null;
    const { trace } = shrink(target, finding.trace, { ms: 60_000 });
    return { trace, certificate: await certify(target, trace) };
  } finally {
    await target.close();
  }
}

const WASM = 64;

describe('a defect in C is found in WebAssembly and in a process, as the same program:', () => {
  it.each([
    ['BOUNDARY', 'allocBitmap.complete', 1],
    ['ROUNDED_LIMIT', 'allocBitmap.below-max', 1],
    ['TRUNCATED', 'init.withheld', 1],
    ['WRAPPED', 'freeRegion.owner', 1],
    ['ALIGNMENT', 'allocBitmap.aligned', 1],
    ['LOST_BUFFER', 'policy.lifo', 1],
    ['DOUBLE_FREE', 'freeRegion.owner', 1],
    ['STRADDLING', 'alloc.complete', 2],
    ['BATCH', 'allocPages.all-or-nothing', 1],
    ['DRIFT', 'amounts.free', 1],
    ['LAST_WORD', 'allocBitmap.complete', 1],
    ['NEIGHBOUR', 'contents.preserved', 2],
    ['FRAGMENTED', 'policy.first-fit', 1],
  ])(
    '%s breaks %s',
    async (defect, clause, operations) => {
      const wasm = await found(WASM, defect, 500, clause);
      expect(wasm?.trace.violation?.clause).toBe(clause);
      expect(wasm?.trace.scenario.operations).toHaveLength(operations);
      expect(wasm?.certificate.kind).toBe('shortest');
      const inProcess = await found('process', defect, 500, clause);
      expect(inProcess?.trace.scenario).toEqual(wasm?.trace.scenario);
      expect(inProcess?.certificate).toEqual(wasm?.certificate);
      expect(inProcess?.trace.violation).toMatchObject({ clause, at: wasm?.trace.violation?.at });
    },
    240_000,
  );

  it('without one, it holds', async () => {
    for (const as of [WASM, 'process'] as const) expect(await found(as, 'NONE', 100)).toBeNull();
  });
});

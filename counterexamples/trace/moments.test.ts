import { describe, expect, it } from 'vitest';
import { execute, loadTarget, OURS } from '../../runner/index.ts';
import { config, memoryMap, type Program, pfn, type Trace } from '../../spec/index.ts';
import { momentsOf } from './moments.ts';

const program: Program = [
  { call: 'allocBitmap', count: 2n, maxAddr: 1n << 40n, alignment: 1n },
  { call: 'alloc' },
  { call: 'free', address: { result: 7, page: 0, offset: 0n } },
  { call: 'freeRegion', address: { result: 0, page: 0, offset: 0n }, count: 2n },
  { call: 'free', address: { result: 1, page: 0, offset: 0n } },
  { call: 'free', address: { result: 1, page: 0, offset: 0n } },
];

async function traceOn(target: string): Promise<Trace> {
  const map = memoryMap([{ type: 'conventional', start: 0n, pages: 6 }]);
  const scenario = {
    map,
    config: config({ bitmapMaxAddr: 0x4000n }),
    policies: OURS.policies,
    operations: program,
  };
  return execute(await loadTarget(target), scenario).trace();
}

describe('the moments of a trace', () => {
  it('are init and every answer, with the states on both sides and the page frames that it is about', async () => {
    const moments = momentsOf(await traceOn('frameproof'));
    expect(moments.map(({ at }) => at)).toEqual([-1, 0, 1, 2, 3, 4, 5]);
    expect(moments.map(({ touched }) => touched)).toEqual([
      [],
      [{ base: 0, count: 2 }],
      [{ base: 5, count: 1 }],
      [],
      [{ base: 0, count: 2 }],
      [{ base: 5, count: 1 }],
      [{ base: 5, count: 1 }],
    ]);
    expect(moments.map(({ before }) => before.ownerOf(pfn(1)))).toEqual([
      'pmm',
      'pmm',
      'caller',
      'caller',
      'caller',
      'pmm',
      'pmm',
    ]);
    expect(moments.map(({ after }) => after.countOf('pmm'))).toEqual([6, 4, 3, 3, 5, 6, 6]);
  });

  it('say what was demanded; of what was passed over nothing was', async () => {
    const demands = momentsOf(await traceOn('frameproof')).map(({ demand }) => demand);
    expect(demands.map((demand) => demand?.expected.kind)).toEqual([
      undefined,
      'granted',
      'granted',
      undefined,
      'granted',
      'granted',
      'misused',
    ]);
    expect(demands[2]).toMatchObject({ result: 'b', pages: 1, promised: [5], free: 3 });
  });

  it('end with the violation, which a changed answer may move', async () => {
    const trace = await traceOn('mutant:accepted-double-free');
    expect(momentsOf(trace).at(-1)).toMatchObject({ at: 5, violation: { clause: 'free.owner' } });
    const responses = trace.responses.with(2, { outcome: { kind: 'failed' }, errno: 'ENOMEM' });
    const moved = momentsOf({ ...trace, responses });
    expect(moved.at(-1)).toMatchObject({ at: 1, violation: { clause: 'alloc.complete' } });
    expect(moved).toHaveLength(3);
  });
});

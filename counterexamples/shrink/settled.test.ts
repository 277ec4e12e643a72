import { describe, expect, it } from 'vitest';
import { createPmm } from '../../impl/index.ts';
import { execute, factoryTarget, wrapPmm } from '../../runner/index.ts';
import { config, memoryMap, type Trace } from '../../spec/index.ts';
import { doubtLines, settled } from './settled.ts';
import { shrink } from './shrink.ts';

describe('the counterexample that is reported', () => {
  it.each(['shrunk', 'flaky'] as const)(
    'does not return, and not only in the time that shrinking has: %s',
    async (verdict) => {
      const target = factoryTarget({
        name: 'a millisecond a page frame',
        policies: [],
        programMs: 10,
        create: (map, options) => {
          const pmm = createPmm(map, options);
          return wrapPmm(pmm, {
            allocBitmap: (count, maxAddr, alignment) => {
              const end = performance.now() + Number(count);
              while (performance.now() < end);
              return pmm.allocBitmap(count, maxAddr, alignment);
            },
          });
        },
      });
      const run = (count: bigint): Trace =>
        execute(target, {
          map: memoryMap([]),
          config: config(),
          policies: [],
          operations: [{ call: 'allocBitmap', count, maxAddr: 0n, alignment: 4096n }],
        }).trace();
      const found = run(2n ** 40n);
      const trace = run(20n);
      expect(trace.violation?.clause).toBe(found.violation?.clause);
      const flaky = verdict === 'shrunk' ? null : { first: trace, second: found };
      const shrinking = { ...shrink(target, found, { ms: 0 }), verdict, trace, flaky };
      expect((await settled(target, { found, shrinking }, { isAnew: false })).trace).toBe(found);
    },
  );

  it('violates a clause, also where the target first holds and then does not as it is shrunk', async () => {
    // Found by the first manager; when it is shrunk, the second holds and the third does not.
    let managers = 0;
    const target = factoryTarget({
      name: 'every other one',
      policies: [],
      create: (map, options) => {
        managers += 1;
        const pmm = createPmm(map, options);
        return managers % 2 === 1 ? wrapPmm(pmm, { alloc: () => null }) : pmm;
      },
    });
    const found = execute(target, {
      map: memoryMap([{ type: 'conventional', start: 0n, pages: 1 }]),
      config: config({ bitmapMaxAddr: 0n }),
      policies: [],
      operations: [{ call: 'alloc' }],
    }).trace();
    const shrunk = { found, shrinking: shrink(target, found) };
    const { trace, flaky } = await settled(target, shrunk, { isAnew: false });
    expect(trace.violation?.clause).toBe('alloc.complete');
    expect(doubtLines({ ...shrunk, trace, flaky })).toEqual([
      'not reproduced: the same program did not violate the clause when it ran again',
      'in the other run, operation 1 was answered: 0xffff800000000000 (page frame 0)',
      'its managers may share state, such as a variable of the module, or time or chance decides its answers',
    ]);
  });
});

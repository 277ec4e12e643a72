import { expect, it } from 'vitest';
import { createPmm } from '../impl/index.ts';
import { execute, factoryTarget, wrapPmm } from '../runner/index.ts';
import { config, memoryMap, type Program } from '../spec/index.ts';
import { finishFindings } from './counterexample.ts';
import { foundTraces } from './output-file.ts';

const SHRINK_SECONDS = 0.2;

it('a finding is shrunk although another, whose programs are slow, has taken more than all of the time', async () => {
  const target = factoryTarget({
    name: 'refuses',
    policies: [],
    create: (map, options) =>
      wrapPmm(createPmm(map, options), {
        alloc: () => null,
        allocPages: () => {
          const end = performance.now() + 2000 * SHRINK_SECONDS;
          while (performance.now() < end);
          return false;
        },
      }),
  });
  const map = memoryMap([{ type: 'conventional', start: 0n, pages: 4 }]);
  const found = (operations: Program) => ({
    trace: execute(target, { map, config: config({ bitmapMaxAddr: 0n }), policies: [], operations }).trace(),
    from: null,
    block: null,
  });
  const before: Program = Array(5).fill({ call: 'freeAmount' });
  const findings = [
    found([...before, { call: 'alloc' }]),
    found([...before, { call: 'allocPages', count: 1n }]),
  ];
  const files = foundTraces(null, true);
  const [first] = await finishFindings(target, findings, { shrinkTime: SHRINK_SECONDS, files });
  expect(first?.trace.scenario.operations).toHaveLength(1);
});

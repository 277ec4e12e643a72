import { expect, it } from 'vitest';
import { config, memoryMap, type Response, type Trace } from '../../spec/index.ts';
import { formatCounterexample } from './counterexample-text.ts';

const settings = config();
const granted = (frame: bigint): Response => ({
  outcome: { kind: 'address', address: settings.higherHalf + frame * 4096n },
});

function lineOf(responses: readonly Response[]): string | undefined {
  const trace: Trace = {
    format: 'frameproof/trace',
    version: 1,
    target: './pmm',
    scenario: {
      map: memoryMap([]),
      config: settings,
      policies: [],
      operations: Array(20).fill({ call: 'alloc' }),
    },
    responses: [{ outcome: { kind: 'done' } }, ...responses],
  };
  return formatCounterexample(trace).find((line) => line.includes('×20'));
}

it('shows the first answer of a burst and the last one, which may be of another kind', () => {
  const nineteen = Array.from({ length: 19 }, (_, k) => granted(BigInt(k)));
  expect(lineOf([...nineteen, { outcome: { kind: 'failed' } }])).toMatch(
    /-> 0xffff800000000000 \(page frame 0\) … failed, errno unknown$/,
  );
  expect(lineOf(Array(20).fill({ outcome: { kind: 'failed' } }))).toMatch(/-> failed, errno unknown$/);
  expect(lineOf([])).toMatch(/-> \(not run\)$/);
});

import { expect, it } from 'vitest';
import { execute, OURS } from '../runner/index.ts';
import { config, decodeProfile, memoryMap } from '../spec/index.ts';
import { differenceLines } from './verify-report.ts';

it('tells the amounts that were asked for', () => {
  const profile = decodeProfile({ calls: ['alloc', 'freeAmount'], zones: 1 }, 'p.json');
  const map = memoryMap([{ type: 'conventional', start: 0n, pages: 4 }]);
  const scenario = {
    map,
    config: config({ bitmapMaxAddr: 0n }),
    policies: [],
    operations: [{ call: 'alloc' }],
  } as const;
  const trace = execute(OURS.withClaims({ profile }), scenario).trace();
  const both = { candidate: trace, baseline: trace };
  const found = {
    kind: 'answers',
    clause: null,
    at: 0,
    foundOperations: 1,
    executions: 1,
    exhausted: false,
  } as const;
  expect(differenceLines({ ...found, ...both })).toContainEqual(
    expect.stringMatching(/^baseline {2}0x[0-9a-f]+ \(page frame 3\); free 3; the specification admits it$/),
  );
});

import { describe, expect, it } from 'vitest';
import { createPmm } from '../impl/index.ts';
import { config, memoryMap, type Program } from '../spec/index.ts';
import { factoryTarget } from './factory-target.ts';
import { execute } from './limited-execution.ts';
import { changed } from './testing/changed.ts';

const PROGRAM: Program = [{ call: 'freeAmount' }, { call: 'alloc' }, { call: 'alloc' }];
const SCENARIO = {
  map: memoryMap([{ type: 'conventional', start: 0n, pages: 4 }]),
  config: config({ bitmapMaxAddr: 0n }),
  policies: [],
  operations: PROGRAM,
};

it('a target that is slow and not endless is run again, and holds', () => {
  let managers = 0;
  const slow = factoryTarget({
    name: 'slow',
    policies: [],
    programMs: 100,
    create: (map, options) => {
      managers += 1;
      const end = performance.now() + 200;
      while (performance.now() < end);
      return createPmm(map, options);
    },
  });
  const execution = execute(slow, SCENARIO);
  expect(execution.violation).toBeNull();
  expect(execution.operations).toHaveLength(PROGRAM.length);
  expect(managers).toBe(2);
});

describe('a target whose alloc never returns', () => {
  const alloc = (): never => {
    for (;;);
  };
  const endless = changed('endless', () => ({ alloc }), { programMs: 10 });

  it('breaks a clause at that operation, and does nothing more', () => {
    const { violation, operations } = execute(endless, SCENARIO);
    expect(violation).toMatchObject({ at: 1, explanation: expect.stringContaining('still running after') });
    expect(operations).toHaveLength(2);
  });

  it('leaves the capture of stacks as it was', () => {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 7;
    execute(endless, SCENARIO);
    expect(Error.stackTraceLimit).toBe(7);
    Error.stackTraceLimit = stackTraceLimit;
  });
});

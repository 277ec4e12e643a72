/** The suite, with a fixed seed: `node --test pmm.test.ts`. */
import { test } from 'node:test';
import { checkPmm } from 'frameproof/properties';

test('the allocator satisfies the specification', () =>
  checkPmm('pmm', new URL('pmm.target.ts', import.meta.url), { programs: 100, seed: 1 }));

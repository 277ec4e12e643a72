/**
 * The whole suite under the test runner of Node.js:
 *
 *   node --test examples/node-test.ts
 */
import { test } from 'node:test';
import { checkPmm } from 'frameproof/properties';

test('an allocator with one zone satisfies every clause', () =>
  checkPmm('one zone', new URL('one-zone.ts', import.meta.url), { programs: 100 }));

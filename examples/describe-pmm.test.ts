/** The whole suite in a vitest file. */

import { config, memoryMap } from 'frameproof/spec';
import { describePmm } from 'frameproof/vitest';
import ExtentList from './works.ts';

const smallPc = memoryMap([
  { type: 'conventional', start: 0n, pages: 159 },
  { type: 'reserved', start: 0x9_f000n, pages: 97 },
  { type: 'conventional', start: 0x10_0000n, pages: 0x7f00 },
]);

describePmm('an extent list', (map, options) => new ExtentList(map, options), {
  policies: ['first-fit'],
  programs: 300,
  seed: 7,
  worlds: [{ name: 'a PC with 128 MiB', map: smallPc, config: config() }],
});

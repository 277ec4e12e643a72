/** The doors of this room, as users load them from a CommonJS file. */
import { createRequire } from 'node:module';
import { expect, it } from 'vitest';

it.each(['properties', 'explore', 'concurrent', 'verify', 'log'])(
  'frameproof/%s can be loaded by require()',
  (name) => {
    const loaded: unknown = createRequire(import.meta.url)(`frameproof/${name}`);
    expect(Object.keys(Object(loaded)).length).toBeGreaterThan(0);
  },
);

/** The tests that start dozens of processes to show one thing (what a package holds, what no module can do): `npm run test:long`. */
import { defineConfig } from 'vitest/config';
import base from './vitest.config.ts';

export default defineConfig({
  test: { ...base.test, include: ['**/*.long.test.ts'], exclude: ['node_modules', 'dist'] },
});

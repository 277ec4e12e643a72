/** The tests that need programs which a development machine may lack (a browser, further compilers): `npm run test:tools`. */
import { defineConfig } from 'vitest/config';
import base from './vitest.config.ts';

export default defineConfig({
  test: { ...base.test, include: ['**/*.tools.test.ts'], exclude: ['node_modules', 'dist'] },
});

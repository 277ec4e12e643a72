import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{spec,model,impl,properties,cli,native,bench,examples}/**/*.test.ts'],
    testTimeout: 60_000,
    // The examples import this package by its name, and must load it as an installed one: by Node itself.
    server: { deps: { external: [/\/dist\//] } },
  },
});

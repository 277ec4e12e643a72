import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{spec,model,impl,properties,cli,native,bench,examples}/**/*.test.ts'],
    globalSetup: ['vitest.build.ts'],
    // No test changes what another file sees; a worker for each file would cost 0.4 s each.
    isolate: false,
    testTimeout: 60_000,
    // A CommonJS module is what Node makes of it, as everywhere else.
    deps: { interopDefault: false },
    // The examples import this package by its name, and must load it as an installed one: by Node itself.
    server: { deps: { external: [/\/dist\//] } },
  },
});

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{spec,model,impl,properties,cli,native,bench,examples}/**/*.test.ts'],
    testTimeout: 60_000,
  },
});

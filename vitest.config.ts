import { defineConfig } from 'vitest/config';

const project = (name: string, extra: object = {}) => ({
  test: { name, include: [`test/${name}/**/*.test.ts`], environment: 'node', pool: 'forks', ...extra },
});

// Stress, contract and integration tests start threads and processes of their own: one file at a time on two cores.
const alone = { fileParallelism: false, testTimeout: 60_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    projects: [
      project('unit'),
      project('property', { testTimeout: 30_000 }),
      project('architecture', { testTimeout: 60_000 }),
      project('stress', alone),
      project('contract', alone),
      project('integration', { ...alone, testTimeout: 120_000 }),
      project('long', { ...alone, testTimeout: 900_000 }),
    ],
  },
});

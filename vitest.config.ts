import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const project = (name: string, extra: object = {}) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    environment: 'node' as const,
    pool: 'forks' as const,
    ...extra,
  },
});

// Stress and integration tests start threads and processes of their own: one file at a time on two cores.
const alone = { fileParallelism: false, testTimeout: 60_000, hookTimeout: 60_000 };

// .ci/run counts the tests of all its runs from these.
const reports = process.env['PARALLAX_TEST_REPORTS'];

export default defineConfig({
  test: {
    reporters:
      reports === undefined || reports === ''
        ? ['default']
        : ['default', ['json', { outputFile: join(reports, `${process.pid}.json`) }]],
    projects: [
      project('unit'),
      project('property', { testTimeout: 60_000 }),
      project('architecture', { testTimeout: 60_000 }),
      project('stress', alone),
      project('contract', { testTimeout: 60_000, hookTimeout: 60_000 }),
      project('integration', { ...alone, testTimeout: 120_000 }),
      // Many cases in one process: files side by side.
      project('cases', { testTimeout: 900_000 }),
      project('long', { ...alone, testTimeout: 900_000 }),
    ],
  },
});

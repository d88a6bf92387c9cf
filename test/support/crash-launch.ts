/** `npm run test:crash -- --n 200 [--seed 7]`: the crash test with so many kills. */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { n: { type: 'string', default: '200' }, seed: { type: 'string' } } });
const env = {
  ...process.env,
  PARALLAX_CRASHES: values.n,
  ...(values.seed === undefined ? {} : { PARALLAX_TEST_SEED: values.seed }),
};
const args = ['vitest', 'run', '--project', 'integration', 'test/integration/engine/crash.test.ts'];
process.exit(spawnSync('npx', args, { env, stdio: 'inherit' }).status ?? 1);

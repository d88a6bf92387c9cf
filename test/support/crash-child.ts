/** An engine in a process of its own for crash tests: started from one JSON argument, finished by SIGTERM.
 *  Prints a line of JSON when it is up, one when it has traded, and one with the summary when it has ended. */
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import type { CrashAt } from '../../src/actors/crash-point.ts';
import { Engine } from '../../src/actors/engine.ts';
import { knownVenues, resolveCredentials } from '../../src/cli/config-file.ts';
import { configuredSetups } from '../../src/cli/venue-setups.ts';
import { checkConfig } from '../../src/core/config-check.ts';
import { silentLog } from '../../src/core/log.ts';
import { venueRegistry } from '../../src/venues/registry.ts';

export interface CrashChild {
  /** As it would stand in a file, with whole endpoints and plain keys. */
  readonly config: object;
  readonly dataDir: string;
  readonly crashAt?: CrashAt;
}

const say = (value: object): void => void writeSync(1, `${JSON.stringify(value)}\n`);

const { config: raw, dataDir, crashAt } = JSON.parse(process.argv[2] ?? '') as CrashChild;
const { config, problems } = checkConfig(raw, knownVenues(venueRegistry));
if (problems.length > 0) throw new Error(JSON.stringify(problems));
const engine = await Engine.start({
  config,
  setups: configuredSetups(config, resolveCredentials(config, {})),
  dataDir,
  log: silentLog,
  logFile: join(dataDir, 'parallax.log'),
  ...(crashAt === undefined ? {} : { crashAt }),
});
say({ run: engine.context.run });
const watching = setInterval(() => {
  const { filled, unwound } = engine.view.status().legSets;
  if (filled + unwound === 0) return;
  clearInterval(watching);
  say({ hasTraded: true });
}, 20);
process.once('SIGTERM', async () => {
  clearInterval(watching);
  say({ summary: await engine.finish() });
  process.exit(0);
});

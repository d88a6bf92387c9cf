/** An engine in the test's own process, against simulated exchanges in another: for tests that reach into its
 *  supervisor. */
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { Engine } from '../../src/actors/engine.ts';
import type { RunSummary } from '../../src/actors/summary.ts';
import { knownVenues, resolveCredentials } from '../../src/cli/config-file.ts';
import { configuredSetups } from '../../src/cli/venue-setups.ts';
import { checkConfig } from '../../src/core/config-check.ts';
import type { Log } from '../../src/core/log.ts';
import type { EngineStatus } from '../../src/core/status.ts';
import type { SimReady } from '../../src/sim/main.ts';
import { venueRegistry } from '../../src/venues/registry.ts';
import { type RawConfig, simConfig } from './engine-config.ts';
import { newFolder } from './folders.ts';
import { until } from './until.ts';

export interface EngineHere {
  readonly engine: Engine;
  readonly dataDir: string;
  /** What the main thread logged; the actors' own log goes to a file. */
  readonly logs: readonly { readonly level: string; readonly message: string; readonly details: object }[];
  status(): EngineStatus;
  reached(what: string, fits: (status: EngineStatus) => boolean, timeoutMs?: number): Promise<EngineStatus>;
  finish(): Promise<RunSummary>;
}

const running = new Set<Engine>();

export async function startEngineHere(ready: SimReady, more: Partial<RawConfig>): Promise<EngineHere> {
  const { config, problems } = checkConfig(simConfig(ready, more), knownVenues(venueRegistry));
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  const dataDir = newFolder();
  const logs: { level: string; message: string; details: object }[] = [];
  const at =
    (level: string) =>
    (details: object, message: string): void =>
      void logs.push({ level, message, details });
  const log: Log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  const engine = await Engine.start({
    config,
    setups: configuredSetups(config, resolveCredentials(config, {})),
    dataDir,
    log,
    logFile: join(dataDir, 'parallax.log'),
  });
  running.add(engine);
  return {
    engine,
    dataDir,
    logs,
    status: () => engine.view.status(),
    reached: (what, fits, timeoutMs = 30_000) =>
      until(
        what,
        () => {
          const status = engine.view.status();
          return fits(status) ? status : undefined;
        },
        { timeoutMs, seen: () => ({ status: engine.view.status(), logs: logs.slice(-15) }) },
      ),
    finish: async () => {
      running.delete(engine);
      return engine.finish();
    },
  };
}

afterAll(async () => {
  await Promise.all([...running].map((engine) => engine.finish()));
});

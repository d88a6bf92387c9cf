/** The admin API of a running engine: ports wired to the engine, address and token where the client commands find them. */
import { join } from 'node:path';
import type { Engine } from '../actors/engine.ts';
import { metricSources } from '../actors/metric-sources.ts';
import { auditFile } from '../api/audit.ts';
import type { ApiDeps } from '../api/deps.ts';
import { startApi } from '../api/server.ts';
import { systemClock } from '../core/clock.ts';
import { type Config, defaultConfig } from '../core/config.ts';
import { Fault } from '../core/faults.ts';
import type { Log } from '../core/log.ts';
import { LmdbJournalReader } from '../record/journal-reader.ts';
import { journalFolder } from '../record/journal-store.ts';
import { metricsOf } from '../record/metrics.ts';
import { removeApiFile, writeApiFile } from './api-file.ts';
import { adminToken, TOKEN_VARIABLE } from './token.ts';

export async function serveApi(
  engine: Engine,
  config: Config,
  env: Readonly<Record<string, string | undefined>>,
  dataDir: string,
  log: Log,
): Promise<{ url: string; close(): Promise<void> }> {
  const registry = metricsOf(metricSources(engine));
  const journal = new LmdbJournalReader(journalFolder(dataDir));
  const { view, context } = engine;
  const { token, source, wasExposed } = adminToken(env[TOKEN_VARIABLE], dataDir);
  if (wasExposed === true) log.warn({}, 'the admin token could be read by others; remove the file to get a new one');
  const deps: ApiDeps = {
    view: {
      status: () => view.status(),
      quotes: () => view.quotes(),
      edges: () => view.edges(),
      inventory: () => view.inventory(),
      instruments: () => view.instruments(),
      config: () => config,
      metrics: () => registry.metrics(),
    },
    control: engine,
    journal,
    audit: auditFile(join(dataDir, 'audit.jsonl')),
    token,
    log,
    clock: systemClock(),
    readiness: () => readinessOf(engine),
  };
  const api = await startApi(deps, config.api).catch((thrown: unknown) => {
    // A second simulation beside a first one is no mistake; whoever trades for real, or chose a port, means that port.
    const isMeant = config.mode !== 'sim' || config.api.port !== defaultConfig().api.port;
    if (isMeant || !(thrown instanceof Fault)) throw thrown;
    log.warn({ cause: thrown.message }, 'the usual port of the admin API is taken; a free one is used');
    return startApi(deps, { ...config.api, port: 0 });
  });
  writeApiFile(dataDir, { url: api.url, pid: process.pid, run: context.run });
  log.info({ url: api.url, tokenFrom: source }, 'admin API');
  return {
    url: api.url,
    close: async () => {
      removeApiFile(dataDir, context.run);
      await api.close();
      journal.close();
    },
  };
}

/** Ready: running, every venue's books live and its order entry up. */
function readinessOf(engine: Engine): { ready: boolean; reasons: string[] } {
  const { state, reasons, venues } = engine.view.status();
  const missing = [
    ...(state === 'running' ? [] : [`the engine is ${state}`, ...reasons]),
    ...venues.filter((venue) => venue.state !== 'live').map((venue) => `${venue.id} is ${venue.state}`),
    ...venues.filter((venue) => !venue.gatewayUp).map((venue) => `${venue.id} takes no orders`),
  ];
  return { ready: missing.length === 0, reasons: missing };
}

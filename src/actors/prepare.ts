/** What has to be known before the first actor starts: who lists what, the universe of rows, the memory for it. */
import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { systemClock } from '../core/clock.ts';
import type { Config } from '../core/config.ts';
import { Fault } from '../core/faults.ts';
import type { Log } from '../core/log.ts';
import type { RunRecord } from '../core/records.ts';
import { buildUniverse, GRID_ROOM } from '../core/universe.ts';
import { allocate, planLayout } from '../memory/layout.ts';
import { httpClient } from '../net/http-client.ts';
import { journalFolder, referenceFolder } from '../record/journal-store.ts';
import { ReferenceCache } from '../record/reference-cache.ts';
import { unendedRuns } from '../record/unended-runs.ts';
import { shapeOf } from './context.ts';
import type { CrashAt } from './crash-point.ts';
import type { EngineContext } from './messages.ts';
import { loadReference } from './reference.ts';
import { resolveTopology } from './topology.ts';
import type { VenueSetup } from './venue-setup.ts';

export interface EngineOptions {
  readonly config: Config;
  readonly setups: readonly VenueSetup[];
  readonly dataDir: string;
  readonly log: Log;
  readonly logFile?: string;
  /** Crash tests only. */
  readonly crashAt?: CrashAt;
}

export interface PreparedRun {
  readonly context: EngineContext;
  /** Those of the venues that list something. */
  readonly setups: readonly VenueSetup[];
  /** Earlier runs that died. */
  readonly unended: readonly RunRecord[];
  /** What went wrong without keeping the run from starting. */
  readonly faults: readonly Fault[];
}

/** Of the one rule by which grids are made today. */
const GRID_VERSION = 1;

/** Sorts by time and is unique: base-36 milliseconds and four random characters. */
const newRunId = (): string => `${Date.now().toString(36)}${randomBytes(2).toString('hex')}`;

/** Rejects with `venue/unreachable` when fewer than two venues are left to trade between. */
export async function prepareRun({
  config,
  setups,
  dataDir,
  log,
  logFile,
  crashAt,
}: EngineOptions): Promise<PreparedRun> {
  const clock = systemClock();
  const faults: Fault[] = [];
  const http = httpClient();
  const reference = await loadReference(setups, config.instruments, {
    http,
    cache: new ReferenceCache(referenceFolder(dataDir), clock),
    clock,
    log,
    onFault: (fault) => faults.push(fault),
    aliases: config.assets,
  });
  http.close();
  const tradable = reference.filter((venue) => venue.listings.some((listing) => listing.trading));
  if (tradable.length < 2) {
    const why = faults.map((fault) => fault.message).join('; ');
    throw new Fault('venue/unreachable', `fewer than two venues can be traded: ${why}`, { venues: tradable.length });
  }
  const universe = buildUniverse(config.instruments, tradable, GRID_VERSION, GRID_ROOM);
  const shape = shapeOf(universe);
  const topology = resolveTopology(config.topology, universe.venues.length, availableParallelism());
  return {
    context: {
      run: newRunId(),
      dataDir,
      ...(logFile === undefined ? {} : { logFile }),
      ...(crashAt === undefined ? {} : { crashAt }),
      // Keys go to the executor alone, in its spec, and to a feed that has to show one, without the secret.
      config: { ...config, topology, venues: config.venues.map(({ credentials: _, ...venue }) => venue) },
      universe,
      shape,
      buffer: allocate(planLayout(shape)),
    },
    setups: setups.filter((setup) => universe.venues.includes(setup.descriptor.id)),
    unended: unendedRuns(journalFolder(dataDir)),
    faults,
  };
}

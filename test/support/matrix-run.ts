/** One whole engine before simulated exchanges, and one fault after the other planted while it trades: what was open has
 *  to settle after each, and the exchanges' balances have to be what the engine booked. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '../../src/core/faults.ts';
import type { EngineStatus } from '../../src/core/status.ts';
import type { FaultKind } from '../../src/sim/fault-port.ts';
import type { FaultRequest } from '../../src/sim/fault-requests.ts';
import type { Ledger } from '../../src/sim/ledger.ts';
import { balanceChange, readJournal, readWal } from './agreement.ts';
import { type Evidence, exposureComplaints } from './complaints.ts';
import { type RawConfig, simConfig } from './engine-config.ts';
import { type EngineProcess, startEngine } from './engine-process.ts';
import { exact, exactText, Tally } from './exact.ts';
import type { Cell } from './fault-cells.ts';
import { parallax } from './processes.ts';
import type { TestSim } from './sim.ts';
import { until } from './until.ts';
import { openOrdersOf } from './wal-state.ts';

/** A fault that met nothing in this time was no test of anything; of a pair, one may keep the other from it. */
const ACT_MS = { alone: 30_000, inPair: 6_000 } as const;
/** How often a fault of requests that has met none is helped. */
const HELP_EVERY_MS = 700;
/** How long an order of the venue is waited for. */
const SLOWED_MS = 3_000;
const LOOK_MS = 100;
/** The proof that an order never arrived takes 6 s, hedging may take 10 s, and a venue may want to be asked slowly: Kraken
 *  lets a look through every six seconds once there were a few. */
export const SETTLE_MS = 90_000;
/** Order entry that went silent is given up after 10 s. */
const SILENCE_MS = 20_000;
const CALM_MS = 60_000;
/** Quote units, beyond the exposure limit, that crumbs may come to: less than what the venues take, of a few sets. */
const CRUMBS = '25';

const REST_KINDS: ReadonlySet<FaultKind> = new Set(['http-429', 'http-418', 'http-503']);
/** Kinds that act for as long as they are there, and leave no count. */
const LASTING_KINDS: ReadonlySet<FaultKind> = new Set(['freeze', 'clock-skew', 'maintenance']);

/** So that what follows a fault comes sooner than with the defaults: many follow one another. */
const QUICK: Partial<RawConfig> = {
  log: { level: 'warn' },
  topology: 'fused',
  execution: { orderTimeoutMs: 800 },
  breakers: { firstOpenMs: 250, maxOpenMs: 8_000, healMs: 500, forgetPerSecond: 30 },
};

export interface MatrixRun {
  readonly sim: TestSim;
  readonly engine: EngineProcess;
  /** Quote units that may be held unmatched in one instrument. */
  readonly maxExposure: string;
}

export interface CellResult {
  readonly cell: Cell;
  readonly tookMs: number;
  readonly complaints: readonly string[];
}

export interface MatrixOptions {
  readonly policy: 'unwind' | 'retry' | 'hold';
  readonly maxExposure?: string;
  /** Of an engine that ran before. */
  readonly dataDir?: string;
}

/** Resolves when it trades. */
export async function startMatrix(
  sim: TestSim,
  { policy, maxExposure = '0', dataDir }: MatrixOptions,
): Promise<MatrixRun> {
  const config = simConfig(sim.ready, {
    ...QUICK,
    execution: { ...QUICK.execution, hedge: { policy } },
    // Sets that wait for one venue may not keep the others from being opened.
    limits: { maxExposure, maxOpenLegSets: 30 },
  });
  const engine = startEngine({ config, ...(dataDir === undefined ? {} : { dataDir }) });
  await engine.reached('trades at every venue', (status) => isCalm(status) && status.legSets.filled >= 2, 60_000);
  return { sim, engine, maxExposure };
}

/** Plants the faults of a cell and waits for all that has to come of it. Never rejects: what did not come is complained of. */
export async function runCell(run: MatrixRun, cell: Cell): Promise<CellResult> {
  const { sim, engine } = run;
  const startedAt = Date.now();
  const complaints: string[] = [];
  try {
    const seen = await sightOf(engine, cell);
    if (!(await acted(sim, cell))) complaints.push('no fault met anything');
    await engine.reached('what is dead to be seen', seen, SILENCE_MS);
    const lateMs = Math.max(0, ...cell.faults.map(({ kind, ms = 0 }) => (kind === 'late-fill' ? ms : 0)));
    await engine.post('/v1/pause');
    const ledger = await settled(run, Date.now() + lateMs);
    complaints.push(...exposureComplaints(undefined, ledger, boundOf(run)));
    await engine.post('/v1/resume');
    await engine.reached('every venue live again', isCalm, CALM_MS);
  } catch (thrown) {
    complaints.push(messageOf(thrown));
    if (engine.process.isRunning) await engine.post('/v1/resume').catch(() => undefined);
  }
  return { cell, tookMs: Date.now() - startedAt, complaints: complaints.map((text) => `${cell.name}: ${text}`) };
}

/** Whether the engine has given up every connection that a cell makes half open: until then nothing shows that it is dead,
 *  and orders are lost in it. */
async function sightOf(engine: EngineProcess, { faults }: Cell): Promise<(status: EngineStatus) => boolean> {
  const dead = faults.filter(({ kind }) => kind === 'half-open');
  if (dead.length === 0) return () => true;
  const feedsLost = ({ venues }: EngineStatus, id: string): number =>
    venues.find((venue) => venue.id === id)?.reconnects ?? 0;
  const entriesLost = (id: string): number =>
    engine.process.logs().filter(({ msg, venue }) => msg === 'order entry lost' && venue === id).length;
  const before = await engine.status();
  const lostBefore = new Map(dead.map(({ venue }) => [venue, entriesLost(venue)]));
  return (status) =>
    dead.every(
      ({ venue, scope }) =>
        (scope === 'private' || feedsLost(status, venue) > feedsLost(before, venue)) &&
        (scope === 'public' || entriesLost(venue) > (lostBefore.get(venue) ?? 0)),
    );
}

/** What may be unmatched in one instrument. */
export const boundOf = ({ maxExposure }: Pick<MatrixRun, 'maxExposure'>): string =>
  exactText(exact(maxExposure) + exact(CRUMBS));

const isCalm = ({ state, venues }: EngineStatus): boolean =>
  state === 'running' &&
  venues.every(
    (venue) =>
      venue.state === 'live' &&
      venue.gatewayUp &&
      venue.breaker.state === 'closed' &&
      venue.instrumentBreakers === undefined,
  );

/** Plants, waits until all have acted, and lifts what did not. False: one alone, or both of a pair, met nothing. */
export async function acted(sim: TestSim, { faults }: Cell): Promise<boolean> {
  const before = await sim.faultsUsed();
  for (const fault of faults) await sim.plant(fault);
  const plantedAt = Date.now();
  let helpedAt = plantedAt;
  let used: Readonly<Record<string, number>> = {};
  const usesOf = ({ venue, kind }: FaultRequest): number =>
    (used[`${venue}/${kind}`] ?? 0) - (before[`${venue}/${kind}`] ?? 0);
  const isOver = (fault: FaultRequest): boolean =>
    LASTING_KINDS.has(fault.kind)
      ? Date.now() >= plantedAt + (fault.durationMs ?? 0)
      : usesOf(fault) >= (fault.count ?? 1);
  const timeoutMs = faults.length === 1 ? ACT_MS.alone : ACT_MS.inPair;
  while (Date.now() < plantedAt + timeoutMs) {
    used = await sim.faultsUsed();
    if (faults.every(isOver)) break;
    const unasked = faults.filter((fault) => REST_KINDS.has(fault.kind) && usesOf(fault) === 0);
    if (unasked.length > 0 && Date.now() >= helpedAt + HELP_EVERY_MS) {
      for (const { venue } of unasked) await provokeRequests(sim, venue);
      helpedAt = Date.now();
    }
    await pause(LOOK_MS);
  }
  await sim.lift();
  return faults.some((fault) => LASTING_KINDS.has(fault.kind) || usesOf(fault) > 0);
}

/** Most orders go over sockets. Those that are on their way when their connection is lost are asked for over REST, unless
 *  it is back before the first question; a book that lost a frame is then fetched anew, over REST too where the feed brings
 *  none. */
async function provokeRequests(sim: TestSim, venue: string): Promise<void> {
  const slowed = async (): Promise<number> => (await sim.faultsUsed())[`${venue}/slow`] ?? 0;
  const before = await slowed();
  await sim.plant({ venue, kind: 'slow', count: 3, ms: 400 });
  const deadline = Date.now() + SLOWED_MS;
  while ((await slowed()) === before && Date.now() < deadline) await pause(LOOK_MS / 4);
  await sim.plant({ venue, kind: 'disconnect', scope: 'private' });
  await sim.plant({ venue, kind: 'gap', count: 1 });
}

/** Waits until no leg set is open and the exchanges' balances are what the engine booked, to the last digit. */
async function settled({ sim, engine }: MatrixRun, notBefore: number): Promise<Ledger> {
  let open: unknown;
  let booked: unknown;
  let changed: unknown;
  return until(
    'leg sets to be closed, and booked as the exchanges did',
    async () => {
      const sets = openOrdersOf(readWal(engine.dataDir));
      open = sets;
      if (sets.length > 0 || Date.now() < notBefore) return false;
      const ledger = await sim.ledger();
      const { pnl } = await engine.status();
      changed = balanceChange(undefined, ledger);
      booked = new Tally().addAll(pnl).texts();
      return JSON.stringify(changed) === JSON.stringify(booked) ? ledger : false;
    },
    { timeoutMs: SETTLE_MS, everyMs: LOOK_MS, seen: () => ({ open, booked, changed }) },
  );
}

/** An engine that has asked too much already does not learn its final balances in the time that an end has. */
async function mayAsk(engine: EngineProcess): Promise<void> {
  const hasRoom = async (): Promise<boolean> => {
    const lines = (await (await fetch(`${engine.url()}/metrics`)).text()).split('\n');
    const valuesOf = (name: string): number[] =>
      lines.filter((line) => line.startsWith(`${name}{`)).map((line) => Number(line.slice(line.lastIndexOf(' '))));
    return (
      valuesOf('parallax_rate_left').every((left) => left >= 1) &&
      valuesOf('parallax_rate_closed_seconds').every((seconds) => seconds === 0)
    );
  };
  await until('every venue to take questions', hasRoom, { timeoutMs: SETTLE_MS, everyMs: LOOK_MS });
}

/** Ends the engine, and gathers what it and the exchanges left. */
export async function evidenceAtEnd({ sim, engine }: Pick<MatrixRun, 'sim' | 'engine'>): Promise<Evidence> {
  await mayAsk(engine);
  engine.process.signal('SIGTERM');
  await engine.process.end(20_000);
  const after = await sim.ledger();
  // The witness of `verify`, which embedded exchanges leave by themselves.
  writeFileSync(join(engine.dataDir, 'sim-ledger.json'), JSON.stringify(after));
  const verifier = parallax(['verify', '--data', engine.dataDir, '--json']);
  await verifier.end(60_000);
  const { findings } = JSON.parse(verifier.out) as Pick<Evidence, 'findings'>;
  const summary = engine.summary();
  return {
    after,
    journal: readJournal(engine.dataDir),
    wal: readWal(engine.dataDir),
    findings,
    ...(summary === undefined ? {} : { summary }),
  };
}

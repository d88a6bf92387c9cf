/** SIGKILL at seeded moments of an order's way, one engine after the other in one data folder; and what the exchanges,
 *  the journal and the log say when a last one has ended cleanly. */
import { join } from 'node:path';
import { CRASH_STAGES, type CrashAt, type CrashStage } from '../../src/actors/crash-point.ts';
import type { RunSummary } from '../../src/actors/summary.ts';
import { type Random, seededRandom } from '../../src/core/random.ts';
import { walFolder } from '../../src/record/journal-store.ts';
import { readEvidence } from '../../src/record/verify/read-evidence.ts';
import { verdictOn } from '../../src/record/verify/verify.ts';
import { entriesOf, readWalFolder } from '../../src/record/wal-files.ts';
import type { Ledger } from '../../src/sim/ledger.ts';
import { readJournal, readWal } from './agreement.ts';
import { complaintsOf } from './complaints.ts';
import type { CrashChild } from './crash-child.ts';
import { type RawConfig, simConfig } from './engine-config.ts';
import { newFolder } from './folders.ts';
import { ROOT, type Running, start } from './processes.ts';
import { shuffled } from './shuffled.ts';
import type { TestSim } from './sim.ts';
import { until } from './until.ts';
import { openOrdersOf } from './wal-state.ts';

/** A stage is passed so often at most before it kills. */
const MOST_PASSES = 12;
/** So many of ten moments are counted only while a leg set is open. */
const OPEN_OF_TEN = 9;
const WAIT_MS = 60_000;

export interface Crash {
  readonly stage: CrashStage;
  readonly hadOpenSet: boolean;
}

export interface CrashSeries {
  readonly crashes: readonly Crash[];
  readonly problems: readonly string[];
}

const CONFIG: Partial<RawConfig> = {
  log: { level: 'info' },
  api: { enabled: false },
  topology: 'fused',
  safety: { watchdog: false },
};

/** Kills once at each of `stages`, in random order, then lets an engine recover, trade and end, and compares. */
export async function crashSeries(sim: TestSim, stages: readonly CrashStage[], seed: number): Promise<CrashSeries> {
  const random = seededRandom(seed);
  const dataDir = newFolder();
  const before = await sim.ledger();
  const crashes: Crash[] = [];
  for (const stage of shuffled(stages, random)) {
    crashes.push(await crashOnce(sim, dataDir, momentOf(stage, random)));
  }
  const last = launch(sim, dataDir);
  await said(last, 'hasTraded');
  last.signal('SIGTERM');
  const ended = await last.end();
  const { summary } = JSON.parse(await said(last, 'summary')) as { summary: RunSummary };
  const problems = ended.code === 0 ? [] : [`the last run ended with ${JSON.stringify(ended)}: ${last.err}`];
  if (!summary.clean) problems.push(`the last run is not clean: ${JSON.stringify(summary.faults)}`);
  return { crashes, problems: [...problems, ...(await compared(sim, dataDir, before))] };
}

function momentOf(stage: CrashStage, random: Random): CrashAt {
  return { stage, pass: 1 + random.int(MOST_PASSES), whileOpen: random.int(10) < OPEN_OF_TEN };
}

async function crashOnce(sim: TestSim, dataDir: string, crashAt: CrashAt): Promise<Crash> {
  const engine = launch(sim, dataDir, crashAt);
  const { signal } = await engine.end(WAIT_MS);
  if (signal !== 'SIGKILL') throw new Error(`${JSON.stringify(crashAt)} did not kill it: ${engine.err.slice(-2_000)}`);
  const open = openOrdersOf(entriesOf(readWalFolder(walFolder(dataDir))));
  return { stage: crashAt.stage, hadOpenSet: open.length > 0 };
}

function launch(sim: TestSim, dataDir: string, crashAt?: CrashAt): Running {
  const child: CrashChild = {
    config: simConfig(sim.ready, CONFIG),
    dataDir,
    ...(crashAt === undefined ? {} : { crashAt }),
  };
  return start(process.execPath, [join(ROOT, 'test/support/crash-child.ts'), JSON.stringify(child)]);
}

const said = (engine: Running, key: string): Promise<string> =>
  until(key, () => engine.out.split('\n').find((line) => line.startsWith(`{"${key}"`)), {
    timeoutMs: WAIT_MS,
    seen: () => engine.err.slice(-2_000),
  });

/** Over all runs of the folder: no order twice or unknown to the log, no fill missing, balances equal. */
async function compared(sim: TestSim, dataDir: string, before: Ledger): Promise<string[]> {
  const after = await sim.ledger();
  const evidence = readEvidence(dataDir);
  const findings = evidence === undefined ? [] : verdictOn(evidence).findings;
  return complaintsOf({ before, after, journal: readJournal(dataDir), wal: readWal(dataDir), findings });
}

/** So many stages as kills are wanted, each as often as any other, in series of one each. */
export function seriesOf(kills: number): readonly (readonly CrashStage[])[] {
  const series = Math.ceil(kills / CRASH_STAGES.length);
  return Array.from({ length: series }, () => CRASH_STAGES);
}

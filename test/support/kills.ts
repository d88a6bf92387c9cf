/** SIGKILL at seeded moments with a leg set open, one engine after the other in the same data folder. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { seededRandom } from '../../src/core/random.ts';
import { LmdbJournalReader } from '../../src/record/journal-reader.ts';
import { journalFolder, walFolder } from '../../src/record/journal-store.ts';
import { entriesOf, readWalFolder } from '../../src/record/wal-files.ts';
import type { Ledger } from '../../src/sim/ledger.ts';
import { announced, readJournal } from './agreement.ts';
import { simConfig } from './engine-config.ts';
import { closedSets, startEngine } from './engine-process.ts';
import { newFolder } from './folders.ts';
import type { TestSim } from './sim.ts';
import { openOrdersOf } from './wal-state.ts';

export interface KillResult {
  /** Whether the write-ahead log says that a leg set was open when the engine died. */
  readonly hadOpenSet: boolean;
  /** What is wrong with what was left behind; empty when nothing is. */
  readonly problems: readonly string[];
}

const LONGEST_WAIT_MS = 250;

/** Makes the exchanges slow to answer, so that leg sets are open most of the time. */
export async function keepSetsOpen(sim: TestSim): Promise<void> {
  for (const venue of Object.keys(sim.ready.venues))
    await sim.plant({ venue, kind: 'slow', ms: 300, durationMs: 3_600_000 });
}

/** Starts an engine, waits for an open leg set and then for a random moment, kills it, looks at what is left. */
async function killOnce(sim: TestSim, dataDir: string, waitMs: number): Promise<KillResult> {
  const engine = startEngine({ config: simConfig(sim.ready, { log: { level: 'warn' } }), dataDir });
  const { run } = await engine.reached(
    'an open leg set',
    (status) => status.legSets.opened > closedSets(status),
    60_000,
  );
  await pause(waitMs);
  engine.process.signal('SIGKILL');
  const ended = await engine.process.end();
  const problems: string[] = [];
  if (ended.signal !== 'SIGKILL') problems.push(`it ended by itself: ${engine.process.err.slice(-1_000)}`);
  // Of all runs: this one may have hedged what another left open.
  const entries = entriesOf(readWalFolder(walFolder(dataDir)));
  const open = openOrdersOf(entries);
  const ids = announced(entries);
  for (const clientId of clientIdsOf(await sim.ledger(), clientIdPrefix(dataDir))) {
    if (!ids.has(clientId)) problems.push(`order ${clientId} was sent and does not stand in the log`);
  }
  const journal = readJournal(dataDir, { run });
  if (journal.runs.length !== 1) problems.push(`${journal.runs.length} records of run ${run} in the journal`);
  for (const { id } of journal.orders)
    if (!ids.has(id)) problems.push(`order ${id} is in the journal and not in the log`);
  const logged = new Set(
    entries.flatMap((entry) => (entry.kind === 'Filled' ? [fillKey(entry.venue, entry.fill)] : [])),
  );
  for (const { id } of journal.fills)
    if (!logged.has(id)) problems.push(`fill ${id} is in the journal and not in the log`);
  const closed = new Set(entries.flatMap((entry) => (entry.kind === 'LegSetClosed' ? [entry.legSet] : [])));
  for (const { id } of journal.legSets)
    if (!closed.has(id)) problems.push(`leg set ${id} is in the journal and not closed in the log`);
  return { hadOpenSet: open.length > 0, problems };
}

const fillKey = (venue: string, { symbol, tradeId }: { symbol: string; tradeId: string }): string =>
  `${venue}:${symbol}:${tradeId}`;

/** What the client ids of the newest executor in a data folder begin with: installation and epoch. */
function clientIdPrefix(dataDir: string): string {
  const { instance, epoch } = JSON.parse(readFileSync(join(dataDir, 'identity.json'), 'utf8')) as {
    instance: string;
    epoch: number;
  };
  return instance + epoch.toString(36).padStart(4, '0');
}

const clientIdsOf = (ledger: Ledger, prefix: string): string[] =>
  Object.values(ledger.venues).flatMap(({ orders }) =>
    orders.map(({ clientId }) => clientId).filter((clientId) => clientId.startsWith(prefix)),
  );

/** `count` kills one after the other in one data folder, and one clean start over what they left. */
export async function killSeries(sim: TestSim, count: number, seed: number): Promise<KillResult[]> {
  const random = seededRandom(seed);
  const dataDir = newFolder();
  const results: KillResult[] = [];
  for (let n = 0; n < count; n++)
    results.push(await killOnce(sim, dataDir, Math.floor(random.next() * LONGEST_WAIT_MS)));
  const reader = new LmdbJournalReader(journalFolder(dataDir), { readOnly: true });
  const runs = reader.read('Run').length;
  reader.close();
  if (runs !== count)
    results.push({ hadOpenSet: false, problems: [`${runs} runs in the journal after ${count} kills`] });
  return results;
}

/** An engine before all eight exchanges is killed by somebody else, at moments of the clock: while it trades, while it
 *  starts, while it recovers from the kill before; and orders meet faults all the while. */
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { type Random, seededRandom } from '../../src/core/random.ts';
import type { FaultKind } from '../../src/sim/fault-port.ts';
import { venueRegistry } from '../../src/venues/registry.ts';
import { readWal } from '../support/agreement.ts';
import { complaintsOf, summaryComplaints } from '../support/complaints.ts';
import { simConfig } from '../support/engine-config.ts';
import { type EngineProcess, startEngine } from '../support/engine-process.ts';
import { newFolder } from '../support/folders.ts';
import { evidenceAtEnd, SETTLE_MS } from '../support/matrix-run.ts';
import { allKnown } from '../support/sets-closed.ts';
import { startSim, type TestSim } from '../support/sim.ts';
import { faultOf } from '../support/storm.ts';
import { openOrdersOf } from '../support/wal-state.ts';

const KILLS = 10;
const seed = Number(process.env['PARALLAX_TEST_SEED'] ?? Date.now() % 1_000_000);
const VENUES = [...venueRegistry.keys()];
const OF_ORDERS: readonly FaultKind[] = ['late-fill', 'timeout-after-accept', 'timeout-before-accept', 'partial'];

/** So many of four engines are let begin to trade. */
const TRADING_OF_FOUR = 3;
/** After which a random moment is waited for, of this length at most. */
const LIFE_MS = 3_000;
/** Who is started again at once, again and again, has soon asked Kraken for all that it grants. */
const DOWN_MS = 5_000;
/** A start may find that all the same, and asks again. */
const CALLS_USED_UP = 'venue/refused: kraken: reading balances: EAPI:Rate limit exceeded';

it(`killed at ${KILLS} moments of the clock, seed ${seed}, it loses nothing at any venue`, async () => {
  const sim = await startSim({ seed, venues: VENUES });
  const random = seededRandom(seed);
  const dataDir = newFolder();
  const start = (): EngineProcess => startEngine({ config: simConfig(sim.ready, { log: { level: 'warn' } }), dataDir });
  let withOpenSet = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const engine = start();
    if (random.int(4) < TRADING_OF_FOUR) await engine.reached('trading', ({ legSets }) => legSets.opened > 0, 60_000);
    await plantSome(sim, random);
    await pause(random.next() * LIFE_MS);
    engine.process.signal('SIGKILL');
    expect((await engine.process.end()).signal, engine.process.err.slice(-2_000)).toBe('SIGKILL');
    if (openOrdersOf(readWal(dataDir)).length > 0) withOpenSet++;
    await pause(random.next() * DOWN_MS);
  }
  await sim.lift();
  const last = start();
  await last.reached('trading again', ({ legSets }) => legSets.filled > 3, 60_000);
  await allKnown(last, SETTLE_MS);
  // Of the last run alone; all else is of all runs.
  const { summary, ...evidence } = await evidenceAtEnd({ sim, engine: last });
  console.info(
    `${KILLS} kills from outside, ${withOpenSet} of them with a leg set open, seed ${seed}: ` +
      `${evidence.journal.legSets.length} leg sets, ${evidence.journal.fills.length} fills`,
  );
  expect(
    [
      ...complaintsOf(evidence),
      ...(summary === undefined ? ['there is no summary'] : summaryComplaints(summary)).filter(
        (complaint) => complaint !== CALLS_USED_UP,
      ),
    ],
    `seed ${seed}`,
  ).toEqual([]);
  expect(withOpenSet, `seed ${seed}`).toBeGreaterThan(0);
  await sim.close();
});

async function plantSome(sim: TestSim, random: Random): Promise<void> {
  for (const kind of OF_ORDERS) {
    if (random.next() < 0.6) await sim.plant(faultOf(kind, VENUES[random.int(VENUES.length)] ?? '', random));
  }
}

/** A group of the fault matrix: exchanges, one engine, its cells one after the other, and the judgement of all of it, which
 *  is seen to object to books that are wrong. */
import { expect } from 'vitest';
import type { LegSetState } from '../../src/core/records.ts';
import { complaintsOf, type Evidence, exposureComplaints, summaryComplaints } from './complaints.ts';
import { exact, exactText } from './exact.ts';
import type { Cell } from './fault-cells.ts';
import { boundOf, type CellResult, evidenceAtEnd, type MatrixOptions, runCell, startMatrix } from './matrix-run.ts';
import { startSim } from './sim.ts';

export interface MatrixGroup extends Omit<MatrixOptions, 'dataDir'> {
  readonly seed: number;
  readonly venues: readonly string[];
  readonly cells: readonly Cell[];
}

export async function throughCells({ seed, venues, cells, ...options }: MatrixGroup): Promise<void> {
  const sim = await startSim({ seed, venues });
  try {
    const run = await startMatrix(sim, options);
    const results: CellResult[] = [];
    for (const cell of cells) {
      const result = await runCell(run, cell);
      results.push(result);
      // What is wrong once is wrong in all that follows.
      if (result.complaints.length > 0) break;
    }
    const evidence = await evidenceAtEnd(run);
    tellOf(results, evidence, `policy ${options.policy}, seed ${seed}`);
    expect(
      [
        ...results.flatMap(({ complaints }) => complaints),
        ...complaintsOf(evidence),
        ...exposureComplaints(undefined, evidence.after, boundOf(run)),
        ...(evidence.summary === undefined ? ['there is no summary'] : summaryComplaints(evidence.summary)),
        ...storiesOf(evidence, ['residual', 'unknown']),
      ],
      `seed ${seed}`,
    ).toEqual([]);
    expectObjections(evidence);
  } finally {
    await sim.close();
  }
}

export function tellOf(results: readonly CellResult[], { journal, after }: Evidence, what: string): void {
  const tookMs = results.map((result) => result.tookMs);
  const slowest = results.reduce((a, b) => (a.tookMs > b.tookMs ? a : b));
  const total = tookMs.reduce((sum, each) => sum + each, 0);
  const pairs = results.filter(({ cell }) => cell.faults.length > 1).length;
  console.info(
    `fault matrix over ${Object.keys(after.venues).join(', ')}, ${what}: ${results.length - pairs} faults alone and ` +
      `${pairs} pairs in ${Math.round(total / 1000)} s (longest: ${slowest.cell.name}, ${slowest.tookMs} ms); ` +
      `${journal.legSets.length} leg sets, ${journal.orders.length} orders, ${journal.fills.length} fills`,
  );
}

/** All that the log has of sets that were closed so: how it came to that. */
function storiesOf({ journal, wal }: Evidence, states: readonly LegSetState[]): string[] {
  const odd = new Set(journal.legSets.flatMap(({ id, state }) => (states.includes(state) ? [id] : [])));
  return wal.filter((entry) => 'legSet' in entry && odd.has(entry.legSet)).map((entry) => JSON.stringify(entry));
}

/** What is complained of when one book of this very run is wrong in one place. */
export function expectObjections(evidence: Evidence): void {
  expect(complaintsOf(withoutLedgerFill(evidence))).toContainEqual(expect.stringMatching(/^fills of the ledger/));
  expect(complaintsOf(withoutJournalFill(evidence))).toContainEqual(expect.stringMatching(/^fills of the ledger/));
  expect(complaintsOf(withDoubledOrder(evidence))).toContainEqual(expect.stringMatching(/ has order \S+ twice$/));
  const off = withUnmatchedBitcoin(evidence);
  expect(complaintsOf(off)).toContainEqual(expect.stringMatching(/^balances of the ledger and its own fills/));
  expect(exposureComplaints(undefined, off.after, '1000')).toHaveLength(1);
}

const venueOfFills = ({ venues }: Evidence['after']): string =>
  Object.keys(venues).find((venue) => (venues[venue]?.fills.length ?? 0) > 0) ?? '';

function changeVenue(evidence: Evidence, change: (ledger: VenueLedger) => VenueLedger): Evidence {
  const venue = venueOfFills(evidence.after);
  const ledger = evidence.after.venues[venue];
  if (ledger === undefined) throw new Error('no venue has a fill');
  return { ...evidence, after: { ...evidence.after, venues: { ...evidence.after.venues, [venue]: change(ledger) } } };
}

type VenueLedger = Evidence['after']['venues'][string];

const withoutLedgerFill = (evidence: Evidence): Evidence =>
  changeVenue(evidence, (ledger) => ({ ...ledger, fills: ledger.fills.slice(1) }));

const withoutJournalFill = ({ journal, ...rest }: Evidence): Evidence => ({
  ...rest,
  journal: { ...journal, fills: journal.fills.slice(1) },
});

const withDoubledOrder = (evidence: Evidence): Evidence =>
  changeVenue(evidence, (ledger) => ({
    ...ledger,
    orders: [...ledger.orders, ...ledger.orders.slice(-1).map((order) => ({ ...order, orderId: `${order.orderId}0` }))],
  }));

const withUnmatchedBitcoin = (evidence: Evidence): Evidence =>
  changeVenue(evidence, (ledger) => {
    const { BTC } = ledger.balances;
    if (BTC === undefined) throw new Error('no balance of BTC');
    const total = exactText(exact(BTC.total) + exact('1'));
    return { ...ledger, balances: { ...ledger.balances, BTC: { ...BTC, total } } };
  });

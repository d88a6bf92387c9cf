/** scan/<venues>x<instruments>: what the detector spends on one changed row (ring, seqlock read, pricing against every
 *  other venue in both directions), against the bare comparison over plain arrays. */
import { createMarket } from './market.ts';
import { type Bench, type BenchRow, type Budget, OURS, takeTurns, toRow } from './rounds.ts';

const SHAPES: readonly (readonly [venues: number, instruments: number])[] = [
  [2, 5],
  [7, 50],
];

/** Code is slow until it has run some ten thousand times. */
const WARM_ROUNDS = 20;

async function scanRow(name: string, venues: number, instruments: number, budget: Budget): Promise<BenchRow> {
  const market = createMarket(venues, instruments);
  const { rows, bids, asks, detector } = market;
  const kept = (1 - market.taker) * (1 - market.taker);

  /** Rows of one venue are contiguous: row = venue × instruments + instrument. */
  const bareLoop = (): number => {
    let found = 0;
    for (let row = 0; row < rows; row++) {
      const bid = bids[row] as number;
      const ask = asks[row] as number;
      for (let other = row % instruments; other < rows; other += instruments) {
        if (other === row) continue;
        if ((bids[other] as number) * kept > ask) found++;
        if (bid * kept > (asks[other] as number)) found++;
      }
    }
    return found;
  };

  /** Nanoseconds a row; publishing is not counted. */
  const measure = (pass: () => number): number => {
    let spentMs = 0;
    let passes = 0;
    while (spentMs < budget.roundMs / 2) {
      market.publish();
      const from = performance.now();
      pass();
      spentMs += performance.now() - from;
      passes++;
    }
    return (spentMs * 1e6) / (passes * rows);
  };
  const scan = (): number => {
    const done = detector.doWork();
    if (done < rows) throw new Error(`the detector took ${done} of ${rows} changed rows`);
    return done;
  };
  const warmUntil = performance.now() + budget.roundMs * WARM_ROUNDS;
  while (performance.now() < warmUntil) {
    market.publish();
    scan();
    bareLoop();
  }
  const rounds = await takeTurns(
    [
      { name: OURS, measure: () => measure(scan) },
      { name: 'bare-loop', measure: () => measure(bareLoop) },
    ],
    budget.rounds,
  );
  const note = `all ${rows} rows changed, none crossed; ours includes the dirty ring, the seqlock copy of the row, trust and heartbeat checks, counters`;
  return toRow({ name, unit: 'ns/row', note }, rounds);
}

export const scanBenches: readonly Bench[] = SHAPES.map(([venues, instruments]) => {
  const name = `scan/${venues}x${instruments}`;
  return { rows: [name], run: async (_wanted, budget) => [await scanRow(name, venues, instruments, budget)] };
});

/** A market of made-up venues in real shared memory: universe, quote table, rings, and a detector on top. */

import { SharedViews, shapeOf } from '../src/actors/context.ts';
import { systemClock } from '../src/core/clock.ts';
import type { FilterConfig } from '../src/core/filter-config.ts';
import { seededRandom } from '../src/core/random.ts';
import { buildUniverse } from '../src/core/universe.ts';
import { Detector } from '../src/engine/detector.ts';
import { DirtyProducer } from '../src/memory/dirty-ring.ts';
import { Doorbell } from '../src/memory/doorbell.ts';
import { allocate, planLayout, QUOTE } from '../src/memory/layout.ts';
import { QuoteWriter } from '../src/memory/quote-table.ts';
import { fillRow } from './full-row.ts';

const TAKER = 0.001;

export interface Market {
  readonly detector: Detector;
  readonly rows: number;
  /** By row: the best prices that `publish` gave it last. */
  readonly bids: Float64Array;
  readonly asks: Float64Array;
  readonly taker: number;
  /** Moves every row's price a little, never across another venue's, publishes it and marks it changed. */
  publish(): void;
}

export function createMarket(venues: number, instruments: number, filters: readonly FilterConfig[] = []): Market {
  const ids = Array.from({ length: instruments }, (_, index) => `B${index}-USDT`);
  const names = Array.from({ length: venues }, (_, index) => `v${index}`);
  const universe = buildUniverse(
    ids,
    names.map((venue) => ({
      venue,
      fees: { taker: String(TAKER), maker: String(TAKER) },
      listings: ids.map((instrument) => ({
        venue,
        instrument,
        base: instrument.split('-')[0] ?? '',
        quote: 'USDT',
        symbol: instrument,
        trading: true,
        priceTick: '0.01',
        sizeLot: '0.0001',
        minSize: '0.0001',
      })),
    })),
  );
  const shape = shapeOf(universe);
  const views = new SharedViews(allocate(planLayout(shape)), shape);
  const { buffer, layout, control } = views;
  const clock = systemClock();
  for (let venue = 0; venue < venues; venue++) {
    control.setIncarnation(venue, 1);
    control.acknowledge(venue, 1);
    control.setGatewayUp(venue, true);
  }
  const detector = new Detector({
    universe,
    buffer,
    layout,
    control,
    clock,
    settings: {
      run: 'bench',
      minEdgeBps: 1,
      maxEdgeBps: 300,
      maxNotional: 2000,
      minProfit: 0,
      cooldownNs: 0,
      maxPriceRatio: 1e9,
      maxHeartbeatAgeNs: 60e9,
      filters,
    },
    records: { tryWrite: () => true },
    counters: views.detectorCounters(),
    reasons: views.reasonCounters('detector'),
    filterCounters: views.filterCounters(),
    wireToDecision: views.latency('wireToDecision'),
    executorBell: new Doorbell(buffer, layout, 'executor'),
    firstIntent: 1,
    firstOpportunity: 1,
  });
  const writer = new QuoteWriter(buffer, layout);
  const producers = names.map((_, venue) => new DirtyProducer(buffer, layout, venue));
  const random = seededRandom(11);
  const rows = universe.rows.length;
  const bids = new Float64Array(rows);
  const asks = new Float64Array(rows);
  const words = new Float64Array(QUOTE.STRIDE);
  let sequence = 0;
  return {
    detector,
    rows,
    bids,
    asks,
    taker: TAKER,
    publish() {
      sequence++;
      const now = clock.monotonicNs();
      for (const { row, venueIndex } of universe.rows) {
        // Mids differ by less than half the spread of any two venues: nothing is ever crossed.
        const middle = 6_000_000 + random.int(100);
        const bid = middle - 200;
        const ask = middle + 200;
        bids[row] = bid;
        asks[row] = ask;
        fillRow(words, { bid, ask, lots: 1000, at: now });
        words[QUOTE.VENUE_SEQ] = sequence;
        writer.publish(row, words);
        producers[venueIndex]?.mark(row);
      }
      for (let venue = 0; venue < venues; venue++) control.beat(venue, now);
    },
  };
}

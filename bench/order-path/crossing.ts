/** One instrument at two venues, bought at the first for less than the second gives. */
import type { SharedViews } from '../../src/actors/context.ts';
import { QUOTE } from '../../src/memory/layout.ts';
import { QuoteWriter } from '../../src/memory/quote-table.ts';
import { fillRow } from '../full-row.ts';

export const INSTRUMENT = 'BTC-USDT';
export const LISTING = {
  instrument: INSTRUMENT,
  base: 'BTC',
  quote: 'USDT',
  trading: true,
  priceTick: '0.01',
  sizeLot: '0.00001',
  minSize: '0.00001',
  minNotional: '5',
} as const;
/** On that grid: 60,000.00 here, 60,300.00 there, 0.02 BTC. */
export const ASK = 6_000_000;
export const BID = 6_030_000;
export const LOTS = 2_000;
const TOPS = [
  [ASK - 1, ASK],
  [BID, BID + 1],
] as const;

export class Crossing {
  readonly #views: SharedViews;
  readonly #writer: QuoteWriter;
  readonly #words = new Float64Array(QUOTE.STRIDE);

  constructor(views: SharedViews) {
    this.#views = views;
    this.#writer = new QuoteWriter(views.buffer, views.layout);
  }

  /** Both rows as their feeds write them, and a beat of each feed. `now`: monotonic ns. */
  publish(now: number): void {
    for (const [row, [bid, ask]] of TOPS.entries()) {
      fillRow(this.#words, { bid, ask, lots: LOTS, at: now });
      this.#writer.publish(row, this.#words);
      this.#views.control.beat(row, now);
    }
  }
}

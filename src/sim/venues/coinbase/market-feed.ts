/** The public channels of one instrument: `level2` (the whole book, then changes every 50 ms), `ticker` (250 ms),
 *  `ticker_batch` (5 s), `market_trades` (100 ms).
 *  Source: https://docs.cdp.coinbase.com/coinbase-app/advanced-trade-apis/websocket/websocket-channels. It says 250 ms of
 *  `market_trades`, and "every match" of `ticker`; recorded in August 2026 are the steps above, and a ticker whenever
 *  the best prices changed. */
import { BookWindow, isEmpty, WHOLE_BOOK } from '../../book-window.ts';
import { monotonicMs } from '../../clock-readings.ts';
import { DepthFaults } from '../../depth-faults.ts';
import type { VenueFaults } from '../../fault-port.ts';
import type { ExchangeEvent, ExchangePort, SimInstrument, SimTrade } from '../../port.ts';
import type { Days } from './days.ts';
import { levelUpdates, tickerRow, tradeRow } from './market-rows.ts';

export interface Subscriber {
  /** Numbers and sends a message. @param depth what planted faults make of it, where it is one of the book's changes */
  push(channel: string, events: string, depth?: DepthFaults): void;
}

export const FEED_CHANNELS = ['level2', 'ticker', 'ticker_batch', 'market_trades'] as const;
export type FeedChannel = (typeof FEED_CHANNELS)[number];

/** Messages go out at whole multiples of these, as recorded. */
const CADENCE_MS: Readonly<Record<FeedChannel, number>> = {
  level2: 50,
  ticker: 250,
  ticker_batch: 5000,
  market_trades: 100,
};
/** Trades in the snapshot of `market_trades`. */
const TRADES_SHOWN = 100;

export class MarketFeed {
  readonly #instrument: SimInstrument;
  readonly #exchange: ExchangePort;
  readonly #faults: VenueFaults;
  readonly #days: Days;
  readonly #subscribers: Readonly<Record<FeedChannel, Set<Subscriber>>>;
  /** What becomes of each subscriber's own `level2` frames: sequence numbers are per connection. */
  readonly #depth = new Map<Subscriber, DepthFaults>();
  readonly #timers = new Map<FeedChannel, () => void>();
  readonly #window = new BookWindow(WHOLE_BOOK);
  #changedAt = 0;
  #trades: SimTrade[] = [];

  constructor(instrument: SimInstrument, exchange: ExchangePort, faults: VenueFaults, days: Days) {
    this.#instrument = instrument;
    this.#exchange = exchange;
    this.#faults = faults;
    this.#days = days;
    this.#changedAt = exchange.clock.wallMs();
    this.#subscribers = {
      level2: new Set(),
      ticker: new Set(),
      ticker_batch: new Set(),
      market_trades: new Set(),
    };
  }

  /** Sends the channel's snapshot at once; its acknowledgement comes after it (recorded). */
  add(channel: FeedChannel, subscriber: Subscriber): void {
    const listeners = this.#subscribers[channel];
    if (channel === 'level2') {
      if (listeners.size === 0) this.#window.follow(this.#exchange, this.#instrument);
      // What is waiting goes to the others first, so that the next change follows every snapshot.
      else this.#tell('level2');
      this.#depth.set(subscriber, new DepthFaults(this.#faults, this.#instrument.id));
    }
    subscriber.push(channel === 'level2' ? 'l2_data' : channel, this.#snapshot(channel));
    listeners.add(subscriber);
  }

  remove(channel: FeedChannel, subscriber: Subscriber): void {
    this.#subscribers[channel].delete(subscriber);
    if (channel === 'level2') this.#depth.delete(subscriber);
  }

  close(): void {
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  onEvent(event: ExchangeEvent): void {
    if (event.kind === 'BookChanged') {
      this.#changedAt = event.at;
      if (this.#subscribers.level2.size === 0) return;
      this.#window.apply(event.changes);
      this.#arm('level2');
    } else if (event.kind === 'TopChanged') {
      this.#arm('ticker');
    } else if (event.kind === 'Traded') {
      this.#arm('ticker');
      this.#arm('ticker_batch');
      if (this.#subscribers.market_trades.size === 0) return;
      this.#trades.push(event.trade);
      this.#arm('market_trades');
    }
  }

  #arm(channel: FeedChannel): void {
    if (this.#timers.has(channel) || this.#subscribers[channel].size === 0) return;
    const cadence = CADENCE_MS[channel];
    const wait = cadence - (monotonicMs(this.#exchange.clock) % cadence);
    const tell = (): void => {
      this.#timers.delete(channel);
      this.#tell(channel);
    };
    this.#timers.set(channel, this.#exchange.clock.after(Math.max(1, Math.ceil(wait)), tell));
  }

  #tell(channel: FeedChannel): void {
    if (channel === 'level2') {
      this.#tellLevels();
      return;
    }
    const events = channel === 'market_trades' ? this.#takeTrades() : this.#ticker(channel, 'update');
    if (events === undefined) return;
    for (const subscriber of this.#subscribers[channel]) subscriber.push(channel, events);
  }

  #tellLevels(): void {
    const changes = this.#window.takeChanges();
    if (isEmpty(changes)) return;
    const events = this.#levels('update', levelUpdates(this.#instrument, changes, this.#changedAt));
    for (const subscriber of this.#subscribers.level2) {
      subscriber.push('l2_data', events, this.#depth.get(subscriber));
    }
  }

  #snapshot(channel: FeedChannel): string {
    if (channel === 'level2') {
      const updates = levelUpdates(this.#instrument, this.#window.levels(), this.#changedAt);
      return this.#levels('snapshot', updates);
    }
    if (channel !== 'market_trades') return this.#ticker(channel, 'snapshot');
    const trades = this.#exchange.trades(this.#instrument, TRADES_SHOWN).map(tradeRow).reverse();
    return JSON.stringify([{ type: 'snapshot', trades }]);
  }

  #levels(type: 'snapshot' | 'update', updates: readonly object[]): string {
    return JSON.stringify([{ type, product_id: this.#instrument.symbol, updates }]);
  }

  #ticker(channel: 'ticker' | 'ticker_batch', type: 'snapshot' | 'update'): string {
    const top = channel === 'ticker' ? this.#exchange.top(this.#instrument) : undefined;
    return JSON.stringify([{ type, tickers: [tickerRow(this.#instrument, this.#days, top)] }]);
  }

  /** Newest first, as recorded. */
  #takeTrades(): string | undefined {
    if (this.#trades.length === 0) return undefined;
    const trades = this.#trades.map(tradeRow).reverse();
    this.#trades = [];
    return JSON.stringify([{ type: 'update', trades }]);
  }
}

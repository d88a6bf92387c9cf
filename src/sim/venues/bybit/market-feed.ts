/** The public channels of one instrument. */
import type { VenueFaults } from '../../fault-port.ts';
import type { ExchangeEvent, ExchangePort, SimInstrument } from '../../port.ts';
import type { Subscriber } from '../../subscriber.ts';
import { DepthChannel } from './depth-channel.ts';
import { GridTimer } from './grid-timer.ts';
import { tradeRow } from './market-rows.ts';
import type { Sequences } from './sequences.ts';
import type { Tickers } from './tickers.ts';
import { TopChannel } from './top-channel.ts';
import { DEPTHS, type PublicChannel } from './topics.ts';

/** "Push frequency: … Spot - 50ms" (https://bybit-exchange.github.io/docs/v5/websocket/public/ticker). */
const TICKER_MS = 50;
/** Recorded: without trades a ticker goes out every second, as its index price moves. */
const QUIET_TICKER_MS = 1000;
/** "A single message may have up to 1024 trades." */
const MOST_TRADES = 1024;

export class MarketFeed {
  readonly #instrument: SimInstrument;
  readonly #exchange: ExchangePort;
  readonly #tickers: Tickers;
  readonly #sequences: Sequences;
  readonly #top: TopChannel;
  readonly #depths: ReadonlyMap<PublicChannel, DepthChannel>;
  readonly #tickerTimer: GridTimer;
  readonly #tickerSubscribers = new Set<Subscriber>();
  readonly #tradeSubscribers = new Set<Subscriber>();
  #cancelQuiet: () => void = () => {};
  #trades: object[] = [];

  constructor(
    instrument: SimInstrument,
    exchange: ExchangePort,
    faults: VenueFaults,
    { tickers, sequences }: { readonly tickers: Tickers; readonly sequences: Sequences },
  ) {
    this.#instrument = instrument;
    this.#exchange = exchange;
    this.#tickers = tickers;
    this.#sequences = sequences;
    this.#top = new TopChannel(instrument, exchange);
    this.#depths = new Map(
      DEPTHS.map((kind) => [`orderbook.${kind.depth}`, new DepthChannel(instrument, exchange, faults, kind)] as const),
    );
    this.#tickerTimer = new GridTimer(exchange.clock, TICKER_MS, () => this.#tellTicker());
  }

  /** `u` of `GET /v5/market/orderbook`: that of the 1000-level topic. */
  get updateId(): number {
    return this.#depths.get('orderbook.1000')?.updateId ?? 0;
  }

  add(channel: PublicChannel, subscriber: Subscriber): void {
    if (channel === 'orderbook.1') this.#top.add(subscriber);
    else if (channel === 'publicTrade') this.#tradeSubscribers.add(subscriber);
    else if (channel === 'tickers') {
      this.#tickerSubscribers.add(subscriber);
      subscriber.push(this.#tickerFrame());
      if (this.#tickerSubscribers.size === 1) this.#armQuiet();
    } else this.#depths.get(channel)?.add(subscriber);
  }

  remove(channel: PublicChannel, subscriber: Subscriber): void {
    if (channel === 'orderbook.1') this.#top.remove(subscriber);
    else if (channel === 'publicTrade') this.#tradeSubscribers.delete(subscriber);
    else if (channel === 'tickers') {
      this.#tickerSubscribers.delete(subscriber);
      if (this.#tickerSubscribers.size === 0) this.#stopTicker();
    } else this.#depths.get(channel)?.remove(subscriber);
  }

  close(): void {
    this.#top.close();
    for (const depth of this.#depths.values()) depth.close();
    this.#stopTicker();
    this.#trades = [];
  }

  onEvent(event: ExchangeEvent): void {
    if (event.kind === 'BookChanged') {
      for (const depth of this.#depths.values()) depth.onChange(event);
    } else if (event.kind === 'TopChanged') this.#top.onTop(event.top, event.at);
    else if (event.kind === 'Traded') {
      if (this.#tickerSubscribers.size > 0) this.#tickerTimer.arm();
      if (this.#tradeSubscribers.size === 0) return;
      // Trades of one taker go out together.
      if (this.#trades.length === 0) queueMicrotask(() => this.#tellTrades());
      this.#trades.push(tradeRow(event.trade, this.#sequences.of(event.trade)));
    }
  }

  #tellTrades(): void {
    const rows = this.#trades;
    this.#trades = [];
    for (let from = 0; from < rows.length; from += MOST_TRADES) {
      const frame = JSON.stringify({
        topic: `publicTrade.${this.#instrument.symbol}`,
        ts: this.#wallMs(),
        type: 'snapshot',
        data: rows.slice(from, from + MOST_TRADES),
      });
      for (const subscriber of this.#tradeSubscribers) subscriber.push(frame);
    }
  }

  #tellTicker(): void {
    const frame = this.#tickerFrame();
    for (const subscriber of this.#tickerSubscribers) subscriber.push(frame);
    this.#armQuiet();
  }

  #armQuiet(): void {
    this.#cancelQuiet();
    this.#cancelQuiet = this.#exchange.clock.after(QUIET_TICKER_MS, () => this.#tellTicker());
  }

  #stopTicker(): void {
    this.#tickerTimer.stop();
    this.#cancelQuiet();
  }

  #tickerFrame(): string {
    return JSON.stringify({
      topic: `tickers.${this.#instrument.symbol}`,
      ts: this.#wallMs(),
      type: 'snapshot',
      cs: this.#sequences.now(this.#instrument),
      data: this.#tickers.row(this.#instrument),
    });
  }

  #wallMs(): number {
    return Math.floor(this.#exchange.clock.wallMs());
  }
}

/** The public channels of one instrument: `books` (400 levels, snapshot then changes every 100 ms), `books5` (100 ms),
 *  `bbo-tbt` (10 ms), `tickers` (100 ms) and `trades` (at once).
 *  Source: https://www.okx.com/docs-v5/en/#order-book-trading-market-data-ws-order-book-channel; `seqId` is one line of
 *  numbers for all of an instrument's book channels, so `bbo-tbt` and `books` can be compared. */
import { isEmpty, type Sides } from '../../book-window.ts';
import { CadencedBook } from '../../cadenced-book.ts';
import { DepthFaults } from '../../depth-faults.ts';
import type { VenueFaults } from '../../fault-port.ts';
import { Paced } from '../../paced.ts';
import type { ExchangeEvent, ExchangePort, SimInstrument, TopOfBook } from '../../port.ts';
import type { Subscriber } from '../../subscriber.ts';
import { Ticks } from '../../ticks.ts';
import { bookRow, topRow, tradeRow } from './market-rows.ts';
import type { Tickers } from './tickers.ts';

/** Levels a side of `books` and of `GET /market/books`. */
export const BOOK_DEPTH = 400;

export const FEED_CHANNELS = ['books', 'books5', 'bbo-tbt', 'tickers', 'trades'] as const;
export type FeedChannel = (typeof FEED_CHANNELS)[number];

const CADENCE_MS = 100;
const TOP_CADENCE_MS = 10;
/** Without a change for this long `books` says so: no levels, `prevSeqId` equal to `seqId`. */
const STILL_ALIVE_MS = 60_000;

export class InstrumentFeed {
  readonly #instrument: SimInstrument;
  readonly #exchange: ExchangePort;
  readonly #tickers: Tickers;
  readonly #subscribers: Readonly<Record<Exclude<FeedChannel, 'books'>, Set<Subscriber>>>;
  readonly #books: CadencedBook;
  readonly #ticks: Ticks;
  readonly #top: Paced;
  /** When `books` was last told anything. */
  #toldAtMs = 0;
  #top5 = '';
  #tickerDirty = false;
  #pendingTop: TopOfBook | undefined;

  constructor(instrument: SimInstrument, exchange: ExchangePort, faults: VenueFaults, tickers: Tickers) {
    this.#instrument = instrument;
    this.#exchange = exchange;
    this.#tickers = tickers;
    this.#ticks = new Ticks(
      exchange.clock,
      CADENCE_MS,
      () => this.#wantsTicks(),
      () => this.#tick(),
    );
    this.#top = new Paced(exchange.clock, TOP_CADENCE_MS, () => this.#tellTop());
    this.#books = new CadencedBook(instrument, exchange, {
      depth: BOOK_DEPTH,
      faults: new DepthFaults(faults, instrument.id),
      frames: {
        begin: () => {
          this.#toldAtMs = this.#now();
        },
        snapshot: (sides, id) => this.#frame('books', bookRow(instrument, sides, this.#now(), id), 'snapshot'),
        update: (sides, ids) => this.#updateFrame(sides, ids),
      },
    });
    this.#subscribers = {
      books5: new Set(),
      'bbo-tbt': new Set(),
      tickers: new Set(),
      trades: new Set(),
    };
  }

  add(channel: FeedChannel, subscriber: Subscriber): void {
    if (channel === 'books') this.#books.add(subscriber);
    else this.#subscribers[channel].add(subscriber);
    if (channel === 'books5') this.#top5 = '';
    if (channel === 'tickers')
      subscriber.push(this.#frame('tickers', this.#tickers.row(this.#instrument, this.#now())));
    if (channel === 'bbo-tbt') subscriber.push(this.#topFrame(this.#exchange.top(this.#instrument)));
    this.#ticks.arm();
  }

  remove(channel: FeedChannel, subscriber: Subscriber): void {
    if (channel === 'books') this.#books.remove(subscriber);
    else this.#subscribers[channel].delete(subscriber);
  }

  close(): void {
    this.#ticks.stop();
    this.#top.close();
  }

  onEvent(event: ExchangeEvent): void {
    if (event.kind === 'BookChanged') {
      this.#books.onBook(event);
    } else if (event.kind === 'TopChanged') {
      this.#tickerDirty = true;
      this.#onTop(event.top);
    } else if (event.kind === 'Traded') {
      this.#tickerDirty = true;
      const { trades } = this.#subscribers;
      if (trades.size === 0) return;
      const seqId = this.#exchange.top(this.#instrument).updateId;
      this.#send(trades, this.#frame('trades', tradeRow(event.trade, seqId)));
    }
  }

  // — every 100 ms —

  #wantsTicks(): boolean {
    const { books5, tickers } = this.#subscribers;
    return this.#books.size + books5.size + tickers.size > 0;
  }

  #tick(): void {
    this.#books.tick();
    this.#tellBooks5();
    this.#tellTicker();
  }

  #updateFrame(sides: Sides, { id, previous }: { readonly id: number; readonly previous: number }): string | undefined {
    const now = this.#now();
    if (isEmpty(sides) && now - this.#toldAtMs < STILL_ALIVE_MS) return undefined;
    this.#toldAtMs = now;
    return this.#frame('books', bookRow(this.#instrument, sides, now, id, previous), 'update');
  }

  #tellBooks5(): void {
    const { books5 } = this.#subscribers;
    if (books5.size === 0) return;
    const book = this.#exchange.book(this.#instrument, 5);
    const levels = JSON.stringify([book.bids, book.asks]);
    if (levels === this.#top5) return;
    this.#top5 = levels;
    this.#send(books5, this.#frame('books5', bookRow(this.#instrument, book, this.#now(), book.updateId)));
  }

  #tellTicker(): void {
    const { tickers } = this.#subscribers;
    if (tickers.size === 0 || !this.#tickerDirty) return;
    this.#tickerDirty = false;
    this.#send(tickers, this.#frame('tickers', this.#tickers.row(this.#instrument, this.#now())));
  }

  // — every 10 ms —

  #onTop(top: TopOfBook): void {
    if (this.#subscribers['bbo-tbt'].size === 0) return;
    this.#pendingTop = top;
    this.#top.mark();
  }

  #tellTop(): void {
    const top = this.#pendingTop;
    if (top === undefined) return;
    this.#pendingTop = undefined;
    this.#send(this.#subscribers['bbo-tbt'], this.#topFrame(top));
  }

  #topFrame(top: TopOfBook): string {
    return this.#frame('bbo-tbt', topRow(this.#instrument, top, this.#now()));
  }

  #frame(channel: FeedChannel, row: object, action?: 'snapshot' | 'update'): string {
    const arg = { channel, instId: this.#instrument.symbol };
    return JSON.stringify(action === undefined ? { arg, data: [row] } : { arg, action, data: [row] });
  }

  #send(subscribers: Iterable<Subscriber>, frame: string): void {
    for (const subscriber of subscribers) subscriber.push(frame);
  }

  #now(): number {
    return this.#exchange.clock.wallMs();
  }
}

/** The public channels of one instrument, and its line of sequence numbers.
 *  Source: https://www.kucoin.com/docs-new/3470068w0 (`/market/level2`, real time), 3470067w0 (`/spotMarket/level1`,
 *  10 ms), 3470069w0 and 3470070w0 (`level2Depth5`, `level2Depth50`, 100 ms), 3470063w0 (`/market/ticker`, 100 ms),
 *  3470065w0 (`/market/snapshot`, 2 s), 3470072w0 (`/market/match`, real time).
 *
 *  Every change of a level takes one number; what the matching engine does without changing the book takes one too, and
 *  is told as a level of price "0". `level2` sends no snapshot: it is fetched by REST, whose `sequence` is on the same
 *  line. Whether the other channels push on subscribing is not documented; here they do, or a still market would never
 *  be told. */
import { DepthFaults } from '../../depth-faults.ts';
import type { VenueFaults } from '../../fault-port.ts';
import { Paced } from '../../paced.ts';
import type { ExchangeEvent, ExchangePort, LevelChange, SimInstrument } from '../../port.ts';
import type { Subscriber } from '../../subscriber.ts';
import { frameText, levelRow, levelRows, matchData } from './market-rows.ts';
import type { Tickers } from './tickers.ts';

/** Topics of one symbol, without it. */
export const FEED_TOPICS = [
  '/market/level2',
  '/spotMarket/level1',
  '/spotMarket/level2Depth5',
  '/spotMarket/level2Depth50',
  '/market/ticker',
  '/market/ticker:all',
  '/market/snapshot',
  '/market/match',
] as const;
export type FeedTopic = (typeof FEED_TOPICS)[number];

const PACED_MS = {
  '/spotMarket/level1': 10,
  '/spotMarket/level2Depth5': 100,
  '/spotMarket/level2Depth50': 100,
  '/market/ticker': 100,
  '/market/ticker:all': 100,
  '/market/snapshot': 2000,
} as const satisfies Partial<Record<FeedTopic, number>>;
type PacedTopic = keyof typeof PACED_MS;
const isPaced = (topic: FeedTopic): topic is PacedTopic => topic in PACED_MS;
const PACED_TOPICS = FEED_TOPICS.filter(isPaced);

/** `[price, size, sequence]`. */
type ChangeRow = readonly [price: string, size: string, sequence: string];

export class InstrumentFeed {
  readonly #instrument: SimInstrument;
  readonly #exchange: ExchangePort;
  readonly #tickers: Tickers;
  readonly #depthFaults: DepthFaults;
  readonly #subscribers = new Map<FeedTopic, Set<Subscriber>>(FEED_TOPICS.map((topic) => [topic, new Set()]));
  readonly #paced: ReadonlyMap<FeedTopic, Paced>;
  /** What each paced channel said last, without its time. */
  readonly #told = new Map<PacedTopic, string>();
  #sequence: number;

  constructor(instrument: SimInstrument, exchange: ExchangePort, faults: VenueFaults, tickers: Tickers) {
    this.#instrument = instrument;
    this.#exchange = exchange;
    this.#tickers = tickers;
    this.#depthFaults = new DepthFaults(faults, instrument.id);
    this.#sequence = 14_700_000_000 + instrument.index * 1_000_000_000;
    this.#paced = new Map(
      PACED_TOPICS.map((topic) => [
        topic,
        new Paced(exchange.clock, PACED_MS[topic], () => this.#tell(topic, this.#of(topic))),
      ]),
    );
  }

  /** Of the last event; REST books carry it. */
  get sequence(): number {
    return this.#sequence;
  }

  add(topic: FeedTopic, subscriber: Subscriber): void {
    if (this.#of(topic).has(subscriber)) return;
    this.#of(topic).add(subscriber);
    if (isPaced(topic)) subscriber.push(this.#frame(topic));
  }

  remove(topic: FeedTopic, subscriber: Subscriber): void {
    this.#of(topic).delete(subscriber);
  }

  close(): void {
    for (const paced of this.#paced.values()) paced.close();
  }

  onEvent(event: ExchangeEvent): void {
    switch (event.kind) {
      case 'BookChanged':
        this.#tellChanges(event.changes);
        this.#mark('/spotMarket/level2Depth5', '/spotMarket/level2Depth50');
        break;
      case 'TopChanged':
        this.#mark('/spotMarket/level1', '/market/ticker', '/market/ticker:all', '/market/snapshot');
        break;
      case 'Traded':
        this.#send('/market/match', 'trade.l3match', matchData(event.trade));
        this.#mark('/market/ticker', '/market/ticker:all', '/market/snapshot');
        break;
      case 'OrderChanged':
        // A remainder that never came into the book leaves the engine.
        if (event.cause === 'expired') this.#tellChanges([{ side: event.order.side, price: 0, size: 0 }]);
        break;
    }
  }

  // — level2 —

  #tellChanges(changes: readonly LevelChange[]): void {
    const asks: ChangeRow[] = [];
    const bids: ChangeRow[] = [];
    const sequenceStart = this.#sequence + 1;
    for (const { side, price, size } of changes) {
      const [priceText, sizeText] = levelRow(this.#instrument, { price, size });
      (side === 'buy' ? bids : asks).push([priceText, sizeText, String(++this.#sequence)]);
    }
    const subscribers = this.#of('/market/level2');
    if (subscribers.size === 0) return;
    const { symbol } = this.#instrument;
    const frame = frameText(`/market/level2:${symbol}`, 'trade.l2update', {
      changes: { asks, bids },
      sequenceEnd: this.#sequence,
      sequenceStart,
      symbol,
      time: this.#now(),
    });
    for (const shown of this.#depthFaults.shape(frame)) for (const one of subscribers) one.push(shown);
  }

  // — channels with a cadence —

  #mark(...topics: readonly PacedTopic[]): void {
    for (const topic of topics) if (this.#of(topic).size > 0) this.#paced.get(topic)?.mark();
  }

  #tell(topic: PacedTopic, subscribers: ReadonlySet<Subscriber>): void {
    const data = this.#data(topic, 0);
    const text = JSON.stringify(data);
    // Nothing is pushed without a change.
    if (subscribers.size === 0 || this.#told.get(topic) === text) return;
    this.#told.set(topic, text);
    const frame = this.#frame(topic);
    for (const one of subscribers) one.push(frame);
  }

  #frame(topic: PacedTopic): string {
    const { symbol } = this.#instrument;
    const data = this.#data(topic, this.#now());
    switch (topic) {
      case '/market/ticker:all':
        return frameText(topic, symbol, data);
      case '/market/ticker':
        return frameText(`${topic}:${symbol}`, 'trade.ticker', data);
      case '/market/snapshot':
        return frameText(`${topic}:${symbol}`, 'trade.snapshot', data);
      case '/spotMarket/level1':
        return frameText(`${topic}:${symbol}`, 'level1', data);
      default:
        return frameText(`${topic}:${symbol}`, 'level2', data);
    }
  }

  #data(topic: PacedTopic, at: number): object {
    const instrument = this.#instrument;
    switch (topic) {
      case '/market/ticker':
      case '/market/ticker:all':
        return this.#tickers.top(instrument, this.#sequence, at);
      case '/market/snapshot':
        return this.#tickers.snapshot(instrument, this.#sequence, at);
      case '/spotMarket/level1': {
        const { bid, ask } = this.#exchange.top(instrument);
        return {
          asks: ask === undefined ? [] : levelRow(instrument, ask),
          bids: bid === undefined ? [] : levelRow(instrument, bid),
          timestamp: at,
        };
      }
      default: {
        const { asks, bids } = this.#exchange.book(instrument, topic === '/spotMarket/level2Depth5' ? 5 : 50);
        return { asks: levelRows(instrument, asks), bids: levelRows(instrument, bids), timestamp: at };
      }
    }
  }

  #send(topic: FeedTopic, subject: string, data: object): void {
    const subscribers = this.#of(topic);
    if (subscribers.size === 0) return;
    const frame = frameText(`${topic}:${this.#instrument.symbol}`, subject, data);
    for (const one of subscribers) one.push(frame);
  }

  #of(topic: FeedTopic): Set<Subscriber> {
    return this.#subscribers.get(topic) ?? new Set();
  }

  #now(): number {
    return this.#exchange.clock.wallMs();
  }
}

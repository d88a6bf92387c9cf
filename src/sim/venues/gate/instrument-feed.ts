/** The public channels of one instrument. Source: https://www.gate.com/docs/developers/apiv4/ws/en/: `spot.obu` (50
 *  levels every 20 ms, 400 every 100 ms), `spot.order_book_update` (20 levels every 20 ms, 100 every 100 ms),
 *  `spot.order_book` (100 ms or 1 s), `spot.book_ticker` (10 ms), `spot.trades` (at once), `spot.tickers` (1 s).
 *  Nothing is repeated that did not change (recorded); book_ticker and tickers start with the state as it is, which is
 *  not documented. */
import { DepthFaults } from '../../depth-faults.ts';
import type { VenueFaults } from '../../fault-port.ts';
import type { ExchangeEvent, ExchangePort, SimInstrument } from '../../port.ts';
import type { Subscriber } from '../../subscriber.ts';
import { type DepthKind, DepthStream } from './depth-stream.ts';
import { obuFrame, updateFrame } from './frames.ts';
import { obuResult, snapshotResult, topResult, tradeResult, updateResult } from './market-rows.ts';
import type { Tickers } from './tickers.ts';
import { TimedStream } from './timed-stream.ts';

/** Levels of a stream of `spot.obu`, by its last word. */
export const OBU_LEVELS: Readonly<Record<string, { readonly depth: number; readonly cadenceMs: number }>> = {
  '50': { depth: 50, cadenceMs: 20 },
  '400': { depth: 400, cadenceMs: 100 },
};
/** Levels of `spot.order_book_update`, by interval. */
export const UPDATE_INTERVALS: Readonly<Record<string, { readonly depth: number; readonly cadenceMs: number }>> = {
  '20ms': { depth: 20, cadenceMs: 20 },
  '100ms': { depth: 100, cadenceMs: 100 },
};
/** Levels and intervals of `spot.order_book`. */
export const SNAPSHOT_LEVELS: Readonly<Record<string, number>> = { '5': 5, '10': 10, '20': 20, '50': 50, '100': 100 };
export const SNAPSHOT_INTERVALS: Readonly<Record<string, number>> = { '100ms': 100, '1000ms': 1000 };

const TOP_CADENCE_MS = 10;
const TICKER_CADENCE_MS = 1000;

/** A stream of this instrument that a subscription names. */
export type StreamName =
  | { readonly channel: 'spot.obu'; readonly level: string }
  | { readonly channel: 'spot.order_book_update'; readonly interval: string }
  | { readonly channel: 'spot.order_book'; readonly level: string; readonly interval: string }
  | { readonly channel: 'spot.book_ticker' | 'spot.trades' | 'spot.tickers' };

interface Stream {
  add(subscriber: Subscriber): void;
  remove(subscriber: Subscriber): void;
  close(): void;
}

export class InstrumentFeed {
  readonly #instrument: SimInstrument;
  readonly #exchange: ExchangePort;
  readonly #faults: VenueFaults;
  readonly #tickers: Tickers;
  readonly #depths = new Map<string, DepthStream>();
  readonly #snapshots = new Map<string, TimedStream>();
  readonly #top: TimedStream;
  readonly #ticker: TimedStream;
  readonly #trades = new Set<Subscriber>();

  constructor(instrument: SimInstrument, exchange: ExchangePort, faults: VenueFaults, tickers: Tickers) {
    this.#instrument = instrument;
    this.#exchange = exchange;
    this.#faults = faults;
    this.#tickers = tickers;
    this.#top = new TimedStream(exchange.clock, TOP_CADENCE_MS, () => {
      const at = exchange.clock.wallMs();
      return updateFrame('spot.book_ticker', at, topResult(instrument, exchange.top(instrument), at));
    });
    this.#ticker = new TimedStream(exchange.clock, TICKER_CADENCE_MS, () =>
      updateFrame('spot.tickers', exchange.clock.wallMs(), tickers.result(instrument)),
    );
  }

  add(name: StreamName, subscriber: Subscriber): void {
    this.#streamOf(name).add(subscriber);
  }

  remove(name: StreamName, subscriber: Subscriber): void {
    this.#streamOf(name).remove(subscriber);
  }

  forget(subscriber: Subscriber): void {
    this.#trades.delete(subscriber);
    for (const stream of this.#all()) stream.remove(subscriber);
  }

  close(): void {
    for (const stream of this.#all()) stream.close();
  }

  onEvent(event: ExchangeEvent): void {
    if (event.kind === 'BookChanged') {
      this.#tickers.onBook(event.instrument, event.at);
      for (const stream of this.#depths.values()) stream.onBook(event);
      for (const stream of this.#snapshots.values()) stream.changed();
    } else if (event.kind === 'TopChanged') {
      // A trade always takes from the best level, so this is when tickers change too.
      this.#top.changed();
      this.#ticker.changed();
    } else if (event.kind === 'Traded') {
      if (this.#trades.size === 0) return;
      const frame = updateFrame('spot.trades', this.#exchange.clock.wallMs(), tradeResult(event.trade));
      for (const subscriber of this.#trades) subscriber.push(frame);
    }
  }

  #all(): Stream[] {
    return [...this.#depths.values(), ...this.#snapshots.values(), this.#top, this.#ticker];
  }

  #streamOf(name: StreamName): Pick<Stream, 'add' | 'remove'> {
    switch (name.channel) {
      case 'spot.obu':
        return this.#depth(`obu/${name.level}`, () => this.#obuKind(name.level));
      case 'spot.order_book_update':
        return this.#depth(`update/${name.interval}`, () => this.#updateKind(name.interval));
      case 'spot.order_book':
        return this.#snapshot(name.level, name.interval);
      case 'spot.book_ticker':
        return this.#top;
      case 'spot.tickers':
        return this.#ticker;
      case 'spot.trades':
        return {
          add: (subscriber) => void this.#trades.add(subscriber),
          remove: (subscriber) => void this.#trades.delete(subscriber),
        };
    }
  }

  #depth(key: string, kind: () => DepthKind): DepthStream {
    const known = this.#depths.get(key);
    if (known !== undefined) return known;
    const faults = new DepthFaults(this.#faults, this.#instrument.id);
    const stream = new DepthStream(this.#instrument, this.#exchange, faults, kind());
    this.#depths.set(key, stream);
    return stream;
  }

  #obuKind(level: string): DepthKind {
    const { depth = 50, cadenceMs = 20 } = OBU_LEVELS[level] ?? {};
    const stream = `ob.${this.#instrument.symbol}.${level}`;
    const now = (): number => this.#exchange.clock.wallMs();
    return {
      depth,
      cadenceMs,
      full: (at, last, sides) => obuFrame(now(), obuResult(stream, at, { last }, sides)),
      change: (at, ids, sides) => obuFrame(now(), obuResult(stream, at, ids, sides)),
    };
  }

  #updateKind(interval: string): DepthKind {
    const { depth = 100, cadenceMs = 100 } = UPDATE_INTERVALS[interval] ?? {};
    return {
      depth,
      cadenceMs,
      change: (at, ids, sides) =>
        updateFrame(
          'spot.order_book_update',
          this.#exchange.clock.wallMs(),
          updateResult(this.#instrument, depth, at, ids, sides),
        ),
    };
  }

  #snapshot(level: string, interval: string): TimedStream {
    const key = `${level}/${interval}`;
    const known = this.#snapshots.get(key);
    if (known !== undefined) return known;
    const depth = SNAPSHOT_LEVELS[level] ?? 20;
    const { clock } = this.#exchange;
    const stream = new TimedStream(clock, SNAPSHOT_INTERVALS[interval] ?? 100, () => {
      const book = this.#exchange.book(this.#instrument, depth);
      return updateFrame(
        'spot.order_book',
        clock.wallMs(),
        snapshotResult(this.#instrument, depth, clock.wallMs(), book),
      );
    });
    this.#snapshots.set(key, stream);
    return stream;
  }
}

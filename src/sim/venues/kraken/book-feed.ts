/** The `book` channel of one instrument at one depth: a snapshot, then every change as it happens, each frame with the
 *  CRC-32 of the best ten levels. Source: https://docs.kraken.com/api/docs/websocket-v2/book and
 *  https://docs.kraken.com/api/docs/guides/spot-ws-book-v2; as recorded in 2026: a level that comes up into the depth is
 *  told, one that merely falls out of it is not (both sides cut their books), removals stand before what takes their
 *  place, and the snapshot has a timestamp too. */
import { crc32 } from 'node:zlib';
import { BookWindow, isEmpty, type Sides } from '../../book-window.ts';
import { DepthFaults } from '../../depth-faults.ts';
import type { VenueFaults } from '../../fault-port.ts';
import type { ExchangeEvent, ExchangePort, Level, SimInstrument } from '../../port.ts';
import type { Subscriber } from '../../subscriber.ts';
import { socketName } from './names.ts';
import { rfc3339 } from './times.ts';
import { priceNumber, sizeNumber, wireJson } from './wire-numbers.ts';

export const DEPTHS = [10, 25, 100, 500, 1000] as const;
export type Depth = (typeof DEPTHS)[number];

const CHECKED_LEVELS = 10;

/** Prices and sizes without point and leading zeros: the core's integers, in the pair's own decimals. */
const checkedText = (levels: readonly Level[]): string =>
  levels
    .slice(0, CHECKED_LEVELS)
    .map(({ price, size }) => `${price}${size}`)
    .join('');

/** Asks first, best first. */
export const bookChecksum = (asks: readonly Level[], bids: readonly Level[]): number =>
  crc32(checkedText(asks) + checkedText(bids));

type BookChange = Extract<ExchangeEvent, { kind: 'BookChanged' }>;

export class BookFeed {
  readonly #instrument: SimInstrument;
  readonly #exchange: ExchangePort;
  readonly #faults: VenueFaults;
  readonly #depthFaults: DepthFaults;
  readonly #subscribers = new Set<Subscriber>();
  readonly #window: BookWindow;

  constructor(instrument: SimInstrument, depth: Depth, exchange: ExchangePort, faults: VenueFaults) {
    this.#instrument = instrument;
    this.#exchange = exchange;
    this.#faults = faults;
    this.#depthFaults = new DepthFaults(faults, instrument.id);
    this.#window = new BookWindow(depth);
  }

  add(subscriber: Subscriber, snapshot: boolean): void {
    if (this.#subscribers.size === 0) {
      this.#window.follow(this.#exchange, this.#instrument);
      this.#depthFaults.reset();
    }
    this.#subscribers.add(subscriber);
    if (!snapshot) return;
    subscriber.push(this.#frame('snapshot', this.#window.levels(), this.#exchange.clock.wallMs(), false));
  }

  remove(subscriber: Subscriber): void {
    this.#subscribers.delete(subscriber);
  }

  onBook({ changes, at }: BookChange): void {
    if (this.#subscribers.size === 0) return;
    // Which levels are gone from the book itself, and not only out of the depth.
    const gone = { buy: new Set<number>(), sell: new Set<number>() };
    for (const { side, price, size } of changes) {
      if (size === 0) gone[side].add(price);
      else gone[side].delete(price);
    }
    this.#window.apply(changes);
    const told = (levels: readonly Level[], side: 'buy' | 'sell'): Level[] => [
      ...levels.filter(({ price, size }) => size === 0 && gone[side].has(price)),
      ...levels.filter(({ size }) => size > 0),
    ];
    const { bids, asks } = this.#window.takeChanges();
    const sides = { bids: told(bids, 'buy'), asks: told(asks, 'sell') };
    if (isEmpty(sides)) return;
    const wrong = this.#faults.take('checksum', { instrument: this.#instrument.id, scope: 'public' });
    const frame = this.#frame('update', sides, at, wrong !== undefined);
    if (wrong !== undefined) this.#faults.revealed(wrong);
    for (const shown of this.#depthFaults.shape(frame)) {
      for (const subscriber of this.#subscribers) subscriber.push(shown);
    }
  }

  #frame(type: 'snapshot' | 'update', sides: Sides, at: number, wrong: boolean): string {
    const rows = (levels: readonly Level[]): object[] =>
      levels.map(({ price, size }) => ({
        price: priceNumber(this.#instrument, price),
        qty: sizeNumber(this.#instrument, size),
      }));
    const shown = this.#window.levels();
    const checksum = bookChecksum(shown.asks, shown.bids);
    const row = {
      symbol: socketName(this.#instrument),
      bids: rows(sides.bids),
      asks: rows(sides.asks),
      checksum: wrong ? (checksum ^ 1) >>> 0 : checksum,
      timestamp: rfc3339(at),
    };
    return wireJson({ channel: 'book', type, data: [row] });
  }
}

/** Changes of one instrument's book at one depth and cadence: a stream of `spot.obu` (whole book first) or of
 *  `spot.order_book_update` (changes only; the base is `GET /spot/order_book?with_id=true`).
 *  Sources: https://www.gate.com/docs/developers/apiv4/ws/en/#maintain-local-depth and …/#order-book-channel. A book's
 *  update id rises by one with every change of a level, is the same in all channels and in REST, and each frame's `U`
 *  is the `u` before it plus one, also over changes that the stream is too shallow to show. */
import type { Side } from '../../../core/units.ts';
import { BookWindow } from '../../book-window.ts';
import type { DepthFaults } from '../../depth-faults.ts';
import type { ExchangeEvent, ExchangePort, Level, SimInstrument } from '../../port.ts';
import type { Subscriber } from '../../subscriber.ts';
import { Ticks } from '../../ticks.ts';
import { changeRows, levelRows, type Sides } from './market-rows.ts';

export interface DepthKind {
  readonly depth: number;
  readonly cadenceMs: number;
  /** A whole book, at which `spot.obu` subscribers start; absent: they start at the next change. */
  full?(at: number, last: number, sides: Sides): string;
  change(at: number, ids: { readonly first: number; readonly last: number }, sides: Sides): string;
}

type BookChanged = Extract<ExchangeEvent, { readonly kind: 'BookChanged' }>;

export class DepthStream {
  readonly #instrument: SimInstrument;
  readonly #exchange: ExchangePort;
  readonly #faults: DepthFaults;
  readonly #kind: DepthKind;
  readonly #subscribers = new Set<Subscriber>();
  /** Of them, those that have no base yet. */
  readonly #waiting = new Set<Subscriber>();
  readonly #window: BookWindow;
  readonly #ticks: Ticks;
  readonly #touched = { buy: new Set<number>(), sell: new Set<number>() };
  #following = false;
  #toldId = 0;
  #newestId = 0;
  #changedAt = 0;

  constructor(instrument: SimInstrument, exchange: ExchangePort, faults: DepthFaults, kind: DepthKind) {
    this.#instrument = instrument;
    this.#exchange = exchange;
    this.#faults = faults;
    this.#kind = kind;
    this.#window = new BookWindow(kind.depth);
    this.#ticks = new Ticks(
      exchange.clock,
      kind.cadenceMs,
      () => this.#subscribers.size > 0,
      () => this.#tell(),
    );
  }

  add(subscriber: Subscriber): void {
    this.#subscribers.add(subscriber);
    if (this.#kind.full === undefined) this.#follow();
    else this.#waiting.add(subscriber);
    this.#ticks.arm();
  }

  remove(subscriber: Subscriber): void {
    this.#subscribers.delete(subscriber);
    this.#waiting.delete(subscriber);
  }

  close(): void {
    this.#ticks.stop();
  }

  onBook({ lastId, changes, at }: BookChanged): void {
    if (!this.#following) return;
    this.#newestId = lastId;
    this.#changedAt = at;
    this.#window.apply(changes);
    for (const { side, price } of changes) this.#touched[side].add(price);
  }

  /** Changes go out first, so that those who wait get a book that the next change follows. */
  #tell(): void {
    if (this.#subscribers.size === 0) {
      this.#following = false;
      return;
    }
    if (this.#following) this.#tellChanges();
    const full = this.#kind.full;
    if (full === undefined || this.#waiting.size === 0) return;
    this.#follow();
    const { bids, asks } = this.#window.levels();
    const sides = { bids: levelRows(this.#instrument, bids), asks: levelRows(this.#instrument, asks) };
    const frame = full(this.#changedAt, this.#toldId, sides);
    for (const subscriber of this.#waiting) subscriber.push(frame);
    this.#waiting.clear();
  }

  #follow(): void {
    if (this.#following) return;
    const { updateId } = this.#window.follow(this.#exchange, this.#instrument);
    this.#forgetTouched();
    this.#faults.reset();
    this.#toldId = updateId;
    this.#newestId = updateId;
    this.#changedAt = this.#exchange.clock.wallMs();
    this.#following = true;
  }

  #tellChanges(): void {
    if (this.#newestId === this.#toldId) return;
    const changes = this.#window.takeChanges();
    const shown = this.#window.levels();
    const bids = changeRows(this.#instrument, this.#withTouched('buy', changes.bids, shown.bids));
    const asks = changeRows(this.#instrument, this.#withTouched('sell', changes.asks, shown.asks));
    this.#forgetTouched();
    // Changes below the depth wait for one above: the next frame's ids cover them.
    if (bids.length + asks.length === 0) return;
    const ids = { first: this.#toldId + 1, last: this.#newestId };
    this.#toldId = this.#newestId;
    const known = [...this.#subscribers].filter((subscriber) => !this.#waiting.has(subscriber));
    if (known.length === 0) return;
    const frame = this.#kind.change(this.#changedAt, ids, { bids, asks });
    for (const one of this.#faults.shape(frame)) for (const subscriber of known) subscriber.push(one);
  }

  /** A level that changed and changed back stands in the frame too: a REST book may be from in between. */
  #withTouched(side: Side, changes: readonly Level[], levels: readonly Level[]): readonly Level[] {
    if (this.#kind.full !== undefined) return changes;
    const told = new Set(changes.map(({ price }) => price));
    const shown = new Map(levels.map(({ price, size }) => [price, size]));
    const back = [...this.#touched[side]]
      .filter((price) => !told.has(price))
      .map((price) => ({ price, size: shown.get(price) ?? 0 }));
    return [...changes, ...back];
  }

  #forgetTouched(): void {
    this.#touched.buy.clear();
    this.#touched.sell.clear();
  }
}

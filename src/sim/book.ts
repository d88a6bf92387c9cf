/** One side-sorted order book with price-time priority. A level queues entries: accounts' orders and at most one
 *  entry of the synthetic maker, which keeps its place while its size changes. Pure state; no events, no money. */
import type { Side } from '../core/units.ts';
import type { Level, LevelChange, TopOfBook } from './port.ts';

/** What stands in a level's queue. `order` is undefined for the synthetic maker. */
export interface Entry<Order> {
  readonly order: Order | undefined;
  size: number;
}

interface Queue<Order> {
  size: number;
  readonly entries: Entry<Order>[];
}

class BookSide<Order> {
  /** Best first. */
  readonly prices: number[] = [];
  readonly queues = new Map<number, Queue<Order>>();
  readonly #sign: number;

  constructor(side: Side) {
    this.#sign = side === 'buy' ? -1 : 1;
  }

  queueAt(price: number): Queue<Order> {
    const known = this.queues.get(price);
    if (known !== undefined) return known;
    const queue: Queue<Order> = { size: 0, entries: [] };
    this.queues.set(price, queue);
    this.prices.splice(this.#placeOf(price), 0, price);
    return queue;
  }

  drop(price: number): void {
    this.queues.delete(price);
    this.prices.splice(this.#placeOf(price), 1);
  }

  #placeOf(price: number): number {
    let low = 0;
    let high = this.prices.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (((this.prices[middle] ?? 0) - price) * this.#sign < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

export class Book<Order> {
  readonly #bids = new BookSide<Order>('buy');
  readonly #asks = new BookSide<Order>('sell');
  /** Levels touched since the last `takeChanges`. */
  readonly #touched = { buy: new Set<number>(), sell: new Set<number>() };
  /** Id of the last change; each changed level takes the next one. */
  updateId: number;

  constructor(firstUpdateId: number) {
    this.updateId = firstUpdateId;
  }

  #side(side: Side): BookSide<Order> {
    return side === 'buy' ? this.#bids : this.#asks;
  }

  bestPrice(side: Side): number | undefined {
    return this.#side(side).prices[0];
  }

  prices(side: Side): readonly number[] {
    return this.#side(side).prices;
  }

  sizeAt(side: Side, price: number): number {
    return this.#side(side).queues.get(price)?.size ?? 0;
  }

  entries(side: Side, price: number): readonly Entry<Order>[] {
    return this.#side(side).queues.get(price)?.entries ?? [];
  }

  makerSizeAt(side: Side, price: number): number {
    return this.#makerEntry(side, price)?.size ?? 0;
  }

  #makerEntry(side: Side, price: number): Entry<Order> | undefined {
    return this.entries(side, price).find((entry) => entry.order === undefined);
  }

  /** Puts an order behind what stands at its price. */
  add(side: Side, price: number, order: Order, size: number): void {
    const queue = this.#side(side).queueAt(price);
    queue.entries.push({ order, size });
    queue.size += size;
    this.#touched[side].add(price);
  }

  /** Sets the synthetic maker's size at a price; 0 takes it away. */
  setMaker(side: Side, price: number, size: number): void {
    const entry = this.#makerEntry(side, price);
    if (entry !== undefined) this.reduce(side, price, entry, entry.size - size);
    else if (size > 0) {
      const queue = this.#side(side).queueAt(price);
      queue.entries.push({ order: undefined, size });
      queue.size += size;
      this.#touched[side].add(price);
    }
  }

  /** Takes `by` from an entry (negative: adds); an entry at 0 leaves the book, an empty level too. */
  reduce(side: Side, price: number, entry: Entry<Order>, by: number): void {
    if (by === 0) return;
    const queue = this.#side(side).queueAt(price);
    entry.size -= by;
    queue.size -= by;
    if (entry.size === 0) queue.entries.splice(queue.entries.indexOf(entry), 1);
    if (queue.entries.length === 0) this.#side(side).drop(price);
    this.#touched[side].add(price);
  }

  remove(side: Side, price: number, order: Order): void {
    const entry = this.entries(side, price).find((candidate) => candidate.order === order);
    if (entry !== undefined) this.reduce(side, price, entry, entry.size);
  }

  /** Levels changed since the last call, as their new sizes; takes one update id for each. */
  takeChanges(): { firstId: number; changes: LevelChange[] } {
    const changes: LevelChange[] = [];
    const firstId = this.updateId + 1;
    for (const side of ['buy', 'sell'] as const) {
      for (const price of this.#touched[side]) changes.push({ side, price, size: this.sizeAt(side, price) });
      this.#touched[side].clear();
    }
    this.updateId += changes.length;
    return { firstId, changes };
  }

  levels(side: Side, depth: number): Level[] {
    const { prices, queues } = this.#side(side);
    return prices.slice(0, depth).map((price) => ({ price, size: queues.get(price)?.size ?? 0 }));
  }

  top(): TopOfBook {
    return { bid: this.levels('buy', 1)[0], ask: this.levels('sell', 1)[0], updateId: this.updateId };
  }
}

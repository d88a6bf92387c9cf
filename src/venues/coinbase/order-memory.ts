/** What we know of our orders beside what the venue says: its own ids (it is not asked by ours), when they were placed, and
 *  which of their fills were told. */
import { dropOldest } from '../../core/oldest.ts';

/** Enough for many hours; the oldest are forgotten first. */
const MOST = 10_000;

export interface KnownOrder {
  readonly clientId: string;
  /** '' until the venue has named it. */
  venueOrderId: string;
  /** Wall time; NaN when it was not placed by us since we started. */
  readonly placedAtMs: number;
  /** The venue has said that it ended. */
  isDone: boolean;
  /** Fills told so far, and their sum; and the sum that the venue speaks of. */
  readonly tradeIds: Set<string>;
  filled: string;
  claimed: string;
}

export class OrderMemory {
  readonly #byClientId = new Map<string, KnownOrder>();
  readonly #byOrderId = new Map<string, KnownOrder>();

  /** An order is about to be sent. */
  placing(clientId: string, placedAtMs: number): void {
    if (!this.#byClientId.has(clientId)) keep(this.#byClientId, clientId, newOrder(clientId, placedAtMs));
  }

  /** The venue has named an order. */
  named(clientId: string, venueOrderId: string): KnownOrder {
    const known = this.#byOrderId.get(venueOrderId);
    if (known !== undefined) return known;
    const order = this.#byClientId.get(clientId) ?? newOrder(clientId, Number.NaN);
    order.venueOrderId = venueOrderId;
    if (clientId !== '') keep(this.#byClientId, clientId, order);
    keep(this.#byOrderId, venueOrderId, order);
    return order;
  }

  byClientId(clientId: string): KnownOrder | undefined {
    return this.#byClientId.get(clientId);
  }

  byOrderId(venueOrderId: string): KnownOrder | undefined {
    return this.#byOrderId.get(venueOrderId);
  }
}

function newOrder(clientId: string, placedAtMs: number): KnownOrder {
  return {
    clientId,
    venueOrderId: '',
    placedAtMs,
    isDone: false,
    tradeIds: new Set(),
    filled: '0',
    claimed: '0',
  };
}

function keep(orders: Map<string, KnownOrder>, key: string, order: KnownOrder): void {
  orders.set(key, order);
  dropOldest(orders, MOST);
}

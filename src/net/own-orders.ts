/** Keeps an account from trading with itself where its venue does not: what would cross an order that this gateway has
 *  resting is not sent. Of orders placed elsewhere it knows nothing. */
import { parseDecimal } from '../core/decimal.ts';
import { type OrderReport, type OrderRequest, SELF_TRADE, type VenueError } from '../core/order.ts';

/** Decimals of any venue's prices fit. */
const SCALE = 24;

interface Resting {
  readonly symbol: string;
  readonly side: OrderRequest['side'];
  /** At SCALE. */
  readonly price: bigint;
}

export class OwnOrders {
  readonly #venue: string;
  readonly #resting = new Map<string, Resting>();

  constructor(venue: string) {
    this.#venue = venue;
  }

  /** Why this order must not be sent: it would meet one of ours. */
  crossing(order: OrderRequest): VenueError | undefined {
    for (const [clientId, resting] of this.#resting) {
      if (resting.symbol !== order.listing.symbol || resting.side === order.side) continue;
      if (order.price !== undefined) {
        const price = parseDecimal(order.price, SCALE);
        if (order.side === 'buy' ? price < resting.price : price > resting.price) continue;
      }
      const message = `${this.#venue}: it would trade with our own order ${clientId}, which rests; cancel that one first`;
      return { class: 'filter', code: SELF_TRADE, message };
    }
    return undefined;
  }

  /** From now on it may rest, whatever its answer says. */
  sending({ clientId, listing, type, tif, side, price }: OrderRequest): void {
    if (type !== 'limit' || tif !== 'gtc' || price === undefined) return;
    this.#resting.set(clientId, { symbol: listing.symbol, side, price: parseDecimal(price, SCALE) });
  }

  /** The venue refused it, or does not know it. */
  gone(clientId: string): void {
    this.#resting.delete(clientId);
  }

  onReport({ clientId, status }: OrderReport): void {
    if (status !== 'open') this.gone(clientId);
  }
}

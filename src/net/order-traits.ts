/** What gateways do alike with the traits of their venue's orders: refuse unsent what it cannot do, and round the life that
 *  a resting order is given there. Pure. */
import type { OrderRequest, OrderTraits, PlaceOutcome, VenueError } from '../core/order.ts';
import type { MonoNs } from '../core/units.ts';

/** Why an order is not sent; undefined when the venue has such orders. */
export function unsentRefusal(venue: string, order: OrderRequest, { marketBuys }: OrderTraits): VenueError | undefined {
  const isMarketBuy = order.type === 'market' && order.side === 'buy';
  const sizedIn = order.quoteSize === undefined ? 'base' : 'quote';
  if (isMarketBuy && !marketBuys.includes(sizedIn)) {
    const message = `${venue}: a market buy is sized in ${marketBuys.join(' or ')}, not in ${sizedIn}; give it so, or a limit`;
    return { class: 'filter', code: 'market-buy', message };
  }
  if (!isMarketBuy && sizedIn === 'quote') {
    const message = `${venue}: only a market buy is sized in quote; this is a ${order.type} order to ${order.side}`;
    return { class: 'filter', code: 'quote-size', message };
  }
  return undefined;
}

/** What became of an order that was held back. */
export const rejectedUnsent = (error: VenueError, at: MonoNs): PlaceOutcome => ({
  kind: 'rejected',
  error,
  sentAt: at,
  ackedAt: at,
});

/** The life that the venue is to give this order, in whole steps and rounded up, ms; undefined: none, or it cannot. */
export function lifeAtVenueMs({ type, tif, lifeMs }: OrderRequest, { life }: OrderTraits): number | undefined {
  if (lifeMs === undefined || life === undefined || type !== 'limit' || tif !== 'gtc') return undefined;
  return Math.ceil(Math.max(lifeMs, life.leastMs) / life.stepMs) * life.stepMs;
}

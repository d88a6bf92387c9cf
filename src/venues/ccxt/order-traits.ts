/** What orders of any exchange of ccxt can do. Pure data. */
import type { OrderTraits } from '../../core/order.ts';

export const ORDER_TRAITS: OrderTraits = {
  // Some of its classes know fill-or-kill and some drop the word: an order might then rest.
  kinds: ['ioc', 'limit-for', 'market-band'],
  selfTrade: {
    // Classes of ccxt pass some venues' parameters on and not others'.
    by: 'gateway',
    ends: 'newest',
    params: {},
    source: 'https://docs.ccxt.com/#/README?id=placing-orders',
  },
  marketBuys: ['quote'],
};

/** What orders of Gate can do. Pure data. */
import { ORDER_KINDS, type OrderTraits } from '../../core/order.ts';

export const ORDER_TRAITS: OrderTraits = {
  kinds: ORDER_KINDS,
  selfTrade: {
    // `stp_act` is for accounts that somebody has put into a self-trade group, and refused from all others.
    by: 'gateway',
    ends: 'newest',
    params: {},
    source: 'https://www.gate.com/docs/developers/apiv4/en/#create-an-order',
  },
  marketBuys: ['quote'],
};

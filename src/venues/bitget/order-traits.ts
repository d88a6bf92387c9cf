/** What orders of Bitget can do. Pure data. */
import { ORDER_KINDS, type OrderTraits } from '../../core/order.ts';

export const ORDER_TRAITS: OrderTraits = {
  kinds: ORDER_KINDS,
  selfTrade: {
    by: 'venue',
    ends: 'newest',
    params: { stpMode: 'cancel_taker' },
    source: 'https://www.bitget.com/api-doc/spot/trade/Place-Order',
  },
  marketBuys: ['quote'],
};

/** What orders of KuCoin can do. Pure data. */
import { ORDER_KINDS, type OrderTraits } from '../../core/order.ts';

export const ORDER_TRAITS: OrderTraits = {
  kinds: ORDER_KINDS,
  selfTrade: {
    by: 'venue',
    ends: 'newest',
    params: { stp: 'CN' },
    source: 'https://www.kucoin.com/docs-new/rest/spot-trading/orders/add-order',
  },
  marketBuys: ['base', 'quote'],
  // `GTT` with `cancelAfter`, in seconds.
  life: {
    leastMs: 1_000,
    stepMs: 1_000,
    source: 'https://www.kucoin.com/docs-new/rest/spot-trading/orders/add-order',
  },
};

/** What orders of OKX can do. Pure data. */
import { ORDER_KINDS, type OrderTraits } from '../../core/order.ts';

export const ORDER_TRAITS: OrderTraits = {
  kinds: ORDER_KINDS,
  selfTrade: {
    by: 'venue',
    ends: 'newest',
    // Without it the account's `acctStpMode`, which is `cancel_maker` until somebody changes it.
    params: { stpMode: 'cancel_taker' },
    source: 'https://www.okx.com/docs-v5/en/#order-book-trading-trade-post-place-order',
  },
  marketBuys: ['base', 'quote'],
};

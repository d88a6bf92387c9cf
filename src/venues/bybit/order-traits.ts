/** What orders of Bybit can do. Pure data. */
import { ORDER_KINDS, type OrderTraits } from '../../core/order.ts';

export const ORDER_TRAITS: OrderTraits = {
  kinds: ORDER_KINDS,
  selfTrade: {
    by: 'venue',
    ends: 'newest',
    // For any account; groups only widen it to other accounts. Without it an account trades with itself.
    params: { smpType: 'CancelTaker' },
    source: 'https://bybit-exchange.github.io/docs/v5/smp',
  },
  marketBuys: ['base', 'quote'],
};

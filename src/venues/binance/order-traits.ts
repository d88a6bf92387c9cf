/** What orders of Binance spot can do. Pure data. */
import { ORDER_KINDS, type OrderTraits } from '../../core/order.ts';

export const ORDER_TRAITS: OrderTraits = {
  kinds: ORDER_KINDS,
  selfTrade: {
    by: 'venue',
    ends: 'newest',
    // The mode of the order that comes decides; without one, the symbol's default.
    params: { selfTradePreventionMode: 'EXPIRE_TAKER' },
    source: 'https://developers.binance.com/docs/binance-spot-api-docs/faqs/stp_faq',
  },
  marketBuys: ['base', 'quote'],
};

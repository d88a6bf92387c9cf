/** What orders of Kraken can do. Pure data. */
import { ORDER_KINDS, type OrderTraits } from '../../core/order.ts';

export const ORDER_TRAITS: OrderTraits = {
  kinds: ORDER_KINDS,
  selfTrade: {
    by: 'venue',
    ends: 'newest',
    // What it does without, too. REST writes it `stptype`, with a dash.
    params: { stp_type: 'cancel_newest' },
    source: 'https://docs.kraken.com/api/docs/websocket-v2/add_order',
  },
  marketBuys: ['base', 'quote'],
  // `GTD`; over REST an end is five seconds ahead at least.
  life: { leastMs: 5_000, stepMs: 1_000, source: 'https://docs.kraken.com/api/docs/rest-api/add-order' },
};

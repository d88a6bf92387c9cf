/** What orders of Coinbase can do. Pure data. */
import { ORDER_KINDS, type OrderTraits } from '../../core/order.ts';

export const ORDER_TRAITS: OrderTraits = {
  kinds: ORDER_KINDS,
  selfTrade: {
    by: 'venue',
    // "Decrement and cancel", the matching engine's default. Its other modes are not open to Advanced Trade: the official
    // client has a `self_trade_prevention_id`, the reference of the endpoint has not, so it is not sent.
    ends: 'smaller',
    params: {},
    source: 'https://docs.cdp.coinbase.com/exchange/concepts/matching-engine',
  },
  marketBuys: ['quote'],
  // `limit_limit_gtd` with `end_time`.
  life: {
    leastMs: 1_000,
    stepMs: 1_000,
    source: 'https://docs.cdp.coinbase.com/api-reference/advanced-trade-api/rest-api/orders/create-order',
  },
};

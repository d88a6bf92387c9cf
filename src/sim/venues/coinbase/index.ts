/** Coinbase Advanced Trade spot as the simulator knows it. Ticks, lots and largest sizes of BTC, ETH and SOL are those
 *  of its own listing in August 2026; XRP and DOGE against USDT are taken from their dollar markets. */

import type { InstrumentSpec } from '../../port.ts';
import type { SimVenue } from '../../wire-port.ts';
import { fillIdOf, orderIdOf } from './ids.ts';
import { newKeys } from './keys.ts';
import { createCoinbaseWire } from './wire.ts';

/** The smallest value is that of every product (`quote_min_size`). The largest one bounds `quote_size` only: see
 *  `market-rows.ts`. */
const INSTRUMENTS: readonly InstrumentSpec[] = [
  { id: 'BTC-USDT', tick: '0.01', lot: '0.00000001', minSize: '0.00000001', maxSize: '400' },
  { id: 'ETH-USDT', tick: '0.01', lot: '0.00000001', minSize: '0.00000001', maxSize: '6200' },
  { id: 'SOL-USDT', tick: '0.01', lot: '0.001', minSize: '0.001', maxSize: '510400' },
  { id: 'XRP-USDT', tick: '0.0001', lot: '0.000001', minSize: '0.000001', maxSize: '5000000' },
  { id: 'DOGE-USDT', tick: '0.00001', lot: '0.1', minSize: '0.1', maxSize: '141834300' },
].map((spec) => ({ ...spec, symbol: spec.id, minNotional: '1' }));

export const coinbase: SimVenue = {
  id: 'coinbase',
  instruments: INSTRUMENTS,
  hasChecksums: false,
  names: { orderId: (id) => orderIdOf({ id }), tradeId: fillIdOf },
  policy: {
    // "Advanced 1", 30-day volume below 10,000 dollars; always out of the quote asset, to 16 decimals.
    fees: { taker: '0.006', maker: '0.004', truncateTo: 16, feeIn: 'quote' },
    // The wire answers a known id with its order before the core is asked.
    clientIds: 'ever',
    marketWithoutLiquidity: 'expire',
    // PREVIEW_INVALID_LIMIT_PRICE_POST_ONLY.
    postOnlyTaking: 'refuse',
    // "Decrement and cancel", the matching engine's own default: https://docs.cdp.coinbase.com/exchange/concepts/matching-engine
    selfTrade: 'decrement',
  },
  makeCredentials: newKeys,
  endpoints: (port) => ({
    rest: `http://127.0.0.1:${port}`,
    wsPublic: `ws://127.0.0.1:${port}/market`,
    wsPrivate: `ws://127.0.0.1:${port}/user`,
    // Orders are entered by REST only.
    wsTrade: `ws://127.0.0.1:${port}/user`,
  }),
  createWire: createCoinbaseWire,
};

/** Bybit spot (v5, unified trading account) as the simulator knows it. */

import { keyText } from '../../random-text.ts';
import type { SimVenue } from '../../wire-port.ts';
import { execIdText, orderIdText } from './ids.ts';
import { INSTRUMENTS } from './instruments.ts';
import { createBybitWire } from './wire.ts';

export const bybit: SimVenue = {
  id: 'bybit',
  instruments: INSTRUMENTS,
  hasChecksums: false,
  // https://bybit-exchange.github.io/docs/v5/rate-limit: 500 in five minutes.
  connections: { count: 500, windowMs: 300_000 },
  names: { orderId: orderIdText, tradeId: execIdText },
  policy: {
    // An ordinary account (non-VIP): 0.1% either way, taken from what was received, unrounded.
    fees: { taker: '0.001', maker: '0.001' },
    // "Futures, Perps & Spot: always unique" (orderLinkId, https://bybit-exchange.github.io/docs/v5/order/create-order).
    clientIds: 'ever',
    marketWithoutLiquidity: 'expire',
    // Accepted, then canceled: rejectReason EC_PostOnlyWillTakeLiquidity.
    postOnlyTaking: 'expire',
    selfTrade: 'trade',
  },
  makeCredentials: (random) => ({ apiKey: keyText(random, 18), secret: keyText(random, 36), passphrase: '' }),
  endpoints: (port) => ({
    rest: `http://127.0.0.1:${port}`,
    wsPublic: `ws://127.0.0.1:${port}/v5/public/spot`,
    wsPrivate: `ws://127.0.0.1:${port}/v5/private`,
    wsTrade: `ws://127.0.0.1:${port}/v5/trade`,
  }),
  createWire: createBybitWire,
};

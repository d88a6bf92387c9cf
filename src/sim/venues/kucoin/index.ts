/** KuCoin spot (classic account) as the simulator knows it. Keys are made up, in the venue's shapes. */

import { hexText, keyText, uuidText } from '../../random-text.ts';
import type { SimVenue } from '../../wire-port.ts';
import { orderIdText, tradeIdText } from './ids.ts';
import { INSTRUMENTS } from './listing.ts';
import { PUSH_PATH } from './tokens.ts';
import { TRADE_PATH } from './trade-session.ts';
import { createKucoinWire } from './wire.ts';

/** "Pay fees with KCS": a fifth off. https://www.kucoin.com/vip/level */
const KCS = { asset: 'KCS', share: '0.8', price: '10', quote: 'USDT' };

export const kucoin: SimVenue = {
  id: 'kucoin',
  instruments: INSTRUMENTS,
  hasChecksums: false,
  names: { orderId: orderIdText, tradeId: ({ instrument, tradeId }) => tradeIdText(instrument, tradeId) },
  policy: {
    // An ordinary account (VIP 0) on these pairs. Taken in quote, on top of what a buyer pays, unrounded: an order of
    // 0.5 USDT holds 0.5005 (as documented for `/account/balance`).
    fees: { taker: '0.001', maker: '0.001', feeIn: 'quote', token: KCS },
    // Enforced among active orders only (the venue's own issue tracker, 2023).
    clientIds: 'open',
    marketWithoutLiquidity: 'expire',
    // Accepted, then canceled.
    postOnlyTaking: 'expire',
  },
  makeCredentials: (random) => ({
    apiKey: hexText(random, 24),
    secret: uuidText(random),
    passphrase: keyText(random, 12),
  }),
  endpoints: (port) => ({
    rest: `http://127.0.0.1:${port}`,
    wsPublic: `ws://127.0.0.1:${port}${PUSH_PATH}`,
    wsPrivate: `ws://127.0.0.1:${port}${PUSH_PATH}`,
    wsTrade: `ws://127.0.0.1:${port}${TRADE_PATH}`,
  }),
  createWire: createKucoinWire,
};

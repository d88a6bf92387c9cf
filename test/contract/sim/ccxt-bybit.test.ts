/** ccxt as the witness of the simulated Bybit. */
import ccxt from 'ccxt';
import { bybit } from '../../../src/sim/venues/bybit/index.ts';
import { ccxtSuite } from './ccxt-suite.ts';

ccxtSuite({
  venue: bybit,
  client: async (access) => {
    const client = new ccxt.pro.bybit({
      apiKey: access.apiKey,
      secret: access.secret,
      options: {
        defaultType: 'spot',
        fetchMarkets: { types: ['spot'] },
        // ccxt asks to be told that one knows that only the last 500 orders are found.
        fetchOrder: { acknowledged: true },
      },
    });
    Object.assign(client.urls, {
      api: {
        public: access.rest,
        private: access.rest,
        ws: {
          public: { spot: access.wsPublic },
          private: { spot: { unified: access.wsPrivate }, contract: access.wsPrivate, trade: access.wsTrade },
        },
      },
    });
    // ccxt asks for this once before any unencrypted WebSocket; there is no proxy.
    await client.loadHttpProxyAgent();
    return client;
  },
  cannot: {},
  strangers: {
    'a wrong key': (access) => ({ ...access, apiKey: 'A'.repeat(18) }),
    'a wrong secret': (access) => ({ ...access, secret: 'B'.repeat(36) }),
  },
  // What was filled of an order that was then canceled: ccxt calls `PartiallyFilledCanceled` closed.
  partlyFilledStatus: 'closed',
});

/** ccxt as the witness: its own `gate` classes, REST and WebSocket, pointed at the simulated Gate by their URLs alone.
 *  What ccxt is told otherwise: only spot markets are loaded (others are not simulated), and a market buy is given by
 *  its cost, as the venue takes it. */
import ccxt from 'ccxt';
import { gate } from '../../../src/sim/venues/gate/index.ts';
import { ccxtSuite } from './ccxt-suite.ts';

ccxtSuite({
  venue: gate,
  client: async ({ rest, wsPublic, apiKey, secret }) => {
    const client = new ccxt.pro.gate({ apiKey, secret, options: { fetchMarkets: { types: ['spot'] } } });
    const { api } = client.urls as unknown as {
      api: { public: Record<string, string>; private: Record<string, string> } & Record<string, unknown>;
    };
    for (const group of [api.public, api.private])
      for (const name of Object.keys(group)) group[name] = `${rest}/api/v4`;
    // One address for market data, account and orders.
    api.spot = wsPublic;
    // ccxt asks for this once before any unencrypted WebSocket; there is no proxy.
    await client.loadHttpProxyAgent();
    return client;
  },
  cannot: {},
  strangers: {
    'a wrong key': (access) => ({
      ...access,
      apiKey: access.apiKey.replace(/./, (digit) => (digit === '0' ? '1' : '0')),
    }),
    'a wrong secret': (access) => ({ ...access, secret: `${access.secret}0` }),
  },
  // INVALID_PARAM_VALUE
  minimumError: ccxt.BadRequest,
  // ORDER_CANCELLED for an order that is known; OrderNotFound is an InvalidOrder too.
  unknownOrderError: ccxt.InvalidOrder,
});

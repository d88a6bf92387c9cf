/** ccxt as the witness of the simulated Bitget: its own pro class, told nothing but addresses. */
import ccxt from 'ccxt';
import { bitget } from '../../../src/sim/venues/bitget/index.ts';
import { type Access, ccxtSuite } from './ccxt-suite.ts';

async function client(access: Access): Promise<InstanceType<typeof ccxt.pro.bitget>> {
  const exchange = new ccxt.pro.bitget({
    apiKey: access.apiKey,
    secret: access.secret,
    password: access.passphrase,
  });
  const { api } = exchange.urls as unknown as { api: Record<string, string> & { ws: Record<string, string> } };
  for (const section of ['spot', 'mix', 'user', 'margin', 'common', 'uta']) api[section] = access.rest;
  Object.assign(api.ws, { public: access.wsPublic, private: access.wsPrivate });
  // ccxt wants this before any unencrypted WebSocket; there is no proxy.
  await exchange.loadHttpProxyAgent();
  return exchange;
}

ccxtSuite({
  venue: bitget,
  client,
  cannot: {
    createOrderWs: 'Bitget takes orders over the socket from market makers and brokers only; ccxt has no such method',
    cancelOrderWs: 'Bitget cancels over the socket for market makers and brokers only; ccxt has no such method',
  },
  strangers: {
    'a wrong secret': (access) => ({ ...access, secret: 'a'.repeat(64) }),
    'a wrong key': (access) => ({ ...access, apiKey: `bg_${'0'.repeat(32)}` }),
    'a wrong passphrase': (access) => ({ ...access, passphrase: 'nonsense1' }),
  },
  // ccxt does not class 43118 "clientOrderId duplicate".
  duplicateError: ccxt.ExchangeError,
});

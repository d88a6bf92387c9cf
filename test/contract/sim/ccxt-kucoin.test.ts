/** ccxt as the witness: its own `kucoin` classes, REST and WebSocket, pointed at the simulated KuCoin by addresses alone
 *  (sockets follow from what the bullet endpoints hand out). What ccxt is told otherwise: only spot markets are loaded,
 *  and the book is fetched after the first change instead of the sixth, which a still market would not have. */
import ccxt from 'ccxt';
import { kucoin } from '../../../src/sim/venues/kucoin/index.ts';
import { type Access, ccxtSuite } from './ccxt-suite.ts';

async function client(access: Access) {
  const exchange = new ccxt.pro.kucoin({
    apiKey: access.apiKey,
    secret: access.secret,
    password: access.passphrase,
    options: { fetchMarkets: { types: ['spot'] }, watchOrderBook: { snapshotDelay: 0 } },
  });
  const { rest } = access;
  Object.assign(exchange.urls, { api: { public: rest, private: rest, uta: rest, utaPrivate: rest } });
  // ccxt asks for this once before any unencrypted WebSocket; there is no proxy.
  await exchange.loadHttpProxyAgent();
  return exchange;
}

ccxtSuite({
  venue: kucoin,
  client,
  cannot: {
    createOrderWs: 'ccxt does not speak to the trading socket of KuCoin',
    cancelOrderWs: 'ccxt does not speak to the trading socket of KuCoin',
  },
  strangers: {
    'an unknown key': (access) => ({ ...access, apiKey: '5c2db93503aa674c74a31734' }),
    'a wrong secret': (access) => ({ ...access, secret: 'f03a5284-5c39-4aaa-9b20-dea10bdcf8e3' }),
    'a wrong passphrase': (access) => ({ ...access, passphrase: 'wrong' }),
  },
  // ccxt does not know the code 102426.
  duplicateError: ccxt.ExchangeError,
});

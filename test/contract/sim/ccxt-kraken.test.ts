/** ccxt as the witness: its own pro class of Kraken, pointed at the simulated venue by its URLs alone. Two things are
 *  set as ccxt documents them: its throttle is off (it would wait three seconds before every private call), and its
 *  nonce counts instead of reading a clock that a loopback outruns. The simulated account then belongs to a tier
 *  without a limit of calls; the real limits are tested in `kraken-wire.test.ts`. */
import ccxt, { type Exchange } from 'ccxt';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { kraken } from '../../../src/sim/venues/kraken/index.ts';
import { TIERS } from '../../../src/sim/venues/kraken/limits.ts';
import { createKrakenWire } from '../../../src/sim/venues/kraken/wire.ts';
import type { SimVenue } from '../../../src/sim/wire-port.ts';
import { type Access, ccxtSuite } from './ccxt-suite.ts';
import { type LoopbackBench, startVenue } from './venue-bench.ts';

const unlimited = { max: 1e9, decayPerSecond: 1e9 };
const venue: SimVenue = {
  ...kraken,
  createWire: (context) =>
    createKrakenWire(context, { ...TIERS.intermediate, calls: unlimited, transactions: unlimited }),
};

async function client({ rest, wsPublic, wsPrivate, apiKey, secret }: Access): Promise<Exchange> {
  const exchange = new ccxt.pro.kraken({ apiKey, secret, enableRateLimit: false });
  const ws = { public: wsPublic, private: wsPrivate, publicV2: wsPublic, privateV2: wsPrivate };
  Object.assign(exchange.urls, { api: { public: rest, private: rest, ws } });
  let last = 0;
  exchange.nonce = () => {
    last = Math.max(Date.now(), last + 1);
    return last;
  };
  // ccxt asks for this once before any unencrypted WebSocket; there is no proxy.
  await exchange.loadHttpProxyAgent();
  return exchange as Exchange;
}

ccxtSuite({
  venue,
  client,
  cannot: {
    watchOrders:
      'Kraken names the symbol in the first update of an order only; ccxt files the later ones under no symbol',
    cancelOrderWs: 'ccxt refuses a symbol in cancelOrderWs of Kraken; tested below without one',
    watchBalance: "Kraken's balances channel tells totals, not what orders hold; tested below",
  },
  strangers: {
    'a wrong key': (access) => ({ ...access, apiKey: access.apiKey.toLowerCase() }),
  },
  duplicateError: ccxt.ExchangeError,
  unknownOrderError: ccxt.InvalidOrder,
});

/** ccxt's own `coinbase` classes against the simulated Coinbase. Told otherwise than by address: balances are asked of
 *  the v3 API (its documented option; v2 has no holds). */
import ccxt from 'ccxt';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { seededRandom } from '../../../src/core/random.ts';
import { coinbase } from '../../../src/sim/venues/coinbase/index.ts';
import { newKeys } from '../../../src/sim/venues/coinbase/keys.ts';
import { type Access, ccxtSuite } from './ccxt-suite.ts';
import { type LoopbackBench, startVenue } from './venue-bench.ts';

type Coinbase = InstanceType<typeof ccxt.pro.coinbase>;

async function client(access: Access): Promise<Coinbase> {
  const exchange = new ccxt.pro.coinbase({
    apiKey: access.apiKey,
    secret: access.secret,
    options: { fetchBalance: 'v3PrivateGetBrokerageAccounts' },
  });
  Object.assign(exchange.urls, { api: { rest: access.rest, ws: access.wsPublic } });
  // ccxt asks for this once before any unencrypted WebSocket; there is no proxy.
  await exchange.loadHttpProxyAgent();
  return exchange;
}

const stranger = newKeys(seededRandom(99));

ccxtSuite({
  venue: coinbase,
  client,
  cannot: {
    watchBidsAsks: 'ccxt has no watchBidsAsks for Coinbase; watchTicker is tested here instead',
    watchTrades: 'ccxt takes the maker’s side of a Coinbase trade for the taker’s; tested here with that side',
    watchBalance: 'Coinbase pushes no balances of spot accounts',
    createOrderWs: 'Coinbase takes orders by REST only',
    cancelOrderWs: 'Coinbase takes orders by REST only',
    duplicateClientId: 'Coinbase answers a known client id with its order; ccxt sends no ids of the caller’s',
  },
  strangers: {
    'a wrong secret': (access) => ({ ...access, secret: stranger.secret }),
    'a wrong key': (access) => ({ ...access, apiKey: stranger.apiKey }),
  },
  // ccxt knows these refusals by other words than Coinbase's.
  minimumError: ccxt.ExchangeError,
  unknownOrderError: ccxt.ExchangeError,
});

describe('ccxt against the simulated coinbase: what its suite leaves out', () => {
  let bench: LoopbackBench;
  let exchange: Coinbase;

  beforeAll(async () => {
    bench = await startVenue(coinbase);
    bench.quote('BTC-USDT', '96400', '96400.1', '0.5');
    const { apiKey, secret, passphrase } = bench.account;
    exchange = await client({ ...bench.endpoints, apiKey, secret, passphrase });
    await exchange.loadMarkets();
  });

  afterAll(async () => {
    await exchange.close();
    await bench.close();
  });

  it('streams tickers with the best bid and offer', async () => {
    expect(await exchange.watchTicker('BTC/USDT')).toMatchObject({ bid: 96400, ask: 96400.1, bidVolume: 0.5 });
  });

  it('streams trades, by the maker’s side', async () => {
    let seen: unknown;
    const trades = (async () => {
      while (seen === undefined) seen = (await exchange.watchTrades('BTC/USDT')).at(-1);
    })();
    await vi.waitFor(
      () => {
        bench.exchange.synthesizeTrade(bench.instrument('BTC-USDT'), 'buy', 100_000);
        expect(seen).toMatchObject({ symbol: 'BTC/USDT', side: 'sell', price: 96400.1, amount: 0.001 });
      },
      { timeout: 5_000 },
    );
    await trades;
  });

  it('loads currencies, tickers and trades', async () => {
    expect(Object.keys(exchange.currencies ?? {})).toEqual(expect.arrayContaining(['BTC', 'USDT']));
    expect(await exchange.fetchTicker('BTC/USDT')).toMatchObject({ bid: 96400, ask: 96400.1 });
    expect((await exchange.fetchTrades('BTC/USDT')).length).toBeGreaterThan(0);
    expect(await exchange.fetchBidsAsks(['BTC/USDT'])).toMatchObject({ 'BTC/USDT': { bid: 96400, ask: 96400.1 } });
  });
});

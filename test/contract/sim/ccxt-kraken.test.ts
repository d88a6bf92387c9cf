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

describe('ccxt against the simulated kraken, in what only Kraken does', () => {
  let bench: LoopbackBench;
  let exchange: InstanceType<typeof ccxt.pro.kraken>;
  const access = (): Access => ({
    ...bench.endpoints,
    apiKey: bench.account.apiKey,
    secret: bench.account.secret,
    passphrase: '',
  });

  beforeAll(async () => {
    bench = await startVenue(venue, 1);
    bench.quote('BTC-USDT', '96400', '96400.1', '0.5');
    exchange = (await client(access())) as InstanceType<typeof ccxt.pro.kraken>;
    await exchange.loadMarkets();
  });

  afterAll(async () => {
    await exchange.close();
    await bench.close();
  });

  it('reads currencies and markets by their new names', () => {
    expect(Object.keys(exchange.currencies)).toEqual(expect.arrayContaining(['BTC', 'ETH', 'DOGE', 'XRP', 'USDT']));
    expect(exchange.market('DOGE/USDT')).toMatchObject({
      id: 'XDGUSDT',
      base: 'DOGE',
      limits: { amount: { min: 50 } },
    });
  });

  it('reads tickers, trades and closed orders', async () => {
    const placed = await exchange.createOrder('BTC/USDT', 'limit', 'sell', 0.2, 96400, { timeInForce: 'IOC' });
    expect(await exchange.fetchTicker('BTC/USDT')).toMatchObject({ bid: 96400, ask: 96400.1, last: 96400 });
    expect((await exchange.fetchTrades('BTC/USDT')).at(-1)).toMatchObject({ price: 96400, amount: 0.2, side: 'sell' });
    const order = await exchange.fetchOrder(String(placed.id), 'BTC/USDT');
    expect(await exchange.fetchOrderTrades(String(placed.id), 'BTC/USDT', undefined, undefined, order)).toMatchObject([
      { amount: 0.2, price: 96400, order: placed.id },
    ]);
    expect((await exchange.fetchClosedOrders('BTC/USDT')).map(({ id }) => id)).toContain(placed.id);
  });

  it('finds orders by the client’s id', async () => {
    await exchange.createOrder('BTC/USDT', 'limit', 'buy', 0.01, 90000, { clientOrderId: 'p1a00000000000000k' });
    const params = { clientOrderId: 'p1a00000000000000k' };
    expect(await exchange.fetchOpenOrders('BTC/USDT', undefined, undefined, params)).toMatchObject([
      { clientOrderId: 'p1a00000000000000k', price: 90000 },
    ]);
    await exchange.cancelOrder('', 'BTC/USDT', params);
    expect(await exchange.fetchOpenOrders('BTC/USDT')).toEqual([]);
  });

  it('places and cancels on the socket, and is refused there in ccxt’s own classes', async () => {
    const placed = await exchange.createOrderWs('BTC/USDT', 'limit', 'buy', 0.01, 90000);
    await exchange.cancelOrderWs(String(placed.id));
    await vi.waitFor(async () =>
      expect((await exchange.fetchOrder(String(placed.id), 'BTC/USDT')).status).toBe('canceled'),
    );
    await expect(exchange.cancelOrderWs(String(placed.id))).rejects.toBeInstanceOf(ccxt.OrderNotFound);
    await expect(exchange.createOrderWs('BTC/USDT', 'limit', 'buy', 0.00001, 90000)).rejects.toBeInstanceOf(
      ccxt.BadRequest,
    );
  });

  it('watches orders begin, trade and end, and totals move', async () => {
    const orders: unknown[] = [];
    const trades: unknown[] = [];
    let total: unknown;
    let watching = true;
    const loop = async (act: () => Promise<void>): Promise<void> => {
      while (watching) await act();
    };
    const watchers = [
      loop(async () => void orders.push(...(await exchange.watchOrders()).map(({ id, status }) => [id, status]))),
      loop(
        async () => void trades.push(...(await exchange.watchMyTrades()).map(({ order, amount }) => [order, amount])),
      ),
      loop(async () => {
        total = (await exchange.watchBalance()).BTC?.total;
      }),
    ].map((watcher) => watcher.catch(() => {}));
    await vi.waitFor(() => expect(total).toBeDefined(), { timeout: 5_000 });
    const before = Number(total);
    const placed = await exchange.createOrder('BTC/USDT', 'limit', 'sell', 0.1, 96400, { timeInForce: 'IOC' });
    await vi.waitFor(
      () => {
        expect(orders).toContainEqual([placed.id, 'open']);
        expect(orders).toContainEqual([placed.id, 'closed']);
        expect(trades).toContainEqual([placed.id, 0.1]);
        expect(Number(total)).toBeCloseTo(before - 0.1, 8);
      },
      { timeout: 5_000 },
    );
    watching = false;
    await exchange.createOrder('BTC/USDT', 'limit', 'sell', 0.1, 96400, { timeInForce: 'IOC' });
    await Promise.all(watchers);
  });

  it('says that a wrong secret signs wrongly', async () => {
    const stranger = await client({ ...access(), secret: Buffer.from('stranger').toString('base64') });
    stranger.setMarkets(exchange.markets);
    await expect(stranger.fetchBalance()).rejects.toThrow('EAPI:Invalid signature');
    await stranger.close();
  });
});

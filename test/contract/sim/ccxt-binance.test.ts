/** ccxt as the witness: its own `binance` classes, REST and WebSocket, pointed at the simulator by their URLs alone.
 *  What ccxt is told otherwise: only spot markets are loaded (others, margin among them, are not simulated), and currencies are not (its
 *  source is a wallet endpoint that holds nothing of trading). The stream URL has `/stream` in its path because ccxt
 *  tells spot from futures by that word; the simulator, like Binance, ignores stream names that it does not know. */
import ccxt, { AuthenticationError, InsufficientFunds, InvalidOrder, OrderNotFound } from 'ccxt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LedgerFill, LedgerOrder, VenueLedger } from '../../../src/sim/ledger.ts';
import { type RunningSim, runSim } from '../../../src/sim/main.ts';
import { until } from './until.ts';

type Binance = InstanceType<typeof ccxt.pro.binance>;

const SYMBOL = 'BTC/USDT';
const SEED = 7;

async function clientOf(sim: RunningSim, keys: { apiKey?: string; secret?: string } = {}): Promise<Binance> {
  const venue = sim.ready.venues.binance;
  if (venue === undefined) throw new Error('binance is not simulated');
  const client = new ccxt.pro.binance({
    apiKey: venue.apiKey,
    secret: venue.secret,
    ...keys,
    options: { defaultType: 'spot', fetchMarkets: { types: ['spot'] }, fetchMargins: false, fetchCurrencies: false },
  });
  const { api } = client.urls as unknown as { api: Record<string, string> & { ws: Record<string, unknown> } };
  Object.assign(api, {
    public: `${venue.rest}/api/v3`,
    private: `${venue.rest}/api/v3`,
    sapi: `${venue.rest}/sapi/v1`,
  });
  Object.assign(api.ws, { spot: `${venue.wsPublic}/ws/stream`, 'ws-api': { spot: venue.wsTrade } });
  // ccxt wants this before any unencrypted WebSocket; there is no proxy.
  await client.loadHttpProxyAgent();
  return client;
}

const textOf = (value: unknown): string => String(value);

describe('ccxt against the simulated Binance', () => {
  let sim: RunningSim;
  let binance: Binance;

  const ledger = (): VenueLedger => {
    const own = sim.ledger().venues.binance;
    if (own === undefined) throw new Error('no ledger of binance');
    return own;
  };
  const orderOf = (id: unknown): LedgerOrder | undefined => ledger().orders.find((order) => order.orderId === id);
  const fillsOf = (id: unknown): LedgerFill[] => ledger().fills.filter((fill) => fill.orderId === id);
  const best = async (): Promise<{ bid: number; ask: number }> => {
    const book = await binance.fetchOrderBook(SYMBOL, 5);
    return { bid: Number(book.bids[0]?.[0]), ask: Number(book.asks[0]?.[0]) };
  };

  beforeAll(async () => {
    console.info(`seed ${SEED}`);
    sim = await runSim({ venues: ['binance'], seed: SEED, market: 'still' });
    binance = await clientOf(sim);
    await binance.loadMarkets();
  });

  afterAll(async () => {
    await binance.close();
    await sim.close();
  });

  it('loads markets with ticks, lots and minima', () => {
    expect(Object.keys(binance.markets ?? {}).sort()).toEqual([
      'BTC/USDT',
      'DOGE/USDT',
      'ETH/USDT',
      'SOL/USDT',
      'XRP/USDT',
    ]);
    const market = binance.market(SYMBOL);
    expect(market).toMatchObject({ id: 'BTCUSDT', spot: true, active: true });
    expect(market.precision).toMatchObject({ price: 0.01, amount: 0.00001 });
    expect(market.limits.amount?.min).toBe(0.00001);
    expect(market.limits.cost?.min).toBe(5);
  });

  it('tells the time', async () => {
    expect(Math.abs(Number(await binance.fetchTime()) - Date.now())).toBeLessThan(5000);
  });

  it('serves depth and best prices by REST', async () => {
    const book = await binance.fetchOrderBook(SYMBOL, 50);
    expect(book.bids).toHaveLength(50);
    expect(book.asks).toHaveLength(50);
    expect(Number(book.bids[0]?.[0])).toBeLessThan(Number(book.asks[0]?.[0]));
    const top = await binance.fetchBidsAsks([SYMBOL]);
    expect(Number(top[SYMBOL]?.bid)).toBeLessThan(Number(top[SYMBOL]?.ask));
  });

  it('streams a book that stays uncrossed and equals the one of REST at the same update', async () => {
    let updates = 0;
    let equal = false;
    while (updates < 5 || !equal) {
      const live = await binance.watchOrderBook(SYMBOL);
      updates++;
      expect(Number(live.bids[0]?.[0])).toBeLessThan(Number(live.asks[0]?.[0]));
      const rest = await binance.fetchOrderBook(SYMBOL, 50);
      if (rest.nonce !== live.nonce) continue;
      const rows = (side: unknown): unknown[] => (side as unknown[][]).slice(0, 50).map((row) => row.slice(0, 2));
      expect(rows(live.bids)).toEqual(rows(rest.bids));
      expect(rows(live.asks)).toEqual(rows(rest.asks));
      equal = true;
    }
  });

  it('streams best prices and trades', async () => {
    const tops = await binance.watchBidsAsks([SYMBOL]);
    expect(Number(tops[SYMBOL]?.bid)).toBeLessThan(Number(tops[SYMBOL]?.ask));
    const trades = await binance.watchTrades(SYMBOL);
    expect(Number(trades[0]?.price)).toBeGreaterThan(0);
  });

  it('places, finds and cancels a resting order', async () => {
    const { bid } = await best();
    const price = Math.floor(bid * 0.9);
    const order = await binance.createOrder(SYMBOL, 'limit', 'buy', 0.01, price, { newClientOrderId: 'rest1' });
    expect(order).toMatchObject({ status: 'open', filled: 0, clientOrderId: 'rest1' });
    expect(orderOf(order.id)).toMatchObject({ clientId: 'rest1', status: 'new', size: '0.01', price: textOf(price) });
    expect(ledger().balances.USDT?.locked).toBe(textOf(price / 100));

    expect(await binance.fetchOrder(textOf(order.id), SYMBOL)).toMatchObject({ status: 'open', price, amount: 0.01 });
    expect((await binance.fetchOpenOrders(SYMBOL)).map(({ id }) => id)).toEqual([order.id]);
    expect((await binance.fetchBalance()).USDT).toMatchObject({ used: price / 100 });

    expect(await binance.cancelOrder(textOf(order.id), SYMBOL)).toMatchObject({ status: 'canceled' });
    expect(orderOf(order.id)).toMatchObject({ status: 'canceled', filled: '0' });
    expect(await binance.fetchOpenOrders(SYMBOL)).toEqual([]);
    expect(ledger().balances.USDT).toMatchObject({ locked: '0', change: '0' });
    await expect(binance.cancelOrder(textOf(order.id), SYMBOL)).rejects.toThrow(OrderNotFound);
  });

  it('fills an IOC and expires what the price does not reach', async () => {
    const { ask } = await best();
    const filled = await binance.createOrder(SYMBOL, 'limit', 'buy', 0.001, ask + 50, { timeInForce: 'IOC' });
    expect(filled).toMatchObject({ status: 'closed', filled: 0.001 });
    const expired = await binance.createOrder(SYMBOL, 'limit', 'buy', 0.001, ask - 1000, { timeInForce: 'IOC' });
    expect(expired).toMatchObject({ status: 'expired', filled: 0 });
    expect(orderOf(expired.id)).toMatchObject({ status: 'expired' });
  });

  it('fills market orders by size and by cost, with the fee in what was received', async () => {
    const bought = await binance.createOrder(SYMBOL, 'market', 'buy', 0.002);
    const sold = await binance.createOrder(SYMBOL, 'market', 'sell', 0.002);
    const spent = await binance.createMarketBuyOrderWithCost(SYMBOL, 100);
    for (const [order, feeAsset] of [
      [bought, 'BTC'],
      [sold, 'USDT'],
      [spent, 'BTC'],
    ] as const) {
      const fills = fillsOf(order.id);
      const trades = await binance.fetchMyTrades(SYMBOL, undefined, undefined, { orderId: order.id });
      expect(trades.map((trade) => textOf(trade.id))).toEqual(fills.map((fill) => fill.tradeId));
      expect(trades.map((trade) => Number(trade.price))).toEqual(fills.map((fill) => Number(fill.price)));
      expect(trades.map((trade) => Number(trade.amount))).toEqual(fills.map((fill) => Number(fill.size)));
      expect(trades.map((trade) => Number(trade.fee?.cost))).toEqual(fills.map((fill) => Number(fill.fee)));
      expect(new Set(trades.map((trade) => trade.fee?.currency))).toEqual(new Set([feeAsset]));
      expect(order.status).toBe('closed');
    }
    expect(Number(spent.cost)).toBeLessThanOrEqual(100);
    expect(Number(spent.cost)).toBeGreaterThan(99);
  });

  it('agrees with the ledger on every balance', async () => {
    const balance = await binance.fetchBalance();
    for (const [asset, row] of Object.entries(ledger().balances)) {
      expect([asset, balance[asset]?.free]).toEqual([asset, Number(row.free)]);
      expect([asset, balance[asset]?.used]).toEqual([asset, Number(row.locked)]);
    }
  });

  it('pushes orders, fills and balances on the private stream', async () => {
    const pushed = new Map<string, string[]>();
    let watching = true;
    // ccxt's own stream: userDataStream.subscribe.signature on the WebSocket API.
    const orders = (async () => {
      while (watching) {
        for (const order of await binance.watchOrders(SYMBOL)) {
          pushed.set(textOf(order.id), [...(pushed.get(textOf(order.id)) ?? []), textOf(order.status)]);
        }
      }
    })().catch((thrown: unknown) => {
      // Closing the client ends the wait.
      if (watching) throw thrown;
    });
    const balances = binance.watchBalance();
    let placed = await binance.createOrder(SYMBOL, 'market', 'buy', 0.001);
    await until(async () => {
      // The first order may have come before the subscription.
      if (!pushed.has(textOf(placed.id))) placed = await binance.createOrder(SYMBOL, 'market', 'buy', 0.001);
      expect(pushed.get(textOf(placed.id))?.at(-1)).toBe('closed');
    });
    expect(Number((await balances).BTC?.free)).toBeGreaterThan(0);
    watching = false;
    await binance.createOrder(SYMBOL, 'market', 'sell', 0.001);
    await orders;
  });

  it('takes, finds and cancels orders over the WebSocket API', async () => {
    const { bid } = await best();
    const price = Math.floor(bid * 0.9);
    const order = await binance.createOrderWs(SYMBOL, 'limit', 'buy', 0.01, price);
    expect(orderOf(order.id)).toMatchObject({ status: 'new' });
    expect((await binance.fetchOpenOrdersWs(SYMBOL)).map(({ id }) => id)).toEqual([order.id]);
    expect(await binance.fetchOrderWs(textOf(order.id), SYMBOL)).toMatchObject({ status: 'open' });
    expect(await binance.cancelOrderWs(textOf(order.id), SYMBOL)).toMatchObject({ status: 'canceled' });
    const taken = await binance.createOrderWs(SYMBOL, 'market', 'buy', 0.001);
    expect(
      fillsOf(taken.id)
        .map((fill) => Number(fill.size))
        .reduce((sum, size) => sum + size, 0),
    ).toBeCloseTo(0.001);
    // ccxt reads the spot answer of `account.status` as a futures one; what it received stands in `info`.
    const { info } = (await binance.fetchBalanceWs()) as unknown as {
      info: { balances: { asset: string; free: string }[] };
    };
    const usdt = info.balances.find(({ asset }) => asset === 'USDT');
    expect(Number(usdt?.free)).toBe(Number(ledger().balances.USDT?.free));
    await expect(binance.createOrderWs(SYMBOL, 'limit', 'buy', 50, price)).rejects.toThrow(InsufficientFunds);
  });

  it("refuses in Binance's words, which ccxt understands", async () => {
    const { bid } = await best();
    const price = Math.floor(bid * 0.9);
    await expect(binance.createOrder(SYMBOL, 'limit', 'buy', 50, price)).rejects.toThrow(InsufficientFunds);
    await expect(binance.createOrder(SYMBOL, 'limit', 'buy', 0.001, bid * 6)).rejects.toThrow(InvalidOrder);
    // ccxt has no class of its own for these.
    await expect(binance.createOrder(SYMBOL, 'limit', 'buy', 0.00001, price)).rejects.toThrow(
      'Filter failure: NOTIONAL',
    );
    await expect(binance.createOrder(SYMBOL, 'limit', 'buy', 0.01, price, { quantity: '0.0100001' })).rejects.toThrow(
      'Filter failure: LOT_SIZE',
    );
    await expect(binance.fetchOrder('1', SYMBOL)).rejects.toThrow(OrderNotFound);
    const stranger = await clientOf(sim, { secret: 'x'.repeat(64) });
    await expect(stranger.fetchBalance()).rejects.toThrow(AuthenticationError);
    const unknown = await clientOf(sim, { apiKey: 'x'.repeat(64) });
    await expect(unknown.fetchBalance()).rejects.toThrow(AuthenticationError);
    await Promise.all([stranger.close(), unknown.close()]);
  });

  it('reads its own fee rates', async () => {
    expect(await binance.fetchTradingFee(SYMBOL)).toMatchObject({ maker: 0.001, taker: 0.001 });
  });
});

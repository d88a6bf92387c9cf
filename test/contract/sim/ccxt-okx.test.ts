/** ccxt as the witness: its own `okx` classes, REST and WebSocket, pointed at the simulated OKX by their URLs alone.
 *  What ccxt is told otherwise: only spot markets are loaded (others are not simulated and would only cost requests),
 *  and its own throttle stays on, so that the simulator's request limits are met as a real client meets them. */
import ccxt from 'ccxt';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { amountText } from '../../../src/sim/amounts.ts';
import type { Ledger } from '../../../src/sim/ledger.ts';
import { type RunningSim, runSim } from '../../../src/sim/main.ts';
import { okx as venue } from '../../../src/sim/venues/okx/index.ts';
import { type LoopbackBench, startVenue } from './venue-bench.ts';

type Okx = InstanceType<typeof ccxt.pro.okx>;

/** ccxt types ids as possibly missing. */
const idOf = (order: { readonly id?: unknown }): string => String(order.id);

const SYMBOL = 'BTC/USDT';

interface Access {
  readonly rest: string;
  readonly wsPublic: string;
  readonly apiKey: string;
  readonly secret: string;
  readonly passphrase?: string;
}

const accessTo = ({ endpoints, account }: LoopbackBench): Access => ({
  rest: endpoints.rest,
  wsPublic: endpoints.wsPublic,
  apiKey: account.apiKey,
  secret: account.secret,
  passphrase: account.passphrase,
});

async function client(
  access: Access,
  keys: { secret?: string; apiKey?: string; password?: string } = {},
): Promise<Okx> {
  const exchange = new ccxt.pro.okx({
    apiKey: access.apiKey,
    secret: access.secret,
    password: access.passphrase ?? '',
    ...keys,
    options: { fetchMarkets: { types: ['spot'] } },
  });
  const ws = access.wsPublic.replace('/public', '');
  Object.assign(exchange.urls, { api: { rest: access.rest, ws } });
  // ccxt asks for this once before any unencrypted WebSocket; there is no proxy.
  await exchange.loadHttpProxyAgent();
  return exchange;
}

describe('ccxt against the simulated OKX', () => {
  let bench: LoopbackBench;
  let okx: Okx;

  beforeAll(async () => {
    bench = await startVenue(venue, 1);
    bench.quote('BTC-USDT', '96400', '96400.1', '0.5');
    bench.quote('ETH-USDT', '3320', '3320.01', '4');
    okx = await client(accessTo(bench));
    await okx.loadMarkets();
  });

  afterAll(async () => {
    await okx.close();
    await bench.close();
  });

  it('loads markets with ticks, lots, minimum sizes and codes', () => {
    expect(Object.keys(okx.markets ?? {}).sort()).toEqual([
      'BTC/USDT',
      'DOGE/USDT',
      'ETH/USDT',
      'SOL/USDT',
      'XRP/USDT',
    ]);
    const market = okx.market(SYMBOL);
    expect(market).toMatchObject({ id: 'BTC-USDT', base: 'BTC', quote: 'USDT', spot: true, active: true });
    expect(market.precision).toMatchObject({ price: 0.1, amount: 1e-8 });
    expect(market.limits.amount?.min).toBe(0.00001);
    expect((market as unknown as { instIdCode: number }).instIdCode).toBe(bench.instrument('BTC-USDT').code);
    expect(Object.keys(okx.currencies ?? {})).toEqual(expect.arrayContaining(['BTC', 'USDT']));
  });

  it('tells the time', async () => {
    const time = await okx.fetchTime();
    expect(Math.abs((time ?? 0) - Date.now())).toBeLessThan(5000);
  });

  it('serves the book by REST, as it stands', async () => {
    const book = await okx.fetchOrderBook(SYMBOL, 5);
    expect(book.bids[0]?.slice(0, 2)).toEqual([96400, 0.5]);
    expect(book.asks[0]?.slice(0, 2)).toEqual([96400.1, 0.5]);
    expect(book.bids).toHaveLength(5);
    const ticker = await okx.fetchTicker(SYMBOL);
    expect(ticker).toMatchObject({ bid: 96400, ask: 96400.1 });
  });

  it('streams the book: a snapshot, then changes that chain, equal to REST in the end', async () => {
    const instrument = bench.instrument('ETH-USDT');
    let book = await okx.watchOrderBook('ETH/USDT');
    expect(book.bids[0]?.slice(0, 2)).toEqual([3320, 4]);
    for (let step = 1; step <= 5; step++) {
      const bid = 3320 + step / 100;
      bench.quote('ETH-USDT', bid.toFixed(2), (bid + 0.01).toFixed(2), `${4 + step}`);
      while (book.bids[0]?.[0] !== bid) book = await okx.watchOrderBook('ETH/USDT');
      expect(book.asks[0]?.[0]).toBeGreaterThan(bid);
    }
    const rest = await okx.fetchOrderBook('ETH/USDT', 400);
    expect(book.bids.map((level) => level.slice(0, 2))).toEqual(rest.bids.map((level) => level.slice(0, 2)));
    expect(book.asks.map((level) => level.slice(0, 2))).toEqual(rest.asks.map((level) => level.slice(0, 2)));
    expect(book.nonce).toBe(bench.exchange.top(instrument).updateId);
  });

  it('streams the best bid and offer, tickers and trades', async () => {
    const top = await okx.watchBidsAsks([SYMBOL]);
    expect(top[SYMBOL]).toMatchObject({ bid: 96400, ask: 96400.1 });
    expect((await okx.watchTicker(SYMBOL)).bid).toBe(96400);
    let seen: unknown;
    const trades = okx.watchTrades(SYMBOL).then((list) => {
      seen = list[0];
    });
    await vi.waitFor(() => {
      bench.exchange.synthesizeTrade(bench.instrument('BTC-USDT'), 'buy', 100_000);
      expect(seen).toMatchObject({ symbol: SYMBOL, side: 'buy', price: 96400.1, amount: 0.001 });
    });
    await trades;
  });

  it('keeps a limit order open, finds it, lists it and cancels it', async () => {
    const placed = await okx.createOrder(SYMBOL, 'limit', 'buy', 0.01, 90000);
    const order = await okx.fetchOrder(idOf(placed), SYMBOL);
    expect(order).toMatchObject({ status: 'open', side: 'buy', type: 'limit', price: 90000, amount: 0.01, filled: 0 });
    expect((await okx.fetchOpenOrders(SYMBOL)).map(({ id }) => id)).toEqual([placed.id]);
    const balance = await okx.fetchBalance();
    expect(balance.USDT).toMatchObject({ used: 900 });
    await okx.cancelOrder(idOf(placed), SYMBOL);
    expect((await okx.fetchOrder(idOf(placed), SYMBOL)).status).toBe('canceled');
    expect(await okx.fetchOpenOrders(SYMBOL)).toEqual([]);
    await expect(okx.cancelOrder(idOf(placed), SYMBOL)).rejects.toBeInstanceOf(ccxt.OrderNotFound);
    expect((await okx.fetchBalance()).USDT).toMatchObject({ used: 0 });
  });

  it('fills an immediate-or-cancel order in part, and the fee comes off what was bought', async () => {
    bench.quote('BTC-USDT', '96400', '96400.1', '0.5', 2);
    const before = await okx.fetchBalance();
    const placed = await okx.createOrder(SYMBOL, 'limit', 'buy', 1.2, 96400.1, { timeInForce: 'IOC' });
    const order = await okx.fetchOrder(idOf(placed), SYMBOL);
    expect(order).toMatchObject({ status: 'canceled', filled: 0.5, average: 96400.1, timeInForce: 'IOC' });
    const trades = (await okx.fetchMyTrades(SYMBOL)).filter((trade) => trade.order === placed.id);
    expect(trades).toHaveLength(1);
    expect(trades[0]).toMatchObject({ side: 'buy', price: 96400.1, amount: 0.5, takerOrMaker: 'taker' });
    expect(trades[0]?.fee).toMatchObject({ cost: 0.0005, currency: 'BTC' });
    const after = await okx.fetchBalance();
    expect(Number(after.BTC?.total) - Number(before.BTC?.total)).toBeCloseTo(0.4995, 10);
    expect(Number(before.USDT?.total) - Number(after.USDT?.total)).toBeCloseTo(48200.05, 6);
  });

  it('fills market orders by base size and by quote amount', async () => {
    bench.quote('BTC-USDT', '96400', '96400.1', '0.5');
    const sold = await okx.createOrder(SYMBOL, 'market', 'sell', 0.7);
    expect(await okx.fetchOrder(idOf(sold), SYMBOL)).toMatchObject({ status: 'closed', filled: 0.7, type: 'market' });
    const bought = await okx.createMarketBuyOrderWithCost(SYMBOL, 1000);
    const order = await okx.fetchOrder(idOf(bought), SYMBOL);
    expect(order.status).toBe('closed');
    expect(order.filled).toBeCloseTo(1000 / 96400.1, 8);
    expect(order.filled).toBeLessThanOrEqual(1000 / 96400.1);
    const closed = await okx.fetchClosedOrders(SYMBOL);
    expect(closed.map(({ id }) => id)).toEqual(expect.arrayContaining([sold.id, bought.id]));
  });

  it('takes orders over the WebSocket by instIdCode, and tells of them on the orders channel', async () => {
    bench.quote('BTC-USDT', '96400', '96400.1', '0.5');
    const seen: unknown[] = [];
    let watching = true;
    const watcher = (async () => {
      while (watching) {
        for (const { id, status, filled } of await okx.watchOrders(SYMBOL)) seen.push({ id, status, filled });
      }
    })().catch(() => {});
    const watched = bench.wire.stats();
    await vi.waitFor(() => expect(bench.wire.stats().messages).toBeGreaterThanOrEqual(Number(watched.messages) + 2));
    const placed = await okx.createOrderWs(SYMBOL, 'limit', 'sell', 0.2, 96400, {
      timeInForce: 'IOC',
      clientOrderId: 'abc1',
    });
    // ccxt keeps one entry an order: its opening is soon written over.
    await vi.waitFor(() => expect(seen).toContainEqual({ id: placed.id, status: 'closed', filled: 0.2 }));
    const resting = await okx.createOrderWs(SYMBOL, 'limit', 'buy', 0.1, 80000);
    await vi.waitFor(() => expect(seen).toContainEqual({ id: resting.id, status: 'open', filled: 0 }));
    await okx.cancelOrderWs(idOf(resting), SYMBOL);
    await vi.waitFor(() => expect(seen).toContainEqual({ id: resting.id, status: 'canceled', filled: 0 }));
    expect(await okx.fetchOrder(idOf(placed), SYMBOL)).toMatchObject({ clientOrderId: 'abc1', filled: 0.2 });
    watching = false;
    await okx.createOrderWs(SYMBOL, 'limit', 'buy', 0.1, 80000);
    await watcher;
  });

  it('pushes balances', async () => {
    const first = await okx.watchBalance();
    expect(first.USDT?.total).toBeGreaterThan(0);
    const next = okx.watchBalance();
    await okx.createOrder('ETH/USDT', 'limit', 'buy', 1, 1000);
    expect((await next).USDT?.used).toBeGreaterThanOrEqual(1000);
  });

  it('agrees with the exchange about every order and fill', async () => {
    const { exchange, account } = bench;
    const fills = exchange.fills(account, bench.instrument('BTC-USDT'));
    const trades = await okx.fetchMyTrades(SYMBOL);
    expect(trades.map(({ id, order, amount, price }) => [id, order, amount, price])).toEqual(
      fills.map((fill) => [String(fill.tradeId), String(fill.orderId), fill.size / 1e8, fill.price / 10]),
    );
    const open = await okx.fetchOpenOrders();
    expect(open.map(({ id }) => id).sort()).toEqual(
      exchange
        .openOrders(account)
        .map(({ id }) => String(id))
        .sort(),
    );
    const balance = await okx.fetchBalance();
    for (const [asset, { free, locked }] of account.holdings) {
      if (free + locked === 0n) continue;
      expect(balance[asset]).toMatchObject({ free: Number(amountText(free)), used: Number(amountText(locked)) });
    }
  });

  it('reports the fee rates of the account', async () => {
    expect(await okx.fetchTradingFee(SYMBOL)).toMatchObject({ taker: 0.001, maker: 0.0008 });
  });

  describe('refuses as the venue does', () => {
    const cases: readonly [name: string, error: unknown, act: () => Promise<unknown>][] = [
      ['more than the balance', ccxt.InsufficientFunds, () => okx.createOrder(SYMBOL, 'limit', 'buy', 200, 96000)],
      ['less than the minimum', ccxt.InvalidOrder, () => okx.createOrder(SYMBOL, 'limit', 'buy', 0.000001, 96000)],
      [
        'a client id that is in use',
        ccxt.InvalidOrder,
        async () => {
          await okx.createOrder(SYMBOL, 'limit', 'buy', 0.01, 50000, { clientOrderId: 'twice' });
          await okx.createOrder(SYMBOL, 'limit', 'buy', 0.01, 50000, { clientOrderId: 'twice' });
        },
      ],
      [
        'a client id that is not alphanumeric',
        ccxt.BadRequest,
        () => okx.createOrder(SYMBOL, 'limit', 'buy', 0.01, 50000, { clientOrderId: 'a-b' }),
      ],
      ['an unknown order', ccxt.OrderNotFound, () => okx.fetchOrder('999999999', SYMBOL)],
      ['canceling an unknown order', ccxt.OrderNotFound, () => okx.cancelOrder('999999999', SYMBOL)],
      [
        'a missing argument',
        ccxt.BadRequest,
        () => okx.privatePostTradeOrder({ instId: 'BTC-USDT', tdMode: 'cash', side: 'buy' }),
      ],
      ['an unknown instrument', ccxt.BadSymbol, () => okx.publicGetMarketBooks({ instId: 'NO-SUCH' })],
    ];
    it.each(cases)('%s', async (_, error, act) => {
      await expect(act()).rejects.toBeInstanceOf(error);
    });

    it.each([
      ['a wrong secret', { secret: 'A'.repeat(32) }, /50113/],
      ['a wrong key', { apiKey: '00000000-0000-0000-0000-000000000000' }, /50111/],
      ['a wrong passphrase', { password: 'nonsense' }, /50105/],
    ] as const)('%s, by REST and at login', async (_, keys, code) => {
      const stranger = await client(accessTo(bench), keys);
      stranger.setMarkets(okx.markets);
      await expect(stranger.fetchBalance()).rejects.toThrow(ccxt.AuthenticationError);
      await expect(stranger.fetchBalance()).rejects.toThrow(code);
      await expect(stranger.watchOrders(SYMBOL)).rejects.toThrow(ccxt.AuthenticationError);
      await stranger.close();
    });

    it('a clock that is off', async () => {
      const late = await client(accessTo(bench));
      late.setMarkets(okx.markets);
      late.nonce = () => Date.now() - 60_000;
      await expect(late.fetchBalance()).rejects.toBeInstanceOf(ccxt.InvalidNonce);
      await late.close();
    });
  });
});

describe('ccxt against the whole simulator', () => {
  const seed = 20_260_401;
  let sim: RunningSim;
  let okx: Okx;

  beforeAll(async () => {
    sim = await runSim({ venues: ['okx'], seed });
    const access = sim.ready.venues.okx;
    if (access === undefined) throw new Error('okx is not simulated');
    okx = await client(access);
    await okx.loadMarkets();
  });

  afterAll(async () => {
    await okx.close();
    await sim.close();
  });

  it(`follows a moving book without a gap (seed ${seed})`, async () => {
    // ccxt rejects with InvalidNonce when an update does not follow the one before.
    for (let update = 0; update < 25; update++) {
      const { bids, asks } = await okx.watchOrderBook(SYMBOL);
      expect(asks[0]?.[0]).toBeGreaterThan(Number(bids[0]?.[0]));
    }
  });

  it(`sees the orders, fills and balances that the ledger has (seed ${seed})`, async () => {
    const symbol = 'ETH/USDT';
    const top = await okx.fetchOrderBook(symbol, 1);
    const ask = Number(top.asks[0]?.[0]);
    for (const [side, price] of [
      ['buy', ask * 1.01],
      ['sell', ask * 0.99],
    ] as const) {
      const placed = await okx.createOrder(symbol, 'limit', side, 0.4, Number(okx.priceToPrecision(symbol, price)), {
        timeInForce: 'IOC',
      });
      expect(await okx.fetchOrder(idOf(placed), symbol)).toMatchObject({ status: 'closed', filled: 0.4 });
    }
    const trades = await okx.fetchMyTrades(symbol);
    const balance = await okx.fetchBalance();
    const response = await fetch(`${sim.ready.control}/ledger`);
    const ledger = ((await response.json()) as Ledger).venues.okx;
    expect(trades.map((trade) => trade.info as Record<string, string>)).toEqual(
      ledger?.fills.map((fill) =>
        expect.objectContaining({
          tradeId: fill.tradeId,
          ordId: fill.orderId,
          clOrdId: fill.clientId,
          fillPx: fill.price,
          fillSz: fill.size,
          fee: `-${fill.fee}`,
          feeCcy: fill.feeAsset,
        }),
      ),
    );
    for (const asset of ['ETH', 'USDT']) {
      expect(balance[asset]?.total).toBe(Number(ledger?.balances[asset]?.total));
      expect(ledger?.balances[asset]?.change).not.toBe('0');
    }
  });
});

/** ccxt as the witness: the same trades, books, balances and refusals on every simulated venue, asked for by ccxt's own
 *  class of that venue, which is told nothing but addresses. What ccxt or the venue cannot do is named as data. */
import ccxt, { type Exchange } from 'ccxt';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { amountText } from '../../../src/sim/amounts.ts';
import type { Ledger } from '../../../src/sim/ledger.ts';
import { type RunningSim, runSim } from '../../../src/sim/main.ts';
import type { SimEndpoints, SimVenue } from '../../../src/sim/wire-port.ts';
import { type LoopbackBench, startVenue } from './venue-bench.ts';

export interface Access extends SimEndpoints {
  readonly apiKey: string;
  readonly secret: string;
  readonly passphrase: string;
}

export interface Witness {
  readonly venue: SimVenue;
  /** ccxt's own (pro) class, pointed at the addresses; nothing of the protocol may be changed. */
  client(access: Access): Promise<Exchange>;
  /** What ccxt or the venue cannot do, each with the reason; the test of it is then left out by name. */
  readonly cannot: Partial<Record<Ability, string>>;
  /** Keys that are wrong in one part, by the part's name; each is refused as `AuthenticationError` (or what `error`
   *  says) by REST. */
  readonly strangers: Readonly<Record<string, (access: Access) => Access>>;
  /** ccxt's class of the error for a client id used twice; default `InvalidOrder`. */
  readonly duplicateError?: new (
    ...args: never[]
  ) => Error;
  /** ccxt's class of the error for an order below the minimum; default `InvalidOrder`. */
  readonly minimumError?: new (
    ...args: never[]
  ) => Error;
  /** ccxt's status of an order that was filled in part and then ended; default `canceled` or `expired`. */
  readonly partlyFilledStatus?: string;
  /** ccxt's class for an order that is not known; default `OrderNotFound`. */
  readonly unknownOrderError?: new (
    ...args: never[]
  ) => Error;
}

export type Ability =
  | 'fetchTime'
  | 'watchBidsAsks'
  | 'watchTrades'
  | 'watchOrders'
  | 'watchBalance'
  | 'createOrderWs'
  | 'cancelOrderWs'
  | 'marketBuyByCost'
  | 'fetchTradingFee'
  | 'duplicateClientId'
  | 'nonce';

const BTC = 'BTC/USDT';
const ETH = 'ETH/USDT';
const idOf = (order: { readonly id?: unknown }): string => String(order.id);
const accessOf = ({ endpoints, account }: LoopbackBench): Access => ({
  ...endpoints,
  apiKey: account.apiKey,
  secret: account.secret,
  passphrase: account.passphrase,
});

export function ccxtSuite(witness: Witness): void {
  const { venue, cannot } = witness;
  /** A test of something that ccxt can do here, or a note that it cannot. */
  const able = (ability: Ability, name: string, act: () => Promise<void>): void => {
    const reason = cannot[ability];
    if (reason === undefined) it(name, act);
    else it(`cannot: ${name} (${reason})`, () => expect(reason.length).toBeGreaterThan(10));
  };

  describe(`ccxt against the simulated ${venue.id}`, () => {
    let bench: LoopbackBench;
    let client: Exchange;

    beforeAll(async () => {
      bench = await startVenue(venue, 1);
      bench.quote('BTC-USDT', '96400', '96400.1', '0.5');
      bench.quote('ETH-USDT', '3320', '3320.1', '4');
      client = await witness.client(accessOf(bench));
      await client.loadMarkets();
    });

    afterAll(async () => {
      await client.close();
      await bench.close();
    });

    it('loads markets with ticks, lots and minimum sizes', () => {
      expect(Object.keys(client.markets ?? {})).toEqual(
        expect.arrayContaining(venue.instruments.map(({ id }) => id.replace('-', '/'))),
      );
      for (const spec of venue.instruments) {
        const market = client.market(spec.id.replace('-', '/'));
        expect(market).toMatchObject({ id: spec.symbol, spot: true });
        expect(market.active ?? true).toBe(true);
        expect(market.precision.price).toBeCloseTo(Number(spec.tick), 12);
        expect(market.precision.amount).toBeCloseTo(Number(spec.lot), 12);
      }
    });

    able('fetchTime', 'tells the time', async () => {
      expect(Math.abs(Number(await client.fetchTime()) - Date.now())).toBeLessThan(5000);
    });

    it('serves the book by REST, as it stands', async () => {
      const book = await client.fetchOrderBook(BTC);
      expect(book.bids[0]?.slice(0, 2)).toEqual([96400, 0.5]);
      expect(book.asks[0]?.slice(0, 2)).toEqual([96400.1, 0.5]);
      expect(book.bids).toHaveLength(10);
    });

    it('streams the book: a snapshot, then changes, equal to the exchange in the end', async () => {
      let opened = false;
      const opening = client.watchOrderBook(ETH).finally(() => {
        opened = true;
      });
      // Where the socket sends no snapshot, ccxt fetches one once it saw changes.
      let size = 4;
      await vi.waitFor(
        () => {
          bench.quote('ETH-USDT', '3320', '3320.1', String(size++));
          expect(opened).toBe(true);
        },
        { timeout: 10_000, interval: 50 },
      );
      let book = await opening;
      const { tick, priceDecimals } = bench.instrument('ETH-USDT');
      const step = tick / 10 ** priceDecimals;
      for (let n = 1; n <= 5; n++) {
        const bid = Number((3320 + n * 10 * step).toFixed(priceDecimals));
        bench.quote('ETH-USDT', bid.toFixed(priceDecimals), (bid + step).toFixed(priceDecimals), `${4 + n}`);
        await vi.waitFor(
          async () => {
            book = await client.watchOrderBook(ETH);
            expect(book.bids[0]?.slice(0, 2)).toEqual([bid, 4 + n]);
          },
          { timeout: 5_000, interval: 1 },
        );
      }
      const now = bench.exchange.book(bench.instrument('ETH-USDT'), 10);
      expect(book.bids.slice(0, 10).map(([price]) => price)).toEqual(
        now.bids.map(({ price }) => price / 10 ** priceDecimals),
      );
      expect(book.asks.slice(0, 10).map(([price]) => price)).toEqual(
        now.asks.map(({ price }) => price / 10 ** priceDecimals),
      );
    });

    able('watchBidsAsks', 'streams the best bid and offer', async () => {
      const tops = await client.watchBidsAsks([BTC]);
      expect(tops[BTC]).toMatchObject({ bid: 96400, ask: 96400.1 });
    });

    able('watchTrades', 'streams trades', async () => {
      let seen: unknown;
      const trades = client.watchTrades(BTC).then((list) => {
        seen = list.at(-1);
      });
      const { sizeDecimals } = bench.instrument('BTC-USDT');
      await vi.waitFor(
        () => {
          bench.exchange.synthesizeTrade(bench.instrument('BTC-USDT'), 'buy', 10 ** sizeDecimals / 1000);
          expect(seen).toMatchObject({ symbol: BTC, side: 'buy', price: 96400.1, amount: 0.001 });
        },
        { timeout: 5_000 },
      );
      await trades;
    });

    it('keeps a limit order open, finds it, lists it and cancels it', async () => {
      const placed = await client.createOrder(BTC, 'limit', 'buy', 0.01, 90000);
      const order = await client.fetchOrder(idOf(placed), BTC);
      expect(order).toMatchObject({
        status: 'open',
        side: 'buy',
        type: 'limit',
        price: 90000,
        amount: 0.01,
        filled: 0,
      });
      expect((await client.fetchOpenOrders(BTC)).map(({ id }) => id)).toEqual([placed.id]);
      // Where fees come out of the quote asset, the buyer's is held too.
      const held = Number(amountText(bench.account.holdings.get('USDT')?.locked ?? 0n));
      expect(held).toBeCloseTo(
        900 * (1 + (venue.policy.fees.feeIn === 'quote' ? Number(venue.policy.fees.taker) : 0)),
        9,
      );
      expect((await client.fetchBalance()).USDT?.used).toBeCloseTo(held, 9);
      await client.cancelOrder(idOf(placed), BTC);
      await vi.waitFor(async () => expect((await client.fetchOrder(idOf(placed), BTC)).status).toBe('canceled'));
      expect(await client.fetchOpenOrders(BTC)).toEqual([]);
      await expect(client.cancelOrder(idOf(placed), BTC)).rejects.toBeInstanceOf(
        witness.unknownOrderError ?? ccxt.OrderNotFound,
      );
      expect((await client.fetchBalance()).USDT?.used ?? 0).toBe(0);
    });

    it('fills an immediate-or-cancel order in part, with the fee that the venue takes', async () => {
      bench.quote('BTC-USDT', '96400', '96400.1', '0.5', 1);
      const before = await client.fetchBalance();
      const placed = await client.createOrder(BTC, 'limit', 'buy', 1.2, 96400.1, { timeInForce: 'IOC' });
      await vi.waitFor(async () => {
        const order = await client.fetchOrder(idOf(placed), BTC);
        expect(order.filled).toBe(0.5);
        expect([witness.partlyFilledStatus ?? 'canceled', 'expired']).toContain(order.status);
      });
      const trades = (await client.fetchMyTrades(BTC)).filter((trade) => trade.order === placed.id);
      expect(trades).toHaveLength(1);
      expect(trades[0]).toMatchObject({ side: 'buy', price: 96400.1, amount: 0.5 });
      const [own] = bench.exchange.fills(bench.account).slice(-1);
      expect(trades[0]?.fee?.cost).toBeCloseTo(Number(amountText(own?.fee ?? 0n)), 10);
      expect(trades[0]?.fee?.currency).toBe(own?.feeAsset);
      const after = await client.fetchBalance();
      const feeIn = (asset: string): number => (own?.feeAsset === asset ? Number(amountText(own.fee)) : 0);
      expect(Number(after.BTC?.total) - Number(before.BTC?.total)).toBeCloseTo(0.5 - feeIn('BTC'), 8);
      expect(Number(before.USDT?.total) - Number(after.USDT?.total)).toBeCloseTo(48200.05 + feeIn('USDT'), 6);
    });

    it('fills market orders by base size', async () => {
      bench.quote('BTC-USDT', '96400', '96400.1', '0.5');
      const sold = await client.createOrder(BTC, 'market', 'sell', 0.7);
      await vi.waitFor(async () =>
        expect(await client.fetchOrder(idOf(sold), BTC)).toMatchObject({ status: 'closed', filled: 0.7 }),
      );
    });

    able('marketBuyByCost', 'fills a market buy by quote amount', async () => {
      bench.quote('BTC-USDT', '96400', '96400.1', '0.5');
      const bought = await client.createMarketBuyOrderWithCost(BTC, 1000);
      await vi.waitFor(async () => {
        const order = await client.fetchOrder(idOf(bought), BTC);
        expect(order.filled).toBeLessThanOrEqual(1000 / 96400.1);
        expect(order.filled).toBeGreaterThan(990 / 96400.1);
      });
    });

    able('watchOrders', 'tells of orders on the private stream', async () => {
      bench.quote('BTC-USDT', '96400', '96400.1', '0.5');
      const seen: { id: unknown; status: unknown; filled: unknown }[] = [];
      let watching = true;
      const watcher = (async () => {
        while (watching) {
          for (const { id, status, filled } of await client.watchOrders(BTC)) seen.push({ id, status, filled });
        }
      })().catch(() => {});
      const placed: string[] = [];
      // The subscription is on its way: orders are placed until one is told of.
      await vi.waitFor(
        async () => {
          placed.push(idOf(await client.createOrder(BTC, 'limit', 'buy', 0.01, 80000)));
          await new Promise((resolve) => setTimeout(resolve, 100));
          expect(seen.some(({ id, status }) => placed.includes(String(id)) && status === 'open')).toBe(true);
        },
        { timeout: 10_000 },
      );
      const told = seen.find(({ status }) => status === 'open');
      await client.cancelOrder(String(told?.id), BTC);
      await vi.waitFor(
        () => expect(seen.some(({ id, status }) => id === told?.id && status === 'canceled')).toBe(true),
        { timeout: 5_000 },
      );
      const filled = await client.createOrder(BTC, 'limit', 'sell', 0.2, 96400, { timeInForce: 'IOC' });
      await vi.waitFor(
        () => expect(seen).toContainEqual(expect.objectContaining({ id: filled.id, status: 'closed', filled: 0.2 })),
        { timeout: 5_000 },
      );
      watching = false;
      await client.createOrder(BTC, 'limit', 'buy', 0.01, 80000);
      await watcher;
      for (const order of await client.fetchOpenOrders(BTC)) await client.cancelOrder(idOf(order), BTC);
    });

    able('createOrderWs', 'takes orders over the WebSocket', async () => {
      bench.quote('BTC-USDT', '96400', '96400.1', '0.5');
      const placed = await client.createOrderWs(BTC, 'limit', 'sell', 0.2, 96400, { timeInForce: 'IOC' });
      await vi.waitFor(async () =>
        expect(await client.fetchOrder(idOf(placed), BTC)).toMatchObject({ status: 'closed', filled: 0.2 }),
      );
    });

    able('cancelOrderWs', 'cancels orders over the WebSocket', async () => {
      const resting = await client.createOrderWs(BTC, 'limit', 'buy', 0.1, 80000);
      await client.cancelOrderWs(idOf(resting), BTC);
      await vi.waitFor(async () => expect((await client.fetchOrder(idOf(resting), BTC)).status).toBe('canceled'));
    });

    able('watchBalance', 'pushes balances', async () => {
      let used: unknown;
      const watcher = (async () => {
        while (Number(used ?? 0) < 1000) used = (await client.watchBalance()).USDT?.used;
      })();
      await vi.waitFor(
        async () => {
          await client.createOrder(ETH, 'limit', 'buy', 1, 1000);
          await new Promise((resolve) => setTimeout(resolve, 100));
          expect(Number(used)).toBeGreaterThanOrEqual(1000);
        },
        { timeout: 10_000 },
      );
      await watcher;
      for (const order of await client.fetchOpenOrders(ETH)) await client.cancelOrder(idOf(order), ETH);
    });

    able('fetchTradingFee', 'reports the fee rates of the account', async () => {
      const { taker, maker } = venue.policy.fees;
      expect(await client.fetchTradingFee(BTC)).toMatchObject({ taker: Number(taker), maker: Number(maker) });
    });

    it('agrees with the exchange about every order, fill and balance', async () => {
      const { exchange, account } = bench;
      const instrument = bench.instrument('BTC-USDT');
      const fills = exchange.fills(account, instrument);
      const trades = await client.fetchMyTrades(BTC);
      expect(trades.map(({ amount, price }) => [amount, price])).toEqual(
        fills.map((fill) => [fill.size / 10 ** instrument.sizeDecimals, fill.price / 10 ** instrument.priceDecimals]),
      );
      expect(await client.fetchOpenOrders(BTC)).toHaveLength(exchange.openOrders(account, instrument).length);
      const balance = await client.fetchBalance();
      for (const [asset, { free, locked }] of account.holdings) {
        if (free + locked === 0n) continue;
        expect(balance[asset]?.total).toBeCloseTo(Number(amountText(free + locked)), 6);
        expect(balance[asset]?.used ?? 0).toBeCloseTo(Number(amountText(locked)), 6);
      }
    });

    describe('refuses as the venue does', () => {
      const { minimumError, unknownOrderError, duplicateError } = witness;
      it('more than the balance', async () => {
        await expect(client.createOrder(BTC, 'limit', 'buy', 20, 96000)).rejects.toBeInstanceOf(ccxt.InsufficientFunds);
      });
      it('less than the minimum', async () => {
        const { minSize, lot } = bench.instrument('BTC-USDT').spec;
        const small = Math.max(Number(lot), Number(minSize) / 10);
        await expect(client.createOrder(BTC, 'limit', 'buy', small, 1)).rejects.toBeInstanceOf(
          minimumError ?? ccxt.InvalidOrder,
        );
      });
      able('duplicateClientId', 'a client id that is in use', async () => {
        const clientOrderId = 'p1a00000000000000k';
        await client.createOrder(BTC, 'limit', 'buy', 0.01, 50000, { clientOrderId });
        await expect(client.createOrder(BTC, 'limit', 'buy', 0.01, 50000, { clientOrderId })).rejects.toBeInstanceOf(
          duplicateError ?? ccxt.InvalidOrder,
        );
        for (const order of await client.fetchOpenOrders(BTC)) await client.cancelOrder(idOf(order), BTC);
      });
      it('an unknown order', async () => {
        const id = unknownIdLike(idOf(await client.createOrder(BTC, 'limit', 'buy', 0.01, 50000)));
        await expect(client.fetchOrder(id, BTC)).rejects.toBeInstanceOf(unknownOrderError ?? ccxt.OrderNotFound);
        await expect(client.cancelOrder(id, BTC)).rejects.toBeInstanceOf(unknownOrderError ?? ccxt.OrderNotFound);
        for (const order of await client.fetchOpenOrders(BTC)) await client.cancelOrder(idOf(order), BTC);
      });
      it.each(Object.entries(witness.strangers))('%s', async (_, change) => {
        const stranger = await witness.client(change(accessOf(bench)));
        stranger.setMarkets(client.markets);
        await expect(stranger.fetchBalance()).rejects.toBeInstanceOf(ccxt.AuthenticationError);
        await stranger.close();
      });
    });
  });

  describe(`ccxt against the whole simulator of ${venue.id}`, () => {
    const seed = 20_261_126;
    let sim: RunningSim;
    let client: Exchange;

    beforeAll(async () => {
      sim = await runSim({ venues: [venue.id], seed });
      const access = sim.ready.venues[venue.id];
      if (access === undefined) throw new Error(`${venue.id} is not simulated`);
      client = await witness.client({ ...access, passphrase: access.passphrase ?? '' });
      await client.loadMarkets();
    });

    afterAll(async () => {
      await client.close();
      await sim.close();
    });

    it(`follows a moving book without a gap (seed ${seed})`, async () => {
      for (let update = 0; update < 25; update++) {
        const { bids, asks } = await client.watchOrderBook(BTC);
        if (bids.length === 0 || asks.length === 0) continue;
        expect(asks[0]?.[0]).toBeGreaterThan(Number(bids[0]?.[0]));
      }
    });

    it(`sees the fills and balances that the ledger has (seed ${seed})`, async () => {
      const top = await client.fetchOrderBook(ETH);
      const ask = Number(top.asks[0]?.[0]);
      for (const [side, price] of [
        ['buy', ask * 1.01],
        ['sell', ask * 0.99],
      ] as const) {
        const limit = Number(client.priceToPrecision(ETH, price));
        const placed = await client.createOrder(ETH, 'limit', side, 0.4, limit, { timeInForce: 'IOC' });
        await vi.waitFor(async () =>
          expect(await client.fetchOrder(idOf(placed), ETH)).toMatchObject({ status: 'closed', filled: 0.4 }),
        );
      }
      const trades = await client.fetchMyTrades(ETH);
      const balance = await client.fetchBalance();
      const ledger = ((await (await fetch(`${sim.ready.control}/ledger`)).json()) as Ledger).venues[venue.id];
      expect(trades.map(({ price, amount, fee }) => [price, amount, fee?.currency])).toEqual(
        ledger?.fills.map((fill) => [Number(fill.price), Number(fill.size), fill.feeAsset]),
      );
      for (const asset of ['ETH', 'USDT']) {
        expect(balance[asset]?.total).toBeCloseTo(Number(ledger?.balances[asset]?.total), 6);
        // Where fees come out of the quote asset, what was bought and sold again leaves the base as it was.
        const moved = asset === 'USDT' || venue.policy.fees.feeIn !== 'quote';
        if (moved) expect(ledger?.balances[asset]?.change).not.toBe('0');
      }
    });
  });
}

/** An id of the same form that no order has: the first digit is changed, as an order of before may end in any other. */
const unknownIdLike = (id: string): string => id.replace(/[0-9a-f]/i, (digit) => (digit === '7' ? '3' : '7'));

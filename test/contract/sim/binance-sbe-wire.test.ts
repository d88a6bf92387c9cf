/** The simulated Binance's binary streams, read by the layout of the venue's schema, and who is let in. */
import { once } from 'node:events';
import ccxt from 'ccxt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { systemClock } from '../../../src/core/clock.ts';
import { silentLog } from '../../../src/core/log.ts';
import { withMarketData } from '../../../src/core/venue.ts';
import { httpClient } from '../../../src/net/http-client.ts';
import { wsSockets } from '../../../src/net/ws-socket.ts';
import { runSim } from '../../../src/sim/main.ts';
import { binanceVenue } from '../../../src/sim/venues/binance/index.ts';
import { binance } from '../../../src/venues/binance/index.ts';
import { LiveFeed } from '../../support/live-feed.ts';
import { decodeMessage, MESSAGES, type MessageValues } from '../../support/sbe-layout.ts';
import { until } from './until.ts';
import { type LoopbackBench, startVenue } from './venue-bench.ts';

interface Message extends MessageValues {
  readonly name: string;
}

function read(bytes: Buffer): Message {
  const [length, template, schema, version] = [0, 2, 4, 6].map((at) => bytes.readUInt16LE(at));
  expect([schema, version]).toEqual([1, 0]);
  const layout = MESSAGES.find(({ id }) => id === template);
  if (layout === undefined) throw new Error(`no template ${template}`);
  const { rest, ...values } = decodeMessage(layout, bytes);
  expect(rest).toBe(0);
  const fieldBytes = layout.fields.reduce((sum, { type }) => sum + (type === 'int64' ? 8 : 1), 0);
  expect(length).toBe(fieldBytes);
  return { name: layout.name, ...values };
}

describe('binance SBE streams', () => {
  let bench: LoopbackBench;
  beforeAll(async () => {
    bench = await startVenue(binanceVenue, 0, 'ed25519');
  });
  afterAll(() => bench.close());

  const open = (path: string, headers: Record<string, string>): WebSocket =>
    new WebSocket(`${bench.endpoints.wsSbe}${path}`, { headers });

  const refusedWith = async (headers: Record<string, string>): Promise<unknown> => {
    const socket = open('/ws', headers);
    socket.on('error', () => {});
    const [, response] = await once(socket, 'unexpected-response');
    let body = '';
    for await (const chunk of response) body += String(chunk);
    return [response.statusCode, body];
  };

  it('want the key of an Ed25519 account in the upgrade request', async () => {
    expect(await refusedWith({})).toEqual([400, 'No X-MBX-APIKEY header']);
    expect(await refusedWith({ 'X-MBX-APIKEY': 'nobody' })).toEqual([400, 'Invalid X-MBX-APIKEY header']);
    const hmac = await startVenue(binanceVenue);
    const socket = new WebSocket(`${hmac.endpoints.wsSbe}/ws`, { headers: { 'X-MBX-APIKEY': hmac.account.apiKey } });
    socket.on('error', () => {});
    const [, response] = await once(socket, 'unexpected-response');
    expect(response.statusCode).toBe(400);
    await hmac.close();
  });

  it('answer control messages in text on the same connection, and send events as the schema has them', async () => {
    bench.quote('BTC-USDT', '60000.00', '60000.10', '0.5', 30);
    const socket = open('/ws/btcusdt@depth', { 'X-MBX-APIKEY': bench.account.apiKey });
    await once(socket, 'open');
    const texts: string[] = [];
    const events: Message[] = [];
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      if (isBinary) events.push(read(data));
      else texts.push(data.toString());
    });
    const streams = ['btcusdt@bestBidAsk', 'btcusdt@trade', 'btcusdt@depth20'];
    socket.send(JSON.stringify({ method: 'SUBSCRIBE', params: streams, id: 1 }));
    await until(() => expect(texts).toEqual(['{"result":null,"id":1}']));
    const before = Date.now() * 1000;
    bench.quote('BTC-USDT', '60000.01', '60000.12', '0.75', 30);
    const taken = bench.exchange.place(bench.account, {
      instrument: bench.instrument('BTC-USDT'),
      side: 'buy',
      type: 'limit',
      tif: 'ioc',
      price: '60000.12',
      size: '0.25',
    });
    expect(taken.ok).toBe(true);
    const of = (name: string): Message[] => events.filter((event) => event.name === name);
    const book = (): ReturnType<typeof bench.exchange.book> => bench.exchange.book(bench.instrument('BTC-USDT'), 20);
    const mantissas = (levels: readonly { price: number; size: number }[]): [bigint, bigint][] =>
      levels.map(({ price, size }) => [BigInt(price) * 10n ** 6n, BigInt(size) * 10n ** 3n]);
    await until(() => {
      const last = of('DepthSnapshotStreamEvent').at(-1);
      const { updateId, bids, asks } = book();
      expect(last?.fields.bookUpdateId).toBe(BigInt(updateId));
      expect(last?.groups?.bids?.map(({ price, qty }) => [price, qty])).toEqual(mantissas(bids));
      expect(last?.groups?.asks?.map(({ price, qty }) => [price, qty])).toEqual(mantissas(asks));
      expect(last?.fields).toMatchObject({ priceExponent: -8n, qtyExponent: -8n });
    });
    const top = of('BestBidAskStreamEvent').at(-1);
    expect(top).toMatchObject({
      fields: {
        bookUpdateId: BigInt(book().updateId),
        bidPrice: 6_000_001_000_000n,
        bidQty: 75_000_000n,
        askPrice: 6_000_012_000_000n,
        askQty: 50_000_000n,
      },
      data: { symbol: 'BTCUSDT' },
    });
    expect(Number(top?.fields.eventTime)).toBeGreaterThanOrEqual(before - 1_000_000);
    expect(of('TradesStreamEvent')).toMatchObject([
      { groups: { trades: [{ price: 6_000_012_000_000n, qty: 25_000_000n, isBuyerMaker: 0n }] } },
    ]);
    await until(() => expect(of('DepthDiffStreamEvent').at(-1)?.fields.lastBookUpdateId).toBe(BigInt(book().updateId)));
    const diffs = of('DepthDiffStreamEvent').map(({ fields }) => [fields.firstBookUpdateId, fields.lastBookUpdateId]);
    for (const [n, [first]] of diffs.entries()) {
      if (n > 0) expect(first).toBe(BigInt(diffs[n - 1]?.[1] ?? 0) + 1n);
    }
    socket.send('{"method":"LIST_SUBSCRIPTIONS","id":2}');
    await until(() =>
      expect(JSON.parse(texts.at(-1) ?? '{}')).toEqual({ result: ['btcusdt@depth', ...streams], id: 2 }),
    );
    socket.terminate();
  });

  it('a feed without such a key is told once, and its rows stay dead', async () => {
    const sim = await runSim({ venues: ['binance'], seed: 3, market: 'still' });
    const endpoints = sim.ready.venues.binance;
    if (endpoints === undefined) throw new Error('not simulated');
    const http = httpClient();
    const listings = await binance.loadListings(endpoints, http);
    const view = withMarketData(binance, { encoding: 'sbe', apiKey: endpoints.apiKey });
    const feed = new LiveFeed(view, endpoints, listings);
    await until(() => expect(feed.faults).toHaveLength(1));
    expect(feed.faults[0]).toMatchObject({ code: 'venue/unreachable', message: expect.stringContaining('400') });
    expect(JSON.stringify([feed.faults[0]?.message, feed.faults[0]?.details])).not.toContain(endpoints.apiKey);
    expect(feed.rows.some(({ trust }) => trust === 'live')).toBe(false);
    await feed.close();
    http.close();
    await sim.close();
  });

  it('ccxt trades with the same key: it signs as the simulator and the engine think', async () => {
    bench.quote('BTC-USDT', '60000.00', '60000.10', '0.5', 30);
    const { apiKey, secret } = bench.account;
    const exchange = new ccxt.binance({
      apiKey,
      secret: `-----BEGIN PRIVATE KEY-----\n${secret}\n-----END PRIVATE KEY-----`,
      options: { fetchMarkets: { types: ['spot'] }, fetchMargins: false, fetchCurrencies: false },
    });
    const { rest } = bench.endpoints;
    Object.assign(exchange.urls.api as object, { public: `${rest}/api/v3`, private: `${rest}/api/v3` });
    const order = await exchange.createOrder('BTC/USDT', 'market', 'buy', 0.001);
    expect(order).toMatchObject({ status: 'closed', filled: 0.001 });
    exchange.secret = exchange.secret.replace(/.(?=.{8}\n-----END)/, (letter) => (letter === 'a' ? 'b' : 'a'));
    await expect(exchange.fetchBalance({ type: 'spot' })).rejects.toThrow(/-1022|Signature/);
    await exchange.close();
  });

  it('requests over REST are signed with the same key', async () => {
    const clock = systemClock();
    const http = httpClient();
    const { apiKey, secret } = bench.account;
    const gateway = (own: string) =>
      binance.createGateway({
        endpoints: bench.endpoints,
        credentials: { apiKey, secret: own },
        listings: [],
        sockets: wsSockets(clock),
        http,
        clock,
        log: silentLog,
        onEvent() {},
      });
    // Not connected: whatever is asked goes over REST.
    const balances = await gateway(secret).balances();
    expect(balances.map(({ asset }) => asset)).toEqual(expect.arrayContaining(['BTC', 'USDT']));
    await expect(gateway('x'.repeat(64)).balances()).rejects.toMatchObject({ code: 'venue/auth' });
    http.close();
  });
});

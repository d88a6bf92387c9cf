/** REST of the simulated Bybit: signatures, refusals in its words and codes, queries, limits, faults. */
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { signatureOf } from '../../../src/sim/venues/bybit/sign.ts';
import { describeWithFixtures, readJson } from '../../fixtures.ts';
import { type BybitBench, bybitBench, LIMIT, resultOf, rowOf, rowsOf } from './bybit-harness.ts';

let bench: BybitBench;

beforeEach(() => {
  bench = bybitBench();
  bench.quote('BTC-USDT', '96400', '96400.1', '0.5');
});

describe('market data', () => {
  const get = (path: string) => bench.request('GET', path);

  it('tells the time', async () => {
    const { body } = await get('/v5/market/time');
    const ms = bench.clock.wallMs();
    expect(body).toMatchObject({ retCode: 0, retMsg: 'OK', retExtInfo: {}, time: ms });
    expect(body.result).toEqual({ timeSecond: String(Math.floor(ms / 1000)), timeNano: `${ms}000000` });
  });

  it('serves one level of the book, or as many as are asked for', async () => {
    expect(resultOf(await get('/v5/market/orderbook?category=spot&symbol=BTCUSDT'))).toMatchObject({
      s: 'BTCUSDT',
      b: [['96400', '0.5']],
      a: [['96400.1', '0.5']],
    });
    const deep = resultOf(await get('/v5/market/orderbook?category=spot&symbol=BTCUSDT&limit=7'));
    expect(deep.b).toHaveLength(7);
  });

  it('lists pairs, tickers and trades, and nothing of other categories', async () => {
    expect(rowsOf(await get('/v5/market/instruments-info?category=spot&limit=1000'))).toHaveLength(5);
    expect(rowsOf(await get('/v5/market/instruments-info?category=linear'))).toEqual([]);
    expect(rowOf(await get('/v5/market/tickers?category=spot&symbol=BTCUSDT'))).toMatchObject({
      bid1Price: '96400',
      ask1Price: '96400.1',
      price24hPcnt: '0.0000',
    });
    for (let n = 0; n < 3; n++) bench.exchange.synthesizeTrade(bench.instrument('BTC-USDT'), 'buy', 1000 + n);
    const trades = rowsOf(await get('/v5/market/recent-trade?category=spot&symbol=BTCUSDT&limit=2'));
    expect(trades.map(({ size }) => size)).toEqual(['0.001002', '0.001001']);
  });

  it.each([
    ['/v5/market/orderbook?category=spot&symbol=NOPE', 'Not supported symbols'],
    ['/v5/market/orderbook?category=spot&symbol=constructor', 'Not supported symbols'],
    ['/v5/market/orderbook?category=spot', 'params error: symbol is required'],
    ['/v5/market/orderbook?category=spot&symbol=BTCUSDT&limit=1001', 'params error: limit invalid'],
    ['/v5/market/tickers?category=moon', 'Illegal category'],
    ['/v5/market/tickers', 'params error: category is required'],
  ])('refuses %s', async (path, words) => {
    expect((await get(path)).body).toMatchObject({ retCode: 10001, retMsg: words, result: {} });
  });

  it('knows no other path or method', async () => {
    for (const reply of [await get('/v5/nothing'), await bench.request('POST', '/v5/market/time')]) {
      expect(reply).toMatchObject({ status: 404, body: { retCode: 10017 } });
    }
  });
});

describe('authentication', () => {
  const wallet = (options = {}) => bench.get('/v5/account/wallet-balance', 'accountType=UNIFIED', options);

  it.each([
    ['a strange key', { apiKey: 'nobody' }, 10003, /^API key is invalid\.$/],
    ['a wrong secret', { secret: 'wrong' }, 10004, /^error sign! origin_string\[\d{13}\w+5000accountType=UNIFIED\]$/],
    [
      'a time that is over',
      { shiftMs: -5001 },
      10002,
      /req_timestamp\[\d+\],server_timestamp\[\d+\],recv_window\[5000\]/,
    ],
    ['a time ahead', { shiftMs: 1000 }, 10002, /server timestamp or recv_window/],
    ['a window that is no number', { window: 'x' }, 10001, /recv_window invalid/],
  ])('refuses %s', async (_, options, code, words) => {
    const { status, body } = await wallet(options);
    expect([status, body.retCode]).toEqual([200, code]);
    expect(body.retMsg).toMatch(words);
  });

  it('takes what is just in time, by the window that was asked for', async () => {
    expect((await wallet({ shiftMs: -5000 })).body.retCode).toBe(0);
    expect((await wallet({ shiftMs: 999 })).body.retCode).toBe(0);
    expect((await wallet({ shiftMs: -9000, window: '10000' })).body.retCode).toBe(0);
  });

  it('names what is missing', async () => {
    const { body } = await bench.request('GET', '/v5/account/info');
    expect(body).toMatchObject({ retCode: 10001, retMsg: 'empty value: apiTimestamp[] apiKey[] apiSignature[]' });
  });

  it('judges times by the venue clock', async () => {
    bench.plant({ kind: 'clock-skew', ms: 60_000, durationMs: 1000 });
    expect((await wallet({ shiftMs: -60_000 })).body.retCode).toBe(10002);
  });

  describeWithFixtures('published vectors', (root) => {
    interface Vector {
      readonly name: string;
      readonly prehash: string;
      readonly secret: string;
      readonly expected: string;
    }
    const vectors = readJson<Vector[]>(join(root, 'bybit/signatures/vectors.json'));
    it.each(vectors)('$name', ({ secret, prehash, expected }) => {
      expect(signatureOf(secret, prehash)).toBe(expected);
    });
  });
});

describe('orders', () => {
  const create = (order: object) => bench.post('/v5/order/create', { ...LIMIT, ...order });

  it.each([
    ['more than the balance', { qty: '12', price: '90000' }, 170131, 'Insufficient balance.'],
    ['a price off the tick', { price: '90000.05' }, 170134, 'Order price has too many decimals.'],
    ['a size off the lot', { qty: '0.0100001' }, 170137, 'Order quantity has too many decimals.'],
    ['too small a size', { qty: '0.00001' }, 170136, 'Order quantity exceeded lower limit.'],
    ['too small a value', { qty: '0.00005' }, 170140, 'Order value exceeded lower limit.'],
    ['too large a size', { qty: '84', price: '100' }, 170382, 'Order quantity too large.'],
    ['too large a value', { qty: '80', price: '100001' }, 170124, 'Order amount too large.'],
    ['too large a market order', { orderType: 'Market', side: 'Sell', qty: '42' }, 170382, 'Order quantity too large.'],
    ['an unknown pair', { symbol: 'NOPEUSDT' }, 170121, 'Invalid symbol.'],
    ['an inherited pair', { symbol: 'constructor' }, 170121, 'Invalid symbol.'],
    ['no pair', { symbol: '' }, 10001, 'params error: symbol is required'],
    ['no category', { category: undefined }, 10001, 'params error: category is required'],
    ['another category', { category: 'linear' }, 10001, 'Illegal category'],
    ['no size', { qty: '' }, 170105, "Parameter 'qty' was empty."],
    ['a size of zero', { qty: '0' }, 170136, 'Order quantity exceeded lower limit.'],
    ['a size that is none', { qty: '1e-2' }, 170130, "Data sent for paramter 'qty' is not valid."],
    ['a size as a number', { qty: 0.01 }, 10001, 'params error: qty invalid'],
    ['no price', { price: '' }, 170105, "Parameter 'price' was empty."],
    ['a price of zero', { price: '0' }, 170133, 'Order price lower than the minimum.'],
    ['a side that is none', { side: 'buy' }, 170117, 'Invalid side.'],
    ['a type that is none', { orderType: 'constructor' }, 170116, 'Invalid orderType.'],
    ['a time in force that is none', { timeInForce: 'constructor' }, 170115, 'Invalid timeInForce.'],
    ['retail price improvement', { timeInForce: 'RPI' }, 170355, /market makers only/],
    ['too long an id', { orderLinkId: 'x'.repeat(37) }, 170130, "Data sent for paramter 'orderLinkId' is not valid."],
    ['other letters in an id', { orderLinkId: 'a.b' }, 170130, /orderLinkId/],
    ['too fine a value', { orderType: 'Market', qty: '10.00000001' }, 170148, 'Market order amount decimal too long'],
    ['a unit that is none', { orderType: 'Market', marketUnit: 'x' }, 170130, /marketUnit/],
    ['a stop order', { orderFilter: 'StopOrder', triggerPrice: '1' }, 170227, 'This feature is not supported.'],
    ['a filter that is none', { orderFilter: 'x' }, 170201, 'Invalid orderFilter parameter'],
    ['a loan', { isLeverage: 1 }, 170036, /Cross Margin/],
  ])('refuses %s', async (_, order, code, words) => {
    const { status, body } = await create(order);
    expect([status, body.retCode]).toEqual([200, code]);
    expect(body.retMsg).toEqual(typeof words === 'string' ? words : expect.stringMatching(words));
    expect(bench.exchange.allOrders(bench.account)).toEqual([]);
  });

  it.each(['', '[]', 'null', '{', '"x"'])('refuses the body %j', async (body) => {
    expect((await bench.post('/v5/order/create', body)).body.retCode).toBe(10001);
  });

  it('takes a client id once, for ever', async () => {
    expect((await create({ orderLinkId: 'once' })).body.retCode).toBe(0);
    expect((await create({ orderLinkId: 'once' })).body).toMatchObject({ retCode: 170141 });
    await bench.post('/v5/order/cancel', { category: 'spot', symbol: 'BTCUSDT', orderLinkId: 'once' });
    expect((await create({ orderLinkId: 'once' })).body).toMatchObject({ retCode: 170141 });
  });

  it('has no word for what is planted but its own', async () => {
    bench.plant({ kind: 'reject', count: 1, reason: 'insufficient-balance' });
    expect((await create({})).body.retCode).toBe(170131);
  });

  it('finds an order by either id, open or closed; lists the open ones', async () => {
    const { orderId } = resultOf(await create({ orderLinkId: 'find' }));
    const one = async (query: string) => rowsOf(await bench.get('/v5/order/realtime', `category=spot&${query}`));
    expect(await one(`orderId=${String(orderId)}`)).toMatchObject([
      { orderId, orderStatus: 'New', basePrice: '96400' },
    ]);
    expect(await one('orderLinkId=find')).toMatchObject([{ orderId }]);
    expect(await one('symbol=BTCUSDT')).toHaveLength(1);
    expect(await one('symbol=ETHUSDT')).toEqual([]);
    expect(await one('orderId=123')).toEqual([]);
    await bench.post('/v5/order/cancel', { category: 'spot', symbol: 'BTCUSDT', orderId });
    expect(await one('symbol=BTCUSDT')).toEqual([]);
    expect(await one('symbol=BTCUSDT&openOnly=1')).toMatchObject([{ orderId, orderStatus: 'Cancelled' }]);
    expect(await one(`orderId=${String(orderId)}`)).toMatchObject([{ orderStatus: 'Cancelled' }]);
  });

  it('turns the pages of the history, newest first', async () => {
    for (let n = 0; n < 5; n++) await create({ orderLinkId: `h${n}`, timeInForce: 'IOC' });
    const seen: unknown[] = [];
    let cursor = '';
    for (let pages = 0; pages < 3; pages++) {
      const query = `category=spot&limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`;
      const reply = await bench.get('/v5/order/history', query);
      seen.push(...rowsOf(reply).map(({ orderLinkId }) => orderLinkId));
      cursor = String(resultOf(reply).nextPageCursor);
    }
    expect([seen, cursor]).toEqual([['h4', 'h3', 'h2', 'h1', 'h0'], '']);
    for (const wrong of ['cursor=x', 'limit=51', 'limit=0', 'startTime=x', 'startTime=1&endTime=999999999']) {
      expect((await bench.get('/v5/order/history', `category=spot&${wrong}`)).body.retCode).toBe(10001);
    }
  });

  it.each([
    ['cancel', { orderId: '999' }, 170213],
    ['cancel', { orderLinkId: 'nobody' }, 170213],
    ['cancel', {}, 10001],
    ['amend', { orderId: '999' }, 170213],
  ])('refuses to %s %j', async (action, by, code) => {
    const { body } = await bench.post(`/v5/order/${action}`, { category: 'spot', symbol: 'BTCUSDT', ...by });
    expect(body.retCode).toBe(code);
  });

  it('cancels everything of a pair, and amends nothing', async () => {
    const { orderId } = resultOf(await create({}));
    await create({});
    const amended = await bench.post('/v5/order/amend', { category: 'spot', symbol: 'BTCUSDT', orderId, qty: '1' });
    expect(amended.body.retCode).toBe(170312);
    const reply = await bench.post('/v5/order/cancel-all', { category: 'spot', symbol: 'BTCUSDT' });
    expect(resultOf(reply)).toMatchObject({ success: '1' });
    expect(rowsOf(reply)).toHaveLength(2);
    expect(bench.exchange.openOrders(bench.account)).toEqual([]);
  });
});

describe('the account', () => {
  it('has a wallet, fee rates, a key and a margin mode', async () => {
    const wallet = rowOf(await bench.get('/v5/account/wallet-balance', 'accountType=UNIFIED&coin=BTC'));
    expect(wallet).toMatchObject({ accountType: 'UNIFIED', coin: [{ coin: 'BTC', walletBalance: '10', locked: '0' }] });
    expect((await bench.get('/v5/account/wallet-balance')).body.retCode).toBe(10001);
    expect(rowOf(await bench.get('/v5/account/fee-rate', 'category=spot&symbol=BTCUSDT'))).toEqual({
      symbol: 'BTCUSDT',
      takerFeeRate: '0.001',
      makerFeeRate: '0.001',
    });
    expect(resultOf(await bench.get('/v5/user/query-api'))).toMatchObject({ uta: 1, apiKey: bench.account.apiKey });
    expect(resultOf(await bench.get('/v5/account/info'))).toMatchObject({ unifiedMarginStatus: 5 });
  });
});

describe('limits and faults', () => {
  it('tells what is left of a limit, and refuses beyond it', async () => {
    const rates = () => bench.get('/v5/account/fee-rate', 'category=spot');
    const left: unknown[] = [];
    for (let n = 0; n < 5; n++) left.push((await rates()).headers['X-Bapi-Limit-Status']);
    expect(left).toEqual(['4', '3', '2', '1', '0']);
    const refused = await rates();
    expect(refused).toMatchObject({ status: 200, body: { retCode: 10006 }, headers: { 'X-Bapi-Limit': '5' } });
    bench.clock.advanceMs(1000);
    expect((await rates()).body.retCode).toBe(0);
  });

  const raw = (path = '/v5/market/time') =>
    bench.wire.onRequest({ method: 'GET', path, query: '', headers: {}, body: '' });

  it('shuts an address out after 600 requests in five seconds', async () => {
    for (let n = 0; n < 600; n++) expect(await raw()).toMatchObject({ status: 200 });
    expect(await raw()).toMatchObject({ status: 403, body: 'access too frequent' });
    bench.clock.advanceMs(5000);
    expect(await raw()).toMatchObject({ status: 200 });
  });

  it.each([
    ['http-503', 503, /"retCode":10016/],
    ['http-429', 429, /"retCode":10429,"retMsg":"System level frequency protection"/],
    ['http-418', 403, /^access too frequent$/],
  ] as const)('%s', async (kind, status, body) => {
    bench.plant({ kind, count: 1 });
    expect(await raw()).toMatchObject({ status, body: expect.stringMatching(body) });
    expect(await raw()).toMatchObject({ status: 200 });
  });

  it('refuses everything during maintenance', async () => {
    bench.plant({ kind: 'maintenance', durationMs: 1000 });
    expect((await bench.post('/v5/order/create', LIMIT)).body.retCode).toBe(10016);
    expect((await bench.request('GET', '/v5/market/time')).body.retCode).toBe(10016);
    bench.clock.advanceMs(1001);
    expect((await bench.post('/v5/order/create', LIMIT)).body.retCode).toBe(0);
  });

  it.each([
    ['timeout-before-accept', 0],
    ['timeout-after-accept', 1],
  ] as const)('%s: no answer, and %i order', async (kind, orders) => {
    bench.plant({ kind, count: 1 });
    expect((await bench.post('/v5/order/create', LIMIT)).silence).toBe('hang');
    expect(bench.exchange.openOrders(bench.account)).toHaveLength(orders);
  });
});

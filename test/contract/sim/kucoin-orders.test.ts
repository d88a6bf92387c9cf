/** The simulated KuCoin's orders: by REST and over the trading socket, what is refused, what the private channels tell,
 *  the faults that concern orders. */
import { createHmac } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { dataOf, itemsOf, type ManualKucoin, manualKucoin } from './kucoin-harness.ts';
import { type FakeSocket, type Json, settle } from './venue-bench.ts';

let kucoin: ManualKucoin;

beforeEach(() => {
  kucoin = manualKucoin();
  kucoin.quote('BTC-USDT', '96400', '96400.1', '0.5');
});

const LIMIT = { symbol: 'BTC-USDT', side: 'buy', type: 'limit', price: '90000', size: '0.01' } as const;
const place = (order: object, path = '/api/v1/hf/orders') => kucoin.signed('POST', path, order);
const find = async (id: unknown): Promise<Json> =>
  dataOf(await kucoin.signed('GET', `/api/v1/hf/orders/${String(id)}?symbol=BTC-USDT`));

describe('placing', () => {
  it('answers with ids of the venue’s shape, and finds the order by both', async () => {
    const reply = await place({ ...LIMIT, clientOid: 'a-1_b' });
    expect(reply).toMatchObject({ status: 200, body: { code: '200000', data: { clientOid: 'a-1_b' } } });
    const { orderId } = dataOf(reply);
    expect(orderId).toMatch(/^[0-9a-f]{24}$/);
    const order = await find(orderId);
    expect(order).toMatchObject({
      id: orderId,
      clientOid: 'a-1_b',
      funds: '900',
      remainSize: '0.01',
      remainFunds: '900',
      active: true,
      inOrderBook: true,
      cancelExist: false,
      timeInForce: 'GTC',
    });
    const byClient = await kucoin.signed('GET', '/api/v1/hf/orders/client-order/a-1_b?symbol=BTC-USDT');
    expect(dataOf(byClient)).toEqual(order);
    const holding = kucoin.account.holdings.get('USDT');
    // The fee is held with the funds.
    expect(holding?.locked).toBe(900_900_000_000_000_000_000_000_000n);
  });

  it('takes fees in quote from both sides, unrounded', async () => {
    for (const side of ['buy', 'sell'] as const) {
      const price = side === 'buy' ? '96400.1' : '96400';
      await place({ ...LIMIT, side, price, size: '0.00123457', timeInForce: 'IOC' });
    }
    const fills = itemsOf(await kucoin.signed('GET', '/api/v1/hf/fills?symbol=BTC-USDT'));
    expect(fills).toMatchObject([
      { side: 'sell', fee: '0.119012548', feeCurrency: 'USDT', feeRate: '0.001', liquidity: 'taker' },
      { side: 'buy', fee: '0.119012671457', feeCurrency: 'USDT', funds: '119.012671457' },
    ]);
  });

  it('waits for the engine where asked, and says how far the order came', async () => {
    const reply = await place(
      { ...LIMIT, price: '96400.1', size: '0.7', timeInForce: 'IOC' },
      '/api/v1/hf/orders/sync',
    );
    kucoin.quote('BTC-USDT', '96400', '96400.1', '0.5', 1);
    expect(dataOf(reply)).toMatchObject({
      originSize: '0.7',
      dealSize: '0.5',
      remainSize: '0',
      canceledSize: '0.2',
      status: 'done',
    });
    expect(await find(dataOf(reply).orderId)).toMatchObject({
      active: false,
      cancelExist: true,
      cancelledSize: '0.2',
      dealSize: '0.5',
    });
  });

  it('spends funds on market orders, and cancels the change', async () => {
    const { orderId } = dataOf(await place({ symbol: 'BTC-USDT', side: 'buy', type: 'market', funds: '12.000001' }));
    expect(await find(orderId)).toMatchObject({
      type: 'market',
      price: '0',
      size: '0',
      funds: '12.000001',
      dealSize: '0.00012448',
      cancelExist: true,
      active: false,
    });
    const sold = dataOf(await place({ symbol: 'BTC-USDT', side: 'sell', type: 'market', size: '0.2' }));
    expect(await find(sold.orderId)).toMatchObject({ dealSize: '0.2', cancelExist: false });
  });

  it('cancels a post-only order that would take, and fills all or nothing', async () => {
    const crossing = dataOf(await place({ ...LIMIT, price: '96500', postOnly: true }));
    expect(await find(crossing.orderId)).toMatchObject({ postOnly: true, dealSize: '0', cancelExist: true });
    const much = dataOf(await place({ ...LIMIT, price: '96400.1', size: '9', timeInForce: 'FOK' }));
    expect(await find(much.orderId)).toMatchObject({ dealSize: '0', cancelExist: true });
  });

  it.each([
    [{ ...LIMIT, symbol: '' }, '400100', 'validation.createOrder.symbolIsRequired'],
    [{ ...LIMIT, symbol: 'NO-SUCH' }, '900001', 'symbol not exists'],
    [{ ...LIMIT, symbol: 'constructor' }, '900001', 'symbol not exists'],
    [{ ...LIMIT, side: undefined }, '400100', 'validation.createOrder.sideIsRequired'],
    [{ ...LIMIT, side: 'toString' }, '400100', 'validation.createOrder.sideIsInvalid'],
    [{ ...LIMIT, type: 'stop' }, '400100', 'validation.createOrder.typeIsInvalid'],
    [{ ...LIMIT, price: undefined }, '400100', 'validation.createOrder.priceIsRequired'],
    [{ ...LIMIT, size: undefined }, '400100', 'validation.createOrder.sizeIsRequired'],
    [{ ...LIMIT, size: '-1' }, '400100', 'validation.createOrder.sizeIsInvalid'],
    [{ ...LIMIT, size: '1e-3' }, '400100', 'validation.createOrder.sizeIsInvalid'],
    [{ ...LIMIT, timeInForce: '__proto__' }, '400100', 'validation.createOrder.timeInForceIsInvalid'],
    [{ ...LIMIT, hidden: true }, '400100', 'validation.createOrder.hiddenIsNotSupported'],
    [{ ...LIMIT, clientOid: 'no spaces' }, '400100', 'validation.createOrder.clientOidIsInvalid'],
    [{ ...LIMIT, price: '90000.05' }, '400100', 'Price increment invalid.'],
    [{ ...LIMIT, size: '0.010000001' }, '600100', 'Order size increment invalid.'],
    [{ ...LIMIT, size: '0.000001' }, '400100', 'Order size below the minimum requirement.'],
    [{ ...LIMIT, price: '1' }, '600101', 'The order funds should more then 0.1 USDT.'],
    [{ ...LIMIT, size: '90000000000' }, '102434', 'Exceeds the maximum order size for the currency'],
    [{ ...LIMIT, size: '200' }, '200004', 'Balance insufficient!'],
    [{ ...LIMIT, side: 'sell', size: '10.1' }, '200004', 'Balance insufficient!'],
    [{ symbol: 'BTC-USDT', side: 'buy', type: 'market' }, '400100', 'validation.createOrder.sizeOrFundsIsRequired'],
    [{ symbol: 'BTC-USDT', side: 'buy', type: 'market', funds: '1.0000001' }, '400100', 'Funds increment invalid.'],
    [
      { symbol: 'BTC-USDT', side: 'buy', type: 'market', funds: '0.05' },
      '600101',
      'The order funds should more then 0.1 USDT.',
    ],
  ])('refuses %j with %s', async (order, code, msg) => {
    expect(await place(order)).toMatchObject({ status: 200, body: { code, msg } });
    expect(kucoin.exchange.openOrders(kucoin.account)).toEqual([]);
  });

  it('refuses a client id that an open order has, and lets it return afterwards', async () => {
    const first = dataOf(await place({ ...LIMIT, clientOid: 'again' }));
    expect((await place({ ...LIMIT, clientOid: 'again' })).body).toMatchObject({ code: '102426' });
    await kucoin.signed('DELETE', `/api/v1/hf/orders/${first.orderId}?symbol=BTC-USDT`);
    expect((await place({ ...LIMIT, clientOid: 'again' })).body.code).toBe('200000');
  });

  it('fails what arrives after its time window', async () => {
    const clientTimestamp = kucoin.clock.wallMs();
    kucoin.clock.advanceMs(200);
    const late = await place({ ...LIMIT, clientTimestamp, allowMaxTimeWindow: 100 });
    expect(late.body).toMatchObject({ code: '400100', msg: 'validation.createOrder.timeWindowExceeded' });
    expect((await place({ ...LIMIT, allowMaxTimeWindow: 100 })).body.code).toBe('400100');
    expect((await place({ ...LIMIT, clientTimestamp, allowMaxTimeWindow: 300 })).body.code).toBe('200000');
  });

  it('takes batches and says of each what came of it; tests orders without placing them', async () => {
    const orderList = [LIMIT, { ...LIMIT, price: '1' }];
    expect((await place({ orderList }, '/api/v1/hf/orders/multi')).body.data).toEqual([
      { orderId: expect.any(String), success: true },
      { success: false, failMsg: 'The order funds should more then 0.1 USDT.' },
    ]);
    expect((await place({ orderList: [] }, '/api/v1/hf/orders/multi')).body.code).toBe('400100');
    const open = kucoin.exchange.openOrders(kucoin.account).length;
    expect((await place(LIMIT, '/api/v1/hf/orders/test')).body.code).toBe('200000');
    expect((await place({ ...LIMIT, size: '200' }, '/api/v1/hf/orders/test')).body.code).toBe('200004');
    expect(kucoin.exchange.openOrders(kucoin.account)).toHaveLength(open);
  });

  it('serves the older endpoints as well', async () => {
    expect((await place(LIMIT, '/api/v1/orders')).body).toMatchObject({
      code: '400100',
      msg: 'validation.createOrder.clientOidIsRequired',
    });
    const { orderId } = dataOf(await place({ ...LIMIT, clientOid: 'old' }, '/api/v1/orders'));
    const open = await kucoin.signed('GET', '/api/v1/orders?status=active');
    expect(dataOf(open)).toMatchObject({ currentPage: 1, pageSize: 50, totalNum: 1, totalPage: 1 });
    expect(itemsOf(open)).toMatchObject([{ id: orderId, isActive: true }]);
    expect((await kucoin.signed('DELETE', `/api/v1/orders/${orderId}`)).body.data).toEqual({
      cancelledOrderIds: [orderId],
    });
    expect((await kucoin.signed('GET', '/api/v1/order/client-order/old')).body.code).toBe('400100');
    expect(dataOf(await kucoin.signed('GET', `/api/v1/orders/${orderId}`))).toMatchObject({ cancelExist: true });
  });
});

describe('canceling', () => {
  it('goes by id and by client id, at once and waiting, and knows no closed order', async () => {
    const ids: unknown[] = [];
    for (const clientOid of ['c1', 'c2', 'c3', 'c4']) ids.push(dataOf(await place({ ...LIMIT, clientOid })).orderId);
    const cancel = async (path: string) => (await kucoin.signed('DELETE', `${path}?symbol=BTC-USDT`)).body;
    expect(await cancel(`/api/v1/hf/orders/${ids[0]}`)).toMatchObject({ data: { orderId: ids[0] } });
    expect(await cancel('/api/v1/hf/orders/client-order/c2')).toMatchObject({ data: { clientOid: 'c2' } });
    const done = { originSize: '0.01', dealSize: '0', remainSize: '0', canceledSize: '0.01', status: 'done' };
    expect(await cancel(`/api/v1/hf/orders/sync/${ids[2]}`)).toMatchObject({ data: { orderId: ids[2], ...done } });
    expect(await cancel('/api/v1/hf/orders/sync/client-order/c4')).toMatchObject({
      data: { clientOid: 'c4', ...done },
    });
    for (const gone of [ids[0], '0'.repeat(24), 'constructor']) {
      expect(await cancel(`/api/v1/hf/orders/${String(gone)}`)).toEqual({
        code: '400100',
        msg: 'order_not_exist_or_not_allow_to_cancel',
      });
    }
    expect((await kucoin.signed('DELETE', `/api/v1/hf/orders/${ids[0]}`)).body.code).toBe('400100');
    expect((await kucoin.signed('GET', `/api/v1/hf/orders/${'0'.repeat(24)}?symbol=BTC-USDT`)).body).toEqual({
      code: '400100',
      msg: 'order not exist.',
    });
  });

  it('sweeps a symbol or everything', async () => {
    kucoin.quote('ETH-USDT', '3320', '3320.1', '4');
    await place(LIMIT);
    await place({ ...LIMIT, symbol: 'ETH-USDT', price: '3000' });
    const active = await kucoin.signed('GET', '/api/v1/hf/orders/active/symbols');
    expect(dataOf(active)).toEqual({ symbols: ['BTC-USDT', 'ETH-USDT'] });
    expect((await kucoin.signed('DELETE', '/api/v1/hf/orders?symbol=BTC-USDT')).body.data).toBe('success');
    expect((await kucoin.signed('DELETE', '/api/v1/hf/orders/cancelAll')).body.data).toEqual({
      succeedSymbols: ['ETH-USDT'],
      failedSymbols: [],
    });
    expect(kucoin.exchange.openOrders(kucoin.account)).toEqual([]);
  });
});

describe('lists', () => {
  it('page orders by their last id and fills too, newest first', async () => {
    const ids: unknown[] = [];
    for (let n = 0; n < 5; n++) {
      ids.unshift(dataOf(await place({ ...LIMIT, price: '96400.1', timeInForce: 'IOC' })).orderId);
    }
    const page = (path: string, rest = '') => kucoin.signed('GET', `/api/v1/hf/${path}?symbol=BTC-USDT${rest}`);
    const first = await page('orders/done', '&limit=2');
    expect(itemsOf(first).map(({ id }) => id)).toEqual(ids.slice(0, 2));
    const next = await page('orders/done', `&limit=2&lastId=${String(dataOf(first).lastId)}`);
    expect(itemsOf(next).map(({ id }) => id)).toEqual(ids.slice(2, 4));
    const fills = await page('fills', '&limit=3');
    expect(itemsOf(fills).map(({ orderId }) => orderId)).toEqual(ids.slice(0, 3));
    const more = await page('fills', `&lastId=${String(dataOf(fills).lastId)}`);
    expect(itemsOf(more).map(({ orderId }) => orderId)).toEqual(ids.slice(3));
    expect(itemsOf(await page('fills', `&orderId=${String(ids[4])}`))).toHaveLength(1);
    expect(itemsOf(await page('orders/done', '&side=sell'))).toEqual([]);
    expect((await page('fills', '&limit=101')).body.code).toBe('400100');
    expect(itemsOf(await kucoin.signed('GET', '/api/v1/fills'))).toHaveLength(5);
  });

  it('write a fill’s trade id as a number that only its digits keep apart', async () => {
    const socket = await kucoin.push('private');
    socket.send({ id: '1', type: 'subscribe', topic: '/spotMarket/tradeOrdersV2', privateChannel: true });
    await place({ ...LIMIT, price: '96400.1', timeInForce: 'IOC' });
    const match = socket.take().find((frame) => dataOf(frame).type === 'match');
    const timestamp = String(kucoin.clock.wallMs());
    const target = '/api/v1/hf/fills?symbol=BTC-USDT';
    const { account } = kucoin;
    const sign = (text: string) => createHmac('sha256', account.secret).update(text).digest('base64');
    const answer = await kucoin.wire.onRequest({
      method: 'GET',
      path: '/api/v1/hf/fills',
      query: 'symbol=BTC-USDT',
      body: '',
      headers: {
        'kc-api-key': account.apiKey,
        'kc-api-passphrase': sign(account.passphrase),
        'kc-api-timestamp': timestamp,
        'kc-api-sign': sign(`${timestamp}GET${target}`),
        'kc-api-key-version': '2',
      },
    });
    const text = typeof answer === 'string' ? '' : answer.body;
    expect(text).toContain(`"tradeId":${String(dataOf(match).tradeId)},`);
  });
});

describe('the private channels', () => {
  let socket: FakeSocket;
  const told = (topic: string): Json[] =>
    socket.take().flatMap((frame) => (frame.topic === topic ? [dataOf(frame)] : []));

  beforeEach(async () => {
    socket = await kucoin.push('private');
  });
  const listen = (topic: string): void => {
    socket.send({ id: '1', type: 'subscribe', topic, privateChannel: true, response: true });
    expect(socket.take()).toEqual([{ id: '1', type: 'ack' }]);
  };

  it.each([
    ['/spotMarket/tradeOrdersV2', ['received']],
    ['/spotMarket/tradeOrders', []],
  ])('%s tells an order’s life in order', async (topic, received) => {
    listen(topic);
    const { orderId } = dataOf(await place({ ...LIMIT, clientOid: 'life', size: '0.7', price: '96400.1' }));
    await kucoin.signed('DELETE', `/api/v1/hf/orders/${orderId}?symbol=BTC-USDT`);
    kucoin.quote('BTC-USDT', '96400', '96400.1', '0.5');
    await place({ ...LIMIT, side: 'sell', price: '96400', size: '0.2', timeInForce: 'IOC' });
    await settle();
    const frames = told(topic);
    expect(frames.map(({ type, status }) => [type, status])).toEqual([
      ...received.map((type) => [type, 'new']),
      ['match', 'match'],
      ['open', 'open'],
      ['canceled', 'done'],
      ...received.map((type) => [type, 'new']),
      ['match', 'match'],
      ['filled', 'done'],
    ]);
    const match = frames.find(({ type }) => type === 'match');
    expect(match).toMatchObject({
      clientOid: 'life',
      orderId,
      filledSize: '0.5',
      remainSize: '0.2',
      matchPrice: '96400.1',
      matchSize: '0.5',
      liquidity: 'taker',
      feeType: 'takerFee',
      tradeId: expect.stringMatching(/^\d{17}$/),
    });
    expect(frames.find(({ type }) => type === 'open')).toMatchObject({
      size: '0.7',
      filledSize: '0.5',
      remainSize: '0.2',
    });
  });

  it('end a market order by funds as canceled when change is left', async () => {
    listen('/spotMarket/tradeOrdersV2');
    await place({ symbol: 'BTC-USDT', side: 'buy', type: 'market', funds: '12' });
    expect(told('/spotMarket/tradeOrdersV2')).toMatchObject([
      { type: 'received', originFunds: '12' },
      { type: 'match', funds: '12', remainFunds: '0.000115552' },
      { type: 'canceled', status: 'done', remainFunds: '0', filledSize: '0.00012448' },
    ]);
  });

  it('/account/balance tells what changed and why', async () => {
    listen('/account/balance');
    const { orderId } = dataOf(await place(LIMIT));
    expect(told('/account/balance')).toMatchObject([
      {
        currency: 'USDT',
        total: '1000000',
        available: '999099.1',
        hold: '900.9',
        availableChange: '-900.9',
        holdChange: '900.9',
        relationEvent: 'trade.hold',
        relationContext: { symbol: 'BTC-USDT', orderId },
      },
    ]);
    await place({ ...LIMIT, price: '96400.1', size: '0.1', timeInForce: 'IOC' });
    expect(told('/account/balance')).toMatchObject([
      { currency: 'USDT', availableChange: '-9649.65001', holdChange: '0', relationEvent: 'trade.setted' },
      { currency: 'BTC', available: '10.1', availableChange: '0.1', relationContext: { tradeId: expect.any(String) } },
    ]);
  });

  it('are pushed after the answer, twice when planted, and no more after unsubscribing', async () => {
    listen('/spotMarket/tradeOrders');
    kucoin.plant({ kind: 'duplicate', scope: 'private' });
    await place(LIMIT);
    const [one, two] = socket.take();
    expect(one).toEqual(two);
    socket.send({ id: '2', type: 'unsubscribe', topic: '/spotMarket/tradeOrders', response: true });
    await place(LIMIT);
    expect(socket.take()).toEqual([{ id: '2', type: 'ack' }]);
  });
});

describe('the trading socket', () => {
  const order = { id: 'r1', op: 'spot.order', args: LIMIT };
  const answered = (frame: Json | undefined): Json => ({ code: frame?.code, msg: frame?.msg, id: frame?.id });

  it('wants its first frame signed, then says welcome', () => {
    const socket = kucoin.dial();
    const [challenge = ''] = socket.takeTexts();
    expect(Object.keys(JSON.parse(challenge))).toEqual(['sessionId', 'timestamp']);
    socket.send(createHmac('sha256', kucoin.account.secret).update(challenge).digest('base64'));
    expect(socket.take()).toEqual([
      { sessionId: JSON.parse(challenge).sessionId, data: 'welcome', pingInterval: 18_000, pingTimeout: 10_000 },
    ]);
  });

  it.each([
    ['an unknown key', { apikey: 'nobody' }, '400003'],
    ['a stale timestamp', { timestamp: '1600000000000' }, '400002'],
    ['a wrong passphrase', { passphrase: 'x' }, '400004'],
    ['a wrong signature', { sign: 'x' }, '400005'],
  ])('refuses an address with %s', async (_, query, code) => {
    const socket = kucoin.dial(query);
    expect(socket.take()).toEqual([
      { code, msg: expect.any(String), inTime: expect.any(Number), outTime: expect.any(Number) },
    ]);
    await settle();
    expect(socket.closed).toEqual({ code: 1000, reason: 'Bye' });
  });

  it('ends when the challenge is signed wrong, or not in time', async () => {
    const wrong = kucoin.dial();
    wrong.take();
    wrong.send(order);
    expect(wrong.take()).toMatchObject([{ code: '400011' }]);
    const late = kucoin.dial();
    late.take();
    kucoin.clock.advanceMs(30_000);
    expect(late.take()).toMatchObject([{ code: '400012' }]);
    await settle();
    expect([wrong.closed, late.closed]).toEqual([
      { code: 1000, reason: 'Bye' },
      { code: 1000, reason: 'Bye' },
    ]);
  });

  it('places and cancels, and says how many requests are left', () => {
    const socket = kucoin.trade();
    socket.send({ ...order, args: { ...LIMIT, clientOid: 's1' } });
    const [placed] = socket.take();
    const at = kucoin.clock.wallMs();
    const limits = { limit: 4000, reset: 30_000, remaining: 3999 };
    expect(placed).toEqual({
      id: 'r1',
      op: 'spot.order',
      code: '200000',
      data: { orderId: expect.any(String), clientOid: 's1' },
      inTime: at,
      outTime: at,
      rateLimit: limits,
    });
    const { orderId } = dataOf(placed);
    socket.send({ id: 'r2', op: 'spot.cancel', args: { symbol: 'BTC-USDT', orderId } });
    expect(socket.take()).toMatchObject([{ id: 'r2', data: { orderId }, userRateLimit: { remaining: 3998 } }]);
    socket.send({ id: 'r3', op: 'spot.cancel', args: { symbol: 'BTC-USDT', clientOid: 's1' } });
    expect(socket.take().map(answered)).toEqual([
      { id: 'r3', code: '400100', msg: 'order_not_exist_or_not_allow_to_cancel' },
    ]);
    socket.send({ id: 'r4', op: 'spot.sync_order', args: { ...LIMIT, price: '96400.1', timeInForce: 'IOC' } });
    expect(socket.take()).toMatchObject([{ data: { dealSize: '0.01', status: 'done' } }]);
    socket.send({ id: 'r5', op: 'spot.order', args: { ...LIMIT, size: '200' } });
    expect(socket.take().map(answered)).toEqual([{ id: 'r5', code: '200004', msg: 'Balance insufficient!' }]);
  });

  it.each([
    ['{"id":', 'The request must be a JSON object.'],
    ['[]', 'The request must be a JSON object.'],
    [{ op: 'spot.order', args: {} }, "Field 'id' must be a non-empty string."],
    [{ id: 1, op: 'spot.order', args: {} }, "Field 'id' must be a non-empty string."],
    [{ id: 'x'.repeat(65), op: 'spot.order', args: {} }, "Field 'id' too long."],
    [{ id: '1', op: 'constructor', args: {} }, "Field 'op' is not supported."],
    [{ id: '1', op: 'futures.order', args: {} }, "Field 'op' is not supported."],
    [{ id: '1', op: 'spot.order' }, "Field 'args' must be an object."],
  ])('refuses the frame %j', (frame, what) => {
    const socket = kucoin.trade();
    socket.send(frame);
    expect(socket.take()).toMatchObject([{ code: '4001002', msg: `Please check the param of your request: ${what}` }]);
    expect(socket.closed).toBeUndefined();
  });

  it('answers pings, and ends without them', () => {
    const socket = kucoin.trade();
    kucoin.clock.advanceMs(20_000);
    socket.send({ id: 'p', op: 'ping', timestamp: 1 });
    expect(socket.take()).toEqual([{ id: 'p', op: 'pong', timestamp: kucoin.clock.wallMs() }]);
    kucoin.clock.advanceMs(27_900);
    expect(socket.closed).toBeUndefined();
    kucoin.clock.advanceMs(200);
    expect(socket.closed).toEqual({ code: 1000, reason: 'Bye' });
  });

  it('shares its requests with REST, and says when there are none', async () => {
    const socket = kucoin.trade();
    for (let n = 0; n < 133; n++) await kucoin.signed('GET', '/api/v1/hf/accounts/opened');
    for (let n = 0; n < 10; n++)
      socket.send({ id: `${n}`, op: 'spot.cancel', args: { symbol: 'BTC-USDT', orderId: '1' } });
    socket.take();
    socket.send({ ...order, id: 'last' });
    expect(socket.take()).toMatchObject([{ id: 'last', code: '429000', rateLimit: { remaining: 0 } }]);
    kucoin.clock.advanceMs(15_000);
    socket.send({ id: 'p', op: 'ping' });
    kucoin.clock.advanceMs(15_000);
    socket.take();
    socket.send({ ...order, id: 'again' });
    expect(socket.take()).toMatchObject([{ id: 'again', code: '200000' }]);
  });
});

describe('planted faults', () => {
  it('lose the answer before or after the order is taken, by REST and socket', async () => {
    const open = (): number => kucoin.exchange.openOrders(kucoin.account).length;
    kucoin.plant({ kind: 'timeout-before-accept' });
    expect((await place(LIMIT)).silence).toBe('hang');
    expect(open()).toBe(0);
    kucoin.plant({ kind: 'timeout-after-accept', instrument: 'BTC-USDT' });
    expect((await place(LIMIT)).silence).toBe('hang');
    expect(open()).toBe(1);
    const socket = kucoin.trade();
    kucoin.plant({ kind: 'timeout-after-accept' });
    socket.send({ id: '1', op: 'spot.order', args: LIMIT });
    expect(socket.take()).toEqual([]);
    expect(open()).toBe(2);
  });

  it('refuse orders and everything else in maintenance, but for the status', async () => {
    const { orderId } = dataOf(await place(LIMIT));
    const socket = kucoin.trade();
    kucoin.plant({ kind: 'maintenance', durationMs: 1000 });
    expect((await place(LIMIT)).body.code).toBe('200001');
    expect((await kucoin.signed('DELETE', `/api/v1/hf/orders/${orderId}?symbol=BTC-USDT`)).body.code).toBe('200002');
    socket.send({ id: '1', op: 'spot.order', args: LIMIT });
    expect(socket.take()).toMatchObject([{ code: '200001' }]);
    expect(await kucoin.signed('GET', '/api/v1/accounts')).toMatchObject({ status: 503, body: { code: '503000' } });
    expect(await kucoin.request('POST', '/api/v1/bullet-public')).toMatchObject({ status: 503 });
    expect(dataOf(await kucoin.get('/api/v1/status'))).toMatchObject({ status: 'close' });
    kucoin.clock.advanceMs(1001);
    expect(dataOf(await kucoin.get('/api/v1/status'))).toEqual({ status: 'open', msg: '' });
    expect((await place(LIMIT)).body.code).toBe('200000');
  });

  it.each([
    ['insufficient-balance', '200004'],
    ['would-take', '400200'],
    ['no-liquidity', '400200'],
    ['price-out-of-range', '400370'],
    ['rate-limit', '429000'],
    ['unavailable', '230005'],
    ['malformed', '400100'],
  ] as const)('reject with %s as %s', async (reason, code) => {
    kucoin.plant({ kind: 'reject', reason });
    expect((await place(LIMIT)).body.code).toBe(code);
  });
});

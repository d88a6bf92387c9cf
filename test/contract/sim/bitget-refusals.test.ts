/** What the simulated Bitget refuses, in whose words, and how often it may be asked. */
import { beforeEach, describe, expect, it } from 'vitest';
import { type ManualBitget, manualBitget } from './bitget-harness.ts';
import type { Reply } from './venue-bench.ts';

let bitget: ManualBitget;

beforeEach(() => {
  bitget = manualBitget();
  bitget.quote('BTC-USDT', '96400', '96400.01', '0.5');
});

const BUY = { symbol: 'BTCUSDT', side: 'buy', orderType: 'limit', force: 'gtc', price: '96000', size: '0.01' };
const SELL = { ...BUY, side: 'sell', price: '97000' };
const MARKET = { symbol: 'BTCUSDT', side: 'buy', orderType: 'market', size: '100' };
const TRADE = '/api/v2/spot/trade';
const refusal = (reply: Reply): unknown[] => [reply.status, reply.body.code, reply.body.msg];

describe('an order is refused', () => {
  const cases: readonly [name: string, order: object, code: string, msg: string][] = [
    ['for more than the balance', { ...BUY, size: '100' }, '43012', 'Insufficient balance'],
    [
      'off the tick',
      { ...BUY, price: '96000.001' },
      '40808',
      'Parameter verification exception price checkBDScale error value=96000.001 checkScale=2',
    ],
    [
      'off the lot',
      { ...BUY, size: '0.0100001' },
      '40808',
      'Parameter verification exception size checkBDScale error value=0.0100001 checkScale=6',
    ],
    [
      'with too many decimals of its amount',
      { ...MARKET, size: '100.123456789' },
      '40808',
      'Parameter verification exception size checkBDScale error value=100.123456789 checkScale=8',
    ],
    ['below the minimum value', { ...BUY, size: '0.000001' }, '45110', 'less than the minimum amount 1 USDT'],
    ['below the minimum value, by amount', { ...MARKET, size: '0.5' }, '45110', 'less than the minimum amount 1 USDT'],
    ['above the maximum value', { ...SELL, size: '250' }, '45113', 'Maximum order value limit triggered'],
    [
      'above the maximum of a market order',
      { ...MARKET, size: '1000001' },
      '45113',
      'Maximum order value limit triggered',
    ],
    [
      'too far above the market',
      { ...BUY, price: '98328.02' },
      '43009',
      'The current order price exceeds the limit 98328.01USDT',
    ],
    [
      'too far below the market',
      { ...SELL, price: '94471.99' },
      '43008',
      'The current order price cannot be less than 94472USDT',
    ],
    ['of an unknown symbol', { ...BUY, symbol: 'NOPEUSDT' }, '40034', 'Parameter NOPEUSDT does not exist'],
    ['of an inherited name', { ...BUY, symbol: 'constructor' }, '40034', 'Parameter constructor does not exist'],
    ['without a symbol', { ...BUY, symbol: undefined }, '40019', 'Parameter symbol cannot be empty'],
    ['without a side', { ...BUY, side: '' }, '40019', 'Parameter side cannot be empty'],
    ['without a size', { ...BUY, size: undefined }, '40019', 'Parameter size cannot be empty'],
    ['without a price', { ...BUY, price: undefined }, '40019', 'Parameter price cannot be empty'],
    ['with another side', { ...BUY, side: 'hold' }, '40020', 'Parameter side error'],
    ['of another type', { ...BUY, orderType: 'stop' }, '40020', 'Parameter orderType error'],
    ['of another force', { ...BUY, force: 'day' }, '40020', 'Parameter force error'],
    ['of a size that is no number', { ...BUY, size: '1e-2' }, '40020', 'Parameter size error'],
    ['of a size that is an object', { ...BUY, size: {} }, '40020', 'Parameter size error'],
    ['at no price', { ...BUY, price: '0' }, '43011', 'The parameter does not meet the specification price <= 0'],
    [
      'with a name too long',
      { ...BUY, clientOid: 'x'.repeat(65) },
      '40305',
      'clientOid or clientOrderId length cannot greater than 64, and cannot be Martian characters',
    ],
    ['with a trigger', { ...BUY, tpslType: 'tpsl', triggerPrice: '1' }, '40805', 'Unsupported operation'],
  ];
  it.each(cases)('%s', async (_, order, code, msg) => {
    expect(refusal(await bitget.place(order))).toEqual([400, code, msg]);
    expect(bitget.exchange.allOrders(bitget.account)).toEqual([]);
  });

  it('with a name that was used, even long ago', async () => {
    await bitget.place({ ...BUY, clientOid: 'twice' });
    await bitget.cancel({ symbol: 'BTCUSDT', clientOid: 'twice' });
    expect(refusal(await bitget.place({ ...BUY, clientOid: 'twice' }))).toEqual([
      400,
      '43118',
      'clientOrderId duplicate',
    ]);
  });

  it('below the minimum size', async () => {
    bitget.quote('ETH-USDT', '3320', '3320.01', '4');
    const order = { ...BUY, symbol: 'ETHUSDT', price: '3320', size: '0.0004' };
    expect((await bitget.place(order)).body.code).toBe('43006');
  });

  it('when nobody sells', async () => {
    bitget.exchange.requote(bitget.instrument('BTC-USDT'), [], []);
    expect((await bitget.place(MARKET)).body.code).toBe('70220');
  });

  it('after its receive window', async () => {
    const at = (offMs: number): string => String(bitget.clock.wallMs() + offMs);
    expect((await bitget.place({ ...BUY, requestTime: at(-900), receiveWindow: '1000' })).body.code).toBe('00000');
    expect((await bitget.place({ ...BUY, requestTime: at(-1100), receiveWindow: '1000' })).body.code).toBe('40078');
    expect((await bitget.place({ ...BUY, requestTime: at(0), receiveWindow: '60001' })).body.code).toBe('40079');
  });

  it('when 200 are open', async () => {
    for (let n = 0; n < 200; n++) {
      expect((await bitget.place({ ...BUY, size: '0.0001' })).body.code).toBe('00000');
      bitget.clock.advanceMs(101);
    }
    bitget.clock.advanceMs(1000);
    expect((await bitget.place(BUY)).body.code).toBe('43128');
    expect((await bitget.place({ ...BUY, force: 'ioc' })).body.code).toBe('00000');
  });

  it('for whatever reason is planted', async () => {
    bitget.plant({ kind: 'reject', count: 1, reason: 'unavailable' });
    expect(refusal(await bitget.place(BUY))).toEqual([400, '43120', 'symbol is not open trade']);
  });
});

describe('a cancellation is refused', () => {
  it.each([
    [{ orderId: '1' }, '40019'],
    [{ symbol: 'BTCUSDT' }, '40924'],
    [{ symbol: 'BTCUSDT', orderId: '1' }, '43001'],
    [{ symbol: 'BTCUSDT', orderId: 'constructor' }, '43001'],
    [{ symbol: 'BTCUSDT', clientOid: '__proto__' }, '43001'],
  ])('of %o', async (order, code) => {
    expect((await bitget.cancel(order)).body.code).toBe(code);
  });
});

describe('a request is refused', () => {
  it.each([
    ['/api/v2/spot/market/orderbook?symbol=NOPEUSDT', '40034'],
    ['/api/v2/spot/market/orderbook', '40019'],
    ['/api/v2/spot/market/orderbook?symbol=BTCUSDT&type=step9', '40020'],
    ['/api/v2/spot/market/orderbook?symbol=BTCUSDT&limit=all', '40020'],
    ['/api/v2/spot/market/tickers?symbol=NOPEUSDT', '42016'],
    ['/api/v2/spot/public/symbols?symbol=NOPEUSDT', '42016'],
    ['/api/v2/spot/public/coins?coin=NOPE', '40034'],
    ['/api/v2/mix/market/contracts', '40019'],
    ['/api/v2/spot/trade/place-order', '40404'],
    ['/api/v2/spot/nothing', '40404'],
    ['/constructor', '40404'],
  ])('to %s', async (target, code) => {
    expect((await bitget.request('GET', target)).body).toMatchObject({ code, data: null });
  });

  it('of another content type, and of a body that is no object', async () => {
    const path = `${TRADE}/place-order`;
    const text = JSON.stringify(BUY);
    const headers = { ...bitget.signedHeaders('POST', path, text), 'content-type': 'text/plain' };
    expect((await bitget.request('POST', path, headers, text)).body.code).toBe('40007');
    for (const body of ['{', '[]', 'null', '"x"']) {
      const reply = await bitget.request('POST', path, bitget.signedHeaders('POST', path, body), body);
      expect(reply.body.code).toBe('40409');
    }
    expect((await bitget.post(`${TRADE}/batch-orders`, { orderList: [null] })).body.code).toBe('40020');
    expect((await bitget.post(`${TRADE}/batch-orders`, {})).body.code).toBe('40019');
  });
});

describe('requests are counted', () => {
  it('each endpoint on its own, by address or by user, per second', async () => {
    const time = (): Promise<Reply> => bitget.request('GET', '/api/v2/public/time');
    for (let n = 0; n < 20; n++) expect((await time()).status).toBe(200);
    expect(refusal(await time())).toEqual([429, '429', 'Too Many Requests']);
    for (let n = 0; n < 10; n++) expect((await bitget.place(BUY)).status).toBe(200);
    expect(refusal(await bitget.place(BUY))).toEqual([429, '429', 'Too Many Requests']);
    expect((await bitget.cancel({ symbol: 'BTCUSDT', orderId: '1' })).status).toBe(400);
    bitget.clock.advanceMs(1000);
    expect((await time()).status).toBe(200);
    expect((await bitget.place(BUY)).status).toBe(200);
  });

  it('all together by the minute; who goes over stays out for five', async () => {
    for (let n = 0; n < 6000; n++) await bitget.request('GET', `/nothing/${n}`);
    expect((await bitget.request('GET', '/api/v2/public/time')).status).toBe(429);
    bitget.clock.advanceMs(299_000);
    expect((await bitget.request('GET', '/api/v2/public/time')).status).toBe(429);
    bitget.clock.advanceMs(1_000);
    expect((await bitget.request('GET', '/api/v2/public/time')).status).toBe(200);
  });
});

describe('planted faults', () => {
  it.each([
    ['http-503', 503, '40725'],
    ['http-429', 429, '429'],
    ['http-418', 403, '40018'],
  ] as const)('%s', async (kind, status, code) => {
    bitget.plant({ kind, count: 1 });
    const reply = await bitget.request('GET', '/api/v2/public/time');
    expect([reply.status, reply.body.code]).toEqual([status, code]);
    expect((await bitget.request('GET', '/api/v2/public/time')).status).toBe(200);
  });

  it('maintenance refuses everything while it lasts', async () => {
    bitget.plant({ kind: 'maintenance', durationMs: 1000 });
    expect((await bitget.request('GET', '/api/v2/public/time')).body.code).toBe('40200');
    expect(refusal(await bitget.place(BUY))).toEqual([400, '40200', 'Server upgrade, please try again later']);
    expect(bitget.exchange.allOrders(bitget.account)).toEqual([]);
    bitget.clock.advanceMs(1001);
    expect((await bitget.place(BUY)).body.code).toBe('00000');
  });

  it('an order gets lost before or after it is taken', async () => {
    bitget.plant({ kind: 'timeout-before-accept', count: 1, instrument: 'BTC-USDT' });
    expect((await bitget.place(BUY)).silence).toBe('hang');
    expect(bitget.exchange.allOrders(bitget.account)).toHaveLength(0);
    bitget.plant({ kind: 'timeout-after-accept', count: 1 });
    const socket = bitget.login();
    bitget.subscribe(socket, 'orders');
    socket.take();
    expect((await bitget.place(BUY)).silence).toBe('hang');
    expect(bitget.exchange.openOrders(bitget.account)).toHaveLength(1);
    expect(socket.take()).toMatchObject([{ data: [{ status: 'live' }] }]);
  });
});

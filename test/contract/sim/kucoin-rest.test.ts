/** The simulated KuCoin's REST side: signatures, public data, account, limits, planted faults, hostile input. */
import { createHmac } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { orderIdOf, orderIdText } from '../../../src/sim/venues/kucoin/ids.ts';
import { signatureOf } from '../../../src/sim/venues/kucoin/sign.ts';
import { describeWithFixtures, readJson } from '../../fixtures.ts';
import { dataOf, itemsOf, type ManualKucoin, manualKucoin } from './kucoin-harness.ts';
import type { Json } from './venue-bench.ts';

let kucoin: ManualKucoin;

beforeEach(() => {
  kucoin = manualKucoin();
  kucoin.quote('BTC-USDT', '96400', '96400.1', '0.5', 30);
});

const hmac = (text: string): string => createHmac('sha256', kucoin.account.secret).update(text).digest('base64');

describe('a signed request', () => {
  it.each([
    ['400001', { 'kc-api-key': '' }],
    ['400001', { 'kc-api-sign': '' }],
    ['400001', { 'kc-api-passphrase': '' }],
    ['400009', { 'kc-api-key-version': '1' }],
    ['400009', { 'kc-api-key-version': '' }],
    ['400002', { 'kc-api-timestamp': '1600000000000' }],
    ['400002', { 'kc-api-timestamp': 'now' }],
    ['400003', { 'kc-api-key': 'nobody' }],
    ['400003', { 'kc-api-key': 'constructor' }],
    ['400004', { 'kc-api-passphrase': 'plain' }],
    ['400005', { 'kc-api-sign': 'x' }],
    ['400005', { 'kc-api-sign': 'é'.repeat(44) }],
  ])('is refused with %s for %j', async (code, headers) => {
    const reply = await kucoin.signed('GET', '/api/v1/accounts', undefined, headers);
    expect(reply).toMatchObject({ status: 401, body: { code, msg: expect.any(String) } });
    expect(Object.keys(reply.body)).toEqual(['code', 'msg']);
  });

  it('may be five seconds old or early, by the venue’s clock', async () => {
    const at = async (ms: number) =>
      (
        await kucoin.signed('GET', '/api/v1/accounts', undefined, {
          'kc-api-timestamp': String(kucoin.clock.wallMs() + ms),
        })
      ).body.code;
    expect([await at(-5000), await at(5000)]).toEqual(['200000', '200000']);
    expect([await at(-5001), await at(5001)]).toEqual(['400002', '400002']);
    kucoin.plant({ kind: 'clock-skew', ms: 6000, durationMs: 1000 });
    expect(await at(0)).toBe('400002');
    expect(await at(6000)).toBe('200000');
  });

  it('is signed over the address as it was before encoding, or as it is', async () => {
    const target = '/api/v1/trade-fees?symbols=BTC-USDT%2CETH-USDT';
    expect((await kucoin.signed('GET', target)).body.code).toBe('200000');
    const timestamp = String(kucoin.clock.wallMs());
    const sign = hmac(`${timestamp}GET/api/v1/trade-fees?symbols=BTC-USDT,ETH-USDT`);
    expect((await kucoin.signed('GET', target, undefined, { 'kc-api-sign': sign })).body.code).toBe('200000');
    const other = hmac(`${timestamp}GET/api/v1/trade-fees`);
    expect((await kucoin.signed('GET', target, undefined, { 'kc-api-sign': other })).body.code).toBe('400005');
  });
});

describe('public data', () => {
  it('shows as many levels as its address names, best first', async () => {
    const book = async (target: string) => dataOf(await kucoin.get(target)) as Record<'bids' | 'asks', string[][]>;
    const small = await book('/api/v1/market/orderbook/level2_20?symbol=BTC-USDT');
    expect(small.bids).toHaveLength(20);
    expect(small.bids[0]).toEqual(['96400', '0.5']);
    expect(small.asks[0]).toEqual(['96400.1', '0.5']);
    expect((await book('/api/v1/market/orderbook/level2_100?symbol=BTC-USDT')).asks).toHaveLength(30);
    expect((await kucoin.get('/api/v3/market/orderbook/level2?symbol=BTC-USDT')).body.code).toBe('400001');
  });

  it.each([
    ['/api/v1/market/orderbook/level2_20', 200, '400100'],
    ['/api/v1/market/orderbook/level2_20?symbol=NO-SUCH', 200, '900001'],
    ['/api/v1/market/orderbook/level2_20?symbol=__proto__', 200, '900001'],
    ['/api/v2/symbols/NO-SUCH', 200, '900001'],
    ['/api/v3/currencies/constructor', 200, '400100'],
    ['/api/v1/nothing', 404, '404000'],
    ['/', 404, '404000'],
    ['/api/v1/bullet-public', 405, '405000'],
    ['/api/v1/hf/orders/cancelAll/x', 404, '404000'],
  ])('GET %s is answered %d with %s', async (target, status, code) => {
    expect(await kucoin.get(target)).toMatchObject({ status, body: { code } });
  });

  it('tells the last trade, the fees and what a symbol may trade', async () => {
    kucoin.exchange.synthesizeTrade(kucoin.instrument('BTC-USDT'), 'buy', 5_000_000);
    kucoin.exchange.synthesizeTrade(kucoin.instrument('BTC-USDT'), 'sell', 5_000_000);
    expect(dataOf(await kucoin.get('/api/v1/market/stats?symbol=BTC-USDT'))).toMatchObject({
      buy: '96400',
      sell: '96400.1',
      last: '96400',
      high: '96400.1',
      vol: '0.1',
      volValue: '9640.005',
      takerFeeRate: '0.001',
    });
    expect(dataOf(await kucoin.get('/api/v2/symbols/BTC-USDT'))).toMatchObject({
      feeCurrency: 'USDT',
      baseIncrement: '0.00000001',
      priceIncrement: '0.1',
      minFunds: '0.1',
    });
    expect(dataOf(await kucoin.signed('GET', '/api/v1/trade-fees?symbols=BTC-USDT'))).toEqual([
      { symbol: 'BTC-USDT', takerFeeRate: '0.001', makerFeeRate: '0.001' },
    ]);
  });
});

describe('the account', () => {
  it('lists spot balances under the names that it has had', async () => {
    const accounts = async (query: string) =>
      (await kucoin.signed('GET', `/api/v1/accounts${query}`)).body.data as Json[];
    expect((await accounts('')).map(({ currency }) => currency)).toEqual(['USDT', 'BTC', 'ETH', 'DOGE']);
    expect(await accounts('?type=trade_hf&currency=BTC')).toEqual([
      {
        id: expect.stringMatching(/^\d+$/),
        currency: 'BTC',
        type: 'trade_hf',
        balance: '10',
        available: '10',
        holds: '0',
      },
    ]);
    expect(await accounts('?type=main')).toEqual([]);
    expect((await kucoin.signed('GET', '/api/v1/accounts?type=shoes')).body.code).toBe('400100');
    const [first] = await accounts('');
    expect(dataOf(await kucoin.signed('GET', `/api/v1/accounts/${first?.id}`))).toEqual({
      currency: 'USDT',
      balance: '1000000',
      available: '1000000',
      holds: '0',
    });
    expect((await kucoin.signed('GET', '/api/v1/accounts/1')).body.code).toBe('400100');
    expect(dataOf(await kucoin.signed('GET', '/api/ua/v1/account/mode'))).toMatchObject({ selfAccountMode: 'CLASSIC' });
  });
});

describe('limits', () => {
  it('take weights out of pools that are full again 30 s after their first request', async () => {
    const one = await kucoin.get('/api/v1/market/allTickers');
    expect(one.headers).toMatchObject({
      'gw-ratelimit-limit': '2000',
      'gw-ratelimit-remaining': '1985',
      'gw-ratelimit-reset': '30000',
    });
    kucoin.clock.advanceMs(20_000);
    for (let n = 0; n < 132; n++) await kucoin.get('/api/v1/market/allTickers');
    const refused = await kucoin.get('/api/v1/market/allTickers');
    expect(refused).toMatchObject({ status: 429, body: { code: '429000' } });
    expect(refused.headers['gw-ratelimit-reset']).toBe('10000');
    // Another pool, and what still fits.
    expect((await kucoin.signed('GET', '/api/v1/hf/accounts/opened')).status).toBe(200);
    expect((await kucoin.get('/api/v1/timestamp')).status).toBe(200);
    kucoin.clock.advanceMs(10_000);
    expect((await kucoin.get('/api/v1/market/allTickers')).headers['gw-ratelimit-remaining']).toBe('1985');
  });
});

describe('what is posted', () => {
  const LIMIT = { symbol: 'BTC-USDT', side: 'buy', type: 'limit', price: '90000', size: '0.01' };

  it.each(['', '{', '[]', 'null', '"x"', '1'])('as the body %j is refused', async (body) => {
    const reply = await kucoin.signed('POST', '/api/v1/hf/orders', body);
    expect(reply).toMatchObject({ status: 200, body: { code: '400100' } });
  });

  it('has to be JSON by its head, and may carry names that nobody knows', async () => {
    const plain = await kucoin.signed('POST', '/api/v1/hf/orders', LIMIT, { 'content-type': 'text/plain' });
    expect(plain).toMatchObject({ status: 415, body: { code: '415000' } });
    const odd = await kucoin.signed(
      'POST',
      '/api/v1/hf/orders',
      `{"__proto__":{"x":1},"whatever":[],${JSON.stringify(LIMIT).slice(1)}`,
    );
    expect(odd.body.code).toBe('200000');
    const nested = await kucoin.signed('POST', '/api/v1/hf/orders', { ...LIMIT, size: { a: 1 }, price: [] });
    expect(nested.body.code).toBe('400100');
  });

  it('may give numbers as numbers', async () => {
    const reply = await kucoin.signed('POST', '/api/v1/hf/orders', { ...LIMIT, price: 90000, size: 0.01 });
    expect(reply.body.code).toBe('200000');
    expect(itemsOf(await kucoin.signed('GET', '/api/v1/hf/orders/active?symbol=BTC-USDT'))).toMatchObject([
      { price: '90000', size: '0.01' },
    ]);
  });
});

describe('planted troubles', () => {
  it('answer as the venue does when it is down, busy, or has had enough of an address', async () => {
    kucoin.plant({ kind: 'http-503' });
    expect(await kucoin.get('/api/v1/timestamp')).toMatchObject({ status: 503, body: { code: '503000' } });
    kucoin.plant({ kind: 'http-429' });
    const busy = await kucoin.signed('GET', '/api/v1/accounts');
    expect(busy).toMatchObject({ status: 429, body: { code: '429000' } });
    expect(Object.keys(busy.headers)).toEqual(['content-type']);
    kucoin.plant({ kind: 'http-418' });
    const banned = await kucoin.wire.onRequest({
      method: 'GET',
      path: '/api/v1/timestamp',
      query: '',
      headers: {},
      body: '',
    });
    expect(banned).toMatchObject({ status: 403, body: 'error code: 1015' });
    expect((await kucoin.get('/api/v1/timestamp')).status).toBe(200);
  });
});

describe('order ids', () => {
  it('are read back, and nothing else is', () => {
    for (const id of [1, 10_000_000, 16_777_215, 16_777_216, 123_456_789]) {
      const text = orderIdText(id);
      expect(text).toMatch(/^[0-9a-f]{24}$/);
      expect(orderIdOf(text)).toBe(id);
      for (const at of [0, 7, 10, 15, 20, 23]) {
        const changed = text.slice(0, at) + (text[at] === '7' ? '3' : '7') + text.slice(at + 1);
        const other = orderIdOf(changed);
        expect(other === -1 || other > 1e9, `${text} became ${changed}`).toBe(true);
      }
    }
    for (const text of ['', 'constructor', '1', 'g'.repeat(24)]) expect(orderIdOf(text)).toBe(-1);
  });
});

describeWithFixtures('the signature check', (root) => {
  interface Vector {
    readonly name: string;
    readonly secret: string;
    readonly prehash: string;
    readonly expected: string;
  }
  const vectors = readJson<Vector[]>(`${root}/kucoin/signatures/vectors.json`);
  it.each(vectors)('expects the published signature: $name', ({ secret, prehash, expected }) => {
    expect(signatureOf(secret, prehash)).toBe(expected);
  });
});

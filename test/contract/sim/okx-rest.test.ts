/** The simulated OKX's REST side: signatures, refusals, paging, limits. */
import { createHmac } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { signatureOf } from '../../../src/sim/venues/okx/sign.ts';
import { describeWithFixtures, readJson } from '../../fixtures.ts';
import { first, type ManualOkx, manualOkx, rows } from './okx-harness.ts';
import type { Json } from './venue-bench.ts';

let okx: ManualOkx;

beforeEach(() => {
  okx = manualOkx();
  okx.quote('BTC-USDT', '96400', '96400.1', '0.5');
});

describe('REST', () => {
  it.each([
    ['50103', 401, { 'ok-access-key': '' }],
    ['50104', 401, { 'ok-access-passphrase': '' }],
    ['50106', 401, { 'ok-access-sign': '' }],
    ['50107', 401, { 'ok-access-timestamp': '' }],
    ['50112', 401, { 'ok-access-timestamp': '1750000000' }],
    ['50102', 401, { 'ok-access-timestamp': '2020-01-01T00:00:00.000Z' }],
    ['50111', 401, { 'ok-access-key': 'nobody' }],
    ['50113', 401, { 'ok-access-sign': 'nonsense' }],
    ['50105', 401, { 'ok-access-passphrase': 'nonsense' }],
  ] as const)('refuses a bad signature with %s', async (code, status, headers) => {
    const reply = await okx.signed('GET', '/api/v5/account/balance', undefined, headers);
    expect(reply).toMatchObject({ status, body: { code } });
    expect(Object.keys(reply.body).sort()).toEqual(['code', 'msg']);
  });

  it('checks the signature over the query and the body as they came', async () => {
    const good = await okx.signed('GET', '/api/v5/account/balance?ccy=BTC,USDT');
    expect((first(good.body).details as Json[]).map(({ ccy }) => ccy)).toEqual(['USDT', 'BTC']);
    const { account, clock } = okx;
    const timestamp = new Date(clock.wallMs()).toISOString();
    const over = createHmac('sha256', account.secret).update(`${timestamp}GET/api/v5/account/balance`).digest('base64');
    const bad = await okx.signed('GET', '/api/v5/account/balance?ccy=BTC', undefined, { 'ok-access-sign': over });
    expect(bad.body.code).toBe('50113');
  });

  it.each([
    ['/api/v5/market/books', 400, '50014'],
    ['/api/v5/market/books?instId=NO-SUCH', 200, '51001'],
    ['/api/v5/market/books?instId=BTC-USDT&sz=401', 400, '51000'],
    ['/api/v5/public/instruments', 400, '50014'],
    ['/api/v5/public/instruments?instType=SHOES', 400, '51000'],
    ['/api/v5/public/instruments?instType=SWAP', 200, '0'],
    ['/api/v5/nothing', 404, '404'],
    ['/api/v5/account/balance', 401, '50103'],
  ])('GET %s is answered %d with %s', async (path, status, code) => {
    expect(await okx.get(path)).toMatchObject({ status, body: { code } });
  });

  it('checks what is posted', async () => {
    const order = { instId: 'BTC-USDT', tdMode: 'cash', side: 'buy', ordType: 'limit', sz: '0.01', px: '90000' };
    const post = (body?: object, headers?: Readonly<Record<string, string>>) =>
      okx.signed('POST', '/api/v5/trade/order', body, headers);
    expect(await post()).toMatchObject({ status: 400, body: { code: '50000' } });
    expect(await post(order, { 'content-type': 'text/plain' })).toMatchObject({ status: 400, body: { code: '50006' } });
    expect(await post([order])).toMatchObject({ status: 400, body: { code: '50002' } });
    expect(await post({ ...order, sz: '' })).toMatchObject({ status: 400, body: { code: '50014' } });
    expect(await post({ ...order, sz: '100', px: '96000' })).toMatchObject({
      status: 200,
      body: {
        code: '1',
        msg: 'All operations failed',
        data: [{ sCode: '51008' }],
        inTime: expect.stringMatching(/^\d{16}$/),
      },
    });
    expect(await okx.signed('GET', '/api/v5/trade/batch-orders')).toMatchObject({
      status: 405,
      body: { code: '50115' },
    });
    expect((await okx.signed('GET', '/api/v5/trade/order?instId=BTC-USDT&clOrdId=none')).body).toMatchObject({
      code: '51603',
      data: [],
    });
    expect((await okx.signed('GET', '/api/v5/trade/order?instId=BTC-USDT')).body).toMatchObject({ code: '50015' });
  });

  it('pages orders and fills, newest first', async () => {
    const ids: unknown[] = [];
    for (let n = 0; n < 5; n++) {
      const order = { instId: 'BTC-USDT', tdMode: 'cash', side: 'buy', ordType: 'ioc', sz: '0.01', px: '96400.1' };
      const { body } = await okx.signed('POST', '/api/v5/trade/order', order);
      ids.unshift(first(body).ordId);
    }
    const list = async (query: string): Promise<unknown[]> =>
      rows((await okx.signed('GET', `/api/v5/trade/orders-history?instType=SPOT${query}`)).body).map(
        ({ ordId }) => ordId,
      );
    expect(await list('')).toEqual(ids);
    expect(await list('&limit=2')).toEqual(ids.slice(0, 2));
    expect(await list(`&after=${String(ids[1])}&limit=2`)).toEqual(ids.slice(2, 4));
    expect(await list(`&before=${String(ids[2])}`)).toEqual(ids.slice(0, 2));
    expect(await list('&state=canceled')).toEqual([]);
    const fills = rows((await okx.signed('GET', `/api/v5/trade/fills?ordId=${String(ids[0])}`)).body);
    expect(fills).toEqual([
      expect.objectContaining({ ordId: ids[0], fee: '-0.00001', feeRate: '-0.001', execType: 'T' }),
    ]);
    expect(rows((await okx.signed('GET', '/api/v5/trade/orders-pending')).body)).toEqual([]);
  });

  it('limits each endpoint', async () => {
    for (let n = 0; n < 10; n++) expect((await okx.get('/api/v5/public/time')).body.code).toBe('0');
    expect(await okx.get('/api/v5/public/time')).toMatchObject({ status: 200, body: { code: '50011' } });
    okx.clock.advanceMs(2001);
    expect((await okx.get('/api/v5/public/time')).body.code).toBe('0');
  });

  it('is down or busy as planted', async () => {
    okx.plant({ kind: 'http-503' });
    expect(await okx.get('/api/v5/public/time')).toMatchObject({ status: 503, body: { code: '50001' } });
    okx.plant({ kind: 'http-429' });
    expect(await okx.signed('GET', '/api/v5/account/balance')).toMatchObject({ status: 429, body: { code: '50011' } });
    expect((await okx.get('/api/v5/public/time')).status).toBe(200);
  });
});

describeWithFixtures('the signature check', (root) => {
  interface Vector {
    readonly name: string;
    readonly secret: string;
    readonly prehash: string;
    readonly expected: string;
  }
  const vectors = readJson<Vector[]>(`${root}/okx/signatures/vectors.json`);
  it.each(vectors)('expects the published signature: $name', ({ secret, prehash, expected }) => {
    expect(signatureOf(secret, prehash)).toBe(expected);
  });
});

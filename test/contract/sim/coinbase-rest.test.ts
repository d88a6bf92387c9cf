/** The REST side of the simulated Coinbase: tokens, orders and their refusals, lists, limits and planted faults. */
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/core/random.ts';
import { amountOf, amountText } from '../../../src/sim/amounts.ts';
import { newKeys } from '../../../src/sim/venues/coinbase/keys.ts';
import {
  type CoinbaseBench,
  limitOrder,
  manualCoinbase,
  marketOrder,
  type TokenParts,
  V3,
} from './coinbase-harness.ts';
import type { Json } from './venue-bench.ts';

const PRODUCT = 'BTC-USDT';
const ACCOUNTS = `${V3}/accounts`;
const ORDERS = `${V3}/orders`;
const BATCH = `${ORDERS}/historical/batch`;
const FILLS = `${ORDERS}/historical/fills`;

let bench: CoinbaseBench;

beforeEach(() => {
  bench = manualCoinbase();
  bench.quote(PRODUCT, '96400', '96400.01', '0.5', 3);
});

const free = (asset: string): string => amountText(bench.account.holdings.get(asset)?.free ?? 0n);
const orderOf = async (placed: Json): Promise<Json> => {
  const id = String((placed.success_response as Json).order_id);
  return (await bench.call('GET', `${ORDERS}/historical/${id}`)).body.order as Json;
};

describe('tokens', () => {
  const now = (): number => Math.floor(bench.clock.wallMs() / 1000);
  const stranger = createPrivateKey(newKeys(seededRandom(5)).secret);
  const cases: readonly [name: string, parts: () => TokenParts][] = [
    ['signed with another key', () => ({ key: stranger })],
    [
      'of an unknown key',
      () => ({ header: { kid: 'organizations/x/apiKeys/y' }, claims: { sub: 'organizations/x/apiKeys/y' } }),
    ],
    ['whose subject is not its key', () => ({ claims: { sub: 'somebody' } })],
    ['without a signature', () => ({ header: { alg: 'none' } })],
    ['said to be of another algorithm', () => ({ header: { alg: 'EdDSA' } })],
    ['of another issuer', () => ({ claims: { iss: 'me' } })],
    ['that has expired', () => ({ claims: { nbf: now() - 120, exp: now() } })],
    ['that is not valid yet', () => ({ claims: { nbf: now() + 5, exp: now() + 125 } })],
    ['that lives longer than two minutes', () => ({ claims: { exp: now() + 121 } })],
    ['without times', () => ({ claims: { exp: 'soon' } })],
    ['for another path', () => ({ claims: { uri: `GET api.coinbase.com${ORDERS}` } })],
    ['for another method', () => ({ claims: { uri: `POST api.coinbase.com${ACCOUNTS}` } })],
    ['for another host', () => ({ claims: { uri: `GET example.com${ACCOUNTS}` } })],
    ['for no request', () => ({ claims: { uri: null } })],
  ];
  it.each(cases)('refuses one %s', async (_, parts) => {
    const answer = await bench.call('GET', ACCOUNTS, undefined, parts());
    expect(answer).toMatchObject({ status: 401, text: 'Unauthorized\n' });
  });

  it.each([
    ['none', {}],
    ['no bearer', { authorization: 'Basic abc' }],
    ['nonsense', { authorization: 'Bearer constructor.constructor.constructor' }],
  ] as const)('refuses a request with %s', async (_, headers) => {
    const request = { method: 'GET', path: ACCOUNTS, query: '', headers, body: '' };
    expect(await bench.wire.onRequest(request)).toMatchObject({ status: 401 });
  });

  it('takes a host of the address it is sent to, and the query is no part of it', async () => {
    const uri = `GET 127.0.0.1${ACCOUNTS}`;
    expect((await bench.call('GET', `${ACCOUNTS}?limit=2`, undefined, { claims: { uri } })).status).toBe(200);
    expect((await bench.call('GET', `${ACCOUNTS}?limit=2`)).body).toMatchObject({
      size: 2,
      has_next: true,
      cursor: '2',
    });
  });

  it('takes Ed25519 keys in base64', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const raw = (part: 'd' | 'x'): Buffer => Buffer.from(privateKey.export({ format: 'jwk' })[part] ?? '', 'base64url');
    expect(publicKey.asymmetricKeyType).toBe('ed25519');
    const secret = Buffer.concat([raw('d'), raw('x')]).toString('base64');
    const apiKey = 'd2efa49a-369c-43d7-a60e-ae26e28853c2';
    bench.exchange.addAccount({ apiKey, secret, passphrase: '' }, new Map([['USDT', amountOf('5')]]));
    const header = { alg: 'EdDSA', kid: apiKey };
    const parts = { key: privateKey, header, claims: { sub: apiKey } };
    const { status, body } = await bench.call('GET', ACCOUNTS, undefined, parts);
    expect(status).toBe(200);
    expect(body.accounts).toContainEqual(
      expect.objectContaining({ available_balance: { value: '5', currency: 'USDT' } }),
    );
    expect(
      (await bench.call('GET', ACCOUNTS, undefined, { ...parts, header: { ...header, alg: 'ES256' } })).status,
    ).toBe(401);
  });

  it('refuses what a clock that is off makes late', async () => {
    bench.plant({ kind: 'clock-skew', ms: 200_000, durationMs: 60_000 });
    const uri = `GET api.coinbase.com${ACCOUNTS}`;
    const real = bench.clock.wallMs() / 1000;
    const claims = { uri, nbf: Math.floor(real), exp: Math.floor(real) + 120 };
    expect((await bench.call('GET', ACCOUNTS, undefined, { claims })).status).toBe(401);
  });

  it('makes the same keys of the same seed', () => {
    expect(newKeys(seededRandom(3))).toEqual(newKeys(seededRandom(3)));
    expect(newKeys(seededRandom(3))).not.toEqual(newKeys(seededRandom(4)));
  });
});

describe('orders', () => {
  const refusals: readonly [name: string, order: () => Json, error: string, reason: string][] = [
    ['more than the balance', () => limitOrder({ base_size: '300' }), 'INSUFFICIENT_FUND', 'INSUFFICIENT_FUND'],
    ['the price but not the fee', () => limitOrder({ base_size: '11.1' }), 'INSUFFICIENT_FUND', 'INSUFFICIENT_FUND'],
    [
      'a price off the tick',
      () => limitOrder({ limit_price: '90000.001' }),
      'INVALID_PRICE_PRECISION',
      'INVALID_PRICE_PRECISION',
    ],
    [
      'a size off the lot',
      () => limitOrder({ base_size: '0.010000001' }),
      'INVALID_SIZE_PRECISION',
      'INVALID_SIZE_PRECISION',
    ],
    [
      'less than a lot',
      () => limitOrder({ base_size: '0.05', limit_price: '100' }, { product_id: 'DOGE-USDT' }),
      'INVALID_SIZE_PRECISION',
      'INVALID_SIZE_PRECISION',
    ],
    [
      'less than the minimum value',
      () => limitOrder({ base_size: '0.00001' }),
      'UNKNOWN_FAILURE_REASON',
      'INVALID_QUOTE_SIZE_TOO_SMALL',
    ],
    [
      'more than the largest size',
      () => limitOrder({ base_size: '401', limit_price: '1' }),
      'UNKNOWN_FAILURE_REASON',
      'INVALID_BASE_SIZE_TOO_LARGE',
    ],
    [
      'more quote than the largest',
      () => marketOrder({ quote_size: '10000001' }),
      'UNKNOWN_FAILURE_REASON',
      'INVALID_QUOTE_SIZE_TOO_LARGE',
    ],
    [
      'a quote size off the tick',
      () => marketOrder({ quote_size: '10.001' }),
      'INVALID_SIZE_PRECISION',
      'INVALID_QUOTE_SIZE_PRECISION',
    ],
    [
      'a size that is no number',
      () => limitOrder({ base_size: '1e3' }),
      'UNKNOWN_FAILURE_REASON',
      'NON_NUMERIC_ORDER_SIZE',
    ],
    ['no size', () => marketOrder({}), 'UNSUPPORTED_ORDER_CONFIGURATION', 'INVALID_ORDER_CONFIG'],
    [
      'two sizes',
      () => marketOrder({ quote_size: '10', base_size: '1' }),
      'UNSUPPORTED_ORDER_CONFIGURATION',
      'INVALID_ORDER_CONFIG',
    ],
    [
      'a sale by quote',
      () => marketOrder({ quote_size: '10' }, { side: 'SELL' }),
      'UNSUPPORTED_ORDER_CONFIGURATION',
      'INVALID_ORDER_CONFIG',
    ],
    [
      'two configurations',
      () => ({ ...limitOrder(), order_configuration: { limit_limit_fok: {}, limit_limit_gtc: {} } }),
      'UNSUPPORTED_ORDER_CONFIGURATION',
      'INVALID_ORDER_CONFIG',
    ],
    [
      'a configuration that is not simulated',
      () => ({ ...limitOrder(), order_configuration: { trigger_bracket_gtc: {} } }),
      'UNSUPPORTED_ORDER_CONFIGURATION',
      'INVALID_ORDER_CONFIG',
    ],
    ['an unknown product', () => limitOrder({}, { product_id: 'NO-SUCH' }), 'INVALID_PRODUCT_ID', 'INVALID_PRODUCT_ID'],
    [
      'a post-only order that would take',
      () => limitOrder({ limit_price: '96500', post_only: true }),
      'INVALID_LIMIT_PRICE_POST_ONLY',
      'INVALID_LIMIT_PRICE_POST_ONLY',
    ],
    [
      'a market order without a market',
      () => marketOrder({ quote_size: '100' }, { product_id: 'ETH-USDT' }),
      'INVALID_NO_LIQUIDITY',
      'INVALID_NO_LIQUIDITY',
    ],
  ];
  it.each(refusals)('refuses %s, with HTTP 200', async (_, make, error, reason) => {
    const order = make();
    const { status, body } = await bench.call('POST', ORDERS, order);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      success: false,
      error_response: { error, preview_failure_reason: `PREVIEW_${reason}` },
      order_configuration: order.order_configuration,
    });
    expect(bench.exchange.allOrders(bench.account)).toEqual([]);
  });

  it('says in its words that funds are missing', async () => {
    expect((await bench.place(limitOrder({ base_size: '300' }))).error_response).toEqual({
      error: 'INSUFFICIENT_FUND',
      message: 'Insufficient balance in source account',
      error_details: '',
      preview_failure_reason: 'PREVIEW_INSUFFICIENT_FUND',
    });
  });

  const malformed: readonly [name: string, order: () => unknown][] = [
    ['no object', () => [1]],
    ['no client id', () => limitOrder({}, { client_order_id: undefined })],
    ['no product', () => limitOrder({}, { product_id: undefined })],
    ['a side in small letters', () => limitOrder({}, { side: 'buy' })],
    ['no configuration', () => limitOrder({}, { order_configuration: undefined })],
    ['an unknown member', () => limitOrder({}, { clientOrderId: 'x' })],
    ['an unknown configuration', () => limitOrder({}, {}, 'limit_limit_ioc')],
    ['an inherited name for a configuration', () => limitOrder({}, {}, 'constructor')],
    ['an unknown field', () => limitOrder({ limitPrice: '1' })],
    ['a number for a text', () => limitOrder({ base_size: 1 })],
    ['post-only on a fill-or-kill', () => limitOrder({ post_only: true }, {}, 'limit_limit_fok')],
    ['an attached order', () => limitOrder({}, { attached_order_configuration: { trigger_bracket_gtc: {} } })],
  ];
  it.each(malformed)('refuses a body with %s, with HTTP 400', async (_, make) => {
    const { status, body } = await bench.call('POST', ORDERS, make() as object);
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: 'INVALID_ARGUMENT', message: expect.any(String) });
  });

  it('returns the order of a client id that is known, and creates nothing', async () => {
    const order = limitOrder();
    const first = await bench.place(order);
    const again = await bench.place({
      ...order,
      side: 'SELL',
      order_configuration: limitOrder({ base_size: '5' }).order_configuration,
    });
    expect(again).toEqual(first);
    expect(bench.exchange.allOrders(bench.account)).toHaveLength(1);
    await bench.call('POST', `${ORDERS}/batch_cancel`, { order_ids: [(first.success_response as Json).order_id] });
    expect(await bench.place(order)).toEqual(first);
  });

  it('makes up a client id for an empty one, every time another', async () => {
    const ids = [
      await bench.place(limitOrder({}, { client_order_id: '' })),
      await bench.place(limitOrder({}, { client_order_id: '' })),
    ].map(({ success_response }) => (success_response as Json).client_order_id);
    expect(new Set(ids).size).toBe(2);
    expect(ids).not.toContain('');
  });

  it('holds a buyer’s fee, and takes it out of the quote', async () => {
    const id = await bench.rest();
    expect(free('USDT')).toBe('999094.6');
    const { order } = (await bench.call('GET', `${ORDERS}/historical/${id}`)).body;
    expect(order).toMatchObject({ status: 'OPEN', outstanding_hold_amount: '905.4', settled: false, filled_size: '0' });
  });

  it('spends of a quote size what leaves room for the fee', async () => {
    const order = await orderOf(await bench.place(marketOrder({ quote_size: '1000' })));
    expect(order).toMatchObject({
      status: 'FILLED',
      size_in_quote: true,
      size_inclusive_of_fees: true,
      order_type: 'MARKET',
    });
    expect(Number(order.total_value_after_fees)).toBeLessThanOrEqual(1000);
    expect(Number(order.total_value_after_fees)).toBeGreaterThan(999.99);
    expect(order.order_configuration).toMatchObject({ market_market_ioc: { quote_size: '1000' } });
    const { fills } = (await bench.call('GET', FILLS)).body as { fills: Json[] };
    expect(fills[0]).toMatchObject({ size_in_quote: true, size: order.filled_value, commission: order.total_fees });
    expect(free('USDT')).toBe(amountText(amountOf('1000000') - amountOf(String(order.total_value_after_fees))));
  });

  it('fills a fill-or-kill whole or not at all', async () => {
    const killed = await bench.place(limitOrder({ base_size: '2', limit_price: '96400.1' }, {}, 'limit_limit_fok'));
    expect(await orderOf(killed)).toMatchObject({
      status: 'CANCELLED',
      filled_size: '0',
      time_in_force: 'FILL_OR_KILL',
    });
    const filled = await bench.place(limitOrder({ base_size: '1.5', limit_price: '96400.1' }, {}, 'limit_limit_fok'));
    expect(await orderOf(filled)).toMatchObject({ status: 'FILLED', filled_size: '1.5', number_of_fills: '3' });
  });

  it('cancels by the list, each with its own result', async () => {
    const open = await bench.rest();
    const filled = await bench.rest({
      order_configuration: { sor_limit_ioc: { base_size: '0.1', limit_price: '96500' } },
    });
    const unknown = open.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
    const cancel = (ids: unknown) => bench.call('POST', `${ORDERS}/batch_cancel`, { order_ids: ids });
    expect((await cancel([open, open, filled, unknown, 'constructor'])).body.results).toEqual([
      { success: true, failure_reason: 'UNKNOWN_CANCEL_FAILURE_REASON', order_id: open },
      { success: false, failure_reason: 'DUPLICATE_CANCEL_REQUEST', order_id: open },
      { success: false, failure_reason: 'ORDER_IS_FULLY_FILLED', order_id: filled },
      { success: false, failure_reason: 'UNKNOWN_CANCEL_ORDER', order_id: unknown },
      { success: false, failure_reason: 'UNKNOWN_CANCEL_ORDER', order_id: 'constructor' },
    ]);
    expect((await cancel([open])).body.results).toMatchObject([{ failure_reason: 'UNKNOWN_CANCEL_ORDER' }]);
    for (const ids of [[], 'x', [1], Array.from({ length: 101 }, () => open)])
      expect((await cancel(ids)).status).toBe(400);
  });
});

describe('lists', () => {
  it('finds orders by status, product, id, side and time, newest first, in pages', async () => {
    const first = await bench.rest();
    bench.clock.advanceMs(1000);
    const second = await bench.rest({
      side: 'SELL',
      order_configuration: limitOrder({ limit_price: '99000' }).order_configuration,
    });
    await bench.place(marketOrder({ base_size: '0.01' }));
    const ids = async (query: string): Promise<unknown[]> =>
      ((await bench.call('GET', `${BATCH}?${query}`)).body.orders as Json[]).map(({ order_id }) => order_id);
    expect(await ids('')).toHaveLength(3);
    expect(await ids('order_status=OPEN&product_ids=BTC-USDT')).toEqual([second, first]);
    expect(await ids('order_status=FILLED&order_status=CANCELLED')).toHaveLength(1);
    expect(await ids(`order_ids=${first}`)).toEqual([first]);
    expect(await ids('order_side=SELL')).toEqual([second]);
    expect(await ids('product_ids=ETH-USDT')).toEqual([]);
    const since = new Date(bench.clock.wallMs() - 500).toISOString();
    expect(await ids(`start_date=${since}&order_status=OPEN`)).toEqual([second]);
    const page = (await bench.call('GET', `${BATCH}?limit=2`)).body;
    expect(page).toMatchObject({ has_next: true, cursor: '2', sequence: '0' });
    expect(await ids('limit=2&cursor=2')).toEqual([first]);
  });

  it.each([
    ['a status that is none', `${BATCH}?order_status=DONE`],
    ['open orders with others', `${BATCH}?order_status=OPEN&order_status=FILLED`],
    ['a limit that is no number', `${BATCH}?limit=many`],
    ['a time that is none', `${FILLS}?start_sequence_timestamp=yesterday`],
  ])('refuses %s', async (_, target) => {
    expect(await bench.call('GET', target)).toMatchObject({ status: 400, body: { error: 'INVALID_ARGUMENT' } });
  });

  it.each([
    ['order', `${ORDERS}/historical/5e8cf8f5-0000-4000-a000-000000000000`, 'order with this orderID was not found'],
    ['product', `${V3}/products/NO-SUCH`, 'valid product_id is required'],
    ['wallet', `${ACCOUNTS}/x`, 'account not found'],
    ['path', `${V3}/constructor`, 'Not Found'],
  ])('answers 404 for an unknown %s', async (_, target, message) => {
    const answer = await bench.call('GET', target);
    expect(answer).toMatchObject({ status: 404, body: { error: 'NOT_FOUND', error_details: message, message } });
  });

  it('refuses the wrong method', async () => {
    expect((await bench.call('POST', ACCOUNTS, {})).status).toBe(405);
    expect((await bench.call('GET', ORDERS)).status).toBe(405);
    expect((await bench.call('POST', `${V3}/time`, {})).status).toBe(405);
  });

  it('tells of key and fee tier', async () => {
    expect((await bench.call('GET', `${V3}/key_permissions`)).body).toMatchObject({
      can_trade: true,
      can_transfer: false,
    });
    const summary = (await bench.call('GET', `${V3}/transaction_summary`)).body;
    expect(summary.fee_tier).toMatchObject({ taker_fee_rate: '0.006', maker_fee_rate: '0.004' });
  });
});

describe('hostile requests', () => {
  it.each(['', '{', 'null', '"x"', '{"__proto__":1}'])('refuses the body %j', async (body) => {
    for (const path of [ORDERS, `${ORDERS}/batch_cancel`]) {
      const authorization = `Bearer ${bench.token(`POST api.coinbase.com${path}`)}`;
      const answer = await bench.wire.onRequest({ method: 'POST', path, query: '', headers: { authorization }, body });
      expect(answer).toMatchObject({ status: 400 });
    }
  });

  it.each(['%E0%A4%A', '__proto__', 'constructor', '..'])('knows no product %s', async (id) => {
    expect((await bench.call('GET', `${V3}/products/${id}`)).status).toBe(404);
    expect((await bench.call('GET', `${V3}/product_book?product_id=${id}`)).status).toBe(404);
    expect((await bench.call('GET', `${ORDERS}/historical/${id}`)).status).toBe(404);
  });
});

describe('limits', () => {
  it('takes 30 signed requests a second', async () => {
    for (let n = 0; n < 30; n++) expect((await bench.call('GET', ACCOUNTS)).status).toBe(200);
    const answer = await bench.call('GET', ACCOUNTS);
    expect(answer).toMatchObject({
      status: 429,
      body: { errors: [{ id: 'rate_limit_exceeded', message: 'Too many requests' }] },
    });
    expect(answer.headers).toMatchObject({ 'x-ratelimit-limit': '30', 'x-ratelimit-remaining': '0' });
    bench.clock.advanceMs(1001);
    expect((await bench.call('GET', ACCOUNTS)).status).toBe(200);
  });

  it('takes 10 unsigned ones', async () => {
    for (let n = 0; n < 10; n++) expect((await bench.request('GET', `${V3}/time`)).status).toBe(200);
    expect((await bench.request('GET', `${V3}/market/products`)).status).toBe(429);
  });
});

describe('planted faults', () => {
  it.each([
    ['http-503', 503],
    ['http-429', 429],
    ['http-418', 403],
  ] as const)('%s is answered %i, once', async (kind, status) => {
    bench.plant({ kind, count: 1 });
    expect((await bench.call('GET', ACCOUNTS)).status).toBe(status);
    expect((await bench.call('GET', ACCOUNTS)).status).toBe(200);
  });

  it('refuses everything during maintenance', async () => {
    bench.plant({ kind: 'maintenance', durationMs: 1000 });
    expect((await bench.call('POST', ORDERS, limitOrder())).status).toBe(503);
    expect((await bench.request('GET', `${V3}/time`)).body).toMatchObject({ message: 'Service Unavailable' });
    bench.clock.advanceMs(1001);
    expect((await bench.call('GET', ACCOUNTS)).status).toBe(200);
  });

  it.each([
    ['timeout-before-accept', 0],
    ['timeout-after-accept', 1],
  ] as const)('%s leaves %i orders', async (kind, count) => {
    bench.plant({ kind, count: 1, instrument: PRODUCT });
    await expect(bench.call('POST', ORDERS, limitOrder())).rejects.toThrow('hang');
    expect(bench.exchange.openOrders(bench.account)).toHaveLength(count);
  });

  it.each([
    ['insufficient-balance', 'INSUFFICIENT_FUND'],
    ['duplicate-client-id', 'DUPLICATE_CLIENT_ORDER_ID'],
    ['unavailable', 'ORDER_ENTRY_DISABLED'],
    ['size-too-small', 'UNKNOWN_FAILURE_REASON'],
    ['rate-limit', 'UNKNOWN_FAILURE_REASON'],
  ] as const)('says a planted refusal of %s in its own words', async (reason, error) => {
    bench.plant({ kind: 'reject', count: 1, reason });
    expect(await bench.place(limitOrder())).toMatchObject({ success: false, error_response: { error } });
  });
});

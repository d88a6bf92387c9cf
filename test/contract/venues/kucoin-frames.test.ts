/** Our orders beside those that ccxt writes for the same order. ccxt does not speak to the order socket of KuCoin, whose
 *  arguments are those of REST: its REST requests are compared with our socket frames and with our REST bodies. */
import ccxt from 'ccxt';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Listing } from '../../../src/core/instrument.ts';
import type { BaseOrder, OrderRequest } from '../../../src/core/order.ts';
import { toListing } from '../../../src/venues/kucoin/instruments.ts';
import { cancelFrame, orderBody, orderFrame } from '../../../src/venues/kucoin/orders.ts';
import { restDialect } from '../../../src/venues/kucoin/rest.ts';
import { restHeaders, sign } from '../../../src/venues/kucoin/sign.ts';

const credentials = { apiKey: 'the-api-key', secret: 'the-secret', passphrase: 'the-passphrase' };

/** Both read this one entry of the instruments list. */
const instrument = {
  symbol: 'BTC-USDT',
  name: 'BTC-USDT',
  baseCurrency: 'BTC',
  quoteCurrency: 'USDT',
  feeCurrency: 'USDT',
  market: 'USDS',
  baseMinSize: '0.00001',
  quoteMinSize: '0.1',
  baseMaxSize: '10000000000',
  quoteMaxSize: '99999999',
  baseIncrement: '0.00000001',
  quoteIncrement: '0.000001',
  priceIncrement: '0.1',
  priceLimitRate: '0.1',
  minFunds: '0.1',
  isMarginEnabled: true,
  enableTrading: true,
};
const listing: Listing = toListing(instrument);

interface Captured {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

class Witness extends ccxt.kucoin {
  readonly captured: Captured[] = [];

  override async fetch(url: string, method = 'GET', headers: Record<string, string> = {}, body = ''): Promise<unknown> {
    const { pathname, search } = new URL(url);
    this.captured.push({ method, path: pathname + search, headers, text: body ?? '' });
    if (pathname.endsWith('/symbols')) return { code: '200000', data: [instrument] };
    if (method === 'GET') return { code: '200000', data: { items: [], ticker: [] } };
    return { code: '200000', data: { orderId: '670fd33bf9406e0007ab3945', clientOid: 'p1e1s1' } };
  }
}

const order = (change: Partial<BaseOrder>): OrderRequest => ({
  clientId: 'p1e1s1',
  listing,
  side: 'buy',
  type: 'limit',
  tif: 'gtc',
  price: '60000.1',
  size: '0.01',
  ...change,
});

/** What only we write, of every order, and why. */
const OURS = {
  allowMaxTimeWindow: 'the venue itself refuses an order that we have given up waiting for',
  clientTimestamp: 'from when that window counts',
  stp: 'an account must not trade with itself',
};

const ORDERS: Record<string, { change: Partial<BaseOrder>; params: object; ours?: Record<string, string> }> = {
  limit: {
    change: {},
    params: {},
    ours: { timeInForce: 'GTC, which is the default, is said' },
  },
  ioc: { change: { tif: 'ioc' }, params: { timeInForce: 'IOC' } },
  fok: { change: { tif: 'fok', side: 'sell' }, params: { timeInForce: 'FOK' } },
  'market sale': { change: { type: 'market', side: 'sell' }, params: {} },
  'market buy': { change: { type: 'market' }, params: {} },
};

describe('kucoin frames beside those of ccxt', () => {
  const witness = new Witness({
    apiKey: credentials.apiKey,
    secret: credentials.secret,
    password: credentials.passphrase,
    options: { uta: false, fetchMarkets: { types: ['spot'] } },
  });
  const market = 'BTC/USDT';

  beforeAll(async () => {
    await witness.loadMarkets();
  });

  it.each(Object.entries(ORDERS))('an order: %s', async (_, { change, params, ours = {} }) => {
    const request = order(change);
    witness.captured.length = 0;
    await witness.createOrder(
      market,
      request.type,
      request.side,
      0.01,
      request.type === 'limit' ? 60000.1 : undefined,
      {
        ...params,
        hf: true,
        clientOid: request.clientId,
      },
    );
    const theirs = witness.captured.at(-1) as Captured;
    expect(`${theirs.method} ${theirs.path}`).toBe('POST /api/v1/hf/orders');
    const written = JSON.parse(theirs.text) as Record<string, unknown>;
    for (const mine of [
      (JSON.parse(orderFrame('1', request, 17, 2000)) as { args: Record<string, unknown> }).args,
      JSON.parse(orderBody(request, 2000)) as Record<string, unknown>,
    ]) {
      const only = Object.keys(mine).filter((key) => !(key in written));
      expect(only.sort()).toEqual(Object.keys({ ...OURS, ...ours }).sort());
      expect(Object.keys(written).filter((key) => !(key in mine))).toEqual([]);
      for (const [key, value] of Object.entries(written)) expect(mine[key], key).toEqual(value);
    }
  });

  it('a cancellation by client id', async () => {
    witness.captured.length = 0;
    await witness.cancelOrder('', market, { hf: true, clientOrderId: 'p1e1s1' });
    const { method, path } = witness.captured.at(-1) as Captured;
    expect(`${method} ${path}`).toBe('DELETE /api/v1/hf/orders/client-order/p1e1s1?symbol=BTC-USDT');
    expect(JSON.parse(cancelFrame('1', 'BTC-USDT', 'p1e1s1'))).toEqual({
      id: '1',
      op: 'spot.cancel',
      args: { symbol: 'BTC-USDT', clientOid: 'p1e1s1' },
    });
  });

  it('headers, but for the version of the key and who sends it', async () => {
    witness.captured.length = 0;
    await witness.createOrder(market, 'limit', 'buy', 0.01, 60000.1, { hf: true, clientOid: 'p1e1s1' });
    const { method, path, headers, text } = witness.captured.at(-1) as Captured;
    const stamp = Number(headers['KC-API-TIMESTAMP']);
    const ours = { ...restHeaders(credentials, stamp, method, path, text), 'Content-Type': 'application/json' };
    const differing = Object.keys({ ...ours, ...headers }).filter(
      (key) => headers[key] !== (ours as Record<string, string>)[key],
    );
    expect(differing.sort()).toEqual([
      // Keys of version 3 are signed like those of version 2.
      'KC-API-KEY-VERSION',
      // ccxt says that it is ccxt.
      'KC-API-PARTNER',
      'KC-API-PARTNER-SIGN',
      'KC-API-PARTNER-VERIFY',
    ]);
  });

  it('signs what it sends, the time in the body included', async () => {
    const request = { method: 'POST', path: '/api/v1/hf/orders', query: '', body: orderBody(order({}), 2000) } as const;
    const sent = await restDialect(credentials).sign(request, 1_729_577_515_444);
    expect(JSON.parse(sent.body)).toMatchObject({ clientTimestamp: 1_729_577_515_444 });
    expect(sent.headers['KC-API-SIGN']).toBe(
      sign(credentials.secret, `1729577515444POST/api/v1/hf/orders${sent.body}`),
    );
  });
});

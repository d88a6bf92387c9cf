import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FRAME, FrameBatch, type FrameKind } from '../../../src/core/frame.ts';
import { isObject, type Json, objectsOf, parseObject } from '../../../src/core/json.ts';
import type { ErrorClass } from '../../../src/core/order.ts';
import { classOf, listedCodes } from '../../../src/venues/coinbase/errors.ts';
import { toListing } from '../../../src/venues/coinbase/instruments.ts';
import { streamName } from '../../../src/venues/coinbase/names.ts';
import { readBalances, readOrder, readPushedOrder } from '../../../src/venues/coinbase/orders.ts';
import { CoinbaseParser } from '../../../src/venues/coinbase/parse.ts';
import { readReply } from '../../../src/venues/coinbase/rest.ts';
import { userScript } from '../../../src/venues/coinbase/session.ts';
import { coinbaseStream } from '../../../src/venues/coinbase/stream.ts';
import { parseTime } from '../../../src/venues/coinbase/times.ts';
import { describeWithFixtures, readJson, readJsonl } from '../../fixtures.ts';

interface Named {
  readonly name: string;
  readonly text: string;
}
type Reading = ((text: string) => void) | { readonly ignored: string };
const ignored = (reason: string): Reading => ({ ignored: reason });
const object = (text: string): Json => parseObject(text) as Json;

/** Every row of a file has a reading, or a reason why there is none. */
function readAll(rows: readonly Named[], readings: Readonly<Record<string, Reading>>): void {
  it('are all listed here', () => {
    expect(rows.map(({ name }) => name).sort()).toEqual(Object.keys(readings).sort());
  });
  it.each(rows.map((row) => [row.name, row] as const))('%s', (name, row) => {
    const reading = readings[name];
    if (typeof reading === 'function') reading(row.text);
    else expect(reading?.ignored.length).toBeGreaterThan(10);
  });
}

describeWithFixtures('coinbase signatures', (root) => {
  const vectors = readJson<{ name: string; prehash: string; secret: string; expected: string }[]>(
    join(root, 'coinbase/signatures/vectors.json'),
  );
  /** No vector of this API's tokens is published; `coinbase-sign.test.ts` verifies ours by their keys, and by RFC 8037. */
  const unused: Record<string, string> = {
    exchange_post_orders: 'Coinbase Exchange, another API with keys of its own; here only shown to be no token of ours',
  };

  it('are of another API, each with its reason', () => {
    expect(vectors.map(({ name }) => name)).toEqual(Object.keys(unused));
    for (const { prehash, secret, expected } of vectors) {
      const key = Buffer.from(secret, 'base64');
      expect(createHmac('sha256', key).update(prehash).digest('base64')).toBe(expected);
    }
  });
});

describeWithFixtures('coinbase products of 2026', (root) => {
  const { body } = readJson<{ body: { products: Json[] } }>(
    join(root, 'coinbase/rest_public/advtrade_products_2026.json'),
  );

  it('become listings, all of them', () => {
    const listings = body.products.map((product) => toListing(product));
    expect(listings).toHaveLength(180);
    expect(listings.filter((listing) => listing?.trading !== true)).toEqual([]);
    expect(new Set(listings.map((listing) => listing?.instrument)).size).toBe(180);
    expect(listings.find((listing) => listing?.symbol === 'ETH-USD')).toEqual({
      venue: 'coinbase',
      instrument: 'ETH-USD',
      base: 'ETH',
      quote: 'USD',
      symbol: 'ETH-USD',
      trading: true,
      priceTick: '0.01',
      sizeLot: '0.00000001',
      minSize: '0.00000001',
      maxSize: '42000',
      minNotional: '1',
    });
  });

  it('have the twins that our names say', () => {
    for (const { product_id: id, alias } of body.products) {
      expect(streamName(String(id)), String(id)).toBe(alias === '' ? id : alias);
    }
  });
});

describeWithFixtures('coinbase public REST bodies', (root) => {
  readAll(readJsonl<Named>(join(root, 'coinbase/rest_public/nautilus.jsonl')), {
    http_candles: ignored('candles are not used'),
    http_product: (text) =>
      expect(toListing(object(text))).toMatchObject({ instrument: 'BTC-USD', trading: true, priceTick: '0.01' }),
    http_product_book: (text) => {
      const parser = new CoinbaseParser([{ symbol: 'BTC-USD', priceDecimals: 3, sizeDecimals: 8 }]);
      const batch = new FrameBatch();
      const bytes = Buffer.from(text);
      parser.parseSnapshot(bytes, 0, bytes.length, 0, batch);
      const frame = batch.at(0);
      expect([frame.kind, frame.bids.count, frame.asks.count]).toEqual([FRAME.Snapshot, 5, 5]);
      expect([...frame.bids.values.subarray(0, 2)]).toEqual([68_923_660, 17_189_468]);
      expect(frame.venueAt).toBe(Date.parse('2026-04-07T00:28:59.662Z'));
    },
    http_ticker: ignored('trades, and a top of book without sizes, are not used'),
  });
});

describeWithFixtures('coinbase private REST bodies', (root) => {
  const value = (text: string): Json => {
    const result = readReply({ status: 200, headers: {}, body: Buffer.from(text) });
    if (!result.ok) throw new Error(`refused: ${result.error.code}`);
    return result.value;
  };
  readAll(readJsonl<Named>(join(root, 'coinbase/rest_private/nautilus.jsonl')), {
    http_accounts: (text) =>
      expect(readBalances(objectsOf(value(text), 'accounts'))).toEqual([
        { asset: 'BTC', free: '1.23456789', locked: '0.00500000' },
        { asset: 'USD', free: '10000.50', locked: '450.00' },
      ]),
    http_order: (text) => {
      const { order } = value(text);
      expect(isObject(order) ? readOrder(order) : undefined).toEqual({
        clientId: '11111-000000-000000',
        venueOrderId: '0000-000000-000000',
        symbol: 'BTC-USD',
        side: 'buy',
        status: 'open',
        filled: '0.001',
        venueAt: Date.parse('2021-05-31T10:30:00Z'),
      });
    },
    http_orders_list: (text) =>
      expect(objectsOf(value(text), 'orders').map(readOrder)).toEqual([
        {
          clientId: '11111-000000-000001',
          venueOrderId: '0000-000000-000001',
          symbol: 'BTC-USD',
          side: 'buy',
          status: 'open',
          filled: '0',
          venueAt: Date.parse('2024-01-15T10:00:00Z'),
        },
        {
          clientId: '11111-000000-000002',
          venueOrderId: '0000-000000-000002',
          symbol: 'ETH-USD',
          side: 'sell',
          status: 'filled',
          filled: '0.0325',
          venueAt: Date.parse('2024-01-15T10:05:00Z'),
        },
      ]),
  });
});

describeWithFixtures('coinbase public frames', (root) => {
  const symbols = [{ symbol: 'BTC-USD', priceDecimals: 2, sizeDecimals: 8 }];
  const parse = (text: string) => {
    const batch = new FrameBatch();
    const bytes = Buffer.from(text);
    new CoinbaseParser(symbols).parse(bytes, 0, bytes.length, batch);
    return batch;
  };
  const is = (kind: FrameKind, line: number) => (text: string) => {
    const batch = parse(text);
    expect([batch.count, batch.at(0).kind, batch.connectionSeq]).toEqual([1, kind, line]);
  };

  readAll(readJsonl<Named>(join(root, 'coinbase/ws_public/nautilus.jsonl')), {
    ws_heartbeats: is(FRAME.Ignored, 0),
    ws_l2_data_update: (text) => {
      is(FRAME.Delta, 1)(text);
      const frame = parse(text).at(0);
      expect([...frame.bids.values.subarray(0, 3)]).toEqual([6_890_000, 2e8, 2 * 64 + 8]);
      expect([...frame.asks.values.subarray(0, 3)]).toEqual([6_890_100, 0, 2 * 64 + 8]);
      expect(frame.venueAt).toBe(Date.parse('2026-04-07T14:30:01.456Z'));
    },
    // Trades and tickers are not subscribed to; were they, their numbers would count.
    ws_market_trades: is(FRAME.Ignored, 5),
    ws_ticker: is(FRAME.Ignored, 12),
  });

  describe('that are answers', () => {
    readAll(readJsonl<Named>(join(root, 'coinbase/ws_control_and_order_entry/nautilus.jsonl')), {
      ws_subscriptions: (text) => {
        is(FRAME.Control, 0)(text);
        expect(coinbaseStream.readControl(text)).toEqual({ kind: 'Subscribed' });
      },
    });
  });
});

describeWithFixtures('coinbase private frames', (root) => {
  readAll(readJsonl<Named>(join(root, 'coinbase/ws_private/nautilus.jsonl')), {
    ws_user: (text) => {
      const script = userScript('ws://x', { user: 'a', heartbeats: 'b' }, (error) => error);
      const step = script.read(text);
      expect(step.kind).toBe('Push');
      const frame = object(text);
      const orders = objectsOf(frame, 'events').flatMap((event) => objectsOf(event, 'orders'));
      expect(orders.map((order) => readPushedOrder(order, parseTime(frame.timestamp)))).toEqual([
        {
          clientId: '11111-000000-000001',
          venueOrderId: 'a1b2c3d4-e5f6-7890-abcd-ef1234567890',
          symbol: 'BTC-USD',
          side: 'buy',
          status: 'open',
          filled: '0',
          venueAt: Date.parse('2026-04-07T14:30:06Z'),
        },
      ]);
    },
  });
});

describeWithFixtures('coinbase error bodies', (root) => {
  const rows = readJsonl<{ http?: number; body: string }>(join(root, 'coinbase/rest_errors/bodies.jsonl'));
  const expected: readonly [ErrorClass, string][] = [
    ['unknown-order', 'NOT_FOUND'],
    ['unknown-order', 'NOT_FOUND'],
    ['unknown-outcome', 'UNKNOWN_FAILURE_REASON'],
  ];

  it('are classed, each', () => {
    const found = rows.map(({ http, body }) => {
      const isOrder = body.includes('"success"');
      const reply = { status: http ?? (isOrder ? 200 : 404), headers: {}, body: Buffer.from(body) };
      const result = readReply(reply);
      return result.ok ? 'ok' : [result.error.class, result.error.code];
    });
    expect(found).toEqual(expected);
  });
});

describe('coinbase error codes', () => {
  it('are listed once each, and by the names that stand in replies', () => {
    expect(new Set(listedCodes).size).toBe(listedCodes.length);
    expect(listedCodes.filter((code) => code.startsWith('PREVIEW_'))).toEqual([]);
    expect(classOf('SOMETHING_NEW')).toBe('other');
    expect(classOf('PREVIEW_SOMETHING_NEW')).toBe('other');
  });

  /** Exceptions of ccxt for the same codes, and what they mean to us. */
  const meaning: Record<string, ErrorClass> = {
    AuthenticationError: 'auth',
    PermissionDenied: 'auth',
    InsufficientFunds: 'insufficient-funds',
    RateLimitExceeded: 'rate-limit',
    BadRequest: 'filter',
    InvalidOrder: 'filter',
    ExchangeError: 'other',
  };
  const differences: Record<string, { readonly ours: ErrorClass; readonly because: string }> = {
    param_required: { ours: 'filter', because: 'the request as it is' },
    validation_error: { ours: 'filter', because: 'the request as it is' },
    invalid_request: { ours: 'filter', because: 'the request as it is' },
    not_found: { ours: 'unknown-order', because: 'only orders are asked for by id' },
    internal_server_error: { ours: 'unknown-outcome', because: 'nothing is said of what was done' },
    PREVIEW_STOP_PRICE_ABOVE_LAST_TRADE_PRICE: { ours: 'other', because: 'stop orders are not used' },
  };

  it('agree with the classes of another client, but for listed differences', async () => {
    const { default: ccxt } = await import('ccxt');
    const exact = new ccxt.coinbase().exceptions.exact as Record<string, { name: string }>;
    const found: Record<string, ErrorClass> = {};
    for (const [code, { name }] of Object.entries(exact)) {
      expect(meaning, name).toHaveProperty(name);
      if (classOf(code) !== meaning[name]) found[code] = classOf(code);
    }
    expect(found).toEqual(Object.fromEntries(Object.entries(differences).map(([code, { ours }]) => [code, ours])));
  });
});

/** What the fixtures hold of Bitget's public side: each frame and body becomes the right value, or stands here with the
 *  reason why it is not used; signatures; error codes. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FRAME, FrameBatch, type FrameKind } from '../../../src/core/frame.ts';
import { isObject, type Json, textOf } from '../../../src/core/json.ts';
import type { ErrorClass } from '../../../src/core/order.ts';
import { classOf, listedCodes } from '../../../src/venues/bitget/errors.ts';
import { toListing } from '../../../src/venues/bitget/instruments.ts';
import { itemsOf } from '../../../src/venues/bitget/orders.ts';
import { BitgetParser } from '../../../src/venues/bitget/parse.ts';
import { restDialect } from '../../../src/venues/bitget/rest.ts';
import { loginFrame, restHeaders, sign } from '../../../src/venues/bitget/sign.ts';
import { bitgetStream } from '../../../src/venues/bitget/stream.ts';
import { describeWithFixtures, readJson, readJsonl } from '../../fixtures.ts';
import {
  checkBodies,
  checkListed,
  dataOf,
  futures,
  ignored,
  leftOut,
  type Named,
  notOurs,
  type Reading,
  unified,
} from './bitget-readings.ts';

describeWithFixtures('bitget signatures', (root) => {
  interface Vector {
    readonly name: string;
    readonly prehash: string;
    readonly expected: string;
    readonly secret: string;
  }
  const vectors = readJson<Vector[]>(join(root, 'bitget/signatures/vectors.json'));
  const vector = (name: string): Vector => vectors.find((entry) => entry.name === name) as Vector;

  it.each(vectors.map((entry) => [entry.name, entry] as const))('%s', (_, { secret, prehash, expected }) => {
    expect(sign(secret, prehash)).toBe(expected);
  });

  it('stand in the REST headers, over path and query', async () => {
    const { secret, expected } = vector('mix_depth_get');
    const credentials = { apiKey: 'k', secret, passphrase: 'p' };
    const headers = {
      'ACCESS-KEY': 'k',
      'ACCESS-SIGN': expected,
      'ACCESS-TIMESTAMP': '16273667805456',
      'ACCESS-PASSPHRASE': 'p',
    };
    const path = '/api/mix/v2/market/depth';
    const query = 'limit=20&symbol=BTCUSDT';
    expect(restHeaders(credentials, '16273667805456', 'GET', `${path}?${query}`, '')).toEqual(headers);
    const endpoints = { rest: '', wsPublic: '', wsPrivate: '', wsTrade: '' };
    const signed = await restDialect(endpoints, credentials).sign(
      { method: 'GET', path, query, body: '' },
      16_273_667_805_456,
    );
    expect(signed).toMatchObject({ query, body: '', headers });
  });

  it('stand in the login frame', () => {
    const { secret, expected } = vector('ws_login');
    expect(JSON.parse(loginFrame({ apiKey: 'k', secret, passphrase: 'p' }, 1_538_054_050))).toEqual({
      op: 'login',
      args: [{ apiKey: 'k', passphrase: 'p', timestamp: '1538054050', sign: expected }],
    });
  });
});

describeWithFixtures('bitget public frames', (root) => {
  const symbols = ['BTCUSDT', 'BTCUSDC', 'BRETTUSDT', 'LMWRUSDT'];
  const parser = new BitgetParser(symbols.map((symbol) => ({ symbol, priceDecimals: 8, sizeDecimals: 8 })));
  const out = new FrameBatch();
  const kindOf = (text: string): FrameKind => {
    const bytes = Buffer.from(text);
    parser.parse(bytes, 0, bytes.length, out);
    return out.at(0).kind;
  };

  it('recorded in 2026', () => {
    const rows = readJsonl<Named>(join(root, 'bitget/ws_public/live_2026-09_bytex.jsonl'));
    expect(Object.fromEntries(rows.map(({ name, text = '' }) => [name, kindOf(text)]))).toEqual({
      sub_ack: FRAME.Control,
      sub_error: FRAME.Control,
      spot_ticker: FRAME.Ignored,
      spot_trade: FRAME.Ignored,
      spot_books_update_no_checksum: FRAME.Delta,
    });
    const text = (name: string): string => rows.find((row) => row.name === name)?.text ?? '';
    expect(bitgetStream.readControl(text('sub_ack'))).toEqual({ kind: 'Subscribed', symbol: 'BTCUSDT' });
    expect(bitgetStream.readControl(text('sub_error'))).toMatchObject({ kind: 'Refused', code: '30016' });
    const books = Buffer.from(text('spot_books_update_no_checksum'));
    expect(parser.tryFast(books, 0, books.length, out)).toBe(true);
    expect(out.at(0)).toMatchObject({ lastSeq: 850_169_288_983, prevSeq: 850_169_286_126, checksum: Number.NaN });
  });

  it('recorded in 2024, with checksums and without ids', () => {
    const rows = readJsonl<{ raw: Json }>(join(root, 'bitget/normalised/tardis_bitget.jsonl'));
    const kinds = rows.map(({ raw }) => {
      const arg = isObject(raw.arg) ? raw.arg : {};
      const kind = kindOf(JSON.stringify(raw));
      return [textOf(arg, 'channel'), textOf(raw, 'event') || textOf(raw, 'action'), kind, out.at(0).checksum];
    });
    const none = Number.NaN;
    expect(kinds).toEqual([
      ['trade', 'update', FRAME.Ignored, none],
      ['trade', 'subscribe', FRAME.Control, none],
      ['trade', 'snapshot', FRAME.Ignored, none],
      ['trade', 'update', FRAME.Ignored, none],
      ['books', 'subscribe', FRAME.Control, none],
      ['books', 'snapshot', FRAME.Snapshot, 0],
      ['books', 'update', FRAME.Delta, 1_073_441_524],
      ['books1', 'snapshot', FRAME.Top, 0],
      ['books15', 'snapshot', FRAME.Ignored, none],
    ]);
  });

  it('of the documentation are none of ours', () => {
    const rows = readJsonl<Named>(join(root, 'bitget/ws_public/jkorf.jsonl'));
    checkListed(rows, {
      'Subscriptions/Futures/Concurrent': futures,
      'Subscriptions/Futures/Kline': futures,
      'Subscriptions/Futures/Ticker': futures,
      'Subscriptions/Spot/Concurrent': ignored('candles are not subscribed'),
      'Subscriptions/Spot/Ticker': ignored('tickers are slower than books1'),
      'Subscriptions/Spot/Trades': ignored('trades are not subscribed'),
      'Subscriptions/Unified/Book': unified,
      'Subscriptions/Unified/Kline': unified,
      'Subscriptions/Unified/Trades': unified,
    });
    for (const { name, steps = [] } of rows) {
      for (const { text } of steps.filter(({ dir }) => dir === 'server_update')) {
        // Frames of two connections carry the connection's number; v3 has topics instead of channels.
        const kind = kindOf(text.replace(/^\d /, ''));
        expect(kind, name).toBe(name.includes('/Unified/') ? FRAME.Malformed : FRAME.Ignored);
      }
    }
  });
});

describeWithFixtures('bitget public REST bodies', (root) => {
  const rows = readJsonl<Named>(join(root, 'bitget/rest_public/jkorf.jsonl'));
  const market = ignored('market data comes from the stream');
  const readings: Record<string, Reading> = {
    'Spot/ExchangeData/GetAnnouncements': notOurs,
    'Spot/ExchangeData/GetAssets': notOurs,
    'Spot/ExchangeData/GetKlines': market,
    'Spot/ExchangeData/GetOrderBook': (text) => {
      const parser = new BitgetParser([{ symbol: 'BTCUSDT', priceDecimals: 2, sizeDecimals: 4 }]);
      const out = new FrameBatch();
      parser.parseSnapshot(Buffer.from(text), 0, Buffer.byteLength(text), 0, out);
      expect(out.at(0)).toMatchObject({ kind: FRAME.Snapshot, venueAt: 1_698_303_884_584 });
      expect([out.at(0).bids.count, out.at(0).asks.count]).toEqual([2, 2]);
    },
    'Spot/ExchangeData/GetServerTime': (text) => {
      const dialect = restDialect({ rest: '', wsPublic: '', wsPrivate: '', wsTrade: '' }, { apiKey: '', secret: '' });
      expect(dialect.readTime(dataOf(text))).toBe(1_688_008_631_614);
      expect(dialect.readTime([])).toBeNaN();
      expect(dialect.readTime({})).toBeNaN();
    },
    'Spot/ExchangeData/GetSymbols': (text) =>
      expect(itemsOf(dataOf(text)).map(toListing)).toEqual([
        {
          venue: 'bitget',
          instrument: 'BTC-USDT',
          base: 'BTC',
          quote: 'USDT',
          symbol: 'BTCUSDT',
          trading: true,
          priceTick: '0.0001',
          sizeLot: '0.00000001',
          minSize: '0.0001',
          minNotional: '5',
        },
      ]),
    'Spot/ExchangeData/GetTickers': market,
    'Spot/ExchangeData/GetTrades': market,
    'Spot/ExchangeData/GetVipFeeRates': ignored('the account is asked for its own rates'),
    ...leftOut(rows, 'Futures/', futures),
    ...leftOut(rows, 'Unified/', unified),
  };

  checkBodies(rows, readings);

  it('of v1 are refused by name: its products have other fields', () => {
    const { body } = readJson<{ body: { data: Json[] } }>(join(root, 'bitget/rest_public/v1_products_spot_2022.json'));
    const online = body.data.filter((entry) => entry.status === 'online');
    expect(online.length).toBeGreaterThan(100);
    for (const entry of online)
      expect(() => toListing(entry)).toThrow(`symbol ${textOf(entry, 'symbol')} is malformed`);
  });
});

describeWithFixtures('bitget error codes', (root) => {
  const path = (file: string) => join(root, `bitget/rest_errors/${file}.jsonl`);

  it('are listed once each, every documented one among them', () => {
    expect(new Set(listedCodes).size).toBe(listedCodes.length);
    const listed = new Set(listedCodes);
    const files = ['codes', 'class_map_jkorf'].flatMap((file) => readJsonl<{ code: string }>(path(file)));
    expect(files.filter(({ code }) => !listed.has(code))).toEqual([]);
    expect(classOf('99999')).toBe('other');
  });

  it('of everyday trading have the classes that the engine acts upon', () => {
    const everyday: Record<string, ErrorClass> = {
      '43001': 'unknown-order',
      '43008': 'filter',
      '43009': 'filter',
      '43012': 'insufficient-funds',
      '43118': 'duplicate-client-id',
      '45110': 'filter',
      '40078': 'clock',
      '40200': 'maintenance',
      '40037': 'auth',
      '429': 'rate-limit',
      '40010': 'unknown-outcome',
    };
    expect(Object.fromEntries(Object.keys(everyday).map((code) => [code, classOf(code)]))).toEqual(everyday);
  });

  /** Classes of another client for the same codes. */
  const meaning: Record<string, ErrorClass> = {
    Unauthorized: 'auth',
    InvalidTimestamp: 'clock',
    SystemError: 'unknown-outcome',
    RateLimitRequest: 'rate-limit',
    RateLimitOrder: 'filter',
    InvalidParameter: 'other',
    MissingParameter: 'other',
    InvalidQuantity: 'filter',
    InvalidPrice: 'filter',
    InsufficientBalance: 'insufficient-funds',
    DuplicateClientOrderId: 'duplicate-client-id',
    UnknownSymbol: 'other',
    UnknownAsset: 'other',
    UnavailableSymbol: 'maintenance',
    InvalidStopParameters: 'other',
    NoPosition: 'other',
    MaxPosition: 'other',
    RejectedOrderConfiguration: 'other',
  };
  const differences: Record<string, { readonly ours: ErrorClass; readonly because: string }> = {
    '25105': { ours: 'other', because: 'a rule of futures: positions can be closed only' },
    '25231': { ours: 'other', because: 'a size beyond the position held, not a balance' },
    '25599': { ours: 'other', because: 'a number of stop orders, which are not used' },
    '40052': { ours: 'other', because: 'withdrawals only; trading goes on' },
    '40200': { ours: 'maintenance', because: 'its text is a server upgrade: nothing was done' },
    '43125': { ours: 'filter', because: 'decimals of an amount' },
    '49024': { ours: 'filter', because: 'decimals of an amount' },
    '49026': { ours: 'filter', because: 'digits of an amount' },
    '70006': { ours: 'filter', because: 'a range of price or size' },
  };

  it('agree with the classes of another client, but for listed differences', () => {
    const rows = readJsonl<{ code: string; class: string }>(path('class_map_jkorf'));
    const found: Record<string, ErrorClass> = {};
    for (const row of rows) {
      expect(meaning, row.class).toHaveProperty(row.class);
      if (classOf(row.code) !== meaning[row.class]) found[row.code] = classOf(row.code);
    }
    expect(found).toEqual(Object.fromEntries(Object.entries(differences).map(([code, { ours }]) => [code, ours])));
  });
});

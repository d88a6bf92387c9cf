import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FRAME, FrameBatch, type FrameKind } from '../../../src/core/frame.ts';
import { isObject, type Json, parseObject } from '../../../src/core/json.ts';
import type { ErrorClass } from '../../../src/core/order.ts';
import { classOf, listedCodes } from '../../../src/venues/bybit/errors.ts';
import { toListing } from '../../../src/venues/bybit/instruments.ts';
import { BybitParser } from '../../../src/venues/bybit/parse.ts';
import { authFrame, restHeaders, sign } from '../../../src/venues/bybit/sign.ts';
import { bybitStream } from '../../../src/venues/bybit/stream.ts';
import { describeWithFixtures, readJson, readJsonl } from '../../fixtures.ts';

interface Named {
  readonly name: string;
  readonly text?: string;
  readonly response?: string;
  readonly steps?: readonly { readonly dir: string; readonly text: string }[];
}

describeWithFixtures('bybit signatures', (root) => {
  interface Vector {
    readonly name: string;
    readonly prehash: string;
    readonly expected: string;
    readonly secret: string;
    readonly api_key: string;
    readonly recv_window?: string;
    readonly payload?: string;
    readonly timestamp?: string;
  }
  const vectors = readJson<Vector[]>(join(root, 'bybit/signatures/vectors.json'));
  const named = (part: string) => vectors.filter(({ name }) => name.startsWith(part));

  it.each(vectors.map((entry) => [entry.name, entry] as const))('%s', (_, { secret, prehash, expected }) => {
    expect(sign(secret, prehash)).toBe(expected);
  });

  it.each(named('v5_get').map((entry) => [entry.name, entry] as const))('%s stands in the headers', (_, vector) => {
    const { api_key, secret, timestamp = '', recv_window = '', payload = '', expected } = vector;
    expect(restHeaders({ apiKey: api_key, secret }, Number(timestamp), Number(recv_window), payload)).toEqual({
      'X-BAPI-API-KEY': api_key,
      'X-BAPI-TIMESTAMP': timestamp,
      'X-BAPI-RECV-WINDOW': recv_window,
      'X-BAPI-SIGN': expected,
    });
  });

  it.each(named('v5_ws').map((entry) => [entry.name, entry] as const))('%s stands in the log-on', (_, vector) => {
    const { api_key, secret, prehash, expected } = vector;
    const expires = Number(prehash.replace('GET/realtime', ''));
    expect(JSON.parse(authFrame({ apiKey: api_key, secret }, expires))).toEqual({
      op: 'auth',
      args: [api_key, expires, expected],
    });
  });

  it('are of both kinds', () => expect([named('v5_get').length, named('v5_ws').length]).toEqual([2, 1]));
});

describeWithFixtures('bybit instruments of 2026', (root) => {
  interface Body {
    readonly body: { readonly result: { readonly list: readonly Json[] } };
  }
  const file = (type: string) => readJson<Body>(join(root, `bybit/rest_public/instruments_${type}_2026.json`));

  it('all become listings', () => {
    const { list } = file('spot').body.result;
    const read = list.map(toListing);
    expect(read.length).toBeGreaterThan(300);
    for (const [index, listing] of read.entries()) {
      expect(listing.symbol).toBe(list[index]?.symbol);
      expect(listing.instrument).toBe(`${listing.base}-${listing.quote}`);
      expect(listing.trading).toBe(true);
      expect(Number(listing.minNotional)).toBeGreaterThan(0);
      expect(Number(listing.maxSize)).toBeGreaterThan(Number(listing.minSize));
    }
    expect(read.find(({ symbol }) => symbol === 'ETHBTC')).toMatchObject({
      instrument: 'ETH-BTC',
      priceTick: '0.000001',
      sizeLot: '0.00001',
      minSize: '0.00001',
      maxSize: '1542.6000000000001',
      minNotional: '0.000065',
    });
  });

  it('of contracts are not taken for spot ones', () => {
    const { list } = file('linear').body.result;
    expect(list.length).toBeGreaterThan(100);
    for (const entry of list) expect(() => toListing(entry)).toThrow('malformed');
  });
});

describeWithFixtures('bybit public frames', (root) => {
  const SYMBOLS = ['BTCUSDT', 'BTCUSD'].map((symbol) => ({ symbol, priceDecimals: 8, sizeDecimals: 8 }));
  const path = (file: string) => join(root, `bybit/ws_public/${file}.jsonl`);
  const kindsOf = (...texts: readonly string[]): FrameKind[] => {
    const parser = new BybitParser(SYMBOLS);
    const batch = new FrameBatch();
    return texts.map((text) => {
      const bytes = Buffer.from(text);
      parser.parse(bytes, 0, bytes.length, batch);
      return batch.at(0).kind;
    });
  };

  it('of nautilus', () => {
    const rows = readJsonl<Named>(path('nautilus'));
    const kinds = Object.fromEntries(rows.map((row) => [row.name, kindsOf(row.text ?? '')[0]]));
    expect(kinds).toEqual({
      ws_kline: FRAME.Ignored,
      // Of the best bid and offer: without the snapshot before it nothing is known.
      ws_orderbook_delta: FRAME.Ignored,
      ws_orderbook_snapshot: FRAME.Top,
      ws_public_trade: FRAME.Ignored,
      ws_ticker_linear: FRAME.Ignored,
    });
    const text = (name: string): string => rows.find((row) => row.name === name)?.text ?? '';
    const pair = ['ws_orderbook_snapshot', 'ws_orderbook_delta'].map(text);
    expect(kindsOf(...pair)).toEqual([FRAME.Top, FRAME.Top]);
  });

  it('of JKorf, with what the venue answers to subscriptions', () => {
    const seen: Record<string, (FrameKind | string)[]> = {};
    for (const { name, steps = [] } of readJsonl<Named>(path('jkorf'))) {
      seen[name.replace('Subscriptions/V5/', '')] = steps
        .filter(({ dir }) => dir !== 'client')
        .map(({ text }) => {
          const [kind = FRAME.Malformed] = kindsOf(text);
          return kind === FRAME.Control ? bybitStream.readControl(text).kind : kind;
        });
    }
    // Options have acknowledgements of a shape of their own; spot is all that we subscribe to.
    const { Ignored, Snapshot } = FRAME;
    expect(seen).toEqual({
      'Option/Book': ['Notice', Snapshot],
      'Option/Klines': ['Notice', Ignored],
      'Option/Ticker': ['Notice', Ignored],
      'Spot/PriceLimit': ['Subscribed', Ignored],
      'Spot/SystemStatus': ['Subscribed', 'Status'],
      'Spot/Trades': ['Subscribed', Ignored],
    });
  });

  it('of other channels', () => {
    const frames = readJsonl<object>(path('gct_wsTicker')).map((frame) => JSON.stringify(frame));
    expect(new Set(kindsOf(...frames))).toEqual(new Set([FRAME.Ignored]));
  });
});

describeWithFixtures('bybit public REST bodies', (root) => {
  const parser = new BybitParser([{ symbol: 'BTCUSDT', priceDecimals: 8, sizeDecimals: 8 }]);
  const book = (text: string): void => {
    const batch = new FrameBatch();
    parser.parseSnapshot(Buffer.from(text), 0, Buffer.byteLength(text), 0, batch);
    expect(batch.at(0).kind).toBe(FRAME.Snapshot);
    expect(batch.at(0).bids.count).toBeGreaterThan(0);
    expect(batch.at(0).lastSeq).toBeGreaterThan(0);
  };
  const listOf = (text: string): readonly unknown[] => {
    const { result } = parseObject(text) as Json;
    if (!isObject(result) || !Array.isArray(result.list)) throw new Error('no list');
    return result.list;
  };
  const ignored = (reason: string) => ({ ignored: reason });
  const contracts = ignored('futures, options and spreads are not traded');
  const notOurs = ignored('the engine does not ask for it');

  const readings: Record<string, ((text: string) => void) | { readonly ignored: string }> = {
    GetDeliveryPrice: contracts,
    GetFundingRateHistory: contracts,
    GetHistoricalVolatility: contracts,
    GetIndexPriceKlines: contracts,
    GetKlines: notOurs,
    GetLeverageTokenMarket: notOurs,
    GetLeverageTokens: notOurs,
    GetLinearInverseSymbols: contracts,
    GetLinearInverseSymbolsPreListing: contracts,
    GetMarkPriceKlines: contracts,
    GetOpenInterest: contracts,
    GetOptionTickers: contracts,
    GetOrderbook: book,
    GetSpotSymbols: (text) =>
      expect(listOf(text).map(toListing)).toMatchObject([
        { symbol: 'BTCUSDT', trading: true, priceTick: '0.01', sizeLot: '0.000001', maxSize: '71.73956243' },
      ]),
    GetSpotTickers: notOurs,
    GetSpreadOrderBook: contracts,
    GetSpreadRecentTrades: contracts,
    GetSpreadTickers: contracts,
    GetTradeHistory: notOurs,
    http_get_instruments_linear: contracts,
    http_get_klines_linear: notOurs,
    http_get_orderbook: book,
  };
  const bodies = ['jkorf', 'nautilus'].flatMap((file) =>
    readJsonl<Named>(join(root, `bybit/rest_public/${file}.jsonl`)).map(
      ({ name, text, response }) => [name.replace('V5Api/ExchangeData/', ''), text ?? response ?? ''] as const,
    ),
  );

  it('are all known', () => {
    expect(bodies.map(([name]) => name).sort()).toEqual(Object.keys(readings).sort());
  });

  it.each(bodies.filter(([name]) => typeof readings[name] === 'function'))('%s is read', (name, text) => {
    (readings[name] as (text: string) => void)(text);
  });
});

describeWithFixtures('bybit error codes', (root) => {
  const file = (name: string) => join(root, `bybit/rest_errors/${name}.jsonl`);
  /** Codes that the copy of the documentation has and that are no codes of errors. */
  const NOT_ERRORS = new Set(['0']);

  it('are classed, each once', () => {
    const documented = readJsonl<{ code: string }>(file('codes')).map(({ code }) => code);
    const listed = new Set(listedCodes);
    expect(listed.size).toBe(listedCodes.length);
    expect(documented.length).toBeGreaterThan(300);
    expect(documented.filter((code) => !listed.has(code) && !NOT_ERRORS.has(code))).toEqual([]);
  });

  /** What the other client's classes are here. Its further classes are kinds of refusal that we do not tell apart. */
  const CLASSES: Record<string, ErrorClass> = {
    DuplicateClientOrderId: 'duplicate-client-id',
    InsufficientBalance: 'insufficient-funds',
    InvalidPrice: 'filter',
    InvalidQuantity: 'filter',
    RateLimitConnection: 'rate-limit',
    RateLimitOrder: 'filter',
    RateLimitRequest: 'rate-limit',
    RejectedOrderConfiguration: 'filter',
    SystemError: 'unknown-outcome',
    Timeout: 'unknown-outcome',
    Unauthorized: 'auth',
    UnavailableSymbol: 'maintenance',
    UnknownOrder: 'unknown-order',
  };
  const borrowing = 'borrowing, which is no order';
  const DIFFERENCES: Record<string, readonly [ErrorClass, string]> = {
    '429': ['rate-limit', 'a gate before the system: "system level frequency protection", nothing was done'],
    '10003': ['auth', 'on sockets "too many sessions", everywhere else "API key is invalid"; both end a log-on'],
    '700004': ['other', 'an order of conversion, not of the market'],
    '176012': ['other', borrowing],
    '176025': ['other', borrowing],
    '176026': ['other', borrowing],
    '176027': ['other', borrowing],
  };

  it('agree with an independent classing, or differ for a reason', () => {
    const rows = readJsonl<{ code: string; class: string }>(file('class_map_jkorf'));
    const differing = rows
      .filter((row) => row.class in CLASSES && classOf(row.code) !== CLASSES[row.class])
      .map(({ code }) => [code, classOf(code)]);
    expect(Object.fromEntries(differing)).toEqual(
      Object.fromEntries(Object.entries(DIFFERENCES).map(([code, [errorClass]]) => [code, errorClass])),
    );
    expect(rows.filter((row) => row.class in CLASSES).length).toBeGreaterThan(55);
    expect(rows.filter(({ code }) => !listedCodes.includes(code))).toEqual([]);
  });
});

describe('bybit codes that nobody documented', () => {
  it('are plain refusals', () => expect(classOf('123456')).toBe('other'));
});

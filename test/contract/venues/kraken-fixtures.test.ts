import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { FRAME, FrameBatch, type FrameKind } from '../../../src/core/frame.ts';
import { isObject, type Json, parseNumberTexts } from '../../../src/core/json.ts';
import { silentLog } from '../../../src/core/log.ts';
import type { GatewayEvent } from '../../../src/core/order.ts';
import type { SessionStep } from '../../../src/net/session-port.ts';
import { namesOf, toListing } from '../../../src/venues/kraken/instruments.ts';
import { KrakenParser } from '../../../src/venues/kraken/parse.ts';
import { readPermissions } from '../../../src/venues/kraken/permissions.ts';
import { PushReader } from '../../../src/venues/kraken/pushes.ts';
import { readBalances, readFeeRates, readOrder, readTrade, tradeIdsOf } from '../../../src/venues/kraken/reports.ts';
import { readReply } from '../../../src/venues/kraken/rest.ts';
import { privateScript } from '../../../src/venues/kraken/session.ts';
import { sign, signedForm } from '../../../src/venues/kraken/sign.ts';
import { krakenStream } from '../../../src/venues/kraken/stream.ts';
import { describeWithFixtures, readJson, readJsonl } from '../../fixtures.ts';

interface Named {
  readonly name: string;
  readonly text?: string;
  readonly response?: string;
  readonly steps?: readonly { readonly dir: string; readonly text: string }[];
}

/** Why something of a fixture is of no use here. */
interface Ignored {
  readonly ignored: string;
}
const ignored = (reason: string): Ignored => ({ ignored: reason });
const futures = ignored('Kraken Futures is another exchange with another wire');

const resultOf = (text: string): Json => {
  const result = readReply({ status: 200, headers: {}, body: Buffer.from(text) }, 0);
  if (!result.ok) throw new Error(`refused: ${result.error.code}`);
  return result.value;
};

describeWithFixtures('kraken signatures', (root) => {
  interface Vector {
    readonly name: string;
    readonly prehash: { readonly path: string; readonly nonce: string; readonly postdata: string };
    readonly expected: string;
    readonly secret: string;
  }
  const vectors = readJson<Vector[]>(join(root, 'kraken/signatures/vectors.json'));
  const others: Record<string, string> = { futures_openpositions: 'Kraken Futures signs by another rule' };

  it('are all of spot, or listed here', () => {
    expect(vectors.map((vector) => vector.name).sort()).toEqual(['rest_add_order_docs', ...Object.keys(others)].sort());
  });

  it('verify', () => {
    const { secret, expected, prehash } = vectors.find(({ name }) => name === 'rest_add_order_docs') as Vector;
    const { path, nonce, postdata } = prehash;
    expect(sign(secret, path, nonce, postdata)).toBe(expected);
    const form = postdata.replace(/^nonce=\d+&/, '');
    expect(signedForm({ apiKey: 'the-key', secret }, path, nonce, form)).toMatchObject({
      body: postdata,
      headers: { 'API-Key': 'the-key', 'API-Sign': expected },
    });
  });
});

describeWithFixtures('kraken checksum vectors', (root) => {
  it('verify', () => {
    interface Vector {
      readonly asks: [string, string][];
      readonly bids: [string, string][];
      readonly string: string;
      readonly checksum: number;
    }
    const vector = readJson<Vector>(join(root, 'kraken/checksum/docs_974947235.json'));
    const source = {
      bidCount: vector.bids.length,
      askCount: vector.asks.length,
      bidText: (index: number) => vector.bids[index] as [string, string],
      askText: (index: number) => vector.asks[index] as [string, string],
    };
    expect(krakenStream.checksum?.(source)).toBe(vector.checksum);
    const known = readJson<Record<string, number>>(join(root, 'kraken/checksum/crc32_known_answers.json'));
    for (const [text, sum] of Object.entries(known)) expect(crc32(text)).toBe(sum);
  });
});

describeWithFixtures('kraken pairs', (root) => {
  const pairsOf = (text: string): [string, unknown][] => Object.entries(resultOf(text));

  it('of 2021 all become listings, but for the dark pools', () => {
    const text = readFileSync(join(root, 'kraken/rest_public/AssetPairs_2021.json'), 'utf8');
    const file = parseNumberTexts(text) as { body: { result: Record<string, Json> } };
    const entries = Object.entries(file.body.result);
    const read = entries.flatMap(([id, entry]) => toListing(id, entry) ?? []);
    const dark = entries.filter(([, entry]) => entry.wsname === undefined);
    expect([read.length + dark.length, dark.every(([id]) => id.endsWith('.d'))]).toEqual([entries.length, true]);
    expect(read.length).toBeGreaterThan(150);
    const bySymbol = new Map(read.map((listing) => [listing.symbol, listing]));
    // None of that time has a tick, a least cost or a state.
    expect(bySymbol.get('ADA/BTC')).toEqual({
      venue: 'kraken',
      instrument: 'ADA-BTC',
      base: 'ADA',
      quote: 'BTC',
      symbol: 'ADA/BTC',
      trading: true,
      priceTick: '0.00000001',
      sizeLot: '0.00000001',
      minSize: '25',
      orderCode: 'ADAXBT',
    });
    const names = namesOf(entries);
    for (const [id, entry] of entries) {
      const listing = read.find((each) => each.orderCode === id);
      if (listing === undefined) continue;
      expect([names.pair(id)?.symbol, names.pair(String(entry.altname))?.symbol]).toEqual([
        listing.symbol,
        listing.symbol,
      ]);
      expect([names.asset(String(entry.base)), names.asset(String(entry.quote))]).toEqual([
        listing.base,
        listing.quote,
      ]);
      expect(listing.instrument).not.toMatch(/\b(XBT|XDG|XXBT|ZUSD)\b/);
    }
  });

  const readings: Record<string, ((text: string) => void) | Ignored> = {
    http_asset_pairs: (text) =>
      expect(pairsOf(text).map(([id, entry]) => toListing(id, entry))).toEqual([
        {
          venue: 'kraken',
          instrument: 'BTC-USDT',
          base: 'BTC',
          quote: 'USDT',
          symbol: 'BTC/USDT',
          trading: true,
          priceTick: '0.1',
          sizeLot: '0.00000001',
          minSize: '0.00005',
          minNotional: '0.5',
          orderCode: 'XBTUSDT',
        },
      ]),
    http_asset_pairs_tokenized: (text) =>
      expect(
        pairsOf(text).map(([id, entry]) => toListing(id, entry)),
        'a tokenized stock',
      ).toEqual([undefined]),
    http_futures_candles_mark: futures,
    http_futures_historical_funding_rates: futures,
    http_futures_instruments: futures,
    http_futures_orderbook: futures,
    http_futures_tickers: futures,
    http_order_book: ignored('books come over the socket'),
    http_server_time: (text) => expect(resultOf(text)).toMatchObject({ unixtime: '1762820224' }),
    http_system_status: ignored('the socket tells the state'),
    http_ticker: ignored('tops come over the socket'),
    'Futures/ExchangeData/GetHistoricalFundingRates': futures,
    'Futures/ExchangeData/GetPlatformNotifications': futures,
    'Futures/ExchangeData/GetSymbolStatus': futures,
    'Futures/ExchangeData/GetTrades': futures,
    'Spot/ExchangeData/GetAssets': ignored('the list of pairs names the assets, too'),
    'Spot/ExchangeData/GetKlines': ignored('candles are not used'),
    'Spot/ExchangeData/GetOrderBook': ignored('books come over the socket'),
    'Spot/ExchangeData/GetRecentSpread': ignored('tops come over the socket'),
    'Spot/ExchangeData/GetSystemStatus': ignored('the socket tells the state'),
    'Spot/ExchangeData/GetTicker': ignored('tops come over the socket'),
    'Spot/ExchangeData/GetTradeHistory': ignored('public trades are not used'),
  };
  const rows = ['nautilus', 'jkorf'].flatMap((file) =>
    readJsonl<Named>(join(root, `kraken/rest_public/${file}.jsonl`)),
  );

  it('and the other public bodies are all listed here', () => {
    expect(rows.map((row) => row.name).sort()).toEqual(Object.keys(readings).sort());
  });
  it.each(rows.filter(({ name }) => typeof readings[name] === 'function').map((row) => [row.name, row] as const))(
    '%s',
    (name, row) => {
      const reading = readings[name];
      if (typeof reading === 'function') reading(row.text ?? row.response ?? '');
    },
  );
});

describeWithFixtures('kraken public frames', (root) => {
  const parser = new KrakenParser(
    ['BTC/USD', 'ETH/USDT'].map((symbol) => ({ symbol, priceDecimals: 8, sizeDecimals: 8 })),
  );
  const kindOf = (text: string): FrameKind => {
    const batch = new FrameBatch();
    const bytes = Buffer.from(text);
    parser.parse(bytes, 0, bytes.length, batch);
    return batch.at(0).kind;
  };
  const kinds: Record<string, FrameKind | Ignored> = {
    ws_book_update: FRAME.Delta,
    ws_futures_book_snapshot: futures,
    ws_futures_book_snapshot_with_zero_qty: futures,
    ws_futures_ticker: futures,
    ws_futures_trade: futures,
    ws_futures_trade_snapshot: futures,
    ws_l3_snapshot: FRAME.Ignored,
    ws_l3_update_add: FRAME.Ignored,
    ws_l3_update_modify_price: FRAME.Ignored,
    ws_l3_update_modify_qty: FRAME.Ignored,
    ws_pong: FRAME.Control,
    ws_ticker_snapshot: FRAME.Top,
    // A candle, whose channel is not subscribed to.
    'Subscriptions/Spot/Concurrent': FRAME.Ignored,
    'Subscriptions/Spot/Ticker': FRAME.Top,
    'Subscriptions/Spot/Trades': FRAME.Ignored,
  };
  const rows = ['nautilus', 'jkorf'].flatMap((file) => readJsonl<Named>(join(root, `kraken/ws_public/${file}.jsonl`)));

  it('are all listed here', () => {
    expect(rows.map((row) => row.name).sort()).toEqual(Object.keys(kinds).sort());
  });
  it.each(rows.filter(({ name }) => typeof kinds[name] === 'number').map((row) => [row.name, row] as const))(
    '%s',
    (name, row) => {
      const text = row.text ?? row.steps?.find((step) => step.dir === 'server_update')?.text ?? '';
      // The recorder numbers the messages of several subscriptions.
      expect(kindOf(text.replace(/^\d+ /, ''))).toBe(kinds[name]);
    },
  );
  it('of v1 and of Kraken Futures are none of ours, and harm nothing', () => {
    const path = join(root, 'kraken/ws_public/gct_v1_wsHandleData.jsonl');
    const older = readFileSync(path, 'utf8').trim().split('\n');
    expect(older.length).toBeGreaterThan(5);
    for (const text of older) expect([FRAME.Malformed, FRAME.Control]).toContain(kindOf(text));
    for (const row of rows.filter(({ name }) => name.includes('futures'))) {
      expect(kindOf(row.text ?? '')).toBe(FRAME.Malformed);
    }
  });
});

describeWithFixtures('kraken private frames and answers', (root) => {
  const script = privateScript(
    'ws://x',
    'TOKEN',
    (error) => error,
    () => 0,
  );
  const steps: Record<string, SessionStep['kind'] | Ignored> = {
    ws_add_order_response_success: 'Answer',
    ws_batch_add_request: ignored('a request, and of batches, which are not used'),
    ws_batch_add_response_partial: ignored('batches are not used'),
    ws_cancel_order_request: ignored('a request; ours goes by cl_ord_id'),
    ws_subscribe_response: ignored('an answer on the public socket'),
    'Socket/SpotApi/CancelAllOrdersAfter': ignored('the dead man’s switch is not used'),
    'Socket/SpotApi/EditOrder': ignored('orders are not amended'),
    ws_futures_fills_delta: futures,
    ws_futures_fills_snapshot: futures,
    ws_futures_open_orders_cancel: futures,
    ws_futures_open_orders_cancel_post_only: futures,
    'Subscriptions/Futures/OrderUpdate': futures,
  };
  const rows = ['ws_control_and_order_entry', 'ws_private'].flatMap((folder) =>
    ['nautilus', 'jkorf'].flatMap((file) => readJsonl<Named>(join(root, `kraken/${folder}/${file}.jsonl`))),
  );

  it('are all listed here', () => {
    expect(rows.map((row) => row.name).sort()).toEqual(Object.keys(steps).sort());
  });
  it.each(rows.filter(({ name }) => typeof steps[name] === 'string').map((row) => [row.name, row] as const))(
    '%s',
    (name, row) => {
      expect(script.read(row.text ?? '')).toMatchObject({ kind: steps[name], id: '42' });
    },
  );
});

/** The documentation's own examples of the executions channel (no recording of it is public). */
describe('kraken executions as documented', () => {
  const frame = (item: Json, sequence: number): Json =>
    parseNumberTexts(JSON.stringify({ channel: 'executions', type: 'update', data: [item], sequence })) as Json;

  it('become one order’s life', () => {
    const events: GatewayEvent[] = [];
    const reader = new PushReader((event) => events.push(event), silentLog);
    const order_id = 'OK4GJX-KSTLS-7DZZO5';
    reader.read(
      frame(
        {
          order_id,
          order_userref: 3,
          symbol: 'BTC/USD',
          order_qty: 0.005,
          cum_cost: 0,
          time_in_force: 'GTC',
          exec_type: 'pending_new',
          side: 'sell',
          order_type: 'limit',
          limit_price: 26500,
          order_status: 'pending_new',
          fee_usd_equiv: 0,
          fee_ccy_pref: 'fciq',
          timestamp: '2023-09-22T10:33:05.709950Z',
        },
        8,
      ),
    );
    reader.read(
      frame({ timestamp: '2023-09-22T10:33:05.709982Z', order_status: 'new', exec_type: 'new', order_id }, 9),
    );
    reader.read(
      frame(
        {
          order_id,
          exec_id: 'TGBB7L-HT5LX-J3BZ4A',
          exec_type: 'trade',
          trade_id: 62_887_576,
          symbol: 'BTC/USD',
          side: 'sell',
          last_qty: 0.005,
          last_price: 26599.9,
          liquidity_ind: 't',
          cost: 132.9995,
          order_type: 'limit',
          timestamp: '2023-09-22T10:33:05.709993Z',
          order_status: 'partially_filled',
          cum_qty: 0.005,
          cum_cost: 132.9995,
          avg_price: 26599.9,
          fee_usd_equiv: 0.3458,
          fees: [{ asset: 'USD', qty: 0.3458 }],
        },
        10,
      ),
    );
    const venueAt = Date.parse('2023-09-22T10:33:05.709Z');
    const order = { clientId: '', venueOrderId: order_id, symbol: 'BTC/USD', side: 'sell', venueAt };
    expect(events).toEqual([
      { kind: 'OrderUpdated', report: { ...order, status: 'open', filled: '0' } },
      { kind: 'OrderUpdated', report: { ...order, status: 'open', filled: '0' } },
      {
        kind: 'LegFilled',
        fill: {
          ...order,
          tradeId: 'TGBB7L-HT5LX-J3BZ4A',
          price: '26599.9',
          size: '0.005',
          fee: '0.3458',
          feeAsset: 'USD',
          value: '132.9995',
          maker: false,
        },
      },
      { kind: 'OrderUpdated', report: { ...order, status: 'open', filled: '0.005' } },
    ]);
  });
});

describeWithFixtures('kraken private REST bodies', (root) => {
  const pairs = {
    XXBTZUSD: { altname: 'XBTUSD', wsname: 'XBT/USD', base: 'XXBT', quote: 'ZUSD' },
    XXBTZGBP: { altname: 'XBTGBP', wsname: 'XBT/GBP', base: 'XXBT', quote: 'ZGBP' },
    XXBTZEUR: { altname: 'XBTEUR', wsname: 'XBT/EUR', base: 'XXBT', quote: 'ZEUR' },
    XBTUSDT: { altname: 'XBTUSDT', wsname: 'XBT/USDT', base: 'XXBT', quote: 'USDT' },
    ETHUSDT: { altname: 'ETHUSDT', wsname: 'ETH/USDT', base: 'XETH', quote: 'USDT' },
    SUIUSD: { altname: 'SUIUSD', wsname: 'SUI/USD', base: 'SUI', quote: 'ZUSD' },
  };
  const names = namesOf(Object.entries(pairs));
  const orders = (text: string, key?: string) => {
    const result = resultOf(text);
    const rows = key === undefined ? result : result[key];
    if (!isObject(rows)) throw new Error(`no ${key}`);
    return Object.entries(rows).map(([id, row]) => readOrder(id, row, names));
  };
  const order = (id: string, symbol: string, side: string, status: string, filled: string, seconds: number) => ({
    clientId: '',
    venueOrderId: id,
    symbol,
    side,
    status,
    filled,
    venueAt: Math.floor(seconds * 1000),
  });
  const placed = (txid: string) => (text: string) => expect(resultOf(text).txid).toEqual([txid]);
  const notOurs = ignored('the gateway does not ask for it');
  const margin = ignored('margin positions are not used');

  const readings: Record<string, ((text: string) => void) | Ignored> = {
    http_add_order_spot: placed('OUF4EM-FRGI2-MQMWZD'),
    http_cancel_order_futures: futures,
    http_closed_orders: (text) =>
      expect(orders(text, 'closed')).toEqual([
        order('O5KZFT-GH3AD-LP6TLU', 'BTC/USDT', 'buy', 'filled', '0.50000000', 1_688_590_000.5432),
        order('OCLOSED-2-TESTID', 'ETH/USDT', 'sell', 'filled', '1.00000000', 1_688_595_000.9876),
      ]),
    http_futures_fills: futures,
    http_futures_open_orders: futures,
    http_futures_open_positions: futures,
    http_futures_order_events: futures,
    http_futures_order_events_unknown: futures,
    http_open_orders: (text) =>
      expect(orders(text, 'open')).toEqual([
        order('O26VBY-ISGAE-JP5TLU', 'BTC/USDT', 'buy', 'open', '0.00000000', 1_688_583_840.8648),
        order('OYEQF4-FDE4C-NMUYUI', 'ETH/USDT', 'sell', 'open', '0.00000000', 1_688_584_240.1234),
      ]),
    http_spot_open_positions: margin,
    'Futures/Account/GetAccountLog': futures,
    'Futures/Account/GetPnlCurrency': futures,
    'Futures/Trading/CancelAllOrderAfter': futures,
    'Futures/Trading/CancelAllOrders': futures,
    'Futures/Trading/CancelOrder': futures,
    'Futures/Trading/GetExecutionEvents': futures,
    'Futures/Trading/GetLeverage': futures,
    'Futures/Trading/GetOpenOrders': futures,
    'Futures/Trading/GetOpenPositions': futures,
    'Futures/Trading/PlaceOrder': futures,
    'Futures/Trading/SetLeverage': futures,
    'Futures/Trading/SetSelfTradeStrategy': futures,
    'Spot/Account/GetApiKeyInfo': (text) =>
      // It has an empty entry where there are no addresses.
      expect(readPermissions(resultOf(text))).toEqual({
        canRead: true,
        canTrade: true,
        canWithdraw: true,
        ipRestricted: false,
      }),
    'Spot/Account/GetAvailableBalances': (text) =>
      // Numbers, where the documentation has texts.
      expect(readBalances(resultOf(text), names)).toEqual([
        { asset: 'USD', free: '17185.45', locked: '8249.76' },
        { asset: 'BTC', free: '0.4012', locked: '0.8423' },
      ]),
    'Spot/Account/GetLedgerInfo': notOurs,
    'Spot/Account/GetLedgersEntry': notOurs,
    'Spot/Account/GetOpenPositions': margin,
    'Spot/Account/GetTradeBalance': margin,
    'Spot/Account/GetTradeVolume': (text) =>
      expect(readFeeRates(resultOf(text), 'XXBTZUSD')).toEqual({ taker: '0.001', maker: '0' }),
    'Spot/Trading/CancelAllOrders': notOurs,
    'Spot/Trading/CancelAllOrdersAfter': ignored('the dead man’s switch is not used'),
    'Spot/Trading/EditOrder': ignored('orders are not amended'),
    'Spot/Trading/GetClosedOrders': (text) =>
      expect(orders(text, 'closed')).toEqual([
        order('O37652-RJWRT-IMO74O', 'BTC/GBP', 'buy', 'cancelled', '0.00000000', 1_688_148_610.0482),
        order('O6YDQ5-LOMWU-37YKEE', 'BTC/EUR', 'buy', 'cancelled', '0.00000000', 1_688_148_610.0477),
      ]),
    'Spot/Trading/GetOpenOrders': (text) => {
      expect(orders(text, 'open')).toEqual([
        order('OQCLML-BW3P3-BUCMWZ', 'BTC/USD', 'buy', 'open', '0.37500000', 1_688_666_559.8974),
        order('OB5VMB-B4U2U-DK2WRW', 'BTC/USD', 'buy', 'open', '0.00000000', 1_688_665_899.5699),
      ]);
      const { open } = resultOf(text);
      const row = isObject(open) ? open['OQCLML-BW3P3-BUCMWZ'] : undefined;
      expect(tradeIdsOf(row)).toEqual(['TCCCTY-WE2O6-P3NB37']);
    },
    'Spot/Trading/GetOrders2': (text) =>
      expect(orders(text)).toEqual([
        order('OICRC3-KX7OB-QB2B2S', 'SUI/USD', 'sell', 'cancelled', '0.00000', 1_752_768_899.330147),
      ]),
    'Spot/Trading/GetUserTrades': (text) => {
      const { trades } = resultOf(text);
      const rows = isObject(trades) ? Object.entries(trades) : [];
      const fill = (id: string, size: string, value: string, seconds: number) => ({
        clientId: 'ours',
        venueOrderId: 'OQCLML-BW3P3-BUCMWZ',
        tradeId: id,
        symbol: 'BTC/USD',
        side: 'buy',
        price: '30010.00000',
        size,
        fee: '0.00000',
        feeAsset: 'USD',
        value,
        maker: true,
        venueAt: Math.floor(seconds * 1000),
      });
      expect(rows.map(([id, row]) => readTrade(id, row, 'ours', names))).toEqual([
        fill('THVRQM-33VKH-UCI7BS', '0.02000000', '600.20000', 1_688_667_796.8802),
        fill('TCWJEG-FL4SZ-3FKGH6', '0.01000000', '300.10000', 1_688_667_769.6396),
      ]);
    },
    'Spot/Trading/PlaceMultipleOrders': ignored('batches are not used'),
    'Spot/Trading/PlaceOrder': placed('OUF4EM-FRGI2-MQMWZD'),
  };

  const rows = ['nautilus', 'jkorf'].flatMap((file) =>
    readJsonl<Named>(join(root, `kraken/rest_private/${file}.jsonl`)),
  );
  it('are all listed here', () => {
    expect(rows.map((row) => row.name).sort()).toEqual(Object.keys(readings).sort());
  });
  it.each(rows.filter(({ name }) => typeof readings[name] === 'function').map((row) => [row.name, row] as const))(
    '%s',
    (name, row) => {
      const reading = readings[name];
      if (typeof reading === 'function') reading(row.text ?? row.response ?? '');
    },
  );
});

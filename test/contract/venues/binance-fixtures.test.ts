/** Signature vectors, error codes, private frames, REST bodies and public frames of Binance spot, all of them: each gives
 *  the right value, or stands in a list with the reason why it is left alone. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FRAME, FrameBatch } from '../../../src/core/frame.ts';
import { isObject } from '../../../src/core/json.ts';
import type { Fill, OrderReport } from '../../../src/core/order.ts';
import { classify, ERROR_CLASS, readRestError } from '../../../src/venues/binance/errors.ts';
import { readListings } from '../../../src/venues/binance/instruments.ts';
import { readBalances, readOrder, readPlacedFills } from '../../../src/venues/binance/orders.ts';
import { createParser } from '../../../src/venues/binance/parse.ts';
import { queryPayload, sign, signQuery, sortedPayload } from '../../../src/venues/binance/sign.ts';
import { readUserEvent } from '../../../src/venues/binance/user-events.ts';
import { describeWithFixtures, readJson, readJsonl } from '../../fixtures.ts';

interface Sample {
  readonly name: string;
  readonly src: string;
  readonly text: string;
}
interface Exchange {
  readonly name: string;
  readonly path: string;
  readonly response: unknown;
}

describeWithFixtures('binance fixtures', (root) => {
  const folder = join(root, 'binance');

  it('signatures match the published vectors', () => {
    const vectors = readJson<{ name: string; prehash: string; expected: string; secret?: string }[]>(
      join(folder, 'signatures/vectors.json'),
    );
    const hmac = vectors.filter((vector) => vector.secret !== undefined);
    expect(hmac.map((vector) => vector.name)).toEqual(['rest_order_ascii', 'timestamp_only']);
    for (const { prehash, expected, secret } of hmac) {
      expect(sign(prehash, secret ?? '')).toBe(expected);
      const params = Object.fromEntries(prehash.split('&').map((pair) => pair.split('=') as [string, string]));
      expect(queryPayload(params)).toBe(prehash);
      expect(signQuery(params, secret ?? '')).toBe(`${prehash}&signature=${expected}`);
      expect(sortedPayload(params)).toBe(prehash.split('&').sort().join('&'));
    }
    // The remaining vector is an Ed25519 one: binance-sbe-fixtures.test.ts.
    expect(vectors.length - hmac.length).toBe(1);
  });

  it('every documented error code has a class', () => {
    const codes = readJsonl<{ code: number; label: string; texts: string[] }>(join(folder, 'rest_errors/codes.jsonl'));
    expect(codes.filter(({ code }) => ERROR_CLASS[code] === undefined)).toEqual([]);
    const classOf = (label: string) => {
      const found = codes.find((each) => each.label === label);
      return ERROR_CLASS[found?.code ?? 0];
    };
    expect(
      [
        'TIMEOUT',
        'UNEXPECTED_RESP',
        'TOO_MANY_REQUESTS',
        'INVALID_TIMESTAMP',
        'INVALID_SIGNATURE',
        'NO_SUCH_ORDER',
      ].map(classOf),
    ).toEqual(['unknown-outcome', 'unknown-outcome', 'rate-limit', 'clock', 'auth', 'unknown-order']);
    // What the venue itself calls unknown must be unknown here, and nothing else may be, but -1000 and -1001.
    const unknown = codes
      .filter(({ texts }) => texts.some((text) => /status unknown/i.test(text)))
      .map(({ code }) => code);
    const ours = Object.keys(ERROR_CLASS)
      .map(Number)
      .filter((code) => ERROR_CLASS[code] === 'unknown-outcome');
    expect(ours.sort()).toEqual([...unknown, -1000, -1001].sort());
  });

  it('recorded error bodies are read', () => {
    const errors = readJsonl<Exchange>(join(folder, 'rest_errors/gct_recorded_errors.jsonl'));
    expect(errors.map(({ response }) => readRestError(400, {}, JSON.stringify(response), 0))).toEqual([
      { class: 'auth', code: '-2014', message: 'API-key format invalid.' },
      { class: 'auth', code: '-2014', message: 'API-key format invalid.' },
      { class: 'other', code: '-1121', message: 'Invalid symbol.' },
    ]);
    expect(classify(-1121, 'Invalid symbol.', 400)).toBe('other');
  });

  const privateFrames = readJsonl<Sample>(join(folder, 'ws_private/nautilus.jsonl'));
  const isSpot = ({ src, name }: Sample): boolean => src.includes('/spot/') || name.includes('_spot_');
  const read = (text: string) => readUserEvent(JSON.parse(text) as Record<string, unknown>, () => undefined);

  /** [status, cumulative size, fill as price × size fee asset] of every execution report. */
  const EXECUTIONS: Readonly<Record<string, readonly [OrderReport['status'], string, string?]>> = {
    execution_report_expired: ['expired', '0.00000000'],
    execution_report_new: ['open', '0.00000000'],
    execution_report_stop_loss: ['open', '0.00000000'],
    py_ws_spot_execution_report_binance_us: ['filled', '0.00042000', '117290.77000000 x 0.00042000 - 0.00492621 USD'],
    py_ws_spot_execution_report_calculated: ['filled', '0.01000000', '49500.00000000 x 0.01000000 - 2.475 USDT'],
    py_ws_spot_execution_report_empty_client_id: ['open', '0.50000000', '2499.50000000 x 0.50000000 - 0.00050000 ETH'],
    py_ws_spot_execution_report_expired: ['expired', '0.00000000'],
    py_ws_spot_execution_report_new_price_match: ['open', '0.00000000'],
    py_ws_spot_execution_report_new_stop_limit_price_match: ['open', '0.00000000'],
    py_ws_spot_execution_report_pending_cancel: ['open', '0.10000000'],
    py_ws_spot_execution_report_rejected: ['rejected', '0.00000000'],
    py_ws_spot_execution_report_trade: ['open', '0.50000000', '2499.50000000 x 0.50000000 - 0.00050000 ETH'],
    // A trade at price 0 is no fill; the cumulative size shows that one is missing and myTrades has it.
    py_ws_spot_execution_report_trade_l_zero: ['filled', '0.00100000'],
    py_ws_spot_execution_report_trade_l_zero_canceled: ['cancelled', '0.00000000'],
    py_ws_spot_execution_report_trade_l_zero_new: ['open', '0.00000000'],
    py_ws_spot_execution_report_trade_l_zero_partial: ['open', '0.50000000'],
    // `l` is the prevented size here: nothing was traded.
    py_ws_spot_execution_report_trade_prevention: ['expired', '0.00000000'],
  };
  const OTHERS: Readonly<Record<string, unknown>> = {
    account_position: {
      kind: 'Events',
      events: [
        {
          kind: 'BalancesChanged',
          balances: [
            { asset: 'USDT', free: '10000.00000000', locked: '2500.00000000' },
            { asset: 'ETH', free: '5.00000000', locked: '0.00000000' },
          ],
        },
      ],
    },
    account_position_wrapped: {
      kind: 'Events',
      events: [{ kind: 'BalancesChanged', balances: [{ asset: 'ETH', free: '10000.000000', locked: '0.000000' }] }],
    },
    balance_update_wrapped: { kind: 'Ignored', event: 'balanceUpdate', reason: expect.stringContaining('deposit') },
    list_status_wrapped: { kind: 'Ignored', event: 'listStatus', reason: expect.stringContaining('order lists') },
  };
  const fillText = (fill: Fill): string => `${fill.price} x ${fill.size} - ${fill.fee} ${fill.feeAsset}`;

  it('every private frame of spot gives its events', () => {
    const names = privateFrames.filter(isSpot).map(({ name }) => name);
    expect(names.sort()).toEqual([...Object.keys(EXECUTIONS), ...Object.keys(OTHERS)].sort());
    for (const { name, text } of privateFrames.filter(isSpot)) {
      const event = read(text);
      const expected = EXECUTIONS[name];
      if (expected === undefined) {
        expect(event, name).toEqual(OTHERS[name]);
        continue;
      }
      if (event.kind !== 'Events') throw new Error(`${name} gave no events`);
      const reports = event.events.flatMap((each) => (each.kind === 'OrderUpdated' ? [each.report] : []));
      const fills = event.events.flatMap((each) => (each.kind === 'LegFilled' ? [fillText(each.fill)] : []));
      const raw = JSON.parse(text) as { data?: Record<string, unknown> };
      const source = (raw.data ?? raw) as Record<string, unknown>;
      expect(reports, name).toEqual([
        {
          clientId: source.c,
          venueOrderId: String(source.i),
          symbol: source.s,
          side: String(source.S).toLowerCase(),
          status: expected[0],
          filled: expected[1],
          venueAt: source.T,
        },
      ]);
      expect(fills, name).toEqual(expected[2] === undefined ? [] : [expected[2]]);
    }
  });

  it('the other private frames are of futures and are ignored, with that reason', () => {
    const others = privateFrames.filter((sample) => !isSpot(sample));
    expect(others.length).toBeGreaterThan(10);
    for (const { name, text } of others) {
      expect(read(text), name).toMatchObject({ kind: 'Ignored', reason: 'not an event of spot trading' });
    }
  });

  /** REST bodies of spot and what they give; the reader is the one that the gateway uses for that path. */
  const BODIES: Readonly<Record<string, (body: unknown) => unknown>> = {
    account_response: readBalances,
    all_orders_response: (body) => (body as unknown[]).map(readOrder),
    cancel_order_response: readOrder,
    new_order_full_response: (body) => [readOrder(body), readPlacedFills(body)],
    order_response: readOrder,
  };
  const LEFT_ALONE: Readonly<Record<string, string>> = {
    cancel_open_orders_response: 'we never cancel all orders; it holds order lists beside orders',
    py_http_wallet_trading_fee: 'fees come from account/commission',
    py_http_wallet_trading_fees: 'fees come from account/commission',
  };

  it('every private REST body of spot is read or left alone for a reason', () => {
    const bodies = readJsonl<Sample>(join(folder, 'rest_private/nautilus.jsonl')).filter(
      ({ src, name }) => !src.includes('/futures/') && !name.includes('_futures_'),
    );
    expect(bodies.map(({ name }) => name).sort()).toEqual([...Object.keys(BODIES), ...Object.keys(LEFT_ALONE)].sort());
    const results = Object.fromEntries(
      bodies.flatMap(({ name, text }) => {
        const reader = BODIES[name];
        return reader === undefined ? [] : [[name, reader(JSON.parse(text))]];
      }),
    );
    const ltc = {
      venueOrderId: '1',
      symbol: 'LTCBTC',
      side: 'buy',
      status: 'open',
      filled: '0.0',
      venueAt: 1499827319559,
    };
    expect(results).toMatchObject({
      account_response: [
        { asset: 'BTC', free: '4723846.89208129', locked: '0.00000000' },
        { asset: 'LTC', free: '4763368.68006011', locked: '0.00000000' },
      ],
      all_orders_response: [{ clientId: 'myOrder1', ...ltc }],
      order_response: { clientId: 'myOrder1', ...ltc },
      cancel_order_response: { clientId: 'myOrder1', venueOrderId: '4', status: 'cancelled', filled: '0.00000000' },
      new_order_full_response: [
        {
          clientId: '6gCrw2kRUAF9CvJDGP16IP',
          venueOrderId: '28',
          side: 'sell',
          status: 'filled',
          filled: '10.00000000',
        },
        [
          { tradeId: '56', price: '4000.00000000', size: '1.00000000', fee: '4.00000000', feeAsset: 'USDT' },
          {},
          {},
          {},
          {},
        ],
      ],
    });
  });

  it('recorded private REST bodies of older years are read too', () => {
    const recorded = readJsonl<Exchange>(join(folder, 'rest_private/gct_recorded_rest.jsonl'));
    const body = (name: string): unknown => recorded.find((each) => each.name === name)?.response;
    expect(Array.isArray(readBalances(body('GET /api/v3/account #0')))).toBe(true);
    expect((body('GET /api/v3/openOrders #0') as unknown[]).map(readOrder)).toMatchObject([
      { clientId: 'myOrder1', status: 'open', filled: '0.0' },
    ]);
    expect(readOrder(body('DELETE /api/v3/order #0'))).toMatchObject({
      clientId: 'myOrder1',
      status: 'cancelled',
      filled: '8.00000000',
    });
    // A null is no order: it must not be taken for one.
    expect(() => readOrder(body('POST /api/v3/order #0'))).toThrow('not an object');
    // Listen keys are gone since 2026-02-20; nothing reads them.
    expect(recorded.filter(({ path }) => !path.includes('userDataStream'))).toHaveLength(4);
  });

  it('listings of the recorded exchangeInfo', () => {
    const { body } = readJson<{ body: { symbols: unknown[] } }>(
      join(folder, 'rest_public/exchangeInfo_spot_2021.json'),
    );
    const listings = readListings(body);
    expect(listings).toHaveLength(body.symbols.length);
    expect(listings.find((listing) => listing.symbol === 'BNBBTC')).toEqual({
      venue: 'binance',
      instrument: 'BNB-BTC',
      base: 'BNB',
      quote: 'BTC',
      symbol: 'BNBBTC',
      trading: true,
      priceTick: '0.000001',
      sizeLot: '0.001',
      minSize: '0.001',
      maxSize: '100000',
      minNotional: '0.0001',
    });
    const sample = readJsonl<Sample>(join(folder, 'rest_public/nautilus.jsonl')).find(
      ({ name }) => name === 'py_http_spot_market_exchange_info',
    );
    expect(readListings(JSON.parse(sample?.text ?? '')).length).toBeGreaterThan(0);
  });

  it('public frames are read, or known to be none of ours', () => {
    const KINDS: Readonly<Record<string, number>> = {
      depthUpdate: FRAME.Delta,
      bookTicker: FRAME.Top,
    };
    const texts = [
      ...readJsonl<Sample>(join(folder, 'ws_public/nautilus.jsonl')).map(({ text }) => text),
      ...readJsonl<unknown>(join(folder, 'ws_public/gct_wsHandleData.jsonl')).map((frame) => JSON.stringify(frame)),
    ];
    const symbols = ['BTCUSDT', 'BNBUSDT', 'BNBBTC'].map((symbol) => ({ symbol, priceDecimals: 8, sizeDecimals: 8 }));
    const parser = createParser(symbols);
    const batch = new FrameBatch();
    for (const text of texts) {
      const value = JSON.parse(text) as Record<string, unknown>;
      const payload = isObject(value.data) ? value.data : value;
      const bytes = Buffer.from(text);
      parser.parse(bytes, 0, bytes.length, batch);
      expect([batch.count, batch.at(0).kind], text).toEqual([1, KINDS[String(payload.e)] ?? FRAME.Ignored]);
    }
  });

  it('depth snapshots of spot and USD-M are read', () => {
    const samples = readJsonl<Sample>(join(folder, 'rest_public/nautilus.jsonl'));
    const parser = createParser([{ symbol: 'BTCUSDT', priceDecimals: 8, sizeDecimals: 8 }]);
    for (const [name, lastSeq, venueAt] of [
      ['py_http_spot_market_depth', 14527958487, Number.NaN],
      ['py_http_futures_market_depth', 1027024, 1589436922972],
    ] as const) {
      const batch = new FrameBatch();
      const bytes = Buffer.from(samples.find((sample) => sample.name === name)?.text ?? '');
      parser.parseSnapshot(bytes, 0, bytes.length, 0, batch);
      expect(batch.at(0)).toMatchObject({ kind: FRAME.Snapshot, symbol: 0, lastSeq, venueAt });
      expect(batch.at(0).bids.count).toBeGreaterThan(0);
    }
  });
});

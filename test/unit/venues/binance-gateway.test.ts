import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Fault } from '../../../src/core/faults.ts';
import { API_KEY, FakeVenue, listing, ok, order, refusal, SECRET, settle } from './binance-support.ts';

const placed = (over: object = {}) => ({
  symbol: 'BTCUSDT',
  orderId: 28,
  orderListId: -1,
  clientOrderId: order.clientId,
  transactTime: 1_750_000_000_123,
  price: '60000.01000000',
  origQty: '0.50000000',
  executedQty: '0.30000000',
  origQuoteOrderQty: '0.000000',
  cummulativeQuoteQty: '18000.00',
  status: 'EXPIRED',
  timeInForce: 'IOC',
  type: 'LIMIT',
  side: 'BUY',
  workingTime: 1_750_000_000_123,
  selfTradePreventionMode: 'NONE',
  fills: [
    { price: '60000.00', qty: '0.10000000', commission: '0.00010000', commissionAsset: 'BTC', tradeId: 56 },
    { price: '60000.01', qty: '0.20000000', commission: '0.00020000', commissionAsset: 'BTC', tradeId: 57 },
  ],
  ...over,
});

async function connected(venue = new FakeVenue()) {
  const gateway = venue.gateway();
  await gateway.connect();
  return { venue, gateway };
}

const expectedSignature = (params: Readonly<Record<string, unknown>>): string => {
  const payload = Object.keys(params)
    .filter((name) => name !== 'signature')
    .sort()
    .map((name) => `${name}=${params[name]}`)
    .join('&');
  return createHmac('sha256', SECRET).update(payload).digest('hex');
};

describe('binance gateway: log-on', () => {
  it('measures the clock, subscribes with a signature and says that it is up', async () => {
    const venue = new FakeVenue();
    venue.serverAheadMs = 777;
    const { gateway } = await connected(venue);
    expect(venue.socket.methods()).toEqual([...Array(5).fill('time'), 'userDataStream.subscribe.signature']);
    const subscribe = venue.socket.sent.at(-1);
    expect(subscribe?.params.timestamp).toBe(venue.clock.wallMs() + 777);
    expect(subscribe?.params.signature).toBe(expectedSignature(subscribe?.params ?? {}));
    expect(gateway.isUp).toBe(true);
    expect(venue.kinds()).toEqual(['GatewayUp']);
  });

  it('believes the time that came back fastest', async () => {
    const venue = new FakeVenue();
    const delays = [40, 2, 90, 30, 50];
    venue.answers.time = () => {
      const delay = delays.shift() as number;
      const serverTime = venue.clock.wallMs() + delay / 2 + 5_000;
      venue.clock.advanceMs(delay);
      // Slow answers are also wrong ones here.
      return ok({ serverTime: delay === 2 ? serverTime : serverTime + 400 });
    };
    await connected(venue);
    expect(venue.socket.sent.at(-1)?.params.timestamp).toBe(venue.clock.wallMs() + 5_000);
  });

  it('rejects a wrong key with one clear fault, names no secret and can be tried again', async () => {
    const venue = new FakeVenue();
    const subscribe = 'userDataStream.subscribe.signature';
    venue.answers[subscribe] = () => refusal(401, -2015, `Invalid API-key ${API_KEY}, IP, or permissions for action.`);
    const gateway = venue.gateway();
    const fault: unknown = await gateway.connect().catch((thrown: unknown) => thrown);
    expect(fault).toBeInstanceOf(Fault);
    expect(fault).toMatchObject({ code: 'venue/auth' });
    expect(`${(fault as Fault).message} ${JSON.stringify((fault as Fault).details)}`).not.toContain(API_KEY);
    await settle();
    expect(gateway.isUp).toBe(false);
    venue.clock.advanceMs(60_000);
    await settle();
    expect(venue.sockets.length).toBe(1);
    delete venue.answers[subscribe];
    await gateway.connect();
    expect(gateway.isUp).toBe(true);
  });

  it('rejects when the venue cannot be reached', async () => {
    const venue = new FakeVenue();
    venue.reachable = false;
    await expect(venue.gateway().connect()).rejects.toMatchObject({ code: 'venue/unreachable' });
  });

  it('rejects when the connection dies during the log-on', async () => {
    const venue = new FakeVenue();
    venue.answers['userDataStream.subscribe.signature'] = () => void venue.socket.die();
    await expect(venue.gateway().connect()).rejects.toMatchObject({ code: 'venue/unreachable' });
  });
});

describe('binance gateway: placing', () => {
  it('sends a signed order.place and tells of its fills before its promise settles', async () => {
    const { venue, gateway } = await connected();
    venue.answers['order.place'] = () => ok(placed());
    const outcome = await gateway.place(order);
    expect(outcome).toMatchObject({ kind: 'acked', venueOrderId: '28' });
    const { params } = venue.socket.sent.at(-1) as { params: Record<string, unknown> };
    const { timestamp, signature, ...rest } = params;
    expect(rest).toEqual({
      symbol: 'BTCUSDT',
      side: 'BUY',
      type: 'LIMIT',
      timeInForce: 'IOC',
      price: '60000.01',
      quantity: '0.5',
      selfTradePreventionMode: 'EXPIRE_TAKER',
      newClientOrderId: order.clientId,
      newOrderRespType: 'FULL',
      recvWindow: 2000,
      // Asked for once a second.
      returnRateLimits: true,
      apiKey: API_KEY,
    });
    expect(timestamp).toBe(venue.clock.wallMs());
    expect(signature).toBe(expectedSignature(params));
    expect(venue.events.slice(1)).toEqual([
      {
        kind: 'LegFilled',
        fill: {
          clientId: order.clientId,
          venueOrderId: '28',
          tradeId: '56',
          symbol: 'BTCUSDT',
          side: 'buy',
          price: '60000.00',
          size: '0.10000000',
          fee: '0.00010000',
          feeAsset: 'BTC',
          maker: false,
          venueAt: 1_750_000_000_123,
        },
      },
      { kind: 'LegFilled', fill: expect.objectContaining({ tradeId: '57', price: '60000.01', size: '0.20000000' }) },
      {
        kind: 'OrderUpdated',
        report: {
          clientId: order.clientId,
          venueOrderId: '28',
          symbol: 'BTCUSDT',
          side: 'buy',
          status: 'expired',
          filled: '0.30000000',
          venueAt: 1_750_000_000_123,
        },
      },
    ]);
  });

  it('sends a market order without price and time in force', async () => {
    const { venue, gateway } = await connected();
    venue.answers['order.place'] = () => ok(placed({ status: 'FILLED' }));
    const { price: _, ...market } = order;
    await gateway.place({ ...market, type: 'market', side: 'sell' });
    expect(venue.socket.sent.at(-1)?.params).toMatchObject({ type: 'MARKET', side: 'SELL', quantity: '0.5' });
    expect(venue.socket.sent.at(-1)?.params).not.toHaveProperty('price');
    expect(venue.socket.sent.at(-1)?.params).not.toHaveProperty('timeInForce');
  });

  it.each([
    [400, -2010, 'Account has insufficient balance for requested action.', 'insufficient-funds'],
    [400, -2010, 'Duplicate order sent.', 'duplicate-client-id'],
    [400, -1013, 'Filter failure: LOT_SIZE', 'filter'],
    [400, -1021, "Timestamp for this request was 1000ms ahead of the server's time.", 'clock'],
    [401, -2015, 'Invalid API-key, IP, or permissions for action.', 'auth'],
    [429, -1003, 'Too much request weight used.', 'rate-limit'],
  ])('a refusal %i %i "%s" is rejected as %s', async (status, code, message, class_) => {
    const { venue, gateway } = await connected();
    venue.answers['order.place'] = () => refusal(status, code, message);
    expect(await gateway.place(order)).toMatchObject({
      kind: 'rejected',
      error: { class: class_, code: String(code), message },
    });
    expect(venue.httpRequests).toEqual([]);
  });

  it.each([
    [400, -1006, 'An unexpected response was received from the message bus. Execution status unknown.'],
    [400, -1007, 'Timeout waiting for response from backend server.'],
    [500, -1000, 'An unknown error occurred while processing the request.'],
    [503, -1008, 'Server is currently overloaded with other requests.'],
  ])('%i %i leaves the outcome unknown', async (status, code, message) => {
    const { venue, gateway } = await connected();
    venue.answers['order.place'] = () => refusal(status, code, message);
    expect(await gateway.place(order)).toMatchObject({ kind: 'unknown' });
    expect(venue.httpRequests).toEqual([]);
  });

  it('no answer within two seconds is unknown, and the order is sent once only', async () => {
    const { venue, gateway } = await connected();
    const outcome = gateway.place(order);
    await settle();
    venue.clock.advanceMs(1_999);
    await settle();
    venue.clock.advanceMs(2);
    expect(await outcome).toMatchObject({ kind: 'unknown', reason: expect.stringContaining('2000 ms') });
    expect(venue.socket.methods().filter((method) => method === 'order.place')).toHaveLength(1);
    expect(venue.httpRequests).toEqual([]);
  });

  it('the death of the socket settles every open order as unknown; none is sent again', async () => {
    const { venue, gateway } = await connected();
    const outcomes = [gateway.place(order), gateway.place({ ...order, clientId: 'plx0000001b' })];
    await settle();
    venue.socket.die(1006, 'reset');
    for (const outcome of await Promise.all(outcomes)) expect(outcome).toMatchObject({ kind: 'unknown' });
    expect(gateway.isUp).toBe(false);
    expect(venue.kinds().at(-1)).toBe('GatewayDown');
    expect(venue.httpRequests).toEqual([]);
    venue.clock.advanceMs(10_000);
    await settle();
    expect(gateway.isUp).toBe(true);
    expect(venue.socket.methods()).not.toContain('order.place');
  });

  it('an answer that cannot be read is unknown', async () => {
    const { venue, gateway } = await connected();
    venue.answers['order.place'] = () => ok({ orderId: 'what?' });
    expect(await gateway.place(order)).toMatchObject({ kind: 'unknown' });
  });

  it('an order id past 2^53 keeps all its digits', async () => {
    const { venue, gateway } = await connected();
    venue.answers['order.place'] = ({ id }) => {
      const text = JSON.stringify({ id, ...ok(placed({ orderId: 0 })) });
      venue.socket.receive(text.replace('"orderId":0', '"orderId":8389765739703625592'));
      return undefined;
    };
    expect(await gateway.place(order)).toMatchObject({ kind: 'acked', venueOrderId: '8389765739703625592' });
  });
});

describe('binance gateway: REST where the socket is down', () => {
  async function down() {
    const { venue, gateway } = await connected();
    venue.reachable = false;
    venue.socket.die();
    await settle();
    venue.events.length = 0;
    return { venue, gateway };
  }

  it('places by a signed POST', async () => {
    const { venue, gateway } = await down();
    venue.rest = () => ({ body: placed() });
    expect(await gateway.place(order)).toMatchObject({ kind: 'acked', venueOrderId: '28' });
    const request = venue.httpRequests.at(-1);
    const url = new URL(request?.url ?? '');
    expect([request?.method, url.pathname]).toEqual(['POST', '/api/v3/order']);
    expect(request?.headers).toEqual({ 'X-MBX-APIKEY': API_KEY });
    const [payload, signature] = url.search.slice(1).split('&signature=');
    expect(signature).toBe(
      createHmac('sha256', SECRET)
        .update(payload ?? '')
        .digest('hex'),
    );
    expect(venue.kinds()).toEqual(['LegFilled', 'LegFilled', 'OrderUpdated']);
  });

  it('no whole reply is unknown; no secret and no signature is told', async () => {
    const { venue, gateway } = await down();
    const outcome = await gateway.place(order);
    expect(outcome.kind).toBe('unknown');
    const told = JSON.stringify([outcome, venue.logged]);
    expect(told).not.toContain(API_KEY);
    expect(told).not.toContain(SECRET);
    expect(told).not.toMatch(/signature=[0-9a-f]/);
  });

  it('429 names the wait, 5xx is unknown', async () => {
    const { venue, gateway } = await down();
    venue.rest = () => ({
      status: 429,
      headers: { 'retry-after': '7' },
      body: { code: -1003, msg: 'Too much request weight used.' },
    });
    expect(await gateway.place(order)).toMatchObject({
      kind: 'rejected',
      error: { class: 'rate-limit', retryAfterMs: 7_000 },
    });
    venue.rest = () => ({ status: 502, body: '<html>Bad Gateway</html>' });
    expect(await gateway.place(order)).toMatchObject({ kind: 'unknown' });
  });

  it('cancels by DELETE and queries by GET', async () => {
    const { venue, gateway } = await down();
    const seen: string[] = [];
    venue.rest = (request, url) => {
      seen.push(`${request.method} ${url.pathname} ${url.searchParams.get('origClientOrderId') ?? ''}`.trim());
      if (url.pathname === '/api/v3/myTrades') return { body: [] };
      return { body: placed({ status: 'CANCELED', origClientOrderId: order.clientId, clientOrderId: 'x1' }) };
    };
    expect(await gateway.cancel(order)).toEqual({ kind: 'cancelled' });
    expect(await gateway.query(order)).toMatchObject({ kind: 'found', report: { status: 'cancelled' } });
    expect(seen).toEqual([
      `DELETE /api/v3/order ${order.clientId}`,
      `GET /api/v3/order ${order.clientId}`,
      'GET /api/v3/myTrades',
    ]);
  });
});

describe('binance gateway: cancel, query and account', () => {
  it('a cancellation names the order, not itself', async () => {
    const { venue, gateway } = await connected();
    const body = placed({ status: 'CANCELED', origClientOrderId: order.clientId, clientOrderId: 'pXLV6Hz6mp' });
    venue.answers['order.cancel'] = () => ok(body);
    expect(await gateway.cancel(order)).toEqual({ kind: 'cancelled' });
    expect(venue.events.at(-1)).toMatchObject({
      kind: 'OrderUpdated',
      report: { clientId: order.clientId, status: 'cancelled', filled: '0.30000000' },
    });
  });

  it.each([
    [-2011, 'Unknown order sent.', { kind: 'absent' }],
    [-2013, 'Order does not exist.', { kind: 'absent' }],
    [-2011, 'Order was not canceled due to cancel restrictions.', { kind: 'failed' }],
    [-1003, 'Too many requests queued.', { kind: 'failed', error: { class: 'rate-limit' } }],
  ])('cancelling with %i "%s"', async (code, message, expected) => {
    const { venue, gateway } = await connected();
    venue.answers['order.cancel'] = () => refusal(400, code, message);
    expect(await gateway.cancel(order)).toMatchObject(expected);
  });

  it('a query brings the order and all pages of its trades', async () => {
    const { venue, gateway } = await connected();
    const trade = (id: number) => ({
      symbol: 'BTCUSDT',
      id,
      orderId: 28,
      price: '60000.00',
      qty: '0.00010000',
      quoteQty: '6',
      commission: '0.00000010',
      commissionAsset: 'BTC',
      time: 1_750_000_000_500,
      isBuyer: true,
      isMaker: false,
      isBestMatch: true,
    });
    venue.answers['order.status'] = () => ok({ ...placed(), updateTime: 5, transactTime: undefined });
    venue.answers.myTrades = ({ params }) => {
      const from = Number(params.fromId ?? 1);
      return ok(Array.from({ length: from === 1 ? 1000 : 3 }, (_, index) => trade(from + index)));
    };
    const outcome = await gateway.query(order);
    expect(outcome).toMatchObject({ kind: 'found', report: { status: 'expired', filled: '0.30000000' } });
    if (outcome.kind !== 'found') throw new Error('unreachable');
    expect(outcome.fills).toHaveLength(1003);
    expect(new Set(outcome.fills.map((fill) => fill.tradeId)).size).toBe(1003);
    expect(outcome.fills[0]).toMatchObject({ clientId: order.clientId, tradeId: '1', fee: '0.00000010', maker: false });
    expect(venue.socket.sent.at(-1)?.params).toMatchObject({
      symbol: 'BTCUSDT',
      orderId: 28,
      fromId: 1001,
      limit: 1000,
    });
  });

  it('a query for an id that the venue does not know is absent', async () => {
    const { venue, gateway } = await connected();
    venue.answers['order.status'] = () => refusal(400, -2013, 'Order does not exist.');
    expect(await gateway.query(order)).toEqual({ kind: 'absent' });
  });

  it('a query that the socket lost is asked again over REST', async () => {
    const { venue, gateway } = await connected();
    venue.rest = () => ({ body: { ...placed({ executedQty: '0.00' }), updateTime: 5 } });
    const outcome = gateway.query(order);
    await settle();
    venue.socket.die();
    expect(await outcome).toMatchObject({ kind: 'found', fills: [] });
  });

  it('a query that nothing answers fails as an unknown outcome', async () => {
    const { venue, gateway } = await connected();
    const outcome = gateway.query(order);
    await settle();
    venue.clock.advanceMs(5_001);
    expect(await outcome).toMatchObject({ kind: 'failed', error: { class: 'unknown-outcome' } });
  });

  it('recent fills name the client id of their orders, each asked once', async () => {
    const { venue, gateway } = await connected();
    venue.answers.myTrades = () =>
      ok(
        [1, 2, 3].map((id) => ({
          symbol: 'BTCUSDT',
          id,
          orderId: id === 3 ? 29 : 28,
          price: '1',
          qty: '1',
          commission: '0',
          commissionAsset: 'BTC',
          time: 9,
          isBuyer: false,
          isMaker: true,
        })),
      );
    venue.answers['order.status'] = ({ params }) =>
      ok({ ...placed({ clientOrderId: `plx${params.orderId}` }), updateTime: 5 });
    const fills = await gateway.recentFills(listing, 5);
    expect(fills.map((fill) => [fill.tradeId, fill.clientId, fill.side, fill.maker])).toEqual([
      ['1', 'plx28', 'sell', true],
      ['2', 'plx28', 'sell', true],
      ['3', 'plx29', 'sell', true],
    ]);
    expect(venue.socket.methods().filter((method) => method === 'order.status')).toHaveLength(2);
  });

  it('balances and open orders are read, and their refusal is a fault', async () => {
    const { venue, gateway } = await connected();
    venue.answers['account.status'] = () =>
      ok({
        balances: [
          { asset: 'BTC', free: '1.50000000', locked: '0.00000000' },
          { asset: 'XRP', free: '0.00000000', locked: '0.00000000' },
        ],
      });
    expect(await gateway.balances()).toEqual([{ asset: 'BTC', free: '1.50000000', locked: '0.00000000' }]);
    venue.answers['openOrders.status'] = () => ok([{ ...placed({ status: 'NEW' }), updateTime: 5 }]);
    expect(await gateway.openOrders()).toMatchObject([{ clientId: order.clientId, status: 'open' }]);
    venue.answers['account.status'] = () => refusal(401, -2015, 'Invalid API-key, IP, or permissions for action.');
    await expect(gateway.balances()).rejects.toMatchObject({ code: 'venue/auth' });
    venue.answers['openOrders.status'] = () => refusal(400, -1102, 'A mandatory parameter was not sent.');
    await expect(gateway.openOrders()).rejects.toMatchObject({ code: 'venue/refused' });
  });

  it('fee rates are the sum of their parts; unknown ones are the ordinary ones, with a warning', async () => {
    const { venue, gateway } = await connected();
    const part = (taker: string, maker: string) => ({ taker, maker, buyer: '0.00000000', seller: '0.00001000' });
    venue.rest = () => ({
      body: {
        symbol: 'BTCUSDT',
        standardCommission: part('0.00100000', '0.00080000'),
        specialCommission: part('0.00000000', '0.00000000'),
        taxCommission: part('0.00011200', '0.00011200'),
        discount: { enabledForAccount: true, enabledForSymbol: true, discountAsset: 'BNB', discount: '0.75000000' },
      },
    });
    expect(await gateway.feeRates(listing)).toEqual({ taker: '0.001142', maker: '0.000942' });
    venue.rest = () => ({ status: 418, body: { code: -1003, msg: 'Way too much request weight used; IP banned.' } });
    expect(await gateway.feeRates(listing)).toEqual({ taker: '0.001', maker: '0.001' });
    expect(venue.logged.join('\n')).toContain('own fees unknown');
  });
});

describe('binance gateway: the private stream and the connection', () => {
  const report = (over: object) => ({
    subscriptionId: 0,
    event: {
      e: 'executionReport',
      E: 2,
      s: 'BTCUSDT',
      c: order.clientId,
      S: 'BUY',
      C: '',
      x: 'TRADE',
      X: 'PARTIALLY_FILLED',
      i: 28,
      l: '0.10000000',
      z: '0.10000000',
      L: '60000.00000000',
      n: '0.00010000',
      N: 'BTC',
      T: 1,
      t: 56,
      m: true,
      ...over,
    },
  });

  it('an execution report is a fill and an update', async () => {
    const { venue } = await connected();
    venue.socket.receive(report({}));
    expect(venue.events.slice(1)).toMatchObject([
      { kind: 'LegFilled', fill: { tradeId: '56', fee: '0.00010000', feeAsset: 'BTC', maker: true } },
      { kind: 'OrderUpdated', report: { status: 'open', filled: '0.10000000' } },
    ]);
  });

  it('a fee of nothing stands in the received asset; a cancellation names the order', async () => {
    const { venue } = await connected();
    venue.socket.receive(report({ n: '0', N: null, S: 'SELL' }));
    expect(venue.events[1]).toMatchObject({ fill: { fee: '0', feeAsset: 'USDT' } });
    venue.socket.receive(
      report({ x: 'CANCELED', X: 'CANCELED', c: 'web_1', C: order.clientId, l: '0', L: '0', t: -1 }),
    );
    expect(venue.events.at(-1)).toMatchObject({
      kind: 'OrderUpdated',
      report: { clientId: order.clientId, status: 'cancelled' },
    });
  });

  it('balances of the stream, and events that are of no use', async () => {
    const { venue } = await connected();
    venue.socket.receive({ subscriptionId: 0, event: { e: 'balanceUpdate', E: 1, a: 'BTC', d: '1', T: 1 } });
    venue.socket.receive({
      subscriptionId: 0,
      event: { e: 'outboundAccountPosition', E: 1, u: 1, B: [{ a: 'BTC', f: '1.0', l: '0.5' }] },
    });
    expect(venue.events.slice(1)).toEqual([
      { kind: 'BalancesChanged', balances: [{ asset: 'BTC', free: '1.0', locked: '0.5' }] },
    ]);
  });

  it('garbage is logged and does no harm', async () => {
    const { venue, gateway } = await connected();
    for (const frame of ['{', '[]', '7', '{"id":null,"status":400,"error":{"code":-1135,"msg":"Invalid JSON"}}']) {
      venue.socket.receive(frame);
    }
    venue.socket.receive(report({ X: 'WHAT' }));
    venue.socket.receive({ id: 999, status: 200, result: {} });
    expect(gateway.isUp).toBe(true);
    expect(venue.kinds()).toEqual(['GatewayUp']);
    expect(venue.logged.filter((line) => line.startsWith('error'))).toHaveLength(1);
  });

  it('reconnects with growing waits and subscribes again', async () => {
    const { venue, gateway } = await connected();
    venue.reachable = false;
    venue.socket.die();
    await settle();
    for (let round = 0; round < 5; round++) {
      venue.clock.advanceMs(10_000);
      await settle();
    }
    expect(venue.sockets.length).toBeGreaterThan(4);
    expect(venue.kinds()).toEqual(['GatewayUp', 'GatewayDown']);
    venue.reachable = true;
    venue.clock.advanceMs(10_000);
    await settle();
    expect(gateway.isUp).toBe(true);
    expect(venue.socket.methods()).toContain('userDataStream.subscribe.signature');
    expect(venue.kinds()).toEqual(['GatewayUp', 'GatewayDown', 'GatewayUp']);
  });

  it('a ban is waited out before the next try', async () => {
    const { venue, gateway } = await connected();
    const subscribe = 'userDataStream.subscribe.signature';
    const data = () => ({ serverTime: venue.clock.wallMs(), retryAfter: venue.clock.wallMs() + 120_000 });
    venue.answers[subscribe] = () => refusal(418, -1003, 'Way too much request weight used; IP banned.', data());
    venue.socket.die();
    await settle();
    venue.clock.advanceMs(1_000);
    await settle();
    expect(venue.sockets).toHaveLength(2);
    delete venue.answers[subscribe];
    venue.clock.advanceMs(115_000);
    await settle();
    expect(venue.sockets).toHaveLength(2);
    venue.clock.advanceMs(6_000);
    await settle();
    expect(gateway.isUp).toBe(true);
    expect(venue.sockets).toHaveLength(3);
  });

  it('a connection is replaced before its 24 hours are over; the clock is measured again now and then', async () => {
    const { venue, gateway } = await connected();
    venue.pongs = true;
    const first = venue.socket;
    for (let minutes = 0; minutes < 24 * 60; minutes += 5) {
      venue.clock.advanceMs(5 * 60_000);
      await settle();
      if (minutes < 23 * 60) expect(venue.sockets).toHaveLength(1);
    }
    expect(first.methods().filter((method) => method === 'time').length).toBeGreaterThan(200);
    expect(venue.sockets).toHaveLength(2);
    expect(gateway.isUp).toBe(true);
  });

  it('a silent connection is pinged, then replaced', async () => {
    const { venue, gateway } = await connected();
    const first = venue.socket;
    venue.clock.advanceMs(4_500);
    expect(first.pings).toBeGreaterThan(0);
    expect(first.isOpen).toBe(true);
    first.handlers.onPong();
    venue.clock.advanceMs(4_500);
    expect(first.isOpen).toBe(true);
    venue.clock.advanceMs(2_000);
    await settle();
    expect(first.isOpen).toBe(false);
    expect(venue.kinds()).toContain('GatewayDown');
    venue.clock.advanceMs(1_000);
    await settle();
    expect(gateway.isUp).toBe(true);
    expect(venue.sockets).toHaveLength(2);
  });

  it.each(['serverShutdown', 'eventStreamTerminated'])(
    'after %s it finishes what is open, then connects anew',
    async (e) => {
      const { venue, gateway } = await connected();
      const first = venue.socket;
      const outcome = gateway.place(order);
      await settle();
      first.receive({ subscriptionId: 0, event: { e, E: 1 } });
      await settle();
      expect(first.isOpen).toBe(true);
      first.receive({ id: first.sent.at(-1)?.id, ...ok(placed()) });
      expect(await outcome).toMatchObject({ kind: 'acked' });
      await settle();
      expect(first.isOpen).toBe(false);
      venue.clock.advanceMs(1_000);
      await settle();
      expect(gateway.isUp).toBe(true);
      expect(venue.sockets).toHaveLength(2);
    },
  );

  it('a refused timestamp has the clock measured anew', async () => {
    const { venue, gateway } = await connected();
    venue.answers['order.place'] = () =>
      refusal(400, -1021, 'Timestamp for this request is outside of the recvWindow.');
    venue.serverAheadMs = 9_000;
    await gateway.place(order);
    await settle();
    venue.answers['order.place'] = () => ok(placed());
    await gateway.place(order);
    expect(venue.socket.sent.at(-1)?.params.timestamp).toBe(venue.clock.wallMs() + 9_000);
  });

  it('after close nothing is sent and nothing comes back to life', async () => {
    const { venue, gateway } = await connected();
    await gateway.close();
    expect(await gateway.place(order)).toMatchObject({ kind: 'rejected' });
    venue.clock.advanceMs(60_000);
    await settle();
    expect(venue.sockets).toHaveLength(1);
    expect(venue.httpRequests).toEqual([]);
    expect(venue.kinds()).toEqual(['GatewayUp']);
    await gateway.close();
  });

  it('secrets never reach a log', async () => {
    const { venue, gateway } = await connected();
    venue.answers['order.place'] = () => refusal(400, -1100, `Illegal characters found: ${API_KEY} ${SECRET}`);
    const outcome = await gateway.place(order);
    venue.socket.die(1008, `bye ${API_KEY}`);
    await settle();
    const told = JSON.stringify([outcome, venue.logged, venue.events]);
    expect(told).not.toContain(API_KEY);
    expect(told).not.toContain(SECRET);
  });
});

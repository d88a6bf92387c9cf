/** The private side of the simulated Gate: keys, orders by REST and WebSocket, private channels, limits, faults. */
import { describe, expect, it } from 'vitest';
import {
  authorized,
  call,
  LIMIT_BUY,
  loggedIn,
  loginMessage,
  nowSeconds,
  PRIVATE,
  place,
  rowsOf,
  signed,
  startGate,
  subscribe,
  taken,
} from './gate-harness.ts';
import type { Json, ManualBench, Reply } from './venue-bench.ts';

const errorOf = ({ status, body }: Reply): unknown => [status, body.label, body.message];
const IDS = { text: 't-p1a0k' } as const;

describe('keys', () => {
  const balances = (bench: ManualBench, options: Parameters<typeof signed>[3]): Promise<Reply> =>
    signed(bench, 'GET', '/spot/accounts', options);

  it('are checked by REST, the time before the key', async () => {
    const bench = startGate();
    const { secret } = bench.account;
    const stale = { timestamp: String(nowSeconds(bench) - 62), keys: { apiKey: 'nobody', secret } };
    const expired = 'gap between request Timestamp and server time exceeds 60';
    expect(errorOf(await balances(bench, stale))).toEqual([403, 'REQUEST_EXPIRED', expired]);
    const millis = { timestamp: String(bench.clock.wallMs()) };
    expect(errorOf(await balances(bench, millis))).toEqual([403, 'REQUEST_EXPIRED', expired]);
    const unknown = { keys: { apiKey: 'nobody', secret } };
    expect(errorOf(await balances(bench, unknown))).toEqual([401, 'INVALID_KEY', 'Invalid key provided']);
    const forged = { keys: { apiKey: bench.account.apiKey, secret: 'x' } };
    expect(errorOf(await balances(bench, forged))).toEqual([401, 'INVALID_SIGNATURE', 'Signature mismatch']);
    const without = { headers: { timestamp: '' } };
    expect(errorOf(await balances(bench, without))).toEqual([
      401,
      'MISSING_REQUIRED_HEADER',
      'Missing required header: Timestamp',
    ]);
    expect((await balances(bench, {})).status).toBe(200);
  });

  it('sign the query as it reads, not as it is encoded', async () => {
    const bench = startGate();
    expect((await signed(bench, 'GET', '/spot/accounts?currency=%55SDT')).body).toMatchObject([{ currency: 'USDT' }]);
  });

  it('are checked for every private channel', () => {
    const bench = startGate();
    const socket = bench.connect(PRIVATE);
    const refused = (message: object): unknown => {
      socket.send(message);
      return socket.take().map(({ error, result }) => [error, result]);
    };
    const failed = (label: string, message: string): unknown => [
      [{ code: 4, message: `${JSON.stringify({ label, message })}\n` }, { status: 'fail' }],
    ];
    const { apiKey, secret } = bench.account;
    expect(refused(authorized(bench, 'spot.orders_v2', ['!all'], { keys: { apiKey: 'nobody', secret } }))).toEqual(
      failed('INVALID_KEY', 'Invalid key provided'),
    );
    expect(refused(authorized(bench, 'spot.orders_v2', ['!all'], { keys: { apiKey, secret: 'x' } }))).toEqual(
      failed('INVALID_SIGNATURE', 'Signature mismatch'),
    );
    expect(refused(authorized(bench, 'spot.balances', undefined, { time: nowSeconds(bench) - 61 }))).toEqual(
      failed('REQUEST_EXPIRED', 'gap between request Timestamp and server time exceeds 60'),
    );
    expect(refused(subscribe(bench, 'spot.orders', ['!all']))).toEqual([
      [{ code: 4, message: 'Authentication fail' }, { status: 'fail' }],
    ]);
    expect(refused(authorized(bench, 'spot.usertrades', ['NOPE_USD']))).toMatchObject([[{ code: 2 }, {}]]);
    expect(refused(authorized(bench, 'spot.usertrades'))).toMatchObject([[{ code: 1 }, {}]]);
  });

  it('log a connection on for orders', () => {
    const bench = startGate();
    const socket = bench.connect(PRIVATE);
    const answer = (message: object): Json => {
      socket.send(message);
      const [frame, ...none] = socket.take();
      expect(none).toEqual([]);
      return frame ?? {};
    };
    expect(answer(call(bench, 'spot.order_place', 'o1', LIMIT_BUY))).toMatchObject({
      request_id: 'o1',
      header: { status: '400', channel: 'spot.order_place', event: 'api' },
      data: { errs: { label: 'AUTHENTICATION_FAILED', message: 'Not login' } },
    });
    const { apiKey, secret } = bench.account;
    expect(answer(loginMessage(bench, { apiKey: 'nobody', secret }))).toMatchObject({
      header: { status: '401' },
      data: { errs: { label: 'INVALID_KEY', message: 'Invalid key provided' } },
    });
    expect(answer(loginMessage(bench, bench.account, '1500000000'))).toMatchObject({ header: { status: '403' } });
    expect(answer(loginMessage(bench))).toMatchObject({
      request_id: 'login-1',
      header: { status: '200', channel: 'spot.login' },
      data: { result: { api_key: apiKey, uid: expect.stringMatching(/^\d+$/) } },
    });
  });
});

describe('orders by REST', () => {
  it('are placed, found by id and text, listed, canceled', async () => {
    const bench = startGate();
    const placed = await place(bench, { ...LIMIT_BUY, ...IDS });
    expect(placed).toMatchObject({
      status: 201,
      body: {
        text: IDS.text,
        status: 'open',
        finish_as: 'open',
        time_in_force: 'gtc',
        amount: '0.01',
        left: '0.01',
        filled_amount: '0',
        avg_deal_price: '0',
      },
    });
    const { id } = placed.body;
    for (const word of [id, IDS.text]) {
      expect((await signed(bench, 'GET', `/spot/orders/${word}?currency_pair=BTC_USDT`)).body).toEqual(placed.body);
    }
    const open = await signed(bench, 'GET', '/spot/open_orders');
    expect(open.body).toEqual([{ currency_pair: 'BTC_USDT', total: 1, orders: [placed.body] }]);
    const canceled = await signed(bench, 'DELETE', `/spot/orders/${IDS.text}?currency_pair=BTC_USDT&account=spot`);
    expect(canceled).toMatchObject({ status: 200, body: { id, status: 'cancelled', finish_as: 'cancelled' } });
    const finished = await signed(bench, 'GET', '/spot/orders?currency_pair=BTC_USDT&status=finished');
    expect(finished.body).toEqual([canceled.body]);
    expect((await signed(bench, 'GET', '/spot/open_orders')).body).toEqual([]);
  });

  it('fill at once with the fee of what is received, and end in the words for it', async () => {
    const bench = startGate();
    bench.quote('BTC-USDT', '96400', '96400.1', '0.5', 1);
    const ioc = await place(bench, { side: 'buy', amount: '0.6', price: '96400.1', time_in_force: 'ioc' });
    expect(ioc.body).toMatchObject({
      text: 'apiv4',
      status: 'cancelled',
      finish_as: 'ioc',
      left: '0.1',
      filled_amount: '0.5',
      filled_total: '48200.05',
      avg_deal_price: '96400.1',
      fee: '0.0005',
      fee_currency: 'BTC',
      rebated_fee_currency: 'USDT',
    });
    bench.quote('BTC-USDT', '96400', '96400.1', '0.5');
    const market = await place(bench, { side: 'buy', type: 'market', amount: '1000', time_in_force: 'ioc' });
    expect(market.body).toMatchObject({ status: 'closed', finish_as: 'filled', amount: '1000', price: '0' });
    expect(market.body).toMatchObject({ filled_amount: '0.010373', left: '0.0417627' });
    const trades = await signed(bench, 'GET', `/spot/my_trades?currency_pair=BTC_USDT&order_id=${market.body.id}`);
    expect(trades.body).toMatchObject([{ role: 'taker', amount: '0.010373', fee: '0.000010373', fee_currency: 'BTC' }]);
  });

  it('tell as much as they were asked to', async () => {
    const bench = startGate();
    const ack = await place(bench, { ...LIMIT_BUY, action_mode: 'ACK' });
    expect(Object.keys(ack.body)).toEqual(['id', 'text', 'amend_text']);
    const result = await place(bench, { ...LIMIT_BUY, action_mode: 'RESULT' });
    expect(result.body).not.toHaveProperty('fee');
    expect(result.body).toHaveProperty('left');
    expect((await place(bench, { ...LIMIT_BUY, action_mode: 'constructor' })).body.label).toBe('INVALID_PARAM_VALUE');
  });

  it.each([
    [{ ...LIMIT_BUY, amount: '11', price: '96000' }, 'BALANCE_NOT_ENOUGH', 'Not enough balance'],
    [{ ...LIMIT_BUY, price: '90000.05' }, 'INVALID_PRECISION', 'Invalid precision'],
    [{ ...LIMIT_BUY, amount: '0.0100001' }, 'INVALID_PRECISION', 'Invalid precision'],
    [
      { ...LIMIT_BUY, amount: '0.00001', price: '96000' },
      'INVALID_PARAM_VALUE',
      'Your order size 0.96 USDT is too small. The minimum is 3 USDT',
    ],
    [
      { ...LIMIT_BUY, currency_pair: 'ETH_USDT', amount: '0.0005' },
      'INVALID_PARAM_VALUE',
      'Your order size 0.0005 ETH is too small. The minimum is 0.001 ETH',
    ],
    [
      { side: 'buy', type: 'market', amount: '2.5', time_in_force: 'ioc' },
      'INVALID_PARAM_VALUE',
      'Your order size 2.5 USDT is too small. The minimum is 3 USDT',
    ],
    [{ ...LIMIT_BUY, amount: '101' }, 'AMOUNT_TOO_MUCH', 'Amount exceeds maximum allowed'],
    [{ ...LIMIT_BUY, currency_pair: 'BTC_NOPE' }, 'INVALID_CURRENCY_PAIR', 'Invalid currency pair'],
    [{ ...LIMIT_BUY, currency_pair: '' }, 'MISSING_REQUIRED_PARAM', 'Missing required parameter: currency_pair'],
    [{ amount: '1', price: '1' }, 'MISSING_REQUIRED_PARAM', 'Missing required parameter: side'],
    [{ side: 'buy', amount: '1' }, 'MISSING_REQUIRED_PARAM', 'Missing required parameter: price'],
    [{ ...LIMIT_BUY, text: 'abc' }, 'INVALID_PARAM_VALUE', 'Invalid parameter `text` with value: abc'],
    [{ ...LIMIT_BUY, text: `t-${'a'.repeat(29)}` }, 'INVALID_PARAM_VALUE', expect.stringContaining('`text`')],
    [{ ...LIMIT_BUY, time_in_force: 'constructor' }, 'INVALID_PARAM_VALUE', expect.stringContaining('time_in_force')],
    [{ side: 'sell', type: 'market', amount: '1' }, 'INVALID_PARAM_VALUE', expect.stringContaining('time_in_force')],
    [{ ...LIMIT_BUY, account: 'cross_margin' }, 'INVALID_PARAM_VALUE', expect.stringContaining('account')],
    [{ ...LIMIT_BUY, amount: { toString: 1 } }, 'INVALID_PARAM_VALUE', 'Invalid parameter `amount` with value: '],
    [{ ...LIMIT_BUY, amount: '-1' }, 'INVALID_PARAM_VALUE', 'Invalid parameter `amount` with value: -1'],
    [{ ...LIMIT_BUY, stp_act: 'cn' }, 'INVALID_PARAM_VALUE', 'Invalid parameter `stp_act` with value: cn'],
    [
      { side: 'buy', amount: '0.1', price: '96500', time_in_force: 'poc' },
      'POC_FILL_IMMEDIATELY',
      "Order would match and take immediately so it's cancelled",
    ],
    [
      { side: 'buy', amount: '9', price: '96400.1', time_in_force: 'fok' },
      'FOK_NOT_FILL',
      'FOK order cannot be filled completely',
    ],
  ])('refuse %j', async (order, label, message) => {
    const bench = startGate();
    const reply = await place(bench, order);
    expect([reply.body.label, reply.body.message]).toEqual([label, message]);
    expect(reply.status).toBe(400);
    expect((await signed(bench, 'GET', '/spot/open_orders')).body).toEqual([]);
  });

  it('refuse a text that an open order has, and take it again later', async () => {
    const bench = startGate();
    const order = { ...LIMIT_BUY, ...IDS };
    await place(bench, order);
    expect(errorOf(await place(bench, order))).toEqual([400, 'REPEATED_CREATION', 'Repeated creation']);
    await signed(bench, 'DELETE', `/spot/orders/${IDS.text}?currency_pair=BTC_USDT`);
    expect((await place(bench, order)).status).toBe(201);
  });

  it('know no text an hour after the end, and cannot be canceled by it after the end', async () => {
    const bench = startGate();
    const { body } = await place(bench, { side: 'sell', amount: '0.1', price: '96400', ...IDS });
    const byText = `/spot/orders/${IDS.text}?currency_pair=BTC_USDT`;
    const unknown = [404, 'CLIENT_ID_NOT_FOUND', `Order with client ID ${IDS.text} not found`];
    expect(errorOf(await signed(bench, 'DELETE', byText))).toEqual(unknown);
    expect((await signed(bench, 'GET', byText)).body.id).toBe(body.id);
    bench.clock.advanceMs(3_600_001);
    expect(errorOf(await signed(bench, 'GET', byText))).toEqual(unknown);
    const byId = `/spot/orders/${body.id}?currency_pair=BTC_USDT`;
    expect((await signed(bench, 'GET', byId)).body.status).toBe('closed');
    expect(errorOf(await signed(bench, 'DELETE', byId))).toEqual([400, 'ORDER_CLOSED', 'Order already closed']);
  });

  it('tell unknown from canceled orders', async () => {
    const bench = startGate();
    const { body } = await place(bench, LIMIT_BUY);
    const address = `/spot/orders/${body.id}?currency_pair=BTC_USDT`;
    await signed(bench, 'DELETE', address);
    expect(errorOf(await signed(bench, 'DELETE', address))).toEqual([
      400,
      'ORDER_CANCELLED',
      'Order already cancelled',
    ]);
    for (const method of ['GET', 'DELETE']) {
      const reply = await signed(bench, method, '/spot/orders/123?currency_pair=BTC_USDT');
      expect(errorOf(reply)).toEqual([404, 'ORDER_NOT_FOUND', 'Order not found']);
      const without = await signed(bench, method, `/spot/orders/${body.id}`);
      expect(errorOf(without)).toEqual([400, 'MISSING_REQUIRED_PARAM', 'Missing required parameter: currency_pair']);
    }
  });

  it('go in batches', async () => {
    const bench = startGate();
    const body = [
      { currency_pair: 'BTC_USDT', ...LIMIT_BUY, text: 't-a' },
      { currency_pair: 'ETH_USDT', ...LIMIT_BUY, text: 't-b', price: '1.005' },
    ];
    const placed = await signed(bench, 'POST', '/spot/batch_orders', { body });
    expect(placed.body).toMatchObject([
      { text: 't-a', succeeded: true, label: '', status: 'open' },
      { text: 't-b', succeeded: false, label: 'INVALID_PRECISION' },
    ]);
    const cancels = [
      { currency_pair: 'BTC_USDT', id: 't-a' },
      { currency_pair: 'BTC_USDT', id: '1' },
    ];
    expect((await signed(bench, 'POST', '/spot/cancel_batch_orders', { body: cancels })).body).toMatchObject([
      { id: 't-a', succeeded: true, label: null },
      { id: '1', succeeded: false, label: 'ORDER_NOT_FOUND' },
    ]);
    await place(bench, LIMIT_BUY);
    const all = await signed(bench, 'DELETE', '/spot/orders?currency_pair=BTC_USDT&side=buy');
    expect(all.body).toMatchObject([{ succeeded: true, status: 'cancelled' }]);
  });

  it('need a body that can be read, and a method and an address that exist', async () => {
    const bench = startGate();
    expect((await signed(bench, 'POST', '/spot/orders', { body: [] })).body.label).toBe('INVALID_REQUEST_BODY');
    const typed = { body: LIMIT_BUY, headers: { 'content-type': 'text/plain' } };
    expect((await signed(bench, 'POST', '/spot/orders', typed)).body.label).toBe('INVALID_CONTENT_TYPE');
    expect(errorOf(await signed(bench, 'POST', '/spot/accounts', { body: {} }))).toMatchObject([
      405,
      'METHOD_NOT_ALLOWED',
      'Request method is not allowed',
    ]);
    expect(errorOf(await bench.request('GET', '/api/v4/spot/constructor'))).toEqual([
      404,
      'NOT_FOUND',
      'Request URL not exists',
    ]);
    expect((await bench.request('GET', '/api/v4/constructor')).status).toBe(404);
  });
});

describe('orders by WebSocket', () => {
  it('are acknowledged, answered, and pushed after that', async () => {
    const bench = startGate();
    const socket = loggedIn(bench);
    socket.send(authorized(bench, 'spot.orders_v2', ['!all']));
    socket.take();
    const param = { currency_pair: 'BTC_USDT', ...LIMIT_BUY, ...IDS };
    socket.send(call(bench, 'spot.order_place', 'o1', param));
    const [ack, answer, push, ...none] = await taken(socket);
    expect(none).toEqual([]);
    expect(ack).toMatchObject({
      request_id: 'o1',
      ack: true,
      header: {
        status: '200',
        channel: 'spot.order_place',
        x_gate_ratelimit_requests_remain: 9,
        x_gate_ratelimit_limit: 10,
        x_gat_ratelimit_reset_timestamp: bench.clock.wallMs(),
      },
      data: { result: { req_id: 'o1', req_header: null, req_param: param } },
    });
    expect(answer).not.toHaveProperty('ack');
    expect(answer).toMatchObject({ request_id: 'o1', data: { result: { text: IDS.text, status: 'open' } } });
    expect(push).toMatchObject({ channel: 'spot.orders_v2', result: [{ event: 'put', text: IDS.text }] });

    const key = { currency_pair: 'BTC_USDT', order_id: IDS.text };
    socket.send(call(bench, 'spot.order_status', 'o2', key));
    socket.send(call(bench, 'spot.order_list', 'o3', { currency_pair: 'BTC_USDT', status: 'open', limit: 5 }));
    socket.send(call(bench, 'spot.order_cancel', 'o4', key));
    expect(await taken(socket)).toMatchObject([
      { request_id: 'o2', data: { result: { text: IDS.text } } },
      { request_id: 'o3', data: { result: [{ text: IDS.text }] } },
      { request_id: 'o4', data: { result: { status: 'cancelled' } } },
      { channel: 'spot.orders_v2', result: [{ event: 'finish', finish_as: 'cancelled' }] },
    ]);
  });

  it('are refused in the words of REST', async () => {
    const bench = startGate();
    const socket = loggedIn(bench);
    const refused = async (channel: string, param?: unknown): Promise<unknown> => {
      socket.send(call(bench, channel, 'r', param));
      const { header, data } = (await taken(socket)).at(-1) as { header: Json; data: { errs?: Json } };
      return [header.status, data.errs?.label];
    };
    const key = { currency_pair: 'BTC_USDT', order_id: '5' };
    expect(await refused('spot.order_place', { currency_pair: 'BTC_USDT', ...LIMIT_BUY, amount: '50' })).toEqual([
      '400',
      'BALANCE_NOT_ENOUGH',
    ]);
    expect(await refused('spot.order_cancel', key)).toEqual(['404', 'ORDER_NOT_FOUND']);
    expect(await refused('spot.order_cancel', { ...key, order_id: 't-x' })).toEqual(['404', 'CLIENT_ID_NOT_FOUND']);
    expect(await refused('spot.order_status', { order_id: '5' })).toEqual(['400', 'MISSING_REQUIRED_PARAM']);
    expect(await refused('spot.order_status', { ...key, order_id: { toString: 1 } })).toEqual([
      '404',
      'ORDER_NOT_FOUND',
    ]);
    expect(await refused('spot.order_place')).toEqual(['400', 'INVALID_REQUEST_BODY']);
    expect(await refused('spot.order_cancel_cp', {})).toEqual(['400', 'MISSING_REQUIRED_PARAM']);
    expect(await refused('constructor', {})).toEqual(['404', 'NOT_FOUND']);
    socket.send({ time: nowSeconds(bench), channel: 'spot.order_place', event: 'api', payload: {} });
    expect(await taken(socket)).toMatchObject([
      { request_id: '', data: { errs: { label: 'MISSING_REQUIRED_PARAM' } } },
    ]);
  });

  it('go in lists too', async () => {
    const bench = startGate();
    const socket = loggedIn(bench);
    const order = { currency_pair: 'BTC_USDT', ...LIMIT_BUY };
    socket.send(
      call(bench, 'spot.order_place', 'b', [
        { ...order, text: 't-a' },
        { ...order, text: 't-b' },
      ]),
    );
    expect((await taken(socket)).at(-1)).toMatchObject({
      data: { result: [{ succeeded: true }, { succeeded: true }] },
    });
    socket.send(call(bench, 'spot.order_cancel_ids', 'c', [{ currency_pair: 'BTC_USDT', id: 't-a' }]));
    socket.send(call(bench, 'spot.order_cancel_cp', 'd', { currency_pair: 'BTC_USDT', side: 'buy' }));
    expect(await taken(socket)).toMatchObject([
      { request_id: 'c', data: { result: [{ text: 't-a', succeeded: true }] } },
      { request_id: 'd', data: { result: [{ text: 't-b', status: 'cancelled' }] } },
    ]);
  });
});

describe('private channels', () => {
  it('tell of each step of an order, its fills with fees, and the balances that moved', async () => {
    const bench = startGate();
    const socket = bench.connect(PRIVATE);
    for (const channel of ['spot.orders', 'spot.usertrades', 'spot.usertrades_v2']) {
      socket.send(authorized(bench, channel, ['BTC_USDT']));
    }
    socket.send(authorized(bench, 'spot.balances'));
    expect(socket.take()).toHaveLength(4);
    bench.quote('BTC-USDT', '96400', '96400.1', '0.5', 2);
    await place(bench, { side: 'buy', amount: '1.2', price: '96400.2', time_in_force: 'ioc', ...IDS });
    const frames = await taken(socket);
    expect(rowsOf(frames, 'spot.orders').map((row) => [row.event, row.filled_amount, row.finish_as])).toEqual([
      ['put', '0', 'open'],
      ['update', '0.5', 'open'],
      ['update', '1', 'open'],
      ['finish', '1', 'ioc'],
    ]);
    expect(rowsOf(frames, 'spot.usertrades').map((row) => [row.price, row.amount, row.fee, row.fee_currency])).toEqual([
      ['96400.1', '0.5', '0.0005', 'BTC'],
      ['96400.2', '0.5', '0.0005', 'BTC'],
    ]);
    expect(rowsOf(frames, 'spot.usertrades_v2')[0]).not.toHaveProperty('fee');
    const balances = rowsOf(frames, 'spot.balances');
    expect(
      balances.map(({ currency, change, total, freeze, change_type }) => ({
        currency,
        change,
        total,
        freeze,
        change_type,
      })),
    ).toEqual(
      expect.arrayContaining([
        { currency: 'BTC', change: '0.999', total: '10.999', freeze: '0', change_type: 'order-match' },
        { currency: 'USDT', change: '-96400.15', total: '903599.85', freeze: '0', change_type: 'order-match' },
      ]),
    );
  });

  it('tell of what an order locks and frees', async () => {
    const bench = startGate();
    const socket = bench.connect(PRIVATE);
    socket.send(authorized(bench, 'spot.balances'));
    const { body } = await place(bench, LIMIT_BUY);
    await signed(bench, 'DELETE', `/spot/orders/${body.id}?currency_pair=BTC_USDT`);
    const rows = rowsOf(await taken(socket), 'spot.balances');
    expect(
      rows.map(({ change, available, freeze_change, change_type }) => [change, available, freeze_change, change_type]),
    ).toEqual([
      ['0', '999100', '900', 'order-create'],
      ['0', '1000000', '-900', 'order-update'],
    ]);
    const [usdt] = (await signed(bench, 'GET', '/spot/accounts?currency=USDT')).body as unknown as Json[];
    expect(usdt).toEqual({ currency: 'USDT', available: '1000000', locked: '0', update_id: 3 });
  });

  it('tell of the pairs that were asked for, until they are not', async () => {
    const bench = startGate();
    const socket = bench.connect(PRIVATE);
    socket.send(authorized(bench, 'spot.orders', ['ETH_USDT']));
    await place(bench, LIMIT_BUY);
    expect(rowsOf(await taken(socket), 'spot.orders')).toEqual([]);
    socket.send(authorized(bench, 'spot.orders', ['!all']));
    await place(bench, LIMIT_BUY);
    expect(rowsOf(await taken(socket), 'spot.orders')).toHaveLength(1);
    socket.send(authorized(bench, 'spot.orders', ['!all'], { event: 'unsubscribe' }));
    await place(bench, LIMIT_BUY);
    expect(rowsOf(await taken(socket), 'spot.orders')).toEqual([]);
  });

  it('say once that a market buy by quote amount is done', async () => {
    for (const fraction of [undefined, 0.5]) {
      const bench = startGate();
      const socket = bench.connect(PRIVATE);
      socket.send(authorized(bench, 'spot.orders', ['!all']));
      if (fraction !== undefined) bench.plant({ kind: 'partial', instrument: 'BTC-USDT', count: 1, fraction });
      await place(bench, { side: 'buy', type: 'market', amount: '1000', time_in_force: 'ioc' });
      const rows = rowsOf(await taken(socket), 'spot.orders');
      expect(rows.filter(({ event }) => event === 'finish')).toMatchObject([{ finish_as: 'filled' }]);
      expect(rows.at(-1)?.event).toBe('finish');
    }
  });

  it('repeat a push under a `duplicate` fault', async () => {
    const bench = startGate();
    const socket = bench.connect(PRIVATE);
    socket.send(authorized(bench, 'spot.orders', ['!all']));
    bench.plant({ kind: 'duplicate', scope: 'private', count: 1 });
    await place(bench, LIMIT_BUY);
    expect(rowsOf(await taken(socket), 'spot.orders').map(({ event }) => event)).toEqual(['put', 'put']);
  });
});

describe('limits', () => {
  it('count ten new orders a second, by market, REST and WebSocket together', async () => {
    const bench = startGate();
    const socket = loggedIn(bench);
    for (let n = 0; n < 9; n++) {
      const { headers } = await place(bench, LIMIT_BUY);
      expect(headers).toMatchObject({
        'x-gate-ratelimit-limit': '10',
        'x-gate-ratelimit-requests-remain': String(9 - n),
        'x-gate-ratelimit-reset-timestamp': String(bench.clock.wallMs()),
      });
    }
    socket.send(call(bench, 'spot.order_place', 'o', { currency_pair: 'BTC_USDT', ...LIMIT_BUY }));
    const [ack] = await taken(socket);
    expect(ack?.header).not.toHaveProperty('x_gate_ratelimit_requests_remain');
    const later = bench.clock.wallMs() + 1000;
    const refused = await place(bench, LIMIT_BUY);
    expect(errorOf(refused)).toEqual([429, 'TOO_MANY_REQUESTS', 'Request Rate limit Exceeded (211)']);
    expect(refused.headers).toMatchObject({
      'x-gate-ratelimit-requests-remain': '0',
      'x-gate-ratelimit-reset-timestamp': String(later),
    });
    socket.send(call(bench, 'spot.order_place', 'o', { currency_pair: 'BTC_USDT', ...LIMIT_BUY }));
    expect(await taken(socket)).toMatchObject([
      {
        header: { status: '429', x_gate_ratelimit_limit: 10, x_gate_ratelimit_reset_timestamp: later },
        data: { errs: { label: 'TOO_MANY_REQUESTS', message: 'Request Rate limit Exceeded (211)' } },
      },
    ]);
    expect((await place(bench, { ...LIMIT_BUY, currency_pair: 'ETH_USDT', price: '100', amount: '1' })).status).toBe(
      201,
    );
    bench.clock.advanceMs(1000);
    expect((await place(bench, LIMIT_BUY)).status).toBe(201);
  });

  it('count 200 requests in ten seconds for every other endpoint', async () => {
    const bench = startGate();
    for (let n = 0; n < 200; n++) expect((await bench.request('GET', '/api/v4/spot/time')).status).toBe(200);
    expect((await bench.request('GET', '/api/v4/spot/time')).status).toBe(429);
    expect((await bench.request('GET', '/api/v4/spot/tickers')).headers['x-gate-ratelimit-requests-remain']).toBe(
      '199',
    );
  });

  it('refuse what comes after its own deadline', async () => {
    const bench = startGate();
    const past = { headers: { 'x-gate-exptime': String(bench.clock.wallMs() - 1) } };
    expect(errorOf(await place(bench, LIMIT_BUY, past))).toMatchObject([403, 'REQUEST_EXPIRED', expect.any(String)]);
    const ahead = { headers: { 'x-gate-exptime': String(bench.clock.wallMs() + 1) } };
    expect((await place(bench, LIMIT_BUY, ahead)).status).toBe(201);
    const socket = loggedIn(bench);
    const header = { 'X-Gate-Exptime': String(bench.clock.wallMs() - 1) };
    socket.send(call(bench, 'spot.order_place', 'o', { currency_pair: 'BTC_USDT', ...LIMIT_BUY }, header));
    expect(await taken(socket)).toMatchObject([{ data: { errs: { label: 'REQUEST_EXPIRED' } } }]);
  });
});

describe('faults', () => {
  it.each([
    ['timeout-before-accept', 0, []],
    // The receipt is from before the engine; what it did is what nobody is told.
    ['timeout-after-accept', 1, [{ ack: true }]],
  ] as const)('%s leaves an order unanswered', async (kind, orders, frames) => {
    const bench = startGate();
    const socket = loggedIn(bench);
    bench.plant({ kind, count: 2 });
    const param = { currency_pair: 'BTC_USDT', ...LIMIT_BUY };
    socket.send(call(bench, 'spot.order_place', 'o', param));
    expect(await taken(socket)).toMatchObject(frames);
    expect((await place(bench, LIMIT_BUY)).silence).toBe('hang');
    expect(bench.exchange.allOrders(bench.account)).toHaveLength(orders * 2);
    expect((await place(bench, LIMIT_BUY)).status).toBe(201);
  });

  it.each([
    ['http-503', 503, 'TOO_BUSY', 0],
    ['http-429', 429, 'TOO_MANY_REQUESTS', 10_000],
    ['http-418', 429, 'TOO_MANY_REQUESTS', 60_000],
  ] as const)('%s answers any REST request once', async (kind, status, label, forMs) => {
    const bench = startGate();
    bench.plant({ kind, count: 1 });
    const reply = await bench.request('GET', '/api/v4/spot/time');
    expect([reply.status, reply.body.label]).toEqual([status, label]);
    if (forMs > 0) {
      expect(reply.headers['x-gate-ratelimit-reset-timestamp']).toBe(String(bench.clock.wallMs() + forMs));
    }
    expect((await bench.request('GET', '/api/v4/spot/time')).status).toBe(200);
  });

  it('refuses everything while maintenance lasts', async () => {
    const bench = startGate();
    const socket = loggedIn(bench);
    bench.plant({ kind: 'maintenance', durationMs: 1000 });
    expect(errorOf(await bench.request('GET', '/api/v4/spot/time'))).toMatchObject([
      503,
      'SERVER_ERROR',
      'Internal server error',
    ]);
    socket.send(call(bench, 'spot.order_place', 'o', { currency_pair: 'BTC_USDT', ...LIMIT_BUY }));
    expect(await taken(socket)).toMatchObject([
      { header: { status: '503' }, data: { errs: { label: 'SERVER_ERROR' } } },
    ]);
    expect(bench.exchange.allOrders(bench.account)).toEqual([]);
  });

  it.each([
    ['insufficient-balance', 'BALANCE_NOT_ENOUGH'],
    ['price-out-of-range', 'PRICE_THRESHOLD_EXCEEDED'],
    ['no-liquidity', 'ORDER_BOOK_NOT_FOUND'],
    ['rate-limit', 'TOO_MANY_REQUESTS'],
    ['unavailable', 'TOO_BUSY'],
  ] as const)('reject for %s as %s', async (reason, label) => {
    const bench = startGate();
    bench.plant({ kind: 'reject', count: 1, reason });
    expect((await place(bench, LIMIT_BUY)).body.label).toBe(label);
  });
});

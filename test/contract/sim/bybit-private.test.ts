/** The private stream and order entry over WebSocket of the simulated Bybit. */
import { beforeEach, describe, expect, it } from 'vitest';
import { type BybitBench, bybitBench, dataOf, LIMIT, PRIVATE, TRADE } from './bybit-harness.ts';
import { type FakeSocket, type Json, settle } from './venue-bench.ts';

let bench: BybitBench;

beforeEach(() => {
  bench = bybitBench();
  bench.quote('BTC-USDT', '96400', '96400.1', '0.5');
});

describe('the private stream', () => {
  it('logs in, answers as documented, and once only', () => {
    const socket = bench.connect(PRIVATE);
    socket.send({ op: 'subscribe', args: ['order'] });
    expect(socket.take()).toMatchObject([{ success: false, ret_msg: 'Request not authorized', op: 'subscribe' }]);
    socket.send({ op: 'auth', args: bench.authArgs(), req_id: 'a' });
    const [ack] = socket.take();
    expect(ack).toEqual({ req_id: 'a', success: true, ret_msg: '', op: 'auth', conn_id: expect.any(String) });
    socket.send({ op: 'auth', args: bench.authArgs() });
    expect(socket.take()).toMatchObject([{ success: false }]);
    socket.send({ op: 'ping', req_id: 'p' });
    expect(socket.take()).toEqual([
      { req_id: 'p', op: 'pong', args: [String(bench.clock.wallMs())], conn_id: ack?.conn_id },
    ]);
  });

  it.each([
    ['a strange key', () => bench.authArgs({ apiKey: 'nobody' }), 'Invalid apikey'],
    ['a wrong secret', () => bench.authArgs({ secret: 'wrong' }), 'Invalid sign'],
    ['an expiry that is over', () => bench.authArgs({ shiftMs: 0 }), 'Params Error'],
    ['no arguments', () => [], 'Params Error'],
    ['arguments of other types', () => [1, {}, null], 'Params Error'],
  ])('refuses %s', (_, args, words) => {
    const socket = bench.connect(PRIVATE);
    socket.send({ op: 'auth', args: args() });
    expect(socket.take()).toMatchObject([{ success: false, ret_msg: words, op: 'auth' }]);
    socket.send({ op: 'subscribe', args: ['order'] });
    expect(socket.take()).toMatchObject([{ success: false }]);
  });

  it.each([
    ['an unknown topic', ['constructor'], 'error:handler not found,topic:constructor'],
    ['a public one', ['orderbook.50.BTCUSDT'], 'error:handler not found,topic:orderbook.50.BTCUSDT'],
    ['all-in-one and categorised together', ['order', 'order.spot'], /all-in-one and categorised/],
    ['one twice', ['wallet', 'wallet'], 'error:already subscribed,topic:wallet'],
  ])('knows no topic like %s', (_, args, words) => {
    const socket = bench.login(PRIVATE);
    socket.send({ op: 'subscribe', args });
    expect(socket.take()).toMatchObject([
      { success: false, ret_msg: typeof words === 'string' ? words : expect.stringMatching(words) },
    ]);
  });

  const listen = (...args: string[]): FakeSocket => {
    const socket = bench.login(PRIVATE);
    socket.send({ op: 'subscribe', args });
    expect(socket.take()).toMatchObject([{ success: true, ret_msg: '', op: 'subscribe' }]);
    return socket;
  };
  const place = async (order: object): Promise<void> => {
    await bench.post('/v5/order/create', { ...LIMIT, ...order });
    await settle();
  };
  const told = (socket: FakeSocket, ...fields: string[]): unknown[][] =>
    socket.take().flatMap((frame) => dataOf(frame).map((row) => fields.map((field) => row[field])));

  it('tells of an order that rests, and of its cancellation; nothing on subscription', async () => {
    const socket = listen('order');
    await place({ orderLinkId: 'mine-1' });
    const [opened] = socket.take();
    expect(opened).toMatchObject({ topic: 'order', id: expect.any(String), creationTime: bench.clock.wallMs() });
    expect(dataOf(opened)).toMatchObject([
      { category: 'spot', orderStatus: 'New', orderLinkId: 'mine-1', leavesQty: '0.01', leavesValue: '900' },
    ]);
    // Spot has neither, and clients tell by it.
    expect(dataOf(opened)[0]).not.toHaveProperty('tpslMode');
    expect(dataOf(opened)[0]).not.toHaveProperty('createType');
    await bench.post('/v5/order/cancel', { category: 'spot', symbol: 'BTCUSDT', orderLinkId: 'mine-1' });
    await settle();
    expect(told(socket, 'orderStatus', 'cancelType', 'leavesQty')).toEqual([['Cancelled', 'CancelByUser', '0']]);
  });

  it.each([
    ['filled at once', { price: '96400.1', qty: '0.2' }, [['New'], ['Filled']]],
    [
      'filled in part, then canceled',
      { price: '96400.1', qty: '0.9', timeInForce: 'IOC' },
      [['New'], ['PartiallyFilled'], ['PartiallyFilledCanceled']],
    ],
    ['not filled at all', { timeInForce: 'IOC' }, [['New'], ['Cancelled']]],
    ['fill or kill, killed', { price: '96400.1', qty: '0.9', timeInForce: 'FOK' }, [['New'], ['Cancelled']]],
    ['post-only that would take', { price: '96401', timeInForce: 'PostOnly' }, [['New'], ['Cancelled']]],
    ['market by size', { orderType: 'Market', side: 'Sell', qty: '0.1' }, [['New'], ['Filled']]],
    ['market by value', { orderType: 'Market', qty: '1000' }, [['New'], ['PartiallyFilledCanceled']]],
    ['market by value without change', { orderType: 'Market', qty: '964.001' }, [['New'], ['Filled']]],
  ])('tells of an order %s', async (_, order, statuses) => {
    const socket = listen('order.spot');
    await place(order);
    expect(told(socket, 'orderStatus')).toEqual(statuses);
  });

  it('says why a post-only order ended', async () => {
    const socket = listen('order');
    await place({ price: '96401', timeInForce: 'PostOnly' });
    expect(told(socket, 'orderStatus', 'rejectReason').at(-1)).toEqual(['Cancelled', 'EC_PostOnlyWillTakeLiquidity']);
  });

  it('tells of executions, fast and slow, with one sequence for all of one match', async () => {
    const slow = listen('execution');
    const fast = listen('execution.fast.spot');
    await place({ qty: '0.7', price: '96400.2', timeInForce: 'IOC', orderLinkId: 'take' });
    const frames = slow.take();
    expect(frames).toHaveLength(2);
    const rows = frames.flatMap(dataOf);
    expect(rows).toMatchObject([
      { execPrice: '96400.1', execQty: '0.5', execFee: '0.0005', feeCurrency: 'BTC', isMaker: false, leavesQty: '0.2' },
      { execPrice: '96400.2', execQty: '0.2', leavesQty: '0', orderLinkId: 'take', execValue: '19280.04' },
    ]);
    expect(frames[0]?.id).toBe(`386825804_BTCUSDT_${String(rows[0]?.seq)}`);
    const quick = fast.take();
    expect(quick[0]).toMatchObject({ topic: 'execution.fast.spot' });
    expect(quick[0]).not.toHaveProperty('id');
    expect(quick.flatMap(dataOf).map(({ execId, seq }) => [execId, seq])).toEqual(
      rows.map(({ execId, seq }) => [execId, seq]),
    );
    const list = (await bench.get('/v5/execution/list', 'category=spot')).body.result as { list: Json[] };
    expect(list.list.map(({ execId, seq }) => [execId, seq]).reverse()).toEqual(
      rows.map(({ execId, seq }) => [execId, seq]),
    );
  });

  it('tells a maker of its fill without its own id on the fast topic', async () => {
    await place({ price: '96400', side: 'Sell', qty: '0.1', orderLinkId: 'x' });
    const fast = listen('execution.fast');
    await place({ price: '96400.1', side: 'Sell', qty: '0.1', orderLinkId: 'rest' });
    bench.quote('BTC-USDT', '96000', '97000', '0.5');
    bench.exchange.synthesizeTrade(bench.instrument('BTC-USDT'), 'buy', 1000);
    await settle();
    expect(told(fast, 'isMaker', 'orderLinkId', 'execQty')).toEqual([[true, '', '0.001']]);
  });

  it('pushes the coins that moved, and no snapshot', async () => {
    const socket = listen('wallet');
    expect(socket.take()).toEqual([]);
    await place({});
    const [frame] = socket.take();
    expect(frame).toMatchObject({ topic: 'wallet' });
    expect(dataOf(frame)).toMatchObject([
      { accountType: 'UNIFIED', coin: [{ coin: 'USDT', walletBalance: '1000000', locked: '900' }] },
    ]);
    await place({ orderType: 'Market', side: 'Sell', qty: '0.1' });
    const coins = socket.take().flatMap(dataOf)[0]?.coin as Json[];
    expect(coins.map(({ coin }) => coin).sort()).toEqual(['BTC', 'USDT']);
  });

  it('stops a topic that was unsubscribed, and repeats a push when that was planted', async () => {
    const socket = listen('order');
    bench.plant({ kind: 'duplicate', count: 1, scope: 'private' });
    await place({});
    expect(told(socket, 'orderStatus')).toEqual([['New'], ['New']]);
    socket.send({ op: 'unsubscribe', args: ['order'] });
    expect(socket.take()).toMatchObject([{ success: true, op: 'unsubscribe' }]);
    await place({});
    expect(socket.take()).toEqual([]);
  });

  it.each([
    ['max_active_time=30s', 60_000],
    ['max_active_time=2m', 150_000],
    ['', 630_000],
  ])('cuts a silent connection (%s)', (query, withinMs) => {
    const socket = bench.connect(`${PRIVATE}?${query}`);
    bench.clock.advanceMs(withinMs / 2 - 5000);
    expect(socket.closed).toBeUndefined();
    bench.clock.advanceMs(withinMs / 2 + 5000);
    expect(socket.closed).toBeDefined();
  });
});

describe('order entry over WebSocket', () => {
  const answered = (answer: Json): unknown[] => [answer.retCode, answer.retMsg];

  it('logs in, answers pings, and refuses a second login', () => {
    const socket = bench.connect(TRADE);
    socket.send({ op: 'auth', args: bench.authArgs(), reqId: 'a' });
    socket.send({ op: 'auth', args: bench.authArgs() });
    socket.send({ op: 'ping' });
    const [first, second, pong] = socket.take();
    expect(first).toEqual({ reqId: 'a', retCode: 0, retMsg: 'OK', op: 'auth', connId: expect.any(String) });
    expect(second).toMatchObject({ retCode: 20001, op: 'auth' });
    expect(pong).toEqual({
      retCode: 0,
      retMsg: 'OK',
      op: 'pong',
      data: [String(bench.clock.wallMs())],
      connId: first?.connId,
    });
  });

  it.each([
    ['a strange key', { apiKey: 'nobody' }, 10003],
    ['a wrong secret', { secret: 'wrong' }, 10004],
    ['an expiry that is over', { shiftMs: -1 }, 10001],
  ])('refuses %s', async (_, options, code) => {
    const socket = bench.connect(TRADE);
    socket.send({ op: 'auth', args: bench.authArgs(options) });
    expect(socket.take()).toMatchObject([{ retCode: code, op: 'auth' }]);
    expect((await bench.operate(socket, 'order.create', LIMIT)).retCode).toBe(10007);
  });

  it('takes an order and its cancellation, and tells of the limit', async () => {
    const socket = bench.login(TRADE);
    const taken = await bench.operate(socket, 'order.create', { ...LIMIT, orderLinkId: 'ws-1' }, 'r1');
    expect(taken).toMatchObject({
      reqId: 'r1',
      retCode: 0,
      retMsg: 'OK',
      op: 'order.create',
      data: { orderId: expect.stringMatching(/^\d{19}$/), orderLinkId: 'ws-1' },
      retExtInfo: {},
      header: { 'X-Bapi-Limit': '20', 'X-Bapi-Limit-Status': '19', Timenow: String(bench.clock.wallMs()) },
    });
    const { orderId } = taken.data as Json;
    const by = { category: 'spot', symbol: 'BTCUSDT', orderId };
    expect(answered(await bench.operate(socket, 'order.cancel', by, 'r2'))).toEqual([0, 'OK']);
    expect(answered(await bench.operate(socket, 'order.cancel', by, 'r3'))).toEqual([170213, 'Order does not exist.']);
    expect(answered(await bench.operate(socket, 'order.create', LIMIT, 'r1'))).toEqual([20006, 'Duplicate reqId']);
  });

  it('refuses operations, times and shapes that are not documented', async () => {
    const socket = bench.login(TRADE);
    const header = { 'X-BAPI-TIMESTAMP': String(bench.clock.wallMs()) };
    const first = async (message: object): Promise<unknown> => {
      socket.send(message);
      await settle();
      return socket.take()[0]?.retCode;
    };
    expect(await first({ op: 'constructor', header, args: [LIMIT] })).toBe(10404);
    expect(await first({ op: 'order.create', header, args: [{ ...LIMIT, category: 'linear' }] })).toBe(10404);
    expect(await first({ op: 'order.create', header, args: [LIMIT, LIMIT] })).toBe(10001);
    expect(await first({ op: 'order.create', header, args: [] })).toBe(10001);
    expect(await first({ op: 'order.create', args: [LIMIT] })).toBe(10001);
    expect(await first({ op: 'order.create', header, args: [LIMIT], reqId: 'x'.repeat(37) })).toBe(10001);
    const stale = { 'X-BAPI-TIMESTAMP': String(bench.clock.wallMs() - 5001) };
    expect(await first({ op: 'order.create', header: stale, args: [LIMIT] })).toBe(10002);
    const wide = { ...stale, 'X-BAPI-RECV-WINDOW': '8000' };
    expect(await first({ op: 'order.create', header: wide, args: [LIMIT] })).toBe(0);
    const ahead = { 'X-BAPI-TIMESTAMP': String(bench.clock.wallMs() + 1000) };
    expect(await first({ op: 'order.create', header: ahead, args: [LIMIT] })).toBe(10002);
    socket.send('{');
    expect(socket.take()[0]?.retCode).toBe(10001);
  });

  it('shares its limit with REST and recovers after a second', async () => {
    const socket = bench.login(TRADE);
    for (let n = 0; n < 10; n++) {
      expect((await bench.operate(socket, 'order.create', LIMIT)).retCode).toBe(0);
      expect((await bench.post('/v5/order/create', LIMIT)).body.retCode).toBe(0);
    }
    expect(await bench.operate(socket, 'order.create', LIMIT)).toMatchObject({
      retCode: 10006,
      retMsg: 'Too many visits. Exceeded the API Rate Limit.',
      header: { 'X-Bapi-Limit-Status': '0', 'X-Bapi-Limit-Reset-Timestamp': String(bench.clock.wallMs() + 1000) },
    });
    bench.clock.advanceMs(1000);
    expect((await bench.operate(socket, 'order.create', LIMIT)).retCode).toBe(0);
  });

  it.each([
    ['timeout-before-accept', 0],
    ['timeout-after-accept', 1],
  ] as const)('%s: no answer, and %i order', async (kind, orders) => {
    const own = bench.login(PRIVATE);
    own.send({ op: 'subscribe', args: ['order'] });
    own.take();
    const socket = bench.login(TRADE);
    bench.plant({ kind, count: 1 });
    expect(await bench.operate(socket, 'order.create', LIMIT)).toEqual({});
    expect(bench.exchange.openOrders(bench.account)).toHaveLength(orders);
    expect(own.take()).toHaveLength(orders);
    expect((await bench.operate(socket, 'order.create', LIMIT)).retCode).toBe(0);
  });

  it('is restarting while there is maintenance', async () => {
    const socket = bench.login(TRADE);
    bench.plant({ kind: 'maintenance', durationMs: 1000 });
    expect((await bench.operate(socket, 'order.create', LIMIT)).retCode).toBe(10019);
    bench.clock.advanceMs(1001);
    expect((await bench.operate(socket, 'order.create', LIMIT)).retCode).toBe(0);
  });
});

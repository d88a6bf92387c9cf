/** Kraken's private socket: tokens, order operations, the executions and balances channels, limits, lost answers. */
import { describe, expect, it } from 'vitest';
import { channelOf, type KrakenBench, newKraken, rowsOf } from './kraken-harness.ts';
import { type FakeSocket, type Json, settle } from './venue-bench.ts';

interface Desk {
  readonly bench: KrakenBench;
  readonly socket: FakeSocket;
  readonly token: string;
  add(terms: object): Promise<Json>;
  cancel(names: object): Promise<Json>;
}

async function desk(): Promise<Desk> {
  const bench = newKraken();
  bench.quote('BTC-USDT', '96400', '96400.1', '0.5');
  const socket = bench.privateSocket();
  const token = await bench.token();
  socket.take();
  const limit = { order_type: 'limit', side: 'buy', symbol: 'BTC/USDT', token };
  return {
    bench,
    socket,
    token,
    add: (terms) => bench.ask(socket, { method: 'add_order', params: { ...limit, ...terms }, req_id: 1 }),
    cancel: (names) => bench.ask(socket, { method: 'cancel_order', params: { ...names, token }, req_id: 2 }),
  };
}

const idOf = (answer: Json): string => String((answer.result as Json).order_id);
const subscribe = (channel: string, token: string, extra: object = {}): object => ({
  method: 'subscribe',
  params: { channel, token, ...extra },
});

describe('tokens of the simulated Kraken', () => {
  it('are wanted, known and young; a socket that used one keeps it', async () => {
    const { bench, socket, token, add } = await desk();
    const refused = { method: 'subscribe', success: false, channel: 'executions', status: 'error' };
    expect(await bench.ask(socket, subscribe('executions', 'nonsense'))).toMatchObject({
      ...refused,
      error: 'ESession:Invalid session',
    });
    expect(await bench.ask(socket, { method: 'subscribe', params: { channel: 'executions' } })).toMatchObject({
      ...refused,
      error: 'Token(s) not found',
    });
    expect(await add({ token: 'nonsense', order_qty: 1, limit_price: 90000 })).toMatchObject({
      error: 'ESession:Invalid session',
      method: 'add_order',
      req_id: 1,
    });
    expect(await bench.ask(socket, subscribe('executions', token))).toMatchObject({ success: true });
    bench.clock.advanceMs(900_001);
    expect(await add({ order_qty: 0.01, limit_price: 90000 })).toMatchObject({ success: true });
    const late = bench.privateSocket();
    expect(await bench.ask(late, subscribe('executions', token))).toMatchObject({ error: 'ESession:Invalid session' });
  });
});

describe('orders on the private socket of the simulated Kraken', () => {
  it('are acknowledged with the client’s own ids', async () => {
    const { add, cancel } = await desk();
    const placed = await add({ order_qty: 0.01, limit_price: 90000, cl_ord_id: 'p1a00000000000000k' });
    expect(placed).toMatchObject({
      method: 'add_order',
      req_id: 1,
      success: true,
      result: {
        cl_ord_id: 'p1a00000000000000k',
        order_id: expect.stringMatching(/^O[A-Z2-7]{5}-[A-Z2-7]{5}-[A-Z2-7]{6}$/),
      },
    });
    expect(await cancel({ cl_ord_id: ['p1a00000000000000k'] })).toMatchObject({
      method: 'cancel_order',
      req_id: 2,
      success: true,
      result: { cl_ord_id: 'p1a00000000000000k' },
    });
    const other = await add({ order_qty: 0.01, limit_price: 90000, order_userref: 7 });
    expect(other).toMatchObject({ result: { order_userref: 7 } });
    expect(await cancel({ order_userref: [7] })).toMatchObject({ success: true, result: { order_id: idOf(other) } });
  });

  it('are answered one by one when several are cancelled, and counted when all are', async () => {
    const { bench, socket, token, add } = await desk();
    const ids = [
      idOf(await add({ order_qty: 0.01, limit_price: 90000 })),
      idOf(await add({ order_qty: 0.01, limit_price: 90001 })),
    ];
    socket.take();
    socket.send({ method: 'cancel_order', params: { order_id: [...ids, 'OZZZZZ-ZZZZZ-ZZZZZZ'], token } });
    await settle();
    expect(socket.take()).toMatchObject([
      { result: { order_id: ids[0] }, success: true },
      { result: { order_id: ids[1] }, success: true },
      { error: 'EOrder:Invalid order', success: false },
    ]);
    await add({ order_qty: 0.01, limit_price: 90000 });
    const all = { method: 'cancel_all', params: { token } };
    expect(await bench.ask(socket, all)).toMatchObject({ method: 'cancel_all', result: { count: 1 } });
    expect(await bench.ask(socket, all)).toMatchObject({ result: { count: 0 } });
  });

  it('are refused word for word', async () => {
    const { add, cancel } = await desk();
    const own = 'arb-20240509-00010';
    const open = idOf(await add({ order_qty: 0.01, limit_price: 90000, cl_ord_id: own }));
    const cases: readonly (readonly [object, string])[] = [
      [{ order_qty: 20, limit_price: 96000 }, 'EOrder:Insufficient funds'],
      // The price alone would be there, but not the fee on top.
      [{ order_qty: 10.35, limit_price: 96500 }, 'EOrder:Insufficient funds'],
      [
        { order_qty: 0.01, limit_price: 90000.05 },
        'EOrder:Invalid price:XBTUSDT price can only be specified up to 1 decimals.',
      ],
      [{ order_qty: 0.010000001, limit_price: 90000 }, 'EGeneral:Invalid arguments:volume'],
      [{ order_qty: 0.00001, limit_price: 90000 }, 'EGeneral:Invalid arguments:volume minimum not met'],
      [{ order_qty: 0.0001, limit_price: 100 }, 'EOrder:Cost minimum not met'],
      [{ order_qty: 0.01, limit_price: 90000, cl_ord_id: own }, 'EGeneral:Invalid arguments:cl_ord_id not unique'],
      [{ order_qty: 0.01, limit_price: 90000, cl_ord_id: 'x'.repeat(19) }, 'EGeneral:Invalid arguments:cl_ord_id'],
      [{ order_qty: 0.01, limit_price: 97000, post_only: true }, 'EOrder:Post only order'],
      [{ order_qty: 0.01, limit_price: 90000, symbol: 'XBT/USDT' }, 'Currency pair not supported XBT/USDT'],
      [{ order_qty: '0.01', limit_price: 90000 }, 'Order_qty field must be a number_float'],
      [{ order_qty: 0.01, limit_price: '90000' }, 'Limit_price field must be a number_float'],
      [{ order_qty: 0.01 }, 'EGeneral:Invalid arguments:price'],
      [{ limit_price: 90000 }, 'EGeneral:Invalid arguments:volume'],
      [{ order_qty: -1, limit_price: 90000 }, 'EGeneral:Invalid arguments:volume'],
      [{ order_qty: 0.01, limit_price: 90000, side: 'hold' }, 'EGeneral:Invalid arguments:type'],
      [{ order_qty: 0.01, limit_price: 90000, order_type: 'iceberg' }, 'EGeneral:Invalid arguments:ordertype'],
      [{ order_qty: 0.01, limit_price: 90000, time_in_force: 'gtd' }, 'EGeneral:Invalid arguments:expiretm'],
      [{ order_qty: 0.01, limit_price: 90000, deadline: 'soon' }, 'EGeneral:Invalid arguments:deadline'],
      [{ order_qty: 0.01, limit_price: 90000, margin: true }, 'EGeneral:Invalid arguments:margin'],
      [{ order_qty: 0.01, limit_price: 90000, fee_preference: 'base' }, 'EGeneral:Invalid arguments:fee_preference'],
      [
        { order_qty: 0.01, limit_price: 90000, constructor: 1 },
        "Unsupported field: 'constructor' for the given msg type: add_order",
      ],
      [{ order_type: 'market', side: 'sell', cash_order_qty: 100 }, 'EGeneral:Invalid arguments:viqc'],
    ];
    for (const [terms, error] of cases) expect([terms, (await add(terms)).error]).toEqual([terms, error]);
    expect(await cancel({ order_id: [open] })).toMatchObject({ success: true });
    expect(await cancel({ order_id: [open] })).toMatchObject({ error: 'EOrder:Unknown order', success: false });
    expect(await cancel({ cl_ord_id: ['never'] })).toMatchObject({ error: 'EOrder:Unknown order' });
    expect(await cancel({ order_id: open })).toMatchObject({ error: 'Order_id field must be an array' });
    expect(await cancel({})).toMatchObject({ success: false });
    // A client id may return once its order is closed.
    expect(await add({ order_qty: 0.01, limit_price: 90000, cl_ord_id: own })).toMatchObject({ success: true });
  });

  it('check only, when asked to', async () => {
    const { bench, add } = await desk();
    expect(await add({ order_qty: 0.01, limit_price: 96400.1, validate: true })).toMatchObject({
      success: true,
      result: {},
    });
    expect(await add({ order_qty: 20, limit_price: 96400, validate: true })).toMatchObject({
      error: 'EOrder:Insufficient funds',
    });
    expect(bench.exchange.allOrders(bench.account)).toEqual([]);
  });

  it('are dropped when the engine is later than their deadline, five seconds by default', async () => {
    const { bench, socket, token } = await desk();
    const params = { order_type: 'limit', side: 'buy', symbol: 'BTC/USDT', token, order_qty: 0.01, limit_price: 90000 };
    const soon = new Date(bench.clock.wallMs() + 1_000).toISOString();
    for (const [extra, ms, error] of [
      [{ deadline: soon }, 1_500, 'EService:Deadline elapsed'],
      [{}, 5_500, 'EService:Deadline elapsed'],
      [{}, 4_500, undefined],
    ] as const) {
      bench.plant({ kind: 'slow', ms, count: 1 });
      socket.take();
      socket.send({ method: 'add_order', params: { ...params, ...extra } });
      bench.clock.advanceMs(ms + 10);
      await settle();
      expect(socket.take()[0]?.error).toBe(error);
    }
    expect(bench.exchange.openOrders(bench.account)).toHaveLength(1);
  });

  it('meet the transaction limit of their pair, and the limit of open orders', async () => {
    const { bench, add, cancel } = await desk();
    for (let n = 0; n < 80; n++)
      expect(await add({ order_qty: 0.001, limit_price: 1000 + n })).toMatchObject({ success: true });
    expect((await add({ order_qty: 0.001, limit_price: 2000 })).error).toBe('EOrder:Orders limit exceeded');
    const [first, second, ...rest] = bench.exchange
      .openOrders(bench.account)
      .map(({ clientId, id }) => ({ clientId, id }));
    expect(first).toBeDefined();
    expect(second).toBeDefined();
    const open = (await bench.result('OpenOrders')).open as Json;
    const ids = Object.keys(open);
    // 81 so far; each early cancellation adds 8: the sixth is taken at 121 and goes over 125.
    for (const id of ids.slice(0, 6)) expect(await cancel({ order_id: [id] })).toMatchObject({ success: true });
    expect((await cancel({ order_id: [ids[6]] })).error).toBe('EOrder:Rate limit exceeded');
    expect((await add({ order_qty: 0.001, limit_price: 2000 })).error).toBe('EOrder:Rate limit exceeded');
    expect(await add({ symbol: 'ETH/USDT', order_qty: 0.1, limit_price: 100 })).toMatchObject({ success: true });
    bench.clock.advanceMs(3_000);
    expect(await add({ order_qty: 0.001, limit_price: 2000 })).toMatchObject({ success: true });
    expect(rest.length).toBe(78);
  });

  it('may be lost before or after they were taken', async () => {
    const { bench, socket, token } = await desk();
    const send = async (): Promise<Json[]> => {
      socket.take();
      const params = {
        order_type: 'limit',
        side: 'buy',
        symbol: 'BTC/USDT',
        token,
        order_qty: 0.01,
        limit_price: 90000,
      };
      socket.send({ method: 'add_order', params });
      await settle();
      return socket.take();
    };
    bench.plant({ kind: 'timeout-before-accept', count: 1 });
    expect(await send()).toEqual([]);
    expect(bench.exchange.openOrders(bench.account)).toEqual([]);
    await bench.ask(socket, subscribe('executions', token));
    bench.plant({ kind: 'timeout-after-accept', count: 1 });
    expect(rowsOf(await send(), 'executions').map(({ exec_type }) => exec_type)).toEqual(['pending_new', 'new']);
    expect(bench.exchange.openOrders(bench.account)).toHaveLength(1);
  });

  it('are refused during maintenance', async () => {
    const { bench, add, cancel } = await desk();
    const id = idOf(await add({ order_qty: 0.01, limit_price: 90000 }));
    bench.plant({ kind: 'maintenance', durationMs: 1_000 });
    expect(await add({ order_qty: 0.01, limit_price: 90000 })).toMatchObject({ error: 'EService:Unavailable' });
    expect(await cancel({ order_id: [id] })).toMatchObject({ error: 'EService:Unavailable' });
    bench.clock.advanceMs(1_001);
    expect(await cancel({ order_id: [id] })).toMatchObject({ success: true });
  });
});

describe('the executions channel of the simulated Kraken', () => {
  it('begins with open orders and, when asked, past trades', async () => {
    const { bench, socket, token, add } = await desk();
    const open = idOf(await add({ order_qty: 0.01, limit_price: 90000, cl_ord_id: 'mine' }));
    await add({ order_qty: 0.2, limit_price: 96400.1, time_in_force: 'ioc' });
    expect(await bench.ask(socket, subscribe('executions', token, { snap_trades: true }))).toMatchObject({
      result: { channel: 'executions', maxratecount: 125, snap_orders: true, snap_trades: true, snapshot: true },
    });
    const [snapshot] = channelOf(socket.take(), 'executions');
    expect(snapshot).toMatchObject({
      type: 'snapshot',
      sequence: 1,
      data: [
        { order_id: open, order_status: 'new', cl_ord_id: 'mine', limit_price: 90000, order_qty: 0.01 },
        { exec_type: 'trade', last_qty: 0.2, last_price: 96400.1, liquidity_ind: 't' },
      ],
    });
  });

  it('tells an order’s life in steps, each with its number, after the answer to the request', async () => {
    const { bench, socket, token } = await desk();
    await bench.ask(socket, subscribe('executions', token));
    socket.take();
    const params = {
      order_type: 'limit',
      side: 'buy',
      symbol: 'BTC/USDT',
      order_qty: 0.7,
      limit_price: 96400.2,
      token,
    };
    socket.send({ method: 'add_order', params: { ...params, cl_ord_id: 'mine', time_in_force: 'ioc' } });
    await settle();
    const frames = socket.take();
    expect(frames[0]).toMatchObject({ method: 'add_order', success: true });
    expect(channelOf(frames, 'executions').map(({ sequence }) => sequence)).toEqual([2, 3, 4, 5, 6]);
    const rows = rowsOf(frames, 'executions');
    expect(rows.map(({ exec_type, order_status }) => [exec_type, order_status])).toEqual([
      ['pending_new', 'pending_new'],
      ['new', 'new'],
      ['trade', 'partially_filled'],
      ['trade', 'partially_filled'],
      ['filled', 'filled'],
    ]);
    expect(new Set(rows.map(({ cl_ord_id }) => cl_ord_id))).toEqual(new Set(['mine']));
    // Only the first update and the trades name the symbol.
    expect(rows.map(({ symbol }) => symbol)).toEqual(['BTC/USDT', undefined, 'BTC/USDT', 'BTC/USDT', undefined]);
    expect(rows[2]).toMatchObject({
      last_qty: 0.5,
      last_price: 96400.1,
      cost: 48200.05,
      fees: [{ asset: 'USDT', qty: 192.8002 }],
    });
    expect(rows[4]).toMatchObject({ cum_qty: 0.7, cum_cost: 67480.09 });
  });

  it('tells cancellations and what an order that may not rest leaves', async () => {
    const { bench, socket, token, add, cancel } = await desk();
    await bench.ask(socket, subscribe('executions', token, { order_status: false }));
    const id = idOf(await add({ order_qty: 0.01, limit_price: 90000 }));
    await cancel({ order_id: [id] });
    bench.quote('BTC-USDT', '96400', '96400.1', '0.5', 1);
    socket.take();
    await add({ order_qty: 1.2, limit_price: 96400.1, time_in_force: 'ioc' });
    await add({ order_qty: 1.2, limit_price: 96400.1, time_in_force: 'fok' });
    const rows = rowsOf(
      socket.sent.map((text) => JSON.parse(text) as Json),
      'executions',
    );
    expect(rows.map(({ exec_type, cum_qty, reason }) => [exec_type, cum_qty, reason])).toEqual([
      ['new', undefined, undefined],
      ['canceled', 0, 'User requested'],
      ['new', undefined, undefined],
      ['canceled', 0.5, 'Immediate or cancel order not fully filled'],
      ['new', undefined, undefined],
      ['canceled', 0, 'Fill or kill order could not be filled'],
    ]);
  });

  it('tells of a market buy by quote amount once that it is filled', async () => {
    const { bench, socket, token, add } = await desk();
    await bench.ask(socket, subscribe('executions', token));
    socket.take();
    expect(await add({ order_type: 'market', cash_order_qty: 60000 })).toMatchObject({ success: true });
    const rows = rowsOf(socket.take(), 'executions');
    expect(rows.map(({ exec_type }) => exec_type)).toEqual(['pending_new', 'new', 'trade', 'trade', 'filled']);
    expect(rows[0]).toMatchObject({ cash_order_qty: 60000, order_type: 'market' });
    bench.quote('BTC-USDT', '96400', '96400.1', '0.5', 2);
    bench.plant({ kind: 'partial', fraction: 0.5, count: 1 });
    await add({ order_type: 'market', cash_order_qty: 20000 });
    expect(rowsOf(socket.take(), 'executions').filter(({ exec_type }) => exec_type === 'filled')).toHaveLength(1);
  });

  it('ends with its unsubscription', async () => {
    const { bench, socket, token, add } = await desk();
    const end = { method: 'unsubscribe', params: { channel: 'executions', token } };
    expect(await bench.ask(socket, end)).toMatchObject({ success: false });
    await bench.ask(socket, subscribe('executions', token));
    expect(await bench.ask(socket, end)).toMatchObject({ result: { channel: 'executions' }, success: true });
    socket.take();
    await add({ order_qty: 0.01, limit_price: 90000 });
    expect(channelOf(socket.take(), 'executions')).toEqual([]);
  });
});

describe('the balances channel of the simulated Kraken', () => {
  it('begins with totals and tells of money that moved, not of what orders hold', async () => {
    const { bench, socket, token, add } = await desk();
    expect(await bench.ask(socket, subscribe('balances', token))).toMatchObject({
      result: { channel: 'balances', snapshot: true },
    });
    const [snapshot] = channelOf(socket.take(), 'balances');
    expect(snapshot).toMatchObject({
      type: 'snapshot',
      sequence: 1,
      data: [
        { asset: 'USDT', balance: 1_000_000, wallets: [{ type: 'spot', id: 'main', balance: 1_000_000 }] },
        { asset: 'BTC', balance: 10 },
        { asset: 'ETH', balance: 300 },
      ],
    });
    await add({ order_qty: 0.01, limit_price: 90000 });
    expect(channelOf(socket.take(), 'balances')).toEqual([]);
    await add({ order_qty: 0.1, limit_price: 96400.1, time_in_force: 'ioc' });
    expect(channelOf(socket.take(), 'balances')).toMatchObject([
      {
        type: 'update',
        sequence: 2,
        data: [
          { asset: 'USDT', type: 'trade', amount: -9640.01, fee: 38.56004, balance: 990_321.42996 },
          { asset: 'BTC', type: 'trade', amount: 0.1, fee: 0, balance: 10.1 },
        ],
      },
    ]);
  });
});

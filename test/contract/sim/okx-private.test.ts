/** The simulated OKX's private socket: login, order operations and what is pushed of them. */
import { createHmac } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { first, type ManualOkx, manualOkx, PRIVATE, rows } from './okx-harness.ts';
import { type FakeSocket, type Json, settle } from './venue-bench.ts';

let okx: ManualOkx;

beforeEach(() => {
  okx = manualOkx();
  okx.quote('BTC-USDT', '96400', '96400.1', '0.5');
});

describe('login', () => {
  const sign = (secret: string, timestamp: string): string =>
    createHmac('sha256', secret).update(`${timestamp}GET/users/self/verify`).digest('base64');
  const attempt = (changes: Json): { code: unknown; socket: FakeSocket } => {
    const { account, clock } = okx;
    const timestamp = String(changes.timestamp ?? clock.wallMs() / 1000);
    const socket = okx.connect(PRIVATE);
    const good = {
      apiKey: account.apiKey,
      passphrase: account.passphrase,
      timestamp,
      sign: sign(account.secret, timestamp),
    };
    socket.send({ op: 'login', args: [{ ...good, ...changes }] });
    return { code: socket.take()[0]?.code, socket };
  };

  it.each([
    ['60005', { apiKey: 'nobody' }],
    ['60007', { sign: 'nonsense' }],
    ['60024', { passphrase: 'nonsense' }],
    ['60004', { timestamp: 'soon' }],
    ['60006', { timestamp: '1600000000' }],
    ['60027', { apiKey: '' }],
  ])('fails with %s and ends the connection', (code, changes) => {
    const result = attempt(changes);
    expect(result.code).toBe(code);
    expect(result.socket.closed).toEqual({ code: 4001, reason: 'Login Failed' });
  });

  it('succeeds once, and opens the private channels', () => {
    const stranger = okx.connect(PRIVATE);
    stranger.send({ op: 'subscribe', args: [{ channel: 'orders', instType: 'ANY' }] });
    stranger.send({ id: '7', op: 'order', args: [{}] });
    expect(stranger.take().map(({ code }) => code)).toEqual(['60011', '60011']);
    const { code, socket } = attempt({});
    expect(code).toBe('0');
    socket.send({ op: 'login', args: [{}] });
    socket.send({ op: 'subscribe', args: [{ channel: 'fills' }] });
    socket.send({ op: 'subscribe', args: [{ channel: 'orders', instType: 'ANY' }] });
    expect(socket.take()).toEqual([
      expect.objectContaining({ code: '60031' }),
      expect.objectContaining({ code: '60029' }),
      expect.objectContaining({ event: 'subscribe', arg: { channel: 'orders', instType: 'ANY' } }),
      expect.objectContaining({ event: 'channel-conn-count', channel: 'orders', connCount: '1' }),
    ]);
  });
});

describe('order operations', () => {
  let socket: FakeSocket;
  let order: Json;
  beforeEach(() => {
    socket = okx.login();
    socket.send({ op: 'subscribe', args: [{ channel: 'orders', instType: 'SPOT' }] });
    socket.take();
    order = {
      instIdCode: okx.instrument('BTC-USDT').code,
      tdMode: 'cash',
      side: 'buy',
      ordType: 'limit',
      sz: '0.01',
      px: '90000',
    };
  });
  const run = async (op: string, args: readonly object[], more: object = {}): Promise<Json[]> => {
    await settle();
    socket.take();
    socket.send({ id: '1', op, args, ...more });
    await settle();
    return socket.take();
  };
  const states = (frames: readonly Json[]): unknown[] =>
    frames.filter(({ arg }) => arg !== undefined).map((frame) => first(frame).state);

  it('answer first, then push what happened', async () => {
    const [answer, push, ...rest] = await run('order', [{ ...order, clOrdId: 'abc', tag: 'mine' }]);
    expect(answer).toMatchObject({ id: '1', op: 'order', code: '0', msg: '' });
    expect(first(answer)).toMatchObject({ clOrdId: 'abc', tag: 'mine', sCode: '0' });
    expect(push).toMatchObject({ arg: { channel: 'orders', instType: 'SPOT', uid: expect.any(String) } });
    expect(first(push)).toMatchObject({
      state: 'live',
      clOrdId: 'abc',
      px: '90000',
      sz: '0.01',
      accFillSz: '0',
      tradeId: '',
    });
    expect(rest).toEqual([]);
    const canceled = await run('cancel-order', [{ instIdCode: order.instIdCode, clOrdId: 'abc' }]);
    expect(first(canceled[0])).toMatchObject({ clOrdId: 'abc', ordId: first(answer).ordId, sCode: '0' });
    expect(first(canceled[1])).toMatchObject({ state: 'canceled', cancelSource: '1' });
    const again = await run('cancel-order', [{ instIdCode: order.instIdCode, clOrdId: 'abc' }]);
    expect(again).toHaveLength(1);
    expect(again[0]).toMatchObject({ code: '1', msg: '' });
    expect(first(again[0])).toMatchObject({ sCode: '51400' });
  });

  it('tell each fill with its exact fee, in the asset that was received', async () => {
    const frames = await run('order', [{ ...order, ordType: 'ioc', sz: '0.61', px: '96400.2' }]);
    expect(states(frames)).toEqual(['live', 'partially_filled', 'filled']);
    const [, , one, two] = frames;
    expect(first(one)).toMatchObject({
      fillSz: '0.5',
      fillPx: '96400.1',
      fillFee: '-0.0005',
      fillFeeCcy: 'BTC',
      fee: '-0.0005',
      accFillSz: '0.5',
      execType: 'T',
    });
    expect(first(two)).toMatchObject({
      fillSz: '0.11',
      fillPx: '96400.2',
      fillFee: '-0.00011',
      fee: '-0.00061',
      accFillSz: '0.61',
    });
    const sold = await run('order', [{ ...order, side: 'sell', ordType: 'ioc', sz: '0.12345678', px: '96400' }]);
    // 96400 × 0.12345678 × 0.001, nothing cut off.
    expect(first(sold.at(-1))).toMatchObject({ fillFee: '-11.901233592', fillFeeCcy: 'USDT', feeCcy: 'USDT' });
  });

  it.each([
    ['ioc', { ordType: 'ioc', sz: '9', px: '96400.1' }, ['live', 'partially_filled', 'canceled'], '14'],
    ['fok', { ordType: 'fok', sz: '9', px: '96400.1' }, ['live', 'canceled'], '13'],
    ['post_only', { ordType: 'post_only', px: '96400.1' }, ['live', 'canceled'], '31'],
  ] as const)('say why a %s order ended', async (_, changes, expected, source) => {
    const frames = await run('order', [{ ...order, ...changes }]);
    expect(first(frames[0]).sCode).toBe('0');
    expect(states(frames)).toEqual(expected);
    expect(first(frames.at(-1))).toMatchObject({ cancelSource: source, tradeId: '', fillSz: '0' });
  });

  it('end a market order by quote amount with a push without a fill', async () => {
    const frames = await run('order', [{ ...order, ordType: 'market', px: undefined, sz: '1000' }]);
    expect(states(frames)).toEqual(['live', 'partially_filled', 'filled']);
    expect(first(frames.at(-2))).toMatchObject({
      tradeId: expect.stringMatching(/\d/),
      fillSz: '0.01037343',
      sz: '1000',
    });
    expect(first(frames.at(-1))).toMatchObject({
      tradeId: '',
      fillSz: '0',
      accFillSz: '0.01037343',
      tgtCcy: 'quote_ccy',
    });
    const byBase = await run('order', [{ ...order, ordType: 'market', px: undefined, tgtCcy: 'base_ccy' }]);
    expect(states(byBase)).toEqual(['live', 'filled']);
  });

  it.each([
    ['50014', { instIdCode: undefined, instId: 'BTC-USDT' }],
    ['51001', { instIdCode: 999 }],
    ['50014', { side: undefined }],
    ['51000', { side: 'long' }],
    ['51010', { tdMode: 'cross' }],
    ['51000', { ordType: 'optimal_limit_ioc' }],
    ['51000', { sz: 0.01 }],
    ['51000', { sz: '-1' }],
    ['51000', { sz: '1e-2' }],
    ['51204', { px: undefined }],
    ['51000', { clOrdId: 'with-dash' }],
    ['51000', { clOrdId: 'x'.repeat(33) }],
    ['51020', { sz: '0.000001' }],
    ['51121', { sz: '0.010000001' }],
    ['51150', { px: '90000.05' }],
    ['51008', { sz: '100', px: '96000' }],
    ['51185', { sz: '300', px: '96000' }],
    ['51201', { ordType: 'market', sz: '1000001' }],
    ['51139', { reduceOnly: true }],
    ['51000', { attachAlgoOrds: [{ tpTriggerPx: '1' }] }],
  ])('refuse in the row of the order with %s: %j', async (sCode, changes) => {
    const [answer, ...rest] = await run('order', [{ ...order, ...changes }]);
    expect(answer).toMatchObject({ op: 'order', code: '1', msg: '' });
    expect(first(answer)).toMatchObject({ ordId: '', sCode });
    expect(rest).toEqual([]);
    expect(okx.exchange.allOrders(okx.account)).toEqual([]);
  });

  it('take a client id again only once its order is done', async () => {
    await run('order', [{ ...order, clOrdId: 'once' }]);
    const [refused] = await run('order', [{ ...order, clOrdId: 'once' }]);
    expect(first(refused)).toMatchObject({ sCode: '51016' });
    await run('cancel-order', [{ instIdCode: order.instIdCode, clOrdId: 'once' }]);
    const [taken] = await run('order', [{ ...order, clOrdId: 'once' }]);
    expect(first(taken)).toMatchObject({ sCode: '0' });
  });

  it('judge each order of a batch, and refuse malformed requests whole', async () => {
    const [answer] = await run('batch-orders', [order, { ...order, sz: '0.000001' }]);
    expect(answer).toMatchObject({ code: '2' });
    expect(rows(answer).map((row) => row.sCode)).toEqual(['0', '51020']);
    const [none] = await run('order', []);
    expect(none).toMatchObject({ code: '60013', data: [] });
    const [many] = await run(
      'batch-orders',
      Array.from({ length: 21 }, () => order),
    );
    expect(many).toMatchObject({ code: '51111', data: [] });
    const [amended] = await run('amend-order', [{ ...order, ordId: '1', newPx: '1' }]);
    expect(first(amended)).toMatchObject({ sCode: '51506' });
  });

  it('are not processed after their expiry', async () => {
    const [late] = await run('order', [order], { expTime: String(okx.clock.wallMs() - 1) });
    expect(first(late)).toMatchObject({ sCode: '51054' });
    expect(okx.exchange.allOrders(okx.account)).toEqual([]);
    const [timely] = await run('order', [order], { expTime: String(okx.clock.wallMs() + 1000) });
    expect(first(timely)).toMatchObject({ sCode: '0' });
  });

  it('are limited to 60 in two seconds for an instrument, over both ways in', async () => {
    const body = { ...order, instId: 'BTC-USDT', instIdCode: undefined };
    for (let n = 0; n < 30; n++) {
      await run('order', [order]);
      expect((await okx.signed('POST', '/api/v5/trade/order', body)).body.code).toBe('0');
    }
    const [answer] = await run('order', [order]);
    expect(answer).toMatchObject({ code: '50011', data: [] });
    expect((await okx.signed('POST', '/api/v5/trade/order', body)).body).toMatchObject({ code: '50011' });
    okx.clock.advanceMs(2001);
    expect((await run('order', [order]))[0]).toMatchObject({ code: '0' });
  });

  it('vanish as planted: before they are taken, or after', async () => {
    okx.plant({ kind: 'timeout-before-accept' });
    expect(await run('order', [{ ...order, clOrdId: 'lost' }])).toEqual([]);
    okx.plant({ kind: 'timeout-after-accept' });
    const frames = await run('order', [{ ...order, clOrdId: 'kept' }]);
    expect(states(frames)).toEqual(['live']);
    expect(frames).toHaveLength(1);
    expect(okx.exchange.allOrders(okx.account).map(({ clientId }) => clientId)).toEqual(['kept']);
    okx.plant({ kind: 'timeout-before-accept' });
    const body = { ...order, instId: 'BTC-USDT', instIdCode: undefined };
    expect((await okx.signed('POST', '/api/v5/trade/order', body)).silence).toBe('hang');
  });

  it('are refused, filled in part and told twice as planted', async () => {
    okx.plant({ kind: 'reject', reason: 'insufficient-balance' });
    expect(first((await run('order', [order]))[0])).toMatchObject({
      sCode: '51008',
      sMsg: 'Order failed. Insufficient USDT balance in account',
    });
    okx.plant({ kind: 'partial', fraction: 0.5 });
    const part = await run('order', [{ ...order, ordType: 'ioc', sz: '0.4', px: '96400.1' }]);
    expect(states(part)).toEqual(['live', 'partially_filled', 'canceled']);
    expect(first(part.at(-1))).toMatchObject({ accFillSz: '0.2' });
    okx.plant({ kind: 'duplicate', scope: 'private' });
    expect(states(await run('order', [order]))).toEqual(['live', 'live']);
  });

  it('match maker orders at the maker rate', async () => {
    await run('order', [{ ...order, sz: '0.3', px: '96400' }]);
    okx.quote('BTC-USDT', '96399', '96399.5', '0.1', 1);
    await settle();
    const fills = socket.take();
    expect(first(fills[0])).toMatchObject({
      execType: 'M',
      fillPx: '96400',
      fillSz: '0.1',
      fillFee: '-0.00008',
      state: 'partially_filled',
    });
  });
});

describe('the account channel', () => {
  it('starts with a snapshot and then tells what moved, gathered over 50 ms', async () => {
    const socket = okx.login();
    socket.send({ op: 'subscribe', args: [{ channel: 'account', extraParams: '{"updateInterval":"0"}' }] });
    const [, snapshot] = socket.take();
    expect(snapshot).toMatchObject({ eventType: 'snapshot', curPage: 1, lastPage: true, arg: { channel: 'account' } });
    expect((first(snapshot).details as Json[]).map(({ ccy }) => ccy)).toEqual(['USDT', 'BTC', 'ETH']);
    const code = okx.instrument('BTC-USDT').code;
    const order = { instIdCode: code, tdMode: 'cash', side: 'buy', ordType: 'limit', sz: '0.01', px: '90000' };
    socket.send({ id: '1', op: 'order', args: [order] });
    socket.send({ id: '2', op: 'order', args: [order] });
    await settle();
    socket.take();
    okx.clock.advanceMs(50);
    const [update, ...rest] = socket.take();
    expect(rest).toEqual([]);
    expect(update).toMatchObject({ eventType: 'event_update' });
    expect(first(update).details).toEqual([
      expect.objectContaining({ ccy: 'USDT', availBal: '998200', frozenBal: '1800', cashBal: '1000000' }),
    ]);
    okx.clock.advanceMs(20_000);
    expect(socket.take()).toEqual([]);
  });

  it('repeats its snapshot regularly unless told not to', () => {
    const socket = okx.login();
    socket.send({ op: 'subscribe', args: [{ channel: 'account' }] });
    socket.take();
    okx.clock.advanceMs(10_100);
    expect(socket.take().map(({ eventType }) => eventType)).toEqual(['snapshot', 'snapshot']);
  });
});

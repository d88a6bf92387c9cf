/** How the simulated OKX behaves on its wire: sequences, cadence, logins, refusals, limits and planted faults. */
import { createHmac } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { FaultRequest } from '../../../src/sim/faults.ts';
import { newPlayer, readRecording } from '../../../src/sim/recording.ts';
import { DepthWindow } from '../../../src/sim/venues/okx/depth-window.ts';
import { signatureOf } from '../../../src/sim/venues/okx/sign.ts';
import { describeWithFixtures, readJson } from '../../fixtures.ts';
import { type FakeSocket, type Json, type ManualOkx, manualOkx, settle } from './okx-harness.ts';

const BTC = { channel: 'books', instId: 'BTC-USDT' };
let okx: ManualOkx;

beforeEach(() => {
  okx = manualOkx();
  okx.quote('BTC-USDT', '96400', '96400.1', '0.5');
});

const rows = (frame: Json | undefined): Json[] => (frame?.data ?? []) as Json[];
const first = (frame: Json | undefined): Json => rows(frame)[0] ?? {};
const plant = (fault: Omit<FaultRequest, 'venue'>): void => {
  okx.faults.plant({ venue: 'okx', ...fault });
};

/** A book put together from frames, as a client does it; throws on a broken chain. */
class ClientBook {
  readonly bids = new Map<string, string>();
  readonly asks = new Map<string, string>();
  seqId = Number.NaN;

  apply(frame: Json): void {
    const data = first(frame);
    if (frame.action === 'snapshot') {
      this.bids.clear();
      this.asks.clear();
    } else if (data.prevSeqId !== this.seqId) {
      throw new Error(`gap: ${String(data.prevSeqId)} follows ${this.seqId}`);
    }
    this.seqId = data.seqId as number;
    for (const [side, levels] of [
      [this.bids, data.bids],
      [this.asks, data.asks],
    ] as const) {
      for (const [price, size] of levels as string[][]) {
        if (size === '0') side.delete(price ?? '');
        else side.set(price ?? '', size ?? '');
      }
    }
  }
}

describe('books', () => {
  let socket: FakeSocket;
  beforeEach(() => {
    socket = okx.connect('/ws/v5/public');
    socket.send({ op: 'subscribe', args: [BTC] });
  });

  it('acknowledges, then sends a snapshot, then changes that chain into the same book as REST has', async () => {
    const [ack] = socket.take();
    expect(ack).toMatchObject({ event: 'subscribe', arg: BTC });
    const book = new ClientBook();
    okx.clock.advanceMs(100);
    for (let step = 0; step < 20; step++) {
      okx.quote(
        'BTC-USDT',
        (96400 + step / 5).toFixed(1),
        (96400.1 + step / 5).toFixed(1),
        `0.${step + 1}`,
        8 + (step % 5),
      );
      okx.clock.advanceMs(30);
    }
    okx.clock.advanceMs(100);
    const frames = socket.take();
    expect(frames[0]?.action).toBe('snapshot');
    expect(frames.slice(1).every(({ action }) => action === 'update')).toBe(true);
    // 700 ms at one frame each 100 ms.
    expect(frames.length).toBeGreaterThanOrEqual(6);
    expect(frames.length).toBeLessThanOrEqual(8);
    for (const frame of frames) book.apply(frame);
    const rest = first((await okx.get('/api/v5/market/books?instId=BTC-USDT&sz=400')).body);
    expect([...book.bids].sort()).toEqual((rest.bids as string[][]).map(([price, size]) => [price, size]).sort());
    expect([...book.asks].sort()).toEqual((rest.asks as string[][]).map(([price, size]) => [price, size]).sort());
  });

  it('sends a fresh snapshot after unsubscribing and subscribing, also to a second connection, on the same line of ids', () => {
    okx.clock.advanceMs(100);
    const again = okx.connect('/ws/v5/public');
    okx.quote('BTC-USDT', '96401', '96401.1', '0.5');
    again.send({ op: 'subscribe', args: [BTC] });
    okx.clock.advanceMs(100);
    const [book, second] = [new ClientBook(), new ClientBook()];
    for (const frame of socket.take().slice(1)) book.apply(frame);
    for (const frame of again.take().slice(1)) second.apply(frame);
    expect(second.seqId).toBe(book.seqId);
    expect([...second.bids]).toEqual(expect.arrayContaining([...book.bids]));
    socket.send({ op: 'unsubscribe', args: [BTC] });
    okx.quote('BTC-USDT', '96402', '96402.1', '0.5');
    okx.clock.advanceMs(300);
    expect(socket.take()).toEqual([expect.objectContaining({ event: 'unsubscribe', arg: BTC })]);
    socket.send({ op: 'subscribe', args: [BTC] });
    okx.clock.advanceMs(100);
    const [ack, snapshot] = socket.take();
    expect(ack).toMatchObject({ event: 'subscribe' });
    expect(snapshot).toMatchObject({ action: 'snapshot' });
    expect((first(snapshot).bids as string[][])[0]).toEqual(['96402', '0.5', '0', '1']);
  });

  it('says once a minute that nothing changed, with an id that stays', () => {
    okx.clock.advanceMs(100);
    const snapshot = socket.take()[1];
    for (let second = 0; second < 125; second++) {
      // A client that keeps its connection alive.
      if (second % 20 === 0) socket.send('ping');
      okx.clock.advanceMs(1000);
    }
    const quiet = socket.sent
      .filter((text) => text !== 'pong')
      .slice(2)
      .map((text) => JSON.parse(text) as Json);
    expect(quiet).toHaveLength(2);
    const seqId = first(snapshot).seqId;
    for (const frame of quiet) expect(first(frame)).toMatchObject({ asks: [], bids: [], seqId, prevSeqId: seqId });
  });

  it('loses a frame on a gap fault and sends one twice on a duplicate fault', () => {
    okx.clock.advanceMs(100);
    const book = new ClientBook();
    for (const frame of socket.take().slice(1)) book.apply(frame);
    plant({ kind: 'gap', instrument: 'BTC-USDT' });
    okx.quote('BTC-USDT', '96401', '96401.1', '0.5');
    okx.clock.advanceMs(100);
    expect(socket.take()).toEqual([]);
    plant({ kind: 'duplicate', instrument: 'BTC-USDT' });
    okx.quote('BTC-USDT', '96402', '96402.1', '0.5');
    okx.clock.advanceMs(100);
    const frames = socket.take();
    expect(frames).toHaveLength(2);
    expect(frames[0]).toEqual(frames[1]);
    expect(() => book.apply(frames[0] ?? {})).toThrow(/gap/);
  });

  it('shows 400 levels: one that leaves lets the next one in', () => {
    const window = new DepthWindow('sell', 3);
    window.reset([1, 2, 3, 4, 5].map((price) => ({ price, size: 10 })));
    expect(window.levels().map(({ price }) => price)).toEqual([1, 2, 3]);
    window.apply(2, 0);
    expect(window.takeChanges()).toEqual([
      { price: 2, size: 0 },
      { price: 4, size: 10 },
    ]);
    window.apply(5, 0);
    window.apply(4, 7);
    expect(window.takeChanges()).toEqual([{ price: 4, size: 7 }]);
    window.apply(0, 1);
    expect(window.takeChanges()).toEqual([
      { price: 0, size: 1 },
      { price: 4, size: 0 },
    ]);
    window.apply(0, 0);
    window.apply(1, 0);
    expect(window.takeChanges()).toEqual([
      { price: 0, size: 0 },
      { price: 1, size: 0 },
      { price: 4, size: 7 },
    ]);
  });
});

describe('other public channels', () => {
  it('send the best bid and offer at most every 10 ms, on the line of ids of books', () => {
    const socket = okx.connect('/ws/v5/public');
    socket.send({ op: 'subscribe', args: [{ channel: 'bbo-tbt', instId: 'BTC-USDT' }] });
    const [, now] = socket.take();
    expect(first(now)).toMatchObject({ bids: [['96400', '0.5', '0', '1']], asks: [['96400.1', '0.5', '0', '1']] });
    for (let ms = 1; ms <= 50; ms++) {
      okx.quote('BTC-USDT', (96400 + ms / 10).toFixed(1), (96400.1 + ms / 10).toFixed(1), '0.5');
      okx.clock.advanceMs(1);
    }
    okx.clock.advanceMs(20);
    const frames = socket.take();
    expect(frames.length).toBeGreaterThanOrEqual(5);
    expect(frames.length).toBeLessThanOrEqual(7);
    expect(first(frames.at(-1))).toMatchObject({
      bids: [['96405', '0.5', '0', '1']],
      seqId: okx.exchange.top(okx.instrument('BTC-USDT')).updateId,
    });
  });

  it('refuse what they do not know, and what belongs elsewhere', () => {
    const socket = okx.connect('/ws/v5/public');
    const code = (message: string | object): unknown => {
      socket.send(message);
      return socket.take()[0]?.code;
    };
    const subscribe = (arg: object): unknown => code({ op: 'subscribe', args: [arg] });
    expect(subscribe({ channel: 'books', instId: 'NO-SUCH' })).toBe('60018');
    expect(subscribe({ channel: 'candle1m', instId: 'BTC-USDT' })).toBe('60018');
    expect(subscribe({ channel: 'orders', instType: 'SPOT' })).toBe('60018');
    expect(subscribe({ channel: 'books-l2-tbt', instId: 'BTC-USDT' })).toBe('60011');
    expect(code({ op: 'subscribe', args: [{ instId: 'BTC-USDT' }] })).toBe('60012');
    expect(code('{"op":"subscribe"')).toBe('60012');
    expect(code({ op: 'subscribe' })).toBe('60012');
    expect(code({ op: 'dance', args: [] })).toBe('60019');
    expect(code({ id: '1', op: 'order', args: [{}] })).toBe('60028');
  });
});

describe('connections', () => {
  it('answer ping, and end after 30 s without anything', () => {
    const socket = okx.connect('/ws/v5/public');
    okx.clock.advanceMs(25_000);
    socket.send('ping');
    expect(socket.sent).toEqual(['pong']);
    okx.clock.advanceMs(29_000);
    expect(socket.closed).toBeUndefined();
    okx.clock.advanceMs(1_100);
    expect(socket.closed).toEqual({ code: 4004, reason: 'No data received in 30s' });
  });

  it('end on a message that is too long, and allow 480 subscriptions an hour', () => {
    const socket = okx.connect('/ws/v5/public');
    for (let n = 0; n < 480; n++) socket.send({ op: 'unsubscribe', args: [BTC] });
    socket.take();
    socket.send({ op: 'unsubscribe', args: [BTC] });
    expect(socket.take()).toEqual([expect.objectContaining({ event: 'error', code: '60014' })]);
    socket.send(`"${'x'.repeat(70_000)}"`);
    expect(socket.closed?.code).toBe(1009);
  });

  it('fall silent by scope on a freeze fault', () => {
    const [open, own] = [okx.connect('/ws/v5/public'), okx.login()];
    plant({ kind: 'freeze', scope: 'private', durationMs: 1000 });
    expect([open, own].map(({ connection }) => okx.wire.gate?.(connection))).toEqual([true, false]);
    okx.clock.advanceMs(1001);
    expect([open, own].map(({ connection }) => okx.wire.gate?.(connection))).toEqual([true, true]);
  });

  it('are dropped by scope', () => {
    const open = okx.connect('/ws/v5/public');
    okx.login();
    expect(okx.wire.disconnect('private')).toBe(1);
    expect(okx.wire.disconnect('public')).toBe(1);
    expect(open.closed).toBeUndefined();
    expect(okx.wire.stats().open).toBe(0);
  });
});

describe('login', () => {
  const sign = (secret: string, timestamp: string): string =>
    createHmac('sha256', secret).update(`${timestamp}GET/users/self/verify`).digest('base64');
  const attempt = (changes: Json): { code: unknown; socket: FakeSocket } => {
    const { account, clock } = okx;
    const timestamp = String(changes.timestamp ?? clock.wallMs() / 1000);
    const socket = okx.connect('/ws/v5/private');
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
    const stranger = okx.connect('/ws/v5/private');
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
    plant({ kind: 'timeout-before-accept' });
    expect(await run('order', [{ ...order, clOrdId: 'lost' }])).toEqual([]);
    plant({ kind: 'timeout-after-accept' });
    const frames = await run('order', [{ ...order, clOrdId: 'kept' }]);
    expect(states(frames)).toEqual(['live']);
    expect(frames).toHaveLength(1);
    expect(okx.exchange.allOrders(okx.account).map(({ clientId }) => clientId)).toEqual(['kept']);
    plant({ kind: 'timeout-before-accept' });
    const body = { ...order, instId: 'BTC-USDT', instIdCode: undefined };
    expect((await okx.signed('POST', '/api/v5/trade/order', body)).silence).toBe('hang');
  });

  it('are refused, filled in part and told twice as planted', async () => {
    plant({ kind: 'reject', reason: 'insufficient-balance' });
    expect(first((await run('order', [order]))[0])).toMatchObject({
      sCode: '51008',
      sMsg: 'Order failed. Insufficient USDT balance in account',
    });
    plant({ kind: 'partial', fraction: 0.5 });
    const part = await run('order', [{ ...order, ordType: 'ioc', sz: '0.4', px: '96400.1' }]);
    expect(states(part)).toEqual(['live', 'partially_filled', 'canceled']);
    expect(first(part.at(-1))).toMatchObject({ accFillSz: '0.2' });
    plant({ kind: 'duplicate', scope: 'private' });
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

describe('REST', () => {
  it.each([
    ['50103', 401, { 'ok-access-key': '' }],
    ['50104', 401, { 'ok-access-passphrase': '' }],
    ['50106', 401, { 'ok-access-sign': '' }],
    ['50107', 401, { 'ok-access-timestamp': '' }],
    ['50112', 401, { 'ok-access-timestamp': '1750000000' }],
    ['50102', 401, { 'ok-access-timestamp': '2020-01-01T00:00:00.000Z' }],
    ['50111', 401, { 'ok-access-key': 'nobody' }],
    ['50113', 401, { 'ok-access-sign': 'nonsense' }],
    ['50105', 401, { 'ok-access-passphrase': 'nonsense' }],
  ] as const)('refuses a bad signature with %s', async (code, status, headers) => {
    const reply = await okx.signed('GET', '/api/v5/account/balance', undefined, headers);
    expect(reply).toMatchObject({ status, body: { code } });
    expect(Object.keys(reply.body).sort()).toEqual(['code', 'msg']);
  });

  it('checks the signature over the query and the body as they came', async () => {
    const good = await okx.signed('GET', '/api/v5/account/balance?ccy=BTC,USDT');
    expect((first(good.body).details as Json[]).map(({ ccy }) => ccy)).toEqual(['USDT', 'BTC']);
    const { account, clock } = okx;
    const timestamp = new Date(clock.wallMs()).toISOString();
    const over = createHmac('sha256', account.secret).update(`${timestamp}GET/api/v5/account/balance`).digest('base64');
    const bad = await okx.signed('GET', '/api/v5/account/balance?ccy=BTC', undefined, { 'ok-access-sign': over });
    expect(bad.body.code).toBe('50113');
  });

  it.each([
    ['/api/v5/market/books', 400, '50014'],
    ['/api/v5/market/books?instId=NO-SUCH', 200, '51001'],
    ['/api/v5/market/books?instId=BTC-USDT&sz=401', 400, '51000'],
    ['/api/v5/public/instruments', 400, '50014'],
    ['/api/v5/public/instruments?instType=SHOES', 400, '51000'],
    ['/api/v5/public/instruments?instType=SWAP', 200, '0'],
    ['/api/v5/nothing', 404, '404'],
    ['/api/v5/account/balance', 401, '50103'],
  ])('GET %s is answered %d with %s', async (path, status, code) => {
    expect(await okx.get(path)).toMatchObject({ status, body: { code } });
  });

  it('checks what is posted', async () => {
    const order = { instId: 'BTC-USDT', tdMode: 'cash', side: 'buy', ordType: 'limit', sz: '0.01', px: '90000' };
    const post = (body?: object, headers?: Readonly<Record<string, string>>) =>
      okx.signed('POST', '/api/v5/trade/order', body, headers);
    expect(await post()).toMatchObject({ status: 400, body: { code: '50000' } });
    expect(await post(order, { 'content-type': 'text/plain' })).toMatchObject({ status: 400, body: { code: '50006' } });
    expect(await post([order])).toMatchObject({ status: 400, body: { code: '50002' } });
    expect(await post({ ...order, sz: '' })).toMatchObject({ status: 400, body: { code: '50014' } });
    expect(await post({ ...order, sz: '100', px: '96000' })).toMatchObject({
      status: 200,
      body: {
        code: '1',
        msg: 'All operations failed',
        data: [{ sCode: '51008' }],
        inTime: expect.stringMatching(/^\d{16}$/),
      },
    });
    expect(await okx.signed('GET', '/api/v5/trade/batch-orders')).toMatchObject({
      status: 405,
      body: { code: '50115' },
    });
    expect((await okx.signed('GET', '/api/v5/trade/order?instId=BTC-USDT&clOrdId=none')).body).toMatchObject({
      code: '51603',
      data: [],
    });
    expect((await okx.signed('GET', '/api/v5/trade/order?instId=BTC-USDT')).body).toMatchObject({ code: '50015' });
  });

  it('pages orders and fills, newest first', async () => {
    const ids: unknown[] = [];
    for (let n = 0; n < 5; n++) {
      const order = { instId: 'BTC-USDT', tdMode: 'cash', side: 'buy', ordType: 'ioc', sz: '0.01', px: '96400.1' };
      const { body } = await okx.signed('POST', '/api/v5/trade/order', order);
      ids.unshift(first(body).ordId);
    }
    const list = async (query: string): Promise<unknown[]> =>
      rows((await okx.signed('GET', `/api/v5/trade/orders-history?instType=SPOT${query}`)).body).map(
        ({ ordId }) => ordId,
      );
    expect(await list('')).toEqual(ids);
    expect(await list('&limit=2')).toEqual(ids.slice(0, 2));
    expect(await list(`&after=${String(ids[1])}&limit=2`)).toEqual(ids.slice(2, 4));
    expect(await list(`&before=${String(ids[2])}`)).toEqual(ids.slice(0, 2));
    expect(await list('&state=canceled')).toEqual([]);
    const fills = rows((await okx.signed('GET', `/api/v5/trade/fills?ordId=${String(ids[0])}`)).body);
    expect(fills).toEqual([
      expect.objectContaining({ ordId: ids[0], fee: '-0.00001', feeRate: '-0.001', execType: 'T' }),
    ]);
    expect(rows((await okx.signed('GET', '/api/v5/trade/orders-pending')).body)).toEqual([]);
  });

  it('limits each endpoint', async () => {
    for (let n = 0; n < 10; n++) expect((await okx.get('/api/v5/public/time')).body.code).toBe('0');
    expect(await okx.get('/api/v5/public/time')).toMatchObject({ status: 200, body: { code: '50011' } });
    okx.clock.advanceMs(2001);
    expect((await okx.get('/api/v5/public/time')).body.code).toBe('0');
  });

  it('is down or busy as planted', async () => {
    plant({ kind: 'http-503' });
    expect(await okx.get('/api/v5/public/time')).toMatchObject({ status: 503, body: { code: '50001' } });
    plant({ kind: 'http-429' });
    expect(await okx.signed('GET', '/api/v5/account/balance')).toMatchObject({ status: 429, body: { code: '50011' } });
    expect((await okx.get('/api/v5/public/time')).status).toBe(200);
  });
});

describeWithFixtures('the signature check', (root) => {
  interface Vector {
    readonly name: string;
    readonly secret: string;
    readonly prehash: string;
    readonly expected: string;
  }
  const vectors = readJson<Vector[]>(`${root}/okx/signatures/vectors.json`);
  it.each(vectors)('expects the published signature: $name', ({ secret, prehash, expected }) => {
    expect(signatureOf(secret, prehash)).toBe(expected);
  });
});

describeWithFixtures('a recording', (root) => {
  const path = `${root}/okx/book_recordings/v5_books_BTC-USDT_UNI-USD-SWAP.jsonl`;

  it('is played to those who subscribe, byte for byte, the channels that they asked for alone', () => {
    const recording = readRecording(path, ['binance', 'okx']);
    expect(recording.venue).toBe('okx');
    const played = manualOkx((clock) => newPlayer(recording, clock, 1));
    const socket = played.connect('/ws/v5/public');
    const swap = { channel: 'books', instId: 'UNI-USD-SWAP' };
    socket.send({ op: 'subscribe', args: [swap, BTC] });
    expect(socket.take().map(({ event }) => event)).toEqual(['subscribe', 'subscribe']);
    played.clock.advanceMs(60_000);
    const wanted = recording.frames
      .map(({ text }) => text)
      .filter((text) => text.includes('"data"') && text.includes('"channel":"books"'))
      .filter((text) => text.includes('BTC-USDT') || text.includes('UNI-USD-SWAP'));
    expect(wanted.length).toBeGreaterThan(100);
    expect(socket.sent.slice(2)).toEqual(wanted);
  });
});

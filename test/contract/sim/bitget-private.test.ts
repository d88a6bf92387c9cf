/** The simulated Bitget's private side: signatures, order entry and its refusals, private channels, limits, faults. */
import { beforeEach, describe, expect, it } from 'vitest';
import { ERRORS } from '../../../src/sim/venues/bitget/errors.ts';
import { signatureOf } from '../../../src/sim/venues/bitget/sign.ts';
import { describeWithFixtures, readJson } from '../../fixtures.ts';
import { framesOf, type ManualBitget, manualBitget, PRIVATE, rowOf, rowsIn, sign } from './bitget-harness.ts';
import type { Json, Reply } from './venue-bench.ts';

let bitget: ManualBitget;

beforeEach(() => {
  bitget = manualBitget();
  bitget.quote('BTC-USDT', '96400', '96400.01', '0.5');
});

const BUY = { symbol: 'BTCUSDT', side: 'buy', orderType: 'limit', force: 'gtc', price: '96000', size: '0.01' };
const TRADE = '/api/v2/spot/trade';
const dataOf = (reply: Reply): Json => reply.body.data as Json;
const rowsOf = (reply: Reply): readonly Json[] => rowsIn(reply.body);
const refusal = (reply: Reply): unknown[] => [reply.status, reply.body.code, reply.body.msg, reply.body.data];

describe('a signed request', () => {
  const ASSETS = '/api/v2/spot/account/assets';
  const with_ = (change: Record<string, string>): Promise<Reply> =>
    bitget.request('GET', ASSETS, { ...bitget.signedHeaders('GET', ASSETS), ...change });

  it('is answered', async () => {
    expect(rowsOf(await bitget.get(ASSETS)).map(({ coin }) => coin)).toEqual(['USDT', 'BTC', 'ETH']);
  });

  it.each([
    [{ 'access-key': '' }, '40001'],
    [{ 'access-sign': '' }, '40002'],
    [{ 'access-timestamp': '' }, '40005'],
    [{ 'access-timestamp': 'yesterday' }, '40005'],
    [{ 'access-timestamp': '1749999969999' }, '40008'],
    [{ 'access-passphrase': '' }, '40011'],
    [{ 'access-key': 'bg_unknown' }, '40006'],
    [{ 'access-key': 'constructor' }, '40006'],
    [{ 'access-sign': 'AAAA' }, '40009'],
    [{ 'access-passphrase': 'nonsense1' }, '40012'],
  ] as const)('with %o is refused', async (change, code) => {
    const reply = await with_(change as Record<string, string>);
    expect(refusal(reply)).toEqual([400, code, ERRORS[code].text, null]);
  });

  it('may be 30 s old, and is signed over its query as it came', async () => {
    const target = `${TRADE}/fills?symbol=BTCUSDT&limit=5`;
    const headers = bitget.signedHeaders('GET', target);
    bitget.clock.advanceMs(30_000);
    expect((await bitget.request('GET', target, headers)).body.code).toBe('00000');
    expect((await bitget.request('GET', `${TRADE}/fills?limit=5&symbol=BTCUSDT`, headers)).body.code).toBe('40009');
    bitget.clock.advanceMs(1);
    expect((await bitget.request('GET', target, headers)).body.code).toBe('40008');
  });

  it('to the unified account is told that this is a classic one', async () => {
    expect((await bitget.get('/api/v3/account/settings')).body.code).toBe('40084');
  });

  it('goes by the venue clock, which a fault may skew', async () => {
    const headers = bitget.signedHeaders('GET', ASSETS);
    bitget.plant({ kind: 'clock-skew', ms: 40_000, durationMs: 5000 });
    expect((await bitget.request('GET', ASSETS, headers)).body.code).toBe('40008');
  });
});

describe('a login', () => {
  const attempt = (frame: object) => {
    const socket = bitget.connect(PRIVATE);
    socket.send(frame);
    return { socket, answers: socket.take() };
  };

  it('is acknowledged', () => {
    const { answers, socket } = attempt(bitget.loginFrame());
    expect(answers).toEqual([{ event: 'login', code: 0, connId: expect.any(String) }]);
    expect(socket.closed).toBeUndefined();
  });

  it.each([
    ['a wrong key', { apiKey: 'bg_0' }, 0, 30011],
    ['a wrong secret', { secret: 'b' }, 0, 30015],
    ['a wrong passphrase', { passphrase: 'nonsense1' }, 0, 30012],
    ['an old timestamp', {}, -31_000, 30014],
    ['a timestamp of the future', {}, 31_000, 30014],
  ] as const)('with %s is refused, and the connection closed', (_, keys, offMs, code) => {
    const { answers, socket } = attempt(bitget.loginFrame(keys, bitget.clock.wallMs() + offMs));
    expect(answers).toMatchObject([{ event: 'error', code }]);
    expect(socket.closed).toBeDefined();
  });

  it('with a timestamp in milliseconds is refused', () => {
    const timestamp = String(bitget.clock.wallMs());
    const { apiKey, secret, passphrase } = bitget.account;
    const args = [{ apiKey, passphrase, timestamp, sign: sign(secret, `${timestamp}GET/user/verify`) }];
    expect(attempt({ op: 'login', args }).answers).toMatchObject([{ code: 30013 }]);
  });

  it('comes before private channels', () => {
    const socket = bitget.connect(PRIVATE);
    const arg = { instType: 'SPOT', channel: 'orders', instId: 'default' };
    socket.send({ op: 'subscribe', args: [arg] });
    expect(socket.take()).toEqual([
      { event: 'error', arg, code: 30004, msg: 'User not logged in/User must be logged in', op: 'subscribe' },
    ]);
  });

  it('opens only channels that there are', () => {
    const socket = bitget.login();
    const args = [
      { instType: 'SPOT', channel: 'orders', instId: 'NOPEUSDT' },
      { instType: 'SPOT', channel: 'account', coin: 'BTC' },
      { instType: 'USDT-FUTURES', channel: 'orders', instId: 'default' },
      { instType: 'SPOT', channel: 'books', instId: 'BTCUSDT' },
    ];
    socket.send({ op: 'subscribe', args });
    expect(socket.take().map(({ code }) => code)).toEqual([30001, 30001, 30001, 30001]);
  });
});

describe('private channels', () => {
  it('tell of an order, its fills and its end, and of what it moves', async () => {
    const socket = bitget.login();
    bitget.subscribe(socket, 'orders', 'fill', 'account');
    const [, , , first] = socket.take();
    expect(first).toMatchObject({ action: 'snapshot', arg: { channel: 'account' } });
    expect(rowsIn(first).map(({ coin }) => coin)).toEqual(['USDT', 'BTC', 'ETH']);
    bitget.quote('BTC-USDT', '96400', '96400.01', '0.5', 1);
    await bitget.place({ ...BUY, price: '96400.01', size: '0.7', force: 'ioc', clientOid: 'mine1' });
    const frames = socket.take();
    const orders = framesOf(frames, 'orders').map((frame) => rowOf(frame));
    expect(orders.map(({ status, accBaseVolume }) => [status, accBaseVolume])).toEqual([
      ['live', '0'],
      ['partially_filled', '0.5'],
      ['cancelled', '0.5'],
    ]);
    expect(orders[0]).toMatchObject({ clientOid: 'mine1', newSize: '0.7', size: '67480.007', force: 'ioc' });
    expect(orders[0]).not.toHaveProperty('fillPrice');
    expect(orders[1]).toMatchObject({
      fillPrice: '96400.01',
      baseVolume: '0.5',
      fillFee: '-0.0005',
      fillFeeCoin: 'BTC',
      tradeScope: 'T',
      priceAvg: '96400.01',
      feeDetail: [{ feeCoin: 'BTC', fee: '-0.0005' }],
    });
    expect(rowOf(framesOf(frames, 'fill')[0])).toMatchObject({
      tradeId: orders[1]?.tradeId,
      size: '0.5',
      amount: '48200.005',
      tradeScope: 'taker',
      feeDetail: [{ feeCoin: 'BTC', totalFee: '0.0005' }],
    });
    const moved = rowsIn(framesOf(frames, 'account').at(-1));
    expect(moved).toContainEqual(expect.objectContaining({ coin: 'BTC', available: '10.4995', frozen: '0' }));
    expect(moved).toContainEqual(expect.objectContaining({ coin: 'USDT', available: '951799.995', frozen: '0' }));
  });

  it('end a market buy with a push of its own', async () => {
    const socket = bitget.login();
    bitget.subscribe(socket, 'orders');
    socket.take();
    await bitget.place({ symbol: 'BTCUSDT', side: 'buy', orderType: 'market', size: '1000' });
    const rows = framesOf(socket.take(), 'orders').map((frame) => rowOf(frame));
    expect(rows.map(({ status }) => status)).toEqual(['live', 'partially_filled', 'filled']);
    expect(rows[2]).toMatchObject({ newSize: '1000', accBaseVolume: '0.010373' });
    expect(rows[0]).not.toHaveProperty('price');
  });

  it('are of one symbol or of all, and may be left', async () => {
    const socket = bitget.login();
    const arg = { instType: 'SPOT', channel: 'orders', instId: 'ETHUSDT' };
    socket.send({ op: 'subscribe', args: [arg] });
    socket.take();
    await bitget.place(BUY);
    expect(socket.take()).toEqual([]);
    socket.send({ op: 'subscribe', args: [{ ...arg, instId: 'default' }] });
    await bitget.place(BUY);
    expect(framesOf(socket.take(), 'orders')).toHaveLength(1);
    socket.send({ op: 'unsubscribe', args: [{ ...arg, instId: 'default' }] });
    socket.take();
    await bitget.place(BUY);
    expect(socket.take()).toEqual([]);
  });

  it('repeat a push when that is planted', async () => {
    const socket = bitget.login();
    bitget.subscribe(socket, 'orders');
    socket.take();
    bitget.plant({ kind: 'duplicate', count: 1, scope: 'private' });
    await bitget.place(BUY);
    const [first, second] = socket.take();
    expect(second).toEqual(first);
  });
});

describe('an order', () => {
  it('is placed, found by either id, listed, cancelled and remembered', async () => {
    const { orderId } = dataOf(await bitget.place({ ...BUY, clientOid: 'mine2' }));
    for (const query of [`orderId=${orderId}`, 'clientOid=mine2']) {
      const [row] = rowsOf(await bitget.get(`${TRADE}/orderInfo?${query}`));
      expect(row).toMatchObject({
        orderId,
        status: 'live',
        price: '96000.0000000000000000',
        priceAvg: '0',
        feeDetail: '',
      });
    }
    const [open] = rowsOf(await bitget.get(`${TRADE}/unfilled-orders?symbol=BTCUSDT`));
    expect(open).toMatchObject({ orderId, priceAvg: '96000', basePrice: '0', size: '0.01' });
    expect(rowsOf(await bitget.get(`${TRADE}/history-orders?symbol=BTCUSDT`))).toEqual([]);
    expect(dataOf(await bitget.cancel({ symbol: 'BTCUSDT', clientOid: 'mine2' }))).toEqual({
      orderId,
      clientOid: 'mine2',
    });
    const [closed] = rowsOf(await bitget.get(`${TRADE}/history-orders`));
    expect(closed).toMatchObject({ orderId, status: 'cancelled', cancelReason: 'normal_cancel' });
    expect(rowsOf(await bitget.get(`${TRADE}/unfilled-orders`))).toEqual([]);
    expect(refusal(await bitget.cancel({ symbol: 'BTCUSDT', orderId }))).toEqual([
      400,
      '43001',
      'The order does not exist',
      null,
    ]);
  });

  it('of no name is given one', async () => {
    expect(dataOf(await bitget.place(BUY)).clientOid).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });

  it('that is post-only and would take is taken, then cancelled', async () => {
    const { orderId } = dataOf(await bitget.place({ ...BUY, price: '96500', force: 'post_only' }));
    const [row] = rowsOf(await bitget.get(`${TRADE}/orderInfo?orderId=${orderId}`));
    expect(row).toMatchObject({ status: 'cancelled', baseVolume: '0.0000000000000000' });
  });

  it('fills or dies whole', async () => {
    const order = { ...BUY, price: '96400.01', size: '0.6', force: 'FOK' };
    const { orderId } = dataOf(await bitget.place(order));
    expect(rowsOf(await bitget.get(`${TRADE}/orderInfo?orderId=${orderId}`))[0]).toMatchObject({ status: 'cancelled' });
  });

  it('says its fees in JSON of its own, exactly', async () => {
    const { orderId } = dataOf(await bitget.place({ ...BUY, price: '96400.01', size: '0.000089', force: 'ioc' }));
    const [row] = rowsOf(await bitget.get(`${TRADE}/orderInfo?orderId=${orderId}`));
    expect(row?.feeDetail).toBe(
      '{"BTC":{"deduction":false,"feeCoinCode":"BTC","totalDeductionFee":0,"totalFee":-0.000000089},' +
        '"newFees":{"c":0,"d":0,"deduction":false,"r":-0.000000089,"t":-0.000000089,"totalDeductionFee":0}}',
    );
    const [fill] = rowsOf(await bitget.get(`${TRADE}/fills?orderId=${orderId}`));
    expect(fill).toMatchObject({ orderId, feeDetail: { feeCoin: 'BTC', totalFee: '-0.000000089' } });
  });

  it('that nobody knows is no row', async () => {
    expect(rowsOf(await bitget.get(`${TRADE}/orderInfo?orderId=99`))).toEqual([]);
    expect((await bitget.get(`${TRADE}/orderInfo`)).body.code).toBe('40924');
  });

  it('pages backwards by id', async () => {
    const ids: unknown[] = [];
    for (let n = 0; n < 5; n++) ids.push(dataOf(await bitget.place(BUY)).orderId);
    const page = async (query: string): Promise<unknown[]> =>
      rowsOf(await bitget.get(`${TRADE}/unfilled-orders?${query}`)).map(({ orderId }) => orderId);
    expect(await page('limit=2')).toEqual([ids[4], ids[3]]);
    expect(await page(`limit=2&idLessThan=${ids[3]}`)).toEqual([ids[2], ids[1]]);
    expect((await bitget.get(`${TRADE}/unfilled-orders?limit=101`)).body.code).toBe('40020');
  });

  it('goes in batches, each with its own result', async () => {
    const { force, ...plain } = BUY;
    const placed = dataOf(
      await bitget.post(`${TRADE}/batch-orders`, {
        symbol: 'BTCUSDT',
        orderList: [
          { ...plain, force, clientOid: 'a' },
          { ...plain, force, clientOid: 'a' },
        ],
      }),
    );
    expect(placed).toMatchObject({
      successList: [{ clientOid: 'a' }],
      failureList: [{ clientOid: 'a', errorMsg: 'clientOrderId duplicate', errorCode: '43118' }],
    });
    const orderList = [{ clientOid: 'a' }, { clientOid: 'b' }];
    const canceled = dataOf(await bitget.post(`${TRADE}/batch-cancel-order`, { symbol: 'BTCUSDT', orderList }));
    expect(canceled).toMatchObject({ successList: [{ clientOid: 'a' }], failureList: [{ errorCode: '43001' }] });
    await bitget.place(BUY);
    expect(dataOf(await bitget.post(`${TRADE}/cancel-symbol-order`, { symbol: 'BTCUSDT' }))).toEqual({
      symbol: 'BTCUSDT',
    });
    expect(bitget.exchange.openOrders(bitget.account)).toEqual([]);
  });
});

describeWithFixtures('signatures', (root) => {
  interface Vector {
    readonly name: string;
    readonly secret: string;
    readonly prehash: string;
    readonly expected: string;
  }
  it.each(readJson<Vector[]>(`${root}/bitget/signatures/vectors.json`))('$name', ({ secret, prehash, expected }) => {
    expect(signatureOf(secret, prehash)).toBe(expected);
  });
});

import { afterEach, describe, expect, it } from 'vitest';
import type { BaseOrder, Gateway } from '../../../src/core/order.ts';
import { okx } from '../../../src/venues/okx/index.ts';
import { sign } from '../../../src/venues/okx/sign.ts';
import {
  credentials,
  type FakeSocket,
  type FakeVenue,
  limitOrder,
  listing,
  logOn,
  fakeVenue as newVenue,
  settled,
  socketAt,
} from './okx-fakes.ts';

const open: FakeVenue[] = [];
afterEach(() => {
  // Whatever a test did, no secret stood in a log line.
  for (const venue of open.splice(0)) expect(venue.logged.filter(secretsIn)).toEqual([]);
});

function fakeVenue(): FakeVenue {
  const venue = newVenue();
  open.push(venue);
  return venue;
}

async function connected(): Promise<{ venue: FakeVenue; gateway: Gateway; socket: FakeSocket }> {
  const venue = fakeVenue();
  const gateway = okx.createGateway(venue.deps);
  const connecting = gateway.connect();
  const socket = await socketAt(venue, 0);
  logOn(socket);
  await connecting;
  return { venue, gateway, socket };
}

const answer = (socket: FakeSocket, op: string, code: string, item: object): void => {
  const id = socket.requests(op).at(-1)?.id;
  socket.push({ id, op, code, msg: '', data: [item], inTime: '1695190491421339', outTime: '1695190491423240' });
};
const accepted = (ordId: string) => ({ clOrdId: 'p1e1s1', ordId, tag: '', ts: '1', sCode: '0', sMsg: '' });
const refused = (sCode: string, sMsg: string) => ({ clOrdId: 'p1e1s1', ordId: '', tag: '', ts: '1', sCode, sMsg });
const body = (...data: object[]) => ({ body: { code: '0', msg: '', data } });
const secretsIn = (text: string): boolean => [credentials.secret, credentials.passphrase].some((s) => text.includes(s));

describe('okx gateway, logging on', () => {
  it('signs the login with the venue clock, subscribes, and says that it is up', async () => {
    const { venue, gateway, socket } = await connected();
    expect(socket.url).toBe('ws://127.0.0.1:1/ws/v5/private');
    const seconds = String(Math.floor((venue.clock.wallMs() + venue.aheadMs) / 1000));
    expect(socket.requests()).toEqual([
      {
        op: 'login',
        args: [
          {
            apiKey: credentials.apiKey,
            passphrase: credentials.passphrase,
            timestamp: seconds,
            sign: sign(credentials.secret, `${seconds}GET/users/self/verify`),
          },
        ],
      },
      { op: 'subscribe', args: [{ channel: 'orders', instType: 'SPOT' }, { channel: 'account' }] },
    ]);
    expect(gateway.isUp).toBe(true);
    expect(venue.events).toEqual([{ kind: 'GatewayUp' }]);
  });

  it.each([
    ['60005', 'Invalid apiKey', 'venue/auth'],
    ['60007', 'Invalid sign', 'venue/auth'],
    ['60024', 'Wrong passphrase', 'venue/auth'],
    ['60006', 'Timestamp request expired', 'venue/refused'],
  ])('rejects with one fault on %s', async (code, message, fault) => {
    const venue = fakeVenue();
    const gateway = okx.createGateway(venue.deps);
    const connecting = gateway.connect();
    const socket = await socketAt(venue, 0);
    socket.open();
    socket.push({ event: 'error', code, msg: message, connId: 'a' });
    await expect(connecting).rejects.toMatchObject({ code: fault, message: expect.stringContaining(message) });
    expect(gateway.isUp).toBe(false);
    venue.clock.advanceMs(60_000);
    await settled();
    expect(venue.sockets).toHaveLength(1);
    expect(venue.events).toEqual([]);
  });

  it('keeps the credentials out of a fault in which the venue repeats the request', async () => {
    const venue = fakeVenue();
    const connecting = okx.createGateway(venue.deps).connect();
    const socket = await socketAt(venue, 0);
    socket.open();
    socket.push({ event: 'error', code: '60012', msg: `Illegal request: ${socket.sent[0]} ${credentials.secret}` });
    const fault = await connecting.then(
      () => undefined,
      (thrown: unknown) => thrown as Error,
    );
    expect(fault?.message).toContain('60012');
    expect(secretsIn(`${fault?.message} ${JSON.stringify(fault)}`)).toBe(false);
  });

  it('rejects when the venue cannot be reached, on either way', async () => {
    const venue = fakeVenue();
    venue.replies.set('GET /api/v5/public/time', 'unreachable');
    await expect(okx.createGateway(venue.deps).connect()).rejects.toMatchObject({ code: 'venue/unreachable' });

    const second = fakeVenue();
    const connecting = okx.createGateway(second.deps).connect();
    (await socketAt(second, 0)).end(1006, 'connect ECONNREFUSED');
    await expect(connecting).rejects.toMatchObject({
      code: 'venue/unreachable',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('gives up a socket on which the venue does not answer the login, and may be asked again', async () => {
    const venue = fakeVenue();
    const gateway = okx.createGateway(venue.deps);
    const connecting = gateway.connect();
    (await socketAt(venue, 0)).open();
    venue.clock.advanceMs(11_000);
    await expect(connecting).rejects.toMatchObject({ code: 'venue/unreachable' });
    const again = gateway.connect();
    logOn(await socketAt(venue, 1));
    await again;
    expect(gateway.isUp).toBe(true);
  });
});

describe('okx gateway, placing', () => {
  it('writes the documented frame and reads the acknowledgement', async () => {
    const { venue, gateway, socket } = await connected();
    const placing = gateway.place(limitOrder);
    const request = socket.requests('order')[0];
    expect(request).toEqual({
      id: expect.stringMatching(/^[0-9a-zA-Z]{1,32}$/),
      op: 'order',
      expTime: String(venue.clock.wallMs() + venue.aheadMs + 2000),
      args: [
        {
          instIdCode: 38,
          tdMode: 'cash',
          clOrdId: 'p1e1s1',
          tag: 'parallax',
          side: 'buy',
          ordType: 'ioc',
          px: '60000.1',
          sz: '0.01',
          stpMode: 'cancel_taker',
        },
      ],
    });
    const sentAt = venue.clock.monotonicNs();
    venue.clock.advanceMs(3);
    answer(socket, 'order', '0', accepted('312269865356374016'));
    expect(await placing).toEqual({
      kind: 'acked',
      venueOrderId: '312269865356374016',
      sentAt,
      ackedAt: venue.clock.monotonicNs(),
    });
  });

  it.each<[Partial<BaseOrder>, object]>([
    [{ tif: 'gtc' }, { ordType: 'limit', px: '60000.1' }],
    [{ tif: 'fok' }, { ordType: 'fok', px: '60000.1' }],
    [
      { type: 'market', side: 'sell' },
      { ordType: 'market', side: 'sell', tgtCcy: 'base_ccy' },
    ],
  ])('writes %o', async (change, args) => {
    const { gateway, socket } = await connected();
    void gateway.place({ ...limitOrder, ...change });
    const sent = socket.requests('order')[0]?.args[0];
    expect(sent).toMatchObject(args);
    expect('px' in (sent ?? {})).toBe('px' in args);
  });

  it.each([
    ['51008', 'insufficient-funds'],
    ['51016', 'duplicate-client-id'],
    ['51020', 'filter'],
    ['50011', 'rate-limit'],
  ])('says that %s is a rejection', async (code, errorClass) => {
    const { gateway, socket } = await connected();
    const placing = gateway.place(limitOrder);
    answer(socket, 'order', '1', refused(code, 'words of the venue'));
    expect(await placing).toMatchObject({
      kind: 'rejected',
      error: { class: errorClass, code, message: 'words of the venue' },
    });
  });

  it('reads a refusal of the whole request', async () => {
    const { gateway, socket } = await connected();
    const placing = gateway.place(limitOrder);
    const id = socket.requests('order')[0]?.id;
    socket.push({ id, op: 'order', code: '60011', msg: 'Please log in', data: [] });
    expect(await placing).toMatchObject({ kind: 'rejected', error: { class: 'auth', code: '60011' } });
  });

  it('does not take a venue that does not know for a rejection', async () => {
    const { gateway, socket } = await connected();
    const placing = gateway.place(limitOrder);
    answer(socket, 'order', '1', refused('51149', 'Order timed out'));
    expect(await placing).toMatchObject({ kind: 'unknown', reason: expect.stringContaining('51149') });
  });

  it('does not know the outcome when no answer comes in time, and ignores a late one', async () => {
    const { venue, gateway, socket } = await connected();
    const placing = gateway.place(limitOrder);
    venue.clock.advanceMs(1999);
    await settled();
    venue.clock.advanceMs(1);
    expect(await placing).toMatchObject({ kind: 'unknown', reason: expect.stringContaining('2000 ms') });
    answer(socket, 'order', '0', accepted('1'));
    expect(gateway.isUp).toBe(true);
  });

  it('knows the outcome of no order that was written when the socket died, and sends none again', async () => {
    const { venue, gateway, socket } = await connected();
    const placing = [gateway.place(limitOrder), gateway.place({ ...limitOrder, clientId: 'p1e1s2' })];
    socket.end(1006, '');
    for (const outcome of await Promise.all(placing)) expect(outcome.kind).toBe('unknown');
    venue.clock.advanceMs(60_000);
    logOn(await socketAt(venue, 1));
    expect(venue.sockets[1]?.requests('order')).toEqual([]);
    expect(venue.requests.filter((request) => request.method === 'POST')).toEqual([]);
  });

  it('matches answers to their orders whatever their order', async () => {
    const { gateway, socket } = await connected();
    const first = gateway.place(limitOrder);
    const second = gateway.place({ ...limitOrder, clientId: 'p1e1s2' });
    const [one, two] = socket.requests('order');
    socket.push({ id: two?.id, op: 'order', code: '0', msg: '', data: [accepted('2')] });
    socket.push({ id: one?.id, op: 'order', code: '0', msg: '', data: [accepted('1')] });
    expect(await first).toMatchObject({ venueOrderId: '1' });
    expect(await second).toMatchObject({ venueOrderId: '2' });
  });
});

describe('okx gateway, placing over REST', () => {
  const place = async (reply: Parameters<FakeVenue['replies']['set']>[1], order = limitOrder) => {
    const venue = fakeVenue();
    venue.replies.set('POST /api/v5/trade/order', reply);
    const outcome = await okx.createGateway(venue.deps).place(order);
    return { venue, outcome, request: venue.requests.at(-1) };
  };

  it('is used while the socket is down; the request is signed', async () => {
    const { venue, outcome, request } = await place(body(accepted('77')));
    expect(outcome).toMatchObject({ kind: 'acked', venueOrderId: '77' });
    expect(JSON.parse(request?.body ?? '')).toEqual({
      instId: 'BTC-USDT',
      tdMode: 'cash',
      clOrdId: 'p1e1s1',
      tag: 'parallax',
      side: 'buy',
      ordType: 'ioc',
      px: '60000.1',
      sz: '0.01',
      stpMode: 'cancel_taker',
    });
    const timestamp = new Date(venue.clock.wallMs()).toISOString();
    expect(request?.headers).toMatchObject({
      'OK-ACCESS-KEY': credentials.apiKey,
      'OK-ACCESS-PASSPHRASE': credentials.passphrase,
      'OK-ACCESS-TIMESTAMP': timestamp,
      'OK-ACCESS-SIGN': sign(credentials.secret, `${timestamp}POST/api/v5/trade/order${request?.body}`),
      expTime: String(venue.clock.wallMs() + 2000),
    });
  });

  it('is used for instruments without a code, even while the socket is up', async () => {
    const { venue, gateway, socket } = await connected();
    venue.replies.set('POST /api/v5/trade/order', body(accepted('78')));
    const { orderCode: _, ...codeless } = listing;
    expect(await gateway.place({ ...limitOrder, listing: codeless })).toMatchObject({ kind: 'acked' });
    expect(socket.requests('order')).toEqual([]);
  });

  it.each([
    ['a refusal', { body: { code: '1', msg: '', data: [refused('51008', 'no')] } }, 'rejected', '51008'],
    ['a bad signature', { status: 401, body: { code: '50113', msg: 'Invalid Sign' } }, 'rejected', '50113'],
    ['a rate limit', { status: 429, body: '', headers: { 'retry-after': '2' } }, 'rejected', 'http-429'],
    ['a proxy that refuses', { status: 403, body: '<html>' }, 'rejected', 'http-403'],
    ['a server error', { status: 500, body: { code: '50026', msg: 'System error' } }, 'unknown', '50026'],
    [
      'a server error with the code of a refusal',
      { status: 503, body: { code: '50001', msg: '' } },
      'unknown',
      '50001',
    ],
    ['a gateway timeout', { status: 504, body: '<html>' }, 'unknown', 'http-504'],
    ['half a body', { status: 200, body: '{"code":"0","da' }, 'unknown', 'http-200'],
    ['a lost connection', 'unreachable' as const, 'unknown', 'unreachable'],
    ['an acknowledgement without an id', body({ sCode: '0' }), 'unknown', 'order id'],
  ])('takes %s for what it is', async (_, reply, kind, words) => {
    const { outcome } = await place(reply);
    expect(outcome.kind).toBe(kind);
    expect(JSON.stringify(outcome)).toContain(words);
    if (words === 'http-429') expect(outcome).toMatchObject({ error: { class: 'rate-limit', retryAfterMs: 2000 } });
  });
});

describe('okx gateway, cancelling', () => {
  it('writes the documented frame', async () => {
    const { gateway, socket } = await connected();
    const cancelling = gateway.cancel({ clientId: 'p1e1s1', listing });
    expect(socket.requests('cancel-order')[0]?.args).toEqual([{ instIdCode: 38, clOrdId: 'p1e1s1' }]);
    answer(socket, 'cancel-order', '0', accepted('5'));
    expect(await cancelling).toEqual({ kind: 'cancelled' });
  });

  it.each(['51400', '51401', '51402', '51603'])('says that nothing is open on %s', async (code) => {
    const { gateway, socket } = await connected();
    const cancelling = gateway.cancel({ clientId: 'p1e1s1', listing });
    answer(socket, 'cancel-order', '1', refused(code, 'Cancellation failed'));
    expect(await cancelling).toEqual({ kind: 'absent' });
  });

  it('fails when the answer is lost, and goes over REST while the socket is down', async () => {
    const { venue, gateway, socket } = await connected();
    const cancelling = gateway.cancel({ clientId: 'p1e1s1', listing });
    socket.end(1006, '');
    expect(await cancelling).toMatchObject({ kind: 'failed', error: { class: 'unknown-outcome' } });
    venue.replies.set('POST /api/v5/trade/cancel-order', body(accepted('5')));
    expect(await gateway.cancel({ clientId: 'p1e1s1', listing })).toEqual({ kind: 'cancelled' });
    expect(JSON.parse(venue.requests.at(-1)?.body ?? '')).toEqual({ instId: 'BTC-USDT', clOrdId: 'p1e1s1' });
  });
});

describe('okx gateway, its connection', () => {
  it('comes back by itself, logs on again and says so', async () => {
    const { venue, gateway, socket } = await connected();
    socket.end(1006, 'reset');
    expect(gateway.isUp).toBe(false);
    expect(venue.events.at(-1)).toMatchObject({ kind: 'GatewayDown', reason: expect.stringContaining('reset') });
    // The second try fails too, and is waited for longer.
    venue.clock.advanceMs(250);
    (await socketAt(venue, 1)).end(1006, 'still down');
    venue.clock.advanceMs(500);
    logOn(await socketAt(venue, 2));
    expect(gateway.isUp).toBe(true);
    expect(venue.events.map((event) => event.kind)).toEqual(['GatewayUp', 'GatewayDown', 'GatewayUp']);
  });

  it('pings in text when idle, and gives up a silent socket', async () => {
    const { venue, gateway, socket } = await connected();
    venue.clock.advanceMs(6000);
    expect(socket.sent.filter((text) => text === 'ping')).toHaveLength(1);
    socket.push('pong');
    venue.clock.advanceMs(6000);
    expect(socket.sent.filter((text) => text === 'ping')).toHaveLength(2);
    expect(gateway.isUp).toBe(true);
    venue.clock.advanceMs(5000);
    expect(gateway.isUp).toBe(false);
    expect(venue.events.at(-1)).toMatchObject({ kind: 'GatewayDown', reason: expect.stringContaining('silent') });
  });

  it('is replaced between requests when the venue announces an upgrade', async () => {
    const { venue, gateway, socket } = await connected();
    const placing = gateway.place(limitOrder);
    socket.push({ event: 'notice', code: '64008', msg: 'The connection will soon be closed for a service upgrade.' });
    expect(socket.isOpen).toBe(true);
    answer(socket, 'order', '0', accepted('1'));
    expect(await placing).toMatchObject({ kind: 'acked' });
    expect(socket.isOpen).toBe(false);
    venue.clock.advanceMs(250);
    logOn(await socketAt(venue, 1));
    expect(gateway.isUp).toBe(true);
  });

  it('stays closed once closed', async () => {
    const { venue, gateway } = await connected();
    await gateway.close();
    venue.clock.advanceMs(60_000);
    await settled();
    expect(venue.sockets).toHaveLength(1);
    expect(gateway.isUp).toBe(false);
  });

  it('survives garbage', async () => {
    const { venue, gateway, socket } = await connected();
    for (const text of ['', 'null', '[]', '{', '{"arg":1}', '{"arg":{"channel":"orders"},"data":[null,1,{}]}']) {
      socket.push(text);
    }
    socket.push({ event: 'error', code: '60012', msg: 'Illegal request' });
    expect(gateway.isUp).toBe(true);
    expect(venue.events).toEqual([{ kind: 'GatewayUp' }]);
  });
});

describe('okx gateway, pushes', () => {
  const push = (change: object) => ({
    arg: { channel: 'orders', instType: 'SPOT', uid: '1' },
    data: [
      {
        instType: 'SPOT',
        instId: 'BTC-USDT',
        ordId: '9',
        clOrdId: 'p1e1s1',
        side: 'buy',
        state: 'partially_filled',
        accFillSz: '0.004',
        fillSz: '0.004',
        fillPx: '60000',
        tradeId: '501',
        fillTime: '1700000000001',
        uTime: '1700000000002',
        execType: 'T',
        fee: '-0.000004',
        feeCcy: 'BTC',
        fillFee: '-0.000004',
        fillFeeCcy: 'BTC',
        ...change,
      },
    ],
  });
  const fees = (venue: FakeVenue) =>
    venue.events.flatMap((event) => (event.kind === 'LegFilled' ? [`${event.fill.fee} ${event.fill.feeAsset}`] : []));

  it('become a fill and then the report of its order', async () => {
    const { venue, socket } = await connected();
    socket.push(push({}));
    expect(venue.events.slice(1)).toEqual([
      {
        kind: 'LegFilled',
        fill: {
          clientId: 'p1e1s1',
          venueOrderId: '9',
          tradeId: '501',
          symbol: 'BTC-USDT',
          side: 'buy',
          price: '60000',
          size: '0.004',
          fee: '0.000004',
          feeAsset: 'BTC',
          maker: false,
          venueAt: 1_700_000_000_001,
        },
      },
      {
        kind: 'OrderUpdated',
        report: {
          clientId: 'p1e1s1',
          venueOrderId: '9',
          symbol: 'BTC-USDT',
          side: 'buy',
          status: 'open',
          filled: '0.004',
          venueAt: 1_700_000_000_002,
        },
      },
    ]);
  });

  it('tell a rebate from a fee', async () => {
    const { venue, socket } = await connected();
    socket.push(push({ fillFee: '0.00001', execType: 'M' }));
    expect(fees(venue)).toEqual(['-0.00001 BTC']);
  });

  const old = { fillFee: undefined, fillFeeCcy: undefined };

  it('of older editions take the fee from the growth of the total', async () => {
    const { venue, socket } = await connected();
    socket.push(push(old));
    socket.push(
      push({ ...old, accFillSz: '0.01', fillSz: '0.006', tradeId: '502', fee: '-0.0000101', state: 'filled' }),
    );
    expect(fees(venue)).toEqual(['0.000004 BTC', '0.0000061 BTC']);
  });

  it('of older editions give no fill when the push before was missed', async () => {
    const { venue, socket } = await connected();
    socket.push(push({ ...old, accFillSz: '0.01', fillSz: '0.006', tradeId: '502', fee: '-0.0000101' }));
    expect(fees(venue)).toEqual([]);
    expect(venue.events.at(-1)).toMatchObject({ kind: 'OrderUpdated', report: { filled: '0.01' } });
    expect(venue.logged.at(-1)).toContain('502');
  });

  it('of older editions give no fill after a lost connection, in which one may have been missed', async () => {
    const { venue, socket } = await connected();
    socket.push(push(old));
    socket.end(1006, '');
    venue.clock.advanceMs(250);
    const next = await socketAt(venue, 1);
    logOn(next);
    next.push(push({ ...old, accFillSz: '0.01', fillSz: '0.002', tradeId: '503', fee: '-0.0000101' }));
    expect(fees(venue)).toEqual(['0.000004 BTC']);
  });

  it.each([
    ['live', 'open'],
    ['partially_filled', 'open'],
    ['filled', 'filled'],
    ['canceled', 'cancelled'],
    ['mmp_canceled', 'cancelled'],
  ])('call %s %s', async (state, status) => {
    const { venue, socket } = await connected();
    socket.push(push({ state, tradeId: '', fillSz: '0' }));
    expect(venue.events.slice(1)).toEqual([expect.objectContaining({ report: expect.objectContaining({ status }) })]);
  });
});

import { afterEach, describe, expect, it } from 'vitest';
import type { BaseOrder, Gateway } from '../../../src/core/order.ts';
import { bitget } from '../../../src/venues/bitget/index.ts';
import { sign } from '../../../src/venues/bitget/sign.ts';
import {
  credentials,
  type FakeVenue,
  limitOrder,
  listing,
  logOn,
  fakeVenue as newVenue,
  orderPush,
  type Reply,
  refusal,
  secretsIn,
  socketAt,
  success,
} from './bitget-fakes.ts';
import { type FakeSocket, settled } from './okx-fakes.ts';

const PLACE = '/api/v2/spot/trade/place-order';
const CANCEL = '/api/v2/spot/trade/cancel-order';

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
  const gateway = bitget.createGateway(venue.deps);
  const connecting = gateway.connect();
  const socket = await socketAt(venue, 0);
  logOn(socket);
  await connecting;
  return { venue, gateway, socket };
}

async function place(reply: Reply, change: Partial<BaseOrder> = {}) {
  const venue = fakeVenue();
  venue.replies.set(`POST ${PLACE}`, reply);
  const outcome = await bitget.createGateway(venue.deps).place({ ...limitOrder, ...change });
  return { venue, outcome, request: venue.requests.at(-1), body: venue.bodies(PLACE)[0] as Record<string, unknown> };
}

describe('bitget gateway, logging on', () => {
  it('signs the login with the venue clock, in seconds, subscribes, and says that it is up', async () => {
    const { venue, gateway, socket } = await connected();
    expect(socket.url).toBe('ws://127.0.0.1:1/v2/ws/private');
    const seconds = String(Math.floor((venue.clock.wallMs() + venue.aheadMs) / 1000));
    const { apiKey, passphrase, secret } = credentials;
    const login = { apiKey, passphrase, timestamp: seconds, sign: sign(secret, `${seconds}GET/user/verify`) };
    expect(socket.requests()).toEqual([
      { op: 'login', args: [login] },
      {
        op: 'subscribe',
        args: [
          { instType: 'SPOT', channel: 'orders', instId: 'default' },
          { instType: 'SPOT', channel: 'fill', instId: 'default' },
          { instType: 'SPOT', channel: 'account', coin: 'default' },
        ],
      },
    ]);
    expect(gateway.isUp).toBe(true);
    expect(venue.events).toEqual([{ kind: 'GatewayUp' }]);
  });

  it('knows the acknowledgement as a number and as a text', async () => {
    const venue = fakeVenue();
    const connecting = bitget.createGateway(venue.deps).connect();
    logOn(await socketAt(venue, 0), '0');
    await connecting;
  });

  it.each([
    [30011, 'Invalid ACCESS_KEY', 'venue/auth'],
    [30012, 'Invalid ACCESS_PASSPHRASE', 'venue/auth'],
    ['30015', 'Invalid sign', 'venue/auth'],
    ['30005', 'error', 'venue/auth'],
    [30013, 'Invalid ACCESS_TIMESTAMP', 'venue/refused'],
  ])('rejects with one fault on %s', async (code, message, fault) => {
    const venue = fakeVenue();
    const gateway = bitget.createGateway(venue.deps);
    const connecting = gateway.connect();
    const socket = await socketAt(venue, 0);
    socket.open();
    socket.push({ event: 'error', code, msg: message });
    await expect(connecting).rejects.toMatchObject({ code: fault, message: expect.stringContaining(message) });
    expect(gateway.isUp).toBe(false);
    venue.clock.advanceMs(60_000);
    await settled();
    expect(venue.sockets).toHaveLength(1);
    expect(venue.events).toEqual([]);
  });

  it('rejects a login that is answered with a code', async () => {
    const venue = fakeVenue();
    const connecting = bitget.createGateway(venue.deps).connect();
    const socket = await socketAt(venue, 0);
    socket.open();
    socket.push({ event: 'login', code: 30005, msg: 'error' });
    await expect(connecting).rejects.toMatchObject({ code: 'venue/auth' });
  });

  it('keeps the credentials out of a fault in which the venue repeats the request', async () => {
    const venue = fakeVenue();
    const connecting = bitget.createGateway(venue.deps).connect();
    const socket = await socketAt(venue, 0);
    socket.open();
    socket.push({ event: 'error', code: 30003, msg: `invalid op: ${socket.sent[0]} ${credentials.secret}` });
    const fault = await connecting.then(
      () => undefined,
      (thrown: unknown) => thrown as Error,
    );
    expect(fault?.message).toContain('30003');
    expect(secretsIn(`${fault?.message} ${JSON.stringify(fault)}`)).toBe(false);
  });

  it('rejects when the venue cannot be reached, on either way', async () => {
    const venue = fakeVenue();
    venue.replies.set('GET /api/v2/public/time', 'unreachable');
    await expect(bitget.createGateway(venue.deps).connect()).rejects.toMatchObject({ code: 'venue/unreachable' });
    const second = fakeVenue();
    const connecting = bitget.createGateway(second.deps).connect();
    (await socketAt(second, 0)).end(1006, 'no route');
    await expect(connecting).rejects.toMatchObject({ code: 'venue/unreachable' });
  });
});

describe('bitget gateway, placing', () => {
  it('writes the documented body, signed, with its expiry', async () => {
    const { venue, gateway } = await connected();
    venue.replies.set(`POST ${PLACE}`, () => {
      venue.clock.advanceMs(3);
      return success({ orderId: '1001', clientOid: 'p1e1s1' });
    });
    const sentAt = venue.clock.monotonicNs();
    const now = String(venue.clock.wallMs() + venue.aheadMs);
    expect(await gateway.place(limitOrder)).toEqual({
      kind: 'acked',
      venueOrderId: '1001',
      sentAt,
      ackedAt: venue.clock.monotonicNs(),
    });
    const { apiKey, passphrase, secret } = credentials;
    const request = venue.requests.at(-1);
    expect(venue.bodies(PLACE)).toEqual([
      {
        symbol: 'BTCUSDT',
        side: 'buy',
        orderType: 'limit',
        force: 'ioc',
        price: '60000.1',
        size: '0.01',
        stpMode: 'cancel_taker',
        clientOid: 'p1e1s1',
        requestTime: now,
        receiveWindow: '2000',
      },
    ]);
    expect(request?.headers).toEqual({
      'ACCESS-KEY': apiKey,
      'ACCESS-SIGN': sign(secret, `${now}POST${PLACE}${request?.body}`),
      'ACCESS-TIMESTAMP': now,
      'ACCESS-PASSPHRASE': passphrase,
      'Content-Type': 'application/json',
      locale: 'en-US',
    });
  });

  it('tells the venue in demo trading, whose REST address is the real one', async () => {
    const venue = fakeVenue();
    venue.replies.set(`POST ${PLACE}`, success({ orderId: '1' }));
    const demo = bitget.environments.demo ?? venue.deps.endpoints;
    await bitget.createGateway({ ...venue.deps, endpoints: { ...demo, rest: 'http://127.0.0.1:1' } }).place(limitOrder);
    expect(venue.requests.at(-1)?.headers).toMatchObject({ paptrading: '1' });
  });

  it.each<[Partial<BaseOrder>, object]>([
    [{ tif: 'gtc' }, { orderType: 'limit', force: 'gtc', price: '60000.1' }],
    [
      { tif: 'fok', side: 'sell' },
      { orderType: 'limit', force: 'fok', side: 'sell', price: '60000.1' },
    ],
    [
      { type: 'market', side: 'sell' },
      { orderType: 'market', side: 'sell', size: '0.01' },
    ],
  ])('writes %o', async (change, wanted) => {
    const { body } = await place(success({ orderId: '1' }), change);
    expect(body).toMatchObject(wanted);
    expect('price' in body).toBe('price' in wanted);
  });

  it('refuses a market buy by itself: the venue would take the size for an amount of the quote asset', async () => {
    const { outcome, venue } = await place(success({ orderId: '1' }), { type: 'market' });
    expect(outcome).toMatchObject({ kind: 'rejected', error: { class: 'filter', message: /quote asset/ } });
    expect(venue.requests).toEqual([]);
  });

  it.each<[string, Reply, string, string]>([
    ['too little money', refusal('43012', 'Insufficient balance'), 'rejected', 'insufficient-funds'],
    ['a repeated client id', refusal('43118', 'clientOrderId duplicate'), 'rejected', 'duplicate-client-id'],
    ['a price too far away', refusal('43009', 'exceeds the limit'), 'rejected', 'filter'],
    ['a size too fine', refusal('40808', 'size checkBDScale error'), 'rejected', 'filter'],
    ['an order that came too late', refusal('40078', 'outside of the ME receiveWindow'), 'rejected', 'clock'],
    ['a bad signature', refusal('40009', 'sign signature error', 401), 'rejected', 'auth'],
    ['a halted pair', refusal('41114', 'under maintenance'), 'rejected', 'maintenance'],
    ['a rate limit', refusal('429', 'Too many requests', 429), 'rejected', 'rate-limit'],
    ['a bare rate limit', { status: 429, body: '' }, 'rejected', 'rate-limit'],
    ['a proxy that refuses', { status: 403, body: '<html>' }, 'rejected', 'other'],
    ['a venue that does not know', refusal('40725', 'service return an error'), 'unknown', '40725'],
    ['a refusal that nobody documented', refusal('99999', 'something new'), 'unknown', '99999'],
    ['an unknown error', refusal('45001', 'Unknown error'), 'unknown', '45001'],
    ['a server error with the code of a refusal', refusal('43012', 'no', 500), 'unknown', '43012'],
    ['a server that is away', { status: 503, body: '' }, 'unknown', 'http-503'],
    ['a gateway timeout', { status: 504, body: '<html>' }, 'unknown', 'http-504'],
    ['half a body', { status: 200, body: '{"code":"00000","da' }, 'unknown', 'http-200'],
    ['a lost connection', 'unreachable', 'unknown', 'unreachable'],
    ['an acknowledgement without an id', success({ clientOid: 'p1e1s1' }), 'unknown', 'order id'],
    ['an acknowledgement of nothing', success(null), 'unknown', 'order id'],
  ])('takes %s for what it is, and sends nothing again', async (_, reply, kind, words) => {
    const { outcome, venue } = await place(reply);
    expect(outcome.kind).toBe(kind);
    if (outcome.kind === 'rejected') expect(outcome.error.class).toBe(words);
    else expect(JSON.stringify(outcome)).toContain(words);
    expect(venue.requests.filter(({ url }) => url.endsWith(PLACE))).toHaveLength(1);
  });

  it('hands on the wait that the venue names', async () => {
    const { outcome } = await place({ status: 429, body: '{"code":"429","msg":"x"}', headers: { 'retry-after': '2' } });
    expect(outcome).toMatchObject({ error: { class: 'rate-limit', retryAfterMs: 2000 } });
  });

  it('reads the clock again after a refusal for its time', async () => {
    const { venue } = await place(refusal('40008', 'Request timestamp expired'));
    for (let turn = 0; turn < 10; turn++) await settled();
    expect(venue.queries('/api/v2/public/time').length).toBeGreaterThan(1);
  });

  it('does not need the private socket', async () => {
    const { venue, gateway, socket } = await connected();
    socket.end(1006, '');
    venue.replies.set(`POST ${PLACE}`, success({ orderId: '7' }));
    expect(gateway.isUp).toBe(false);
    expect(await gateway.place(limitOrder)).toMatchObject({ kind: 'acked', venueOrderId: '7' });
  });
});

describe('bitget gateway, cancelling', () => {
  const cancel = async (reply: Reply) => {
    const venue = fakeVenue();
    venue.replies.set(`POST ${CANCEL}`, reply);
    return { venue, outcome: await bitget.createGateway(venue.deps).cancel({ clientId: 'p1e1s1', listing }) };
  };

  it('writes the documented body', async () => {
    const { venue, outcome } = await cancel(success({ orderId: '5', clientOid: 'p1e1s1' }));
    expect(outcome).toEqual({ kind: 'cancelled' });
    expect(venue.bodies(CANCEL)).toEqual([{ symbol: 'BTCUSDT', clientOid: 'p1e1s1' }]);
  });

  it.each(['43001', '45031', '45055', '40768'])('says that nothing is open on %s', async (code) => {
    expect((await cancel(refusal(code, 'The order does not exist'))).outcome).toEqual({ kind: 'absent' });
  });

  it('fails when the venue is away or does not say', async () => {
    for (const reply of ['unreachable', { status: 502, body: '' }, refusal('40725', 'error')] as const) {
      expect((await cancel(reply)).outcome).toMatchObject({ kind: 'failed', error: { class: 'unknown-outcome' } });
    }
  });
});

describe('bitget gateway, its connection', () => {
  it('comes back by itself, logs on again and says so', async () => {
    const { venue, gateway, socket } = await connected();
    socket.end(1006, 'reset');
    expect(gateway.isUp).toBe(false);
    expect(venue.events.at(-1)).toMatchObject({ kind: 'GatewayDown', reason: expect.stringContaining('reset') });
    // The venue's clock is not needed for the second try.
    venue.replies.set('GET /api/v2/public/time', 'unreachable');
    venue.clock.advanceMs(250);
    logOn(await socketAt(venue, 1));
    expect(gateway.isUp).toBe(true);
    expect(venue.events.map((event) => event.kind)).toEqual(['GatewayUp', 'GatewayDown', 'GatewayUp']);
  });

  it('pings in text every 30 s at the latest, however much arrives', async () => {
    const { venue, socket } = await connected();
    for (let passed = 0; passed < 120_000; passed += 1000) {
      venue.clock.advanceMs(1000);
      socket.push(orderPush({}));
    }
    expect(socket.sent.filter((text) => text === 'ping').length).toBeGreaterThanOrEqual(4);
    expect(socket.isOpen).toBe(true);
  });

  it('pings when idle, and gives up a silent socket', async () => {
    const { venue, gateway, socket } = await connected();
    venue.clock.advanceMs(6000);
    expect(socket.sent.filter((text) => text === 'ping')).toHaveLength(1);
    socket.push('pong');
    venue.clock.advanceMs(6000);
    expect(gateway.isUp).toBe(true);
    venue.clock.advanceMs(5000);
    expect(gateway.isUp).toBe(false);
    expect(venue.events.at(-1)).toMatchObject({ kind: 'GatewayDown', reason: expect.stringContaining('silent') });
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
    const frames = ['', 'null', '[]', '{', '{"arg":1}', '{"event":"unsubscribe"}'];
    const pushes = ['orders', 'fill', 'account', 'other'].map(
      (channel) => `{"arg":{"channel":"${channel}"},"data":[null,1,{}]}`,
    );
    for (const text of [...frames, ...pushes]) socket.push(text);
    socket.push({ event: 'error', code: 30003, msg: 'invalid op' });
    expect(gateway.isUp).toBe(true);
    expect(venue.events).toEqual([{ kind: 'GatewayUp' }]);
  });
});

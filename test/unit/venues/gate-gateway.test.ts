import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { BaseOrder, Gateway } from '../../../src/core/order.ts';
import { gate } from '../../../src/venues/gate/index.ts';
import { sign } from '../../../src/venues/gate/sign.ts';
import {
  acknowledge,
  answer,
  credentials,
  type FakeGate,
  type FakeSocket,
  limitOrder,
  listing,
  logOn,
  fakeGate as newVenue,
  order,
  receipt,
  refuse,
  secretsIn,
  sentOn,
  settled,
  socketAt,
} from './gate-fakes.ts';

const PLACE = 'spot.order_place';
const CANCEL = 'spot.order_cancel';

const open: FakeGate[] = [];
afterEach(() => {
  // Whatever a test did, no secret stood in a log line.
  for (const venue of open.splice(0)) expect(venue.logged.filter(secretsIn)).toEqual([]);
});

function fakeGate(): FakeGate {
  const venue = newVenue();
  open.push(venue);
  return venue;
}

async function connected(): Promise<{ venue: FakeGate; gateway: Gateway; socket: FakeSocket }> {
  const venue = fakeGate();
  const gateway = gate.createGateway(venue.deps);
  const connecting = gateway.connect();
  const socket = await socketAt(venue, 0);
  logOn(socket);
  await connecting;
  return { venue, gateway, socket };
}

const secondsOf = (venue: FakeGate): number => Math.floor((venue.clock.wallMs() + venue.aheadMs) / 1000);

describe('gate gateway, logging on', () => {
  it('signs the login and each subscription with the venue clock, and says that it is up', async () => {
    const { venue, gateway, socket } = await connected();
    expect(socket.url).toBe('ws://127.0.0.1:1/private/ws/v4/');
    const time = secondsOf(venue);
    const auth = (channel: string) => ({
      method: 'api_key',
      KEY: credentials.apiKey,
      SIGN: sign(credentials.secret, `channel=${channel}&event=subscribe&time=${time}`),
    });
    expect(sentOn(socket)).toEqual([
      {
        time,
        channel: 'spot.login',
        event: 'api',
        payload: {
          req_id: 'login',
          api_key: credentials.apiKey,
          timestamp: String(time),
          signature: sign(credentials.secret, `api\nspot.login\n\n${time}`),
        },
      },
      { time, channel: 'spot.orders_v2', event: 'subscribe', payload: ['!all'], auth: auth('spot.orders_v2') },
      { time, channel: 'spot.usertrades', event: 'subscribe', payload: ['!all'], auth: auth('spot.usertrades') },
      { time, channel: 'spot.balances', event: 'subscribe', auth: auth('spot.balances') },
    ]);
    expect(gateway.isUp).toBe(true);
    expect(venue.events).toEqual([{ kind: 'GatewayUp' }]);
  });

  it('is not up before all of it is acknowledged', async () => {
    const venue = fakeGate();
    const gateway = gate.createGateway(venue.deps);
    const connecting = gateway.connect();
    const socket = await socketAt(venue, 0);
    socket.open();
    for (const channel of ['spot.orders_v2', 'spot.usertrades', 'spot.usertrades', 'spot.balances']) {
      acknowledge(socket, channel);
    }
    expect(gateway.isUp).toBe(false);
    answer(socket, 'spot.login', { api_key: credentials.apiKey, uid: '1' });
    await connecting;
    expect(gateway.isUp).toBe(true);
  });

  it.each([
    [401, 'INVALID_KEY', 'Invalid key provided', 'venue/auth'],
    [401, 'INVALID_SIGNATURE', 'Signature mismatch', 'venue/auth'],
    [403, 'REQUEST_EXPIRED', 'gap between request Timestamp and server time exceeds 60', 'venue/refused'],
  ])('rejects with one fault on %i %s', async (status, label, message, fault) => {
    const venue = fakeGate();
    const gateway = gate.createGateway(venue.deps);
    const connecting = gateway.connect();
    const socket = await socketAt(venue, 0);
    socket.open();
    refuse(socket, 'spot.login', status, label, message);
    await expect(connecting).rejects.toMatchObject({ code: fault, message: expect.stringContaining(message) });
    expect(gateway.isUp).toBe(false);
    venue.clock.advanceMs(60_000);
    await settled();
    expect(venue.sockets).toHaveLength(1);
    expect(venue.events).toEqual([]);
  });

  it('rejects with one fault on a subscription that is refused, whose words are JSON in JSON', async () => {
    const venue = fakeGate();
    const connecting = gate.createGateway(venue.deps).connect();
    const socket = await socketAt(venue, 0);
    socket.open();
    const error = { code: 4, message: '{"label":"INVALID_KEY","message":"Invalid key provided"}\n' };
    socket.push({ time: 1, channel: 'spot.balances', event: 'subscribe', error, result: { status: 'fail' } });
    await expect(connecting).rejects.toMatchObject({
      code: 'venue/auth',
      message: expect.stringContaining('INVALID_KEY Invalid key provided'),
    });
  });

  it('keeps the credentials out of a fault in which the venue repeats the request', async () => {
    const venue = fakeGate();
    const connecting = gate.createGateway(venue.deps).connect();
    const socket = await socketAt(venue, 0);
    socket.open();
    refuse(socket, 'spot.login', 400, 'BAD_REQUEST', `cannot read ${socket.sent[0]} ${credentials.secret}`);
    const fault = await connecting.then(
      () => undefined,
      (thrown: unknown) => thrown as Error,
    );
    expect(fault?.message).toContain('BAD_REQUEST');
    expect(secretsIn(`${fault?.message} ${JSON.stringify(fault)}`)).toBe(false);
    expect(fault?.message).not.toContain(credentials.apiKey);
  });

  it('rejects when the venue cannot be reached, on either way', async () => {
    const venue = fakeGate();
    venue.replies.set('GET /api/v4/spot/time', 'unreachable');
    await expect(gate.createGateway(venue.deps).connect()).rejects.toMatchObject({ code: 'venue/unreachable' });
    const second = fakeGate();
    const connecting = gate.createGateway(second.deps).connect();
    (await socketAt(second, 0)).end(1006, 'connect ECONNREFUSED');
    await expect(connecting).rejects.toMatchObject({ code: 'venue/unreachable' });
  });

  it('pings while it is quiet, takes the pong for a sign of life, and comes back when there is none', async () => {
    const { venue, gateway, socket } = await connected();
    for (let second = 0; second < 6; second++) venue.clock.advanceMs(1000);
    const [ping] = sentOn(socket, 'spot.ping');
    expect(ping).toEqual({ time: secondsOf(venue) - 1, channel: 'spot.ping' });
    socket.push({ time: 1, time_ms: 1000, conn_id: 'a', channel: 'spot.pong', event: '', result: null });
    for (let second = 0; second < 9; second++) venue.clock.advanceMs(1000);
    expect(gateway.isUp).toBe(true);
    for (let second = 0; second < 3; second++) venue.clock.advanceMs(1000);
    expect(gateway.isUp).toBe(false);
    for (let turn = 0; turn < 10; turn++) venue.clock.advanceMs(1000);
    logOn(await socketAt(venue, 1));
    expect(gateway.isUp).toBe(true);
    expect(venue.events.map(({ kind }) => kind)).toEqual(['GatewayUp', 'GatewayDown', 'GatewayUp']);
  });
});

describe('gate gateway, placing', () => {
  it('writes the documented frame; a receipt is no answer, the result is', async () => {
    const { venue, gateway, socket } = await connected();
    const placing = gateway.place(limitOrder);
    expect(sentOn(socket, PLACE)).toEqual([
      {
        time: secondsOf(venue),
        channel: PLACE,
        event: 'api',
        payload: {
          req_id: expect.stringMatching(/^\d+$/),
          req_param: {
            text: 't-p1e1s1',
            currency_pair: 'BTC_USDT',
            type: 'limit',
            side: 'buy',
            amount: '0.01',
            price: '60000.1',
            time_in_force: 'ioc',
          },
          req_header: { 'x-gate-exptime': String(venue.clock.wallMs() + venue.aheadMs + 2000) },
        },
      },
    ]);
    const sentAt = venue.clock.monotonicNs();
    venue.clock.advanceMs(1);
    receipt(socket, PLACE);
    await settled();
    venue.clock.advanceMs(2);
    answer(socket, PLACE, order());
    const ackedAt = venue.clock.monotonicNs();
    expect(await placing).toEqual({ kind: 'acked', venueOrderId: '1852454420', sentAt, ackedAt });
  });

  it.each<[Partial<BaseOrder>, object]>([
    [{ tif: 'gtc' }, { type: 'limit', time_in_force: 'gtc', price: '60000.1' }],
    [{ tif: 'fok' }, { type: 'limit', time_in_force: 'fok', price: '60000.1' }],
    [
      { type: 'market', side: 'sell', tif: 'gtc' },
      { type: 'market', side: 'sell', time_in_force: 'ioc', amount: '0.01' },
    ],
    [
      { type: 'market', side: 'sell', tif: 'fok' },
      { type: 'market', time_in_force: 'fok' },
    ],
  ])('writes %o', async (change, params) => {
    const { gateway, socket } = await connected();
    void gateway.place({ ...limitOrder, ...change });
    const sent = sentOn(socket, PLACE)[0]?.payload.req_param as object;
    expect(sent).toMatchObject(params);
    expect('price' in sent).toBe('price' in params);
  });

  it('refuses a market buy by base size itself, in one clear sentence, and sends nothing', async () => {
    const { venue, gateway, socket } = await connected();
    const outcome = await gateway.place({ ...limitOrder, type: 'market' });
    expect(outcome).toMatchObject({ kind: 'rejected', error: { class: 'filter', code: 'market-buy' } });
    expect(JSON.stringify(outcome)).toContain('quote');
    expect(sentOn(socket, PLACE)).toEqual([]);
    expect(venue.requests.filter(({ method }) => method === 'POST')).toEqual([]);
  });

  it.each([
    [400, 'BALANCE_NOT_ENOUGH', 'insufficient-funds'],
    [400, 'INVALID_PRECISION', 'filter'],
    [400, 'INVALID_PARAM_VALUE', 'filter'],
    [400, 'FOK_NOT_FILL', 'unfilled'],
    [401, 'AUTHENTICATION_FAILED', 'auth'],
    [403, 'REQUEST_EXPIRED', 'clock'],
  ])('says that %i %s is a rejection', async (status, label, errorClass) => {
    const { gateway, socket } = await connected();
    const placing = gateway.place(limitOrder);
    refuse(socket, PLACE, status, label, 'words of the venue');
    expect(await placing).toMatchObject({
      kind: 'rejected',
      error: { class: errorClass, code: label, message: 'words of the venue' },
    });
  });

  it.each(['x_gate_ratelimit_reset_timestamp', 'x_gat_ratelimit_reset_timestamp'])(
    'hears how long to wait for the limit (%s)',
    async (key) => {
      const { gateway, socket } = await connected();
      const placing = gateway.place(limitOrder);
      const more = { response_time: '1677816784084', [key]: 1677816785084 };
      refuse(socket, PLACE, 429, 'TOO_MANY_REQUESTS', 'Request Rate limit Exceeded (211)', more);
      expect(await placing).toMatchObject({ kind: 'rejected', error: { class: 'rate-limit', retryAfterMs: 1000 } });
    },
  );

  it.each([
    [500, 'SERVER_ERROR'],
    [502, 'BALANCE_NOT_ENOUGH'],
    [400, 'INTERNAL'],
    [400, 'TOO_BUSY'],
  ])('does not take %i %s for a rejection', async (status, label) => {
    const { gateway, socket } = await connected();
    const placing = gateway.place(limitOrder);
    refuse(socket, PLACE, status, label, 'sorry');
    expect(await placing).toMatchObject({ kind: 'unknown', reason: expect.stringContaining(label) });
  });

  it('does not know the outcome of an answer without reason or id', async () => {
    const { gateway, socket } = await connected();
    const first = gateway.place(limitOrder);
    const id = sentOn(socket, PLACE)[0]?.payload.req_id;
    socket.push({ request_id: id, header: { status: '418', channel: PLACE }, data: {} });
    expect(await first).toMatchObject({ kind: 'unknown', reason: expect.stringContaining('418') });
    const second = gateway.place(limitOrder);
    answer(socket, PLACE, {});
    expect(await second).toMatchObject({ kind: 'unknown', reason: expect.stringContaining('order id') });
  });

  it('does not know the outcome when no answer comes in time, receipt or not, and ignores a late one', async () => {
    const { venue, gateway, socket } = await connected();
    const placing = gateway.place(limitOrder);
    receipt(socket, PLACE);
    venue.clock.advanceMs(1999);
    await settled();
    venue.clock.advanceMs(1);
    expect(await placing).toMatchObject({ kind: 'unknown', reason: expect.stringContaining('2000 ms') });
    answer(socket, PLACE, order());
    expect(gateway.isUp).toBe(true);
  });

  it('knows the outcome of no order that was written when the socket died, and sends none again', async () => {
    const { venue, gateway, socket } = await connected();
    const placing = [gateway.place(limitOrder), gateway.place({ ...limitOrder, clientId: 'p1e1s2' })];
    socket.end(1006, '');
    for (const outcome of await Promise.all(placing)) expect(outcome.kind).toBe('unknown');
    venue.clock.advanceMs(60_000);
    logOn(await socketAt(venue, 1));
    expect(sentOn(venue.sockets[1] as FakeSocket, PLACE)).toEqual([]);
    expect(venue.requests.filter((request) => request.method === 'POST')).toEqual([]);
  });
});

describe('gate gateway, placing over REST', () => {
  const place = async (reply: Parameters<FakeGate['replies']['set']>[1]) => {
    const venue = fakeGate();
    venue.replies.set('POST /api/v4/spot/orders', reply);
    const outcome = await gate.createGateway(venue.deps).place(limitOrder);
    return { venue, outcome, request: venue.requests.at(-1) };
  };

  it('is used while the socket is down; the request is signed and expires', async () => {
    const { venue, outcome, request } = await place({ status: 201, body: order({ id: '77' }) });
    expect(outcome).toMatchObject({ kind: 'acked', venueOrderId: '77' });
    expect(JSON.parse(request?.body ?? '')).toEqual({
      text: 't-p1e1s1',
      currency_pair: 'BTC_USDT',
      type: 'limit',
      side: 'buy',
      amount: '0.01',
      price: '60000.1',
      time_in_force: 'ioc',
    });
    const seconds = String(Math.floor(venue.clock.wallMs() / 1000));
    const digest = createHash('sha512')
      .update(request?.body ?? '')
      .digest('hex');
    expect(request?.headers).toMatchObject({
      KEY: credentials.apiKey,
      Timestamp: seconds,
      SIGN: sign(credentials.secret, `POST\n/api/v4/spot/orders\n\n${digest}\n${seconds}`),
      'x-gate-exptime': String(venue.clock.wallMs() + 2000),
    });
  });

  it.each([
    [
      'a refusal',
      { status: 400, body: { label: 'BALANCE_NOT_ENOUGH', message: 'no' } },
      'rejected',
      'BALANCE_NOT_ENOUGH',
    ],
    ['words in detail', { status: 400, body: { label: 'FOK_NOT_FILL', detail: 'why' } }, 'rejected', 'why'],
    ['a bad signature', { status: 401, body: { label: 'INVALID_SIGNATURE', message: '' } }, 'rejected', 'auth'],
    [
      'a bare rate limit',
      { status: 429, body: '', headers: { 'retry-after': '2' } },
      'rejected',
      '"retryAfterMs":2000',
    ],
    ['a proxy that refuses', { status: 403, body: '<html>' }, 'rejected', 'http-403'],
    ['a server error', { status: 500, body: { label: 'SERVER_ERROR', message: 'x' } }, 'unknown', 'SERVER_ERROR'],
    [
      'a server error with the label of a refusal',
      { status: 503, body: { label: 'BALANCE_NOT_ENOUGH' } },
      'unknown',
      'BALANCE',
    ],
    ['a gateway timeout', { status: 504, body: '<html>' }, 'unknown', 'http-504'],
    ['half a body', { status: 201, body: '{"id":"18' }, 'unknown', 'http-201'],
    ['a lost connection', 'unreachable' as const, 'unknown', 'unreachable'],
    ['an acknowledgement without an id', { status: 201, body: { text: 't-p1e1s1' } }, 'unknown', 'order id'],
  ])('takes %s for what it is', async (_, reply, kind, words) => {
    const { outcome } = await place(reply);
    expect(outcome.kind).toBe(kind);
    expect(JSON.stringify(outcome)).toContain(words);
  });

  it.each([
    ['milliseconds', 1],
    ['seconds', 1000],
  ])('hears how long to wait for the limit, in %s', async (_, unit) => {
    const venue = fakeGate();
    venue.replies.set('POST /api/v4/spot/orders', () => ({
      status: 429,
      body: { label: 'TOO_MANY_REQUESTS', message: 'Request Rate limit Exceeded (211)' },
      headers: { 'x-gate-ratelimit-reset-timestamp': String((venue.clock.wallMs() + 5000) / unit) },
    }));
    const outcome = await gate.createGateway(venue.deps).place(limitOrder);
    expect(outcome).toMatchObject({ kind: 'rejected', error: { class: 'rate-limit', retryAfterMs: 5000 } });
  });

  it('reads the clock anew when the venue says that the time is wrong', async () => {
    const venue = fakeGate();
    venue.replies.set('POST /api/v4/spot/orders', { status: 403, body: { label: 'REQUEST_EXPIRED', message: 'late' } });
    const gateway = gate.createGateway(venue.deps);
    expect(await gateway.place(limitOrder)).toMatchObject({ kind: 'rejected', error: { class: 'clock' } });
    for (let turn = 0; turn < 20; turn++) await settled();
    await gateway.place(limitOrder);
    const posted = venue.requests.findLast(({ method }) => method === 'POST');
    expect(posted?.headers?.Timestamp).toBe(String(secondsOf(venue)));
  });
});

describe('gate gateway, cancelling', () => {
  const ref = { clientId: 'p1e1s1', listing };

  it('goes by our own name, or by the id of the venue once that is known', async () => {
    const { gateway, socket } = await connected();
    const first = gateway.cancel(ref);
    const params = () => sentOn(socket, CANCEL).at(-1)?.payload.req_param;
    expect(params()).toEqual({ order_id: 't-p1e1s1', currency_pair: 'BTC_USDT' });
    answer(socket, CANCEL, order({ status: 'cancelled', left: '0.01' }));
    expect(await first).toEqual({ kind: 'cancelled' });
    const placing = gateway.place(limitOrder);
    answer(socket, PLACE, order({ id: '99' }));
    await placing;
    void gateway.cancel(ref);
    expect(params()).toEqual({ order_id: '99', currency_pair: 'BTC_USDT' });
  });

  it.each([
    [404, 'ORDER_NOT_FOUND', { kind: 'absent' }],
    [400, 'ORDER_CLOSED', { kind: 'absent' }],
    [404, 'CLIENT_ID_NOT_FOUND', { kind: 'absent' }],
    [429, 'TOO_MANY_REQUESTS', { kind: 'failed', error: { class: 'rate-limit' } }],
    [500, 'INTERNAL', { kind: 'failed', error: { class: 'unknown-outcome' } }],
  ])('takes %i %s for what it is', async (status, label, outcome) => {
    const { gateway, socket } = await connected();
    const cancelling = gateway.cancel(ref);
    refuse(socket, CANCEL, status, label);
    expect(await cancelling).toMatchObject(outcome);
  });

  it('goes over REST while the socket is down', async () => {
    const venue = fakeGate();
    venue.replies.set('DELETE /api/v4/spot/orders/t-p1e1s1', { body: order({ status: 'cancelled' }) });
    expect(await gate.createGateway(venue.deps).cancel(ref)).toEqual({ kind: 'cancelled' });
    expect(venue.requests.at(-1)?.url).toBe('http://127.0.0.1:1/api/v4/spot/orders/t-p1e1s1?currency_pair=BTC_USDT');
  });
});

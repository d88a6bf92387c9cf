import { afterEach, describe, expect, it } from 'vitest';
import type { BaseOrder } from '../../../src/core/order.ts';
import { kraken } from '../../../src/venues/kraken/index.ts';
import { sign } from '../../../src/venues/kraken/sign.ts';
import {
  accepted,
  answer,
  calls,
  credentials,
  type FakeVenue,
  limitOrder,
  listing,
  logOn,
  fakeVenue as newVenue,
  connected as open,
  refusal,
  refused,
  result,
  settled,
  socketAt,
  TOKEN,
  written,
} from './kraken-fakes.ts';

const venues: FakeVenue[] = [];
const secretsIn = (text: string): boolean => [credentials.secret, TOKEN].some((secret) => text.includes(secret));
afterEach(() => {
  // Whatever a test did, no secret stood in a log line.
  for (const venue of venues.splice(0)) expect(venue.logged.filter(secretsIn)).toEqual([]);
});

function fakeVenue(): FakeVenue {
  const venue = newVenue();
  venues.push(venue);
  return venue;
}
const connected = () => open(fakeVenue());

/** Where the venue's clock was read to be: in the middle of its whole second. */
const venueMs = ({ clock, aheadMs }: FakeVenue): number =>
  clock.wallMs() + (Math.floor((clock.wallMs() + aheadMs) / 1000) * 1000 + 500 - clock.wallMs());

describe('kraken gateway, logging on', () => {
  it('asks for a token with a signed request, subscribes with it, and says that it is up', async () => {
    const { venue, gateway, socket } = await connected();
    expect(socket.url).toBe('ws://127.0.0.1:1/auth/v2');
    const asked = venue.requests.find((request) => request.url.endsWith('GetWebSocketsToken'));
    const nonce = String(venue.clock.wallMs());
    expect(asked).toMatchObject({
      method: 'POST',
      body: `nonce=${nonce}`,
      headers: {
        'API-Key': credentials.apiKey,
        'API-Sign': sign(credentials.secret, '/0/private/GetWebSocketsToken', nonce, `nonce=${nonce}`),
        'Content-Type': 'application/x-www-form-urlencoded',
      },
    });
    expect(written(socket, 'subscribe').map(({ params }) => params)).toEqual([
      { channel: 'executions', snap_orders: true, snap_trades: false, order_status: true, token: TOKEN },
      { channel: 'balances', snapshot: true, token: TOKEN },
    ]);
    expect(gateway.isUp).toBe(true);
    expect(venue.events).toEqual([{ kind: 'GatewayUp' }]);
  });

  it.each([
    ['EAPI:Invalid key', 'venue/auth'],
    ['EAPI:Invalid signature', 'venue/auth'],
    ['EGeneral:Permission denied', 'venue/auth'],
    ['EGeneral:Temporary lockout', 'venue/auth'],
    ['EAPI:Invalid nonce', 'venue/refused'],
    ['EAPI:Rate limit exceeded', 'venue/refused'],
  ])('rejects with one fault when the token is refused with %s', async (text, code) => {
    const venue = fakeVenue();
    venue.replies.set('GetWebSocketsToken', refusal(text));
    const gateway = kraken.createGateway(venue.deps);
    await expect(gateway.connect()).rejects.toMatchObject({ code, message: expect.stringContaining(text) });
    venue.clock.advanceMs(60_000);
    await settled();
    expect([venue.sockets.length, calls(venue, 'GetWebSocketsToken').length, gateway.isUp]).toEqual([0, 1, false]);
    expect(venue.events).toEqual([]);
  });

  it('rejects when a subscription is refused, without telling the token', async () => {
    const venue = fakeVenue();
    const connecting = kraken.createGateway(venue.deps).connect();
    const socket = await socketAt(venue, 0);
    socket.open();
    socket.push({ error: `EAPI:Invalid token ${TOKEN} ${credentials.secret}`, method: 'subscribe', success: false });
    const fault = await connecting.then(
      () => undefined,
      (thrown: unknown) => thrown as Error & { code: string },
    );
    expect(fault?.code).toBe('venue/auth');
    expect(secretsIn(`${fault?.message} ${JSON.stringify(fault)}`)).toBe(false);
  });

  it('rejects when the venue cannot be reached, on any way', async () => {
    for (const method of ['Time', 'GetWebSocketsToken']) {
      const venue = fakeVenue();
      venue.replies.set(method, 'unreachable');
      await expect(kraken.createGateway(venue.deps).connect()).rejects.toMatchObject({ code: 'venue/unreachable' });
    }
    const venue = fakeVenue();
    const connecting = kraken.createGateway(venue.deps).connect();
    (await socketAt(venue, 0)).end(1006, 'connect ECONNREFUSED');
    await expect(connecting).rejects.toMatchObject({ code: 'venue/unreachable' });
  });

  it('takes a fresh token for each connection', async () => {
    const { venue, gateway, socket } = await connected();
    venue.replies.set('GetWebSocketsToken', result({ token: 'second-token', expires: 900 }));
    socket.end(1006, 'reset');
    expect(venue.events.at(-1)).toMatchObject({ kind: 'GatewayDown', reason: expect.stringContaining('reset') });
    venue.clock.advanceMs(250);
    const second = await socketAt(venue, 1);
    logOn(second);
    expect(written(second, 'subscribe').map(({ params }) => params.token)).toEqual(['second-token', 'second-token']);
    void gateway.place(limitOrder);
    expect(written(second, 'add_order')[0]?.params.token).toBe('second-token');
    expect(venue.events.map((event) => event.kind)).toEqual(['GatewayUp', 'GatewayDown', 'GatewayUp']);
  });
});

describe('kraken gateway, placing', () => {
  it('writes the documented frame, numbers as they are, and reads the acknowledgement', async () => {
    const { venue, gateway, socket } = await connected();
    const placing = gateway.place(limitOrder);
    // As text: JSON.stringify would write 1.2e-7.
    expect(socket.sent.at(-1)).toContain('"order_qty":0.00000012,');
    expect(socket.sent.at(-1)).toContain('"limit_price":60000.1,');
    expect(written(socket, 'add_order')).toEqual([
      {
        method: 'add_order',
        params: {
          order_type: 'limit',
          side: 'buy',
          order_qty: 1.2e-7,
          stp_type: 'cancel_newest',
          symbol: 'BTC/USDT',
          limit_price: 60000.1,
          time_in_force: 'ioc',
          cl_ord_id: 'p1e1s1',
          fee_preference: 'quote',
          deadline: new Date(venueMs(venue) + 1400).toISOString(),
          token: TOKEN,
        },
        req_id: 1,
      },
    ]);
    const sentAt = venue.clock.monotonicNs();
    venue.clock.advanceMs(3);
    answer(socket, 'add_order', accepted('OK4GJX-KSTLS-7DZZO5'));
    expect(await placing).toEqual({
      kind: 'acked',
      venueOrderId: 'OK4GJX-KSTLS-7DZZO5',
      sentAt,
      ackedAt: venue.clock.monotonicNs(),
    });
  });

  it.each<[Partial<BaseOrder>, object]>([
    [{ tif: 'gtc' }, { order_type: 'limit', limit_price: 60000.1, time_in_force: 'gtc' }],
    [{ tif: 'fok' }, { order_type: 'limit', limit_price: 60000.1, time_in_force: 'fok' }],
    [
      { type: 'market', side: 'sell' },
      { order_type: 'market', side: 'sell' },
    ],
  ])('writes %o', async (change, params) => {
    const { gateway, socket } = await connected();
    void gateway.place({ ...limitOrder, ...change });
    const sent = written(socket, 'add_order')[0]?.params ?? {};
    expect(sent).toMatchObject(params);
    expect(['limit_price' in sent, 'time_in_force' in sent]).toEqual(Array(2).fill('limit_price' in params));
  });

  it.each([
    ['EOrder:Insufficient funds', 'insufficient-funds'],
    ['EGeneral:Invalid arguments:cl_ord_id not unique', 'duplicate-client-id'],
    ['EOrder:Cost minimum not met', 'filter'],
    ['EOrder:Rate limit exceeded', 'rate-limit'],
    ['EService:Market in post_only mode', 'maintenance'],
  ])('says that %s is a rejection', async (text, errorClass) => {
    const { gateway, socket } = await connected();
    const placing = gateway.place(limitOrder);
    answer(socket, 'add_order', refused(text));
    expect(await placing).toMatchObject({
      kind: 'rejected',
      error: { class: errorClass, code: text, message: text },
    });
  });

  it('does not take a venue that does not know for a rejection', async () => {
    const { gateway, socket } = await connected();
    for (const says of [refused('EService:Unavailable'), refused('EGeneral:Internal error'), { success: false }, {}]) {
      const placing = gateway.place(limitOrder);
      answer(socket, 'add_order', says);
      expect((await placing).kind).toBe('unknown');
    }
    const placing = gateway.place(limitOrder);
    answer(socket, 'add_order', { result: {}, success: true });
    expect(await placing).toMatchObject({ kind: 'unknown', reason: expect.stringContaining('order id') });
  });

  it('does not know the outcome when no answer comes in time, and ignores a late one', async () => {
    const { venue, gateway, socket } = await connected();
    const placing = gateway.place(limitOrder);
    venue.clock.advanceMs(1999);
    await settled();
    venue.clock.advanceMs(1);
    expect(await placing).toMatchObject({ kind: 'unknown', reason: expect.stringContaining('2000 ms') });
    answer(socket, 'add_order', accepted('O1'));
    expect(gateway.isUp).toBe(true);
  });

  it('knows the outcome of no order that was written when the socket died, and sends none again', async () => {
    const { venue, gateway, socket } = await connected();
    const placing = [gateway.place(limitOrder), gateway.place({ ...limitOrder, clientId: 'p1e1s2' })];
    socket.end(1006, '');
    for (const outcome of await Promise.all(placing)) expect(outcome.kind).toBe('unknown');
    venue.clock.advanceMs(60_000);
    const second = await socketAt(venue, 1);
    logOn(second);
    expect([written(second, 'add_order'), calls(venue, 'AddOrder')]).toEqual([[], []]);
  });

  it('matches answers to their orders whatever their order', async () => {
    const { gateway, socket } = await connected();
    const first = gateway.place(limitOrder);
    const second = gateway.place({ ...limitOrder, clientId: 'p1e1s2' });
    const [one, two] = written(socket, 'add_order');
    socket.push({ method: 'add_order', req_id: two?.req_id, ...accepted('O2') });
    socket.push({ method: 'add_order', req_id: one?.req_id, ...accepted('O1') });
    expect(await first).toMatchObject({ venueOrderId: 'O1' });
    expect(await second).toMatchObject({ venueOrderId: 'O2' });
  });

  it('replaces the connection whose token is no longer taken', async () => {
    const { venue, gateway, socket } = await connected();
    const placing = gateway.place(limitOrder);
    answer(socket, 'add_order', refused('ESession:Invalid session'));
    expect(await placing).toMatchObject({ kind: 'rejected', error: { class: 'auth' } });
    socket.push({ channel: 'heartbeat' });
    expect(socket.isOpen).toBe(false);
    venue.clock.advanceMs(250);
    logOn(await socketAt(venue, 1));
    expect(calls(venue, 'GetWebSocketsToken')).toHaveLength(2);
  });
});

describe("kraken gateway, the venue's dead-man timer", () => {
  it('is set over the socket, in whole seconds', async () => {
    const { gateway, socket } = await connected();
    const setting = gateway.cancelAllAfter?.(7_001);
    expect(written(socket, 'cancel_all_orders_after')[0]?.params).toEqual({ timeout: 8, token: TOKEN });
    answer(socket, 'cancel_all_orders_after', { result: {}, success: true });
    await expect(setting).resolves.toBeUndefined();
  });

  it('is set over REST while the socket is down, and says what the venue refuses', async () => {
    const venue = fakeVenue();
    const gateway = kraken.createGateway(venue.deps);
    venue.replies.set('CancelAllOrdersAfter', result({ currentTime: '', triggerTime: '0' }));
    await gateway.cancelAllAfter?.(0);
    expect(calls(venue, 'CancelAllOrdersAfter')[0]).toMatchObject({ timeout: '0' });
    venue.replies.set('CancelAllOrdersAfter', refusal('EGeneral:Permission denied'));
    await expect(gateway.cancelAllAfter?.(0)).rejects.toMatchObject({ code: 'venue/auth' });
  });
});

describe('kraken gateway, placing over REST', () => {
  const place = async (reply: Parameters<FakeVenue['replies']['set']>[1], order = limitOrder) => {
    const venue = fakeVenue();
    venue.replies.set('AddOrder', reply);
    const outcome = await kraken.createGateway(venue.deps).place(order);
    return { venue, outcome, request: venue.requests.at(-1) };
  };
  const done = result({ descr: { order: 'buy' }, txid: ['OUF4EM-FRGI2-MQMWZD'] });

  it('is used while the socket is down; the request is signed', async () => {
    const { venue, outcome, request } = await place(done);
    expect(outcome).toMatchObject({ kind: 'acked', venueOrderId: 'OUF4EM-FRGI2-MQMWZD' });
    const nonce = String(venue.clock.wallMs());
    expect(calls(venue, 'AddOrder')).toEqual([
      {
        nonce,
        ordertype: 'limit',
        type: 'buy',
        volume: '0.00000012',
        stptype: 'cancel-newest',
        pair: 'XBTUSDT',
        price: '60000.1',
        timeinforce: 'IOC',
        oflags: 'fciq',
        cl_ord_id: 'p1e1s1',
        deadline: new Date(venue.clock.wallMs() + 2900).toISOString(),
      },
    ]);
    expect(request?.headers?.['API-Sign']).toBe(
      sign(credentials.secret, '/0/private/AddOrder', nonce, request?.body ?? ''),
    );
  });

  it.each([
    ['a refusal', refusal('EOrder:Insufficient funds'), 'rejected', 'EOrder:Insufficient funds'],
    ['a warning beside an answer', { body: { error: ['WGeneral:Hm'], result: { txid: ['O1'] } } }, 'acked', 'O1'],
    ['a rate limit', { status: 429, body: '', headers: { 'retry-after': '2' } }, 'rejected', 'http-429'],
    ['a proxy that refuses', { status: 403, body: '<html>' }, 'rejected', 'http-403'],
    ['a venue that is away', refusal('EService:Unavailable'), 'unknown', 'EService:Unavailable'],
    ['a server error with a refusal', { status: 502, body: { error: ['EOrder:x'] } }, 'unknown', 'EOrder:x'],
    ['a gateway timeout', { status: 504, body: '<html>' }, 'unknown', 'http-504'],
    ['half a body', { status: 200, body: '{"error":[],"re' }, 'unknown', 'http-200'],
    ['a body without a result', { body: { error: [] } }, 'unknown', 'protocol'],
    ['a lost connection', 'unreachable' as const, 'unknown', 'unreachable'],
    ['an acknowledgement without an id', result({ descr: {} }), 'unknown', 'order id'],
  ])('takes %s for what it is', async (_, reply, kind, words) => {
    const { outcome } = await place(reply);
    expect(outcome.kind).toBe(kind);
    expect(JSON.stringify(outcome)).toContain(words);
    if (words === 'http-429') expect(outcome).toMatchObject({ error: { class: 'rate-limit', retryAfterMs: 2000 } });
  });

  it('is given up when it had to wait for its turn', async () => {
    const venue = fakeVenue();
    venue.replies.set('AddOrder', done);
    let answerBalance = (): void => {};
    const later = (resolve: (reply: ReturnType<typeof result>) => void): void => {
      answerBalance = () => resolve(result({}));
    };
    venue.replies.set('BalanceEx', () => new Promise(later));
    const gateway = kraken.createGateway(venue.deps);
    const balances = gateway.balances();
    for (let turn = 0; turn < 10; turn++) await settled();
    const placing = gateway.place(limitOrder);
    venue.clock.advanceMs(600);
    answerBalance();
    await balances;
    expect(await placing).toMatchObject({ kind: 'rejected', error: { class: 'other', code: 'not-sent' } });
    expect(calls(venue, 'AddOrder')).toEqual([]);
  });
});

describe('kraken gateway, cancelling', () => {
  const order = { clientId: 'p1e1s1', listing };

  it('writes the documented frame', async () => {
    const { gateway, socket } = await connected();
    const cancelling = gateway.cancel(order);
    expect(written(socket, 'cancel_order')[0]?.params).toEqual({ cl_ord_id: ['p1e1s1'], token: TOKEN });
    answer(socket, 'cancel_order', { result: { order_id: 'O1', cl_ord_id: 'p1e1s1' }, success: true });
    expect(await cancelling).toEqual({ kind: 'cancelled' });
  });

  it.each(['EOrder:Unknown order', 'EOrder:Invalid order'])('says that nothing is open on %s', async (text) => {
    const { gateway, socket } = await connected();
    const cancelling = gateway.cancel(order);
    answer(socket, 'cancel_order', refused(text));
    expect(await cancelling).toEqual({ kind: 'absent' });
  });

  it('fails when the answer is lost, and goes over REST while the socket is down', async () => {
    const { venue, gateway, socket } = await connected();
    const cancelling = gateway.cancel(order);
    socket.end(1006, '');
    expect(await cancelling).toMatchObject({ kind: 'failed', error: { class: 'unknown-outcome' } });
    venue.replies.set('CancelOrder', result({ count: 1 }));
    expect(await gateway.cancel(order)).toEqual({ kind: 'cancelled' });
    venue.replies.set('CancelOrder', result({ count: 0 }));
    expect(await gateway.cancel(order)).toEqual({ kind: 'absent' });
    expect(calls(venue, 'CancelOrder')[0]).toMatchObject({ cl_ord_id: 'p1e1s1' });
  });
});

describe('kraken gateway, its connection', () => {
  it('pings in text when idle, and gives up a silent socket', async () => {
    const { venue, gateway, socket } = await connected();
    venue.clock.advanceMs(4000);
    expect(written(socket, 'ping')).toHaveLength(1);
    socket.push({ method: 'pong' });
    venue.clock.advanceMs(7000);
    expect(gateway.isUp).toBe(true);
    venue.clock.advanceMs(2000);
    expect(gateway.isUp).toBe(false);
    expect(venue.events.at(-1)).toMatchObject({ kind: 'GatewayDown', reason: expect.stringContaining('silent') });
  });

  it('is replaced when messages of a channel are missing', async () => {
    const { venue, gateway, socket } = await connected();
    socket.push({ channel: 'balances', type: 'snapshot', data: [], sequence: 1 });
    socket.push({ channel: 'executions', type: 'update', data: [], sequence: 2 });
    socket.push({ channel: 'balances', type: 'update', data: [], sequence: 2 });
    expect(gateway.isUp).toBe(true);
    socket.push({ channel: 'executions', type: 'update', data: [], sequence: 4 });
    expect(gateway.isUp).toBe(false);
    venue.clock.advanceMs(250);
    logOn(await socketAt(venue, 1));
    expect(gateway.isUp).toBe(true);
  });

  it('stays closed once closed', async () => {
    const { venue, gateway } = await connected();
    await gateway.close();
    venue.clock.advanceMs(60_000);
    await settled();
    expect([venue.sockets.length, gateway.isUp]).toEqual([1, false]);
  });

  it('survives garbage', async () => {
    const { venue, gateway, socket } = await connected();
    for (const text of ['', 'null', '[]', '{', '{"channel":1}', '{"channel":"executions","data":[null,1,{}]}']) {
      socket.push(text);
    }
    socket.push({ Error: 'Exceeded msg rate' });
    socket.push({ method: 'add_order', error: 'Unsupported field', success: false });
    socket.push({ channel: 'status', type: 'update', data: [{ system: 'maintenance' }] });
    expect(gateway.isUp).toBe(true);
    expect(venue.events).toEqual([{ kind: 'GatewayUp' }]);
    expect(venue.logged.join('\n')).toContain('Exceeded msg rate');
  });
});

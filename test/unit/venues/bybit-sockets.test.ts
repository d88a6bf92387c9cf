import { afterEach, describe, expect, it } from 'vitest';
import { bybit } from '../../../src/venues/bybit/index.ts';
import { sign } from '../../../src/venues/bybit/sign.ts';
import {
  answer,
  connected as connectedTo,
  credentials,
  limitOrder,
  logOnPrivate,
  logOnTrade,
  fakeVenue as newVenue,
  ok,
  sentOf,
  WS_PRIVATE,
  WS_TRADE,
} from './bybit-fakes.ts';
import { type FakeVenue, settled, socketAt } from './okx-fakes.ts';

const open: FakeVenue[] = [];
const secretsIn = (text: string): boolean => [credentials.secret, credentials.apiKey].some((s) => text.includes(s));
afterEach(() => {
  // Whatever a test did, no secret stood in a log line.
  for (const venue of open.splice(0)) expect(venue.logged.filter(secretsIn)).toEqual([]);
});

function fakeVenue(change: Parameters<typeof newVenue>[0] = {}): FakeVenue {
  const venue = newVenue(change);
  open.push(venue);
  return venue;
}
const connected = () => connectedTo(fakeVenue());

describe('bybit gateway, logging on', () => {
  it('signs both log-ons with the venue clock, subscribes, and is up when both are', async () => {
    const venue = fakeVenue();
    const gateway = bybit.createGateway(venue.deps);
    const connecting = gateway.connect();
    const pushes = await socketAt(venue, 0);
    logOnPrivate(pushes);
    expect([gateway.isUp, venue.events]).toEqual([false, []]);
    const trade = await socketAt(venue, 1);
    logOnTrade(trade);
    await connecting;
    expect([pushes.url, trade.url]).toEqual([WS_PRIVATE, WS_TRADE]);
    const expires = venue.clock.wallMs() + venue.aheadMs + 10_000;
    const auth = {
      op: 'auth',
      args: [credentials.apiKey, expires, sign(credentials.secret, `GET/realtime${expires}`)],
    };
    expect(pushes.requests()).toEqual([auth, { op: 'subscribe', args: ['order', 'execution', 'wallet'] }]);
    expect(trade.requests()).toEqual([auth]);
    expect(gateway.isUp).toBe(true);
    expect(venue.events).toEqual([{ kind: 'GatewayUp' }]);
  });

  it.each([
    [{ success: false, ret_msg: 'error:USVC1111', op: 'auth' }, 'venue/auth', 'USVC1111'],
    [{ op: 'auth', success: false, retCode: 10003, retMsg: 'Invalid apikey' }, 'venue/auth', '10003'],
    [{ success: false, ret_msg: 'Request not authorized', op: 'subscribe' }, 'venue/refused', 'not authorized'],
  ])('rejects once, and asks no second time, on %o', async (frame, code, words) => {
    const venue = fakeVenue();
    const gateway = bybit.createGateway(venue.deps);
    const connecting = gateway.connect();
    const socket = await socketAt(venue, 0);
    socket.open();
    socket.push({ conn_id: 'a', ...frame });
    await expect(connecting).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
    venue.clock.advanceMs(60_000);
    await settled();
    expect(venue.sockets).toHaveLength(1);
    expect([gateway.isUp, venue.events]).toEqual([false, []]);
  });

  it('rejects when order entry refuses, and keeps no half of itself', async () => {
    const venue = fakeVenue();
    const gateway = bybit.createGateway(venue.deps);
    const connecting = gateway.connect();
    logOnPrivate(await socketAt(venue, 0));
    const trade = await socketAt(venue, 1);
    trade.open();
    trade.push({ retCode: 10004, retMsg: `invalid sign of ${credentials.apiKey}`, op: 'auth', connId: 'x' });
    const fault = await connecting.then(
      () => undefined,
      (thrown: unknown) => thrown as Error,
    );
    expect(fault).toMatchObject({ code: 'venue/auth', message: expect.stringContaining('10004') });
    expect(secretsIn(`${fault?.message} ${JSON.stringify(fault)}`)).toBe(false);
    venue.clock.advanceMs(60_000);
    await settled();
    expect(venue.sockets.map((socket) => socket.isOpen)).toEqual([false, false]);
    expect(venue.events).toEqual([]);
    // It may be asked again.
    const again = gateway.connect();
    logOnPrivate(await socketAt(venue, 2));
    logOnTrade(await socketAt(venue, 3));
    await again;
    expect(gateway.isUp).toBe(true);
  });

  it('rejects when the venue cannot be reached', async () => {
    const venue = fakeVenue();
    venue.replies.set('GET /v5/market/time', 'unreachable');
    await expect(bybit.createGateway(venue.deps).connect()).rejects.toMatchObject({ code: 'venue/unreachable' });
  });

  it('does without a trade socket where the venue has none', async () => {
    const venue = fakeVenue({ endpoints: { ...newVenue().deps.endpoints, wsTrade: '' } });
    const gateway = bybit.createGateway(venue.deps);
    const connecting = gateway.connect();
    logOnPrivate(await socketAt(venue, 0));
    await connecting;
    expect(gateway.isUp).toBe(true);
    venue.replies.set('POST /v5/order/create', ok({ orderId: '7', orderLinkId: 'p1e1s1' }));
    expect(await gateway.place(limitOrder)).toMatchObject({ kind: 'acked', venueOrderId: '7' });
    expect(venue.sockets).toHaveLength(1);
  });
});

describe('bybit gateway, its connections', () => {
  it.each([0, 1])('is down when socket %d is lost, comes back by itself, and says so once', async (index) => {
    const { venue, gateway } = await connected();
    venue.sockets[index]?.end(1006, 'reset');
    expect(gateway.isUp).toBe(false);
    expect(venue.events.at(-1)).toMatchObject({ kind: 'GatewayDown', reason: expect.stringContaining('reset') });
    venue.clock.advanceMs(250);
    const next = await socketAt(venue, 2);
    if (index === 0) logOnPrivate(next);
    else logOnTrade(next);
    expect(gateway.isUp).toBe(true);
    expect(venue.events.map((event) => event.kind)).toEqual(['GatewayUp', 'GatewayDown', 'GatewayUp']);
  });

  it('says only once that it is down when both are lost, and is up when both are back', async () => {
    const { venue, gateway } = await connected();
    for (const socket of [...venue.sockets]) socket.end(1006, 'reset');
    venue.clock.advanceMs(250);
    for (const index of [2, 3]) {
      const socket = await socketAt(venue, index);
      expect(gateway.isUp).toBe(false);
      if (socket.url === WS_PRIVATE) logOnPrivate(socket);
      else logOnTrade(socket);
    }
    expect(gateway.isUp).toBe(true);
    expect(venue.events.map((event) => event.kind)).toEqual(['GatewayUp', 'GatewayDown', 'GatewayUp']);
  });

  it('pings when idle, and gives up silent sockets', async () => {
    const { venue, gateway, pushes, trade } = await connected();
    venue.clock.advanceMs(6000);
    expect([sentOf(pushes, 'ping'), sentOf(trade, 'ping')]).toEqual([[{ op: 'ping' }], [{ op: 'ping' }]]);
    pushes.push({ req_id: 'test', op: 'pong', args: ['1675418560633'], conn_id: 'cfcb4ocsvfriu23r3er0-1b' });
    trade.push({ retCode: 0, retMsg: 'OK', op: 'pong', data: ['1711002002529'], connId: 'cnt5leec0hvan15eukcg-2v' });
    venue.clock.advanceMs(6000);
    expect(gateway.isUp).toBe(true);
    venue.clock.advanceMs(5000);
    expect(gateway.isUp).toBe(false);
    expect(venue.events.at(-1)).toMatchObject({ kind: 'GatewayDown', reason: expect.stringContaining('silent') });
  });

  it('replaces the trade socket when the venue says that it restarts', async () => {
    const { venue, gateway, trade } = await connected();
    const placing = gateway.place(limitOrder);
    const other = gateway.place({ ...limitOrder, clientId: 'p1e1s2' });
    const [first] = sentOf(trade, 'order.create');
    answer(trade, 'order.create', 10019, 'ws trade service is restarting');
    expect(await other).toMatchObject({ kind: 'rejected', error: { class: 'maintenance' } });
    expect(trade.isOpen).toBe(true);
    trade.push({ reqId: first?.reqId, op: 'order.create', retCode: 0, retMsg: 'OK', data: { orderId: '1' } });
    expect(await placing).toMatchObject({ kind: 'acked' });
    expect(trade.isOpen).toBe(false);
    venue.clock.advanceMs(250);
    logOnTrade(await socketAt(venue, 2));
    expect(gateway.isUp).toBe(true);
  });

  it('stays closed once closed', async () => {
    const { venue, gateway } = await connected();
    await gateway.close();
    venue.clock.advanceMs(60_000);
    await settled();
    expect(venue.sockets).toHaveLength(2);
    expect(gateway.isUp).toBe(false);
  });

  it('survives garbage, and tells a refusal', async () => {
    const { venue, gateway, pushes, trade } = await connected();
    const garbage = [
      '',
      'null',
      '[]',
      '{',
      '{"topic":1}',
      '{"topic":"order","data":[null,1,{}]}',
      '{"topic":"wallet"}',
    ];
    for (const text of garbage) {
      pushes.push(text);
      trade.push(text);
    }
    trade.push({ retCode: 10404, retMsg: `op type is not found ${credentials.secret}`, op: 'nope', connId: 'x' });
    expect(gateway.isUp).toBe(true);
    expect(venue.events).toEqual([{ kind: 'GatewayUp' }]);
    expect(venue.logged.filter((line) => line.includes('10404'))).toHaveLength(1);
  });
});

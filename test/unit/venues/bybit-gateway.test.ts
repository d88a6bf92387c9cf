import { afterEach, describe, expect, it } from 'vitest';
import type { BaseOrder } from '../../../src/core/order.ts';
import { bybit } from '../../../src/venues/bybit/index.ts';
import { sign } from '../../../src/venues/bybit/sign.ts';
import {
  accepted,
  answer,
  connected as connectedTo,
  credentials,
  limitOrder,
  listing,
  logOnTrade,
  fakeVenue as newVenue,
  ok,
  refusal,
  sentOf,
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

describe('bybit gateway, placing', () => {
  it('writes the documented frame and reads the acknowledgement', async () => {
    const { venue, gateway, trade } = await connected();
    const placing = gateway.place(limitOrder);
    const [request] = sentOf(trade, 'order.create');
    expect(request).toEqual({
      reqId: expect.stringMatching(/^[0-9a-z-]{1,36}$/),
      header: {
        'X-BAPI-TIMESTAMP': String(venue.clock.wallMs() + venue.aheadMs),
        'X-BAPI-RECV-WINDOW': '2000',
      },
      op: 'order.create',
      args: [
        {
          category: 'spot',
          symbol: 'BTCUSDT',
          side: 'Buy',
          orderType: 'Limit',
          qty: '0.01',
          smpType: 'CancelTaker',
          timeInForce: 'IOC',
          price: '60000.1',
          orderLinkId: 'p1e1s1',
        },
      ],
    });
    const sentAt = venue.clock.monotonicNs();
    venue.clock.advanceMs(3);
    answer(trade, 'order.create', 0, 'OK', accepted('a4c1718e'));
    expect(await placing).toEqual({
      kind: 'acked',
      venueOrderId: 'a4c1718e',
      sentAt,
      ackedAt: venue.clock.monotonicNs(),
    });
  });

  it.each<[Partial<BaseOrder>, object]>([
    [{ tif: 'gtc' }, { orderType: 'Limit', timeInForce: 'GTC', price: '60000.1' }],
    [{ tif: 'fok' }, { orderType: 'Limit', timeInForce: 'FOK', price: '60000.1' }],
    [
      { type: 'market', side: 'sell' },
      { orderType: 'Market', side: 'Sell', marketUnit: 'baseCoin' },
    ],
  ])('writes %o', async (change, args) => {
    const { gateway, trade } = await connected();
    void gateway.place({ ...limitOrder, ...change });
    const sent = sentOf(trade, 'order.create')[0]?.args?.[0] as object;
    expect(sent).toMatchObject(args);
    expect('price' in sent).toBe('price' in args);
  });

  it.each([
    [170131, 'insufficient-funds'],
    [170141, 'duplicate-client-id'],
    [170140, 'filter'],
    [10006, 'rate-limit'],
    [10019, 'maintenance'],
    [10005, 'auth'],
    [20006, 'other'],
  ])('says that %d is a rejection', async (code, errorClass) => {
    const { gateway, trade } = await connected();
    const placing = gateway.place(limitOrder);
    answer(trade, 'order.create', code, 'words of the venue');
    const error = { class: errorClass, code: String(code), message: 'words of the venue' };
    expect(await placing).toEqual({ kind: 'rejected', error, sentAt: expect.any(Number), ackedAt: expect.any(Number) });
  });

  it('tells the wait that the venue names', async () => {
    const { gateway, trade } = await connected();
    const placing = gateway.place(limitOrder);
    const header = { 'X-Bapi-Limit-Reset-Timestamp': '1711001595999', Timenow: '1711001595209' };
    answer(trade, 'order.create', 10006, 'Too many visits!', { header });
    expect(await placing).toMatchObject({ kind: 'rejected', error: { class: 'rate-limit', retryAfterMs: 790 } });
  });

  it('tells no wait where the venue names none, though it always names a time', async () => {
    const { gateway, trade } = await connected();
    const placing = gateway.place(limitOrder);
    const header = { 'X-Bapi-Limit-Reset-Timestamp': '1711001595999', Timenow: '1711001595209' };
    answer(trade, 'order.create', 170131, `words about ${credentials.secret}`, { header });
    expect(await placing).toMatchObject({
      error: { class: 'insufficient-funds', code: '170131', message: 'words about ***' },
    });
    expect(JSON.stringify(await placing)).not.toContain('retryAfterMs');
  });

  it('reads the clock anew when an order was refused for its time, and does not send it again', async () => {
    const { venue, gateway, trade } = await connected();
    const times = () => venue.requests.filter((request) => request.url.endsWith('/v5/market/time')).length;
    const before = times();
    const placing = gateway.place(limitOrder);
    answer(trade, 'order.create', 10002, 'The request time exceeds the time window range.');
    expect(await placing).toMatchObject({ kind: 'rejected', error: { class: 'clock' } });
    for (let turn = 0; turn < 10; turn++) await settled();
    expect(times()).toBe(before + 3);
    expect(sentOf(trade, 'order.create')).toHaveLength(1);
  });

  it('takes no answer to a request that it did not send', async () => {
    const { venue, gateway, trade } = await connected();
    const placing = gateway.place(limitOrder);
    const reqId = sentOf(trade, 'order.create')[0]?.reqId ?? '';
    const strange = { op: 'order.create', retCode: 0, retMsg: 'OK', data: { orderId: '1' } };
    for (const id of [reqId.replace(/^./, '_'), `${reqId}0`, '1', '']) trade.push({ reqId: id, ...strange });
    venue.clock.advanceMs(2000);
    expect(await placing).toMatchObject({ kind: 'unknown' });
  });

  it.each([10000, 10016, 170007, 170146])('does not take %d for a rejection', async (code) => {
    const { gateway, trade } = await connected();
    const placing = gateway.place(limitOrder);
    answer(trade, 'order.create', code, 'words');
    expect(await placing).toMatchObject({ kind: 'unknown', reason: expect.stringContaining(String(code)) });
  });

  it('does not know what an answer without a code or without an id means', async () => {
    const { gateway, trade } = await connected();
    const first = gateway.place(limitOrder);
    answer(trade, 'order.create', 0, 'OK', { retCode: 'none' });
    expect(await first).toMatchObject({ kind: 'unknown' });
    const second = gateway.place(limitOrder);
    answer(trade, 'order.create', 0, 'OK');
    expect(await second).toMatchObject({ kind: 'unknown', reason: expect.stringContaining('order id') });
  });

  it('does not know the outcome when no answer comes in time, and ignores a late one', async () => {
    const { venue, gateway, trade } = await connected();
    const placing = gateway.place(limitOrder);
    venue.clock.advanceMs(1999);
    await settled();
    venue.clock.advanceMs(1);
    expect(await placing).toMatchObject({ kind: 'unknown', reason: expect.stringContaining('2000 ms') });
    answer(trade, 'order.create', 0, 'OK', accepted('1'));
    expect(gateway.isUp).toBe(true);
  });

  it('knows the outcome of no order that was written when the socket died, and sends none again', async () => {
    const { venue, gateway, trade } = await connected();
    const placing = [gateway.place(limitOrder), gateway.place({ ...limitOrder, clientId: 'p1e1s2' })];
    trade.end(1006, '');
    for (const outcome of await Promise.all(placing)) expect(outcome.kind).toBe('unknown');
    venue.clock.advanceMs(500);
    const next = await socketAt(venue, 2);
    logOnTrade(next);
    expect(sentOf(next, 'order.create')).toEqual([]);
    expect(venue.requests.filter((request) => request.method === 'POST')).toEqual([]);
  });

  it('matches answers to their orders whatever their order', async () => {
    const { gateway, trade } = await connected();
    const first = gateway.place(limitOrder);
    const second = gateway.place({ ...limitOrder, clientId: 'p1e1s2' });
    const [one, two] = sentOf(trade, 'order.create');
    trade.push({ reqId: two?.reqId, op: 'order.create', retCode: 0, retMsg: 'OK', data: { orderId: '2' } });
    trade.push({ reqId: one?.reqId, op: 'order.create', retCode: 0, retMsg: 'OK', data: { orderId: '1' } });
    expect(await first).toMatchObject({ venueOrderId: '1' });
    expect(await second).toMatchObject({ venueOrderId: '2' });
  });

  it('numbers requests unlike those of an earlier process, for the venue refuses repeats', async () => {
    const ids: (string | undefined)[] = [];
    for (let run = 0; run < 2; run++) {
      const venue = fakeVenue();
      venue.clock.advanceMs(run);
      const { gateway, trade } = await connectedTo(venue);
      void gateway.place(limitOrder);
      ids.push(sentOf(trade, 'order.create')[0]?.reqId);
    }
    expect(new Set(ids).size).toBe(2);
  });
});

describe('bybit gateway, placing over REST', () => {
  const place = async (reply: Parameters<FakeVenue['replies']['set']>[1]) => {
    const venue = fakeVenue();
    venue.replies.set('POST /v5/order/create', reply);
    const outcome = await bybit.createGateway(venue.deps).place(limitOrder);
    return { venue, outcome, request: venue.requests.at(-1) };
  };

  it('is used while the socket is down; the request is signed and expires by itself', async () => {
    const { venue, outcome, request } = await place(ok({ orderId: '77', orderLinkId: 'p1e1s1' }));
    expect(outcome).toMatchObject({ kind: 'acked', venueOrderId: '77' });
    const timestamp = String(venue.clock.wallMs());
    expect(request?.headers).toEqual({
      'X-BAPI-API-KEY': credentials.apiKey,
      'X-BAPI-TIMESTAMP': timestamp,
      'X-BAPI-RECV-WINDOW': '2000',
      'X-BAPI-SIGN': sign(credentials.secret, `${timestamp}${credentials.apiKey}2000${request?.body}`),
      'Content-Type': 'application/json',
    });
    expect(JSON.parse(request?.body ?? '')).toMatchObject({ category: 'spot', orderLinkId: 'p1e1s1', qty: '0.01' });
  });

  it.each([
    ['a refusal', refusal(170131), 'rejected', '170131'],
    ['a bad signature', refusal(10004), 'rejected', '10004'],
    ['a proxy that refuses', { status: 403, body: '<html>' }, 'rejected', 'http-403'],
    ['an address that asks too often', { status: 403, body: '403, access too frequent' }, 'rejected', '600000'],
    ['a server error', { status: 500, ...refusal(10016) }, 'unknown', '10016'],
    ['a server error with the code of a refusal', { status: 503, ...refusal(170131) }, 'unknown', '170131'],
    ['a gateway timeout', { status: 504, body: '<html>' }, 'unknown', 'http-504'],
    ['half a body', { status: 200, body: '{"retCode":0,"re' }, 'unknown', 'http-200'],
    ['a lost connection', 'unreachable' as const, 'unknown', 'unreachable'],
    ['an acknowledgement without an id', ok({}), 'unknown', 'order id'],
    ['success without a result', { body: { retCode: 0, retMsg: 'OK' } }, 'unknown', 'http-200'],
  ])('takes %s for what it is', async (_, reply, kind, words) => {
    const { outcome } = await place(reply);
    expect(outcome.kind).toBe(kind);
    expect(JSON.stringify(outcome)).toContain(words);
  });

  it('tells the wait that the venue names', async () => {
    const headers = { 'x-bapi-limit-reset-timestamp': '1672738134824' };
    const { outcome } = await place({ ...refusal(10006, 'Too many visits!'), headers });
    expect(outcome).toMatchObject({ kind: 'rejected', error: { class: 'rate-limit', retryAfterMs: 824 } });
  });
});

describe('bybit gateway, cancelling', () => {
  it('writes the documented frame', async () => {
    const { gateway, trade } = await connected();
    const cancelling = gateway.cancel({ clientId: 'p1e1s1', listing });
    expect(sentOf(trade, 'order.cancel')[0]?.args).toEqual([
      { category: 'spot', symbol: 'BTCUSDT', orderLinkId: 'p1e1s1' },
    ]);
    answer(trade, 'order.cancel', 0, 'OK', accepted('5'));
    expect(await cancelling).toEqual({ kind: 'cancelled' });
  });

  it.each([170213, 110001, 170139, 170142, 110008])('says that nothing is open on %d', async (code) => {
    const { gateway, trade } = await connected();
    const cancelling = gateway.cancel({ clientId: 'p1e1s1', listing });
    answer(trade, 'order.cancel', code, 'Order does not exist.');
    expect(await cancelling).toEqual({ kind: 'absent' });
  });

  it('fails when the answer is lost, and goes over REST while the socket is down', async () => {
    const { venue, gateway, trade } = await connected();
    const cancelling = gateway.cancel({ clientId: 'p1e1s1', listing });
    trade.end(1006, '');
    expect(await cancelling).toMatchObject({ kind: 'failed', error: { class: 'unknown-outcome' } });
    venue.replies.set('POST /v5/order/cancel', ok({ orderId: '5', orderLinkId: 'p1e1s1' }));
    expect(await gateway.cancel({ clientId: 'p1e1s1', listing })).toEqual({ kind: 'cancelled' });
    const request = venue.requests.at(-1);
    expect(JSON.parse(request?.body ?? '')).toEqual({ category: 'spot', symbol: 'BTCUSDT', orderLinkId: 'p1e1s1' });
    expect(request?.headers).toMatchObject({ 'X-BAPI-RECV-WINDOW': '5000' });
  });
});

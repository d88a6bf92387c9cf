import { afterEach, describe, expect, it, vi } from 'vitest';
import type { BaseOrder, Fill, GatewayEvent } from '../../../src/core/order.ts';
import { coinbase } from '../../../src/venues/coinbase/index.ts';
import {
  accepted,
  bearerOf,
  claimsOf,
  connected as connectedVenue,
  credentials,
  FakeVenue,
  fill,
  fills,
  limitOrder,
  listed,
  listing,
  type Reply,
  refused,
  restOrder,
  wireFill,
} from './coinbase-fakes.ts';
import { settled } from './okx-fakes.ts';

vi.mock('../../../src/venues/coinbase/sign.ts', async (load) => {
  const { quickMint } = await import('./coinbase-quick-mint.ts');
  return { ...(await load<object>()), mint: quickMint };
});

const open: FakeVenue[] = [];
afterEach(() => {
  // Whatever a test did, no secret stood in a log line, and no token.
  const body = credentials.secret.split('\n')[1] ?? '';
  const isTelling = (line: string): boolean => line.includes(body) || /eyJ[\w-]+\./.test(line);
  for (const venue of open.splice(0)) expect(venue.logged.filter(isTelling)).toEqual([]);
});

function fakeVenue(): FakeVenue {
  const venue = new FakeVenue();
  open.push(venue);
  return venue;
}
async function connected() {
  const all = await connectedVenue();
  open.push(all.venue);
  return all;
}

const ORDERS = 'POST /orders';
const FILLS = 'GET /orders/historical/fills';
const LIST = 'GET /orders/historical/batch';
const ONE = 'GET /orders/historical/v-1';
const CANCEL = 'POST /orders/batch_cancel';
const ref = { clientId: 'p1e1s1', listing };
const params = (url: string | undefined) => Object.fromEntries(new URL(url ?? '').searchParams);
/** Of orders: a test that lasts longer than the socket's heartbeats hears of that, too. */
const ofOrders = (events: readonly GatewayEvent[]) => events.filter(({ kind }) => !kind.startsWith('Gateway'));
const kinds = (events: readonly GatewayEvent[]) =>
  events.map((event) => (event.kind === 'OrderUpdated' ? `${event.kind} ${event.report.status}` : event.kind));
const notFound: Reply = { status: 404, body: { error: 'NOT_FOUND', message: 'order with this orderID was not found' } };

describe('coinbase gateway, logging on', () => {
  it('asks for the venue clock and the key, subscribes with a token for each, and says that it is up', async () => {
    const { venue, gateway, socket } = await connected();
    expect(socket.url).toBe('ws://127.0.0.1:1/user');
    const messages = socket.sent.map((text) => JSON.parse(text));
    expect(messages).toEqual([
      { type: 'subscribe', channel: 'user', jwt: expect.any(String) },
      { type: 'subscribe', channel: 'heartbeats', jwt: expect.any(String) },
    ]);
    expect(messages[0].jwt).not.toBe(messages[1].jwt);
    const { claims } = claimsOf(messages[0].jwt);
    expect(claims).not.toHaveProperty('uri');
    expect(claims.nbf).toBe(Math.floor((venue.clock.wallMs() + venue.aheadMs) / 1000) - 1);
    expect(gateway.isUp).toBe(true);
    expect(venue.events).toEqual([{ kind: 'GatewayUp' }]);
    const [asked] = venue.asked('GET /key_permissions');
    expect(claimsOf(bearerOf(asked)).claims.uri).toBe('GET 127.0.0.1:1/api/v3/brokerage/key_permissions');
  });

  it.each<[string, Reply]>([
    ['refuses it in plain text', { status: 401, body: 'Unauthorized\n' }],
    [
      'says that it lacks a scope',
      { status: 403, body: { error: 'PERMISSION_DENIED', error_details: 'Missing required scopes' } },
    ],
    ['does not let it trade', { body: { can_view: true, can_trade: false } }],
  ])('rejects once with venue/auth when the venue %s', async (_, reply) => {
    const venue = fakeVenue();
    venue.replies.set('GET /key_permissions', reply);
    const connecting = coinbase.createGateway(venue.deps).connect();
    await expect(connecting).rejects.toMatchObject({ code: 'venue/auth', message: expect.stringMatching(/^coinbase/) });
    await venue.pass(60_000, 5_000);
    expect(venue.sockets).toEqual([]);
    expect(venue.events).toEqual([]);
  });

  it('does without the answer about the key while the venue has none', async () => {
    const venue = fakeVenue();
    venue.replies.set('GET /key_permissions', { status: 404, body: 'no' });
    const connecting = coinbase.createGateway(venue.deps).connect();
    venue.logOn(await venue.socketAt(0));
    await connecting;
  });

  it('rejects when the socket does not take the token', async () => {
    const venue = fakeVenue();
    const gateway = coinbase.createGateway(venue.deps);
    const connecting = gateway.connect();
    const socket = await venue.socketAt(0);
    socket.open();
    socket.push({ type: 'error', message: `authentication failure ${JSON.parse(socket.sent[0] ?? '').jwt}` });
    const fault = await connecting.catch((thrown: unknown) => thrown as Error);
    expect(String(fault)).not.toContain('eyJ');
    expect(gateway.isUp).toBe(false);
    const again = gateway.connect();
    const second = await venue.socketAt(1);
    second.open();
    second.push({ type: 'error', message: 'authentication failure' });
    await expect(again).rejects.toMatchObject({ code: 'venue/auth' });
  });

  it('rejects without asking anything when the secret is no key', async () => {
    const venue = fakeVenue();
    const gateway = coinbase.createGateway({ ...venue.deps, credentials: { apiKey: 'a', secret: 'b' } });
    await expect(gateway.connect()).rejects.toMatchObject({ code: 'venue/auth' });
    expect(venue.requests).toEqual([]);
    venue.replies.set(ORDERS, { status: 401, body: 'Unauthorized' });
    expect(await gateway.place(limitOrder)).toMatchObject({ kind: 'rejected', error: { class: 'auth' } });
  });

  it('rejects when the venue cannot be reached, on either way', async () => {
    const venue = fakeVenue();
    venue.replies.set('GET /time', 'unreachable');
    await expect(coinbase.createGateway(venue.deps).connect()).rejects.toMatchObject({ code: 'venue/unreachable' });
    const second = fakeVenue();
    const connecting = coinbase.createGateway(second.deps).connect();
    (await second.socketAt(0)).end(1006, 'connect ECONNREFUSED');
    await expect(connecting).rejects.toMatchObject({ code: 'venue/unreachable' });
  });
});

describe('coinbase gateway, placing', () => {
  it('writes the documented body, with a token minted ahead, and reads the acknowledgement', async () => {
    const { venue, gateway } = await connected();
    venue.replies.set(ORDERS, () => {
      venue.clock.advanceMs(3);
      return accepted();
    });
    const sentAt = venue.clock.monotonicNs();
    expect(await gateway.place(limitOrder)).toEqual({
      kind: 'acked',
      venueOrderId: 'v-1',
      sentAt,
      ackedAt: venue.clock.monotonicNs(),
    });
    const [request] = venue.asked(ORDERS);
    expect(JSON.parse(request?.body ?? '')).toEqual({
      client_order_id: 'p1e1s1',
      product_id: 'BTC-USD',
      side: 'BUY',
      order_configuration: { sor_limit_ioc: { base_size: '0.01', limit_price: '60000.1' } },
    });
    expect(claimsOf(bearerOf(request)).claims.uri).toBe('POST 127.0.0.1:1/api/v3/brokerage/orders');
  });

  it('gives every order a token of its own, also when many leave at once', async () => {
    const { venue, gateway } = await connected();
    venue.replies.set(ORDERS, accepted());
    await Promise.all(
      Array.from({ length: 20 }, (_, index) => gateway.place({ ...limitOrder, clientId: `p${index}` })),
    );
    const tokens = venue.asked(ORDERS).map(bearerOf);
    expect(new Set(tokens).size).toBe(20);
    expect(tokens).not.toContain('');
  });

  it.each<[Partial<BaseOrder>, object]>([
    [{ tif: 'gtc' }, { limit_limit_gtc: { base_size: '0.01', limit_price: '60000.1', post_only: false } }],
    [{ tif: 'fok' }, { limit_limit_fok: { base_size: '0.01', limit_price: '60000.1' } }],
    [{ type: 'market', side: 'sell' }, { market_market_ioc: { base_size: '0.01' } }],
  ])('writes %o', async (change, configuration) => {
    const { venue, gateway } = await connected();
    venue.replies.set(ORDERS, accepted());
    await gateway.place({ ...limitOrder, ...change });
    const body = JSON.parse(venue.asked(ORDERS)[0]?.body ?? '');
    expect(body.order_configuration).toEqual(configuration);
    expect(body.side).toBe(change.side === 'sell' ? 'SELL' : 'BUY');
  });

  it('does not buy at market by base size, which the venue cannot', async () => {
    const { venue, gateway } = await connected();
    expect(await gateway.place({ ...limitOrder, type: 'market' })).toMatchObject({
      kind: 'rejected',
      error: { class: 'filter', code: 'market-buy' },
    });
    expect(venue.asked(ORDERS)).toEqual([]);
  });

  it.each<[string, Reply, string, string]>([
    [
      'no funds',
      refused({
        error: 'INSUFFICIENT_FUND',
        message: 'Insufficient balance in source account',
        preview_failure_reason: 'PREVIEW_INSUFFICIENT_FUND',
      }),
      'insufficient-funds',
      'PREVIEW_INSUFFICIENT_FUND',
    ],
    [
      'the newer reason',
      refused({ error: 'UNKNOWN_FAILURE_REASON', new_order_failure_reason: 'INVALID_PRICE_PRECISION' }),
      'filter',
      'INVALID_PRICE_PRECISION',
    ],
    [
      'a preview reason alone',
      refused({ error: 'UNKNOWN_FAILURE_REASON', preview_failure_reason: 'PREVIEW_INVALID_SIZE_PRECISION' }),
      'filter',
      'PREVIEW_INVALID_SIZE_PRECISION',
    ],
    [
      'an older shape',
      { body: { success: false, failure_reason: 'INVALID_PRODUCT_ID', order_id: '' } },
      'other',
      'INVALID_PRODUCT_ID',
    ],
    ['a halt', refused({ error: 'ORDER_ENTRY_DISABLED' }), 'maintenance', 'ORDER_ENTRY_DISABLED'],
    [
      'an id that was seen',
      refused({ new_order_failure_reason: 'DUPLICATE_CLIENT_ORDER_ID' }),
      'duplicate-client-id',
      'DUPLICATE_CLIENT_ORDER_ID',
    ],
    [
      'a body that it cannot read',
      { status: 400, body: { error: 'INVALID_ARGUMENT', message: 'bad' } },
      'filter',
      'INVALID_ARGUMENT',
    ],
    [
      'a rate limit',
      {
        status: 429,
        body: { errors: [{ id: 'rate_limit_exceeded', message: 'Too many requests' }] },
        headers: { 'retry-after': '2' },
      },
      'rate-limit',
      'rate_limit_exceeded',
    ],
    ['a refused token', { status: 401, body: 'Unauthorized' }, 'auth', 'http-401'],
  ])('reads a refusal for %s', async (_, reply, errorClass, code) => {
    const { venue, gateway } = await connected();
    venue.replies.set(ORDERS, reply);
    const outcome = await gateway.place(limitOrder);
    expect(outcome).toMatchObject({ kind: 'rejected', error: { class: errorClass, code } });
    if (code === 'rate_limit_exceeded') expect(outcome).toMatchObject({ error: { retryAfterMs: 2000 } });
  });

  it.each<[string, Reply, string]>([
    ['no reason', refused({ error: 'UNKNOWN_FAILURE_REASON' }), 'UNKNOWN_FAILURE_REASON'],
    ['a server error', { status: 500, body: { error: 'INTERNAL', message: 'x' } }, 'INTERNAL'],
    [
      'a server error with a reason',
      { status: 503, body: { success: false, error_response: { error: 'INSUFFICIENT_FUND' } } },
      'INSUFFICIENT_FUND',
    ],
    ['a gateway timeout', { status: 504, body: '<html>' }, 'http-504'],
    ['half a body', { body: '{"success":tr' }, 'http-200'],
    ['a lost connection', 'unreachable', 'unreachable'],
    ['success without an order', { body: { success: true } }, 'order id'],
  ])('does not take %s for a refusal, and sends nothing again', async (_, reply, words) => {
    const { venue, gateway } = await connected();
    venue.replies.set(ORDERS, reply);
    expect(await gateway.place(limitOrder)).toMatchObject({ kind: 'unknown', reason: expect.stringContaining(words) });
    await venue.pass(10_000, 1000);
    expect(venue.asked(ORDERS)).toHaveLength(1);
    expect(venue.asked(ORDERS)[0]?.timeoutMs).toBe(2000);
  });

  it('reads the venue clock again when a token was refused, and throws the old tokens away', async () => {
    const { venue, gateway } = await connected();
    venue.replies.set(ORDERS, { status: 401, body: 'Unauthorized' });
    const before = venue.asked('GET /time').length;
    await gateway.place(limitOrder);
    venue.replies.set('GET /time', () => ({ body: { epochMillis: String(venue.clock.wallMs() + 90_000) } }));
    await venue.pass(100);
    expect(venue.asked('GET /time').length).toBeGreaterThan(before);
    venue.replies.set('GET /time', () => ({ body: { epochMillis: String(venue.clock.wallMs() + 90_000) } }));
    await gateway.place({ ...limitOrder, clientId: 'p1e1s2' });
    await venue.pass(100);
    venue.replies.set(ORDERS, accepted());
    await gateway.place({ ...limitOrder, clientId: 'p1e1s3' });
    const { nbf } = claimsOf(bearerOf(venue.asked(ORDERS)[2])).claims;
    expect(Math.abs(Number(nbf) - (venue.clock.wallMs() + 90_000) / 1000)).toBeLessThan(3);
  });

  it('works while the user socket is down', async () => {
    const { venue, gateway, socket } = await connected();
    socket.end(1006, 'reset');
    venue.replies.set(ORDERS, accepted());
    expect(await gateway.place(limitOrder)).toMatchObject({ kind: 'acked' });
  });
});

describe('coinbase gateway, pushes', () => {
  it('tells the fills of an order before its end, once each, in exact texts', async () => {
    const { venue, socket } = await connected();
    venue.events.length = 0;
    venue.replies.set(FILLS, fills(wireFill));
    venue.order(socket, { status: 'PENDING' });
    venue.order(socket, { status: 'OPEN' });
    venue.order(socket, { status: 'FILLED', cumulative_quantity: '0.01', leaves_quantity: '0' });
    await settled();
    expect(kinds(venue.events)).toEqual(['OrderUpdated open', 'OrderUpdated open', 'LegFilled', 'OrderUpdated filled']);
    expect(venue.events[2]).toEqual({ kind: 'LegFilled', fill });
    expect(venue.events[3]).toMatchObject({ report: { clientId: 'p1e1s1', venueOrderId: 'v-1', filled: '0.01' } });
    expect(params(venue.asked(FILLS)[0]?.url)).toMatchObject({ order_ids: 'v-1' });
    // Said again: known.
    venue.order(socket, { status: 'FILLED', cumulative_quantity: '0.01' });
    await settled();
    expect(kinds(venue.events.slice(4))).toEqual(['OrderUpdated filled']);
    expect(venue.asked(FILLS)).toHaveLength(1);
  });

  it('asks until the fills make up what the venue claims, and holds back what speaks of them', async () => {
    const { venue, socket } = await connected();
    venue.events.length = 0;
    const two = { ...wireFill, trade_id: 't-2', size: '0.006' };
    const one = { ...wireFill, size: '0.004' };
    const answers: Reply[] = [
      fills(),
      'unreachable',
      { status: 429, body: '', headers: { 'retry-after': '3' } },
      fills(one),
      fills(one, two),
    ];
    venue.replies.set(FILLS, () => answers.shift() ?? fills(one, two));
    venue.order(socket, { status: 'OPEN', cumulative_quantity: '0.004' });
    venue.order(socket, { status: 'CANCEL_QUEUED', cumulative_quantity: '0.004' });
    venue.order(socket, { status: 'CANCELLED', cumulative_quantity: '0.01' });
    await venue.pass(200);
    expect(venue.events).toEqual([]);
    await venue.pass(2500);
    expect(venue.asked(FILLS)).toHaveLength(3);
    await venue.pass(5000);
    expect(kinds(ofOrders(venue.events))).toEqual([
      'LegFilled',
      'OrderUpdated open',
      'OrderUpdated open',
      'LegFilled',
      'OrderUpdated cancelled',
    ]);
  });

  it('tells of a fill that comes after the end of its order', async () => {
    const { venue, socket } = await connected();
    venue.events.length = 0;
    venue.order(socket, { status: 'CANCELLED', cumulative_quantity: '0' });
    venue.replies.set(FILLS, fills(wireFill));
    venue.order(socket, { status: 'CANCELLED', cumulative_quantity: '0.01' });
    await settled();
    expect(kinds(venue.events)).toEqual(['OrderUpdated cancelled', 'LegFilled', 'OrderUpdated cancelled']);
  });

  it('lets a report go at last whose fills the venue does not list, and says so', async () => {
    const { venue, socket } = await connected();
    venue.events.length = 0;
    venue.replies.set(FILLS, fills());
    venue.order(socket, { status: 'FILLED', cumulative_quantity: '0.01' });
    await venue.pass(30_000, 200);
    expect(kinds(ofOrders(venue.events))).toEqual(['OrderUpdated filled']);
    expect(venue.logged.join()).toContain('fills of an order not found');
  });

  it('takes orders apart: one that waits holds no other back', async () => {
    const { venue, socket } = await connected();
    venue.events.length = 0;
    venue.replies.set(FILLS, ({ url }) =>
      url.includes('v-2') ? fills({ ...wireFill, order_id: 'v-2', trade_id: 't-9' }) : fills(),
    );
    venue.order(socket, { status: 'FILLED', cumulative_quantity: '0.01' });
    venue.order(socket, { order_id: 'v-2', client_order_id: 'p2', status: 'FILLED', cumulative_quantity: '0.01' });
    await settled();
    expect(venue.events).toMatchObject([{ fill: { clientId: 'p2', tradeId: 't-9' } }, { report: { clientId: 'p2' } }]);
  });

  it('reads fills of an order by quote as the base that they were', async () => {
    const { venue, socket } = await connected();
    venue.events.length = 0;
    venue.replies.set(FILLS, fills({ ...wireFill, size: '600.001', size_in_quote: true }));
    venue.order(socket, { status: 'FILLED', cumulative_quantity: '0.01' });
    await settled();
    expect(venue.events[0]).toMatchObject({ kind: 'LegFilled', fill: { size: '0.01', value: '600.001' } });
  });

  it('leaves out what is no fill of ours, and orders that are not spot', async () => {
    const { venue, socket } = await connected();
    venue.events.length = 0;
    venue.replies.set(FILLS, fills({ ...wireFill, trade_type: 'CORRECTION', trade_id: 't-0' }, wireFill));
    venue.order(socket, { status: 'FILLED', cumulative_quantity: '0.01' });
    venue.order(socket, { order_id: 'f', product_type: 'FUTURE', status: 'FILLED', cumulative_quantity: '1' });
    venue.order(socket, { order_id: 'u', status: 'UNKNOWN_ORDER_STATUS' });
    await settled();
    expect(kinds(venue.events)).toEqual(['LegFilled', 'OrderUpdated filled']);
    expect(venue.logged.join()).toContain('unreadable order');
  });

  it('asks and tells nothing once closed', async () => {
    const { venue, gateway, socket } = await connected();
    venue.replies.set(FILLS, fills());
    venue.order(socket, { status: 'FILLED', cumulative_quantity: '0.01' });
    await settled();
    await gateway.close();
    const asked = venue.requests.length;
    const told = venue.events.length;
    await venue.pass(120_000, 5_000);
    expect(venue.requests).toHaveLength(asked);
    expect(venue.events).toHaveLength(told);
  });
});

describe('coinbase gateway, asking for an order', () => {
  const acked = async () => {
    const all = await connected();
    all.venue.replies.set(ORDERS, accepted());
    await all.gateway.place(limitOrder);
    return all;
  };
  const unanswered = async () => {
    const all = await connected();
    all.venue.replies.set(ORDERS, 'unreachable');
    await all.gateway.place(limitOrder);
    return all;
  };

  it("asks by the venue's id where it has named it", async () => {
    const { venue, gateway } = await acked();
    venue.replies.set(ONE, { body: { order: restOrder } });
    venue.replies.set(FILLS, fills(wireFill));
    expect(await gateway.query(ref)).toEqual({
      kind: 'found',
      report: {
        clientId: 'p1e1s1',
        venueOrderId: 'v-1',
        symbol: 'BTC-USD',
        side: 'buy',
        status: 'filled',
        filled: '0.01',
        venueAt: Date.parse('2026-08-09T21:05:48.564Z'),
      },
      fills: [fill],
    });
    expect(venue.asked(LIST)).toEqual([]);
  });

  it('does not believe that an order is unknown which was acknowledged', async () => {
    const { venue, gateway } = await acked();
    venue.replies.set(ONE, notFound);
    expect(await gateway.query(ref)).toMatchObject({ kind: 'failed', error: { class: 'unknown-outcome' } });
  });

  it('searches the list, from when it was placed, for one that was never acknowledged; page by page', async () => {
    const { venue, gateway } = await unanswered();
    const strangers = Array.from({ length: 3 }, (_, index) => ({
      ...restOrder,
      order_id: `x${index}`,
      client_order_id: `x${index}`,
    }));
    const pages: Reply[] = [
      { body: { orders: strangers, has_next: true, cursor: 'next page' } },
      { body: { orders: [strangers[0], restOrder], has_next: true, cursor: 'more' } },
    ];
    venue.replies.set(LIST, () => pages.shift() ?? 'unreachable');
    venue.replies.set(FILLS, fills(wireFill));
    expect(await gateway.query(ref)).toMatchObject({ kind: 'found', report: { venueOrderId: 'v-1' }, fills: [fill] });
    const [first, second] = venue.asked(LIST).map(({ url }) => params(url));
    expect(first).toMatchObject({ product_ids: 'BTC-USD', limit: '100' });
    expect(Date.parse(first?.start_date ?? '')).toBe(venue.clock.wallMs() - 60_000);
    expect(second).toMatchObject({ cursor: 'next page' });
    // Known from then on.
    venue.replies.set(ONE, { body: { order: restOrder } });
    expect(await gateway.query(ref)).toMatchObject({ kind: 'found' });
    expect(venue.asked(LIST)).toHaveLength(2);
    expect(venue.asked(ORDERS)).toHaveLength(1);
  });

  it('is told `absent` only by a whole list without it', async () => {
    const { venue, gateway } = await unanswered();
    venue.replies.set(LIST, listed({ ...restOrder, client_order_id: 'other' }));
    expect(await gateway.query(ref)).toEqual({ kind: 'absent' });
    for (const reply of [
      'unreachable',
      { status: 500, body: '' },
      { body: {} },
      listed({ ...restOrder, status: 'WHAT' }),
    ] satisfies Reply[]) {
      venue.replies.set(LIST, reply);
      expect((await gateway.query(ref)).kind).toBe('failed');
    }
  });

  it('looks three days back for one of an earlier run', async () => {
    const { venue, gateway } = await connected();
    venue.replies.set(LIST, listed());
    expect(await gateway.query(ref)).toEqual({ kind: 'absent' });
    const since = Date.parse(params(venue.asked(LIST)[0]?.url).start_date ?? '');
    expect(venue.clock.wallMs() + venue.aheadMs - since).toBe(3 * 86_400_000);
  });

  it('waits for fills that are listed late, and fails without them', async () => {
    const { venue, gateway } = await acked();
    venue.replies.set(ONE, { body: { order: restOrder } });
    const answers = [fills(), fills(wireFill)];
    venue.replies.set(FILLS, () => answers.shift() ?? fills());
    const asking = gateway.query(ref);
    await venue.pass(500);
    expect(await asking).toMatchObject({ kind: 'found', fills: [fill] });
    const again = gateway.query(ref);
    await venue.pass(2000);
    expect(await again).toMatchObject({ kind: 'failed', error: { code: 'fills' } });
  });

  it('keeps questions to half of what the venue takes, in their order', async () => {
    const { venue, gateway } = await acked();
    await venue.pass(2000);
    venue.replies.set(ONE, { body: { order: { ...restOrder, status: 'OPEN', filled_size: '0' } } });
    venue.replies.set(FILLS, fills());
    const before = venue.requests.length;
    const asking = Array.from({ length: 20 }, () => gateway.query(ref));
    await venue.pass(950);
    expect(venue.requests.length - before).toBe(15);
    await venue.pass(950);
    expect(venue.requests.length - before).toBe(30);
    await venue.pass(2000);
    for (const outcome of await Promise.all(asking)) expect(outcome.kind).toBe('found');
    // Orders do not wait.
    void Promise.all(Array.from({ length: 15 }, () => gateway.query(ref)));
    await gateway.place({ ...limitOrder, clientId: 'p1e1s9' });
    expect(venue.asked(ORDERS)).toHaveLength(2);
  });
});

describe('coinbase gateway, cancelling', () => {
  const result = (change: object): Reply => ({
    body: {
      results: [{ success: false, failure_reason: 'UNKNOWN_CANCEL_FAILURE_REASON', order_id: 'v-1', ...change }],
    },
  });
  const acked = async (reply: Reply) => {
    const all = await connected();
    all.venue.replies.set(ORDERS, accepted());
    all.venue.replies.set(CANCEL, reply);
    await all.gateway.place(limitOrder);
    return all;
  };

  it("names the venue's order", async () => {
    const { venue, gateway } = await acked(result({ success: true }));
    expect(await gateway.cancel(ref)).toEqual({ kind: 'cancelled' });
    expect(JSON.parse(venue.asked(CANCEL)[0]?.body ?? '')).toEqual({ order_ids: ['v-1'] });
  });

  it.each([
    ['UNKNOWN_CANCEL_ORDER', { kind: 'absent' }],
    ['ORDER_IS_FULLY_FILLED', { kind: 'absent' }],
    ['DUPLICATE_CANCEL_REQUEST', { kind: 'cancelled' }],
    ['COMMANDER_REJECTED_CANCEL_ORDER', { kind: 'failed', error: { class: 'other' } }],
    ['UNKNOWN_CANCEL_FAILURE_REASON', { kind: 'failed', error: { class: 'unknown-outcome' } }],
  ])('takes %s for what it is', async (reason, outcome) => {
    const { gateway } = await acked(result({ failure_reason: reason }));
    expect(await gateway.cancel(ref)).toMatchObject(outcome);
  });

  it('that was asked for twice is no more once the order has ended', async () => {
    const { venue, gateway, socket } = await acked(result({ failure_reason: 'DUPLICATE_CANCEL_REQUEST' }));
    venue.order(socket, { status: 'CANCELLED' });
    expect(await gateway.cancel(ref)).toEqual({ kind: 'absent' });
  });

  it('fails when the answer is lost', async () => {
    const { gateway } = await acked('unreachable');
    expect(await gateway.cancel(ref)).toMatchObject({ kind: 'failed', error: { class: 'unknown-outcome' } });
  });

  it('looks for an order that was never acknowledged, and finds it or not', async () => {
    const { venue, gateway } = await connected();
    venue.replies.set(LIST, listed());
    expect(await gateway.cancel(ref)).toEqual({ kind: 'absent' });
    venue.replies.set(LIST, listed({ ...restOrder, status: 'OPEN', filled_size: '0' }));
    venue.replies.set(CANCEL, result({ success: true }));
    expect(await gateway.cancel(ref)).toEqual({ kind: 'cancelled' });
    expect(JSON.parse(venue.asked(CANCEL)[0]?.body ?? '')).toEqual({ order_ids: ['v-1'] });
  });
});

describe('coinbase gateway, the account', () => {
  it('lists open orders to the last page', async () => {
    const { venue, gateway } = await connected();
    const order = { ...restOrder, status: 'OPEN', filled_size: '0', last_fill_time: null };
    const pages: Reply[] = [
      { body: { orders: [order], has_next: true, cursor: 'c' } },
      listed({ ...order, order_id: 'v-2' }, { ...order, product_type: 'FUTURE' }),
    ];
    venue.replies.set(LIST, () => pages.shift() ?? 'unreachable');
    expect((await gateway.openOrders()).map(({ venueOrderId }) => venueOrderId)).toEqual(['v-1', 'v-2']);
    expect(params(venue.asked(LIST)[0]?.url)).toMatchObject({ order_status: 'OPEN', product_type: 'SPOT' });
    await expect(gateway.openOrders()).rejects.toMatchObject({ code: 'venue/unreachable' });
  });

  it('gives recent fills our ids: from the list of orders, or one by one', async () => {
    const { venue, gateway } = await connected();
    venue.replies.set(
      FILLS,
      fills(wireFill, { ...wireFill, order_id: 'v-7', trade_id: 't-7', liquidity_indicator: 'MAKER' }),
    );
    venue.replies.set(LIST, listed(restOrder));
    venue.replies.set('GET /orders/historical/v-7', {
      body: { order: { ...restOrder, order_id: 'v-7', client_order_id: 'p7' } },
    });
    const since = venue.clock.wallMs() - 60_000;
    const recent = await gateway.recentFills(listing, since);
    expect(recent.map(({ clientId, tradeId, maker }: Fill) => [clientId, tradeId, maker])).toEqual([
      ['p1e1s1', 't-1', false],
      ['p7', 't-7', true],
    ]);
    expect(params(venue.asked(FILLS)[0]?.url)).toMatchObject({
      product_ids: 'BTC-USD',
      start_sequence_timestamp: new Date(since).toISOString(),
    });
    venue.replies.set(FILLS, fills({ ...wireFill, price: 'x' }));
    await expect(gateway.recentFills(listing, since)).rejects.toMatchObject({ code: 'venue/refused' });
  });

  it('reads full pages of fills on, by their cursor', async () => {
    const { venue, gateway } = await connected();
    const page = (from: number, count: number) =>
      Array.from({ length: count }, (_, index) => ({ ...wireFill, trade_id: `t${from + index}` }));
    venue.replies.set(LIST, listed(restOrder));
    venue.replies.set(FILLS, ({ url }) =>
      params(url).cursor === 'c'
        ? { body: { fills: page(100, 3), cursor: 'c2' } }
        : { body: { fills: page(0, 100), cursor: 'c' } },
    );
    expect(await gateway.recentFills(listing, 0)).toHaveLength(103);
    expect(venue.asked(FILLS)).toHaveLength(2);
  });

  it('sums the accounts of an asset, leaving out what does not trade', async () => {
    const { venue, gateway } = await connected();
    const account = (currency: string, value: string, hold: string, change: object = {}) => ({
      currency,
      available_balance: { value, currency },
      hold: { value: hold, currency },
      type: 'ACCOUNT_TYPE_CRYPTO',
      ...change,
    });
    const pages: Reply[] = [
      { body: { accounts: [account('BTC', '1.5', '0.25'), account('BTC', '0.50', '0')], has_next: true, cursor: 'c' } },
      {
        body: {
          accounts: [account('BTC', '9', '0', { type: 'ACCOUNT_TYPE_VAULT' }), account('USD', '7.10', '0')],
          has_next: false,
        },
      },
    ];
    venue.replies.set(
      'GET /accounts',
      () => pages.shift() ?? { body: { accounts: [{ currency: 'X' }], has_next: false } },
    );
    expect(await gateway.balances()).toEqual([
      { asset: 'BTC', free: '2', locked: '0.25' },
      { asset: 'USD', free: '7.10', locked: '0' },
    ]);
    await expect(gateway.balances()).rejects.toMatchObject({ code: 'venue/refused' });
  });

  it('asks for its rates once for all products, and assumes the usual ones without an answer', async () => {
    const { venue, gateway } = await connected();
    venue.replies.set('GET /transaction_summary', 'unreachable');
    expect(await gateway.feeRates(listing)).toEqual({ taker: '0.006', maker: '0.004' });
    expect(venue.logged.join()).toContain('assuming the usual ones');
    venue.replies.set('GET /transaction_summary', {
      body: { fee_tier: { taker_fee_rate: '0.0025', maker_fee_rate: '0.0015' } },
    });
    const rates = await Promise.all([gateway.feeRates(listing), gateway.feeRates(listing)]);
    expect(rates).toEqual([{ taker: '0.0025', maker: '0.0015' }, rates[0]]);
    expect(venue.asked('GET /transaction_summary')).toHaveLength(2);
  });
});

describe('coinbase gateway, its socket', () => {
  it('comes back by itself with fresh tokens, and says so', async () => {
    const { venue, gateway, socket } = await connected();
    socket.end(1006, 'reset');
    expect(gateway.isUp).toBe(false);
    await venue.pass(1000);
    const second = await venue.socketAt(1);
    venue.logOn(second);
    expect(gateway.isUp).toBe(true);
    expect(kinds(venue.events)).toEqual(['GatewayUp', 'GatewayDown', 'GatewayUp']);
    expect(JSON.parse(second.sent[0] ?? '').jwt).not.toBe(JSON.parse(socket.sent[0] ?? '').jwt);
  });

  it('is replaced when a message of it was lost', async () => {
    const { venue, gateway, socket } = await connected();
    venue.say(socket, 'heartbeats', [{ heartbeat_counter: 1 }]);
    expect(gateway.isUp).toBe(true);
    venue.skip();
    venue.order(socket, { status: 'OPEN' });
    // What came is told all the same.
    expect(venue.events.at(-1)).toMatchObject({ kind: 'OrderUpdated' });
    venue.say(socket, 'heartbeats', [{ heartbeat_counter: 2 }]);
    expect(gateway.isUp).toBe(false);
    expect(venue.events.at(-1)).toMatchObject({ kind: 'GatewayDown' });
  });

  it('is given up when it falls silent', async () => {
    const { venue, gateway } = await connected();
    await venue.pass(8000, 500);
    expect(gateway.isUp).toBe(false);
  });

  it('tells a later refusal without ending', async () => {
    const { venue, gateway, socket } = await connected();
    socket.push({ type: 'error', message: 'too many messages' });
    expect(gateway.isUp).toBe(true);
    expect(venue.logged.join()).toContain('too many messages');
  });
});

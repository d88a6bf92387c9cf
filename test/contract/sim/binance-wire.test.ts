/** The strictness of the simulated Binance: security, parameters, filters, limits, sessions, streams. */
import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type ReadyVenue, type RunningSim, runSim } from '../../../src/sim/main.ts';
import type { SimAccount } from '../../../src/sim/port.ts';
import { Params } from '../../../src/sim/venues/binance/params.ts';
import { checkSignature, restPayload } from '../../../src/sim/venues/binance/sign.ts';
import { describeWithFixtures, readJson } from '../../fixtures.ts';
import { until } from './until.ts';

let sim: RunningSim;
let venue: ReadyVenue;
const sockets: WebSocket[] = [];

beforeAll(async () => {
  sim = await runSim({ venues: ['binance'], market: 'still', seed: 5, latencyMs: [0, 0] });
  const own = sim.ready.venues.binance;
  if (own === undefined) throw new Error('binance is not simulated');
  venue = own;
});

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.terminate();
});

afterAll(() => sim.close());

const sign = (payload: string, secret = venue.secret): string =>
  createHmac('sha256', secret).update(payload).digest('hex');

type Reply = { readonly status: number; readonly body: unknown; readonly headers: Headers };

async function call(
  method: string,
  path: string,
  query: string,
  headers: Record<string, string> = {},
  body?: string,
): Promise<Reply> {
  const response = await fetch(`${venue.rest}${path}${query === '' ? '' : `?${query}`}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? '' : (JSON.parse(text) as unknown), headers: response.headers };
}

const key = (): Record<string, string> => ({ 'X-MBX-APIKEY': venue.apiKey });

function signed(params: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams({ timestamp: String(Date.now()), ...params }).toString();
  return `${query}&signature=${sign(query)}`;
}

const order = (params: Readonly<Record<string, string>>): Promise<Reply> =>
  call('POST', '/api/v3/order', signed(params), key());

const LIMIT = { symbol: 'BTCUSDT', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.001', price: '90000' };

async function open(
  path: string,
): Promise<{ socket: WebSocket; frames: Record<string, unknown>[]; code: () => number | undefined }> {
  const socket = new WebSocket(venue.wsPublic + path);
  sockets.push(socket);
  const frames: Record<string, unknown>[] = [];
  let closeCode: number | undefined;
  socket.on('message', (data) => frames.push(JSON.parse(data.toString()) as Record<string, unknown>));
  socket.on('close', (code) => {
    closeCode = code;
  });
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  return { socket, frames, code: () => closeCode };
}

describe('REST security', () => {
  it('refuses keys that are malformed or unknown', async () => {
    expect(await call('GET', '/api/v3/account', signed({}))).toMatchObject({
      status: 401,
      body: { code: -2014, msg: 'API-key format invalid.' },
    });
    expect(await call('GET', '/api/v3/account', signed({}), { 'X-MBX-APIKEY': 'a'.repeat(64) })).toMatchObject({
      status: 401,
      body: { code: -2015, msg: 'Invalid API-key, IP, or permissions for action.' },
    });
  });

  it('refuses a wrong, a missing and a foreign signature', async () => {
    const query = `timestamp=${Date.now()}`;
    const wrong = { status: 400, body: { code: -1022, msg: 'Signature for this request is not valid.' } };
    expect(await call('GET', '/api/v3/account', `${query}&signature=${sign(`${query}1`)}`, key())).toMatchObject(wrong);
    expect(await call('GET', '/api/v3/account', `${query}&signature=${sign(query, 'x')}`, key())).toMatchObject(wrong);
    expect(await call('GET', '/api/v3/account', query, key())).toMatchObject({ status: 400, body: { code: -1102 } });
  });

  it('refuses old and early timestamps, and too wide a window', async () => {
    const at = (params: Record<string, string>): Promise<Reply> =>
      call('GET', '/api/v3/account', signed(params), key());
    const now = Date.now();
    expect(await at({ timestamp: String(now - 6000) })).toMatchObject({
      status: 400,
      body: { code: -1021, msg: 'Timestamp for this request is outside of the recvWindow.' },
    });
    expect((await at({ timestamp: String(now - 6000), recvWindow: '30000' })).status).toBe(200);
    expect(await at({ timestamp: String(now + 5000) })).toMatchObject({
      body: { code: -1021, msg: "Timestamp for this request was 1000ms ahead of the server's time." },
    });
    expect(await at({ recvWindow: '60001' })).toMatchObject({ body: { code: -1131 } });
    expect((await at({ timestamp: `${now}000` })).status).toBe(200);
  });

  it('takes parameters from query and body together, signed as they came', async () => {
    const query = 'symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC';
    const body = `quantity=0.001&price=90000&timestamp=${Date.now()}`;
    const reply = await call(
      'POST',
      '/api/v3/order/test',
      query,
      { ...key(), 'content-type': 'application/x-www-form-urlencoded' },
      `${body}&signature=${sign(query + body)}`,
    );
    expect(reply).toMatchObject({ status: 200, body: {} });
  });
});

describe('orders over REST', () => {
  const cases: readonly (readonly [string, Record<string, string>, number, string])[] = [
    ['no symbol', { symbol: '' }, -1102, "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed."],
    ['an unknown symbol', { symbol: 'NOSUCH' }, -1121, 'Invalid symbol.'],
    [
      'an illegal symbol',
      { symbol: 'btc/usdt' },
      -1100,
      "Illegal characters found in parameter 'symbol'; legal range is '^[A-Z0-9-_.]{1,20}$'.",
    ],
    ['an unknown side', { side: 'HOLD' }, -1117, 'Invalid side.'],
    ['an unknown type', { type: 'MAYBE' }, -1116, 'Invalid orderType.'],
    ['an unsupported type', { type: 'STOP_LOSS' }, -2010, 'Stop loss orders are not supported for this symbol.'],
    ['an unknown time in force', { timeInForce: 'GTX' }, -1115, 'Invalid timeInForce.'],
    ['no price', { price: '' }, -1102, "Mandatory parameter 'price' was not sent, was empty/null, or malformed."],
    [
      'a quantity that is no number',
      { quantity: '1e3' },
      -1100,
      "Illegal characters found in parameter 'quantity'; legal range is '^([0-9]{1,20})(\\.[0-9]{1,20})?$'.",
    ],
    ['too precise a quantity', { quantity: '0.001000001' }, -1111, "Parameter 'quantity' has too much precision."],
    ['a quantity off the lot', { quantity: '0.0010001' }, -1013, 'Filter failure: LOT_SIZE'],
    ['a price off the tick', { price: '90000.001' }, -1013, 'Filter failure: PRICE_FILTER'],
    ['a price far away', { price: '900000' }, -1013, 'Filter failure: PERCENT_PRICE_BY_SIDE'],
    ['too small a value', { quantity: '0.00001' }, -1013, 'Filter failure: NOTIONAL'],
    ['more than the account has', { quantity: '100' }, -2010, 'Account has insufficient balance for requested action.'],
    [
      'a maker that takes',
      { type: 'LIMIT_MAKER', timeInForce: '', price: '120000' },
      -2010,
      'Order would immediately match and take.',
    ],
    [
      'a market order with a price',
      { type: 'MARKET', timeInForce: '' },
      -1106,
      "Parameter 'price' sent when not required.",
    ],
    [
      'a parameter nobody reads',
      { colour: 'red' },
      -1104,
      "Not all sent parameters were read; read '8' parameter(s) but was sent '9'.",
    ],
    [
      'an illegal client id',
      { newClientOrderId: 'a b' },
      -1100,
      "Illegal characters found in parameter 'newClientOrderId'; legal range is '^[\\.A-Z\\:/a-z0-9_-]{1,36}$'.",
    ],
  ];
  it.each(cases)('refuses %s', async (_name, change, code, msg) => {
    const params = Object.fromEntries(Object.entries({ ...LIMIT, ...change }).filter(([, value]) => value !== ''));
    expect(await order(params)).toMatchObject({ status: 400, body: { code, msg } });
  });

  it('refuses a client id that is open, and takes it again afterwards', async () => {
    const named = { ...LIMIT, newClientOrderId: 'twice' };
    expect((await order(named)).status).toBe(200);
    expect(await order(named)).toMatchObject({ body: { code: -2010, msg: 'Duplicate order sent.' } });
    const cancel = (): Promise<Reply> =>
      call('DELETE', '/api/v3/order', signed({ symbol: 'BTCUSDT', origClientOrderId: 'twice' }), key());
    expect((await cancel()).body).toMatchObject({ origClientOrderId: 'twice', status: 'CANCELED' });
    expect(await cancel()).toMatchObject({ status: 400, body: { code: -2011, msg: 'Unknown order sent.' } });
    expect((await order(named)).status).toBe(200);
    expect((await cancel()).status).toBe(200);
  });

  it('answers ACK, RESULT and FULL as asked', async () => {
    const market = { symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quantity: '0.001' };
    const keys = async (type: string): Promise<string[]> =>
      Object.keys((await order({ ...market, newOrderRespType: type })).body as object);
    expect(await keys('ACK')).toEqual(['symbol', 'orderId', 'orderListId', 'clientOrderId', 'transactTime']);
    expect(await keys('RESULT')).not.toContain('fills');
    expect(await keys('FULL')).toContain('fills');
  });

  it('knows no listen keys any more', async () => {
    for (const method of ['POST', 'PUT', 'DELETE']) {
      expect((await call(method, '/api/v3/userDataStream', '', key())).status).toBe(410);
    }
  });
});

describe('limits', () => {
  it('counts weight and orders in the headers, and answers 429 beyond the limit', async () => {
    const crowded = await runSim({ venues: ['binance'], market: 'still', seed: 6, latencyMs: [0, 0] });
    try {
      const rest = crowded.ready.venues.binance?.rest ?? '';
      const first = await fetch(`${rest}/api/v3/depth?symbol=BTCUSDT&limit=5000`);
      expect(first.headers.get('x-mbx-used-weight-1m')).toBe('250');
      let last = first;
      for (let i = 0; i < 60 && last.status === 200; i++)
        last = await fetch(`${rest}/api/v3/depth?symbol=BTCUSDT&limit=5000`);
      expect(last.status).toBe(429);
      expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(await last.json()).toMatchObject({ code: -1003 });
    } finally {
      await crowded.close();
    }
    const placed = await order({ ...LIMIT, type: 'MARKET', timeInForce: '', price: '' }).then(() =>
      order({ symbol: 'BTCUSDT', side: 'SELL', type: 'MARKET', quantity: '0.001' }),
    );
    expect(Number(placed.headers.get('x-mbx-order-count-10s'))).toBeGreaterThan(0);
  });
});

describe('the WebSocket API', () => {
  const wsParams = (params: Readonly<Record<string, string>> = {}): Record<string, string> => {
    const all: Record<string, string> = { ...params, apiKey: venue.apiKey, timestamp: String(Date.now()) };
    const payload = Object.keys(all)
      .sort()
      .map((name) => `${name}=${all[name]}`)
      .join('&');
    return { ...all, signature: sign(payload) };
  };

  const ask = async (
    api: Awaited<ReturnType<typeof open>>,
    method: string,
    params: unknown = {},
  ): Promise<Record<string, unknown>> => {
    const id = `${method} ${api.frames.length}`;
    api.socket.send(JSON.stringify({ id, method, params }));
    return until(() => {
      const frame = api.frames.find((candidate) => candidate.id === id);
      if (frame === undefined) throw new Error(`no answer to ${id}`);
      return frame;
    });
  };

  it('answers with id, status, result and rate limits, which can be turned off', async () => {
    const api = await open('/ws-api/v3');
    expect(await ask(api, 'time')).toMatchObject({ status: 200, rateLimits: [{ rateLimitType: 'REQUEST_WEIGHT' }] });
    expect(await ask(api, 'ping', { returnRateLimits: false })).not.toHaveProperty('rateLimits');
    const quiet = await open('/ws-api/v3?returnRateLimits=false');
    expect(await ask(quiet, 'ping')).toEqual({ id: 'ping 0', status: 200, result: {} });
  });

  it('refuses what it cannot read, and unknown methods', async () => {
    const api = await open('/ws-api/v3');
    api.socket.send('{');
    await until(() => expect(api.frames[0]).toMatchObject({ id: null, status: 400, error: { code: -1135 } }));
    expect(await ask(api, 'fly')).toMatchObject({ status: 400, error: { code: -1000 } });
    expect(await ask(api, 'depth')).toMatchObject({ status: 400, error: { code: -1102 } });
  });

  it('checks each signed request', async () => {
    const api = await open('/ws-api/v3');
    const good = wsParams();
    expect(await ask(api, 'account.status', good)).toMatchObject({ status: 200 });
    expect(await ask(api, 'account.status', { ...good, omitZeroBalances: 'true' })).toMatchObject({
      status: 400,
      error: { code: -1022 },
    });
    expect(await ask(api, 'account.status', { ...good, apiKey: 'b'.repeat(64) })).toMatchObject({ status: 401 });
    expect(await ask(api, 'session.logon', good)).toMatchObject({ error: { code: -4056 } });
  });

  it('pushes events to a signature subscription, once per account, until it is ended', async () => {
    const api = await open('/ws-api/v3');
    expect(await ask(api, 'userDataStream.subscribe.signature', wsParams())).toMatchObject({
      status: 200,
      result: { subscriptionId: 0 },
    });
    expect(await ask(api, 'userDataStream.subscribe.signature', wsParams())).toMatchObject({ error: { code: -2035 } });
    const placed = await ask(api, 'order.place', wsParams({ ...LIMIT, newClientOrderId: 'e1' }));
    expect(placed).toMatchObject({ status: 200, result: { status: 'NEW' } });
    await ask(api, 'order.cancel', wsParams({ symbol: 'BTCUSDT', origClientOrderId: 'e1', newClientOrderId: 'c1' }));
    const events = (): Record<string, unknown>[] =>
      api.frames.flatMap(({ event }) => (event === undefined ? [] : [event as Record<string, unknown>]));
    await until(() => expect(events()).toHaveLength(4));
    expect(events().map(({ e, x, c, C }) => [e, x, c, C])).toEqual([
      ['executionReport', 'NEW', 'e1', ''],
      ['outboundAccountPosition', undefined, undefined, undefined],
      ['executionReport', 'CANCELED', 'c1', 'e1'],
      ['outboundAccountPosition', undefined, undefined, undefined],
    ]);
    expect(await ask(api, 'userDataStream.unsubscribe')).toMatchObject({ status: 200, result: {} });
    await until(() => expect(events().at(-1)).toMatchObject({ e: 'eventStreamTerminated' }));
    expect(await ask(api, 'userDataStream.unsubscribe')).toMatchObject({ error: { code: -2036 } });
  });

  it('lets events come before as well as after the answer to their order', async () => {
    const api = await open('/ws-api/v3');
    await ask(api, 'userDataStream.subscribe.signature', wsParams());
    const orders = new Set<string>();
    for (let i = 0; i < 40 && orders.size < 2; i++) {
      const from = api.frames.length;
      await ask(api, 'order.place', wsParams({ ...LIMIT, timeInForce: 'IOC' }));
      await until(() => expect(api.frames.length).toBeGreaterThanOrEqual(from + 4));
      orders.add(api.frames[from]?.event === undefined ? 'answer first' : 'event first');
    }
    expect([...orders].sort()).toEqual(['answer first', 'event first']);
  });
});

describe('market streams', () => {
  it('serves raw and combined streams, and takes subscriptions', async () => {
    const combined = await open('/stream?streams=btcusdt@bookTicker/ethusdt@bookTicker');
    await until(() =>
      expect(new Set(combined.frames.map(({ stream }) => stream))).toEqual(
        new Set(['btcusdt@bookTicker', 'ethusdt@bookTicker']),
      ),
    );
    const raw = await open('/ws');
    const send = (message: unknown): void => raw.socket.send(JSON.stringify(message));
    send({ method: 'SUBSCRIBE', params: ['btcusdt@bookTicker', 'btcusdt@depth5@100ms'], id: 1 });
    await until(() => expect(raw.frames).toContainEqual({ result: null, id: 1 }));
    await until(() => expect(raw.frames.some(({ s }) => s === 'BTCUSDT')).toBe(true));
    await until(() => expect(raw.frames.find(({ bids }) => bids !== undefined)?.bids).toHaveLength(5));
    send({ method: 'LIST_SUBSCRIPTIONS', id: 'two' });
    await until(() =>
      expect(raw.frames).toContainEqual({ result: ['btcusdt@bookTicker', 'btcusdt@depth5@100ms'], id: 'two' }),
    );
    send({ method: 'UNSUBSCRIBE', params: ['btcusdt@bookTicker'], id: 3 });
    await until(() => expect(raw.frames).toContainEqual({ result: null, id: 3 }));
    send({ method: 'SHOUT', id: 4 });
    await until(() => expect(raw.frames.find(({ id }) => id === 4)).toMatchObject({ code: 2 }));
  });

  it('bridges to a REST snapshot as the venue documents it', async () => {
    const { frames } = await open('/ws/btcusdt@depth@100ms');
    await until(() => expect(frames.length).toBeGreaterThan(1));
    const snapshot = (await call('GET', '/api/v3/depth', 'symbol=BTCUSDT&limit=5000')).body as {
      lastUpdateId: number;
      bids: [string, string][];
      asks: [string, string][];
    };
    const book = { b: new Map(snapshot.bids), a: new Map(snapshot.asks) };
    await until(() => expect(Number(frames.at(-1)?.U)).toBeGreaterThan(snapshot.lastUpdateId + 1));
    const after = frames.filter(({ u }) => Number(u) > snapshot.lastUpdateId);
    expect(Number(after[0]?.U)).toBeLessThanOrEqual(snapshot.lastUpdateId + 1);
    let last = snapshot.lastUpdateId;
    let compared = false;
    for (let i = 0; !compared; i++) {
      await until(() => expect(frames.filter(({ u }) => Number(u) > snapshot.lastUpdateId).length).toBeGreaterThan(i));
      const frame = frames.filter(({ u }) => Number(u) > snapshot.lastUpdateId)[i] ?? {};
      if (i > 0) expect(frame.U).toBe(last + 1);
      last = Number(frame.u);
      for (const side of ['b', 'a'] as const) {
        for (const [price, size] of frame[side] as [string, string][]) {
          if (Number(size) === 0) book[side].delete(price);
          else book[side].set(price, size);
        }
      }
      const fresh = (await call('GET', '/api/v3/depth', 'symbol=BTCUSDT&limit=5000')).body as typeof snapshot;
      if (fresh.lastUpdateId !== last) continue;
      expect(Object.fromEntries(book.b)).toEqual(Object.fromEntries(fresh.bids));
      expect(Object.fromEntries(book.a)).toEqual(Object.fromEntries(fresh.asks));
      compared = true;
    }
  });

  it('cuts a client that sends more than five messages a second', async () => {
    const { socket, code } = await open('/ws');
    for (let id = 0; id < 8; id++) socket.send(JSON.stringify({ method: 'LIST_SUBSCRIPTIONS', id }));
    await until(() => expect(code()).toBe(1008));
  });
});

describeWithFixtures('signatures', (root) => {
  interface Vector {
    readonly scheme: string;
    readonly prehash: string;
    readonly expected: string;
    readonly secret?: string;
  }
  it('takes the published ones', () => {
    const vectors = readJson<Vector[]>(join(root, 'binance/signatures/vectors.json')).filter(({ scheme }) =>
      scheme.startsWith('HMAC'),
    );
    expect(vectors.length).toBeGreaterThan(0);
    for (const { secret = '', prehash, expected } of vectors) {
      const account = { secret } as SimAccount;
      const params = new Params(new Map([['signature', expected]]));
      const query = `${prehash}&signature=${expected}`;
      expect(() => checkSignature(account, restPayload(query, ''), params)).not.toThrow();
      expect(() => checkSignature(account, restPayload(`${query}&x=1`, ''), params)).toThrow('Signature');
    }
  });
});

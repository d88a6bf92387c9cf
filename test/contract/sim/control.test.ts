/** The control server, and what planted faults do on the wire of a venue. */
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { FAULT_KINDS } from '../../../src/sim/fault-port.ts';
import type { Ledger } from '../../../src/sim/ledger.ts';
import { type ReadyVenue, type RunningSim, runSim, type SimOptions } from '../../../src/sim/main.ts';
import { until } from './until.ts';

interface DepthFrame {
  readonly data: {
    readonly U: number;
    readonly u: number;
    readonly b: [string, string][];
    readonly a: [string, string][];
  };
}

let sim: RunningSim;
let venue: ReadyVenue;
const sockets: WebSocket[] = [];

async function start(options: SimOptions = {}): Promise<void> {
  sim = await runSim({ venues: ['binance'], market: 'still', seed: 3, ...options });
  const own = sim.ready.venues.binance;
  if (own === undefined) throw new Error('binance is not simulated');
  venue = own;
}

beforeEach(() => start());

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate();
  await sim.close();
});

async function control(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> {
  const response = await fetch(sim.ready.control + path, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

async function open(
  url: string,
): Promise<{ socket: WebSocket; frames: unknown[]; closeCode: () => number | undefined }> {
  const socket = new WebSocket(url);
  sockets.push(socket);
  const frames: unknown[] = [];
  let code: number | undefined;
  socket.on('message', (data) => frames.push(JSON.parse(data.toString())));
  socket.on('close', (closeCode) => {
    code = closeCode;
  });
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  return { socket, frames, closeCode: () => code };
}

function signedOrder(terms: Readonly<Record<string, string>>): Record<string, string> {
  const params: Record<string, string> = { ...terms, apiKey: venue.apiKey, timestamp: String(Date.now()) };
  const payload = Object.keys(params)
    .sort()
    .map((key) => `${key}=${params[key]}`)
    .join('&');
  return { ...params, signature: createHmac('sha256', venue.secret).update(payload).digest('hex') };
}

const IOC = { symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quantity: '0.001', newOrderRespType: 'FULL' };

async function placeOverWs(id: string): Promise<{ frames: unknown[] }> {
  const { socket, frames } = await open(venue.wsTrade);
  socket.send(JSON.stringify({ id, method: 'order.place', params: signedOrder(IOC) }));
  return { frames };
}

const depth = (frames: readonly unknown[]): DepthFrame['data'][] => (frames as DepthFrame[]).map((frame) => frame.data);
const DEPTH_URL = '/stream?streams=btcusdt@depth@100ms';

describe('control', () => {
  it('gives the ready line, the ledger with the start balances, and counters', async () => {
    expect((await control('GET', '/ready')).body).toEqual(sim.ready);
    const { body } = (await control('GET', '/ledger')) as { body: Ledger };
    expect(body.venues.binance?.balances.USDT).toEqual({
      initial: '1000000',
      free: '1000000',
      locked: '0',
      total: '1000000',
      change: '0',
    });
    expect(body.venues.binance?.orders).toEqual([]);
    const stats = (await control('GET', '/stats')).body as { venues: Record<string, Record<string, number>> };
    expect(stats.venues.binance).toMatchObject({ orders: 0, fills: 0 });
    expect((await control('GET', '/nothing')).status).toBe(404);
  });

  it('lifts nothing when the query has a slip in it', async () => {
    await control('POST', '/faults', { venue: 'binance', kind: 'gap', count: 5 });
    for (const query of ['vneue=binance', 'venue=mtgox', 'kind=earthquake', 'id=one']) {
      expect(await control('DELETE', `/faults?${query}`)).toMatchObject({
        status: 400,
        body: { error: { code: 'control/invalid' } },
      });
    }
    expect(await control('POST', '/faults', { venue: 'binance', kind: 'gap', count: 1.5 })).toMatchObject({
      status: 400,
    });
    expect((await control('DELETE', '/faults?venue=binance&kind=gap')).body).toEqual({ lifted: 1 });
  });

  it('names what is wrong with a fault and lists those planted', async () => {
    const bad = async (body: unknown): Promise<string> => {
      const reply = await control('POST', '/faults', body);
      expect(reply.status).toBe(400);
      return (reply.body as { error: { message: string } }).error.message;
    };
    expect(await bad({ venue: 'binance', kind: 'earthquake' })).toContain(FAULT_KINDS.join(', '));
    expect(await bad({ venue: 'mtgox', kind: 'gap' })).toContain('binance');
    expect(await bad({ venue: 'binance', kind: 'gap', instrument: 'XX-YY' })).toContain('BTC-USDT');
    expect(await bad({ venue: 'binance', kind: 'partial', fraction: 2 })).toContain('fraction');
    expect(await bad({ venue: 'binance', kind: 'gap', howOften: 2 })).toContain('howOften');
    await control('POST', '/faults', { venue: 'binance', kind: 'gap', count: 3 });
    await control('POST', '/faults', { venue: 'binance', kind: 'reject' });
    const listed = (await control('GET', '/faults')).body as { faults: { kind: string; remaining: number }[] };
    expect(listed.faults.map(({ kind, remaining }) => [kind, remaining])).toEqual([
      ['gap', 3],
      ['reject', 1],
    ]);
    expect((await control('DELETE', '/faults?kind=gap')).body).toEqual({ lifted: 1 });
    expect((await control('DELETE', '/faults')).body).toEqual({ lifted: 1 });
  });

  it('grants the key what trading does not need, and takes it back', async () => {
    const rights = async (): Promise<unknown> => {
      const query = `timestamp=${Date.now()}`;
      const signature = createHmac('sha256', venue.secret).update(query).digest('hex');
      const url = `${venue.rest}/sapi/v1/account/apiRestrictions?${query}&signature=${signature}`;
      return (await fetch(url, { headers: { 'X-MBX-APIKEY': venue.apiKey } })).json();
    };
    expect(await rights()).toMatchObject({ enableWithdrawals: false, ipRestrict: false });
    const grant = { venue: 'binance', permissions: { withdraw: true } };
    expect(await control('POST', '/account', grant)).toEqual({
      status: 200,
      body: { venue: 'binance', permissions: { withdraw: true, ipRestricted: false } },
    });
    expect(await rights()).toMatchObject({ enableWithdrawals: true, ipRestrict: false });
    await control('POST', '/account', { venue: 'binance', permissions: { ipRestricted: true, withdraw: false } });
    expect(await rights()).toMatchObject({ enableWithdrawals: false, ipRestrict: true });
    for (const permissions of [{ withdraw: 'yes' }, { fly: true }, undefined]) {
      expect((await control('POST', '/account', { venue: 'binance', permissions })).status).toBe(400);
    }
    expect((await control('POST', '/account', { ...grant, venue: 'mtgox' })).status).toBe(400);
  });

  it('puts a price and holds it for its time', async () => {
    const put = { venue: 'binance', instrument: 'BTC-USDT', bid: '90000', ask: '90000.01', size: '2.5', forMs: 400 };
    expect((await control('POST', '/market', put)).status).toBe(200);
    const top = async (): Promise<Record<string, string>> =>
      (await (await fetch(`${venue.rest}/api/v3/ticker/bookTicker?symbol=BTCUSDT`)).json()) as Record<string, string>;
    expect(await top()).toMatchObject({
      bidPrice: '90000.00000000',
      askPrice: '90000.01000000',
      bidQty: '2.50000000',
      askQty: '2.50000000',
    });
    await until(async () => expect(Number((await top()).bidPrice)).toBeGreaterThan(91_000));
    for (const wrong of [{ bid: '90000.001' }, { ask: '1' }, { size: 'x' }, { instrument: 'A-B' }, { forMs: -1 }]) {
      expect((await control('POST', '/market', { ...put, ...wrong })).status).toBe(400);
    }
  });
});

describe('faults on the wire', () => {
  it('gap: exactly one depth frame is missing', async () => {
    const { frames } = await open(venue.wsPublic + DEPTH_URL);
    await until(() => expect(frames.length).toBeGreaterThan(2));
    await control('POST', '/faults', { venue: 'binance', kind: 'gap', instrument: 'BTC-USDT' });
    const before = frames.length;
    await until(() => expect(frames.length).toBeGreaterThan(before + 3));
    const rows = depth(frames);
    const holes = rows.slice(1).filter((row, i) => row.U !== (rows[i]?.u ?? 0) + 1);
    expect(holes).toHaveLength(1);
  });

  it('duplicate: a depth frame comes twice', async () => {
    const { frames } = await open(venue.wsPublic + DEPTH_URL);
    await control('POST', '/faults', { venue: 'binance', kind: 'duplicate', scope: 'public' });
    await until(() => expect(depth(frames).filter((row, i, all) => all[i - 1]?.u === row.u)).toHaveLength(1));
  });

  it('crossed: bids above asks are shown, and go again', async () => {
    const { frames } = await open(`${venue.wsPublic}/stream?streams=btcusdt@bookTicker`);
    await control('POST', '/faults', { venue: 'binance', kind: 'crossed', instrument: 'BTC-USDT', ms: 200 });
    const crossed = (): boolean[] =>
      (frames as { data: { b: string; a: string } }[]).map(({ data }) => Number(data.b) > Number(data.a));
    await until(() => expect(crossed()).toContain(true));
    await until(() => expect(crossed().at(-1)).toBe(false));
  });

  it('disconnect: the sockets of the scope are cut without a close frame', async () => {
    const market = await open(venue.wsPublic + DEPTH_URL);
    const api = await open(venue.wsTrade);
    const reply = await control('POST', '/faults', { venue: 'binance', kind: 'disconnect', scope: 'public' });
    expect(reply.body).toEqual({ kind: 'disconnect', cut: 1 });
    await until(() => expect(market.closeCode()).toBe(1006));
    expect(api.closeCode()).toBeUndefined();
    await control('POST', '/faults', { venue: 'binance', kind: 'disconnect' });
    await until(() => expect(api.closeCode()).toBe(1006));
  });

  it('freeze: the socket stays open and silent, then speaks again', async () => {
    const { frames, closeCode } = await open(venue.wsPublic + DEPTH_URL);
    await until(() => expect(frames.length).toBeGreaterThan(0));
    await control('POST', '/faults', { venue: 'binance', kind: 'freeze', scope: 'public' });
    const frozenAt = frames.length;
    // The market goes on meanwhile: REST shows it.
    const id = async (): Promise<number> =>
      ((await (await fetch(`${venue.rest}/api/v3/depth?symbol=BTCUSDT&limit=1`)).json()) as { lastUpdateId: number })
        .lastUpdateId;
    const first = await id();
    await until(async () => expect(await id()).toBeGreaterThan(first + 20));
    expect(sim.faults.list()).toHaveLength(1);
    expect(frames.length).toBe(frozenAt);
    await control('DELETE', '/faults');
    await until(() => expect(frames.length).toBeGreaterThan(frozenAt));
    expect(closeCode()).toBeUndefined();
  });

  it('reject and partial: in the words of the venue, and a share of the size', async () => {
    await control('POST', '/faults', { venue: 'binance', kind: 'reject' });
    const rejected = await placeOverWs('r');
    await until(() => expect(rejected.frames).toHaveLength(1));
    expect(rejected.frames[0]).toMatchObject({
      id: 'r',
      status: 400,
      error: { code: -2010, msg: 'Account has insufficient balance for requested action.' },
    });
    await control('POST', '/faults', { venue: 'binance', kind: 'partial', fraction: 0.4 });
    const partial = await placeOverWs('p');
    await until(() => expect(partial.frames).toHaveLength(1));
    expect(partial.frames[0]).toMatchObject({
      status: 200,
      result: { status: 'EXPIRED', executedQty: '0.00040000', expiryReason: 'INSUFFICIENT_LIQUIDITY' },
    });
  });

  it('timeouts: unanswered before acceptance, unanswered after it', async () => {
    await control('POST', '/faults', { venue: 'binance', kind: 'timeout-before-accept' });
    const before = await placeOverWs('b');
    const answered = await placeOverWs('c');
    await until(() => expect(answered.frames).toHaveLength(1));
    expect(before.frames).toEqual([]);
    expect(sim.ledger().venues.binance?.orders).toHaveLength(1);
    await control('POST', '/faults', { venue: 'binance', kind: 'timeout-after-accept' });
    const after = await placeOverWs('a');
    await until(() => expect(sim.ledger().venues.binance?.orders).toHaveLength(2));
    const last = await placeOverWs('d');
    await until(() => expect(last.frames).toHaveLength(1));
    expect(after.frames).toEqual([]);
  });

  it('http-503 and http-429: as the venue sends them', async () => {
    await control('POST', '/faults', { venue: 'binance', kind: 'http-503' });
    await control('POST', '/faults', { venue: 'binance', kind: 'http-429', ms: 3000 });
    const overloaded = await fetch(`${venue.rest}/api/v3/time`);
    expect([overloaded.status, await overloaded.json()]).toMatchObject([503, { code: -1008 }]);
    const limited = await fetch(`${venue.rest}/api/v3/time`);
    expect([limited.status, await limited.json()]).toMatchObject([429, { code: -1003 }]);
    expect(limited.headers.get('retry-after')).toBe('3');
    expect((await fetch(`${venue.rest}/api/v3/time`)).status).toBe(200);
  });

  it('slow: answers to orders come late', async () => {
    await control('POST', '/faults', { venue: 'binance', kind: 'slow', ms: 300 });
    const sentAt = performance.now();
    const { frames } = await placeOverWs('s');
    await until(() => expect(frames).toHaveLength(1));
    expect(performance.now() - sentAt).toBeGreaterThan(295);
  });
});

describe('starting', () => {
  it('refuses venues, markets and recordings that are not there', async () => {
    await expect(runSim({ venues: ['mtgox'] })).rejects.toThrow('unknown venues: mtgox');
    await expect(runSim({ market: 'wild' })).rejects.toThrow('wobble');
    await expect(runSim({ recording: '/nonexistent.jsonl' })).rejects.toThrow('cannot read the recording');
  });

  it('plays a recording to subscribers, in order and as it was, with its bodies', async () => {
    await sim.close();
    const folder = mkdtempSync(join(tmpdir(), 'parallax-sim-'));
    const path = join(folder, 'r.jsonl');
    const frame = (u: number): string =>
      `{"stream":"nknusdt@depth@100ms","data":{"e":"depthUpdate","s":"NKNUSDT","U":${u},"u":${u},"b":[],"a":[]}}`;
    const rows = [
      { t: 'connect', conn: 'c', ts: 1, addr: 'wss://stream.binance.com:9443/stream' },
      ...[1, 2, 3].map((u) => ({ t: 'recv', conn: 'c', ts: 1 + u / 10, data: frame(u) })),
      { t: 'recv', conn: 'c', ts: 1.35, data: '{"stream":"other@trade","data":{}}' },
      { t: 'http', ts: 1.2, url: 'https://api.binance.com/api/v3/depth?symbol=NKNUSDT&limit=1000', data: '{"a":1}' },
    ];
    writeFileSync(path, rows.map((row) => JSON.stringify(row)).join('\n'));
    try {
      await start({ recording: path, recordingSpeed: 10 });
      const combined = await open(`${venue.wsPublic}/stream?streams=nknusdt@depth@100ms`);
      const raw = await open(`${venue.wsPublic}/ws/nknusdt@depth@100ms`);
      await until(() => expect([combined.frames.length, raw.frames.length]).toEqual([3, 3]));
      expect(combined.frames).toEqual([1, 2, 3].map((u) => JSON.parse(frame(u))));
      expect((raw.frames as { u: number }[]).map(({ u }) => u)).toEqual([1, 2, 3]);
      const body = await fetch(`${venue.rest}/api/v3/depth?symbol=NKNUSDT&limit=1000`);
      expect(await body.text()).toBe('{"a":1}');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

/** The engine's OKX against the simulated OKX, which was written apart from it. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { formatDecimal, parseDecimal } from '../../../src/core/decimal.ts';
import { FRAME, FrameBatch } from '../../../src/core/frame.ts';
import type { Listing } from '../../../src/core/instrument.ts';
import { type Log, silentLog } from '../../../src/core/log.ts';
import type { BaseOrder, Fill, Gateway, GatewayEvent, OrderRequest } from '../../../src/core/order.ts';
import type { Socket } from '../../../src/core/socket.ts';
import { type ControlEvent, VERDICT, type Verdict } from '../../../src/core/venue.ts';
import { httpClient } from '../../../src/net/http-client.ts';
import { wsSockets } from '../../../src/net/ws-socket.ts';
import { type RunningSim, runSim } from '../../../src/sim/main.ts';
import { okx } from '../../../src/venues/okx/index.ts';

interface Ledger {
  readonly venues: Record<
    string,
    {
      readonly fills: readonly { tradeId: string; price: string; size: string; fee: string; feeAsset: string }[];
      readonly balances: Record<string, { free: string; locked: string; total: string }>;
      readonly tops: Record<string, { bid: string; ask: string }>;
    }
  >;
}

const wait = { timeout: 10_000, interval: 20 };
const clock = systemClock();
const http = httpClient();
const sockets = wsSockets(clock);

describe('okx against its simulator', () => {
  let sim: RunningSim;
  let listings: readonly Listing[];
  let btc: Listing;
  let gateway: Gateway;
  const events: GatewayEvent[] = [];
  let serial = 0;

  const venue = () => sim.ready.venues.okx as NonNullable<RunningSim['ready']['venues'][string]>;
  const control = async (method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<unknown> => {
    const reply = await http.request({
      method,
      url: sim.ready.control + path,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    expect(reply.status, reply.body.toString()).toBeLessThan(300);
    return JSON.parse(reply.body.toString() || 'null');
  };
  const ledger = async () => ((await control('GET', '/ledger')) as Ledger).venues.okx as Ledger['venues'][string];
  const open = (change: object = {}, log: Log = silentLog): Gateway => {
    const { apiKey, secret, passphrase = '' } = venue();
    const credentials = { apiKey, secret, passphrase, ...change };
    const onEvent = (event: GatewayEvent): void => void events.push(event);
    return okx.createGateway({ endpoints: venue(), credentials, listings, sockets, http, clock, log, onEvent });
  };
  /** An order that takes what stands there: well beyond the other side, inside the price limits. */
  const crossing = async (change: Partial<BaseOrder> = {}): Promise<OrderRequest> => {
    const top = (await ledger()).tops['BTC-USDT'] as { bid: string; ask: string };
    const side = change.side ?? 'buy';
    const best = parseDecimal(side === 'buy' ? top.ask : top.bid, 1);
    const price = formatDecimal(side === 'buy' ? best + best / 500n : best - best / 500n, 1);
    const clientId = `c${++serial}`;
    return { clientId, listing: btc, side, type: 'limit', tif: 'ioc', price, size: '0.01', ...change };
  };
  const fillsOf = (clientId: string): Fill[] =>
    events.flatMap((event) => (event.kind === 'LegFilled' && event.fill.clientId === clientId ? [event.fill] : []));
  const ended = (clientId: string) =>
    vi.waitFor(() => {
      const last = events.findLast((event) => event.kind === 'OrderUpdated' && event.report.clientId === clientId);
      if (last?.kind !== 'OrderUpdated' || last.report.status === 'open') throw new Error(`${clientId} is not done`);
      return last.report;
    }, wait);

  beforeAll(async () => {
    sim = await runSim({ venues: ['okx'], seed: 7, market: 'calm' });
    listings = await okx.loadListings(venue(), http);
    btc = listings.find((listing) => listing.instrument === 'BTC-USDT') as Listing;
    gateway = open();
    await gateway.connect();
  });

  afterAll(async () => {
    await gateway.close();
    await sim.close();
    http.close();
  });

  it('lists what the ready line names, with codes for order entry', () => {
    expect(listings.map((listing) => listing.instrument).sort()).toEqual([...venue().instruments].sort());
    for (const listing of listings) expect(listing.orderCode, listing.symbol).toMatch(/^\d+$/);
  });

  it.each([
    ['an IOC buy', {}],
    ['an IOC sale', { side: 'sell' }],
    ['a FOK buy', { tif: 'fok' }],
    ['a market buy', { type: 'market' }],
    ['a market sale', { type: 'market', side: 'sell' }],
  ] as const)('fills %s; pushes, query and ledger agree', async (_, change) => {
    const order = await crossing(change);
    const outcome = await gateway.place(order);
    expect(outcome).toMatchObject({ kind: 'acked' });
    expect(await ended(order.clientId)).toMatchObject({ status: 'filled', filled: '0.01' });
    const fills = fillsOf(order.clientId);
    expect(fills.length).toBeGreaterThan(0);
    expect(fills[0]?.feeAsset).toBe(order.side === 'buy' ? 'BTC' : 'USDT');
    const query = await gateway.query(order);
    const numbers = (list: readonly Omit<Fill, 'clientId'>[] | Ledger['venues'][string]['fills']) =>
      list.map(({ tradeId, price, size, fee, feeAsset }) => [tradeId, price, size, fee, feeAsset].join(' ')).sort();
    expect(query).toMatchObject({ kind: 'found', report: { status: 'filled' } });
    if (query.kind === 'found') expect(numbers(query.fills)).toEqual(numbers(fills));
    const ids = new Set(fills.map((fill) => fill.tradeId));
    expect(numbers((await ledger()).fills.filter((fill) => ids.has(fill.tradeId)))).toEqual(numbers(fills));
  });

  it('knows its balances to the last digit', async () => {
    const truth = (await ledger()).balances;
    const own = Object.fromEntries((await gateway.balances()).map((entry) => [entry.asset, entry]));
    for (const [asset, { free, locked }] of Object.entries(truth)) expect(own[asset]).toMatchObject({ free, locked });
    expect(await gateway.feeRates(btc)).toEqual(okx.defaultFees);
    const since = clock.wallMs() - 60_000;
    const known = events.flatMap((event) => (event.kind === 'LegFilled' ? [event.fill.tradeId] : []));
    expect((await gateway.recentFills(btc, since)).map((fill) => fill.tradeId).sort()).toEqual(known.sort());
  });

  it('rests, lists and cancels an order', async () => {
    const { bid } = (await ledger()).tops['BTC-USDT'] as { bid: string };
    const price = formatDecimal((parseDecimal(bid, 1) * 99n) / 100n, 1);
    const order = await crossing({ tif: 'gtc', price });
    expect(await gateway.place(order)).toMatchObject({ kind: 'acked' });
    expect((await gateway.openOrders()).map((report) => report.clientId)).toEqual([order.clientId]);
    expect(await gateway.cancel(order)).toEqual({ kind: 'cancelled' });
    expect(await ended(order.clientId)).toMatchObject({ status: 'cancelled', filled: '0' });
    expect(await gateway.openOrders()).toEqual([]);
    expect(await gateway.cancel(order)).toEqual({ kind: 'absent' });
    expect(await gateway.query({ clientId: 'never', listing: btc })).toEqual({ kind: 'absent' });
  });

  it('reads refusals', async () => {
    const refusals: [Partial<BaseOrder>, string][] = [
      [{ size: '0.000000001' }, 'filter'],
      [{ price: '60000.123456' }, 'filter'],
      [{ size: '15' }, 'insufficient-funds'],
    ];
    for (const [change, errorClass] of refusals) {
      const outcome = await gateway.place(await crossing(change));
      expect(outcome, JSON.stringify([change, outcome])).toMatchObject({
        kind: 'rejected',
        error: { class: errorClass },
      });
    }
    await control('POST', '/faults', { venue: 'okx', kind: 'reject', count: 1 });
    expect(await gateway.place(await crossing())).toMatchObject({ kind: 'rejected' });
    await control('DELETE', '/faults');
  });

  it('trades over REST while an instrument has no code', async () => {
    const { orderCode: _, ...codeless } = btc;
    const order = await crossing({ listing: codeless });
    expect(await gateway.place(order)).toMatchObject({ kind: 'acked' });
    expect(await ended(order.clientId)).toMatchObject({ status: 'filled' });
  });

  it('does not know an order whose answer never came, until it asks', async () => {
    await control('POST', '/faults', { venue: 'okx', kind: 'timeout-after-accept', count: 1 });
    const order = await crossing();
    expect(await gateway.place(order)).toMatchObject({ kind: 'unknown' });
    await control('DELETE', '/faults');
    expect(await gateway.query(order)).toMatchObject({ kind: 'found', report: { status: 'filled', filled: '0.01' } });
  });

  it.each([
    ['apiKey', 'venue/auth'],
    ['secret', 'venue/auth'],
    ['passphrase', 'venue/auth'],
  ])('refuses to start with a wrong %s, in one clear message', async (field, code) => {
    const wrong = open({ [field]: 'not-the-right-one' });
    await expect(wrong.connect()).rejects.toMatchObject({ code, message: expect.stringMatching(/^okx: /) });
    expect(wrong.isUp).toBe(false);
  });

  it('comes back after a disconnect', async () => {
    events.length = 0;
    await control('POST', '/faults', { venue: 'okx', kind: 'disconnect' });
    await vi.waitFor(() => {
      expect(events.map((event) => event.kind)).toEqual(expect.arrayContaining(['GatewayDown', 'GatewayUp']));
    }, wait);
    await control('DELETE', '/faults');
    await vi.waitFor(() => expect(gateway.isUp).toBe(true), wait);
    const order = await crossing();
    await gateway.place(order);
    expect(await ended(order.clientId)).toMatchObject({ status: 'filled' });
  });

  it('streams books that chain, shows a gap, and sends a fresh snapshot when asked', async () => {
    const symbols = listings.map(({ symbol }) => ({ symbol, priceDecimals: 8, sizeDecimals: 8 }));
    const parser = okx.stream.createParser(symbols);
    const batch = new FrameBatch();
    const kinds = new Map<number, number>();
    const verdicts: Verdict[] = [];
    const controls: ControlEvent[] = [];
    const lastSeq: number[] = [];
    const [plan] = okx.stream.plan(venue(), symbols);
    const socket: Socket = sockets.open(plan?.url ?? '', {
      onOpen: () => {
        for (const message of plan?.subscribe ?? []) socket.send(message);
        socket.send('ping');
      },
      onPong() {},
      onClose() {},
      onFrame: (buffer, start, end) => {
        parser.parse(buffer, start, end, batch);
        for (let i = 0; i < batch.count; i++) {
          const frame = batch.at(i);
          kinds.set(frame.kind, (kinds.get(frame.kind) ?? 0) + 1);
          if (frame.kind === FRAME.Control) {
            controls.push(okx.stream.readControl(Buffer.from(buffer.subarray(start, end)).toString()));
          } else if (frame.kind === FRAME.Delta) {
            verdicts.push(okx.stream.rule.judge(lastSeq[frame.symbol] ?? -2, true, frame));
          }
          if (frame.kind === FRAME.Snapshot || frame.kind === FRAME.Delta) lastSeq[frame.symbol] = frame.lastSeq;
        }
      },
    });
    await vi.waitFor(() => expect(verdicts.length).toBeGreaterThan(60), wait);
    expect(kinds.get(FRAME.Snapshot)).toBe(symbols.length);
    expect(new Set(verdicts)).toEqual(new Set([VERDICT.Apply]));
    expect(kinds.get(FRAME.Top)).toBeGreaterThan(symbols.length);
    expect(kinds.get(FRAME.Malformed) ?? 0).toBe(0);
    expect(controls.filter((event) => event.kind === 'Subscribed')).toHaveLength(2 * symbols.length);
    expect(controls.filter((event) => event.kind === 'Pong')).toHaveLength(1);
    // Every market frame has the shape that the scanner reads; only the acknowledgements take the other way.
    expect(parser.fallbacks).toBe(controls.length - 1);

    await control('POST', '/faults', { venue: 'okx', kind: 'gap', count: 1 });
    await vi.waitFor(() => expect(verdicts).toContain(VERDICT.Gap), wait);
    await control('DELETE', '/faults');
    for (const message of okx.stream.resubscribe?.('BTC-USDT') ?? []) socket.send(message);
    await vi.waitFor(() => expect(kinds.get(FRAME.Snapshot)).toBe(symbols.length + 1), wait);
    socket.close();
  });
});

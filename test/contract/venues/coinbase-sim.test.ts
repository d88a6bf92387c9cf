/** What is Coinbase's own of its gateway, against the simulated Coinbase, which was written apart from it. What it has in
 *  common with all venues stands in `coinbase-contract.test.ts`. */
import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { decimalsOf, formatDecimal, parseDecimal } from '../../../src/core/decimal.ts';
import { canonical } from '../../../src/core/decimal-text.ts';
import type { Listing } from '../../../src/core/instrument.ts';
import { type Log, silentLog } from '../../../src/core/log.ts';
import type { BaseOrder, Fill, Gateway, GatewayEvent, OrderRequest } from '../../../src/core/order.ts';
import { httpClient } from '../../../src/net/http-client.ts';
import { wsSockets } from '../../../src/net/ws-socket.ts';
import { type RunningSim, runSim } from '../../../src/sim/main.ts';
import { coinbase } from '../../../src/venues/coinbase/index.ts';

const wait = { timeout: 10_000, interval: 20 };
const clock = systemClock();
const http = httpClient();
const sockets = wsSockets(clock);

describe('coinbase against its simulator', () => {
  let sim: RunningSim;
  let listings: readonly Listing[];
  let btc: Listing;
  let gateway: Gateway;
  const events: GatewayEvent[] = [];
  const logged: string[] = [];
  let serial = 0;

  const venue = () => sim.ready.venues.coinbase as NonNullable<RunningSim['ready']['venues'][string]>;
  const ledger = () => sim.ledger().venues.coinbase as NonNullable<ReturnType<RunningSim['ledger']>['venues'][string]>;
  const open = (change: object = {}, heard: GatewayEvent[] = events): Gateway => {
    const { apiKey, secret } = venue();
    const note = (details: object, message: string): void => void logged.push(`${message} ${JSON.stringify(details)}`);
    const log: Log = { ...silentLog, debug: note, info: note, warn: note, error: note };
    return coinbase.createGateway({
      endpoints: venue(),
      credentials: { apiKey, secret, ...change },
      listings,
      sockets,
      http,
      clock,
      log,
      onEvent: (event) => void heard.push(event),
    });
  };
  const crossing = (change: Partial<BaseOrder> = {}): OrderRequest => {
    const side = change.side ?? 'buy';
    const top = ledger().tops[btc.instrument];
    const scale = decimalsOf(btc.priceTick);
    const best = parseDecimal((side === 'buy' ? top?.ask : top?.bid) ?? '0', scale);
    const price = formatDecimal(side === 'buy' ? best + best / 500n : best - best / 500n, scale);
    const clientId = `p9z${(clock.wallMs() % 1e9).toString(36)}${(++serial).toString(36)}`;
    return { clientId, listing: btc, side, type: 'limit', tif: 'ioc', price, size: '0.01', ...change };
  };
  const told = (clientId: string): Fill[] =>
    events.flatMap((event) => (event.kind === 'LegFilled' && event.fill.clientId === clientId ? [event.fill] : []));
  const ended = (clientId: string) =>
    vi.waitFor(() => {
      const last = events.findLast((event) => event.kind === 'OrderUpdated' && event.report.clientId === clientId);
      if (last?.kind !== 'OrderUpdated' || last.report.status === 'open') throw new Error(`${clientId} is not done`);
      return last.report;
    }, wait);
  const plant = async (fault: object): Promise<void> => {
    const body = JSON.stringify({ venue: 'coinbase', ...fault });
    const reply = await http.request({ method: 'POST', url: `${sim.ready.control}/faults`, body });
    expect(reply.status, reply.body.toString()).toBe(200);
  };

  beforeAll(async () => {
    sim = await runSim({ venues: ['coinbase'], seed: 11, market: 'still' });
    listings = await coinbase.loadListings(venue(), http);
    btc = listings.find((listing) => listing.instrument === 'BTC-USDT') as Listing;
    gateway = open();
    await gateway.connect();
  });

  afterAll(async () => {
    await gateway.close();
    await sim.close();
    http.close();
  });

  it('tells every fill once, to the last digit of the ledger, with its fee in the quote asset', async () => {
    const orders: OrderRequest[] = [];
    for (const change of [{ size: '1.5' }, { side: 'sell', size: '0.7' }, {}] as const) {
      const order = crossing(change);
      orders.push(order);
      expect(await gateway.place(order)).toMatchObject({ kind: 'acked' });
      await ended(order.clientId);
    }
    // Trade ids are of the venue's wire; the ledger has its own.
    const texts = (fill: Pick<Fill, 'price' | 'size' | 'fee' | 'feeAsset'>): string =>
      [...[fill.price, fill.size, fill.fee].map(canonical), fill.feeAsset].join(' ');
    for (const { clientId } of orders) {
      const own = told(clientId);
      const truth = ledger().fills.filter((fill) => fill.clientId.endsWith(clientId));
      expect(own.length).toBeGreaterThan(0);
      expect(own.map(texts).sort()).toEqual(truth.map(texts).sort());
      expect(new Set(own.map(({ tradeId }) => tradeId)).size).toBe(own.length);
      expect(new Set(own.map(({ feeAsset }) => feeAsset))).toEqual(new Set(['USDT']));
    }
  });

  it('has told all fills of an order by the time that it tells of its end', async () => {
    const order = crossing({ size: '2' });
    events.length = 0;
    await gateway.place(order);
    const report = await ended(order.clientId);
    const end = events.findIndex((event) => event.kind === 'OrderUpdated' && event.report.status !== 'open');
    const before = events.slice(0, end).flatMap((event) => (event.kind === 'LegFilled' ? [event.fill.size] : []));
    expect(before.reduce((sum, size) => sum + Number(size), 0)).toBeCloseTo(Number(report.filled), 10);
    expect(events.slice(end).filter(({ kind }) => kind === 'LegFilled')).toEqual([]);
  });

  it('brings the first order back for an id that was used: our fills are not doubled', async () => {
    const order = crossing();
    const first = await gateway.place(order);
    await ended(order.clientId);
    const before = ledger().fills.length;
    const second = await gateway.place(order);
    expect(second).toMatchObject({ kind: 'acked', venueOrderId: first.kind === 'acked' ? first.venueOrderId : '' });
    expect(ledger().fills).toHaveLength(before);
    expect(told(order.clientId)).toHaveLength(1);
  });

  it('finds orders of an earlier run by our ids, and their fills', async () => {
    const order = crossing();
    await gateway.place(order);
    await ended(order.clientId);
    const heard: GatewayEvent[] = [];
    const successor = open({}, heard);
    await successor.connect();
    try {
      expect(await successor.query(order)).toMatchObject({ kind: 'found', report: { status: 'filled' } });
      // Fees and fills are asked for before anybody connects: the key is read then.
      const another = open();
      const recent = await another.recentFills(btc, clock.wallMs() - 60_000);
      expect(recent.map(({ clientId }) => clientId)).toContain(order.clientId);
      const fills = await successor.recentFills(btc, clock.wallMs() - 60_000);
      expect(fills.map(({ clientId }) => clientId)).toContain(order.clientId);
      expect(fills.filter(({ clientId }) => clientId === '')).toEqual([]);
    } finally {
      await successor.close();
    }
  });

  it('cancels an order whose acknowledgement never came', async () => {
    await plant({ kind: 'timeout-after-accept', count: 1 });
    const scale = decimalsOf(btc.priceTick);
    const far = (parseDecimal(ledger().tops[btc.instrument]?.bid ?? '0', scale) * 97n) / 100n;
    const order = crossing({ tif: 'gtc', price: formatDecimal(far, scale) });
    expect(await gateway.place(order)).toMatchObject({ kind: 'unknown' });
    sim.faults.lift();
    expect(await gateway.cancel(order)).toEqual({ kind: 'cancelled' });
    expect(await ended(order.clientId)).toMatchObject({ status: 'cancelled' });
  });

  it('refuses to start with another key of the same name, and with one that is none, and tells neither', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = privateKey.export({ type: 'sec1', format: 'pem' }).toString();
    for (const secret of [pem, venue().secret.slice(0, 80)]) {
      const stranger = open({ secret });
      await vi.waitFor(async () => {
        const refusal = { code: 'venue/auth', message: expect.stringMatching(/^coinbase/) };
        await expect(stranger.connect()).rejects.toMatchObject(refusal);
      }, wait);
      expect(stranger.isUp).toBe(false);
      await stranger.close();
      expect(logged.join('\n')).not.toContain(secret.split('\n')[1]);
    }
    expect(logged.join('\n')).not.toMatch(/eyJ[\w-]+\./);
  });
});

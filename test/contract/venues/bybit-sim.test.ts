/** What is Bybit's own, against its simulator; what every venue does is in `bybit-contract.test.ts`. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { FRAME, FrameBatch } from '../../../src/core/frame.ts';
import type { Listing } from '../../../src/core/instrument.ts';
import { silentLog } from '../../../src/core/log.ts';
import type { Gateway, GatewayEvent, OrderRequest } from '../../../src/core/order.ts';
import type { Socket } from '../../../src/core/socket.ts';
import { type ControlEvent, type Endpoints, VERDICT, type Verdict } from '../../../src/core/venue.ts';
import { httpClient } from '../../../src/net/http-client.ts';
import { wsSockets } from '../../../src/net/ws-socket.ts';
import { type RunningSim, runSim } from '../../../src/sim/main.ts';
import { bybit } from '../../../src/venues/bybit/index.ts';

const wait = { timeout: 10_000, interval: 20 };
const clock = systemClock();
const http = httpClient();
const sockets = wsSockets(clock);

describe('bybit against its simulator', () => {
  let sim: RunningSim;
  let listings: readonly Listing[];
  let btc: Listing;
  const venue = () => sim.ready.venues.bybit as NonNullable<RunningSim['ready']['venues'][string]>;
  const gateways: Gateway[] = [];

  const opened = async (endpoints: Endpoints, events: GatewayEvent[] = []): Promise<Gateway> => {
    const { apiKey, secret } = venue();
    const onEvent = (event: GatewayEvent): void => void events.push(event);
    const credentials = { apiKey, secret };
    const gateway = bybit.createGateway({
      endpoints,
      credentials,
      listings,
      sockets,
      http,
      clock,
      log: silentLog,
      onEvent,
    });
    gateways.push(gateway);
    await gateway.connect();
    return gateway;
  };
  const buy = (clientId: string): OrderRequest => {
    const { ask = '0' } = sim.ledger().venues.bybit?.tops['BTC-USDT'] ?? {};
    const price = String(Math.floor(Number(ask) * 1.002));
    return { clientId, listing: btc, side: 'buy', type: 'limit', tif: 'ioc', price, size: '0.01' };
  };

  beforeAll(async () => {
    sim = await runSim({ venues: ['bybit'], seed: 7, market: 'calm' });
    listings = await bybit.loadListings(venue(), http);
    btc = listings.find((listing) => listing.instrument === 'BTC-USDT') as Listing;
  });

  afterAll(async () => {
    for (const gateway of gateways) await gateway.close();
    await sim.close();
    http.close();
  });

  it('trades over REST where there is no trade socket; the private socket tells the rest', async () => {
    const events: GatewayEvent[] = [];
    const gateway = await opened({ ...venue(), wsTrade: '' }, events);
    const order = buy('rest1');
    expect(await gateway.place(order)).toMatchObject({ kind: 'acked' });
    await vi.waitFor(() => {
      const kinds = events.filter((event) => JSON.stringify(event).includes('rest1')).map((event) => event.kind);
      expect(kinds).toEqual(expect.arrayContaining(['LegFilled', 'OrderUpdated']));
    }, wait);
    expect(await gateway.query(order)).toMatchObject({ kind: 'found', report: { status: 'filled' } });
    expect(await gateway.cancel(order)).toEqual({ kind: 'absent' });
  });

  it('is refused a client id that was used before', async () => {
    const gateway = await opened(venue());
    expect(await gateway.place(buy('twice1'))).toMatchObject({ kind: 'acked' });
    expect(await gateway.place(buy('twice1'))).toMatchObject({
      kind: 'rejected',
      error: { class: 'duplicate-client-id' },
    });
  });

  it('streams books that chain, tops on their line, and a fresh snapshot when asked', async () => {
    const symbols = listings.map(({ symbol }) => ({ symbol, priceDecimals: 8, sizeDecimals: 8 }));
    const parser = bybit.stream.createParser(symbols);
    const batch = new FrameBatch();
    const kinds = new Map<number, number>();
    const count = (kind: number): number => kinds.get(kind) ?? 0;
    const verdicts: Verdict[] = [];
    const controls: ControlEvent[] = [];
    const lastSeq: number[] = [];
    const lineSeqs: number[] = [];
    const [plan] = bybit.stream.plan(venue(), symbols);
    const socket: Socket = sockets.open(plan?.url ?? '', {
      onOpen: () => {
        for (const message of plan?.subscribe ?? []) socket.send(message);
        socket.send('{"op":"subscribe","args":["orderbook.50.NOPEUSDT"]}');
        socket.send('{"op":"ping"}');
      },
      onPong() {},
      onClose() {},
      onFrame: (buffer, start, end) => {
        parser.parse(buffer, start, end, batch);
        for (let i = 0; i < batch.count; i++) {
          const frame = batch.at(i);
          kinds.set(frame.kind, count(frame.kind) + 1);
          if (frame.kind === FRAME.Control) {
            controls.push(bybit.stream.readControl(Buffer.from(buffer.subarray(start, end)).toString()));
            continue;
          }
          if (frame.kind === FRAME.Delta) {
            verdicts.push(bybit.stream.rule.judge(lastSeq[frame.symbol] ?? -2, true, frame));
          }
          if (frame.kind !== FRAME.Top) lastSeq[frame.symbol] = frame.lastSeq;
          lineSeqs.push(frame.lineSeq);
        }
      },
    });
    await vi.waitFor(() => expect(verdicts.length).toBeGreaterThan(60), wait);
    expect(new Set(verdicts)).toEqual(new Set([VERDICT.Apply]));
    expect(count(FRAME.Snapshot)).toBe(symbols.length);
    expect(count(FRAME.Top)).toBeGreaterThan(symbols.length);
    expect([count(FRAME.Malformed), count(FRAME.Ignored), count(FRAME.UnknownSymbol)]).toEqual([0, 0, 0]);
    expect(Math.min(...lineSeqs)).toBeGreaterThan(0);
    const told = (kind: ControlEvent['kind']): ControlEvent[] => controls.filter((event) => event.kind === kind);
    expect(told('Subscribed')).toHaveLength(symbols.length);
    expect(told('Pong')).toHaveLength(1);
    expect(told('Refused')).toMatchObject([{ symbol: 'NOPEUSDT' }]);
    // Every market frame has the shape that the scanner reads; only answers take the other way.
    expect(parser.fallbacks).toBe(controls.length);
    for (const message of bybit.stream.resubscribe?.('BTCUSDT') ?? []) socket.send(message);
    await vi.waitFor(() => expect(count(FRAME.Snapshot)).toBe(symbols.length + 1), wait);
    socket.close();
  });
});

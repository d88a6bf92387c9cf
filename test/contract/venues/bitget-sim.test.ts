/** What is Bitget's own, against its simulator, beyond what every venue passes (`bitget-contract.test.ts`). */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { formatDecimal, parseDecimal } from '../../../src/core/decimal.ts';
import { FRAME, FrameBatch } from '../../../src/core/frame.ts';
import type { Listing } from '../../../src/core/instrument.ts';
import { silentLog } from '../../../src/core/log.ts';
import type { BaseOrder, Gateway, GatewayEvent, OrderRequest } from '../../../src/core/order.ts';
import type { HttpPort, Socket } from '../../../src/core/socket.ts';
import { type ControlEvent, VERDICT, type Verdict } from '../../../src/core/venue.ts';
import { httpClient } from '../../../src/net/http-client.ts';
import { wsSockets } from '../../../src/net/ws-socket.ts';
import { type RunningSim, runSim } from '../../../src/sim/main.ts';
import { bitget } from '../../../src/venues/bitget/index.ts';
import { BitgetParser } from '../../../src/venues/bitget/parse.ts';

const wait = { timeout: 10_000, interval: 20 };
const clock = systemClock();
const http = httpClient();
const sockets = wsSockets(clock);

let sim: RunningSim;
let listings: readonly Listing[];
let btc: Listing;

const endpoints = () => sim.ready.venues.bitget as NonNullable<(typeof sim.ready.venues)[string]>;
const ledger = () => sim.ledger().venues.bitget as NonNullable<ReturnType<typeof sim.ledger>['venues'][string]>;
const plant = async (fault: object): Promise<void> => {
  const body = JSON.stringify({ venue: 'bitget', ...fault });
  const reply = await http.request({ method: 'POST', url: `${sim.ready.control}/faults`, body });
  expect(reply.status, reply.body.toString()).toBe(200);
};

beforeAll(async () => {
  sim = await runSim({ venues: ['bitget'], seed: 11, market: 'wobble' });
  listings = await bitget.loadListings(endpoints(), http);
  btc = listings.find(({ instrument }) => instrument === 'BTC-USDT') as Listing;
});
afterEach(() => sim.faults.lift());
afterAll(() => sim.close());

function gatewayOver(port: HttpPort, events: GatewayEvent[] = []): Gateway {
  const { apiKey, secret, passphrase = '' } = endpoints();
  return bitget.createGateway({
    endpoints: endpoints(),
    credentials: { apiKey, secret, passphrase },
    listings,
    sockets,
    http: port,
    clock,
    log: silentLog,
    onEvent: (event) => events.push(event),
  });
}

let serial = 0;
/** An order that takes what stands within 0.5 % of the other side, once something does. */
async function crossing(change: Partial<BaseOrder> = {}): Promise<OrderRequest> {
  const ask = await vi.waitFor(() => {
    const found = parseDecimal(ledger().tops['BTC-USDT']?.ask ?? '0', 2);
    expect(found > 0n).toBe(true);
    return found;
  }, wait);
  const price = formatDecimal((ask * 1005n) / 1000n, 2);
  const clientId = `b1s${(++serial).toString(36)}`;
  return { clientId, listing: btc, side: 'buy', type: 'limit', tif: 'ioc', price, size: '0.01', ...change };
}

describe('bitget orders on the simulator', () => {
  it('tells every fill once, though two channels tell of it', async () => {
    const events: GatewayEvent[] = [];
    const gateway = gatewayOver(http, events);
    await gateway.connect();
    const order = await crossing({ size: '3' });
    expect(await gateway.place(order)).toMatchObject({ kind: 'acked' });
    const own = () => events.flatMap((event) => (event.kind === 'LegFilled' ? [event.fill] : []));
    const truth = () => ledger().fills.filter(({ clientId }) => clientId === order.clientId);
    await vi.waitFor(() => expect(own()).toHaveLength(truth().length), wait);
    // One more round trip, behind which a repeat would have come.
    const query = await gateway.query(order);
    await gateway.close();
    const numbers = (
      fills: readonly { tradeId: string; price: string; size: string; fee: string; feeAsset: string }[],
    ) =>
      fills
        .map(({ tradeId, price, size, fee, feeAsset }) => [tradeId, ...[price, size, fee].map(Number), feeAsset])
        .sort();
    expect(own().length).toBeGreaterThan(1);
    expect(numbers(own())).toEqual(numbers(truth()));
    expect(query.kind === 'found' && numbers(query.fills)).toEqual(numbers(truth()));
    expect(own().every(({ clientId }) => clientId === order.clientId)).toBe(true);
  });

  it('knows after a restart whose the recent fills are', async () => {
    const order = await crossing();
    expect(await gatewayOver(http).place(order)).toMatchObject({ kind: 'acked' });
    const fills = await gatewayOver(http).recentFills(btc, clock.wallMs() - 60_000);
    expect(fills.length).toBe(ledger().fills.length);
    const ids = new Set(fills.map(({ clientId }) => clientId));
    expect(ids).toEqual(new Set(ledger().fills.map(({ clientId }) => clientId)));
    expect(ids.has(order.clientId)).toBe(true);
  });

  it('has an order that comes too late refused by the venue itself', async () => {
    const slow: HttpPort = {
      request: async (request) => {
        await new Promise<void>((resolve) => clock.after(2_100, resolve));
        return http.request(request);
      },
      close() {},
    };
    const order = await crossing();
    expect(await gatewayOver(slow).place(order)).toMatchObject({
      kind: 'rejected',
      error: { class: 'clock', code: '40078' },
    });
    expect(await gatewayOver(http).query(order)).toEqual({ kind: 'absent' });
  });

  it('reads refusals of its own', async () => {
    const gateway = gatewayOver(http);
    const order = await crossing();
    expect(await gateway.place(order)).toMatchObject({ kind: 'acked' });
    expect(await gateway.place(order)).toMatchObject({ kind: 'rejected', error: { class: 'duplicate-client-id' } });
    expect(await gateway.cancel(order)).toEqual({ kind: 'absent' });
    // More than 2 % through the touch.
    const far = formatDecimal((parseDecimal((await crossing()).price ?? '0', 2) * 105n) / 100n, 2);
    expect(await gateway.place(await crossing({ price: far }))).toMatchObject({
      kind: 'rejected',
      error: { class: 'filter' },
    });
    expect(await gateway.place(await crossing({ size: '0.000001' }))).toMatchObject({
      kind: 'rejected',
      error: { class: 'filter' },
    });
    const stranger = { ...btc, symbol: 'NOSUCHUSDT' };
    expect(await gateway.place(await crossing({ listing: stranger }))).toMatchObject({ kind: 'rejected' });
    expect(await gateway.place(await crossing({ type: 'market' }))).toMatchObject({
      kind: 'rejected',
      error: { class: 'filter', code: 'market-buy' },
    });
  });
});

describe('bitget market data on the simulator', () => {
  it('chains, is read by the scanner, shows a gap, and is sent afresh when asked', async () => {
    const symbols = listings.map(({ symbol }) => ({ symbol, priceDecimals: 10, sizeDecimals: 6 }));
    const parser = new BitgetParser(symbols);
    const batch = new FrameBatch();
    const kinds = new Map<number, number>();
    const verdicts: Verdict[] = [];
    const controls: ControlEvent[] = [];
    const longIds = new Set<boolean>();
    const lastSeq: number[] = [];
    const onFrame = (buffer: Uint8Array, start: number, end: number): void => {
      parser.parse(buffer, start, end, batch);
      const frame = batch.at(0);
      kinds.set(frame.kind, (kinds.get(frame.kind) ?? 0) + 1);
      const text = Buffer.from(buffer.subarray(start, end)).toString();
      if (frame.kind === FRAME.Control) controls.push(bitget.stream.readControl(text));
      if (frame.kind === FRAME.Delta) {
        verdicts.push(bitget.stream.rule.judge(lastSeq[frame.symbol] ?? -2, true, frame));
        longIds.add(!Number.isSafeInteger(Number(/"seq":(\d+)/.exec(text)?.[1])));
      }
      if (frame.kind === FRAME.Snapshot || frame.kind === FRAME.Delta) lastSeq[frame.symbol] = frame.lastSeq;
    };
    const [plan] = bitget.stream.plan(endpoints(), symbols);
    const socket: Socket = sockets.open(plan?.url ?? '', {
      onOpen: () => {
        for (const message of plan?.subscribe ?? []) socket.send(message);
        socket.send('ping');
      },
      onPong() {},
      onClose() {},
      onFrame,
    });
    await vi.waitFor(() => expect(verdicts.length).toBeGreaterThan(40), wait);
    expect(kinds.get(FRAME.Snapshot)).toBe(symbols.length);
    expect(new Set(verdicts)).toEqual(new Set([VERDICT.Apply]));
    expect(longIds).toEqual(new Set([true]));
    expect(kinds.get(FRAME.Top)).toBeGreaterThan(verdicts.length);
    expect(kinds.get(FRAME.Malformed) ?? 0).toBe(0);
    expect(controls.filter((event) => event.kind === 'Subscribed')).toHaveLength(2 * symbols.length);
    expect(controls.filter((event) => event.kind === 'Pong')).toHaveLength(1);
    // Only the acknowledgements take the other way.
    expect(parser.fallbacks).toBe(controls.length - 1);

    await plant({ kind: 'gap', count: 1, instrument: 'BTC-USDT' });
    await vi.waitFor(() => expect(verdicts).toContain(VERDICT.Gap), wait);
    for (const message of bitget.stream.resubscribe?.('BTCUSDT') ?? []) socket.send(message);
    await vi.waitFor(() => expect(kinds.get(FRAME.Snapshot)).toBe(symbols.length + 1), wait);

    socket.send('{"op":"subscribe","args":[{"instType":"SPOT","channel":"books","instId":"NOSUCHUSDT"}]}');
    const refused = { kind: 'Refused', code: '30001', symbol: 'NOSUCHUSDT' };
    await vi.waitFor(() => expect(controls).toContainEqual(expect.objectContaining(refused)), wait);
    socket.close();
  });
});

/** The engine's Gate against the simulated Gate, which was written apart from it: what is this venue's own. What every
 *  venue must do stands in `gate-contract.test.ts`. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { formatDecimal, parseDecimal } from '../../../src/core/decimal.ts';
import { FRAME, FrameBatch } from '../../../src/core/frame.ts';
import type { Listing } from '../../../src/core/instrument.ts';
import { silentLog } from '../../../src/core/log.ts';
import type { BaseOrder, Fill, Gateway, GatewayEvent, OrderRequest } from '../../../src/core/order.ts';
import type { Socket } from '../../../src/core/socket.ts';
import { type ControlEvent, VERDICT, type Verdict } from '../../../src/core/venue.ts';
import { httpClient } from '../../../src/net/http-client.ts';
import { wsSockets } from '../../../src/net/ws-socket.ts';
import { type RunningSim, runSim } from '../../../src/sim/main.ts';
import { gate } from '../../../src/venues/gate/index.ts';
import { orderFrame } from '../../../src/venues/gate/orders.ts';
import { refusalOf } from '../../../src/venues/gate/session.ts';
import { loginFrame } from '../../../src/venues/gate/sign.ts';

const wait = { timeout: 10_000, interval: 20 };
const clock = systemClock();
const http = httpClient();
const sockets = wsSockets(clock);

describe('gate against its simulator', () => {
  let sim: RunningSim;
  let listings: readonly Listing[];
  let btc: Listing;
  let gateway: Gateway;
  const events: GatewayEvent[] = [];
  let serial = 0;

  const venue = () => sim.ready.venues.gate as NonNullable<RunningSim['ready']['venues'][string]>;
  const plant = async (fault: object): Promise<void> => {
    const body = JSON.stringify({ venue: 'gate', ...fault });
    const reply = await http.request({ method: 'POST', url: `${sim.ready.control}/faults`, body });
    expect(reply.status, reply.body.toString()).toBe(200);
  };
  const open = (): Gateway => {
    const { apiKey, secret } = venue();
    const onEvent = (event: GatewayEvent): void => void events.push(event);
    const credentials = { apiKey, secret };
    return gate.createGateway({
      endpoints: venue(),
      credentials,
      listings,
      sockets,
      http,
      clock,
      log: silentLog,
      onEvent,
    });
  };
  const order = (change: Partial<BaseOrder> = {}): OrderRequest => {
    const { bid = '0', ask = '0' } = sim.ledger().venues.gate?.tops['BTC-USDT'] ?? {};
    const side = change.side ?? 'buy';
    const best = parseDecimal(side === 'buy' ? ask : bid, 1);
    const price = formatDecimal(side === 'buy' ? best + best / 500n : best - best / 500n, 1);
    const clientId = `s${++serial}`;
    return { clientId, listing: btc, side, type: 'limit', tif: 'ioc', price, size: '0.01', ...change };
  };
  const fillsOf = (clientId: string): Fill[] =>
    events.flatMap((event) => (event.kind === 'LegFilled' && event.fill.clientId === clientId ? [event.fill] : []));

  beforeAll(async () => {
    sim = await runSim({ venues: ['gate'], seed: 7, market: 'calm' });
    listings = await gate.loadListings(venue(), http);
    btc = listings.find((listing) => listing.instrument === 'BTC-USDT') as Listing;
    gateway = open();
    await gateway.connect();
  });

  afterAll(async () => {
    await gateway.close();
    await sim.close();
    http.close();
  });

  it.each([
    ['buy', 'BTC'],
    ['sell', 'USDT'],
  ] as const)('takes the fee of a %s in %s, to the last digit of the ledger', async (side, asset) => {
    const request = order({ side });
    expect(await gateway.place(request)).toMatchObject({ kind: 'acked' });
    await vi.waitFor(() => expect(fillsOf(request.clientId).length).toBeGreaterThan(0), wait);
    const truth = sim.ledger().venues.gate?.fills.filter(({ clientId }) => clientId.endsWith(request.clientId)) ?? [];
    const words = (fills: readonly { tradeId: string; fee: string; feeAsset: string }[]) =>
      fills.map(({ tradeId, fee, feeAsset }) => [tradeId, Number(fee), feeAsset].join(' ')).sort();
    expect(words(fillsOf(request.clientId))).toEqual(words(truth));
    expect(fillsOf(request.clientId)[0]?.feeAsset).toBe(asset);
  });

  it('hears that a FOK order cannot be filled as a plain refusal, and never sends a market buy', async () => {
    const fok = await gateway.place(order({ tif: 'fok', size: '9' }));
    expect(fok).toMatchObject({ kind: 'rejected', error: { class: 'unfilled', code: 'FOK_NOT_FILL' } });
    const before = sim.ledger().venues.gate?.orders.length;
    expect(await gateway.place(order({ type: 'market' }))).toMatchObject({
      kind: 'rejected',
      error: { class: 'filter' },
    });
    expect(sim.ledger().venues.gate?.orders.length).toBe(before);
  });

  it('trades over REST while the socket is down, and finds the order by its name', async () => {
    const offline = open();
    const request = order();
    expect(await offline.place(request)).toMatchObject({ kind: 'acked' });
    // Another gateway does not know the id of the venue.
    expect(await open().query(request)).toMatchObject({ kind: 'found', report: { status: 'filled' } });
    const { bid = '0' } = sim.ledger().venues.gate?.tops['BTC-USDT'] ?? {};
    const price = formatDecimal((parseDecimal(bid, 1) * 97n) / 100n, 1);
    const resting = order({ tif: 'gtc', price });
    expect(await offline.place(resting)).toMatchObject({ kind: 'acked' });
    expect(await open().cancel(resting)).toEqual({ kind: 'cancelled' });
  });

  it('gives orders an end of their own: the venue refuses what comes too late', async () => {
    const { apiKey, secret, wsPrivate } = venue();
    const now = clock.wallMs();
    const seconds = Math.floor(now / 1000);
    const request = order();
    const texts: string[] = [];
    const socket: Socket = sockets.open(wsPrivate, {
      onOpen: () => {
        socket.send(loginFrame({ apiKey, secret }, 'login', seconds));
        socket.send(orderFrame('late', request, seconds, now - 1));
      },
      onPong() {},
      onClose() {},
      onFrame: (buffer, start, end) => void texts.push(Buffer.from(buffer.subarray(start, end)).toString()),
    });
    const answer = await vi.waitFor(() => {
      const found = texts.map((text) => JSON.parse(text)).find(({ request_id }) => request_id === 'late');
      if (found === undefined) throw new Error('no answer yet');
      return found;
    }, wait);
    socket.close();
    expect(refusalOf(answer)).toMatchObject({ class: 'clock', code: 'REQUEST_EXPIRED' });
    expect(await gateway.query(request)).toEqual({ kind: 'absent' });
  });

  it('hears the limit of ten orders a second with the wait that the venue names', async () => {
    const outcomes = await Promise.all(Array.from({ length: 14 }, () => gateway.place(order({ size: '0.0001' }))));
    const limited = outcomes.filter((outcome) => outcome.kind === 'rejected');
    expect(limited.length).toBeGreaterThan(0);
    for (const { error } of limited) expect(error).toMatchObject({ class: 'rate-limit', code: 'TOO_MANY_REQUESTS' });
    expect(limited.some(({ error }) => (error.retryAfterMs ?? 0) > 0 && (error.retryAfterMs ?? 0) <= 1000)).toBe(true);
  });

  it('streams books that chain, heals a gap by REST on the same ids, and says what it refuses', async () => {
    const { stream } = gate;
    const symbols = [...listings.map(({ symbol }) => symbol), 'NOPE_USDT'].map((symbol) => ({
      symbol,
      priceDecimals: 8,
      sizeDecimals: 8,
    }));
    const parser = stream.createParser(symbols);
    const batch = new FrameBatch();
    const kinds = new Map<number, number>();
    const verdicts: Verdict[] = [];
    const controls: ControlEvent[] = [];
    const lastSeq: number[] = [];
    let topsAhead = 0;
    const [plan] = stream.plan(venue(), symbols);
    const send = (text: string): void => void socket.send(plan?.stamp?.(text, clock.wallMs()) ?? text);
    const socket: Socket = sockets.open(plan?.url ?? '', {
      onOpen: () => {
        for (const message of plan?.subscribe ?? []) send(message);
        send(plan?.subscribe[0] ?? '');
      },
      onPong() {},
      onClose() {},
      onFrame: (buffer, start, end) => {
        parser.parse(buffer, start, end, batch);
        const frame = batch.at(0);
        kinds.set(frame.kind, (kinds.get(frame.kind) ?? 0) + 1);
        if (frame.kind === FRAME.Control) {
          controls.push(stream.readControl(Buffer.from(buffer.subarray(start, end)).toString()));
        } else if (frame.kind === FRAME.Delta) {
          verdicts.push(stream.rule.judge(lastSeq[frame.symbol] ?? -2, true, frame));
        } else if (frame.kind === FRAME.Top && frame.lastSeq >= (lastSeq[frame.symbol] ?? 0)) topsAhead++;
        if (frame.kind === FRAME.Snapshot || frame.kind === FRAME.Delta) lastSeq[frame.symbol] = frame.lastSeq;
      },
    });
    await vi.waitFor(() => expect(verdicts.length).toBeGreaterThan(60), wait);
    expect(kinds.get(FRAME.Snapshot)).toBe(listings.length);
    expect(new Set(verdicts)).toEqual(new Set([VERDICT.Apply]));
    expect(topsAhead).toBeGreaterThan(listings.length);
    expect(kinds.get(FRAME.Malformed) ?? 0).toBe(0);
    expect(controls.filter((event) => event.kind === 'Subscribed')).toHaveLength(2 * listings.length);
    const refused = controls.filter((event) => event.kind === 'Refused');
    expect(refused).toHaveLength(2);
    for (const event of refused) expect(event).toMatchObject({ symbol: 'NOPE_USDT', code: '2' });
    expect(controls).toContainEqual({ kind: 'Notice', message: expect.stringContaining('Alert sub') });
    // Every market frame has a shape that the scanner reads; only what is no market data takes the other way.
    expect(parser.fallbacks).toBe(controls.length);

    await plant({ kind: 'gap', count: 1, instrument: 'BTC-USDT' });
    await vi.waitFor(() => expect(verdicts).toContain(VERDICT.Gap), wait);
    const symbol = symbols.findIndex((entry) => entry.symbol === 'BTC_USDT');
    const before = lastSeq[symbol] ?? 0;
    const reply = await http.request({ method: 'GET', url: stream.snapshotUrl?.(venue(), 'BTC_USDT') ?? '' });
    const snapshot = new FrameBatch();
    parser.parseSnapshot(reply.body, 0, reply.body.length, symbol, snapshot);
    expect(snapshot.at(0)).toMatchObject({ kind: FRAME.Snapshot, symbol });
    expect(snapshot.at(0).lastSeq).toBeGreaterThanOrEqual(before);
    expect(snapshot.at(0).bids.count).toBeGreaterThan(9);
    expect(snapshot.at(0).bids.count).toBeLessThanOrEqual(50);
    socket.close();
  });
});

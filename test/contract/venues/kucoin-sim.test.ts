/** What the contract of all venues does not show: order entry over REST alone, against the simulator. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { silentLog } from '../../../src/core/log.ts';
import type { Gateway, OrderRequest } from '../../../src/core/order.ts';
import { httpClient } from '../../../src/net/http-client.ts';
import { wsSockets } from '../../../src/net/ws-socket.ts';
import { type RunningSim, runSim } from '../../../src/sim/main.ts';
import { kucoin } from '../../../src/venues/kucoin/index.ts';

const clock = systemClock();
const http = httpClient();
let sim: RunningSim;
let gateway: Gateway;
let resting: OrderRequest;

beforeAll(async () => {
  sim = await runSim({ venues: ['kucoin'], seed: 7, market: 'still' });
  const endpoints = sim.ready.venues.kucoin;
  if (endpoints === undefined) throw new Error('kucoin is not simulated');
  const listings = await kucoin.loadListings(endpoints, http);
  const listing = listings.find(({ instrument }) => instrument === 'BTC-USDT');
  if (listing === undefined) throw new Error('no BTC-USDT');
  const { apiKey, secret, passphrase = '' } = endpoints;
  // Never connected: no socket takes the order.
  gateway = kucoin.createGateway({
    endpoints,
    credentials: { apiKey, secret, passphrase },
    listings,
    sockets: wsSockets(clock),
    http,
    clock,
    log: silentLog,
    onEvent: () => {},
  });
  const bid = Number(sim.ledger().venues.kucoin?.tops['BTC-USDT']?.bid);
  const price = (Math.floor(bid * 0.97 * 10) / 10).toFixed(1);
  resting = { clientId: 'p1rest1', listing, side: 'buy', type: 'limit', tif: 'gtc', price, size: '0.01' };
});

afterAll(async () => {
  await gateway.close();
  await sim.close();
  http.close();
});

it('rests, finds, lists and cancels an order over REST', async () => {
  expect(await gateway.place(resting)).toMatchObject({ kind: 'acked' });
  expect(await gateway.query(resting)).toMatchObject({
    kind: 'found',
    report: { status: 'open', clientId: 'p1rest1' },
  });
  expect((await gateway.openOrders()).map(({ clientId }) => clientId)).toEqual(['p1rest1']);
  expect(await gateway.cancel(resting)).toEqual({ kind: 'cancelled' });
  expect(await gateway.query(resting)).toMatchObject({ kind: 'found', report: { status: 'cancelled', filled: '0' } });
  expect(await gateway.cancel(resting)).toEqual({ kind: 'absent' });
});

it('fills over REST, the fee in the quote asset of buy and sale', async () => {
  for (const side of ['buy', 'sell'] as const) {
    const order: OrderRequest = { ...resting, clientId: `p1${side}`, side, type: 'market', tif: 'ioc' };
    expect(await gateway.place(order)).toMatchObject({ kind: 'acked' });
    const found = await gateway.query(order);
    expect(found).toMatchObject({ kind: 'found', report: { status: 'filled' } });
    if (found.kind !== 'found') continue;
    expect(found.fills.length).toBeGreaterThan(0);
    for (const { feeAsset, fee, price, size } of found.fills) {
      expect(feeAsset).toBe('USDT');
      expect(Number(fee)).toBeCloseTo(Number(price) * Number(size) * 0.001, 6);
    }
  }
});

it('is refused the client id of an order that rests', async () => {
  expect(await gateway.place(resting)).toMatchObject({ kind: 'acked' });
  expect(await gateway.place(resting)).toMatchObject({ kind: 'rejected', error: { class: 'duplicate-client-id' } });
});

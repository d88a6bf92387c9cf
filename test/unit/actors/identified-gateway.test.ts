import { describe, expect, it } from 'vitest';
import { createIdentifiedGateway } from '../../../src/actors/identified-gateway.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { identified } from '../../../src/core/identity.ts';
import type { Listing } from '../../../src/core/instrument.ts';
import { silentLog } from '../../../src/core/log.ts';
import type { Fill, Gateway, GatewayEvent, OrderRequest } from '../../../src/core/order.ts';
import type { GatewayDeps, VenueDescriptor } from '../../../src/core/venue.ts';

const native: Listing = {
  venue: 'binance',
  instrument: '1000SATS-USDT',
  base: '1000SATS',
  quote: 'USDT',
  symbol: '1000SATSUSDT',
  trading: true,
  priceTick: '0.0000001',
  sizeLot: '1',
  minSize: '1',
};
const listing = identified(native, []);

const fill: Fill = {
  clientId: 'a1',
  venueOrderId: '7',
  tradeId: 't1',
  symbol: '1000SATSUSDT',
  side: 'buy',
  price: '0.0002345',
  size: '12',
  fee: '0.012',
  feeAsset: '1000SATS',
  maker: false,
  venueAt: 1,
};
const canonicalFill = { ...fill, price: '0.0000002345', size: '12000', fee: '12', feeAsset: 'SATS' };

function stage(of: Listing) {
  const asked: unknown[] = [];
  const events: GatewayEvent[] = [];
  let tell: (event: GatewayEvent) => void = () => {};
  const report = { ...fill, status: 'filled' as const, filled: '12' };
  const inner: Gateway = {
    connect: async () => {},
    isUp: true,
    place: async (order) => {
      asked.push(order);
      return { kind: 'acked', venueOrderId: '7', sentAt: 0 as never, ackedAt: 0 as never };
    },
    cancel: async (order) => {
      asked.push(order);
      return { kind: 'cancelled' };
    },
    query: async (order) => {
      asked.push(order);
      return { kind: 'found', report, fills: [fill] };
    },
    openOrders: async () => [report],
    recentFills: async () => [fill],
    balances: async () => [{ asset: '1000SATS', free: '1.5', locked: '0' }],
    feeRates: async () => ({ taker: '0.001', maker: '0.001' }),
    cancelAllAfter: async (ms) => void asked.push(ms),
    close: async () => {},
  };
  const venue = {
    id: 'binance',
    createGateway: (deps: GatewayDeps) => {
      tell = deps.onEvent;
      asked.push(deps.listings);
      return inner;
    },
  } as unknown as VenueDescriptor;
  const gateway = createIdentifiedGateway(
    venue,
    {
      endpoints: { rest: '', wsPublic: '', wsPrivate: '', wsTrade: '' },
      credentials: { apiKey: '', secret: '' },
      listings: [of],
      sockets: { open: () => expect.unreachable() },
      http: { request: () => expect.unreachable(), close: () => {} },
      clock: systemClock(),
      log: silentLog,
      onEvent: (event) => void events.push(event),
    },
    [],
  );
  return { gateway, inner, asked, events, tell: (event: GatewayEvent) => tell(event) };
}

describe('a gateway of a bundled coin', () => {
  it('places orders in the venue’s own words, units and prices', async () => {
    const { gateway, asked } = stage(listing);
    expect(asked).toEqual([[native]]);
    const order: OrderRequest = {
      clientId: 'a1',
      listing,
      side: 'buy',
      type: 'limit',
      tif: 'ioc',
      price: '0.0000002345',
      size: '12000',
    };
    await gateway.place(order);
    expect(asked[1]).toEqual({ ...order, listing: native, price: '0.0002345', size: '12' });
    await gateway.cancel({ clientId: 'a1', listing });
    expect(asked[2]).toEqual({ clientId: 'a1', listing: native });
  });

  it('tells fills, orders and balances in single units', async () => {
    const { gateway, events, tell } = stage(listing);
    tell({ kind: 'LegFilled', fill });
    tell({ kind: 'BalancesChanged', balances: [{ asset: '1000SATS', free: '2', locked: '0.001' }] });
    expect(events).toEqual([
      { kind: 'LegFilled', fill: canonicalFill },
      { kind: 'BalancesChanged', balances: [{ asset: 'SATS', free: '2000', locked: '1' }] },
    ]);
    const outcome = await gateway.query({ clientId: 'a1', listing });
    expect(outcome).toMatchObject({ kind: 'found', report: { filled: '12000' }, fills: [canonicalFill] });
    expect(await gateway.balances()).toEqual([{ asset: 'SATS', free: '1500', locked: '0' }]);
    expect(await gateway.recentFills(listing, 0)).toEqual([canonicalFill]);
    expect(await gateway.openOrders()).toMatchObject([{ filled: '12000' }]);
  });

  it('asks what the key may do, and the time, where the venue can be asked', async () => {
    const { gateway, inner } = stage(listing);
    expect([gateway.permissions, gateway.venueClock]).toEqual([undefined, undefined]);
    const permissions = { canRead: true, canTrade: true, canWithdraw: false, ipRestricted: undefined };
    const reading = { offsetMs: 3, errorMs: 1, tripsMs: [2] };
    Object.assign(inner, { permissions: async () => permissions, venueClock: async () => reading });
    const asking = createIdentifiedGateway(
      { id: 'binance', createGateway: () => inner } as unknown as VenueDescriptor,
      { listings: [listing] } as unknown as GatewayDeps,
      [],
    );
    expect(asking).not.toBe(inner);
    expect(await asking.permissions?.()).toBe(permissions);
    expect(await asking.venueClock?.()).toBe(reading);
  });

  it('has the venue’s dead-man timer', async () => {
    const { gateway, asked } = stage(listing);
    await gateway.cancelAllAfter?.(7_000);
    expect(asked.at(-1)).toBe(7_000);
  });

  it('is the venue’s own where every name means what it says', () => {
    const { gateway, inner } = stage({ ...native, base: 'BTC', instrument: 'BTC-USDT', symbol: 'BTCUSDT' });
    expect(gateway).toBe(inner);
  });
});

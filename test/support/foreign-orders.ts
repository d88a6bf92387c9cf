/** A gateway of somebody else's with the engine's own key: orders that the engine did not send. */
import { systemClock } from '../../src/core/clock.ts';
import { decimalsOf, formatDecimal, parseDecimal } from '../../src/core/decimal.ts';
import { silentLog } from '../../src/core/log.ts';
import type { OrderRequest, PlaceOutcome } from '../../src/core/order.ts';
import type { Side } from '../../src/core/units.ts';
import { httpClient } from '../../src/net/http-client.ts';
import { wsSockets } from '../../src/net/ws-socket.ts';
import { venueRegistry } from '../../src/venues/registry.ts';
import type { TestSim } from './sim.ts';

export interface ForeignOrder {
  readonly venue: string;
  readonly instrument: string;
  readonly clientId: string;
  readonly side: Side;
  readonly size: string;
  readonly tif: OrderRequest['tif'];
  /** Of the best bid: 110 crosses, for a buy; 90 rests. */
  readonly percentOfBid: number;
}

export async function placeForeign(sim: TestSim, order: ForeignOrder): Promise<PlaceOutcome> {
  const { venue, instrument, clientId, side, size, tif } = order;
  const descriptor = venueRegistry.get(venue);
  const endpoints = sim.ready.venues[venue];
  if (descriptor === undefined || endpoints === undefined) throw new Error(`no ${venue}`);
  const { apiKey, secret, passphrase } = endpoints;
  const clock = systemClock();
  const http = httpClient();
  const listings = await descriptor.loadListings(endpoints, http);
  const listing = listings.find((entry) => entry.instrument === instrument);
  if (listing === undefined) throw new Error(`${venue} lists no ${instrument}`);
  const gateway = descriptor.createGateway({
    endpoints,
    credentials: { apiKey, secret, ...(passphrase === undefined ? {} : { passphrase }) },
    listings,
    sockets: wsSockets(clock),
    http,
    clock,
    log: silentLog,
    onEvent: () => {},
  });
  const scale = decimalsOf(listing.priceTick);
  const tick = parseDecimal(listing.priceTick, scale);
  const { bid = '0' } = (await sim.ledger()).venues[venue]?.tops[instrument] ?? {};
  const wanted = (parseDecimal(bid, scale) * BigInt(order.percentOfBid)) / 100n;
  const price = formatDecimal((wanted / tick) * tick, scale);
  try {
    return await gateway.place({ clientId, listing, side, type: 'limit', tif, price, size });
  } finally {
    await gateway.close();
    http.close();
  }
}

/** The watchdog's own way to a venue: a gateway that works over REST from its first request on, and the venue's listings. */
import type { Clock } from '../core/clock.ts';
import { Fault } from '../core/faults.ts';
import type { Listing } from '../core/instrument.ts';
import type { Log } from '../core/log.ts';
import type { Gateway } from '../core/order.ts';
import { httpClient } from '../net/http-client.ts';
import { wsSockets } from '../net/ws-socket.ts';
import { descriptorOf } from '../venues/registry.ts';
import type { Brief, WatchedVenue } from './protocol.ts';

export interface OpenVenue {
  readonly gateway: Pick<Gateway, 'connect' | 'openOrders' | 'cancel'>;
  /** Rejects for a symbol that the venue does not list. */
  listingOf(symbol: string): Promise<Listing>;
  close(): Promise<void>;
}

export function openVenue(watched: WatchedVenue, brief: Brief, clock: Clock, log: Log): OpenVenue {
  const { venue, endpoints, credentials, listings } = watched;
  const descriptor = descriptorOf(venue, brief.configured);
  const http = httpClient();
  const gateway = descriptor.createGateway({
    endpoints,
    credentials,
    listings,
    sockets: wsSockets(clock),
    http,
    clock,
    log,
    // What is open is asked for, not waited for.
    onEvent: () => {},
  });
  /** Orders of a former configuration may be of instruments that are not traded now. */
  let all: Promise<readonly Listing[]> | undefined;
  const listingOf = async (symbol: string): Promise<Listing> => {
    const known = listings.find((listing) => listing.symbol === symbol);
    if (known !== undefined) return known;
    all ??= descriptor.loadListings(endpoints, http);
    const found = (await all).find((listing) => listing.symbol === symbol);
    if (found === undefined) throw new Fault('venue/unknown-symbol', `${venue} lists no ${symbol}`, { venue, symbol });
    return found;
  };
  const close = async (): Promise<void> => {
    await gateway.close();
    http.close();
  };
  return { gateway, listingOf, close };
}

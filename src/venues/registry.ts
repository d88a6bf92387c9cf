/** Every venue that the engine knows: one line a venue. */
import type { VenueConfig } from '../core/config.ts';
import type { VenueDescriptor, VenueId } from '../core/venue.ts';
import { binance } from './binance/index.ts';
import { ccxtVenue } from './ccxt/index.ts';
import { okx } from './okx/index.ts';

const venues: readonly VenueDescriptor[] = [
  binance, //
  okx,
];

export const venueRegistry: ReadonlyMap<VenueId, VenueDescriptor> = new Map(venues.map((venue) => [venue.id, venue]));

/** The descriptor of a venue that the configuration has named (its check knows this same registry). `configured`: the
 *  configuration's venues, which say what is traded through an adapter; the one place that asks them. */
export function descriptorOf(venue: VenueId, configured: readonly VenueConfig[] = []): VenueDescriptor {
  const config = configured.find(({ id }) => id === venue);
  if (config?.adapter === 'ccxt') {
    return ccxtVenue(venue, {
      isTestnet: config.environment === 'testnet',
      ...(config.options === undefined ? {} : { options: config.options }),
    });
  }
  const descriptor = venueRegistry.get(venue);
  if (descriptor === undefined) throw new RangeError(`no venue "${venue}"`);
  return descriptor;
}

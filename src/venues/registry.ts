/** Every venue that the engine knows: one line a venue. */
import type { VenueConfig } from '../core/config.ts';
import type { VenueDescriptor, VenueId } from '../core/venue.ts';
import { binance } from './binance/index.ts';
import { bitget } from './bitget/index.ts';
import { bybit } from './bybit/index.ts';
import { ccxtVenue } from './ccxt/index.ts';
import { coinbase } from './coinbase/index.ts';
import { gate } from './gate/index.ts';
import { kraken } from './kraken/index.ts';
import { kucoin } from './kucoin/index.ts';
import { okx } from './okx/index.ts';

const venues: readonly VenueDescriptor[] = [
  binance, //
  okx,
  bybit,
  kucoin,
  bitget,
  kraken,
  coinbase,
  gate,
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

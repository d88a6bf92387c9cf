/** Instruments and fees of the configured venues: by REST, else from the cache (and the log says how old it is). */
import type { Clock } from '../core/clock.ts';
import type { Config } from '../core/config.ts';
import { Fault, messageOf } from '../core/faults.ts';
import type { Log } from '../core/log.ts';
import type { HttpPort } from '../core/socket.ts';
import type { VenueListings } from '../core/universe.ts';
import type { VenueDescriptor } from '../core/venue.ts';
import type { ReferenceCache } from '../record/reference-cache.ts';
import type { VenueSetup } from './venue-setup.ts';

export interface ReferenceDeps {
  readonly http: HttpPort;
  readonly cache: ReferenceCache;
  readonly clock: Clock;
  readonly log: Log;
  readonly onFault: (fault: Fault) => void;
}

/** What the venues list of the wanted instruments. A venue that can be neither asked nor remembered lists nothing. */
export async function loadReference(
  setups: readonly VenueSetup[],
  instruments: readonly string[],
  deps: ReferenceDeps,
): Promise<VenueListings[]> {
  return Promise.all(setups.map((setup) => loadVenue(setup, instruments, deps)));
}

async function loadVenue(setup: VenueSetup, wanted: readonly string[], deps: ReferenceDeps): Promise<VenueListings> {
  const { descriptor, endpoints } = setup;
  const fees = feesOf(setup.config, descriptor);
  try {
    const listings = await descriptor.loadListings(endpoints, deps.http);
    const ours = listings.filter((listing) => wanted.includes(listing.instrument));
    for (const id of wanted) {
      const listing = ours.find((entry) => entry.instrument === id);
      if (listing?.trading === true) continue;
      const why = listing === undefined ? 'is not listed' : 'is not trading now';
      deps.onFault(
        new Fault('venue/unknown-symbol', `${id} ${why} at ${descriptor.id}; it is left out there`, {
          venue: descriptor.id,
          instrument: id,
        }),
      );
    }
    const reference = { venue: descriptor.id, listings: ours, fees };
    deps.cache.save(reference);
    return reference;
  } catch (thrown) {
    const fault = thrown instanceof Fault ? thrown : new Fault('venue/unreachable', messageOf(thrown), {});
    deps.onFault(fault);
    const cached = deps.cache.load(descriptor.id);
    if (cached === undefined) return { venue: descriptor.id, listings: [], fees };
    deps.log.warn(
      { venue: descriptor.id, ageMs: cached.ageMs },
      `starting ${descriptor.id} from instruments saved ${Math.round(cached.ageMs / 60_000)} minutes ago: ${fault.message}`,
    );
    return { venue: descriptor.id, listings: cached.listings, fees };
  }
}

function feesOf(config: Config['venues'][number], descriptor: VenueDescriptor): { taker: string; maker: string } {
  const taker = config.fees?.taker ?? descriptor.defaultFees.taker;
  return { taker, maker: config.fees?.maker ?? config.fees?.taker ?? descriptor.defaultFees.maker };
}

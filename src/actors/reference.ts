/** Instruments and fees of the configured venues: by REST, else from the cache (and the log says how old it is). */
import type { Clock } from '../core/clock.ts';
import { parseDecimal } from '../core/decimal.ts';
import { Fault, messageOf } from '../core/faults.ts';
import { type AssetAlias, identifiedAll } from '../core/identity.ts';
import type { FeeRates, Listing } from '../core/instrument.ts';
import type { Log } from '../core/log.ts';
import type { Gateway } from '../core/order.ts';
import type { HttpPort } from '../core/socket.ts';
import type { VenueListings } from '../core/universe.ts';
import { wsSockets } from '../net/ws-socket.ts';
import type { ReferenceCache } from '../record/reference-cache.ts';
import { createIdentifiedGateway } from './identified-gateway.ts';
import type { VenueSetup } from './venue-setup.ts';

/** Finer than any venue's rates. */
const RATE_SCALE = 18;

export interface ReferenceDeps {
  readonly http: HttpPort;
  readonly cache: ReferenceCache;
  readonly clock: Clock;
  readonly log: Log;
  readonly onFault: (fault: Fault) => void;
  readonly aliases: readonly AssetAlias[];
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
  const configured = configuredFees(setup);
  try {
    const loaded = await descriptor.loadListings(endpoints, deps.http, {
      transfers: true,
      onMalformed: deps.onFault,
    });
    const listings = identifiedAll(loaded, deps.aliases);
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
    const reference = {
      venue: descriptor.id,
      listings: ours,
      fees: configured ?? (await accountFees(setup, ours, deps)),
    };
    deps.cache.save(reference);
    return reference;
  } catch (thrown) {
    const fault = ofVenue(descriptor.id, thrown);
    deps.onFault(fault);
    const cached = deps.cache.load(descriptor.id);
    if (cached === undefined) return { venue: descriptor.id, listings: [], fees: configured ?? descriptor.defaultFees };
    deps.log.warn(
      { venue: descriptor.id, ageMs: cached.ageMs },
      `starting ${descriptor.id} from instruments saved ${Math.round(cached.ageMs / 60_000)} minutes ago: ${fault.message}`,
    );
    return { venue: descriptor.id, listings: cached.listings, fees: configured ?? cached.fees };
  }
}

/** The fault, naming the venue: an address alone does not say whose it is. */
function ofVenue(venue: string, thrown: unknown): Fault {
  const { code, message, details } =
    thrown instanceof Fault ? thrown : new Fault('venue/unreachable', messageOf(thrown), {});
  return new Fault(code, message.includes(venue) ? message : `${venue}: ${message}`, { ...details, venue });
}

export function configuredFees({ config: { fees }, descriptor }: VenueSetup): FeeRates | undefined {
  return fees === undefined
    ? undefined
    : takenAs(descriptor.defaultFees, { taker: fees.taker, maker: fees.maker ?? fees.taker });
}

/** Rates differ between accounts; what they are taken from is the venue's way. */
const takenAs = ({ from }: FeeRates, rates: FeeRates): FeeRates => (from === undefined ? rates : { ...rates, from });

/** The account's own rates: the dearest of the instruments traded, since rows of a venue share one. A venue that does not
 *  say leaves its ordinary rates, and a line in the log. */
async function accountFees(setup: VenueSetup, listings: readonly Listing[], deps: ReferenceDeps): Promise<FeeRates> {
  const { descriptor, endpoints, credentials } = setup;
  const gateway = createIdentifiedGateway(
    descriptor,
    {
      endpoints,
      credentials,
      listings,
      sockets: wsSockets(deps.clock),
      http: deps.http,
      clock: deps.clock,
      log: deps.log,
      onEvent: () => {},
    },
    deps.aliases,
  );
  const dearest = await dearestRates(gateway, listings);
  await gateway.close();
  return dearest === undefined ? descriptor.defaultFees : takenAs(descriptor.defaultFees, dearest);
}

/** The account's rates of the listing that it pays most for, among those that trade; undefined where none does. */
export async function dearestRates(
  gateway: Pick<Gateway, 'feeRates'>,
  listings: readonly Listing[],
): Promise<FeeRates | undefined> {
  let dearest: FeeRates | undefined;
  for (const listing of listings.filter(({ trading }) => trading)) {
    const rates = await gateway.feeRates(listing);
    if (dearest === undefined || isDearer(rates.taker, dearest.taker)) dearest = rates;
  }
  return dearest;
}

const isDearer = (a: string, b: string): boolean => parseDecimal(a, RATE_SCALE) > parseDecimal(b, RATE_SCALE);

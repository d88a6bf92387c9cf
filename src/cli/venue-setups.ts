/** The configured venues with everything that it takes to talk to them, real or simulated. */
import type { EmbeddedSim } from '../actors/embedded-sim.ts';
import type { VenueSetup } from '../actors/venue-setup.ts';
import type { Config } from '../core/config.ts';
import type { Credentials, Endpoints, VenueId } from '../core/venue.ts';
import { descriptorOf, venueRegistry } from '../venues/registry.ts';

/** By venue: the keys that orders are signed with, and those that are the watchdog's own. */
export interface Keys {
  readonly credentials: ReadonlyMap<VenueId, Credentials>;
  readonly watchdogCredentials: ReadonlyMap<VenueId, Credentials>;
}

export const configuredSetups = (
  { venues }: Config,
  { credentials, watchdogCredentials }: Keys,
): readonly VenueSetup[] =>
  venues.map((venue) => {
    const descriptor = descriptorOf(venue.id, venues);
    const own = watchdogCredentials.get(venue.id);
    return {
      config: venue,
      descriptor,
      endpoints: endpointsOf(venue, descriptor.environments),
      credentials: credentials.get(venue.id) ?? { apiKey: '', secret: '' },
      ...(own === undefined ? {} : { watchdogCredentials: own }),
    };
  });

function endpointsOf(venue: Config['venues'][number], environments: Readonly<Record<string, Endpoints>>): Endpoints {
  const base: Endpoints = environments[venue.environment] ?? { rest: '', wsPublic: '', wsPrivate: '', wsTrade: '' };
  const { rest, wsPublic, wsPrivate, wsTrade, wsSbe = base.wsSbe } = venue.endpoints ?? {};
  return {
    rest: rest ?? base.rest,
    wsPublic: wsPublic ?? base.wsPublic,
    wsPrivate: wsPrivate ?? base.wsPrivate,
    wsTrade: wsTrade ?? base.wsTrade,
    ...(wsSbe === undefined ? {} : { wsSbe }),
  };
}

/** Of the embedded exchanges. */
export const simulatedSetups = (sim: EmbeddedSim): readonly VenueSetup[] =>
  Object.entries(sim.venues)
    .filter(([id]) => venueRegistry.has(id))
    .map(([id, { rest, wsPublic, wsPrivate, wsTrade, apiKey, secret, passphrase }]) => ({
      config: { id, environment: 'live' },
      descriptor: descriptorOf(id),
      endpoints: { rest, wsPublic, wsPrivate, wsTrade },
      credentials: { apiKey, secret, ...(passphrase === undefined ? {} : { passphrase }) },
    }));

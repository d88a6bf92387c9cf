/** A configured venue with everything that it takes to talk to it. */
import type { VenueConfig } from '../core/config.ts';
import type { Credentials, Endpoints, MarketAccess, VenueDescriptor } from '../core/venue.ts';

export interface VenueSetup {
  readonly config: VenueConfig;
  readonly descriptor: VenueDescriptor;
  readonly endpoints: Endpoints;
  readonly credentials: Credentials;
  /** A key of its own for whoever cancels from outside, where there is one: a venue that counts nonces wants it. */
  readonly watchdogCredentials?: Credentials;
}

/** All that must not be shown of a venue. */
export const credentialsOf = ({ credentials, watchdogCredentials }: VenueSetup): readonly Credentials[] =>
  watchdogCredentials === undefined ? [credentials] : [credentials, watchdogCredentials];

/** What the venue's feed has to show for its market data: nothing, or the API key. The secret is none of its business. */
export const accessOf = ({ config, credentials }: VenueSetup): MarketAccess | undefined =>
  config.marketData === 'sbe' ? { encoding: 'sbe', apiKey: credentials.apiKey } : undefined;

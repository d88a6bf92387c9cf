/** A configured venue with everything that it takes to talk to it. */
import type { VenueConfig } from '../core/config.ts';
import type { Credentials, Endpoints, MarketAccess, VenueDescriptor } from '../core/venue.ts';

export interface VenueSetup {
  readonly config: VenueConfig;
  readonly descriptor: VenueDescriptor;
  readonly endpoints: Endpoints;
  readonly credentials: Credentials;
}

/** What the venue's feed has to show for its market data: nothing, or the API key. The secret is none of its business. */
export const accessOf = ({ config, credentials }: VenueSetup): MarketAccess | undefined =>
  config.marketData === 'sbe' ? { encoding: 'sbe', apiKey: credentials.apiKey } : undefined;

/** A configured venue with everything that it takes to talk to it. */
import type { VenueConfig } from '../core/config.ts';
import type { Credentials, Endpoints, VenueDescriptor } from '../core/venue.ts';

export interface VenueSetup {
  readonly config: VenueConfig;
  readonly descriptor: VenueDescriptor;
  readonly endpoints: Endpoints;
  readonly credentials: Credentials;
}

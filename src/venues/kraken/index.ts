/** Kraken spot: sockets v2 and REST. https://docs.kraken.com/api/ */
import type { VenueDescriptor } from '../../core/venue.ts';
import { DEFAULT_FEES, KrakenGateway } from './gateway.ts';
import { loadListings } from './instruments.ts';
import { krakenStream } from './stream.ts';

export const kraken: VenueDescriptor = {
  id: 'kraken',
  name: 'Kraken',
  // There is no public test system for spot: `beta` is the next software on the real engine, with real money, and the UAT
  // that institutions are given (`api.uat.kraken.com`) has no published sockets.
  environments: {
    live: {
      rest: 'https://api.kraken.com',
      wsPublic: 'wss://ws.kraken.com/v2',
      wsPrivate: 'wss://ws-auth.kraken.com/v2',
      wsTrade: 'wss://ws-auth.kraken.com/v2',
    },
    beta: {
      rest: 'https://api.kraken.com',
      wsPublic: 'wss://beta-ws.kraken.com/v2',
      wsPrivate: 'wss://beta-ws-auth.kraken.com/v2',
      wsTrade: 'wss://beta-ws-auth.kraken.com/v2',
    },
  },
  defaultFees: DEFAULT_FEES,
  needsPassphrase: false,
  // A counter that may reach 125 and falls by 2.34 a second, for each account and pair (tier "Intermediate", the one of a
  // verified account); kept for all pairs together. An order counts one, the early cancel of a resting one eight.
  orderRate: { orders: 125, windowMs: 53_500 },
  stream: krakenStream,
  loadListings,
  createGateway: (deps) => new KrakenGateway(deps),
};

/** Kraken spot: sockets v2 and REST. https://docs.kraken.com/api/ */
import type { VenueDescriptor } from '../../core/venue.ts';
import { DEFAULT_FEES, KrakenGateway } from './gateway.ts';
import { loadListings } from './instruments.ts';
import { ORDER_TRAITS } from './order-traits.ts';
import { rateLimits } from './rates.ts';
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
  orders: ORDER_TRAITS,
  rateLimits,
  // "Cancel on disconnect"; neither least nor most is documented. The venue advises 60 s, set again every 15 to 30 s.
  deadMan: { minMs: 5_000, maxMs: 86_400_000, refreshMs: 2_500, scope: 'account' },
  countsNonces: true,
  stream: krakenStream,
  loadListings,
  createGateway: (deps) => new KrakenGateway(deps),
  keyRefusal: ({ secret }) =>
    Buffer.from(secret, 'base64').toString('base64') === secret ? undefined : 'the secret is no base64: copy it whole',
};

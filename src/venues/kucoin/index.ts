/** KuCoin spot. https://www.kucoin.com/docs-new/ */
import type { Endpoints, VenueDescriptor } from '../../core/venue.ts';
import { DEFAULT_FEES, KucoinGateway } from './gateway.ts';
import { loadListings } from './instruments.ts';
import { ORDER_TRAITS } from './order-traits.ts';
import { rateLimits } from './rates.ts';
import { kucoinStream } from './stream.ts';

/** The addresses of the push sockets only name them: the venue hands the real ones out (`bullet.ts`). */
const endpoints = (rest: string, push: string): Endpoints => ({
  rest,
  wsPublic: push,
  wsPrivate: push,
  wsTrade: 'wss://wsapi.kucoin.com/v1/private',
});

export const kucoin: VenueDescriptor = {
  id: 'kucoin',
  name: 'KuCoin',
  // There is no sandbox any more (openapi-sandbox.kucoin.com was closed), and no demo trading over the API. Accounts of
  // Australia use the global host with a header of their own, which is not supported here.
  environments: {
    live: endpoints('https://api.kucoin.com', 'wss://ws-api-spot.kucoin.com'),
    /** Accounts of the European Economic Area. The order socket is the global one; none of its own is documented. */
    eu: endpoints('https://api.kucoin.eu', 'wss://ws-api-spot.kucoin.com'),
  },
  defaultFees: DEFAULT_FEES,
  needsPassphrase: true,
  feeAssets: ['KCS'],
  orders: ORDER_TRAITS,
  rateLimits,
  // "Set DCP": weight 2.
  deadMan: { minMs: 5_000, maxMs: 86_400_000, refreshMs: 1_500, scope: 'account' },
  stream: kucoinStream,
  loadListings,
  createGateway: (deps) => new KucoinGateway(deps),
};

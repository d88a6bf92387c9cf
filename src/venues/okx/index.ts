/** OKX v5, spot. https://www.okx.com/docs-v5/en/ */
import type { Endpoints, VenueDescriptor } from '../../core/venue.ts';
import { DEFAULT_FEES, OkxGateway } from './gateway.ts';
import { loadListings } from './instruments.ts';
import { ORDER_TRAITS } from './order-traits.ts';
import { rateLimits } from './rates.ts';
import { okxStream } from './stream.ts';

/** The private address takes orders too. */
const endpoints = (rest: string, sockets: string): Endpoints => ({
  rest,
  wsPublic: `${sockets}/ws/v5/public`,
  wsPrivate: `${sockets}/ws/v5/private`,
  wsTrade: `${sockets}/ws/v5/private`,
});

export const okx: VenueDescriptor = {
  id: 'okx',
  name: 'OKX',
  environments: {
    live: endpoints('https://www.okx.com', 'wss://ws.okx.com:8443'),
    demo: endpoints('https://www.okx.com', 'wss://wspap.okx.com:8443'),
    /** Accounts of the European Economic Area and of the United States have hosts of their own. */
    eea: endpoints('https://eea.okx.com', 'wss://wseea.okx.com:8443'),
    us: endpoints('https://us.okx.com', 'wss://wsus.okx.com:8443'),
  },
  defaultFees: DEFAULT_FEES,
  needsPassphrase: true,
  orders: ORDER_TRAITS,
  rateLimits,
  // "Cancel All After": once a second, for each user and tag.
  deadMan: { minMs: 10_000, maxMs: 120_000, refreshMs: 2_500, scope: 'tag' },
  stream: okxStream,
  loadListings,
  createGateway: (deps) => new OkxGateway(deps),
};

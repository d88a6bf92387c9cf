/** Bitget v2, spot. https://www.bitget.com/api-doc/spot/intro */
import type { Endpoints, VenueDescriptor } from '../../core/venue.ts';
import { BitgetGateway, DEFAULT_FEES } from './gateway.ts';
import { loadListings } from './instruments.ts';
import { ORDER_TRAITS } from './order-traits.ts';
import { rateLimits } from './rates.ts';
import { bitgetStream } from './stream.ts';

/** Orders go over REST: order entry on the socket is for accounts that the venue approved. */
const endpoints = (sockets: string): Endpoints => ({
  rest: 'https://api.bitget.com',
  wsPublic: `${sockets}/v2/ws/public`,
  wsPrivate: `${sockets}/v2/ws/private`,
  wsTrade: `${sockets}/v2/ws/private`,
});

export const bitget: VenueDescriptor = {
  id: 'bitget',
  name: 'Bitget',
  // The venue has one set of hosts for all regions, and no testnet beside demo trading.
  environments: {
    live: endpoints('wss://ws.bitget.com'),
    demo: endpoints('wss://wspap.bitget.com'),
  },
  defaultFees: DEFAULT_FEES,
  needsPassphrase: true,
  feeAssets: ['BGB'],
  orders: ORDER_TRAITS,
  rateLimits,
  stream: bitgetStream,
  loadListings,
  createGateway: (deps) => new BitgetGateway(deps),
};

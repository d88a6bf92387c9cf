/** Gate spot, API v4. https://www.gate.com/docs/developers/apiv4/ */
import type { Endpoints, VenueDescriptor } from '../../core/venue.ts';
import { DEFAULT_FEES, GateGateway } from './gateway.ts';
import { loadListings } from './instruments.ts';
import { ORDER_TRAITS } from './order-traits.ts';
import { rateLimits } from './rates.ts';
import { gateStream } from './stream.ts';

/** One address serves market data, private channels and order entry. */
const endpoints = (rest: string, sockets: string): Endpoints => ({
  rest,
  wsPublic: sockets,
  wsPrivate: sockets,
  wsTrade: sockets,
});

export const gate: VenueDescriptor = {
  id: 'gate',
  name: 'Gate',
  environments: {
    live: endpoints('https://api.gateio.ws', 'wss://api.gateio.ws/ws/v4/'),
    testnet: endpoints('https://api-testnet.gateapi.io', 'wss://ws-testnet.gate.com/v4/ws/spot'),
    /** Sister exchanges with books of their own, for accounts of the European Economic Area and of the United States. */
    eu: endpoints('https://api.gateeu.com', 'wss://api.gateeu.com/ws/v4/'),
    us: endpoints('https://api.gate.us', 'wss://ws.gate.us/v4/'),
  },
  defaultFees: DEFAULT_FEES,
  needsPassphrase: false,
  feeAssets: ['GT'],
  orders: ORDER_TRAITS,
  rateLimits,
  // "Countdown cancel orders": at least five seconds; no most is documented.
  deadMan: { minMs: 5_000, maxMs: 86_400_000, refreshMs: 1_500, scope: 'account' },
  stream: gateStream,
  loadListings,
  createGateway: (deps) => new GateGateway(deps),
};

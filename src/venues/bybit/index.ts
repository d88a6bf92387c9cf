/** Bybit v5, spot, unified trading account. https://bybit-exchange.github.io/docs/v5/intro */
import type { Endpoints, VenueDescriptor } from '../../core/venue.ts';
import { BybitGateway, DEFAULT_FEES } from './gateway.ts';
import { loadListings } from './instruments.ts';
import { ORDER_TRAITS } from './order-traits.ts';
import { rateLimits } from './rates.ts';
import { bybitStream } from './stream.ts';

const endpoints = (rest: string, sockets = rest.replace('https://api', 'wss://stream')): Endpoints => ({
  rest,
  wsPublic: `${sockets}/v5/public/spot`,
  wsPrivate: `${sockets}/v5/private`,
  wsTrade: `${sockets}/v5/trade`,
});

export const bybit: VenueDescriptor = {
  id: 'bybit',
  name: 'Bybit',
  environments: {
    live: endpoints('https://api.bybit.com'),
    testnet: endpoints('https://api-testnet.bybit.com'),
    /** Simulated money on the live market; takes orders over REST alone. */
    demo: {
      rest: 'https://api-demo.bybit.com',
      wsPublic: 'wss://stream.bybit.com/v5/public/spot',
      wsPrivate: 'wss://stream-demo.bybit.com/v5/private',
      wsTrade: '',
    },
    /** The live venue under its other name. */
    bytick: endpoints('https://api.bytick.com', 'wss://stream.bybit.com'),
    /** Accounts of some countries have hosts of their own. Where the documentation names no socket of theirs, the common
     *  ones serve them. Keys of the European site are for applications of brokers. */
    nl: endpoints('https://api.bybit.nl', 'wss://stream.bybit.com'),
    ae: endpoints('https://api.bybit.ae', 'wss://stream.bybit.com'),
    eu: endpoints('https://api.bybit.eu'),
    tr: endpoints('https://api.bybit.tr'),
    kz: endpoints('https://api.bybit.kz'),
    ge: endpoints('https://api.bybitgeorgia.ge'),
    id: endpoints('https://api.bybit.id'),
    jp: endpoints('https://api.manepa.jp'),
    'jp-testnet': endpoints('https://api-testnet.manepa.jp'),
  },
  defaultFees: DEFAULT_FEES,
  needsPassphrase: false,
  orders: ORDER_TRAITS,
  rateLimits,
  stream: bybitStream,
  loadListings,
  createGateway: (deps) => new BybitGateway(deps),
};

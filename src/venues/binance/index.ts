/** Binance spot. */
import type { VenueDescriptor } from '../../core/venue.ts';
import { BinanceGateway } from './gateway.ts';
import { loadListings, VENUE } from './instruments.ts';
import { sbe } from './sbe-stream.ts';
import { stream } from './stream.ts';

/** An ordinary account without the BNB discount. */
const defaultFees = { taker: '0.001', maker: '0.001' } as const;

export const binance: VenueDescriptor = {
  id: VENUE,
  name: 'Binance spot',
  environments: {
    live: {
      rest: 'https://api.binance.com',
      wsPublic: 'wss://stream.binance.com:9443',
      wsPrivate: 'wss://ws-api.binance.com:443/ws-api/v3',
      wsTrade: 'wss://ws-api.binance.com:443/ws-api/v3',
      wsSbe: 'wss://stream-sbe.binance.com:9443',
    },
    testnet: {
      rest: 'https://testnet.binance.vision',
      wsPublic: 'wss://stream.testnet.binance.vision',
      wsPrivate: 'wss://ws-api.testnet.binance.vision/ws-api/v3',
      wsTrade: 'wss://ws-api.testnet.binance.vision/ws-api/v3',
      wsSbe: 'wss://stream-sbe.testnet.binance.vision:9443',
    },
    demo: {
      rest: 'https://demo-api.binance.com',
      wsPublic: 'wss://demo-stream.binance.com',
      wsPrivate: 'wss://demo-ws-api.binance.com/ws-api/v3',
      wsTrade: 'wss://demo-ws-api.binance.com/ws-api/v3',
      wsSbe: 'wss://demo-stream-sbe.binance.com:9443',
    },
  },
  defaultFees,
  needsPassphrase: false,
  // exchangeInfo `rateLimits`: ORDERS, 10 SECOND, 100.
  orderRate: { orders: 100, windowMs: 10_000 },
  stream,
  sbe,
  loadListings,
  createGateway: (deps) => new BinanceGateway(deps, defaultFees),
};

/** Binance spot. */
import type { VenueDescriptor } from '../../core/venue.ts';
import { BinanceGateway } from './gateway.ts';
import { loadListings, VENUE } from './instruments.ts';
import { ORDER_TRAITS } from './order-traits.ts';
import { rateLimits } from './rates.ts';
import { sbe } from './sbe-stream.ts';
import { readKey } from './sign.ts';
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
  feeAssets: ['BNB'],
  orders: ORDER_TRAITS,
  rateLimits,
  stream,
  sbe,
  loadListings,
  createGateway: (deps) => new BinanceGateway(deps, defaultFees),
  keyRefusal: ({ secret }) =>
    readKey(secret) === undefined
      ? 'the secret is no private key of Ed25519 or RSA in PKCS #8 that can be read'
      : undefined,
};

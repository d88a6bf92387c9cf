/** Coinbase Advanced Trade, spot. https://docs.cdp.coinbase.com/coinbase-app/advanced-trade-apis/overview */
import type { VenueDescriptor } from '../../core/venue.ts';
import { CoinbaseGateway, DEFAULT_FEES } from './gateway.ts';
import { loadListings } from './instruments.ts';
import { ORDER_TRAITS } from './order-traits.ts';
import { rateLimits } from './rates.ts';
import { tryReadKey } from './sign.ts';
import { coinbaseStream } from './stream.ts';

/** Orders go over REST; the order socket's address stands where there is none. */
const MARKET = 'wss://advanced-trade-ws.coinbase.com';
const USER = 'wss://advanced-trade-ws-user.coinbase.com';

export const coinbase: VenueDescriptor = {
  id: 'coinbase',
  name: 'Coinbase Advanced Trade',
  environments: {
    live: { rest: 'https://api.coinbase.com', wsPublic: MARKET, wsPrivate: USER, wsTrade: USER },
    // No testnet, and no hosts of regions: accounts of all countries use these. The sandbox (api-sandbox.coinbase.com) is no
    // place to trade: it answers for accounts and orders with the same made bodies whatever is asked, and has neither
    // products nor a clock nor sockets.
  },
  defaultFees: DEFAULT_FEES,
  needsPassphrase: false,
  orders: ORDER_TRAITS,
  rateLimits,
  stream: coinbaseStream,
  loadListings,
  createGateway: (deps) => new CoinbaseGateway(deps),
  keyRefusal: (credentials) =>
    tryReadKey(credentials) === undefined
      ? 'the secret is neither an EC key (P-256) in PEM nor an Ed25519 key in PEM or base64'
      : undefined,
};

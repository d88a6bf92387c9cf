/** Coinbase Advanced Trade, spot. https://docs.cdp.coinbase.com/coinbase-app/advanced-trade-apis/overview */
import type { VenueDescriptor } from '../../core/venue.ts';
import { CoinbaseGateway, DEFAULT_FEES } from './gateway.ts';
import { loadListings } from './instruments.ts';
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
  // 30 private requests a second and user, of all kinds; each order is followed by a question for its fills at least.
  orderRate: { orders: 15, windowMs: 1_000 },
  stream: coinbaseStream,
  loadListings,
  createGateway: (deps) => new CoinbaseGateway(deps),
};

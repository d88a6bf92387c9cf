/** Any exchange of ccxt as a venue: `{ id: <ccxt's id>, adapter: ccxt }`. Slower than a venue of our own, by its nature:
 *  JSON, objects and promises for each update, in a worker beside the engine. https://docs.ccxt.com/ */
import type { FeeRates, Listing } from '../../core/instrument.ts';
import type { RateLimits } from '../../core/rate-limits.ts';
import type { Endpoints, VenueDescriptor } from '../../core/venue.ts';
import { CCXT_EXCHANGES, type CcxtExchange } from './exchanges.ts';
import { CcxtGateway } from './gateway.ts';
import { faultOf, Link } from './link.ts';
import { ORDER_TRAITS } from './order-traits.ts';
import type { CcxtWorkerData } from './protocol.ts';
import { CcxtSockets } from './sockets.ts';
import { ccxtStream } from './stream.ts';

export interface CcxtOptions {
  /** ccxt's sandbox. */
  readonly isTestnet?: boolean;
  /** Given to ccxt's class as `options`. */
  readonly options?: Readonly<Record<string, unknown>>;
}

/** '' leaves ccxt's own addresses. */
const OWN: Endpoints = { rest: '', wsPublic: '', wsPrivate: '', wsTrade: '' };

/** ccxt does not know the limit of orders; its own pace of requests holds besides. */
const RATE_LIMITS: RateLimits = {
  buckets: [
    {
      name: 'orders',
      scope: 'account',
      rule: { kind: 'sliding', windowMs: 1_000 },
      capacity: 10,
      weights: { place: 1 },
      source: 'https://docs.ccxt.com/#/?id=rate-limit',
    },
  ],
  banStops: 'rest',
};

/** The environments that `id` has with ccxt, and whether it wants a passphrase. */
export const ccxtEnvironments = ({ hasTestnet }: CcxtExchange): Readonly<Record<string, Endpoints>> =>
  hasTestnet ? { live: OWN, testnet: OWN } : { live: OWN };

/** Throws for an id that is not in the table; the configuration's check knows the same one. Nothing is loaded before the
 *  venue is used. */
export function ccxtVenue(id: string, { isTestnet = false, options = {} }: CcxtOptions = {}): VenueDescriptor {
  const exchange = CCXT_EXCHANGES.get(id);
  if (exchange === undefined) throw new RangeError(`ccxt trades no "${id}" here`);
  const base = (endpoints: Endpoints): CcxtWorkerData => ({
    venue: id,
    exchange: exchange.id,
    endpoints,
    isTestnet,
    options,
  });
  return {
    id,
    name: `${exchange.name} (ccxt)`,
    slow: true,
    environments: ccxtEnvironments(exchange),
    defaultFees: feesOf(exchange),
    needsPassphrase: exchange.needsPassphrase,
    orders: ORDER_TRAITS,
    rateLimits: RATE_LIMITS,
    // Many of its exchanges do, and ccxt does not say which.
    countsNonces: true,
    stream: ccxtStream(exchange.id),
    sockets: (endpoints, clock) => new CcxtSockets(base(endpoints), clock),
    loadListings: (endpoints) => loadListings(base(endpoints)),
    createGateway: (deps) =>
      new CcxtGateway({ ...base(deps.endpoints), credentials: deps.credentials, listings: deps.listings }, deps),
  };
}

function feesOf({ taker, maker, feeInQuote }: CcxtExchange): FeeRates {
  return { taker, maker, ...(feeInQuote ? { from: 'quote' as const } : {}) };
}

async function loadListings(data: CcxtWorkerData): Promise<readonly Listing[]> {
  const link = new Link(data, {});
  try {
    return await link.ask<readonly Listing[]>({ kind: 'listings' });
  } catch (thrown) {
    throw faultOf(data.venue, thrown, 'loading its markets');
  } finally {
    await link.end();
  }
}

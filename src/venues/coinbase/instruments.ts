/** Spot products of Coinbase Advanced Trade as listings.
 *  https://docs.cdp.coinbase.com/api-reference/advanced-trade-api/rest-api/public/list-public-products */

import { canonical, isDecimal, isZero } from '../../core/decimal-text.ts';
import { Fault } from '../../core/faults.ts';
import type { Listing } from '../../core/instrument.ts';
import { isObject, type Json, parseObject, textOf } from '../../core/json.ts';
import { listingsOf } from '../../core/listing-fields.ts';
import type { HttpPort } from '../../core/socket.ts';
import type { Endpoints, ListingOptions } from '../../core/venue.ts';

const PATH = '/api/v3/brokerage/market/products?product_type=SPOT';
const TIMEOUT_MS = 10_000;
/** Unless it is limited, the venue answers with all of its products at once; should it ever not, no more pages than this. */
const MOST_PAGES = 20;

export async function loadListings(
  endpoints: Endpoints,
  http: HttpPort,
  { onMalformed }: ListingOptions = {},
): Promise<readonly Listing[]> {
  const listings: Listing[] = [];
  let cursor = '';
  for (let page = 0; page < MOST_PAGES; page++) {
    const path = cursor === '' ? PATH : `${PATH}&cursor=${encodeURIComponent(cursor)}`;
    const body = await loadPage(endpoints.rest + path, http);
    listings.push(...listingsOf(body.products as readonly unknown[], toListing, onMalformed));
    const { pagination } = body;
    cursor = isObject(pagination) && pagination.has_next === true ? textOf(pagination, 'next_cursor') : '';
    if (cursor === '') break;
  }
  return listings;
}

async function loadPage(url: string, http: HttpPort): Promise<Json> {
  const reply = await http.request({ method: 'GET', url, timeoutMs: TIMEOUT_MS });
  const body = parseObject(reply.body.toString('utf8'));
  if (reply.status !== 200) {
    const said = body === undefined ? '' : ` ${textOf(body, 'error')} ${textOf(body, 'message')}`;
    throw new Fault('venue/refused', `coinbase: GET ${PATH} answered ${reply.status}${said}`, {
      url,
      status: reply.status,
    });
  }
  if (body === undefined || !Array.isArray(body.products)) {
    throw new Fault('venue/protocol', `coinbase: GET ${PATH} did not answer with a list of products`, { url });
  }
  return body;
}

/** States in which an order that takes what stands there is not let in. In `limit_only` it is. */
const CLOSED = ['is_disabled', 'trading_disabled', 'cancel_only', 'post_only', 'view_only', 'auction_mode'] as const;

/** One product; undefined when it is no spot product. Throws `venue/protocol` naming it when it is malformed. */
export function toListing(entry: unknown): Listing | undefined {
  if (!isObject(entry)) throw malformed('?', 'not an object');
  const symbol = textOf(entry, 'product_id');
  if (entry.product_type !== 'SPOT') return undefined;
  const base = textOf(entry, 'base_currency_id');
  const quote = textOf(entry, 'quote_currency_id');
  if (symbol === '' || base === '' || quote === '') throw malformed(symbol || '?', 'a name is missing');
  // `quote_increment` is the smallest amount of money, `price_increment` the tick; older lists have only the former.
  const tickKey = textOf(entry, 'price_increment') === '' ? 'quote_increment' : 'price_increment';
  return {
    venue: 'coinbase',
    instrument: `${base}-${quote}`,
    base,
    quote,
    symbol,
    trading: entry.status === 'online' && CLOSED.every((state) => entry[state] !== true),
    priceTick: positive(entry, tickKey, symbol),
    sizeLot: positive(entry, 'base_increment', symbol),
    minSize: positive(entry, 'base_min_size', symbol),
    ...(textOf(entry, 'base_max_size') === '' ? {} : { maxSize: positive(entry, 'base_max_size', symbol) }),
    ...(textOf(entry, 'quote_min_size') === '' ? {} : { minNotional: positive(entry, 'quote_min_size', symbol) }),
  };
}

function positive(entry: Json, key: string, symbol: string): string {
  const text = textOf(entry, key);
  if (!isDecimal(text) || isZero(text) || text.startsWith('-')) {
    throw malformed(symbol, `${key} "${text}" is not positive`);
  }
  return canonical(text);
}

const malformed = (symbol: string, what: string): Fault =>
  new Fault('venue/protocol', `coinbase: product ${symbol} is malformed: ${what}`, { symbol });

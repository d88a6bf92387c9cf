/** Spot instruments of Bybit as listings.
 *  https://bybit-exchange.github.io/docs/v5/market/instrument */
import { Fault } from '../../core/faults.ts';
import type { Listing } from '../../core/instrument.ts';
import { isObject, type Json, parseObject, textOf } from '../../core/json.ts';
import { listingsOf, positiveDecimal } from '../../core/listing-fields.ts';
import type { HttpPort } from '../../core/socket.ts';
import type { Endpoints, ListingOptions } from '../../core/venue.ts';

/** Spot comes whole, without pages. */
const PATH = '/v5/market/instruments-info?category=spot';
const TIMEOUT_MS = 10_000;

export async function loadListings(
  endpoints: Endpoints,
  http: HttpPort,
  { onMalformed }: ListingOptions = {},
): Promise<readonly Listing[]> {
  const url = endpoints.rest + PATH;
  const reply = await http.request({ method: 'GET', url, timeoutMs: TIMEOUT_MS });
  const body = parseObject(reply.body.toString('utf8'));
  if (reply.status !== 200 || (body !== undefined && body.retCode !== 0)) {
    const said = body === undefined ? '' : ` ${String(body.retCode)} ${textOf(body, 'retMsg')}`;
    throw new Fault('venue/refused', `bybit: GET ${PATH} answered ${reply.status}${said}`, {
      url,
      status: reply.status,
    });
  }
  const result = body !== undefined && isObject(body.result) ? body.result : undefined;
  if (result === undefined || result.category !== 'spot' || !Array.isArray(result.list)) {
    throw new Fault('venue/protocol', `bybit: GET ${PATH} did not answer with a list of instruments`, { url });
  }
  return listingsOf(result.list, toListing, onMalformed);
}

/** One entry of the list. Throws `venue/protocol` naming the instrument when it is malformed. */
export function toListing(entry: unknown): Listing {
  if (!isObject(entry)) throw malformed('?', 'not an object');
  const symbol = textOf(entry, 'symbol');
  const base = textOf(entry, 'baseCoin');
  const quote = textOf(entry, 'quoteCoin');
  if (symbol === '' || base === '' || quote === '') throw malformed(symbol || '?', 'a name is missing');
  const lots = objectOf(entry, 'lotSizeFilter', symbol);
  const sizeLot = positive(lots, 'basePrecision', symbol);
  // Lists of before 2025 have one greatest size for all kinds of orders.
  const maxKey = ['maxLimitOrderQty', 'maxOrderQty'].find((key) => textOf(lots, key) !== '');
  return {
    venue: 'bybit',
    instrument: `${base}-${quote}`,
    base,
    quote,
    symbol,
    trading: entry.status === 'Trading',
    priceTick: positive(objectOf(entry, 'priceFilter', symbol), 'tickSize', symbol),
    sizeLot,
    // Out of use ("check minOrderAmt instead"), but still in the list and never wrong to keep.
    minSize: textOf(lots, 'minOrderQty') === '' ? sizeLot : positive(lots, 'minOrderQty', symbol),
    ...(maxKey === undefined ? {} : { maxSize: positive(lots, maxKey, symbol) }),
    ...(textOf(lots, 'minOrderAmt') === '' ? {} : { minNotional: positive(lots, 'minOrderAmt', symbol) }),
  };
}

function objectOf(entry: Json, key: string, symbol: string): Json {
  const value = entry[key];
  if (!isObject(value)) throw malformed(symbol, `no ${key}`);
  return value;
}

const positive = (entry: Json, key: string, symbol: string): string =>
  positiveDecimal(textOf(entry, key), key, (what) => malformed(symbol, what));

const malformed = (symbol: string, what: string): Fault =>
  new Fault('venue/protocol', `bybit: instrument ${symbol} is malformed: ${what}`, { symbol });

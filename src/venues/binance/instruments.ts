/** What Binance spot lists: `exchangeInfo` → listings.
 *  Source: https://developers.binance.com/docs/binance-spot-api-docs/filters */
import { decimalsOf, formatDecimal, parseDecimal } from '../../core/decimal.ts';
import { Fault, messageOf } from '../../core/faults.ts';
import type { Listing } from '../../core/instrument.ts';
import { isObject, type Json } from '../../core/json.ts';
import { listingsOf } from '../../core/listing-fields.ts';
import type { HttpPort } from '../../core/socket.ts';
import type { Endpoints, ListingOptions } from '../../core/venue.ts';
import { readRestError } from './errors.ts';

export const VENUE = 'binance';

/** The permission sets would double the size of the body, which is several megabytes as it is. */
const PATH = '/api/v3/exchangeInfo?showPermissionSets=false';

/** All spot instruments. Rejects with `venue/unreachable`, `venue/refused` or `venue/protocol`. */
export async function loadListings(
  endpoints: Endpoints,
  http: HttpPort,
  { onMalformed }: ListingOptions = {},
): Promise<readonly Listing[]> {
  const reply = await http.request({ method: 'GET', url: endpoints.rest + PATH, timeoutMs: 30_000 });
  const text = reply.body.toString('utf8');
  if (reply.status !== 200) {
    const error = readRestError(reply.status, reply.headers, text, Date.now());
    throw new Fault('venue/refused', `binance refused exchangeInfo: ${error.message} (${error.code})`, { error });
  }
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (thrown) {
    throw new Fault('venue/protocol', `binance exchangeInfo is not JSON: ${messageOf(thrown)}`);
  }
  return readListings(body, onMalformed);
}

/** Reads the body of `exchangeInfo`, as far as it can be read; see `listingsOf`. */
export function readListings(body: unknown, onMalformed?: (fault: Fault) => void): readonly Listing[] {
  const symbols = isObject(body) ? body.symbols : undefined;
  if (!Array.isArray(symbols)) throw new Fault('venue/protocol', 'binance exchangeInfo has no list of symbols');
  return listingsOf(symbols.entries(), ([index, entry]) => readListing(entry, index), onMalformed);
}

function readListing(entry: unknown, index: number): Listing {
  const symbol = isObject(entry) && typeof entry.symbol === 'string' ? entry.symbol : `#${index}`;
  try {
    if (!isObject(entry)) throw new Error('it is not an object');
    const base = text(entry, 'baseAsset');
    const quote = text(entry, 'quoteAsset');
    const filters = readFilters(entry);
    const price = filter(filters, 'PRICE_FILTER');
    const lot = filter(filters, 'LOT_SIZE');
    // "Any of the rules can be disabled by setting the value to 0": then the asset's precision is the step.
    const sizeLot = step(lot, 'stepSize', entry.baseAssetPrecision);
    const minSize = canonical(lot, 'minQty');
    const maxSize = canonical(lot, 'maxQty');
    const notional = filters.get('NOTIONAL') ?? filters.get('MIN_NOTIONAL');
    const minNotional = notional === undefined ? '0' : canonical(notional, 'minNotional');
    return {
      venue: VENUE,
      instrument: `${base}-${quote}`,
      base,
      quote,
      symbol: text(entry, 'symbol'),
      trading: text(entry, 'status') === 'TRADING' && entry.isSpotTradingAllowed !== false,
      priceTick: step(price, 'tickSize', entry.quoteAssetPrecision ?? entry.quotePrecision),
      sizeLot,
      minSize: minSize === '0' ? sizeLot : minSize,
      ...(maxSize === '0' ? {} : { maxSize }),
      ...(minNotional === '0' ? {} : { minNotional }),
    };
  } catch (thrown) {
    throw new Fault('venue/protocol', `binance exchangeInfo: symbol ${symbol} cannot be read: ${messageOf(thrown)}`, {
      symbol,
    });
  }
}

function readFilters(entry: Json): ReadonlyMap<string, Json> {
  const filters = entry.filters;
  if (!Array.isArray(filters)) throw new Error('filters is not a list');
  const known = new Map<string, Json>();
  for (const each of filters) {
    if (isObject(each) && typeof each.filterType === 'string') known.set(each.filterType, each);
  }
  return known;
}

function filter(filters: ReadonlyMap<string, Json>, name: string): Json {
  const found = filters.get(name);
  if (found === undefined) throw new Error(`the filter ${name} is missing`);
  return found;
}

function text(entry: Json, key: string): string {
  const value = entry[key];
  if (typeof value !== 'string' || value === '') throw new Error(`${key} is not a text`);
  return value;
}

/** A decimal text without trailing zeros. */
function canonical(entry: Json, key: string): string {
  const value = text(entry, key);
  const scale = decimalsOf(value);
  const parsed = parseDecimal(value, scale);
  if (parsed < 0n) throw new Error(`${key} is negative`);
  return formatDecimal(parsed, scale);
}

function step(entry: Json, key: string, precision: unknown): string {
  const value = canonical(entry, key);
  if (value !== '0') return value;
  if (!Number.isInteger(precision) || (precision as number) < 0 || (precision as number) > 18) {
    throw new Error(`${key} is 0 and no precision replaces it`);
  }
  return formatDecimal(1n, precision as number);
}

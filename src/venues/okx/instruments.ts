/** Spot instruments of OKX as listings.
 *  https://www.okx.com/docs-v5/en/#public-data-rest-api-get-instruments */
import { Fault } from '../../core/faults.ts';
import type { Listing } from '../../core/instrument.ts';
import { isObject, type Json, parseObject, textOf } from '../../core/json.ts';
import { listingsOf, positiveDecimal } from '../../core/listing-fields.ts';
import type { HttpPort } from '../../core/socket.ts';
import type { Endpoints, ListingOptions } from '../../core/venue.ts';

const PATH = '/api/v5/public/instruments?instType=SPOT';
const TIMEOUT_MS = 10_000;

export async function loadListings(
  endpoints: Endpoints,
  http: HttpPort,
  { onMalformed }: ListingOptions = {},
): Promise<readonly Listing[]> {
  const url = endpoints.rest + PATH;
  const reply = await http.request({ method: 'GET', url, timeoutMs: TIMEOUT_MS });
  const body = parseObject(reply.body.toString('utf8'));
  if (reply.status !== 200 || (body !== undefined && body.code !== '0')) {
    const said = body === undefined ? '' : ` ${textOf(body, 'code')} ${textOf(body, 'msg')}`;
    throw new Fault('venue/refused', `okx: GET ${PATH} answered ${reply.status}${said}`, { url, status: reply.status });
  }
  if (body === undefined || !Array.isArray(body.data)) {
    throw new Fault('venue/protocol', `okx: GET ${PATH} did not answer with a list of instruments`, { url });
  }
  return listingsOf(body.data, toListing, onMalformed);
}

/** One entry of the list; undefined when it is no tradable spot instrument: another type, or not open yet, in which
 *  state the venue leaves sizes and ticks empty. Throws `venue/protocol` naming the instrument when it is malformed. */
export function toListing(entry: unknown): Listing | undefined {
  if (!isObject(entry)) throw malformed('?', 'not an object');
  const symbol = textOf(entry, 'instId');
  if (entry.instType !== 'SPOT') return undefined;
  const base = textOf(entry, 'baseCcy');
  const quote = textOf(entry, 'quoteCcy');
  if (symbol === '' || base === '' || quote === '') throw malformed(symbol || '?', 'a name is missing');
  const trading = entry.state === 'live';
  if (!trading && (textOf(entry, 'tickSz') === '' || textOf(entry, 'lotSz') === '')) return undefined;
  const maxSize = textOf(entry, 'maxLmtSz');
  const orderCode = orderCodeOf(entry, symbol);
  return {
    venue: 'okx',
    instrument: `${base}-${quote}`,
    base,
    quote,
    symbol,
    trading,
    priceTick: positive(entry, 'tickSz', symbol),
    sizeLot: positive(entry, 'lotSz', symbol),
    minSize: positive(entry, 'minSz', symbol),
    ...(maxSize === '' ? {} : { maxSize: positive(entry, 'maxLmtSz', symbol) }),
    ...(orderCode === undefined ? {} : { orderCode }),
  };
}

/** `instIdCode`, a number: since 2026-02-03 order entry over WebSocket takes it and no longer `instId`
 *  (https://www.okx.com/docs-v5/log_en/). Older lists do not have it; such instruments are traded over REST. */
function orderCodeOf(entry: Json, symbol: string): string | undefined {
  const code = entry.instIdCode;
  if (code === undefined || code === null || code === '') return undefined;
  if (typeof code === 'number' && Number.isSafeInteger(code) && code >= 0) return String(code);
  if (typeof code === 'string' && /^\d{1,15}$/.test(code)) return code;
  throw malformed(symbol, `instIdCode ${JSON.stringify(code)}`);
}

const positive = (entry: Json, key: string, symbol: string): string =>
  positiveDecimal(textOf(entry, key), key, (what) => malformed(symbol, what));

const malformed = (symbol: string, what: string): Fault =>
  new Fault('venue/protocol', `okx: instrument ${symbol} is malformed: ${what}`, { symbol });

/** Spot instruments of Bitget as listings. https://www.bitget.com/api-doc/spot/market/Get-Symbols */
import { decimalsOf, formatDecimal, parseDecimal } from '../../core/decimal.ts';
import { Fault, messageOf } from '../../core/faults.ts';
import type { Listing } from '../../core/instrument.ts';
import { isObject, type Json, parseObject, textOf } from '../../core/json.ts';
import { listingsOf } from '../../core/listing-fields.ts';
import type { HttpPort } from '../../core/socket.ts';
import type { Endpoints, ListingOptions } from '../../core/venue.ts';
import { type AssetList, flag, loadTransfers, namedEntries, openOnAny, withTransfers } from '../../net/transfers.ts';

const PATH = '/api/v2/spot/public/symbols';
const TIMEOUT_MS = 10_000;
/** The venue says its smallest order value in USDT, whatever the quote asset. */
const DOLLARS = /^USD/;

/** https://www.bitget.com/api-doc/spot/market/Get-Coin-List */
const assetList = ({ rest }: Endpoints): AssetList => ({
  url: `${rest}/api/v2/spot/public/coins`,
  entriesOf: (body) => namedEntries(isObject(body) ? body.data : undefined, 'coin'),
  read: ({ chains }) => openOnAny(chains, flag('rechargeable'), flag('withdrawable')),
});

export async function loadListings(
  endpoints: Endpoints,
  http: HttpPort,
  { transfers = false, onMalformed }: ListingOptions = {},
): Promise<readonly Listing[]> {
  const asked = transfers ? loadTransfers(http, assetList(endpoints)) : undefined;
  const url = endpoints.rest + PATH;
  const reply = await http.request({ method: 'GET', url, timeoutMs: TIMEOUT_MS });
  const body = parseObject(reply.body.toString('utf8'));
  if (reply.status !== 200 || (body !== undefined && body.code !== '00000')) {
    const said = body === undefined ? '' : ` ${textOf(body, 'code')} ${textOf(body, 'msg')}`;
    throw new Fault('venue/refused', `bitget: GET ${PATH} answered ${reply.status}${said}`, {
      url,
      status: reply.status,
    });
  }
  if (body === undefined || !Array.isArray(body.data)) {
    throw new Fault('venue/protocol', `bitget: GET ${PATH} did not answer with a list of symbols`, { url });
  }
  const listings = listingsOf(body.data, toListing, onMalformed);
  return asked === undefined ? listings : withTransfers(listings, await asked);
}

/** One entry of the list; undefined when it is not open and its numbers cannot be read. Throws `venue/protocol`, naming
 *  the symbol, when one that trades is malformed. */
export function toListing(entry: unknown): Listing | undefined {
  if (!isObject(entry)) throw malformed('?', 'not an object');
  // `gray`: for testers; `halt`: suspended; `offline`: gone.
  const trading = entry.status === 'online';
  try {
    return readListing(entry, trading);
  } catch (thrown) {
    if (!trading) return undefined;
    throw malformed(textOf(entry, 'symbol') || '?', messageOf(thrown));
  }
}

function readListing(entry: Json, trading: boolean): Listing {
  const symbol = named(entry, 'symbol');
  const base = named(entry, 'baseCoin');
  const quote = named(entry, 'quoteCoin');
  const sizeLot = step(entry, 'quantityPrecision');
  const minSize = amount(entry, 'minTradeAmount');
  const minNotional = amount(entry, 'minTradeUSDT');
  return {
    venue: 'bitget',
    instrument: `${base}-${quote}`,
    base,
    quote,
    symbol,
    trading,
    priceTick: step(entry, 'pricePrecision'),
    sizeLot,
    // "Obsolete": 0 nearly everywhere. `maxTradeAmount` is as well, and is no limit where it is not 0.
    minSize: minSize === '0' ? sizeLot : minSize,
    ...(minNotional === '0' || !DOLLARS.test(quote) ? {} : { minNotional }),
  };
}

function named(entry: Json, key: string): string {
  const text = textOf(entry, key);
  if (text === '') throw new Error(`${key} is missing`);
  return text;
}

/** A number of decimals as the step that it means. */
function step(entry: Json, key: string): string {
  const text = textOf(entry, key);
  if (!/^\d{1,2}$/.test(text) || Number(text) > 30) throw new Error(`${key} "${text}" is no number of decimals`);
  return formatDecimal(1n, Number(text));
}

/** A decimal text without trailing zeros; '0' where there is none. */
function amount(entry: Json, key: string): string {
  const text = textOf(entry, key) || '0';
  const scale = decimalsOf(text);
  const value = parseDecimal(text, scale);
  if (value < 0n) throw new Error(`${key} is negative`);
  return formatDecimal(value, scale);
}

const malformed = (symbol: string, what: string): Fault =>
  new Fault('venue/protocol', `bitget: symbol ${symbol} is malformed: ${what}`, { symbol });

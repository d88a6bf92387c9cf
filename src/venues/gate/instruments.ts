/** Spot pairs of Gate as listings.
 *  https://www.gate.com/docs/developers/apiv4/en/#query-all-supported-currency-pairs */
import { formatDecimal } from '../../core/decimal.ts';
import { canonical, isDecimal, isZero } from '../../core/decimal-text.ts';
import { Fault } from '../../core/faults.ts';
import type { Listing } from '../../core/instrument.ts';
import { isObject, type Json, parseJson, textOf } from '../../core/json.ts';
import { listingsOf } from '../../core/listing-fields.ts';
import type { HttpPort } from '../../core/socket.ts';
import type { Endpoints, ListingOptions } from '../../core/venue.ts';
import { type AssetList, loadTransfers, namedEntries, noFlag, openOnAny, withTransfers } from '../../net/transfers.ts';

const PATH = '/api/v4/spot/currency_pairs';
const TIMEOUT_MS = 15_000;
/** No pair has more; a precision beyond it is a mistake, not a grid. */
const MAX_PRECISION = 18;

/** Since 2025 with the state of each chain; the older flags beside them speak of one.
 *  https://www.gate.com/docs/developers/apiv4/en/#query-all-currency-information */
const assetList = ({ rest }: Endpoints): AssetList => ({
  url: `${rest}/api/v4/spot/currencies`,
  entriesOf: (body) => namedEntries(body, 'currency'),
  read: (entry) => openOnAny(entry.chains ?? [entry], noFlag('deposit_disabled'), noFlag('withdraw_disabled')),
});

export async function loadListings(
  endpoints: Endpoints,
  http: HttpPort,
  { transfers = false, onMalformed }: ListingOptions = {},
): Promise<readonly Listing[]> {
  const asked = transfers ? loadTransfers(http, assetList(endpoints)) : undefined;
  const url = endpoints.rest + PATH;
  const reply = await http.request({ method: 'GET', url, timeoutMs: TIMEOUT_MS });
  const body = parseJson(reply.body.toString('utf8'));
  if (reply.status !== 200) {
    const said = isObject(body) ? ` ${textOf(body, 'label')} ${textOf(body, 'message')}` : '';
    throw new Fault('venue/refused', `gate: GET ${PATH} answered ${reply.status}${said}`, {
      url,
      status: reply.status,
    });
  }
  if (!Array.isArray(body)) {
    throw new Fault('venue/protocol', `gate: GET ${PATH} did not answer with a list of pairs`, { url });
  }
  const listings = listingsOf(body, toListing, onMalformed);
  return asked === undefined ? listings : withTransfers(listings, await asked);
}

/** One entry of the list. Throws `venue/protocol`, naming the pair, when it is malformed. `fee` is left out: it says 0.2
 *  percent for every pair, which nobody pays any more. */
export function toListing(entry: unknown): Listing {
  if (!isObject(entry)) throw malformed('?', 'not an object');
  const symbol = textOf(entry, 'id');
  const base = textOf(entry, 'base');
  const quote = textOf(entry, 'quote');
  if (symbol === '' || base === '' || quote === '') throw malformed(symbol || '?', 'a name is missing');
  const sizeLot = step(entry, 'amount_precision', symbol);
  const maxSize = amount(entry, 'max_base_amount', symbol);
  const minNotional = amount(entry, 'min_quote_amount', symbol);
  return {
    venue: 'gate',
    instrument: `${base}-${quote}`,
    base,
    quote,
    symbol,
    // Pairs may also be `buyable` or `sellable` alone: no leg could be turned back there.
    trading: entry.trade_status === 'tradable',
    priceTick: step(entry, 'precision', symbol),
    sizeLot,
    minSize: amount(entry, 'min_base_amount', symbol) ?? sizeLot,
    ...(maxSize === undefined ? {} : { maxSize }),
    ...(minNotional === undefined ? {} : { minNotional }),
  };
}

/** The venue gives steps as numbers of decimals. */
function step(entry: Json, key: string, symbol: string): string {
  const precision = entry[key];
  if (typeof precision !== 'number' || !Number.isInteger(precision) || precision < 0 || precision > MAX_PRECISION) {
    throw malformed(symbol, `${key} ${JSON.stringify(precision)}`);
  }
  return formatDecimal(1n, precision);
}

/** Undefined where the pair has no such limit: absent, or zero. */
function amount(entry: Json, key: string, symbol: string): string | undefined {
  const text = entry[key];
  if (text === undefined || text === null || text === '') return undefined;
  if (typeof text !== 'string' || !isDecimal(text) || text.startsWith('-')) {
    throw malformed(symbol, `${key} ${JSON.stringify(text)}`);
  }
  return isZero(text) ? undefined : canonical(text);
}

const malformed = (symbol: string, what: string): Fault =>
  new Fault('venue/protocol', `gate: pair ${symbol} is malformed: ${what}`, { symbol });

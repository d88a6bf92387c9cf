/** Spot instruments of KuCoin as listings.
 *  https://www.kucoin.com/docs-new/rest/spot-trading/market-data/get-all-symbols */
import { canonical, isDecimal, isZero } from '../../core/decimal-text.ts';
import { Fault } from '../../core/faults.ts';
import type { Listing } from '../../core/instrument.ts';
import { isObject, type Json, parseObject, textOf } from '../../core/json.ts';
import { listingsOf } from '../../core/listing-fields.ts';
import type { HttpPort } from '../../core/socket.ts';
import type { Endpoints, ListingOptions } from '../../core/venue.ts';
import { type AssetList, flag, loadTransfers, namedEntries, openOnAny, withTransfers } from '../../net/transfers.ts';

const PATH = '/api/v2/symbols';
const TIMEOUT_MS = 10_000;

/** https://www.kucoin.com/docs-new/rest/spot-trading/market-data/get-all-currencies */
const assetList = ({ rest }: Endpoints): AssetList => ({
  url: `${rest}/api/v3/currencies`,
  entriesOf: (body) => namedEntries(isObject(body) ? body.data : undefined, 'currency'),
  read: ({ chains }) => openOnAny(chains, flag('isDepositEnabled'), flag('isWithdrawEnabled')),
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
  if (reply.status !== 200 || (body !== undefined && body.code !== '200000')) {
    const said = body === undefined ? '' : ` ${textOf(body, 'code')} ${textOf(body, 'msg')}`;
    const details = { url, status: reply.status };
    throw new Fault('venue/refused', `kucoin: GET ${PATH} answered ${reply.status}${said}`, details);
  }
  if (body === undefined || !Array.isArray(body.data)) {
    throw new Fault('venue/protocol', `kucoin: GET ${PATH} did not answer with a list of instruments`, { url });
  }
  const listings = listingsOf(body.data, toListing, onMalformed);
  return asked === undefined ? listings : withTransfers(listings, await asked);
}

/** One entry of the list. Throws `venue/protocol` naming the instrument when it is malformed.
 *  `symbol` stays when a coin is renamed (BCHSV-USDT trades BSV); the currencies are today's names, and make the
 *  canonical id. */
export function toListing(entry: unknown): Listing {
  if (!isObject(entry)) throw malformed('?', 'not an object');
  const symbol = textOf(entry, 'symbol');
  const base = textOf(entry, 'baseCurrency');
  const quote = textOf(entry, 'quoteCurrency');
  if (symbol === '' || base === '' || quote === '') throw malformed(symbol || '?', 'a name is missing');
  // Null or absent where the instrument has no such limit; lists of 2021 do not know it.
  const hasMinFunds = textOf(entry, 'minFunds') !== '';
  return {
    venue: 'kucoin',
    instrument: `${base}-${quote}`,
    base,
    quote,
    symbol,
    trading: entry.enableTrading === true,
    priceTick: positive(entry, 'priceIncrement', symbol),
    sizeLot: positive(entry, 'baseIncrement', symbol),
    minSize: positive(entry, 'baseMinSize', symbol),
    maxSize: positive(entry, 'baseMaxSize', symbol),
    ...(hasMinFunds ? { minNotional: positive(entry, 'minFunds', symbol) } : {}),
  };
}

function positive(entry: Json, key: string, symbol: string): string {
  const text = textOf(entry, key);
  if (isDecimal(text) && !text.startsWith('-') && !isZero(text)) return canonical(text);
  throw malformed(symbol, `${key} "${text}" is not a positive number`);
}

const malformed = (symbol: string, what: string): Fault =>
  new Fault('venue/protocol', `kucoin: instrument ${symbol} is malformed: ${what}`, { symbol });

/** Spot pairs of Kraken as listings.
 *  https://docs.kraken.com/api/docs/rest-api/get-tradable-asset-pairs */
import { formatDecimal } from '../../core/decimal.ts';
import { Fault } from '../../core/faults.ts';
import type { Listing, Transfers } from '../../core/instrument.ts';
import { isObject, type Json, parseNumberTexts, textOf } from '../../core/json.ts';
import { listingsOf, positiveDecimal } from '../../core/listing-fields.ts';
import type { HttpPort } from '../../core/socket.ts';
import type { Endpoints, ListingOptions } from '../../core/venue.ts';
import { type AssetList, loadTransfers, withTransfers } from '../../net/transfers.ts';
import { Names, pairNames } from './names.ts';
import { USER_AGENT } from './sign.ts';

const PATH = '/0/public/AssetPairs';
const TIMEOUT_MS = 10_000;

const STATES: ReadonlyMap<string, Transfers> = new Map([
  ['enabled', { deposit: true, withdraw: true }],
  ['deposit_only', { deposit: true, withdraw: false }],
  ['withdrawal_only', { deposit: false, withdraw: true }],
  ['funding_temporarily_disabled', { deposit: false, withdraw: false }],
]);

/** https://docs.kraken.com/api/docs/rest-api/get-asset-info */
const assetList = ({ rest }: Endpoints): AssetList => ({
  url: `${rest}/0/public/Assets`,
  headers: { 'User-Agent': USER_AGENT },
  entriesOf: (body) =>
    Object.entries(isObject(body) && isObject(body.result) ? body.result : {}).flatMap(([id, entry]) =>
      isObject(entry) ? [[id, entry] as const] : [],
    ),
  read: (entry) => STATES.get(textOf(entry, 'status')),
});

export async function loadListings(
  endpoints: Endpoints,
  http: HttpPort,
  { transfers = false, onMalformed }: ListingOptions = {},
): Promise<readonly Listing[]> {
  const asked = transfers ? loadTransfers(http, assetList(endpoints)) : undefined;
  const entries = await loadPairs(endpoints, http);
  const listings = listingsOf(entries, ([id, entry]) => toListing(id, entry), onMalformed);
  if (asked === undefined) return listings;
  const names = namesOf(entries);
  return withTransfers(listings, await asked, ({ orderCode = '' }) => names.pair(orderCode)?.baseId ?? '');
}

export async function loadNames(endpoints: Endpoints, http: HttpPort): Promise<Names> {
  return namesOf(await loadPairs(endpoints, http));
}

export const namesOf = (entries: readonly (readonly [id: string, entry: unknown])[]): Names =>
  new Names(entries.flatMap(([id, entry]) => (isObject(entry) ? (pairNames(id, entry) ?? []) : [])));

async function loadPairs(endpoints: Endpoints, http: HttpPort): Promise<[id: string, entry: unknown][]> {
  const url = endpoints.rest + PATH;
  const reply = await http.request({
    method: 'GET',
    url,
    headers: { 'User-Agent': USER_AGENT },
    timeoutMs: TIMEOUT_MS,
  });
  const body = parseNumberTexts(reply.body.toString('utf8'));
  const errors = isObject(body) && Array.isArray(body.error) ? body.error : [];
  if (reply.status !== 200 || errors.length > 0) {
    throw new Fault('venue/refused', `kraken: GET ${PATH} answered ${reply.status} ${errors.join(', ')}`.trimEnd(), {
      url,
      status: reply.status,
    });
  }
  if (!isObject(body) || !isObject(body.result)) {
    throw new Fault('venue/protocol', `kraken: GET ${PATH} did not answer with pairs`, { url });
  }
  return Object.entries(body.result);
}

/** One entry of the list, its numbers as texts; undefined when it is none of ours: no socket carries it (dark pools), its
 *  base is a tokenized stock (of another asset class in every request), or another exchange executes it. Throws
 *  `venue/protocol` naming the pair when it is malformed. */
export function toListing(id: string, entry: unknown): Listing | undefined {
  if (!isObject(entry)) throw malformed(id, 'not an object');
  const names = pairNames(id, entry);
  if (names === undefined || !isOurs(entry)) return undefined;
  const sizeLot = oneAt(entry, 'lot_decimals', id);
  const { tick_size: tick, ordermin, costmin, status } = entry;
  return {
    venue: 'kraken',
    instrument: `${names.base}-${names.quote}`,
    base: names.base,
    quote: names.quote,
    symbol: names.symbol,
    // A minority of the live entries has no status, and those trade.
    trading: status === undefined || status === 'online',
    priceTick: tick === undefined ? oneAt(entry, 'pair_decimals', id) : positive(tick, 'tick_size', id),
    sizeLot,
    minSize: ordermin === undefined ? sizeLot : positive(ordermin, 'ordermin', id),
    ...(costmin === undefined ? {} : { minNotional: positive(costmin, 'costmin', id) }),
    orderCode: names.id,
  };
}

const isOurs = ({ aclass_base: base, execution_venue: at }: Json): boolean =>
  (base === undefined || base === 'currency') && (at === undefined || at === 'international');

/** 10^-n, n being the number under `key`. */
function oneAt(entry: Json, key: string, id: string): string {
  const decimals = entry[key];
  if (typeof decimals !== 'string' || !/^\d{1,2}$/.test(decimals)) throw malformed(id, `${key} is not a count`);
  return formatDecimal(1n, Number(decimals));
}

const positive = (value: unknown, key: string, id: string): string =>
  positiveDecimal(String(value), key, (what) => malformed(id, what));

const malformed = (id: string, what: string): Fault =>
  new Fault('venue/protocol', `kraken: pair ${id} is malformed: ${what}`, { id });

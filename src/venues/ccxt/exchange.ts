/** One object of a ccxt class, configured and pointed where it belongs. Thread: the ccxt worker; the only file that loads
 *  ccxt, and of ccxt only the one class: 130 ms and 25 MB instead of 450 ms and 80 MB. */
import type { Exchange, Market } from 'ccxt';
import { replaceOrigins } from './addresses.ts';
import { CCXT_EXCEPTIONS } from './exceptions.ts';
import type { CcxtWorkerData } from './protocol.ts';

type ExchangeClass = new (options: object) => Exchange;

/** ccxt exports its classes all together only; a file can be had by its address. */
export async function loadClass(exchange: string): Promise<ExchangeClass> {
  const whole = import.meta.resolve('ccxt');
  const { default: found } = (await import(new URL(`./src/pro/${exchange}.js`, whole).href)) as {
    default: ExchangeClass;
  };
  return found;
}

/** `numbers`: `text` makes ccxt give the venue's own digits wherever it has them (its option `number: String`); books
 *  need `double`, since ccxt tells an emptied level by the number 0. */
export async function createExchange(data: CcxtWorkerData, numbers: 'text' | 'double'): Promise<Exchange> {
  const Class = await loadClass(data.exchange);
  const options = { defaultType: 'spot', ...CCXT_EXCEPTIONS[data.exchange]?.options, ...data.options };
  const exchange = new Class({ options });
  // Networks and withdrawals are of no use here; on some venues they are asked for with a key.
  exchange.has.fetchCurrencies = false;
  if (data.isTestnet) exchange.setSandboxMode(true);
  if (data.credentials !== undefined) setKeys(exchange, data.credentials);
  if (numbers === 'text') exchange.number = String as never;
  onlySpot(exchange, data.options);
  const api = replaceOrigins(exchange.urls.api, data.endpoints);
  exchange.urls = { ...exchange.urls, api } as typeof exchange.urls;
  // ccxt wants to be asked once before it opens a socket that is not encrypted; there is no proxy.
  if (JSON.stringify(api).includes('"ws://')) await exchange.loadHttpProxyAgent();
  return exchange;
}

/** Wallet exchanges have an address and a private key instead of a key and a secret; some others a user id besides. */
function setKeys(exchange: Exchange, { apiKey, secret, passphrase = '' }: NonNullable<CcxtWorkerData['credentials']>) {
  const { walletAddress, privateKey, uid, password } = exchange.requiredCredentials as Record<string, boolean>;
  exchange.apiKey = apiKey;
  exchange.secret = secret;
  if (password === true || uid !== true) exchange.password = passphrase;
  if (uid === true) exchange.uid = passphrase;
  if (walletAddress === true) exchange.walletAddress = apiKey;
  if (privateKey === true) exchange.privateKey = secret;
}

/** Lists of derivatives only cost requests. Where a class has no such option it stays as it is. */
function onlySpot(exchange: Exchange, options: Readonly<Record<string, unknown>>): void {
  const own = exchange.options as Record<string, unknown>;
  const { fetchMarkets } = own;
  if (options.fetchMarkets !== undefined || typeof fetchMarkets !== 'object' || fetchMarkets === null) return;
  const { types } = fetchMarkets as { types?: unknown };
  if (Array.isArray(types)) own.fetchMarkets = { ...fetchMarkets, types: ['spot'] };
}

/** The spot market that the venue calls `symbol`. */
export function marketOf(exchange: Exchange, symbol: string): Market {
  const found = (exchange.markets_by_id as Record<string, Market[]> | undefined)?.[symbol];
  const market = found?.find((each) => each?.spot === true);
  if (market === undefined) throw new RangeError(`no spot market ${symbol}`);
  return market;
}

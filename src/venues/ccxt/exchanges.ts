/** What has to be known of ccxt's exchanges before ccxt is loaded, since nothing may load it until one of them is
 *  configured: a table of ccxt 4.5.84, which a test compares with ccxt itself. Pure data. */

export interface CcxtExchange {
  readonly id: string;
  readonly name: string;
  /** ccxt's own idea of an ordinary account's rates; "0.005" where it has none, on the safe side. */
  readonly taker: string;
  readonly maker: string;
  /** A `password` or `uid` besides key and secret. */
  readonly needsPassphrase: boolean;
  readonly hasTestnet: boolean;
  /** ccxt's `fetchOrder` takes a client id, by its source: then "no such order" is an answer about that id. */
  readonly findsByClientId: boolean;
  readonly feeInQuote: boolean;
}

/** Of the version that package.json pins. */
export const TABLE_OF = '4.5.84';

/** id | name | taker | maker | flags. */
const TABLE = `
  alpaca | Alpaca | 0.0025 | 0.0015 | testnet
  aster | Aster | 0.00035 | 0.0001 | by-client-id
  backpack | Backpack | - | - |
  bequant | Bequant | 0.0009 | 0.0009 | testnet
  binance | Binance | 0.001 | 0.001 | testnet by-client-id
  binanceus | Binance US | 0.001 | 0.001 | testnet by-client-id
  bingx | BingX | - | - | testnet
  bitget | Bitget | - | - | passphrase by-client-id
  bitrue | Bitrue | 0.00098 | 0.00098 | by-client-id
  bitstamp | Bitstamp | 0.004 | 0.004 | by-client-id
  bittrade | BitTrade | 0.002 | 0.002 |
  bitvavo | Bitvavo | 0.0025 | 0.002 | by-client-id
  blockchaincom | Blockchain.com | - | - | testnet
  bullish | Bullish | 0.001 | 0.001 | testnet
  bybit | Bybit | 0.00075 | 0.0001 | testnet
  bybiteu | Bybit EU | 0.00075 | 0.0001 | testnet
  bybitid | Bybit Indonesia | 0.00075 | 0.0001 | testnet
  cex | CEX.IO | - | - |
  coinbase | Coinbase Advanced | 0.012 | 0.006 | fee-in-quote
  coinbaseexchange | Coinbase Exchange | 0.006 | 0.004 | passphrase testnet by-client-id
  coinbaseinternational | Coinbase International | 0.004 | 0.002 | passphrase testnet
  coincheck | Coincheck | 0 | 0 |
  coinex | CoinEx | 0.001 | 0.001 |
  coinone | CoinOne | 0.002 | 0.002 |
  cryptocom | Crypto.com | 0.005 | 0.0025 | testnet
  deepcoin | DeepCoin | 0.0015 | 0.001 | passphrase
  deribit | Deribit | - | - | testnet
  derive | Derive | - | - | testnet
  gate | Gate | 0.002 | 0.002 | testnet
  gateeu | Gate EU | 0.002 | 0.002 | testnet
  gemini | Gemini | 0.004 | 0.002 | testnet
  hashkey | HashKey Global | - | - | testnet by-client-id
  hitbtc | HitBTC | 0.0009 | 0.0009 | testnet
  hollaex | HollaEx | 0.001 | 0.001 | testnet
  htx | HTX | 0.002 | 0.002 | by-client-id
  hyperliquid | Hyperliquid | - | - | testnet
  independentreserve | Independent Reserve | 0.005 | 0.005 |
  kraken | Kraken | 0.0026 | 0.0016 | fee-in-quote
  kucoin | KuCoin | 0.001 | 0.001 | passphrase fee-in-quote
  lbank | LBank | 0.001 | 0.001 |
  lighter | Lighter | - | - | testnet
  luno | Luno | 0.006 | 0.004 |
  mexc | MEXC Global | 0.002 | 0.002 | by-client-id
  myokx | MyOKX (EEA) | 0.0015 | 0.001 | passphrase testnet by-client-id
  nado | Nado | 0.00035 | 0.0001 | testnet
  okx | OKX | 0.0015 | 0.001 | passphrase testnet by-client-id
  okxus | OKX (US) | 0.0015 | 0.001 | passphrase testnet by-client-id
  onetrading | One Trading | 0.0015 | 0.001 |
  p2b | p2b | - | - |
  pacifica | Pacifica | - | - | testnet
  phemex | Phemex | 0.001 | 0.001 | testnet by-client-id
  poloniex | Poloniex | 0.0009 | 0.0009 | testnet
  toobit | Toobit | - | - |
  upbit | Upbit | 0.0025 | 0.0025 |
  weex | Weex | 0.1 | 0.1 | passphrase testnet by-client-id
  whitebit | WhiteBit | 0.001 | 0.001 |
  woo | WOO X | 0.0005 | 0.0002 | passphrase testnet by-client-id
  xt | XT | - | - |
`;

/** Exchanges of ccxt.pro that cannot be traded here, and why. */
export const CCXT_UNFIT: Readonly<Record<string, string>> = {
  apex: 'it has no spot markets',
  binancecoinm: 'it has no spot markets',
  binanceusdm: 'it has no spot markets',
  bitfinex: 'its prices have significant digits instead of ticks',
  bithumb: 'its prices have significant digits instead of ticks',
  bitopro: 'it wants login',
  blofin: 'it has no spot markets',
  bydfi: 'it has no spot markets',
  dydx: 'it has no spot markets',
  extended: 'it has no spot markets',
  grvt: 'it has no spot markets',
  krakenfutures: 'it has no spot markets',
  kucoinfutures: 'it has no spot markets',
  modetrade: 'it has no spot markets',
  mudrex: 'no stream of books',
  ndax: 'it wants login',
  paradex: 'it has no spot markets',
  woofipro: 'it has no spot markets',
};

/** Ids that ccxt has given up, as they still stand in configurations. */
export const CCXT_FORMER_IDS: Readonly<Record<string, string>> = { gateio: 'gate', huobi: 'htx', okex: 'okx' };

const UNKNOWN_RATE = '0.005';
const rateOf = (text: string | undefined): string => (text === undefined || text === '-' ? UNKNOWN_RATE : text);

function read(line: string): CcxtExchange {
  const [id = '', name = '', taker, maker, flags = ''] = line.split('|').map((part) => part.trim());
  const has = (flag: string): boolean => flags.split(' ').includes(flag);
  return {
    id,
    name,
    taker: rateOf(taker),
    maker: rateOf(maker),
    needsPassphrase: has('passphrase'),
    hasTestnet: has('testnet'),
    findsByClientId: has('by-client-id'),
    feeInQuote: has('fee-in-quote'),
  };
}

const lines = TABLE.split('\n').filter((line) => line.includes('|'));

/** By the id that a configuration may say, former ids among them. */
export const CCXT_EXCHANGES: ReadonlyMap<string, CcxtExchange> = new Map([
  ...lines.map(read).map((exchange): [string, CcxtExchange] => [exchange.id, exchange]),
  ...Object.entries(CCXT_FORMER_IDS).flatMap(([former, id]): [string, CcxtExchange][] => {
    const line = lines.find((text) => text.trim().startsWith(`${id} |`));
    return line === undefined ? [] : [[former, read(line)]];
  }),
]);

/** What KuCoin lists: the five instruments, and how it writes symbols and currencies.
 *  Source: https://www.kucoin.com/docs-new/rest/spot-trading/market-data/get-all-symbols and …/get-all-currencies.
 *  BTC and ETH as documented and recorded (2021 to 2026), XRP as recorded in 2021 with the price as recorded in 2022,
 *  DOGE's price as documented; sizes of DOGE and both grids of SOL stand on no recording. */
import type { InstrumentSpec, SimInstrument } from '../../port.ts';

export const QUOTE_INCREMENT = '0.000001';
/** Most that one market order may spend or fetch. */
export const MAX_FUNDS = '99999999';
const MIN_FUNDS = '0.1';
const MAX_SIZE = '10000000000';

export const INSTRUMENTS: readonly InstrumentSpec[] = [
  { id: 'BTC-USDT', tick: '0.1', lot: '0.00000001', minSize: '0.00001' },
  { id: 'ETH-USDT', tick: '0.01', lot: '0.0000001', minSize: '0.0001' },
  { id: 'SOL-USDT', tick: '0.01', lot: '0.0001', minSize: '0.01' },
  { id: 'XRP-USDT', tick: '0.00001', lot: '0.0001', minSize: '0.1' },
  { id: 'DOGE-USDT', tick: '0.00001', lot: '0.0001', minSize: '1' },
].map((spec) => ({ ...spec, symbol: spec.id, maxSize: MAX_SIZE, minNotional: MIN_FUNDS }));

/** A row of `GET /api/v2/symbols`. */
export function symbolRow({ symbol, base, quote, spec }: SimInstrument): object {
  return {
    symbol,
    name: symbol,
    baseCurrency: base,
    quoteCurrency: quote,
    feeCurrency: quote,
    market: 'USDS',
    baseMinSize: spec.minSize,
    quoteMinSize: spec.minNotional,
    baseMaxSize: spec.maxSize,
    quoteMaxSize: MAX_FUNDS,
    baseIncrement: spec.lot,
    quoteIncrement: QUOTE_INCREMENT,
    priceIncrement: spec.tick,
    priceLimitRate: '0.1',
    minFunds: spec.minNotional,
    isMarginEnabled: true,
    enableTrading: true,
    feeCategory: 1,
    makerFeeCoefficient: '1.00',
    takerFeeCoefficient: '1.00',
    st: false,
    callauctionIsEnabled: false,
    callauctionPriceFloor: null,
    callauctionPriceCeiling: null,
    callauctionFirstStageStartTime: null,
    callauctionSecondStageStartTime: null,
    callauctionThirdStageStartTime: null,
    tradingStartTime: null,
  };
}

const CHAINS: Readonly<Record<string, readonly [fullName: string, chain: string, chainId: string]>> = {
  BTC: ['Bitcoin', 'BTC', 'btc'],
  ETH: ['Ethereum', 'ERC20', 'eth'],
  SOL: ['Solana', 'SOL', 'sol'],
  XRP: ['XRP', 'XRP', 'xrp'],
  DOGE: ['Dogecoin', 'DOGE', 'doge'],
  USDT: ['Tether', 'ERC20', 'eth'],
};

/** A row of `GET /api/v3/currencies`. Deposits and withdrawals are not simulated: every chain is closed. */
export function currencyRow(currency: string): object {
  const [fullName, chainName, chainId] = CHAINS[currency] ?? [currency, currency, currency.toLowerCase()];
  return {
    currency,
    name: currency,
    fullName,
    precision: 8,
    confirms: null,
    contractAddress: null,
    isMarginEnabled: true,
    isDebitEnabled: true,
    chains: [
      {
        chainName,
        withdrawalMinSize: '0.001',
        depositMinSize: '0.0002',
        withdrawFeeRate: '0',
        withdrawalMinFee: '0.0005',
        isWithdrawEnabled: false,
        isDepositEnabled: false,
        confirms: 3,
        preConfirms: 1,
        contractAddress: '',
        withdrawPrecision: 8,
        maxWithdraw: null,
        maxDeposit: null,
        needTag: false,
        chainId,
      },
    ],
  };
}

/** Every currency of the instruments, each once. */
export const currenciesOf = (instruments: readonly SimInstrument[]): readonly string[] => [
  ...new Set(instruments.flatMap(({ base, quote }) => [base, quote])),
];

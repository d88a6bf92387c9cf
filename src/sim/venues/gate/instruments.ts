/** What Gate lists, as its `GET /spot/currency_pairs` shows it: amounts and prices are given as counts of decimals.
 *  BTC and ETH as recorded in September 2026; the decimals of SOL and XRP from recorded frames of that year, those of
 *  DOGE and the limits of all three in the style of the others, because no newer listing of them is at hand.
 *  Source: https://www.gate.com/docs/developers/apiv4/en/#query-all-supported-currency-pairs. */
import { amountText } from '../../amounts.ts';
import { assetName } from '../../asset-names.ts';
import type { InstrumentSpec, SimInstrument } from '../../port.ts';

export const INSTRUMENTS: readonly InstrumentSpec[] = [
  { id: 'BTC-USDT', tick: '0.1', lot: '0.000001', minSize: '0.000001', maxSize: '100', maxMarketSize: '65' },
  { id: 'ETH-USDT', tick: '0.01', lot: '0.0001', minSize: '0.001', maxSize: '1000', maxMarketSize: '2096' },
  { id: 'SOL-USDT', tick: '0.01', lot: '0.001', minSize: '0.001', maxSize: '50000', maxMarketSize: '30000' },
  { id: 'XRP-USDT', tick: '0.001', lot: '0.001', minSize: '0.001', maxSize: '3000000', maxMarketSize: '2000000' },
  { id: 'DOGE-USDT', tick: '0.00001', lot: '0.01', minSize: '0.01', maxSize: '30000000', maxMarketSize: '20000000' },
].map((spec) => ({ ...spec, symbol: spec.id.replace('-', '_'), minNotional: '3', maxNotional: '5000000' }));

/** Largest quote amount of a market order. */
export const MARKET_MAX_MONEY = '5000000';

/** A row of `GET /spot/currency_pairs`. `fee` is a percentage, has been deprecated since 2025 and still says 0.2, more
 *  than anyone pays; `GET /wallet/fee` has the rates. */
export const pairRow = ({ symbol, base, quote, spec, sizeDecimals, priceDecimals }: SimInstrument): object => ({
  id: symbol,
  base,
  base_name: assetName(base),
  quote,
  quote_name: assetName(quote),
  trade_quotes: [],
  fee: '0.2',
  min_base_amount: spec.minSize,
  min_quote_amount: spec.minNotional ?? '0',
  max_base_amount: spec.maxSize,
  max_quote_amount: spec.maxNotional ?? '0',
  amount_precision: sizeDecimals,
  precision: priceDecimals,
  trade_status: 'tradable',
  sell_start: 0,
  buy_start: 0,
  type: 'normal',
  trade_url: `https://www.gate.com/trade/${symbol}`,
  st_tag: false,
  up_rate: '0.08',
  down_rate: '0.08',
  slippage: '0.03',
  market_order_max_stock: spec.maxMarketSize ?? spec.maxSize,
  market_order_max_money: MARKET_MAX_MONEY,
});

/** A row of `GET /spot/currencies`. Deposits and withdrawals are not simulated: they are closed. */
export const currencyRow = (asset: string): object => ({
  currency: asset,
  name: assetName(asset),
  delisted: false,
  withdraw_disabled: true,
  withdraw_delayed: false,
  deposit_disabled: true,
  trade_disabled: false,
  chain: asset === 'USDT' ? 'ETH' : asset,
  chains: [
    {
      name: asset === 'USDT' ? 'ETH' : asset,
      addr: '',
      withdraw_disabled: true,
      withdraw_delayed: false,
      deposit_disabled: true,
    },
  ],
});

/** Every asset of the listed pairs, once. */
export const assetsOf = (instruments: readonly SimInstrument[]): readonly string[] => [
  ...new Set(instruments.flatMap(({ base, quote }) => [base, quote])),
];

/** The least value of an order, as the refusal names it. */
export const minNotionalText = (instrument: SimInstrument): string => amountText(instrument.minNotional);

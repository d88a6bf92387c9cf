/** The spot pairs that the simulated Bybit lists, with the venue's own ticks, lots and limits. SOL, XRP and DOGE stand as
 *  recorded in August 2026; BTC as in https://bybit-exchange.github.io/docs/v5/market/instrument; ETH as that page's
 *  fields are filled for it in 2026. A limit order is bounded by `maxLimitOrderQty` and `maxOrderAmt`, a market order by
 *  `maxMarketOrderQty`. The daily price limits (`riskParameters`) are told, and not enforced. */
import type { InstrumentSpec, SimInstrument } from '../../port.ts';

/** What the core does not ask for and the listing tells. */
export interface ListingDetail {
  readonly symbolId: number;
  readonly quotePrecision: string;
  readonly postOnlyMaxSize: string;
}

const LISTED: readonly (Omit<InstrumentSpec, 'symbol'> & ListingDetail)[] = [
  {
    id: 'BTC-USDT',
    symbolId: 9,
    tick: '0.1',
    lot: '0.000001',
    quotePrecision: '0.0000001',
    minSize: '0.000011',
    maxSize: '83',
    maxMarketSize: '41.5',
    minNotional: '5',
    maxNotional: '8000000',
    postOnlyMaxSize: '60000',
  },
  {
    id: 'ETH-USDT',
    symbolId: 10,
    tick: '0.01',
    lot: '0.00001',
    quotePrecision: '0.0000001',
    minSize: '0.00001',
    maxSize: '8118',
    maxMarketSize: '2706',
    minNotional: '5',
    maxNotional: '7000000',
    postOnlyMaxSize: '40590',
  },
  {
    id: 'SOL-USDT',
    symbolId: 42,
    tick: '0.01',
    lot: '0.0001',
    quotePrecision: '0.000001',
    minSize: '0.0001',
    maxSize: '26000',
    maxMarketSize: '13000',
    minNotional: '5',
    maxNotional: '5000000',
    postOnlyMaxSize: '130000',
  },
  {
    id: 'XRP-USDT',
    symbolId: 11,
    tick: '0.0001',
    lot: '0.01',
    quotePrecision: '0.000001',
    minSize: '0.01',
    maxSize: '1200000',
    maxMarketSize: '620000',
    minNotional: '5',
    maxNotional: '4000000',
    postOnlyMaxSize: '6000000',
  },
  {
    id: 'DOGE-USDT',
    symbolId: 18,
    tick: '0.00001',
    lot: '0.1',
    quotePrecision: '0.000001',
    minSize: '0.1',
    maxSize: '14000000',
    maxMarketSize: '6800000',
    minNotional: '5',
    maxNotional: '4000000',
    postOnlyMaxSize: '70000000',
  },
];

export const INSTRUMENTS: readonly InstrumentSpec[] = LISTED.map(
  ({ symbolId: _, quotePrecision: __, postOnlyMaxSize: ___, ...spec }) => ({
    ...spec,
    symbol: spec.id.replace('-', ''),
  }),
);

const details = new Map<string, ListingDetail>(LISTED.map((listed) => [listed.id, listed]));

export function detailOf(instrument: SimInstrument): ListingDetail {
  const detail = details.get(instrument.id);
  if (detail === undefined) throw new Error(`${instrument.id} is not listed on Bybit`);
  return detail;
}
